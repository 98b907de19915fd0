internal import Delivery
internal import Foundation
public import Laboratory
internal import Records

/// Worklists of a home: which samples are to be measured, on what, in which order.
///
/// They come from folders and web addresses, and by hand; each is kept as it came, with the entries
/// that could be read and the lines that could not. Blocks.
public struct Worklists: Sendable {
  let bench: Bench
  let person: String
  /// Tells the time; the tests give their own.
  var now: @Sendable () -> Timestamp = { .now }
  /// Looks that follow each other closer count as one.
  var pause: Duration = .seconds(1)

  /// Makes it for a bench; `person` is who looks, else the account that the program runs under.
  public init(bench: Bench, person: String? = nil) {
    self.bench = bench
    self.person = person ?? BenchAudit.account
  }

  /// Looks once into every place that worklists come from; to be called every few seconds.
  ///
  /// Throws what stands in the way of all places (`worklists-busy`, `home-not-writable`); what
  /// hinders one place stands in the report.
  public func poll() throws(Failure) -> WorklistReport {
    try bench.home.prepare()
    let lock = try lock()
    defer { withExtendedLifetime(lock) {} }
    var report = WorklistReport()
    do throws(Failure) { report.notes = try endKilled() } catch { report.failures.append(error) }
    for place in bench.configuration.worklists {
      do throws(Failure) {
        if place.url == nil {
          try WorklistFolder(worklists: self, place: place).look(&report)
        } else {
          try WorklistFetch(worklists: self, place: place).look(&report)
        }
      } catch {
        report.failures.append(error)
      }
    }
    return report
  }

  /// Takes in a file that a person names, at once.
  ///
  /// Throws what is wrong with the whole of it; refused lines stand in the report.
  public func add(
    _ path: String, form: WorklistForm = WorklistForm()
  ) throws(Failure) -> WorklistReport.Received {
    try bench.home.prepare()
    let lock = try lock()
    defer { withExtendedLifetime(lock) {} }
    let bytes = try WorklistFile.read(path)
    let name = URL(fileURLWithPath: path).lastPathComponent
    return try keep(bytes, named: name, from: "hand", form: form)
  }

  private func lock() throws(Failure) -> FileLock {
    do throws(DiskError) {
      let disk = Disk()
      if let lock = try disk.lock("worklists.lock", in: try disk.open(bench.home.locks)) {
        return lock
      }
    } catch {
      throw PublishError(error).failure
    }
    throw Failure(
      "worklists-busy", exit: .busy, what: "The places of worklists were not looked at.",
      why: "Another gauger command takes worklists in now.", next: "Try again in a moment.")
  }

  /// Keeps a worklist: its bytes, what could be read of it, and what could not.
  func keep(
    _ bytes: [UInt8], named name: String, from place: String, form: WorklistForm
  ) throws(Failure) -> WorklistReport.Received {
    var received = WorklistReport.Received(source: name)
    let store = store
    let (heads, hash) = (try store.heads(), Hash.sha256(of: bytes))
    let before = heads.last { $0.place == place && $0.source == name }
    // A list that returns to what it was is a version of its own; any other copy is nothing new.
    let same = heads.first { $0.sha256 == hash && !($0.place == place && $0.source == name) }
    if let known = before?.sha256 == hash ? before : before == nil ? same : nil {
      (received.list, received.isKnown, received.entries) = (known.list, true, known.entries)
      return received
    }
    let read: WorklistReader.Result
    do throws(Failure) {
      read = try WorklistReader(form: form, rule: bench.configuration.samples).read(bytes)
    } catch {
      var failure = error
      failure.what = "The worklist \(SampleRule.shown(name)) was not taken."
      throw failure
    }
    var head = WorklistHead(
      list: 0, place: place, source: name, sha256: hash, size: bytes.count, received: now(),
      person: person, entries: read.entries.count, refused: read.refused.count,
      supersedes: before?.list, notes: read.notes)
    let latest = heads.last?.list ?? 0
    head.list = latest + 1
    let made = head
    let act = AuditAct(
      .worklistReceived, "worklist/\(VersionedFolder.name(of: made.list))", by: person,
      old: before?.sha256, new: hash,
      detail: [
        "place": place, "source": name, "entries": "\(made.entries)", "refused": "\(made.refused)",
        "supersedes": before.map { "\($0.list)" } ?? "none",
      ])
    let announcement = bench.audit.announcement()
    _ = try announcement.covering { () throws(Failure) in
      try store.lists.publish(
        after: latest, announce: { _ throws(Failure) in try announcement.make(act) }
      ) { (_) throws(Failure) in
        [
          VersionFiles.bytes(bytes, named: "original.\(Self.isJSON(bytes) ? "json" : "csv")"),
          try VersionFiles.json(read.entries, named: "entries.json"),
          VersionFiles.bytes(RejectedTable.bytes(read.refused), named: "rejected.csv"),
          try VersionFiles.json(made, named: "list.json"),
        ]
      }
    }
    (received.list, received.entries, received.refused) = (
      made.list, made.entries, read.refused
    )
    (received.supersedes, received.notes) = (made.supersedes, read.notes)
    return received
  }

  private static func isJSON(_ bytes: [UInt8]) -> Bool {
    bytes.first { ![9, 10, 13, 32, 0xef, 0xbb, 0xbf].contains($0) }.map { "[{".utf8.contains($0) }
      ?? false
  }
}

/// The lines that were refused, as a table for people.
enum RejectedTable {
  /// RFC 4180, UTF-8; nothing in it is taken for a formula by a spreadsheet.
  static func bytes(_ refused: [WorklistReport.RefusedLine]) -> [UInt8] {
    var text = "line,reason,text\r\n"
    for line in refused { text += "\(line.line),\(cell(line.reason)),\(cell(line.text))\r\n" }
    return Array(text.utf8)
  }

  static func cell(_ text: String) -> String {
    let isFormula =
      text.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false
    let safe = isFormula ? "'" + text : text
    return "\"" + safe.replacing("\"", with: "\"\"") + "\""
  }
}

/// A worklist on the disk.
enum WorklistFile {
  /// Its bytes; symbolic links, pipes and devices are refused.
  static func read(_ path: String) throws(Failure) -> [UInt8] {
    let size: Int
    let bytes: [UInt8]
    do throws(PublishError) {
      let file = try OpenedFile(path: path)
      size = file.size
      bytes = size <= WorklistReader.largest ? try file.read(at: 0, count: size) : []
    } catch {
      throw Failure(
        "worklist-unreadable", exit: FileFacts.of(path) == nil ? .notFound : .denied,
        what: "\(SampleRule.shown(path)) cannot be read.",
        why: FileFacts.of(path) == nil
          ? "There is no such file."
          : "It is no plain file, or this account may not read it. \(error.failure.why)",
        next: "Look at its name and its rights.")
    }
    guard size <= WorklistReader.largest else {
      throw WorklistReader.invalid("worklist-too-large", "It has \(size) bytes.", "Split it.")
    }
    return bytes
  }
}
