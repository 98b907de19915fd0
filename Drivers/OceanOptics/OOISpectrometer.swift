public import Instruments

/// A spectrometer of the OOI command family: one-byte commands, spectra over bulk end points.
///
/// - Models: USB2000, USB2000+, USB4000, HR4000 and fourteen sisters. Their numbers live in
///   `DeviceProfiles/ocean-optics/`.
/// - Sources: libseabreeze C++ 3.0.x, python-seabreeze 2.11 at 3de4fdd, OEM data sheets of the
///   models; field behaviour from the issues of python-seabreeze.
/// - Proof: vectors of python-seabreeze's own encoder and synthetic traffic; never on hardware.
/// - Threads: everything but `interpret` on the acquisition thread.
/// - The reset that these models need at closing is done by the link, as the profile says.
///
/// Commands: opcode, then little-endian operands. `09` asks for a spectrum, whose bytes come over
/// one or two end points; how they lie is drawn at the decoding.
public struct OOISpectrometer: Instrument, ~Copyable {
  /// What was wrong with the last frame, which decides how to get back in step.
  private enum Damage {
    case timedOut, desynchronized, stalled
  }

  /// What the instrument said of itself; memory blocks hold whole answers, 17 bytes each.
  public private(set) var record: InstrumentRecord
  private var conversation: OOIConversation
  private let model: OOIModel
  private let legs: [Leg]

  private var integration: Double?
  private var triggerMode: Double?
  private var lamp: Double?
  private var waitsForTrigger = false
  /// The longer of the exposures before and after the last change.
  private var longestExposure: Duration
  private var exposure: Duration
  private var staleLeft = 0
  private var damage: Damage?
  private var damagedInARow = 0
  private var isClosed = false

  /// Brings the instrument into a known state (lamp off, free run) and reads its whole memory.
  ///
  /// Closes the link when that fails.
  public init(
    link: consuming any ByteLink & ~Copyable, profile: DeviceProfile
  ) throws(DriverError) {
    var link = link
    let model: OOIModel
    do {
      model = try OOIModel(profile)
    } catch {
      link.close()
      throw error
    }
    var conversation = OOIConversation(link: link, model: model)
    let opening: OOIOpening
    do {
      opening = try conversation.open()
    } catch {
      if case .link(.cancelled, _) = error {
        // Cut short between starting the instrument anew and switching its light off.
        conversation.link.canceller.rearm()
        try? conversation.makeSafe()
      }
      conversation.link.close()
      throw error
    }
    self.conversation = conversation
    self.model = model
    record = opening.record
    legs = opening.legs
    (exposure, longestExposure) = (opening.exposure, opening.exposure)
    if profile.setting(OOISetting.lamp.rawValue) != nil { lamp = 0 }
    if profile.setting(OOISetting.triggerMode.rawValue) != nil { keep(.triggerMode, 0) }
  }

  /// The size of a frame in bytes.
  public var largestFrame: Int { model.facts.frame.byteCount }

  /// The exposure in force.
  public var frameTime: Duration { exposure }

  /// Sends the settings that differ from those in force.
  ///
  /// All are checked before anything is sent. The answer has the given names with the numbers as
  /// sent; settings of scope `processing` are checked and given back.
  public mutating func apply(_ settings: Settings) throws(DriverError) -> Settings {
    var accepted = settings
    for (name, asked) in settings.values.sorted(by: { $0.key < $1.key }) {
      guard let rule = model.profile.setting(name) else { throw .unknownSetting(name: name) }
      guard let value = rule.accepted(asked) else {
        throw .outOfRange(name: name, asked: asked, rule: rule)
      }
      accepted[name] = value
    }
    for setting in OOISetting.allCases {
      guard let value = accepted[setting.rawValue], value != inForce(setting) else { continue }
      // Before sending: a command that failed half-way may have taken effect.
      noteChange(of: setting, to: value)
      try conversation.send(setting, value)
      keep(setting, value)
    }
    return accepted
  }

  private func inForce(_ setting: OOISetting) -> Double? {
    switch setting {
    case .integration: integration
    case .triggerMode: triggerMode
    case .lamp: lamp
    }
  }

