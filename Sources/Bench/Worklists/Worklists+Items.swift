internal import Delivery
internal import Foundation
public import Laboratory
internal import Records

/// An entry of a worklist and where it stands.
public struct WorklistItem: Sendable, Hashable, Codable {
  /// Its name.
  public var id: WorklistEntryID
  /// What is to be done.
  public var entry: WorklistEntry
  /// Where it stands.
  public var state: WorklistState
  /// Who brought it there; none where nobody touched it.
  public var person: String?
  /// When.
  public var time: Timestamp?
  /// Why.
  public var reason: String?
  /// The run that was made for it.
  public var run: RunID?
  /// The name of its list as it came.
  public var source: String
  /// SHA-256 of its list as it came.
  public var sha256: String

  /// What a run that is taken for it keeps.
  var reference: WorklistReference {
    WorklistReference(
      list: id.list, entry: id.entry, source: source, sha256: sha256, columns: entry.columns)
  }
}

extension Worklists {
  var store: WorklistStore { WorklistStore(home: bench.home) }

  /// Every entry of every list: by priority, then by when it is due, then as they came.
  ///
  /// What a newer list of the same name says goes before what an older one says: an entry that was
  /// begun keeps its state in the newer list, one that was not counts as cancelled in the older.
  public func items() throws(Failure) -> [WorklistItem] {
    let store = store
    let heads = try store.heads()
    let successors = Dictionary(
      heads.compactMap { head in head.supersedes.map { ($0, head.list) } },
      uniquingKeysWith: { max($0, $1) })
    var begun: [Int: [[String]: WorklistItem]] = [:]
    var items: [WorklistItem] = []
    for head in heads {
      let changes = try store.changes(of: head.list)
      let before = head.supersedes.flatMap { begun[$0] } ?? [:]
      var all: [WorklistItem] = []
      for entry in try store.entries(of: head.list) {
        let id = WorklistEntryID(list: head.list, entry: entry.number)
        var item = WorklistItem(
          id: id, entry: entry, state: .open, source: head.source, sha256: head.sha256)
        if let change = changes[entry.number] {
          (item.state, item.person, item.time) = (change.state, change.person, change.time)
          (item.reason, item.run) = (change.reason, change.run)
        } else if let earlier = before[entry.task] {
          (item.state, item.person, item.time) = (earlier.state, earlier.person, earlier.time)
          item.run = earlier.run
          item.reason = "as \(earlier.id)" + (earlier.reason.map { ": \($0)" } ?? "")
        }
        all.append(item)
      }
      if let next = successors[head.list] {
        // What an older list had and this one has not may come back in a newer one.
        begun[head.list] = before.merging(
          all.filter { $0.state != .open }.map { ($0.entry.task, $0) },
          uniquingKeysWith: { $1 })
        for index in all.indices where all[index].state == .open {
          all[index].state = .cancelled
          all[index].reason = "list \(VersionedFolder.name(of: next)) takes its place"
        }
      }
      items += all
    }
    return items.sorted { left, right in
      let (first, second) = (left.entry, right.entry)
      if first.priority != second.priority { return first.priority < second.priority }
      if first.due != second.due {
        return (first.due?.microseconds ?? .max) < (second.due?.microseconds ?? .max)
      }
      return (left.id.list, left.id.entry) < (right.id.list, right.id.entry)
    }
  }

  /// The entry to do next: the first open one that names no instrument, or one of these names.
  ///
  /// nil where nothing is open for it. No names: the first open one of all.
  public func next(for names: Set<String> = []) throws(Failure) -> WorklistItem? {
    try items().first { item in
      item.state == .open
        && (names.isEmpty || item.entry.instrument.map(names.contains) ?? true)
    }
  }

  /// The entry with a name.
  public func item(_ id: WorklistEntryID) throws(Failure) -> WorklistItem {
    guard let item = try items().first(where: { $0.id == id }) else {
      throw Failure(
        "worklist-entry-not-found", exit: .notFound, what: "There is no entry \(id).",
        why: "The home is \(bench.home.path).", next: "See all with: gauger worklist list --all")
    }
    return item
  }

  /// Takes an entry, so that nobody else does; nil where somebody was quicker.
  ///
  /// What is taken is given back when the program ends without a word.
  public func take(_ item: WorklistItem, by person: String) throws(Failure) -> TakenEntry? {
    try bench.home.prepare()
    guard let lock = try EntryLock.take(item.id, in: bench.home) else { return nil }
    let now = try self.item(item.id)
    guard now.state == .open else {
      lock.remove()
      return nil
    }
    do throws(Failure) {
      guard try change(item.id, to: .taken, by: person) else {
        lock.remove()
        return nil
      }
    } catch {
      lock.remove()
      throw error
    }
    return TakenEntry(worklists: self, item: now, person: person, lock: lock)
  }

  /// Passes an entry over, or withdraws it, with the reason.
  ///
  /// Throws `worklist-entry-taken` while it is measured, `worklist-entry-closed` where it is over.
  public func skip(
    _ id: WorklistEntryID, reason: String, cancels: Bool = false, by person: String
  ) throws(Failure) {
    try bench.home.prepare()
    let taken = Failure(
      "worklist-entry-taken", exit: .busy, what: "The entry \(id) was not changed.",
      why: "It is being measured now.", next: "Wait until that run ends.")
    guard let lock = try EntryLock.take(id, in: bench.home) else { throw taken }
    defer { lock.remove() }
    let item = try item(id)
    switch item.state {
    case .open: break
    case .taken:
      guard item.reason == nil else { throw taken }
    case .done, .skipped, .cancelled:
      throw Failure(
        "worklist-entry-closed", exit: .refused, what: "The entry \(id) was not changed.",
        why: "It is \(item.state.rawValue)\(item.reason.map { " (\($0))" } ?? "").",
        next: "Add a list that names the sample again, with its replicate.")
    }
    guard try change(id, to: cancels ? .cancelled : .skipped, by: person, reason: reason) else {
      throw taken
    }
  }

