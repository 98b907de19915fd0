internal import Acquisition
internal import Delivery
internal import Foundation
internal import Instruments
internal import Journal
internal import Laboratory
internal import Links
internal import Methods
internal import Processing
internal import Records
internal import ScanRing

/// One acquisition from the address to the delivery, step by step.
struct AcquireRun: Sendable {
  let bench: Bench
  let request: AcquireRequest
  let handle: RunHandle

  func run() async {
    do throws(Failure) {
      let prepared = try await offPool { () throws(Failure) in try prepare() }
      if let notice = bench.runs.unfinishedNotice { handle.tell(.warning(notice)) }
      let awake = SleepInhibitor(why: "measuring sample \(request.sample.id)")
      defer { awake.release() }
      let session = InstrumentSession(
        driver: prepared.driver, profile: prepared.profile,
        connect: { [reach = bench.reach] () throws(LinkError) in
          try reach.connect(prepared.instrument.port, prepared.profile)
        })
      handle.drives(session)
      do throws(Failure) {
        try await run(prepared, session)
      } catch {
        _ = await session.close()
        prepared.lock.release()
        throw error
      }
    } catch {
      let reason = error.what
      if let missed = await offPool({ request.taken?.release(reason) }) {
        handle.tell(.warning(BenchAudit.warning(missed)))
      }
      handle.tell(.failed(error))
    }
  }

  // MARK: - Before anything is opened

  struct Prepared: Sendable {
    var instrument: ListedInstrument
    var driver: DriverEntry
    var profile: DeviceProfile
    var settings: Settings
    /// The sample, with what is known of it only here: which replicate it is.
    var sample: Sample
    var dark: DarkFrame?
    var lock: InstrumentLock
  }

  /// Everything that can be refused before the instrument is touched.
  private func prepare() throws(Failure) -> Prepared {
    try bench.home.prepare()
    let sample = try bench.checked(
      request.sample, kind: request.kind, again: request.again)
    if let method = request.method { try Deliveries(bench: bench).check(method) }
    let instrument = try bench.instrument(at: request.address)
    try AcquireQuality(bench: bench, request: request).demandBefore(instrument)
    let (driver, profile) = try bench.driver(for: instrument)
    try refuseDarks(of: driver, profile)
    var settings = try SettingsCheck.complete(request.settings, profile: profile)
    if request.kind == .dark, request.settings["lamp"] == nil, profile.setting("lamp") != nil {
      // Nobody who asks for darks wants the lamp; whoever does says so.
      settings["lamp"] = 0
    }
    let wantsOwn = if case .take = request.dark { true } else { false }
    if wantsOwn, profile.setting("lamp") == nil {
      throw Failure(
        "dark-not-possible", exit: .usage, what: "\(profile.name) cannot take darks by itself.",
        why: "Its profile has no lamp line that could switch the light off.",
        next: "Cover the light, run with --kind dark, and name that run with --dark RUN.")
    }
    if request.kind.recordKind == .dark, request.dark != .none {
      throw Failure(
        "dark-of-dark", exit: .usage, what: "Darks cannot be subtracted from darks.",
        why: "A run of the kind dark consists of darks.",
        next: "Leave --dark away, or choose another --kind.")
    }
    let dark = try earlierDark()
    // Before the port is judged: our own command that holds it can be named better than the port can.
    let lock = try InstrumentLock(
      folder: bench.home.locks, address: instrument.port.address,
      purpose: "acquiring sample \(request.sample.id) for \(request.person)")
    if case .state(let failure) = PortAdvice.judge(instrument) {
      lock.release()
      throw failure
    }
    return Prepared(
      instrument: instrument, driver: driver, profile: profile, settings: settings, sample: sample,
      dark: dark, lock: lock)
  }

