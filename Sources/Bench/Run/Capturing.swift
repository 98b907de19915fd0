internal import Acquisition
internal import Foundation
public import Instruments
public import Laboratory
internal import Links
internal import Records
internal import ScanRing

/// Records the wire traffic of a short session: open, apply, read scans, close.
public struct Capturing: Sendable {
  private let bench: Bench

  /// Makes the recorder of a bench.
  public init(bench: Bench) { self.bench = bench }

  /// Writes a capture file and returns how many events are in it.
  ///
  /// What was exchanged before a failure is in the file too, as that is what support needs.
  public func capture(
    _ address: String, scans: Int, settings: Settings, to path: String, who: String
  ) async throws(Failure) -> Int {
    try bench.home.prepare()
    let instrument = try await offPool { [bench] () throws(Failure) in
      try bench.instrument(at: address)
    }
    let (driver, profile) = try bench.driver(for: instrument)
    let complete = try SettingsCheck.complete(settings, profile: profile)
    let lock = try InstrumentLock(
      folder: bench.home.locks, address: instrument.port.address, purpose: "capturing")
    guard !FileManager.default.fileExists(atPath: path) else {
      throw Failure(
        "capture-exists", exit: .usage, what: "The file \(path) is there already.",
        why: "A capture never overwrites another one.", next: "Name a file that does not exist.")
    }
    try bench.audit.demand([
      AuditAct(
        .captureMade, "instrument/\(instrument.port.address)", by: who,
        detail: ["file": path, "model": profile.id, "scans": "\(scans)"])
    ])
    let header = CaptureHeader(
      model: profile.id, firmware: nil, date: .now, who: who,
      how: "gauger capture, \(Gauger.signature)", licence: "not stated",
      origin: instrument.port.isEmulated ? .emulated : .hardware, serialBlanked: false)
    let reach = bench.reach
    let session = InstrumentSession(driver: driver, profile: profile) {
      () throws(LinkError) -> any ByteLink & ~Copyable in
      let link = try reach.connect(instrument.port, profile)
      do throws(Failure) {
        return try CaptureLink(link, to: path, header: header)
      } catch {
        throw .system(operation: "begin the capture \(path)", code: 0, text: error.why)
      }
    }
    let failure = await read(session, instrument, profile, complete, scans)
    _ = await session.close()
    lock.release()
    if let failure { throw failure }
    // Read back: what cannot be read again is no capture.
    return try Capture(file: path).events.count
  }

  private func read(
    _ session: InstrumentSession, _ instrument: ListedInstrument, _ profile: DeviceProfile,
    _ settings: Settings, _ scans: Int
  ) async -> Failure? {
    do throws(Failure) {
      let opened = try await session.open()
      try bench.check(instrument, is: opened.record)
      let sent = try await session.apply(profile.instrumentPart(of: settings))
      let ring = ScanRing(capacity: max(1 << 20, 8 * opened.largestFrame), readers: 1)
      let source = Handoff(ring.takeReader(0))
      let emptied = Task {
        await offPool {
          guard var reader = source.take() else { return }
          while true {
            switch reader.next({ _, _ in }) {
            case .record: continue
            case .finished: return
            case .empty: reader.wait(atMost: .milliseconds(200))
            }
          }
        }
      }
      let outcome = await session.run(
        AcquisitionPlan(extent: .scans(scans), settings: sent),
        into: Handoff(ring.takeProducer()))
      await emptied.value
      return outcome.failure
    } catch {
      return error
    }
  }
}
