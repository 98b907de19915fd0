public import Instruments
public import Laboratory

/// What carries the bytes, as far as advice differs by it.
public enum LinkCarrier: Sendable, Hashable {
  /// USB, and whatever is not told.
  case usb
  /// A serial line, or a pseudo-terminal that stands for one.
  case serial
}

extension DeviceProfile.LinkFacts {
  /// What carries the bytes of this model.
  public var carrier: LinkCarrier {
    switch self {
    case .usb: .usb
    case .serial: .serial
    }
  }
}

extension LinkError: Explained {
  /// The error in four parts, as on USB; `failure(on:)` where the carrier is known.
  public var failure: Failure { failure(on: .usb) }

  /// The error in four parts, with the advice that fits its cause and its carrier.
  public func failure(on carrier: LinkCarrier) -> Failure {
    if carrier == .serial, let failure = serialFailure { return failure }
    return usbFailure
  }

  /// What is said of USB alone, and what is said of any carrier.
  private var usbFailure: Failure {
    switch self {
    case .denied(let node):
      Failure(
        "usb-denied", exit: .denied,
        what: "This account may not open \(node).",
        why: "The device node belongs to another group, so the system refused.",
        next: "Install the rules 60-gauger.rules and 61-gauger-access.rules to /etc/udev/rules.d,"
          + " join the group gauger (sudo usermod -aG gauger NAME, then log in again) and plug"
          + " the instrument out and in.")
    case .busy(let holder):
      Failure(
        "usb-busy", exit: .busy,
        what: "The instrument is held by another program"
          + (holder.map { " (\($0))." } ?? "."),
        why: holder == nil
          ? "Another program has claimed it; which one cannot be read by this account."
          : "Only one program at a time can talk to it.",
        next: "End that program, or wait until it is done, and try again.")
    case .gone:
      Failure(
        "usb-gone", exit: .gone,
        what: "The instrument is not connected any more.",
        why: "It was unplugged, lost its power, or left the bus by itself.",
        next: "Check cable and power, wait until `gauger instruments` lists it, and try again."
          + " What was recorded before is kept.")
    case .timedOut(let received):
      Failure(
        "usb-timed-out", exit: .timedOut,
        what: "The instrument did not answer in time (\(received) bytes came).",
        why: "It is still exposing, waits for a trigger, or is out of step.",
        next: "Check trigger and exposure settings and try again; if it stays so, plug the"
          + " instrument out and in.")
    case .stalled(let endpoint):
      Failure(
        "usb-stalled", exit: .instrumentFault,
        what: "The instrument refused a transfer on end point \(hex(endpoint)).",
        why: "It does not know the request, or is in a state in which it cannot serve it.",
        next: "Try again; if it stays so, plug the instrument out and in.")
    case .overflow(let endpoint):
      Failure(
        "usb-overflow", exit: .instrumentFault,
        what: "The instrument sent more than was asked for on end point \(hex(endpoint)).",
        why: "It is out of step, or is not the model that its profile says.",
        next: "Try again; if it stays so, check the model with `gauger instruments`.")
    case .cancelled:
      Failure(
        "link-cancelled", exit: .stoppedShort,
        what: "The conversation with the instrument was ended early.",
        why: "A person or the system asked for it.",
        next: "Nothing to mend; start again when ready.")
    case .settingRefused(let setting, let asked, let got):
      Failure(
        "serial-setting-refused", exit: .failed,
        what: "The serial port did not take a setting: \(setting), asked \(asked).",
        why: "Read back, it says: \(got). With other settings than the instrument's every byte"
          + " would be wrong.",
        next: "Use another serial port or adapter; its maker's page tells which speeds and formats"
          + " it has.")
    case .system(let operation, let code, let text):
      Failure(
        "link-system", exit: .failed,
        what: "The system could not \(operation).",
        why: text.isEmpty ? "It gave the number \(code)." : "\(text) (number \(code)).",
        next: "Try again; if it stays so, run `gauger doctor`.")
    case .replayMismatch(let event, let expected, let got):
      Failure(
        "replay-mismatch", exit: .damaged,
        what: "The replayed conversation differs at event \(event).",
        why: "Recorded: \(expected). Asked now: \(got).",
        next: "Take a new capture if the driver was changed on purpose; else mend the driver.")
    }
  }
}
