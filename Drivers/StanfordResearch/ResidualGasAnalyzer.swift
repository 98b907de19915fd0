public import Instruments

/// A quadrupole mass spectrometer of the RGA family: text commands, binary ion currents, RS-232.
///
/// - Models: RGA100, RGA200, RGA300. Their numbers live in `DeviceProfiles/stanford-research/`.
/// - Sources: SRS "Models RGA100, RGA200 and RGA300 Operating Manual and Programming Reference",
///   chapter 6 and electrometer section; waits cross-checked with `srsinst.rga` 0.3.9.
/// - Proof: vectors printed by the maker's driver and synthetic traffic; never on hardware.
/// - Threads: everything but `interpret` on the acquisition thread.
///
/// A frame is one scan (`SC1`, `HS1`) or one round over chosen masses (`MRn`, then `TP?`), never
/// continuous mode: every frame has its own trigger, where driver and head are in step again. How
/// its bytes lie is drawn at the decoding. Behind each frame the driver waits for bytes too many,
/// and asks for STATUS, so that a filament that went out is not taken for a good vacuum.
public struct ResidualGasAnalyzer: Instrument, ~Copyable {
  /// What was wrong with the last frame.
  enum Damage {
    case timedOut, desynchronized
  }

  /// What the instrument said of itself; memory blocks hold whole answers, LF CR included.
  public internal(set) var record: InstrumentRecord
  var conversation: RGAConversation
  let model: RGAModel
  /// Numbers that the instrument has, as far as they are known.
  var inForce: [String: Double]
  /// What was asked for last, complete.
  var asked: Settings
  /// Whether the total current is known to be measured.
  var measuresTotal = false
  var plan: RGAPlan
  var triggers: [RGATrigger] = []
  /// What STATUS must not say behind a frame.
  var watched: RGAStatus = []
  /// Whether settings were applied since the instrument was made safe.
  var isReady = false
  var damage: Damage?
  var damagedInARow = 0
  /// Why the link ended behind a whole frame: told after the frame was kept.
  var held: LinkError?
  /// What STATUS said against the last frame.
  var fault: RGAStatus = []
  private var isClosed = false

  /// Switches multiplier and filament off, identifies the unit and reads what it stores.
  ///
  /// Closes the link when that fails, switched off as far as the link carries.
  public init(
    link: consuming any ByteLink & ~Copyable, profile: DeviceProfile
  ) throws(DriverError) {
    var link = link
    let model: RGAModel
    let standard: Settings
    let plan: RGAPlan
    do {
      model = try RGAModel(profile)
      standard = try model.complete(Settings(), over: profile.standardSettings)
      plan = try RGAPlan(standard, model)
    } catch {
      link.close()
      throw error
    }
    var conversation = RGAConversation(link: link, model: model)
    let opening: RGAOpening
    do {
      opening = try conversation.open()
    } catch {
      // A stop may come at any moment of this; what switches off must not be cut short by it.
      for _ in 0..<2 {
        conversation.link.canceller.rearm()
        conversation.isInStep = false
        do {
          try conversation.sendOff(until: .now.advanced(by: profile.limits.makeSafeWithin))
        } catch {
          if case .link(.cancelled, _) = error { continue }
        }
        break
      }
      conversation.link.close()
      throw error
    }
    self.conversation = conversation
    self.model = model
    self.plan = plan
    record = opening.record
    inForce = opening.found
    asked = standard
    noteOff()
  }

  /// The size in bytes of the longest scan over the whole range.
  public var largestFrame: Int { model.largestFrame }

  /// The time of measuring one frame, or of sending it where the line is slower.
  public var frameTime: Duration { plan.frameTime(on: model.line) }

  /// Switches multiplier and filament off; settings must be applied again afterwards.
  public mutating func makeSafe() throws(DriverError) {
    isReady = false
    inForce[RGASetting.emission] = nil
    inForce[RGASetting.multiplier] = nil
    try conversation.makeSafe()
    noteOff()
  }

  private mutating func noteOff() {
    inForce[RGASetting.emission] = 0
    inForce[RGASetting.multiplier] = 0
    // Not by themselves on again: with the next settings only when those say so.
    asked[RGASetting.emission] = 0
    asked[RGASetting.multiplier] = 0
  }

  /// Makes safe and closes the link.
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
  ) throws(DriverError) -> MassInterpreter {
    try RGAModel(profile).interpreter(record)
  }

  /// The driver as the registry lists it.
  public static let entry = DriverEntry(
    id: "stanford-research-rga",
    open: { link, profile throws(DriverError) in
      try ResidualGasAnalyzer(link: link, profile: profile)
    },
    interpret: { profile, record throws(DriverError) in .mass(try interpret(profile, record)) },
    check: { profile throws(DriverError) in
      let model = try RGAModel(profile)
      let standard = try model.complete(Settings(), over: profile.standardSettings)
      _ = try RGAPlan(standard, model)
    })
}
