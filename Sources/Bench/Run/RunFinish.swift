internal import Acquisition
internal import Delivery
internal import Formats
internal import Foundation
internal import Instruments
internal import Journal
internal import Laboratory
internal import Processing
internal import Records
internal import ScanRing

/// What is done after the last frame: results, files, delivery, and the record of it all.
///
/// Blocks; called off the task pool.
struct RunFinish: Sendable {
  let bench: Bench
  let handle: RunHandle
  let folder: String
  /// What to do with a file of the run that is there already, by folder and name.
  var existing: @Sendable (ResultFile, String) throws(Failure) -> ExistingFile = {
    (_, _) throws(Failure) in .refused
  }

  /// The same for a file of the archive.
  var existingPart: @Sendable (FilePart, String) throws(Failure) -> ExistingFile = {
    (_, _) throws(Failure) in .refused
  }

  func finish(
    _ begun: RunRecord, _ live: AcquireRun.Live, _ outcome: InstrumentSession.Outcome,
    safe: SafeState
  ) -> (RunRecord, ExitStatus) {
    let journal = live.recorder.waitUntilFinished()
    let result = live.core.wait()
    RunFolder.giveRoom(in: folder)
    var record = begun
    record.ended = .now
    record.endedBy = outcome.end
    record.safe = safe
    record.counts = outcome.counts
    record.counts.durable = journal.framesDurable
    record.counts.lost = live.core.lost
    if journal.failure != nil { correct(&record) }
    record.failure = journal.failure?.failure ?? outcome.failure ?? result.failure
    if journal.failure != nil { record.endedBy = .space }
    let wanted = record.counts.scans - (record.kind == .dark ? 0 : record.counts.dark)
    if record.endedBy == .done, record.failure == nil, wanted == 0 { record.failure = Self.empty }
    if record.endedBy == .done, let asked = record.scansAsked, wanted < asked {
      record.warnings.append("the instrument ended the run after \(wanted) of \(asked) scans")
    }
    record.complete =
      record.endedBy == .done && record.failure == nil && record.counts.lost == 0
      && record.scansAsked.map { wanted >= $0 } ?? true
      && record.counts.durable == record.counts.all
    if record.counts.lost > 0 {
      record.warnings.append(
        "\(record.counts.lost) frames were lost: the ring was full, or they did not come whole")
    }
    var problems: [Failure] = []
    do throws(Failure) {
      // Before the files, which may take the last of a full disk.
      if record.failure != nil { try bench.runs.write(record) }
      try keep(&record, journal.failure == nil ? result.output : outputKept(record))
      note([.ended(record)] + AuditAct.files(record))
      try bench.runs.write(record)
      deliver(&record, &problems)
      try bench.runs.write(record)
    } catch {
      problems.append(error)
      record.failure = record.failure ?? error
      // What the disk did not take can still be made from the journal.
      if error.isOfDisk, record.deliveries.isEmpty {
        (record.journalSHA256, record.files) = (nil, [])
      }
      note([.ended(record)])
      // The journal holds all that was taken; the record is tried once more, for the failure's sake.
      do throws(Failure) { try bench.runs.write(record) } catch { problems.append(error) }
    }
    for problem in problems where problem != record.failure {
      handle.tell(
        .warning("\(problem.what) \(problem.why) \(problem.next) (code: \(problem.code))"))
    }
    return (record, Self.status(record, problems))
  }

  /// Tells the audit chain; what it cannot take goes on, and a person is told.
  ///
  /// The record stays as it is: its warnings stand in files that are made by now.
  func note(_ acts: [AuditAct]) {
    guard let failure = bench.audit.note(acts) else { return }
    handle.tell(.warning(BenchAudit.warning(failure)))
  }

  /// After the journal failed: counts what it holds, not what was taken.
  private func correct(_ record: inout RunRecord) {
    var kept = RunCounts()
    (kept.durable, kept.lost) = (record.counts.durable, record.counts.lost)
    do throws(JournalError) {
      var reader = try JournalReader(path: "\(folder)/\(RunFolder.journal)")
      while let entry = try reader.next() { kept.count(entry.header) }
    } catch {
      // A damaged end is where counting stops; the failure of the journal is told in any case.
      record.warnings.append(error.failure.what)
    }
    let gone = record.counts.all > kept.all ? record.counts.all - kept.all : 0
    if gone > 0 { record.warnings.append("\(gone) frames were taken that the disk did not keep") }
    record.counts = kept
  }

  /// After the journal failed: only what it holds is evidence, so only that is computed.
  private func outputKept(_ record: RunRecord) -> RunOutput {
    do throws(Failure) {
      return try Reprocessing(bench: bench).output(of: record).output
    } catch {
      handle.tell(.warning("\(error.what) \(error.next)"))
      return RunOutput()
    }
  }

