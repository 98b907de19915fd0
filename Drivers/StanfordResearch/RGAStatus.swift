internal import Instruments

/// The STATUS byte of the head: one bit a group of faults, each with a detail byte.
struct RGAStatus: OptionSet {
  let rawValue: UInt8

  static let communication = RGAStatus(rawValue: 1 << 0)
  static let filament = RGAStatus(rawValue: 1 << 1)
  static let multiplier = RGAStatus(rawValue: 1 << 3)
  static let quadrupole = RGAStatus(rawValue: 1 << 4)
  static let detector = RGAStatus(rawValue: 1 << 5)
  static let supply = RGAStatus(rawValue: 1 << 6)

  /// Faults of the head itself, which no command of ours brings about.
  static let hardware: RGAStatus = [.quadrupole, .detector, .supply]

  /// One group of faults: its bit, the question for its detail byte, and the names of the bits.
  struct Group {
    var bit: RGAStatus
    var question: String
    var name: String
    var bits: [Int: String]
  }

  /// The groups in the order of their bits.
  ///
  /// Source: the manual's chapter 6, error bytes. `EC?` and `EM?` clear what they tell.
  static let groups: [Group] = [
    Group(
      bit: .communication, question: "EC?", name: "RS232_ERR",
      bits: [
        0: "bad command", 1: "bad parameter", 2: "command too long", 3: "receive overwrite",
        4: "transmit overwrite", 5: "jumper violation", 6: "parameter conflict",
      ]),
    Group(
      bit: .filament, question: "EF?", name: "FIL_ERR",
      bits: [
        0: "single filament operation", 5: "pressure too high", 6: "cannot reach emission",
        7: "no filament",
      ]),
    Group(
      bit: .multiplier, question: "EM?", name: "CEM_ERR", bits: [7: "no multiplier fitted"]),
    Group(
      bit: .quadrupole, question: "EQ?", name: "QMF_ERR",
      bits: [4: "current limited", 6: "primary above 2.0 A", 7: "RF_CT too high at the last mass"]),
    Group(
      bit: .detector, question: "ED?", name: "DET_ERR",
      bits: [
        1: "op-amp offset", 3: "COMPENSATE -5 nA", 4: "COMPENSATE +5 nA", 5: "DETECT -5 nA",
        6: "DETECT +5 nA", 7: "ADC16 test",
      ]),
    Group(
      bit: .supply, question: "EP?", name: "PS_ERR",
      bits: [6: "supply below 22 V", 7: "supply above 26 V"]),
  ]

  /// The names of the bits that are set in a detail byte.
  static func names(of byte: UInt8, in group: Group) -> String {
    let set = (0..<8).filter { byte & 1 << $0 != 0 }
    guard !set.isEmpty else { return "\(group.name) without detail" }
    return "\(group.name) "
      + set.map { group.bits[$0] ?? "bit \($0), which is not documented" }.joined(separator: ", ")
  }
}
