internal import Instruments

/// What this driver must know of a model: the `facts` of its profile.
struct OOIFacts: Decodable, Sendable {
  /// How the bytes of a frame lie.
  enum Layout: String, Decodable {
    /// One little-endian `UInt16` a channel.
    case linear
    /// Blocks of 64 low bytes and 64 high bytes by turns.
    case split
  }

  /// Which form the answer to the status query has.
  enum StatusPacket: String, Decodable {
    case fx2, an2131, none
  }

  struct Opening: Decodable {
    /// Rest after the initialization command.
    var settle_ms: Int
    /// How long the spectrum end points must be quiet before the first command.
    var drain_ms: Int
  }

  struct Waiting: Decodable {
    var grace_ms: Int
    var reply_drain_ms: Int
    var drain_ms: Int
  }

  struct ChannelRange: Decodable {
    var first: Int
    var last: Int
  }

  struct Frame: Decodable {
    var layout: Layout
    var wire_channels: Int
    var channels: Int
    var flipped_bits: UInt16
    var end_mark: UInt8?
    var full_scale: Double
    var dark_channels: [ChannelRange]
    var byteCount: Int { 2 * wire_channels + (end_mark == nil ? 0 : 1) }
  }

  struct NamedLeg: Decodable {
    var endpoint: String
    var bytes: Int
  }

  struct Readout: Decodable {
    /// None on models that know full speed only.
    var high_speed: [NamedLeg]?
    var full_speed: [NamedLeg]
  }

  struct Integration: Decodable {
    var microseconds_per_unit: Int
    /// How many bytes the operand of the command has, 2 or 4; 4 where nothing is said.
    ///
    /// Models that read two of four take both; some take exactly two.
    var operand_bytes: Int?
    var operandByteCount: Int { operand_bytes ?? 4 }
  }

  struct Polynomial: Decodable {
    var first_slot: Int
    var count: Int
    /// Subtracted from the channel number; wavelength only.
    var origin: Double?
    /// The slot that tells the order; non-linearity only.
    var order_slot: Int?
  }

  struct Saturation: Decodable {
    var slot: Int
    /// Counted in the 15 data bytes.
    var offset: Int
    var bytes: Int
    /// A word up to this value, or above full scale, means that nothing is programmed.
    var unprogrammed_up_to: Int
  }

  struct Memory: Decodable {
    var slots: Int
    var wavelength: Polynomial
    var nonlinearity: Polynomial?
    var saturation: Saturation?
  }

  var opening: Opening
  var waiting: Waiting
  var frame: Frame
  var readout: Readout
  var integration: Integration
  var free_running_modes: [Int]
  var stale_frames: Int
  var status_packet: StatusPacket
  var firmware_register: UInt8?
  var memory: Memory
}

/// The facts of one model, checked, with end points instead of their names.
struct OOIModel: Sendable {
  let profile: DeviceProfile
  let facts: OOIFacts
  let command: UInt8
  let reply: UInt8
  let highSpeed: [Leg]?
  let fullSpeed: [Leg]

  /// Every spectrum end point once, in the order of reading.
  let spectrumEndpoints: [UInt8]

  init(_ profile: DeviceProfile) throws(DriverError) {
    self.profile = profile
    facts = try profile.facts.decode(OOIFacts.self)
    guard case .usb(let usb) = profile.link else {
      throw .unusableProfile(detail: "link must be usb")
    }
    command = try Self.endpoint("command", of: usb, isInput: false)
    reply = try Self.endpoint("reply", of: usb, isInput: true)
    fullSpeed = try Self.legs(facts.readout.full_speed, "full_speed", facts, usb)
    if let plan = facts.readout.high_speed {
      highSpeed = try Self.legs(plan, "high_speed", facts, usb)
    } else {
      highSpeed = nil
    }
    var seen: [UInt8] = []
    for leg in (highSpeed ?? []) + fullSpeed where !seen.contains(leg.endpoint) {
      seen.append(leg.endpoint)
    }
    spectrumEndpoints = seen
    try check()
  }

  /// The largest read of each end point: what the link must be ready for.
  var largestLegs: [Leg] {
    let legs = (highSpeed ?? []) + fullSpeed
    return [Leg(endpoint: reply, byteCount: OOIReply.memory)]
      + spectrumEndpoints.map { endpoint in
        let largest = legs.filter { $0.endpoint == endpoint }.map(\.byteCount).max() ?? 0
        return Leg(endpoint: endpoint, byteCount: largest)
      }
  }

  var grace: Duration { .milliseconds(facts.waiting.grace_ms) }

  var darkChannels: [Int] { facts.frame.dark_channels.flatMap { Array($0.first...$0.last) } }