  /// Writes the standard files of the run into its folder, each read back before it is visible.
  func keep(_ record: inout RunRecord, _ output: RunOutput) throws(Failure) {
    do throws(PublishError) {
      record.journalSHA256 = try Hash.sha256(ofFileAt: "\(folder)/\(RunFolder.journal)")
    } catch {
      throw error.failure
    }
    guard let journal = record.journalSHA256, let steps = output.firstSteps else { return }
    record.processing = steps
    record.computedBy = MathsFingerprint.signature
    let refused = steps.filter { $0.state == .refused }.map { "\($0.name): \($0.detail)" }
    // Not twice where the files are made again.
    for warning in refused + Self.warnings(output.spectra)
    where !record.warnings.contains(warning) { record.warnings.append(warning) }
    for spectrum in output.spectra { handle.tell(.spectrum(spectrum)) }
    for spectrum in output.massSpectra {
      handle.tell(.massSpectrum(spectrum, traces: output.traces))
    }
    for spectrum in output.series.spectra { handle.tell(.spectrum(spectrum)) }
    if !output.series.traces.isEmpty { handle.tell(.traces(output.series.traces)) }
    let method = methodFiles(&record)
    let archive = try RunArchive(
      bench: bench, record: record, journalSHA256: journal, method: method
    ).write(into: "\(folder)/\(RunFolder.files)", existing: existingPart)
    for warning in archive.warnings where !record.warnings.contains(warning) {
      record.warnings.append(warning)
    }
    let files = try ResultFiles(
      record: record, journalSHA256: journal, method: method, archive: archive.files
    ).make(output)
    record.files = archive.files
    for entry in archive.files {
      handle.tell(.file(entry, path: ResultFiles.path(of: entry.name, in: folder)))
    }
    for file in files {
      let path = ResultFiles.path(of: file.name, in: folder)
      let place = String(path.dropLast(file.name.count + 1))
      let entry = try file.publish(in: place, existing: try existing(file, place))
      record.files.append(entry)
      handle.tell(.file(entry, path: path))
    }
  }

  /// What the run's method makes of it; where it cannot, the run keeps its other files and says so.
  private func methodFiles(_ record: inout RunRecord) -> MethodFiles? {
    var warnings: [String] = []
    var made: MethodFiles?
    do throws(Failure) {
      made = try MethodFiles.of(record, bench)
      warnings = made?.warnings ?? []
    } catch {
      warnings = [
        "the method was not applied: \(error.what) \(error.next) (code: \(error.code))",
        "apply it later with: gauger runs process \(record.run) --method \(record.method?.name ?? "")",
      ]
    }
    for warning in warnings where !record.warnings.contains(warning) {
      record.warnings.append(warning)
    }
    return made
  }

  /// What a person should know of spectra of an array spectrometer.
  private static func warnings(_ spectra: [Spectrum]) -> [String] {
    var warnings: [String] = []
    if let saturated = spectra.map(\.saturated.count).max(), saturated > 0 {
      warnings.append("\(saturated) channels are saturated and flagged")
    }
    if let first = spectra.first, let dark = first.dark,
      DarkCheck.looksLit(dark: dark, scans: first.raw)
    {
      warnings.append(
        "the dark has the shape of the sample: was the light really off while it was taken?")
    }
    return warnings
  }

  func deliver(_ record: inout RunRecord, _ problems: inout [Failure]) {
    guard !record.files.isEmpty else { return }
    let files = record.files.map {
      (suffix: $0.name, path: ResultFiles.path(of: $0.name, in: folder))
    }
    do throws(Failure) {
      let reports = try Deliveries(bench: bench).send(record, files: files)
      note(
        reports.filter { record.deliveries[$0.destination] != $0.state }.map {
          AuditAct.delivery(record.run, 1, $0, by: record.person)
        })
      for report in reports {
        record.deliveries[report.destination] = report.state
        if let failure = report.failure { problems.append(failure) }
        handle.tell(.delivered(report))
      }
    } catch {
      problems.append(error)
    }
  }

  private static let empty = Failure(
    "run-empty", exit: .timedOut, what: "No scan came in the time asked for.",
    why: "The time was shorter than one exposure, or no trigger came.",
    next: "Give a longer --duration; with an external trigger, check its cable.")

  /// The cause wins: what went wrong with the measurement before what went wrong behind it.
  static func status(_ record: RunRecord, _ problems: [Failure]) -> ExitStatus {
    if let failure = record.failure { return failure.exit }
    switch record.endedBy {
    case .person: return .stoppedShort
    case .unplug: return .gone
    case .space: return .noSpace
    case .fault: return .instrumentFault
    case .killed: return .failed
    case .open, .done: break
    }
    if let problem = problems.first, record.files.isEmpty { return problem.exit }
    if record.deliveries.values.contains(.rejected) { return .rejected }
    if record.deliveries.values.contains(.spooled) { return .deliveryWaits }
    return problems.first?.exit ?? .done
  }
}

extension RunRecord {
  /// Whether something is left to do behind the measurement: files, or a delivery to one of these.
  func isUnfinished(destinations: [String]) -> Bool {
    if endedBy == .open { return true }
    // Its raw record is a file; nothing is made or delivered before a method is.
    if imported != nil { return false }
    if journalSHA256 == nil { return counts.all > 0 }
    return !files.isEmpty && destinations.contains { deliveries[$0] == nil }
  }
}

extension Failure {
  /// Whether a file could not be put in its place, which may go well the next time.
  var isOfDisk: Bool { code.hasPrefix("publish-") }
}

extension RunCounts {
  /// All frames that are in the journal, believed or not.
  var all: UInt64 { scans + refused + partial + stale }

  /// Counts one record of a journal.
  mutating func count(_ header: RecordHeader) {
    let flags = ScanFlags(rawValue: header.flags)
    switch header.kind {
    case .frame, .reference: scans += 1
    case .dark:
      scans += 1
      dark += 1
    case .refused where flags.contains(.stale): stale += 1
    case .refused where flags.contains(.partial): partial += 1
    case .refused: refused += 1
    case .settings, .command, .gap, .clock, .event, .end: break
    }
  }
}
