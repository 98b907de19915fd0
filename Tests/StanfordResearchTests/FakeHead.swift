import Instruments

/// The far side of a line, written from the document for these tests alone: it answers at once,
/// and does what a test tells it to do wrong.
///
/// Used by one thread only: the test's.
final class FakeHead {
  /// Every command as it came, without CR; "" is a lone CR.
  var sent: [String] = []
  /// Lengths of all reads, in order.
  var reads: [Int] = []
  /// How long each command and each read was given, where that is said.
  var writeWaits: [Duration] = []
  var readWaits: [Duration] = []
  var drains = 0
  var closes = 0
  /// Bytes on their way to the reader.
  var line: [UInt8] = []
  var model = "200"
  var parameters: [String: String] = [
    "MO": "1", "SP": "0.1033", "ST": "0.0197", "MG": "1.2345", "MV": "1400", "EE": "70", "IE": "1",
    "VF": "90", "NF": "4", "SA": "10", "MI": "1", "MF": "200", "DI": "128", "DS": "-0.75",
    "RI": "-5.1", "RS": "1070.1", "CE": "0", "FL": "0.0000", "HV": "0",
  ]
  /// RS232_ERR, FIL_ERR, CEM_ERR, QMF_ERR, DET_ERR, PS_ERR by their questions.
  var details: [String: UInt8] = ["EC": 0, "EF": 0, "EM": 0, "EQ": 0, "ED": 0, "EP": 0]
  /// The raw current at a mass times 1000, and the raw total.
  var current: (Int) -> Int32 = { Int32($0 / 10) }
  var total: Int32 = 4321
  /// Changes an answer (LF CR included, or a frame) before it goes on the line.
  var tamper: (String, [UInt8]) -> [UInt8] = { $1 }
  /// Called before a command is obeyed.
  var onCommand: (String) -> Void = { _ in }
  /// Failures by the number of the read or write, from 0.
  var readFailures: [Int: LinkError] = [:]
  var writeFailures: [Int: LinkError] = [:]
  /// From this read on the line is gone.
  var goneFromRead = Int.max
  /// Whether nothing is answered any more.
  var isSilent = false
  var lines: ModemLines? = nil
  private var isScanning = false
  private var writes = 0

  /// The commands since the last lone CR or the beginning, without it.
  func commands(after count: Int) -> [String] { Array(sent.dropFirst(count)) }

  func take(_ bytes: [UInt8]) throws(LinkError) {
    defer { writes += 1 }
    if let failure = writeFailures[writes] { throw failure }
    if reads.count >= goneFromRead { throw .gone }
    // Any byte stops a scan and flushes what was not sent.
    if isScanning, !line.isEmpty { line = [] }
    isScanning = false
    for part in bytes.split(separator: 0x0D, omittingEmptySubsequences: false).dropLast() {
      let command = String(decoding: part, as: UTF8.self)
      sent.append(command)
      onCommand(command)
      if command.isEmpty || isSilent { continue }
      line += tamper(command, answer(command))
      if ["SC", "HS", "MR"].contains(command.prefix(2)) { isScanning = !line.isEmpty }
    }
  }

  var status: UInt8 {
    var byte: UInt8 = 0
    for (bit, name) in [(0, "EC"), (3, "EM"), (4, "EQ"), (5, "ED"), (6, "EP")]
    where details[name] != 0 { byte |= 1 << bit }
    // A single filament alone raises nothing.
    if details["EF", default: 0] & 0xFE != 0 { byte |= 2 }
    return byte
  }

  static func text(_ text: String) -> [UInt8] { Array(text.utf8) + [0x0A, 0x0D] }

