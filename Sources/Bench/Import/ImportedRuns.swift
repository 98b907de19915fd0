internal import Delivery
internal import Formats
internal import Foundation
internal import Laboratory

extension Reprocessing {
  /// What an imported run measured, read of its own copy; the copy must be what was imported.
  func imported(_ record: RunRecord, _ source: ImportedSource) throws(Failure) -> ReadSource {
    let path = try sourcePath(record, source)
    let file: SourceFile
    do throws(Failure) {
      file = try SourceFile.read(path)
    } catch {
      throw Failure(
        "import-source-missing", exit: .damaged, what: "\(path) cannot be read.",
        why: "It was removed from the run, or its disk refuses. \(error.why)",
        next: "Bring it back from a backup: everything of the run is computed from it.")
    }
    guard file.sha256 == source.sha256 else {
      throw Failure(
        "import-source-altered", exit: .damaged, what: "\(path) is not what was imported.",
        why: "Its SHA-256 is \(file.sha256), that of the import was \(source.sha256).",
        next: "Bring it back from a backup: everything of the run is computed from it.")
    }
    let read = try ImportRun.read(
      file.bytes, try TableDeclaration(words: source.declared), path)
    guard read.format.rawValue == source.format else {
      throw Failure(
        "import-format-other", exit: .damaged,
        what: "\(path) is read as \(read.format.rawValue) and was imported as \(source.format).",
        why: "run.json was altered, or another version of Gauger imported it.",
        next: "Check the run with: gauger runs verify \(record.run)")
    }
    return read
  }

  /// The path of the copy; a name that leads out of its folder is refused.
  private func sourcePath(
    _ record: RunRecord, _ source: ImportedSource
  ) throws(Failure) -> String {
    do throws(PublishError) {
      return try SafePath.child(
        of: "\(bench.home.folder(of: record.run))/\(RunFolder.source)", named: source.file)
    } catch {
      throw error.failure
    }
  }
}

extension RunSalvage {
  static func cutShort(_ source: ImportedSource) -> Failure {
    Failure(
      "import-cut-short", exit: .failed, what: "The import of \(source.file) was cut short.",
      why: "The program was killed or crashed, or the power went, before the copy was whole.",
      next: "Import the file again; where it came from it was not touched.")
  }

  /// Ends an import that was killed: done where its copy is whole, else cut short.
  func closeImport(
    _ record: inout RunRecord, _ source: ImportedSource, _ report: inout Recovery.Report
  ) {
    if (try? Reprocessing(bench: bench).imported(record, source)) != nil {
      record.finishImport()
      report.outcome = .completed
      return
    }
    (record.endedBy, record.complete, record.safe) = (.killed, false, .safe)
    (record.ended, record.counts) = (record.started, RunCounts())
    record.failure = Self.cutShort(source)
    report.outcome = .empty
  }
}

extension Verification {
  private func hasCopy(_ record: RunRecord, _ source: ImportedSource) -> Bool {
    let folder = "\(bench.home.folder(of: record.run))/\(RunFolder.source)"
    return FileManager.default.fileExists(atPath: "\(folder)/\(source.file)")
  }

  /// Checks an imported run: its copy, and the numbers that it gives.
  func imported(_ record: RunRecord, _ source: ImportedSource, _ report: inout Report)
    throws(Failure)
  {
    if record.failure?.code == RunSalvage.cutShort(source).code {
      let isEmpty = !hasCopy(record, source)
      report.checks.append(
        Check(
          subject: "\(RunFolder.source)/\(source.file)", passed: isEmpty,
          detail: isEmpty
            ? "none, as its import was cut short" : "there, though its import was cut short"))
      return
    }
    let read = try Reprocessing(bench: bench).imported(record, source)
    report.checks.append(
      Check(
        subject: "SHA-256 of \(RunFolder.source)/\(source.file)", passed: true,
        detail: source.sha256))
    let (found, kept) = (ImportRun.step(read), record.processing.first { $0.name == "import" })
    let same = found.numbers == kept?.numbers
    report.checks.append(
      Check(
        subject: "read again as \(source.format)", passed: same,
        detail: same
          ? "\(ImportRun.count(read)) scans, the same numbers"
          : "\(found.numbers) and not \(kept?.numbers ?? [:])"))
  }
}
