internal import Instruments

/// What was learnt while an instrument was opened.
struct OOIOpening {
  var record: InstrumentRecord
  var legs: [Leg]
  /// The exposure that the instrument was left with.
  var exposure: Duration
}

extension OOIConversation {
  /// Brings the instrument into a known, harmless state and reads everything it says of itself.
  ///
  /// A conversation that stays damaged is begun once more after a reset of the device.
  mutating func open() throws(DriverError) -> OOIOpening {
    do {
      try link.prepare(model.largestLegs, inFlight: 1)
    } catch {
      throw .link(error, step: "prepare")
    }
    do {
      return try openOnce()
    } catch {
      switch error {
      case .link(.timedOut, _), .link(.overflow, _), .link(.stalled, _), .truncated, .lostSync,
        .unexpectedAnswer:
        try reset()
        return try openOnce()
      default: throw error
      }
    }
  }

  private mutating func openOnce() throws(DriverError) -> OOIOpening {
    try initialize(quiet: .milliseconds(model.facts.opening.drain_ms))
    try makeSafe()
    var remarks: [String: String] = [:]
    let (legs, exposure) = try askStatus(&remarks)
    let firmware = try askFirmware()
    let memory = try askMemory()
    var serial = "unknown"
    if case .text(let text) = OOIMemory.text(Array(memory[0].bytes.dropFirst(2))) {
      let printable = text.unicodeScalars.filter { $0.value > 0x20 && $0.value < 0x7F }
      if !printable.isEmpty { serial = String(String.UnicodeScalarView(printable)) }
    }
    return OOIOpening(
      record: InstrumentRecord(
        model: model.profile.id, serialNumber: serial, firmware: firmware, memory: memory,
        remarks: remarks),
      legs: legs, exposure: exposure)
  }

  /// Lamp off first, then free run, all within the profile's bound.
  mutating func makeSafe() throws(DriverError) {
    let deadline = MonotonicInstant.now.advanced(by: model.profile.limits.makeSafeWithin)
    if model.profile.setting(OOISetting.lamp.rawValue) != nil {
      try send(.lamp, 0, until: deadline)
    }
    if model.profile.setting(OOISetting.triggerMode.rawValue) != nil {
      try send(.triggerMode, 0, until: deadline)
    }
  }

  /// Asks for speed and exposure; the speed decides how a spectrum is read.
  private mutating func askStatus(
    _ remarks: inout [String: String]
  ) throws(DriverError) -> ([Leg], Duration) {
    // Power-on exposure of the family where the model cannot say (USB2000 data sheet).
    var microseconds = 100_000.0
    var legs = model.fullSpeed
    if model.facts.status_packet != .none {
      var packet = try askStatusPacket()
      if Self.isBlank(packet[0], packet[1]) {
        try drainAll(quiet: .milliseconds(model.facts.waiting.drain_ms))
        packet = try askStatusPacket()
      }
      if model.facts.status_packet == .fx2 && !Self.isSpeed(packet[14]) {
        try drainAll(quiet: .milliseconds(model.facts.waiting.drain_ms))
        packet = try askStatusPacket()
        guard Self.isSpeed(packet[14]) else {
          throw .unexpectedAnswer(
            what: "status", detail: "byte 14 (USB speed) is \(packet[14]), not 0 or 128")
        }
      }
      remarks["stated_channels"] = "\(UInt16(packet[0]) | UInt16(packet[1]) << 8)"
      if model.facts.status_packet == .fx2 {
        let isHigh = packet[14] == Self.highSpeed
        remarks["usb_speed"] = isHigh ? "high" : "full"
        legs = isHigh ? model.highSpeed ?? model.fullSpeed : model.fullSpeed
        microseconds = Double((0..<4).reduce(UInt32(0)) { $0 | UInt32(packet[2 + $1]) << (8 * $1) })
      } else {
        // Big endian and in milliseconds, unlike everything else.
        microseconds = Double(UInt16(packet[2]) << 8 | UInt16(packet[3])) * 1000
      }
    }
    let longest = model.profile.setting(OOISetting.integration.rawValue)?.maximum ?? microseconds
    return (legs, .microseconds(Int64(min(microseconds, longest))))
  }

  /// Whether a word has no content, as on a line that is held or dead; such an answer is asked for
  /// once more, and then taken as it is.
  private static func isBlank(_ low: UInt8, _ high: UInt8) -> Bool {
    low == high && (low == 0 || low == 0xFF)
  }

  private static let highSpeed: UInt8 = 0x80

  private static func isSpeed(_ byte: UInt8) -> Bool { byte == 0 || byte == highSpeed }

  private mutating func askStatusPacket() throws(DriverError) -> [UInt8] {
    try ask([OOIOpcode.status], byteCount: OOIReply.status, "ask status")
  }

  /// Asks for the version word: major 4 bits, minor 8, patch 4.
  ///
  /// The echo is not looked at, because some models answer with another one.
  private mutating func askFirmware() throws(DriverError) -> String? {
    guard let register = model.facts.firmware_register else { return nil }
    var answer = try askRegister(register)
    if Self.isBlank(answer[1], answer[2]) { answer = try askRegister(register) }
    let word = UInt16(answer[1]) | UInt16(answer[2]) << 8
    return "\(word >> 12).\(word >> 4 & 0xFF).\(word & 0xF)"
  }

  private mutating func askRegister(_ register: UInt8) throws(DriverError) -> [UInt8] {
    let answer = try ask(
      [OOIOpcode.register, register], byteCount: OOIReply.register, "ask firmware version")
    // The page on the family asks for 100 us of rest after register commands; twice that is given.
    MonotonicInstant.sleep(until: .now.advanced(by: .microseconds(200)))
    return answer
  }

  private mutating func askMemory() throws(DriverError) -> [InstrumentRecord.MemoryBlock] {
    var blocks: [InstrumentRecord.MemoryBlock] = []
    for slot in 0..<model.facts.memory.slots {
      let command = [OOIOpcode.memory, UInt8(slot)]
      let answer = try ask(
        command, byteCount: OOIReply.memory, echo: command, "read memory slot \(slot)")
      blocks.append(.init(name: OOIMemory.blockName(slot), bytes: answer))
    }
    return blocks
  }
}