  /// Refuses darks where the driver's frames are mass scans, which is known without an instrument.
  ///
  /// A driver that needs the instrument's own answers to say so is asked again when it has them.
  private func refuseDarks(of driver: DriverEntry, _ profile: DeviceProfile) throws(Failure) {
    guard request.kind.recordKind == .dark || request.dark != .none else { return }
    let blank = InstrumentRecord(model: profile.id, serialNumber: "")
    if let refusal = (try? driver.interpret(profile, blank))?.refusalOfDarks { throw refusal }
  }

  private func earlierDark() throws(Failure) -> DarkFrame? {
    guard case .run(let run) = request.dark else { return nil }
    return try Reprocessing(bench: bench).dark(of: run)
  }

  // MARK: - With the instrument

  private func run(_ prepared: Prepared, _ session: InstrumentSession) async throws(Failure) {
    let opened = try await session.open()
    try bench.check(prepared.instrument, is: opened.record)
    let sent = try await session.apply(prepared.profile.instrumentPart(of: prepared.settings))
    let fresh = try await judged(
      await begun(begin(prepared, opened, settings: prepared.settings.overlaid(with: sent))))
    handle.tell(.opened(fresh.instrument, emulated: opened.emulated))
    let interpreter = try interpreter(prepared, opened.record)
    if let refusal = interpreter.refusalOfDarks,
      request.kind.recordKind == .dark || request.dark != .none
    {
      throw refusal
    }
    let folder = bench.home.folder(of: fresh.run)
    let mark = try await offPool { () throws(Failure) in
      try RunMark.make(for: fresh.run, in: bench.home)
    }
    let record = await audited(fresh)
    let live: Live
    do throws(Failure) {
      live = try await offPool { () throws(Failure) in
        let live = try start(record, prepared, opened, interpreter, folder, session)
        bench.remember(prepared.instrument, serialNumber: opened.record.serialNumber)
        return live
      }
    } catch {
      let safe = await session.close()
      await offPool {
        closeRecord(of: record, folder, error, safe)
        end(mark, record.run)
      }
      throw error
    }
    handle.tell(.started(record, folder: folder))
    let outcome = await acquire(live, session, plan(prepared, sent))
    let safe = await session.close()
    let (finished, status) = await offPool {
      let (finished, status) = RunFinish(bench: bench, handle: handle, folder: folder).finish(
        record, live, outcome, safe: safe)
      end(mark, record.run)
      if let missed = request.taken?.finish(finished) {
        handle.tell(.warning(BenchAudit.warning(missed)))
      }
      return (finished, status)
    }
    prepared.lock.release()
    // Behind everything: the run is over, and the next one may have begun.
    if let failure = await offPool({ bench.catalogue.follow([record.run]) }) {
      handle.tell(.warning(BenchCatalogue.warning(failure)))
    }
    handle.tell(.finished(finished, status))
  }

  /// The record of a run that begins, with what is to be said of the run before it.
  private func begun(_ record: RunRecord) async -> RunRecord {
    var noted = record
    noted.warnings = await offPool { bench.runs.madeSafe(before: record) }
    return noted
  }

  /// The record of a run that the quality rules let begin, with what they say of it.
  private func judged(_ begun: RunRecord) async throws(Failure) -> RunRecord {
    try await offPool { () throws(Failure) in
      var record = begun
      record.quality = try AcquireQuality(bench: bench, request: request).decide(
        record.instrument, record.settings)
      for finding in record.quality?.findings ?? [] {
        record.warnings.append(finding.warning)
        handle.tell(.warning(finding.warning))
      }
      return record
    }
  }

  /// The record of a run of whose start the audit chain was told; where it could not be, the run goes
  /// on and says so.
  private func audited(_ begun: RunRecord) async -> RunRecord {
    await offPool {
      var record = begun
      if let failure = bench.audit.note([.started(record)]) {
        let warning = BenchAudit.warning(failure)
        record.warnings.append(warning)
        handle.tell(.warning(warning))
      }
      return record
    }
  }