  /// Ends what programs took that are gone: done where the run is whole, else open again.
  ///
  /// Gives what a person should know, a line an entry.
  public func endKilled() throws(Failure) -> [String] {
    let taken = try items().filter { $0.state == .taken }
    guard !taken.isEmpty else { return [] }
    var notes: [String] = []
    var runs: [RunRecord]?
    for item in taken {
      guard let lock = try EntryLock.take(item.id, in: bench.home) else { continue }
      defer { lock.remove() }
      // An entry that was carried over belongs to the older list, which has its own.
      guard let latest = try store.change(of: item.id), latest.state == .taken else { continue }
      let all = runs ?? bench.runs.list().runs
      runs = all
      let own = all.filter {
        $0.worklist?.list == item.id.list && $0.worklist?.entry == item.id.entry
          && $0.worklist?.sha256 == item.sha256
      }
      let sample = SampleRule.shown(item.entry.sample.id)
      if let whole = own.first(where: \.complete) {
        let reason = "the program was killed after the run was whole"
        _ = try change(item.id, to: .done, by: self.person, reason: reason, run: whole.run)
        notes.append("\(item.id), sample \(sample): \(reason); it is done by \(whole.run)")
      } else {
        let run = own.first?.run
        let reason = "the program that took it was killed" + (run.map { " in the run \($0)" } ?? "")
        _ = try change(item.id, to: .open, by: self.person, reason: reason, run: run)
        notes.append("\(item.id), sample \(sample): \(reason); it is offered again")
      }
    }
    return notes
  }

  /// Publishes the next change of an entry, of which the audit chain is told before.
  ///
  /// False where another program changed it since.
  func change(
    _ id: WorklistEntryID, to state: WorklistState, by person: String, reason: String? = nil,
    run: RunID? = nil
  ) throws(Failure) -> Bool {
    let store = store
    let version = (try store.change(of: id)?.version ?? 0) + 1
    let change = WorklistChange(
      list: id.list, entry: id.entry, version: version, state: state, person: person, time: .now,
      reason: reason, run: run)
    var isOurs = true
    try bench.audit.demand([
      AuditAct(
        .worklistEntry, "worklist/\(id)", by: person, reason: reason,
        detail: ["state": state.rawValue, "run": run?.text ?? "none", "version": "\(version)"])
    ]) { () throws(Failure) in isOurs = try store.publish(change) }
    if !isOurs {
      let failure = Failure(
        "worklist-entry-taken", exit: .busy, what: "The entry \(id) was not changed.",
        why: "Another program changed it first.", next: "Look again: gauger worklist list")
      _ = bench.audit.note([.notDone("worklist/\(id)", by: person, failure)])
    }
    return isOurs
  }
}

/// The right to work on an entry; the kernel takes it back when the program ends in whatever way.
final class EntryLock: Sendable {
  private let name: String
  private let folder: Folder
  private let lock: FileLock

  private init(name: String, folder: Folder, lock: FileLock) {
    (self.name, self.folder, self.lock) = (name, folder, lock)
  }

  static func take(_ id: WorklistEntryID, in home: Home) throws(Failure) -> EntryLock? {
    let disk = Disk()
    let name = "worklist-\(id).taken"
    do throws(DiskError) {
      let folder = try disk.open(home.locks)
      while let lock = try disk.lock(name, in: folder) {
        // Removed by whoever held it before: then the lock is on a file without a name.
        if try disk.names(in: folder).contains(name) {
          return EntryLock(name: name, folder: folder, lock: lock)
        }
      }
      return nil
    } catch {
      throw PublishError(error).failure
    }
  }

  /// Gives it back.
  func remove() {
    // A name that stays is no lock: the next one takes it over.
    try? Disk().remove(name, in: folder)
    withExtendedLifetime(lock) {}
  }
}

/// An entry that this program measures.
public final class TakenEntry: Sendable {
  private let worklists: Worklists
  /// The entry.
  public let item: WorklistItem
  private let person: String
  private let lock: EntryLock

  init(worklists: Worklists, item: WorklistItem, person: String, lock: EntryLock) {
    (self.worklists, self.item, self.person, self.lock) = (worklists, item, person, lock)
  }

  /// What the run keeps of it.
  var reference: WorklistReference { item.reference }

  /// Says how its run ended: done where it is whole, else open again.
  ///
  /// Gives what hindered that.
  func finish(_ record: RunRecord) -> Failure? {
    record.complete
      ? end(.done, nil, record.run)
      : end(.open, "the run ended before its end: \(record.endedBy.rawValue)", record.run)
  }

  /// Gives it back: nothing was measured.
  ///
  /// Gives what hindered that.
  @discardableResult
  public func release(_ reason: String) -> Failure? { end(.open, reason, nil) }

  private func end(_ state: WorklistState, _ reason: String?, _ run: RunID?) -> Failure? {
    defer { lock.remove() }
    do throws(Failure) {
      _ = try worklists.change(item.id, to: state, by: person, reason: reason, run: run)
      return nil
    } catch {
      return error
    }
  }
}
