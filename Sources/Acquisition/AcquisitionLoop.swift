internal import Instruments
internal import Laboratory
internal import Links
internal import ScanRing

/// Frame after frame from one instrument into the ring, on the acquisition thread.
///
/// Between the first and the last frame our code allocates nothing, takes no lock, writes no log
/// and uses no Foundation; records other than frames are made before and after.
struct AcquisitionLoop: ~Copyable {
  private var instrument: (any Instrument & ~Copyable)?
  private var producer: RingProducer
  private let plan: AcquisitionPlan
  private let mailbox: Mailbox
  private let counters: AcquisitionCounters
  private let carrier: LinkCarrier
  private let frameSize: Int
  private var damaged = 0
  /// Whether the instrument has ended the run in order by itself.
  private var hasEnded = false
  /// What is in force for the frames of the run; darks differ for their time.
  private var settings: Settings

  init(
    instrument: consuming any Instrument & ~Copyable, producer: consuming RingProducer,
    plan: AcquisitionPlan, mailbox: Mailbox, counters: AcquisitionCounters,
    carrier: LinkCarrier = .usb
  ) {
    self.carrier = carrier
    frameSize = instrument.largestFrame
    self.instrument = consume instrument
    self.producer = producer
    settings = plan.settings
    self.plan = plan
    self.mailbox = mailbox
    self.counters = counters
  }

  /// The instrument, for its owner to go on with.
  mutating func giveBack() -> (any Instrument & ~Copyable)? { instrument.take() }

  /// Takes darks and frames as planned, and says how it went.
  mutating func acquire() -> (RunEnd, Failure?) {
    note(.clock, clockReading())
    do throws(DriverError) {
      return (try takeAll(), nil)
    } catch {
      return ended(by: error)
    }
  }

  /// Switches off what can harm; a failure shows again when the instrument is closed.
  mutating func makeSafe() { try? instrument?.makeSafe() }

  /// Records how the run ended, and ends the ring.
  mutating func conclude(_ end: RunEnd, _ failure: Failure?) {
    note(.clock, clockReading())
    note(.end, endReading(end, failure))
    producer.finish()
  }

  private mutating func takeAll() throws(DriverError) -> RunEnd {
    if plan.darkScans == 0 {
      note(.settings, settingsReading(settings))
    } else {
      if let end = stopped { return end }
      try put(settings.overlaid(with: plan.darkSettings))
      let end = try take(.dark, .scans(plan.darkScans))
      // After a stop the light stays off.
      if let end = end == .done ? stopped : end { return end }
      try put(settings)
    }
    if let time = instrument?.frameTime { counters.frames(last: time) }
    counters.begin(at: .now)
    return try take(plan.kind, plan.extent)
  }

  private var stopped: RunEnd? {
    switch mailbox.stopReason {
    case .person: .person
    case .space: .space
    case .time: .done
    case nil: nil
    }
  }

  /// Puts settings in force and records them as sent.
  private mutating func put(_ settings: Settings) throws(DriverError) {
    guard let sent = try instrument?.apply(settings) else { return }
    if let time = instrument?.frameTime { counters.frames(last: time) }
    note(.settings, settingsReading(sent))
  }

  /// Takes frames of one kind until enough, stopped or failed.
  private mutating func take(
    _ kind: RecordKind, _ extent: AcquisitionPlan.Extent
  ) throws(DriverError) -> RunEnd {
    let began = MonotonicInstant.now
    var taken = 0
    while true {
      switch extent {
      case .scans(let wanted): if taken >= wanted { return .done }
      case .duration(let length):
        if began.duration(to: .now) >= length { return .done }
      case .untilStopped: break
      }
      if let end = stopped { return end }
      if let change = mailbox.takeChange() {
        settings = settings.overlaid(with: change)
        // Darks of two exposures make no mean: those before the change are kept, and not counted.
        if plan.darkScans > 0, kind == .dark { taken = 0 }
        try put(kind == .dark ? settings.overlaid(with: plan.darkSettings) : settings)
      }
      guard producer.hasRoom(for: frameSize) else {
        // The slowest reader holds us back: a polled instrument is simply not asked.
        counters.countWait()
        pause(microseconds: 200)
        continue
      }
      if try takeFrame(kind) { taken += 1 }
      if hasEnded { return .done }
    }
  }

  /// Reads one frame into the ring; true when it was accepted as a scan.
  private mutating func takeFrame(_ kind: RecordKind) throws(DriverError) -> Bool {
    guard var instrument = instrument.take() else { return false }
    var outcome = FrameOutcome.nothingYet
    var lost: UInt64 = 0
    var thrown: DriverError?
    _ = producer.append(capacity: frameSize) { header, slot in
      do throws(DriverError) {
        let readout = try instrument.readFrame(into: &slot)
        (outcome, lost) = (readout.outcome, readout.lost)
        header = Self.header(kind, readout)
        return outcome != .nothingYet && outcome != .ended
      } catch {
        thrown = error
        return false
      }
    }
    self.instrument = consume instrument
    if let thrown { throw thrown }
    if lost > 0 { producer.lose(lost) }
    return try judge(outcome, kind)
  }

  private mutating func judge(
    _ outcome: FrameOutcome, _ kind: RecordKind
  ) throws(DriverError) -> Bool {
    switch outcome {
    case .complete:
      damaged = 0
      counters.countAccepted(dark: kind == .dark)
      return true
    case .stale:
      counters.countStale()
      return false
    case .nothingYet: return false
    case .ended:
      hasEnded = true
      return false
    case .partial: counters.countPartial()
    case .refused: counters.countRefused()
    }
    damaged += 1
    if damaged >= plan.damagedInARow {
      throw .unexpectedAnswer(
        what: "The instrument's data", detail: "\(damaged) damaged frames in a row")
    }
    try instrument?.resynchronize()
    return false
  }

  private static func header(_ kind: RecordKind, _ readout: FrameReadout) -> RecordHeader {
    var stored = kind
    var flags: ScanFlags = []
    var detail: UInt64 = 0
    switch readout.outcome {
    case .complete, .nothingYet, .ended: break
    case .partial: (stored, flags) = (.refused, .partial)
    case .stale: (stored, flags) = (.refused, .stale)
    case .refused(let reason):
      (stored, flags) = (.refused, .refused)
      detail = UInt64(reason.rawValue)
    }
    return RecordHeader(
      kind: stored, flags: flags.rawValue, requested: readout.requested.nanoseconds,
      firstByte: readout.firstByte.nanoseconds, lastByte: readout.lastByte.nanoseconds,
      detail: detail, byteCount: UInt32(readout.byteCount))
  }

  /// Puts a record of our own into the ring; waits for room, as these are few and none may go.
  private mutating func note(_ kind: RecordKind, _ content: [UInt8]) {
    let header = RecordHeader(kind: kind, lastByte: MonotonicInstant.now.nanoseconds)
    while !producer.hasRoom(for: content.count) { pause(microseconds: 200) }
    _ = producer.append(header, content.span)
  }

  private mutating func ended(by error: DriverError) -> (RunEnd, Failure?) {
    let failure = error.failure(on: carrier)
    guard case .link(let link, _) = error else { return (.fault, failure) }
    switch link {
    case .cancelled:
      return (stopped ?? .person, nil)
    case .gone: return (.unplug, failure)
    default: return (.fault, failure)
    }
  }
}