  /// Says in `run.json`, where there is one, that the run ended before its first frame.
  private func closeRecord(
    of begun: RunRecord, _ folder: String, _ failure: Failure, _ safe: SafeState
  ) {
    guard FileManager.default.fileExists(atPath: folder) else { return }
    RunFolder.giveRoom(in: folder)
    var record = begun
    (record.ended, record.endedBy) = (.now, failure.exit == .noSpace ? .space : .fault)
    (record.failure, record.safe) = (failure, safe)
    if let missed = bench.audit.note([.ended(record)]) {
      record.warnings.append(BenchAudit.warning(missed))
    }
    do throws(Failure) { try bench.runs.write(record) } catch {
      handle.tell(.warning("\(error.what) \(error.next)"))
    }
  }

  /// Takes the mark of an open run away, unless recovery has something left to do.
  private func end(_ mark: RunMark, _ run: RunID) {
    do throws(Failure) {
      if FileManager.default.fileExists(atPath: bench.home.folder(of: run)) {
        let kept = try? bench.runs.read(run)
        let places = bench.configuration.destinations.filter { kept.map($0.takes) ?? true }
        guard kept?.isUnfinished(destinations: places.map(\.name)) == false else {
          let text =
            "Something is left to do for this run. Mend the cause, then: gauger runs recover"
          return handle.tell(.warning(text))
        }
      }
      try mark.remove()
    } catch {
      handle.tell(.warning("\(error.what) \(error.next)"))
    }
  }

  private func plan(_ prepared: Prepared, _ sent: Settings) -> AcquisitionPlan {
    let extent: AcquisitionPlan.Extent =
      if let scans = request.scans { .scans(scans) } else if let duration = request.duration {
        .duration(duration)
      } else { .untilStopped }
    var plan = AcquisitionPlan(extent: extent, settings: sent, kind: request.kind.recordKind)
    if case .take(let scans) = request.dark {
      plan.darkScans = scans ?? request.scans ?? 10
      plan.darkSettings = Settings(["lamp": 0])
    }
    return plan
  }

  private func begin(
    _ prepared: Prepared, _ opened: InstrumentSession.Opened, settings: Settings
  ) -> RunRecord {
    let profile = prepared.profile
    let started = Timestamp.now
    var random = SystemRandomNumberGenerator()
    let short = profile.id.split(separator: "/").last.map(String.init) ?? profile.id
    let name = prepared.instrument.alias ?? "\(short)-\(opened.record.serialNumber)"
    var record = RunRecord(
      run: RunID(startedAt: started, instrument: name, random: &random), kind: request.kind,
      sample: prepared.sample, person: request.person,
      instrument: RunInstrument(
        address: prepared.instrument.port.address, model: profile.id, name: profile.name,
        maker: profile.maker, serialNumber: opened.record.serialNumber,
        firmware: opened.record.firmware, driver: profile.driver),
      settings: settings, scansAsked: request.scans, started: started,
      timeZone: bench.configuration.timeZone, emulated: opened.emulated,
      profileSHA256: Hash.sha256(of: Array(profile.text.utf8)), software: Gauger.signature)
    record.averageEvery = request.averageEvery
    record.method = request.method?.reference
    (record.worklist, record.again) = (request.taken?.reference, request.again)
    record.laboratory = bench.configuration.laboratory
    switch request.dark {
    case .none: break
    case .take: record.darkSource = DarkFrame.ownRun
    case .run(let run): record.darkSource = run.text
    }
    return record
  }

  private func interpreter(
    _ prepared: Prepared, _ record: InstrumentRecord
  ) throws(Failure) -> FrameInterpreter {
    do throws(DriverError) {
      return try prepared.driver.interpret(prepared.profile, record)
    } catch {
      throw error.failure
    }
  }

  /// What runs beside the acquisition thread.
  struct Live: Sendable {
    var recorder: JournalRecorder
    var core: Core
    var producer: Handoff<RingProducer>
    var ring: ScanRing
  }

