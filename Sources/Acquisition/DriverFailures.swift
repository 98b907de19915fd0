public import Instruments
public import Laboratory
public import Links

extension DriverError: Explained {
  /// The error in four parts, as on USB; `failure(on:)` where the carrier is known.
  public var failure: Failure { failure(on: .usb) }

  /// The error in four parts; the link's own text where the link failed.
  public func failure(on carrier: LinkCarrier) -> Failure {
    switch self {
    case .link(let error, let step):
      var failure = error.failure(on: carrier)
      failure.what = "\(step): \(failure.what)"
      return failure
    case .outOfRange(let name, let asked, let rule):
      let allowed =
        rule.choices.map { "one of \($0.map(plain).joined(separator: ", "))" }
        ?? "\(plain(rule.minimum)) to \(plain(rule.maximum)) \(rule.unit.symbol)"
      return Failure(
        "setting-out-of-range", exit: .usage,
        what: "The setting \(name)=\(plain(asked)) is not allowed.",
        why: "This model takes \(allowed). Nothing was sent to the instrument.",
        next: "Choose a number in that range and start again.")
    case .unknownSetting(let name):
      return Failure(
        "setting-unknown", exit: .usage,
        what: "This model has no setting called \(name).",
        why: "Its profile does not list it. Nothing was sent to the instrument.",
        next: "See the settings of the model with: gauger profiles show MODEL")
    case .truncated(let what, let got, let expected):
      return Failure(
        "answer-truncated", exit: .instrumentFault,
        what: "\(what) has \(got) bytes instead of \(expected).",
        why: "The instrument ended its answer early: a loose cable, a failing hub or its firmware.",
        next: "Plug it directly into the computer, switch it off and on, and start again.")
    case .lostSync(let what, let got, let expected):
      return Failure(
        "frame-lost-sync", exit: .instrumentFault,
        what: "\(what) ends with \(hex(got)) where \(hex(expected)) must be.",
        why: "Bytes were lost or added on the way, so that the numbers cannot be believed.",
        next: "Plug it directly into the computer, switch it off and on, and start again.")
    case .unexpectedAnswer(let what, let detail):
      return Failure(
        "answer-unexpected", exit: .instrumentFault,
        what: "\(what) makes no sense: \(detail).",
        why: "The instrument answered something its protocol does not know.",
        next: "Switch it off and on. If it stays, report it with the file that is written by: "
          + "gauger capture ADDRESS --output FILE")
    case .instrumentFault(let detail):
      return Failure(
        "instrument-fault", exit: .instrumentFault,
        what: "The instrument reports a fault: \(detail).",
        why: "It checks itself and found something wrong.",
        next: "Look the fault up in the maker's manual; measure again when it is mended.")
    case .wrongInstrument(let detail):
      return Failure(
        "instrument-not-this", exit: .notFound,
        what: "The instrument is not the one that was named: \(detail).",
        why: "Another unit is plugged in, or the profile is for another model.",
        next: "See what is there with: gauger instruments --identify")
    case .unusableProfile(let detail):
      return Failure(
        "profile-unusable", exit: .failed, what: "The profile cannot be used: \(detail).",
        why: "Its facts are incomplete or contradict the driver.",
        next: "Check it with: gauger profiles check")
    }
  }
}

func plain(_ number: Double) -> String {
  number == number.rounded() && abs(number) < 1e15 ? String(Int64(number)) : String(number)
}

func hex(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 16, uppercase: true)
  return digits.count < 2 ? "0x0\(digits)" : "0x\(digits)"
}
