internal import Acquisition
public import Instruments
public import Laboratory
internal import Links
internal import Processing
internal import ScanRing
internal import Synchronization

/// What a viewer sees of an instrument at one moment.
public enum LivePicture: Sendable {
  /// The newest spectrum of an array spectrometer.
  case spectrum(Spectrum)
  /// The newest scan of a mass spectrometer, and the traces of the last scans.
  case mass(MassSpectrum, traces: [Trace])
  /// The last points of the signals of an instrument that says what it measures.
  case traces([Trace])
}

/// Looking at an instrument without recording anything: the newest scan, again and again.
public final class LiveView: Sendable {
  /// Pictures as they come; a slow viewer sees the newest, not all.
  public let pictures: AsyncThrowingStream<LivePicture, any Error>
  private let out: AsyncThrowingStream<LivePicture, any Error>.Continuation
  private let session = Mutex<InstrumentSession?>(nil)
  private let stopped = Atomic<Bool>(false)

  /// Opens an instrument and begins to look.
  public init(bench: Bench, address: String, settings: Settings) {
    (pictures, out) = AsyncThrowingStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    // A viewer that goes away without a word must not leave the light on.
    out.onTermination = { [weak self] _ in self?.stop() }
    Task { [self] in
      do throws(Failure) {
        try await look(bench, address, settings)
        out.finish()
      } catch {
        out.finish(throwing: error)
      }
    }
  }

  /// Ends the view and makes the instrument safe.
  public func stop() {
    stopped.store(true, ordering: .releasing)
    session.withLock { $0 }?.stop(.person)
  }

  private func look(
    _ bench: Bench, _ address: String, _ settings: Settings
  ) async throws(Failure) {
    let (instrument, lock) = try await offPool { () throws(Failure) in
      try bench.home.prepare()
      let found = try bench.instrument(at: address)
      if case .state(let failure) = PortAdvice.judge(found) { throw failure }
      return (
        found,
        try InstrumentLock(
          folder: bench.home.locks, address: found.port.address, purpose: "live view")
      )
    }
    let (driver, profile) = try bench.driver(for: instrument)
    let complete = try SettingsCheck.complete(settings, profile: profile)
    let reach = bench.reach
    let newSession = InstrumentSession(driver: driver, profile: profile) {
      () throws(LinkError) in try reach.connect(instrument.port, profile)
    }
    session.withLock { $0 = newSession }
    if stopped.load(ordering: .acquiring) { newSession.stop(.person) }
    let failure = await show(newSession, driver, profile, complete) { (record) throws(Failure) in
      try bench.check(instrument, is: record)
    }
    _ = await newSession.close()
    lock.release()
    // A person who ends the view while the instrument is being opened has not failed.
    if let failure, failure.exit != .stoppedShort { throw failure }
  }

  /// Opens and looks until stopped; gives what ended it, if that was a failure.
  private func show(
    _ session: InstrumentSession, _ driver: DriverEntry, _ profile: DeviceProfile,
    _ complete: Settings, check: @Sendable (InstrumentRecord) throws(Failure) -> Void
  ) async -> Failure? {
    do throws(Failure) {
      let opened = try await session.open()
      try check(opened.record)
      let sent = try await session.apply(profile.instrumentPart(of: complete))
      return await show(
        session, opened, try interpreter(driver, profile, opened.record),
        complete.overlaid(with: sent), sent)
    } catch {
      return error
    }
  }

  private func interpreter(
    _ driver: DriverEntry, _ profile: DeviceProfile, _ record: InstrumentRecord
  ) throws(Failure) -> FrameInterpreter {
    do throws(DriverError) { return try driver.interpret(profile, record) } catch {
      throw error.failure
    }
  }

  /// Runs until stopped; gives what ended it, if that was a failure.
  private func show(
    _ session: InstrumentSession, _ opened: InstrumentSession.Opened,
    _ interpreter: FrameInterpreter, _ settings: Settings, _ sent: Settings
  ) async -> Failure? {
    let ring = ScanRing(capacity: max(8 * opened.largestFrame, 1 << 20), readers: 1)
    let source = Handoff(ring.takeReader(0))
    let viewer = Task {
      await offPool { [self] in view(source, interpreter, settings) }
    }
    let outcome = await session.run(
      AcquisitionPlan(extent: .untilStopped, settings: sent),
      into: Handoff(ring.takeProducer()))
    await viewer.value
    return outcome.failure
  }

  private func view(
    _ source: Handoff<RingReader>, _ interpreter: FrameInterpreter, _ settings: Settings
  ) {
    guard var reader = source.take() else { return }
    var eye = LiveEye(interpreter: interpreter, settings: settings)
    while true {
      let outcome = reader.next { header, content in
        eye.see(header, Array(copying: content))
      }
      switch outcome {
      case .record: continue
      case .finished: return
      case .empty:
        if let picture = eye.picture() { out.yield(picture) }
        reader.wait(atMost: .milliseconds(200))
      }
    }
  }
}