  private func start(
    _ record: RunRecord, _ prepared: Prepared, _ opened: InstrumentSession.Opened,
    _ interpreter: FrameInterpreter, _ folder: String, _ session: InstrumentSession
  ) throws(Failure) -> Live {
    try RunFolder.make(folder)
    try bench.runs.write(record)
    RunFolder.keepRoom(in: folder)
    let perSecond = prepared.profile.limits.peakFramesPerSecond
    // Ten seconds at the model's peak rate, and never so small that a frame could not be held.
    let wanted = Int(perSecond * 10) * (opened.largestFrame + 128)
    let least = max(4 << 20, 8 * opened.largestFrame)
    let ring = ScanRing(capacity: max(least, min(wanted, 256 << 20)), readers: 2)
    // Taken first: when something below fails it is dropped, and that ends the ring's readers.
    let producer = Handoff(ring.takeProducer())
    let header = JournalHeader(
      run: record.run, started: record.started, emulated: record.emulated, kind: record.kind,
      sample: record.sample, person: record.person, instrument: opened.record,
      address: record.instrument.address, driver: prepared.driver.id,
      profileText: prepared.profile.text, methodText: request.method?.text.text,
      settings: record.settings,
      scansAsked: record.scansAsked, timeZone: record.timeZone)
    let journal = folder + "/" + RunFolder.journal
    let recorder: JournalRecorder
    do throws(JournalError) {
      recorder = try JournalRecorder.start(
        path: journal, header: header, reader: ring.takeReader(0),
        onFailure: { _ in session.stop(.space) })
    } catch {
      throw error.failure
    }
    let core = Core(journal: journal, recorder: recorder) { [handle] findings in
      handle.tell(.provisional(findings))
    }
    try core.start(
      reader: Handoff(ring.takeReader(1)),
      processor: try RunProcessor(
        interpreter,
        RunProcessor.Recipe(
          settings: record.settings, averageEvery: request.averageEvery,
          kind: request.kind.recordKind, dark: prepared.dark, method: request.method)))
    return Live(
      recorder: recorder, core: core, producer: producer, ring: ring)
  }

  private func acquire(
    _ live: Live, _ session: InstrumentSession, _ plan: AcquisitionPlan
  ) async -> InstrumentSession.Outcome {
    let began = MonotonicInstant.now
    let ticker = Task {
      while !Task.isCancelled {
        try? await Task.sleep(for: .milliseconds(100))
        if Self.isOverdue(plan, session.counters) { session.stop(.time) }
        let progress = live.recorder.progress
        var counts = session.counters.counts
        counts.durable = progress.framesDurable
        handle.tell(
          .progress(
            RunProgress(
              counts: counts, wanted: request.scans, elapsed: began.duration(to: .now),
              ringFill: max(live.ring.fillLevel(ofReader: 0), live.ring.fillLevel(ofReader: 1)))))
      }
    }
    let outcome = await session.run(plan, into: live.producer)
    ticker.cancel()
    await ticker.value
    return outcome
  }

  /// Whether a run of a given time waits for a frame that does not come, such as a triggered one.
  ///
  /// A frame that was merely asked for before the time was over is waited for.
  private static func isOverdue(_ plan: AcquisitionPlan, _ counters: AcquisitionCounters) -> Bool {
    guard case .duration(let length) = plan.extent, let began = counters.framesBegan else {
      return false
    }
    return began.duration(to: .now) > length + counters.frameTime * 3 + .seconds(1)
  }
}

extension RunKind {
  /// What the frames of such a run are called in the journal.
  var recordKind: RecordKind {
    switch self {
    case .dark: .dark
    case .reference, .background: .reference
    case .sample, .blank, .standard, .check, .tune: .frame
    }
  }
}

extension DeviceProfile {
  /// The settings that the instrument itself is told.
  func instrumentPart(of settings: Settings) -> Settings {
    Settings(settings.values.filter { setting($0.key)?.scope == .instrument })
  }
}