  private static func endpoint(
    _ name: String, of usb: DeviceProfile.USBFacts, isInput: Bool
  ) throws(DriverError) -> UInt8 {
    guard let address = usb.endpoints[name] else {
      throw .unusableProfile(detail: "link.usb.endpoints.\(name) is missing")
    }
    guard (address & 0x80 != 0) == isInput else {
      throw .unusableProfile(
        detail: "link.usb.endpoints.\(name) has the wrong direction")
    }
    return address
  }

  private static func legs(
    _ plan: [OOIFacts.NamedLeg], _ speed: String, _ facts: OOIFacts, _ usb: DeviceProfile.USBFacts
  ) throws(DriverError) -> [Leg] {
    var legs: [Leg] = []
    for leg in plan {
      guard (1...65_536).contains(leg.bytes) else {
        throw .unusableProfile(detail: "facts.readout.\(speed) has a read of \(leg.bytes) bytes")
      }
      legs.append(
        Leg(endpoint: try endpoint(leg.endpoint, of: usb, isInput: true), byteCount: leg.bytes))
    }
    let sum = legs.reduce(0) { $0 + $1.byteCount }
    guard sum == facts.frame.byteCount else {
      throw .unusableProfile(
        detail: "facts.readout.\(speed) reads \(sum) bytes, a frame has \(facts.frame.byteCount)")
    }
    return legs
  }

  private func check() throws(DriverError) {
    func need(_ holds: Bool, _ detail: String) throws(DriverError) {
      if !holds { throw .unusableProfile(detail: detail) }
    }
    let frame = facts.frame
    try need((1...16_384).contains(frame.wire_channels), "facts.frame.wire_channels is absurd")
    try need(
      (1...frame.wire_channels).contains(frame.channels),
      "facts.frame.channels must be 1 to \(frame.wire_channels)")
    try need(
      frame.layout == .linear || frame.wire_channels % OOIDecoding.block == 0,
      "facts.frame.wire_channels must be a multiple of \(OOIDecoding.block)")
    try need(
      frame.full_scale > 0 && frame.full_scale <= 65_535,
      "facts.frame.full_scale must be above 0 and at most 65535")
    for range in frame.dark_channels {
      try need(
        range.first >= 0 && range.first <= range.last && range.last < frame.channels,
        "facts.frame.dark_channels lies outside 0 to \(frame.channels - 1)")
    }
    let waits = [
      facts.opening.settle_ms, facts.opening.drain_ms, facts.waiting.reply_drain_ms,
      facts.waiting.drain_ms,
    ]
    try need(
      waits.allSatisfy { (0...5000).contains($0) } && (1...5000).contains(facts.waiting.grace_ms),
      "facts.waiting and facts.opening must be 0 to 5000 ms")
    try need(
      [1, 1000].contains(facts.integration.microseconds_per_unit),
      "facts.integration.microseconds_per_unit must be 1 or 1000")
    try need(
      [2, 4].contains(facts.integration.operandByteCount),
      "facts.integration.operand_bytes must be 2 or 4")
    try need((0...16).contains(facts.stale_frames), "facts.stale_frames must be 0 to 16")
    try checkMemory(need)
    try checkSettings(need)
  }

  private func checkMemory(_ need: (Bool, String) throws(DriverError) -> Void) throws(DriverError) {
    let memory = facts.memory
    try need((1...256).contains(memory.slots), "facts.memory.slots must be 1 to 256")
    for (name, polynomial) in [
      ("wavelength", memory.wavelength), ("nonlinearity", memory.nonlinearity ?? memory.wavelength),
    ] {
      try need(
        polynomial.first_slot >= 0 && (1...15).contains(polynomial.count)
          && polynomial.first_slot + polynomial.count <= memory.slots
          && (0..<memory.slots).contains(polynomial.order_slot ?? 0),
        "facts.memory.\(name) lies outside the \(memory.slots) slots")
    }
    guard let saturation = memory.saturation else { return }
    try need(
      (0..<memory.slots).contains(saturation.slot) && [2, 4].contains(saturation.bytes)
        && saturation.offset >= 0
        && saturation.offset + saturation.bytes <= OOIReply.slotBytes,
      "facts.memory.saturation lies outside its slot")
  }

  private func checkSettings(
    _ need: (Bool, String) throws(DriverError) -> Void
  ) throws(DriverError) {
    for rule in profile.settings where rule.scope == .instrument {
      try need(
        OOISetting(rawValue: rule.name) != nil, "settings.\(rule.name) is unknown to this driver")
    }
    guard let rule = profile.setting(OOISetting.integration.rawValue) else {
      throw .unusableProfile(detail: "settings.integration_us is missing")
    }
    let largest = facts.integration.operandByteCount == 2 ? Double(UInt16.max) : Double(UInt32.max)
    try need(
      rule.minimum > 0
        && rule.maximum / Double(facts.integration.microseconds_per_unit) <= largest,
      "settings.integration_us has limits that cannot be sent")
  }
}
