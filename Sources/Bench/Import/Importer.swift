internal import Delivery
internal import Formats
internal import Foundation
public import Laboratory
internal import Records

/// Makes runs of files that other systems wrote.
///
/// A file is read, never changed. Its bytes are copied into `source/` of a new run, durably, and are
/// that run's raw record: every number is read of the copy again whenever it is needed. Blocks.
public struct Importer: Sendable {
  let bench: Bench

  /// Makes an importer for a bench.
  public init(bench: Bench) { self.bench = bench }

  /// Imports every file; one that is refused does not stop the others.
  ///
  /// Throws what stands in the way of all of them: `home-not-writable`, `import-busy`,
  /// `import-pattern-invalid`.
  public func run(
    _ request: ImportRequest, told: (ImportReport) -> Void = { _ in }
  ) throws(Failure) -> [ImportReport] {
    let finder = try SampleFinder(bench: bench, request: request)
    try bench.home.prepare()
    // Two at once could each miss what the other is about to keep.
    let lock = try lock()
    defer { withExtendedLifetime(lock) {} }
    try endKilled()
    let before = request.again ? nil : try bench.catalogue.current().catalogue
    var known: [String: RunRecord] = [:]
    // Which export came before another is asked of watched folders alone.
    var exports = Exports(
      request.watched.isEmpty
        ? [] : bench.runs.list().runs.filter { $0.imported != nil && $0.endedBy == .done })
    var reports: [ImportReport] = []
    defer { _ = bench.catalogue.follow(reports.compactMap(\.run)) }
    for path in files(request.paths) {
      var report: ImportReport
      do throws(Failure) {
        let source = try SourceFile.read(path)
        try request.watched[path]?.check(source)
        if let before, known[source.sha256] == nil {
          known[source.sha256] = try kept(source.sha256, before)
        }
        if let run = known[source.sha256], !request.again {
          report = ImportReport(path, .known, record: run)
        } else {
          var request = request
          let earlier = exports.latest(request.watched[path]?.source)
          request.watched[path]?.source.supersedes = earlier
          let record = try ImportRun(bench: bench, request: request).make(source, finder)
          known[source.sha256] = record
          exports.add(record)
          report = ImportReport(path, .imported, record: record)
        }
      } catch {
        report = ImportReport(path, .refused, failure: error)
      }
      told(report)
      reports.append(report)
    }
    return reports
  }

  /// Ends imports that were killed, so that a file whose copy was whole is known.
  ///
  /// Nobody else imports now, so that a mark which is not held is of a program that is no more.
  private func endKilled() throws(Failure) {
    for run in bench.runs.unfinished() where !run.isRunning {
      let record = try? bench.runs.read(run.run)
      guard record == nil || record?.imported != nil else { continue }
      _ = try Recovery(bench: bench).recover(run.run)
    }
  }

  /// The newest run that was made of a file with this hash; its own record has the last word.
  private func kept(_ sha256: String, _ catalogue: Catalogue) throws(Failure) -> RunRecord? {
    var question = RunQuestion()
    question.importedSHA256 = sha256
    do throws(CatalogueError) {
      return try catalogue.runs(question).lazy.compactMap { try? bench.runs.read($0.run) }
        .first { $0.imported?.sha256 == sha256 && $0.endedBy == .done }
    } catch {
      throw error.failure
    }
  }

  private func lock() throws(Failure) -> FileLock {
    do throws(DiskError) {
      let disk = Disk()
      if let lock = try disk.lock("import.lock", in: try disk.open(bench.home.locks)) {
        return lock
      }
    } catch {
      throw PublishError(error).failure
    }
    throw Failure(
      "import-busy", exit: .busy, what: "Nothing was imported.",
      why: "Another gauger command imports into this home now.",
      next: "Wait until it ends, then import again.")
  }

  /// The files of folders in the order of their names; what begins with a dot is not meant.
  private func files(_ paths: [String]) -> [String] {
    paths.flatMap { path -> [String] in
      guard bench.home.isFolder(path) else { return [path] }
      let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
      return names.filter { !$0.hasPrefix(".") }.sorted()
        .map { path.hasSuffix("/") ? path + $0 : "\(path)/\($0)" }
        .filter { !bench.home.isFolder($0) }
    }
  }
}

/// A file of another system, read whole.
struct SourceFile: Sendable {
  /// The path as it was named.
  var path: String
  var bytes: [UInt8]
  var sha256: String

  /// The name of the copy: that of the file where it is a safe one, else made safe.
  var name: String {
    let own = URL(fileURLWithPath: path).lastPathComponent
    if (try? SafePath.check(own)) != nil { return own }
    let safe = own.unicodeScalars.map { scalar -> Character in
      scalar.value > 32 && scalar.value < 127 && !"/\\:*?\"<>|".unicodeScalars.contains(scalar)
        ? Character(scalar) : "-"
    }
    let name = String(String(safe).suffix(SafePath.longest)).drop { $0 == "." || $0 == "-" }
    let end = name.hasSuffix(".") ? String(name.dropLast()) + "-" : String(name)
    return (try? SafePath.check(end)) != nil ? end : "source"
  }

  /// Reads a file, opened for reading alone.
  static func read(_ path: String) throws(Failure) -> SourceFile {
    let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let before = facts(real)
    var bytes: [UInt8] = []
    do throws(DiskError) {
      let disk = Disk()
      let file = try disk.openFile(real)
      var buffer = [UInt8](repeating: 0, count: 1 << 20)
      while case let count = try disk.read(file, into: &buffer), count > 0 {
        bytes += buffer.prefix(count)
        // One byte more than is read is enough to refuse the rest.
        if bytes.count > MeasurementReader.largestFile { break }
      }
    } catch {
      throw refused(path, error)
    }
    guard bytes.count <= MeasurementReader.largestFile else {
      throw Failure(
        "import-file-too-large", exit: .failed, what: "\(path) was not imported.",
        why: "It is larger than \(MeasurementReader.largestFile) bytes.",
        next: "Export a part of it.")
    }
    guard !bytes.isEmpty else {
      throw Failure(
        "import-file-empty", exit: .damaged, what: "\(path) was not imported.",
        why: "It has no bytes.", next: "Export it again where it was made.")
    }
    guard facts(real) == before else {
      throw Failure(
        "import-file-changing", exit: .busy, what: "\(path) was not imported.",
        why: "It changed while it was read: another program is still writing it.",
        next: "Wait until the other program has finished, then import it again.")
    }
    return SourceFile(path: path, bytes: bytes, sha256: Hash.sha256(of: bytes))
  }

  private static func facts(_ path: String) -> [Int64] {
    let all = (try? FileManager.default.attributesOfItem(atPath: path)) ?? [:]
    let changed = (all[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
    return [(all[.size] as? NSNumber)?.int64Value ?? -1, Int64(changed * 1e6)]
  }

  private static func refused(_ path: String, _ error: DiskError) -> Failure {
    switch error.number {
    case ENOENT, ENOTDIR:
      Failure(
        "import-file-not-found", exit: .notFound, what: "There is no file \(path).",
        why: "The name or a folder on the way does not exist.", next: "Look at the name.")
    case EACCES, EPERM:
      Failure(
        "import-file-denied", exit: .denied, what: "\(path) cannot be read.",
        why: "This account has no right to read it.", next: "Give it that right.")
    default:
      Failure(
        "import-file-unreadable", exit: .failed, what: "\(path) cannot be read.",
        why: "It is no plain file, or its disk refuses: \(error.text).",
        next: "Copy it to this computer, then import the copy.")
    }
  }
}
