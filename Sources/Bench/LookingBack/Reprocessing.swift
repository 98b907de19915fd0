internal import Acquisition
internal import Instruments
internal import Journal
internal import Laboratory
internal import Processing
internal import Profiles
internal import ScanRing

/// Computes a run again from its journal, without the instrument and with the profile it was
/// taken by.
struct Reprocessing: Sendable {
  let bench: Bench

  /// What a journal gives when it is read from its first record to its last.
  struct Outcome: Sendable {
    var output: RunOutput
    var header: JournalHeader
    var tail: JournalTail
    var records: UInt64
  }

  /// The results of a run, computed again.
  ///
  /// With `keepsScans` every mass scan too, which needs memory for all of them.
  func output(of record: RunRecord, keepsScans: Bool = false) throws(Failure) -> Outcome {
    var dark: DarkFrame?
    if let source = record.darkSource, source != DarkFrame.ownRun, let id = RunID(source) {
      dark = try self.dark(of: id)
    }
    let given = dark
    return try read(record.run) { (header, interpreter) throws(Failure) in
      try RunProcessor(
        interpreter,
        RunProcessor.Recipe(
          settings: header.settings, averageEvery: record.averageEvery,
          kind: header.kind.recordKind, dark: given, keepsScans: keepsScans))
    }
  }

  /// The mean of the dark frames of a run.
  func dark(of run: RunID) throws(Failure) -> DarkFrame {
    var reader = try open(run)
    let interpreter = try interpreter(reader.header).array()
    var stage: DarkStage?
    var exposure: Double?
    var staged: Double?
    var counts = [Double](repeating: 0, count: interpreter.detector.channelCount)
    while let record = try next(&reader) {
      if record.header.kind == .settings {
        exposure = ArrayProcessor.exposure(in: record.content) ?? exposure
      }
      guard record.header.kind == .dark else { continue }
      do throws(DriverError) {
        var span = counts.mutableSpan
        try interpreter.decode(record.content.span, &span)
      } catch {
        throw error.failure
      }
      // Darks of two exposures make no mean: those of the last one count.
      if stage == nil || exposure != staged {
        staged = exposure
        stage = DarkStage(detector: interpreter.detector, exposure: exposure, source: "run \(run)")
      }
      _ = stage?.step(
        Scan(
          sequence: record.header.sequence, requested: .unknown, received: .unknown, flags: [],
          counts: counts))
    }
    if let dark = stage.take()?.finish().first { return dark }
    throw Failure(
      "dark-empty", exit: .notFound, what: "The run \(run) holds no dark frames.",
      why: "It was not made with --kind dark or --dark take.",
      next: "Take darks with: gauger acquire ADDRESS --sample dark --kind dark --scans 10")
  }

  private func read(
    _ run: RunID,
    _ make: (JournalHeader, FrameInterpreter) throws(Failure) -> RunProcessor
  ) throws(Failure) -> Outcome {
    var reader = try open(run)
    let header = reader.header
    var processor = try make(header, try interpreter(header))
    var output = RunOutput()
    var records: UInt64 = 0
    while let record = try next(&reader) {
      output += try processor.consume(record.header, record.content)
      records += 1
    }
    output += processor.finish()
    return Outcome(output: output, header: header, tail: reader.end, records: records)
  }

  private func open(_ run: RunID) throws(Failure) -> JournalReader {
    do throws(JournalError) {
      return try JournalReader(path: bench.home.folder(of: run) + "/" + RunFolder.journal)
    } catch {
      throw error.failure
    }
  }

  private func next(_ reader: inout JournalReader) throws(Failure) -> JournalRecord? {
    do throws(JournalError) { return try reader.next() } catch { throw error.failure }
  }

  private func interpreter(_ header: JournalHeader) throws(Failure) -> FrameInterpreter {
    let profile: DeviceProfile
    do throws(ProfileError) {
      profile = try ProfileReader.read(text: header.profileText, file: "the journal's own profile")
    } catch {
      throw error.failure
    }
    let driver = try bench.driver(named: header.driver)
    do throws(DriverError) {
      return try driver.interpret(profile, header.instrument)
    } catch {
      throw error.failure
    }
  }
}