  private mutating func keep(_ setting: OOISetting, _ value: Double?) {
    switch setting {
    case .integration: integration = value
    case .triggerMode:
      triggerMode = value
      // Here and not at every frame: looking it up takes memory in a build that is not optimized.
      waitsForTrigger = value.map { !model.facts.free_running_modes.contains(Int($0)) } ?? false
    case .lamp: lamp = value
    }
  }

  private mutating func noteChange(of setting: OOISetting, to value: Double) {
    keep(setting, nil)
    staleLeft = model.facts.stale_frames
    guard setting == .integration else { return }
    let new = Duration.microseconds(Int64(value))
    longestExposure = max(longestExposure, exposure, new)
    exposure = new
    if staleLeft == 0 { longestExposure = new }
  }

  /// Reads one frame into `slot`, the bytes of all end points one behind the other.
  ///
  /// Waits at most twice the longer exposure and the grace; with an external trigger, until the
  /// first byte comes or the link is cancelled.
  public mutating func readFrame(
    into slot: inout MutableSpan<UInt8>
  ) throws(DriverError) -> FrameReadout {
    guard slot.count >= largestFrame else {
      throw .truncated(what: "slot for a frame", got: slot.count, expected: largestFrame)
    }
    if damage != nil { try resynchronize() }
    let requested = MonotonicInstant.now
    var readout = FrameReadout(
      outcome: .partial, byteCount: 0, requested: requested, firstByte: .unknown,
      lastByte: .unknown)
    do {
      try exchange(into: &slot, &readout)
    } catch {
      // Whatever it was, a spectrum may be under way that nobody waits for any more.
      damage = .timedOut
      if error != .cancelled { damagedInARow += 1 }
      switch error {
      case .timedOut(let received):
        readout.byteCount = min(slot.count, readout.byteCount + max(0, received))
      case .stalled: damage = .stalled
      case .overflow:
        damage = .desynchronized
        readout.outcome = .refused(.overlong)
      default: throw .link(error, step: "read spectrum")
      }
    }
    readout.lastByte = .now
    if readout.firstByte == .unknown { readout.firstByte = readout.lastByte }
    if damage == nil { judge(&readout, slot) }
    return readout
  }

  /// Posts every read before the command goes out, then takes them in order.
  private mutating func exchange(
    into slot: inout MutableSpan<UInt8>, _ readout: inout FrameReadout
  ) throws(LinkError) {
    for index in legs.indices { try conversation.link.post(legs[index]) }
    let command: [1 of UInt8] = [OOIOpcode.spectrum]
    do {
      try conversation.link.write(
        command.span, to: model.command, until: readout.requested.advanced(by: model.grace))
    } catch {
      // What a write reports is not part of a frame.
      if case .timedOut = error { throw .timedOut(received: 0) }
      throw error
    }
    let bound = longestExposure * 2 + model.grace
    var deadline: MonotonicInstant = waitsForTrigger ? .never : .now.advanced(by: bound)
    for index in legs.indices {
      let leg = legs[index]
      let count = try conversation.link.read(
        leg, into: &slot, at: readout.byteCount, until: deadline)
      readout.byteCount += count
      guard count == leg.byteCount else { return }
      if readout.firstByte == .unknown {
        readout.firstByte = .now
        // The trigger came; from here on nothing is left to wait for.
        if waitsForTrigger { deadline = .now.advanced(by: bound) }
      }
    }
  }

  /// Decides what the bytes are worth.
  private mutating func judge(_ readout: inout FrameReadout, _ slot: borrowing MutableSpan<UInt8>) {
    let whole = readout.byteCount == largestFrame
    let marked = model.facts.frame.end_mark.map { whole && slot[largestFrame - 1] == $0 } ?? true
    guard whole, marked else {
      readout.outcome = whole ? .refused(.lostSync) : .partial
      damage = .desynchronized
      damagedInARow += 1
      return
    }
    damagedInARow = 0
    guard staleLeft > 0 else {
      readout.outcome = .complete
      return
    }
    readout.outcome = .stale
    staleLeft -= 1
    if staleLeft == 0 { longestExposure = exposure }
  }

