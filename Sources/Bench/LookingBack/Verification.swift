internal import Delivery
internal import Foundation
internal import Journal
public import Laboratory

/// Checks runs against their own raw bytes.
public struct Verification: Sendable {
  /// One thing that was compared.
  public struct Check: Sendable, Hashable, Codable {
    /// What was looked at.
    public var subject: String
    /// Whether it is as it must be.
    public var passed: Bool
    /// What was found.
    public var detail: String
  }

  /// All that was compared for one run.
  public struct Report: Sendable, Hashable, Codable {
    /// The version of this structure.
    public var schema = 1
    /// The run.
    public var run: RunID
    /// What was compared, in order.
    public var checks: [Check]
    /// Whether everything is as it must be.
    public var passed: Bool { checks.allSatisfy(\.passed) }
  }

  /// A run computed again, beside the files that were kept.
  public struct Recomputed: Sendable, Hashable, Codable {
    /// One file.
    public struct File: Sendable, Hashable, Codable {
      /// Its name.
      public var name: String
      /// Whether it is the same to the last byte.
      public var same: Bool
    }

    /// The version of this structure.
    public var schema = 1
    /// The run.
    public var run: RunID
    /// The files, in the order of the record.
    public var files: [File]
  }

  let bench: Bench

  /// Makes a verifier for the runs of a bench.
  public init(bench: Bench) { self.bench = bench }

  /// Checks every byte of a run: journal, hashes of all files, and the numbers, computed again.
  public func verify(_ run: RunID) -> Report {
    var report = Report(run: run, checks: [])
    do throws(Failure) {
      let record = try bench.runs.read(run)
      report.checks.append(
        Check(
          subject: "run.json", passed: true, detail: "read, ended by \(record.endedBy.rawValue)"))
      if let source = record.imported {
        try imported(record, source, &report)
        files(record, &report)
        return report
      }
      try journal(record, &report)
      files(record, &report)
      for file in try process(run, into: nil).files {
        report.checks.append(
          Check(
            subject: "recomputed \(file.name)", passed: file.same,
            detail: file.same ? "the same to the last byte" : "differs from the file kept"))
      }
    } catch {
      report.checks.append(
        Check(subject: error.code, passed: false, detail: "\(error.what) \(error.why)"))
    }
    return report
  }

  /// Computes a run again; what is kept is compared, and never overwritten.
  public func process(_ run: RunID, into folder: String?) throws(Failure) -> Recomputed {
    let record = try bench.runs.read(run)
    if let source = record.imported {
      // Nothing is computed of it without a method; that it can be read is what there is to know.
      _ = try Reprocessing(bench: bench).imported(record, source)
      return Recomputed(run: run, files: [])
    }
    let outcome = try Reprocessing(bench: bench).output(of: record)
    let hash = try fileHash("\(bench.home.folder(of: run))/\(RunFolder.journal)")
    // A run without a scan that is believed has no files.
    guard outcome.output.firstSteps != nil else { return Recomputed(run: run, files: []) }
    let method = try? MethodFiles.of(record, bench)
    let place = try Workplace(folder)
    defer { place.clear() }
    let archive = try RunArchive(
      bench: bench, record: record, journalSHA256: hash, method: method,
      kept: record.files.map(\.name)
    ).write(into: place.path).files
    let files = try ResultFiles(
      record: record, journalSHA256: hash, method: method, archive: archive
    ).make(outcome.output)
    if let folder { for file in files { try file.publish(in: folder, existing: .refused) } }
    let made =
      archive
      + files.map {
        RunFile(name: $0.name, size: $0.bytes.count, sha256: Hash.sha256(of: $0.bytes))
      }
    let missing = record.files.filter { kept in !made.contains { $0.name == kept.name } }
    return Recomputed(
      run: run,
      files: made.map { file in
        let kept = record.files.first { $0.name == file.name }
        return Recomputed.File(name: file.name, same: kept?.sha256 == file.sha256)
      } + missing.map { Recomputed.File(name: $0.name, same: false) })
  }

  private func journal(_ record: RunRecord, _ report: inout Report) throws(Failure) {
    let path = "\(bench.home.folder(of: record.run))/\(RunFolder.journal)"
    var records: UInt64 = 0
    do throws(JournalError) {
      var reader = try JournalReader(path: path)
      while try reader.next() != nil { records += 1 }
      let whole = reader.end == .complete
      report.checks.append(
        Check(
          subject: RunFolder.journal, passed: whole,
          detail: "\(records) records with right checksums, "
            + (whole ? "ended in order" : "end: \(reader.end)")))
    } catch {
      throw error.failure
    }
    let hash = try fileHash(path)
    let expected = record.journalSHA256 ?? "none, the run was not closed"
    report.checks.append(
      Check(
        subject: "SHA-256 of \(RunFolder.journal)", passed: hash == record.journalSHA256,
        detail: hash == record.journalSHA256 ? hash : "is \(hash), must be \(expected)"))
  }

  private func files(_ record: RunRecord, _ report: inout Report) {
    for file in record.files {
      let folder = bench.home.folder(of: record.run)
      let path = ResultFiles.path(of: file.name, in: folder)
      let found = try? fileHash(path)
      report.checks.append(
        Check(
          subject: file.name, passed: found == file.sha256,
          detail: found == nil
            ? "is missing" : found == file.sha256 ? "\(file.size) bytes, right hash" : "was altered"
        ))
    }
  }

  private func fileHash(_ path: String) throws(Failure) -> String {
    do throws(PublishError) { return try Hash.sha256(ofFileAt: path) } catch {
      throw error.failure
    }
  }
}