  static func word(_ value: Int32) -> [UInt8] {
    let bits = UInt32(bitPattern: value)
    return (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
  }

  private func bad(_ bit: UInt8) -> [UInt8] {
    details["EC", default: 0] |= bit
    return []
  }

  private func number(_ name: String) -> Int { Int(parameters[name] ?? "") ?? 0 }

  private func answer(_ command: String) -> [UInt8] {
    let (name, rest) = (String(command.prefix(2)).uppercased(), String(command.dropFirst(2)))
    switch (name, rest) {
    case ("ID", "?"): return Self.text("SRSRGA\(model)VER0.24SN12226")
    case ("ER", "?"): return Self.text("\(status)")
    case ("TP", "?"): return Self.word(number("HV") == 0 ? total : 0)
    case ("AP", "?"):
      return Self.text("\((number("MF") - number("MI")) * number("SA") + 1)")
    case ("HP", "?"): return Self.text("\(number("MF") - number("MI") + 1)")
    case (_, "?"):
      if let byte = details[name] {
        if name == "EC" || name == "EM" { details[name] = 0 }
        return Self.text("\(byte)")
      }
      if ["MG", "MV", "HV"].contains(name), parameters["MO"] == "0" { return bad(1) }
      return parameters[name].map(Self.text) ?? bad(1)
    case ("IN", "0"): return Self.text("\(status)")
    case ("MR", "0"), ("TP", "0"), ("TP", "1"): return []
    case ("MR", _): return Int(rest).map { Self.word(current(1000 * $0)) } ?? bad(2)
    case ("SC", "1"):
      let steps = number("SA")
      let points = (number("MF") - number("MI")) * steps
      return (0...points).flatMap {
        Self.word(current(1000 * (number("MI") * steps + $0) / steps))
      } + Self.word(number("HV") == 0 ? total : 0)
    case ("HS", "1"):
      return (number("MI")...number("MF")).flatMap { Self.word(current(1000 * $0)) }
        + Self.word(number("HV") == 0 ? total : 0)
    case ("HV", _) where parameters["MO"] == "0": return bad(1)
    case ("FL", _), ("HV", _), ("EE", _), ("IE", _), ("VF", _):
      guard Double(rest) != nil else { return bad(2) }
      parameters[name] = rest
      return Self.text("\(status)")
    case ("MI", _), ("MF", _), ("SA", _), ("NF", _):
      guard let value = Int(rest) else { return bad(2) }
      let first = name == "MI" ? value : number("MI")
      let last = name == "MF" ? value : number("MF")
      if first > last { return bad(64) }
      parameters[name] = rest
      return []
    default: return bad(1)
    }
  }
}

/// A link to such a head; nothing waits.
struct FakeLink: ByteLink, ~Copyable {
  let head: FakeHead
  let canceller = LinkCanceller()
  let reachesEmulator = true

  init(_ head: FakeHead) { self.head = head }

  mutating func prepare(_ legs: [Leg], inFlight: Int) {}

  mutating func write(
    _ bytes: Span<UInt8>, to endpoint: UInt8, until deadline: MonotonicInstant
  ) throws(LinkError) {
    if canceller.isCancelled { throw .cancelled }
    head.writeWaits.append(deadline.remaining)
    try head.take(bytes.indices.map { bytes[$0] })
  }

  mutating func post(_ leg: Leg) {}

  mutating func read(
    _ leg: Leg, into buffer: inout MutableSpan<UInt8>, at offset: Int,
    until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    defer { head.reads.append(leg.byteCount) }
    if head.reads.count >= head.goneFromRead { throw .gone }
    if canceller.isCancelled { throw .cancelled }
    head.readWaits.append(deadline.remaining)
    let failure = head.readFailures[head.reads.count]
    let count = failure == nil ? min(leg.byteCount, head.line.count) : 0
    for i in 0..<count { buffer[offset + i] = head.line[i] }
    head.line.removeFirst(count)
    if let failure {
      if failure == .cancelled { canceller.cancel() }
      throw failure
    }
    guard count == leg.byteCount else { throw .timedOut(received: count) }
    return count
  }

  mutating func drain(
    _ endpoint: UInt8, quiet: Duration, until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    if head.reads.count >= head.goneFromRead { throw .gone }
    if canceller.isCancelled { throw .cancelled }
    head.drains += 1
    defer { head.line = [] }
    return head.line.count
  }

  mutating func control(
    _ request: ControlRequest, data: inout MutableSpan<UInt8>, until deadline: MonotonicInstant
  ) -> Int { 0 }
  mutating func clearHalt(_ endpoint: UInt8) {}
  mutating func reset() {}
  mutating func modemLines() -> ModemLines? { head.lines }
  mutating func close() { head.closes += 1 }
}