  /// Gets back in step, harder each time: drain, initialize, reset; then gives up by throwing.
  ///
  /// After an initialization or reset the settings in force are sent again.
  public mutating func resynchronize() throws(DriverError) {
    let quiet = Duration.milliseconds(model.facts.waiting.drain_ms)
    switch (damage, damagedInARow) {
    case (.timedOut, 3...):
      throw .link(.timedOut(received: 0), step: "read spectrum, after a reset")
    case (.stalled, 4...):
      throw .link(.stalled(endpoint: legs[0].endpoint), step: "read spectrum, after a reset")
    case (.desynchronized, 4...):
      throw .unexpectedAnswer(
        what: "spectrum", detail: "\(damagedInARow) damaged frames in a row, also after a reset")
    case (.timedOut, 2), (.stalled, 3), (.desynchronized, 3):
      try conversation.reset()
      try restart()
    case (.timedOut, _):
      try conversation.drainAll(quiet: quiet)
      try restart()
    case (.stalled, _):
      try conversation.clearHalts("clear halt")
      try conversation.drainAll(quiet: quiet)
    case (.desynchronized, _), (nil, _): try conversation.drainAll(quiet: quiet)
    }
    damage = nil
  }

  private mutating func restart() throws(DriverError) {
    try conversation.initialize(quiet: .milliseconds(model.facts.opening.drain_ms))
    for setting in OOISetting.allCases {
      if let value = inForce(setting) { try conversation.send(setting, value) }
    }
    staleLeft = model.facts.stale_frames
  }

  /// Switches the lamp off and goes back to free run; settings must be applied again afterwards.
  public mutating func makeSafe() throws(DriverError) {
    if lamp != nil { noteChange(of: .lamp, to: 0) }
    if triggerMode != nil { noteChange(of: .triggerMode, to: 0) }
    try conversation.makeSafe()
    if model.profile.setting(OOISetting.lamp.rawValue) != nil { lamp = 0 }
    if model.profile.setting(OOISetting.triggerMode.rawValue) != nil { keep(.triggerMode, 0) }
  }

  /// Makes safe and closes the link, which resets the device where the profile says so.
  ///
  /// The link is closed even when making safe failed; idempotent.
  public mutating func close() throws(DriverError) {
    guard !isClosed else { return }
    isClosed = true
    do {
      try makeSafe()
    } catch {
      conversation.link.close()
      throw error
    }
    conversation.link.close()
  }

  /// Makes what decodes the frames of a run, from profile and record alone.
  public static func interpret(
    _ profile: DeviceProfile, _ record: InstrumentRecord
  ) throws(DriverError) -> ArrayInterpreter {
    let model = try OOIModel(profile)
    guard record.model == profile.id else {
      throw .wrongInstrument(
        detail: "the record is of \(record.model), the profile of \(profile.id)")
    }
    let (frame, memory) = (model.facts.frame, OOIMemory(record))
    let rules = model.facts.memory
    let saturation = memory.saturation(rules.saturation, fullScale: frame.full_scale)
    let detector = ArrayDetector(
      channelCount: frame.channels, fullScale: frame.full_scale,
      saturationCount: saturation ?? frame.full_scale,
      gain: saturation.map { frame.full_scale / $0 } ?? 1, darkChannels: model.darkChannels,
      wavelength: memory.wavelength(rules.wavelength, channels: frame.channels),
      wavelengthOrigin: rules.wavelength.origin ?? 0,
      nonlinearity: memory.nonlinearity(rules.nonlinearity))
    return ArrayInterpreter(detector: detector) { bytes, counts throws(DriverError) in
      try OOIDecoding.decode(bytes, as: frame, into: &counts)
    }
  }

  /// The driver as the registry lists it.
  public static let entry = DriverEntry(
    id: "ocean-optics-ooi",
    open: { link, profile throws(DriverError) in
      try OOISpectrometer(link: link, profile: profile)
    },
    interpret: { profile, record throws(DriverError) in .array(try interpret(profile, record)) },
    check: { profile throws(DriverError) in _ = try OOIModel(profile) })
}
