internal import Instruments
internal import Laboratory

extension LinkError {
  /// What is said on a serial line where it differs from USB; nil where it does not.
  var serialFailure: Failure? {
    switch self {
    case .denied(let node):
      Failure(
        "serial-denied", exit: .denied,
        what: "This account may not open the serial port \(node).",
        why: "The node belongs to the group dialout, or to another group that this account is not"
          + " in.",
        next:
          "Join the group (sudo usermod -aG dialout NAME, then log in again); or install the rules"
          + " 61-gauger-access.rules to /etc/udev/rules.d, which let whoever sits at the screen.")
    case .busy(let holder):
      Failure(
        "serial-busy", exit: .busy,
        what: "The serial port is held by another program"
          + (holder.map { " (\($0))." } ?? "."),
        why: holder == nil
          ? "Another program has opened it; which one cannot be read by this account."
          : "Two programs on one line would take each other's bytes.",
        next: "End that program, or wait until it is done, and try again.")
    case .gone:
      Failure(
        "serial-gone", exit: .gone,
        what: "The serial port is not there any more.",
        why: "Its adapter was pulled out, or the program behind a pseudo-terminal has ended.",
        next: "Plug the adapter in, wait until `gauger instruments` lists it, and try again."
          + " What was recorded before is kept.")
    case .timedOut(let received):
      Failure(
        "serial-timed-out", exit: .timedOut,
        what: "The instrument did not answer in time (\(received) bytes came or went).",
        why: "It is switched off, not connected to this line, set to another speed or handshake,"
          + " or still busy.",
        next: "Check that it is on, its cable (crossed or straight) and its line settings, and try"
          + " again.")
    case .stalled, .overflow, .cancelled, .settingRefused, .system, .replayMismatch: nil
    }
  }
}
