internal import Delivery
internal import Formats
internal import Foundation
internal import Instruments
internal import Laboratory
internal import Records

/// Makes one run of one file, so that it is there whole or not at all, whatever stops the program.
///
/// In this order, each durable before the next: the mark of an unfinished run, its folder, `run.json`
/// as open, the copy in `source/` read back, `run.json` as done; then the mark goes. What is killed on
/// the way is ended by recovery: with the copy as done, without as cut short.
struct ImportRun: Sendable {
  let bench: Bench
  let request: ImportRequest

  /// Reads the file and keeps it; nothing is made of one that is not understood.
  func make(_ source: SourceFile, _ finder: SampleFinder) throws(Failure) -> RunRecord {
    let declaration = try declaration()
    if MeasurementReader.recognise(source.bytes) == nil, declaration.content == nil {
      throw Failure(
        "import-format-unknown", exit: .failed, what: "\(source.path) was not imported.",
        why: "Its content is of no format with marks of its own, and no columns are declared.",
        next: "Declare a table with --columns, such as --columns time=1 unit=min value=2.")
    }
    let read = try Self.read(source.bytes, declaration, source.path)
    var record = record(source, read, declaration, finder)
    let mark = try RunMark.make(for: record.run, in: bench.home)
    do throws(Failure) {
      try bench.audit.demand([.imported(record)])
    } catch {
      // Nothing was made; a mark that stays is ended by recovery.
      try? mark.remove()
      throw error
    }
    do throws(Failure) {
      try keep(source, &record)
    } catch {
      _ = bench.audit.note([.notDone("run/\(record.run)", by: record.person, error)])
      close(record, error)
      // What could not be closed is ended by recovery, which needs the mark.
      if (try? bench.runs.read(record.run))?.endedBy != .open { try? mark.remove() }
      throw error
    }
    try mark.remove()
    return record
  }

  /// Reads bytes as declared; the file is named in what goes wrong.
  static func read(
    _ bytes: [UInt8], _ declaration: TableDeclaration, _ path: String
  ) throws(Failure) -> ReadSource {
    do throws(FormatError) {
      return try MeasurementReader.read(bytes, declaration: declaration)
    } catch {
      var failure = error.failure
      failure.what = "\(path): \(failure.what)"
      throw failure
    }
  }

  /// What a person declared, with the site's zone where no other was named.
  private func declaration() throws(Failure) -> TableDeclaration {
    guard request.declaration.zone.isEmpty else { return request.declaration }
    var words = request.declaration.words
    words["zone"] = bench.configuration.timeZone
    return try TableDeclaration(words: words)
  }

  // MARK: - The record

  private func record(
    _ source: SourceFile, _ read: ReadSource, _ declaration: TableDeclaration,
    _ finder: SampleFinder
  ) -> RunRecord {
    var random = SystemRandomNumberGenerator()
    let (now, identity) = (Timestamp.now, read.identity)
    let stem = URL(fileURLWithPath: source.path).deletingPathExtension().lastPathComponent
    // The folder of an export has a name, too, and its file has often the same one every time.
    let unit = request.watched[source.path]?.source.name
    let outer = unit.map { URL(fileURLWithPath: $0).deletingPathExtension().lastPathComponent }
    let names = identity.samples + [stem] + (outer.map { $0 == stem ? [] : [$0] } ?? [])
    let unknown = "unknown"
    var record = RunRecord(
      run: RunID(startedAt: now, instrument: read.format.rawValue, random: &random),
      kind: request.kind, sample: finder.sample(names), person: request.person,
      instrument: RunInstrument(
        address: "file", model: identity.model ?? unknown, name: identity.model ?? unknown,
        maker: identity.maker ?? unknown, serialNumber: identity.serialNumber ?? unknown,
        firmware: nil, driver: "import/\(read.format.rawValue)"),
      settings: Settings(), scansAsked: nil, started: identity.began ?? now,
      timeZone: bench.configuration.timeZone, emulated: identity.emulated, profileSHA256: "",
      software: "gauger \(Gauger.version)")
    record.laboratory = bench.configuration.laboratory
    var imported = ImportedSource(
      file: source.name, format: read.format.rawValue, sha256: source.sha256,
      declared: declaration.words)
    (imported.size, imported.path) = (source.bytes.count, source.path)
    (imported.imported, imported.names) = (now, names)
    imported.watched = request.watched[source.path]?.source
    record.imported = imported
    record.warnings = read.warnings
    if identity.began == nil {
      record.warnings.append(
        "the file does not say when it was measured; the run stands at the time of its import")
    }
    record.ended = Timestamp(
      microseconds: record.started.microseconds + Int64(Self.duration(read) * 1e6))
    record.processing = [Self.step(read)]
    record.counts.scans = UInt64(Self.count(read))
    return record
  }

