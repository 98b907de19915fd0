internal import Instruments

extension ProfileReader {
  /// How commands and answers end, by the names that profiles use.
  private enum Ending: String, CaseIterable {
    case cr
    case lf
    case crLF = "cr_lf"
    case lfCR = "lf_cr"

    var bytes: [UInt8] {
      switch self {
      case .cr: [0x0D]
      case .lf: [0x0A]
      case .crLF: [0x0D, 0x0A]
      case .lfCR: [0x0A, 0x0D]
      }
    }
  }

  /// Reads the settings of a serial line.
  static func serial(_ map: ProfileMap) throws(ProfileError) -> SerialFacts {
    try map.refuseUnknown([
      "baud", "data_bits", "parity", "stop_bits", "flow_control", "hangs_up_at_close",
    ])
    return SerialFacts(
      baud: try map.required("baud").whole(in: 50...4_000_000),
      dataBits: try map.required("data_bits").whole(in: 5...8),
      parity: try choice(map.required("parity")),
      stopBits: try map.required("stop_bits").whole(in: 1...2),
      flowControl: try choice(map.required("flow_control")),
      hangsUpAtClose: try map.required("hangs_up_at_close").truth())
  }

  /// Reads the question by which a model on a serial line is recognised.
  static func question(_ map: ProfileMap) throws(ProfileError) -> SerialQuestion {
    try map.refuseUnknown([
      "ask", "ask_ends", "answer_begins", "answer_ends", "within_ms", "serial_number_follows",
    ])
    let asked: Ending = try choice(map.required("ask_ends"))
    let answered: Ending = try choice(map.required("answer_ends"))
    var follows: [UInt8]?
    if let place = map.value("serial_number_follows") { follows = try ascii(place) }
    return SerialQuestion(
      ask: try ascii(map.required("ask")) + asked.bytes,
      answerBegins: try ascii(map.required("answer_begins")), answerEnds: answered.bytes,
      within: .milliseconds(try map.required("within_ms").whole(in: 1...10_000)),
      serialNumberFollows: follows)
  }

  private static func ascii(_ value: ProfileValue) throws(ProfileError) -> [UInt8] {
    let bytes = Array(try value.word().utf8)
    guard (1...64).contains(bytes.count), bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else {
      throw value.badValue("must be 1 to 64 printable ASCII characters")
    }
    return bytes
  }
}
