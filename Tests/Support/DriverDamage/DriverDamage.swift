public import Emulation
public import Instruments
internal import Links

/// What is done to the bytes of one readout or question.
public enum Damage: String, Sendable, CaseIterable {
  /// Nothing comes after this transfer.
  case cut
  /// The last byte is missing.
  case oneShort
  /// One byte more comes.
  case oneLong
  /// The last byte is another one.
  case wrongEnd
  /// All bytes are 0x00.
  case allZero
  /// All bytes are 0xFF.
  case allOnes
  /// Nothing comes, and never will.
  case timeOut
  /// The plug is pulled.
  case gone
  /// Nothing comes in time; it comes first when the next is asked for.
  case stale
}

/// The damage matrix that every driver passes: the same damage to every transfer of a readout and
/// of an opening, over an emulated device in this process.
///
/// What must hold after each: the error is named, the device is idle and harmless and can be opened
/// again, nothing damaged was given out as good, and the next frame is good.
public struct DriverDamage: Sendable {
  private let driver: DriverEntry
  private let profile: DeviceProfile
  private let settings: Settings
  private let endpoints: [UInt8]
  private let marksFrames: Bool
  /// Whether frames come by themselves: a readout may bring nothing, and what is left of a damaged
  /// frame comes before the next good one.
  private let streams: Bool
  private let device: @Sendable () throws -> EmulatedDevice
  private var isSerial: Bool { if case .serial = profile.link { true } else { false } }

  /// What an undamaged conversation takes.
  public struct Rehearsal: Sendable {
    /// The reads that bring bytes from the first word until the instrument is open, by number.
    public var openingReads: [Int]
    /// The reads that bring bytes of one frame and what belongs to it, by number.
    public var frameReads: [Int]
    /// Those of them that another one follows without anything being asked for in between.
    public var readsBeforeOthers: [Int]
    /// Bytes of one frame.
    public var frameBytes: Int
    /// What the instrument says of itself.
    public var record: InstrumentRecord
  }

  /// Makes the matrix of a driver.
  ///
  /// `endpoints` are those that the instrument answers on (0 for a serial line). `marksFrames` says
  /// whether a frame has an end mark or checksum; without one, frames of the right length are
  /// believed whatever is in them. `streams` says that frames come by themselves. `device` makes a fresh one, fast.
  public init(
    driver: DriverEntry, profile: DeviceProfile, settings: Settings, endpoints: [UInt8],
    marksFrames: Bool, streams: Bool = false,
    device: @escaping @Sendable () throws -> EmulatedDevice
  ) {
    self.driver = driver
    self.profile = profile
    self.settings = settings
    self.endpoints = endpoints
    self.marksFrames = marksFrames
    self.streams = streams
    self.device = device
  }