  /// How many scans were read: mass scans, else points of the longest trace, else spectra.
  static func count(_ read: ReadSource) -> Int {
    let found = read.measurement
    return found.massScans?.count ?? found.traces.map(\.values.count).max() ?? found.spectra.count
  }

  /// When the last scan was, in seconds since the first.
  private static func duration(_ read: ReadSource) -> Double {
    let traces = read.measurement.traces.compactMap(\.times.last)
    let last = max(read.measurement.massScans?.times.last ?? 0, traces.max() ?? 0)
    // Beyond a year it is no run, and no calendar must break on it.
    return min(max(last, 0), 366 * 86_400)
  }

  /// What was read, in numbers that verification must find again.
  static func step(_ read: ReadSource) -> ProcessingStep {
    let found = read.measurement
    let arrays = found.traces.map(\.values) + found.spectra.map(\.values)
    var numbers: [String: Double] = [:]
    numbers["traces"] = Double(found.traces.count)
    numbers["spectra"] = Double(found.spectra.count)
    numbers["reported_peaks"] = Double(found.reportedPeaks.count)
    numbers["points"] = Double(arrays.reduce(0) { $0 + $1.count })
    numbers["sum"] = arrays.reduce(0.0) { $0 + $1.reduce(0, +) }
    if let series = found.massScans {
      numbers["mass_scans"] = Double(series.count)
      numbers["mass_points"] = Double(series.massToCharge.count)
      numbers["mass_sum"] = series.intensity.reduce(0, +)
    }
    // A sum beyond every number cannot stand in JSON.
    numbers = numbers.filter { $0.value.isFinite }
    return ProcessingStep(
      "import", .done, "read as \(read.format.rawValue), nothing corrected", numbers: numbers)
  }

  // MARK: - On the disk

  private func keep(_ source: SourceFile, _ record: inout RunRecord) throws(Failure) {
    let folder = bench.home.folder(of: record.run)
    try RunFolder.make(folder)
    try bench.runs.write(record)
    do throws(DiskError) {
      let disk = Disk()
      let opened = try disk.open(folder)
      try disk.makeFolder(RunFolder.source, inside: opened)
      try disk.sync(opened)
    } catch {
      throw PublishError(error).failure
    }
    do throws(PublishError) {
      let expected = source.sha256
      try Publisher().publish(
        .bytes(source.bytes), named: source.name, in: "\(folder)/\(RunFolder.source)",
        existing: .refused
      ) { path in
        let found = try Hash.sha256(ofFileAt: path)
        guard found == expected else {
          throw PublishError.notAsWritten(path, "its SHA-256 is \(found)")
        }
      }
    } catch {
      throw error.failure
    }
    record.finishImport()
    try bench.runs.write(record)
  }

  /// Says in `run.json`, where there is one, that nothing came of it.
  private func close(_ begun: RunRecord, _ failure: Failure) {
    guard FileManager.default.fileExists(atPath: bench.home.folder(of: begun.run)) else { return }
    var record = begun
    (record.ended, record.endedBy) = (.now, failure.exit == .noSpace ? .space : .fault)
    (record.failure, record.complete, record.safe) = (failure, false, .safe)
    record.counts = RunCounts()
    // Where this fails too, the mark stays, and recovery ends the run.
    do throws(Failure) { try bench.runs.write(record) } catch { return }
  }
}

extension RunRecord {
  /// Ends the record of an import whose copy is on the disk.
  mutating func finishImport() {
    (endedBy, complete, safe) = (.done, true, .safe)
    (failure, ended) = (nil, ended ?? started)
    counts.durable = counts.scans
  }
}