  private struct Finding: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
  }

  // MARK: The matrix

  /// Counts the transfers of an undamaged conversation.
  public func rehearse() throws -> Rehearsal {
    let (device, script) = (try device(), DamageScript(isSerial: isSerial))
    var instrument = try open(device, script)
    let opening = script.fruitful
    _ = try instrument.apply(settings)
    _ = try goodFrame(&instrument)
    script.begin(nil, at: 0..<0)
    let frame = try goodFrame(&instrument)
    let (reads, epochs) = (script.fruitful, script.epochs)
    let before = reads.indices.dropLast().filter { epochs[$0] == epochs[$0 + 1] }.map { reads[$0] }
    let record = instrument.record
    try instrument.close()
    try expectIdle(device)
    return Rehearsal(
      openingReads: opening, frameReads: reads, readsBeforeOthers: before, frameBytes: frame.count,
      record: record)
  }

  /// Damages every transfer of a frame in every way; returns how many cases there were and what
  /// was found wrong.
  public func damageFrames() throws -> (cases: Int, findings: [String]) {
    let rehearsal = try rehearse()
    var (cases, findings) = (0, [String]())
    for damage in Damage.allCases {
      for places in Self.places(of: damage, rehearsal) {
        cases += 1
        do {
          try damageFrame(damage, places, rehearsal)
        } catch {
          findings.append("\(profile.id), frame, \(damage.rawValue) at read \(places): \(error)")
        }
      }
    }
    return (cases, findings)
  }

  /// Damages every transfer of an opening in every way but those that no one can see.
  ///
  /// `unverified` are the reads, from 0, whose content the protocol gives no means to check. Of an
  /// opening that reads byte by byte, `every` takes one read in so many.
  public func damageOpening(
    unverified: Set<Int> = [], every: Int = 1
  ) throws -> (cases: Int, findings: [String]) {
    let rehearsal = try rehearse()
    var (cases, findings) = (0, [String]())
    for damage in Damage.allCases where damage != .wrongEnd {
      for place in rehearsal.openingReads where place % every == 0 {
        if [.allZero, .allOnes].contains(damage), unverified.contains(place) { continue }
        cases += 1
        do {
          try damageOpening(damage, place, rehearsal)
        } catch {
          findings.append("\(profile.id), opening, \(damage.rawValue) at read \(place): \(error)")
        }
      }
    }
    return (cases, findings)
  }

  /// At which reads a damage is done: each, all together, or the last.
  private static func places(of damage: Damage, _ rehearsal: Rehearsal) -> [Range<Int>] {
    let each = rehearsal.frameReads.map { $0..<$0 + 1 }
    switch damage {
    case .cut: return rehearsal.readsBeforeOthers.map { $0..<$0 + 1 }
    case .allZero, .allOnes: return [0..<(rehearsal.frameReads.last ?? 0) + 1]
    case .wrongEnd: return Array(each.suffix(1))
    default: return each
    }
  }

  // MARK: One case

  private func damageFrame(
    _ damage: Damage, _ places: Range<Int>, _ rehearsal: Rehearsal
  ) throws {
    let (device, script) = (try device(), DamageScript(isSerial: isSerial))
    var instrument = try open(device, script)
    _ = try instrument.apply(settings)
    _ = try goodFrame(&instrument)
    script.begin(damage, at: places)
    var outcome: FrameOutcome?
    var failure: DriverError?
    do {
      outcome = try readFrame(&instrument).readout.outcome
    } catch {
      failure = error
    }
    guard script.done > 0 else { throw Finding("no read was damaged") }
    if damage == .gone, case .refused = outcome {
      // The frame was whole before: it is kept, not believed, and the next call tells.
      do { try instrument.resynchronize() } catch { failure = error }
    }
    if damage == .gone {
      guard case .link(.gone, _) = failure else { throw Finding("gone is told as \(told())") }
      // It cannot be made safe; that is an error, and the link is closed all the same.
      try? instrument.close()
      device.plug()
      return try expectUsable(device)
    }
    func told() -> String { failure.map { "\($0)" } ?? outcome.map { "\($0)" } ?? "nothing" }
    switch outcome {
    case nil: throw Finding("the session ends by \(told())")
    case .nothingYet where streams: break
    case .complete, .stale, .nothingYet, .ended:
      var isInvisible = !marksFrames && [.allZero, .allOnes, .wrongEnd].contains(damage)
      // A byte too many behind the last answer meets the next frame.
      if damage == .oneLong, isSerial { isInvisible = !script.wasFelt }
      if !isInvisible { throw Finding("damaged bytes are given out as \(told())") }
    case .partial, .refused: try instrument.resynchronize()
    }
    let frame: [UInt8]
    if damage == .oneLong, isSerial, !script.wasFelt {
      let (readout, bytes) = try readFrame(&instrument)
      if readout.outcome == .complete {
        if script.wasFelt { throw Finding("a byte too many is taken for the next frame's") }
        frame = bytes
      } else {
        try instrument.resynchronize()
        frame = try goodFrame(&instrument)
      }
    } else {
      frame = try goodFrame(&instrument)
    }
    guard frame.count == rehearsal.frameBytes else { throw Finding("next: \(frame.count) bytes") }
    try instrument.close()
    try expectIdle(device)
    try expectUsable(device)
  }

  private func damageOpening(
    _ damage: Damage, _ place: Int, _ rehearsal: Rehearsal
  ) throws {
    let (device, script) = (try device(), DamageScript(isSerial: isSerial))
    script.begin(damage, at: place..<place + 1)
    do {
      var instrument = try open(device, script)
      let record = instrument.record
      guard damage != .gone else { throw Finding("gone is not told") }
      guard record == rehearsal.record else {
        throw Finding("opened with another record: \(differences(record, rehearsal.record))")
      }
      _ = try instrument.apply(settings)
      _ = try goodFrame(&instrument)
      try instrument.close()
      try expectIdle(device)
    } catch let error as DriverError {
      if damage == .gone {
        guard case .link(.gone, _) = error else { throw Finding("gone is told as \(error)") }
        device.plug()
      } else if !device.leftOn.isEmpty {
        throw Finding("\(error), and left on: \(device.leftOn)")
      }
    }
    guard script.done > 0 else { throw Finding("no read was damaged") }
    try expectUsable(device)
  }

  private func differences(_ one: InstrumentRecord, _ other: InstrumentRecord) -> String {
    let blocks = zip(one.memory, other.memory).filter { $0 != $1 }.map { $0.0.name }
    return "\(one.serialNumber), firmware \(one.firmware ?? "none"), \(one.remarks), \(blocks)"
  }

  // MARK: Conversation

  private func open(
    _ device: EmulatedDevice, _ script: DamageScript
  ) throws(DriverError) -> any Instrument & ~Copyable {
    try driver.open(DamagedLink(to: device, script), profile)
  }

  private func readFrame(
    _ instrument: inout any Instrument & ~Copyable
  ) throws(DriverError) -> (readout: FrameReadout, bytes: [UInt8]) {
    var slot = [UInt8](repeating: 0xEE, count: instrument.largestFrame)
    var span = slot.mutableSpan
    let readout = try instrument.readFrame(into: &span)
    return (readout, Array(slot.prefix(readout.byteCount)))
  }

  /// The next frame that is not stale.
  private func goodFrame(
    _ instrument: inout any Instrument & ~Copyable
  ) throws -> [UInt8] {
    // A readout that brings nothing may take no time here.
    for _ in 0..<(streams ? 1_000_000 : 8) {
      let (readout, bytes) = try readFrame(&instrument)
      switch readout.outcome {
      case .complete: return bytes
      case .stale, .nothingYet: continue
      case .ended: throw Finding("it says that the run is over")
      case .partial, .refused:
        if streams { continue }
        throw Finding("the next frame is \(readout.outcome)")
      }
    }
    throw Finding("no good frame comes any more")
  }

  /// Nothing waits to be read, nothing is left switched on, and nobody holds it.
  private func expectIdle(_ device: EmulatedDevice) throws {
    guard device.leftOn.isEmpty else { throw Finding("left on: \(device.leftOn)") }
    var link = device.inProcessLink()
    defer { link.close() }
    for endpoint in endpoints {
      let left = try link.drain(
        endpoint, quiet: .milliseconds(2), until: .now.advanced(by: .seconds(5)))
      guard left == 0 else { throw Finding("\(left) bytes wait on end point \(endpoint)") }
    }
  }

  /// It can be opened again and measures.
  private func expectUsable(_ device: EmulatedDevice) throws {
    var instrument = try open(device, DamageScript(isSerial: isSerial))
    _ = try instrument.apply(settings)
    _ = try goodFrame(&instrument)
    try instrument.close()
    try expectIdle(device)
  }
}
