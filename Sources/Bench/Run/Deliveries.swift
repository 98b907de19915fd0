internal import Delivery
internal import Foundation
public import Laboratory
internal import Records

/// Sends the files of runs to the destinations that the site configured.
public struct Deliveries: Sendable {
  /// One run's delivery to one destination.
  public struct Entry: Sendable, Hashable {
    /// The run.
    public var run: RunID
    /// Which delivery of the run it is, from 1.
    public var attempt: Int
    /// Where it stands.
    public var report: DeliveryReport
    /// When it is tried again by itself; none where it does not wait.
    public var nextAttempt: Timestamp?
    /// What the LIMS calls it, where it said so.
    public var reference: String?
  }

  let bench: Bench

  /// Makes the sender of a bench.
  public init(bench: Bench) { self.bench = bench }

  /// Where the newest delivery of every run stands at each destination; changes nothing.
  public func status() throws(Failure) -> [Entry] {
    do throws(DeliveryError) { return newest(try desk.status()) } catch { throw error.failure }
  }

  /// An attempt that a later one of the same run has taken the place of needs nobody's care.
  private func newest(_ all: [DeliveryStatus]) -> [Entry] {
    var last: [String: Int] = [:]
    for status in all {
      last["\(status.id.run)/\(status.destination)", default: 0].raise(to: status.id.attempt)
    }
    return all.filter { last["\($0.id.run)/\($0.destination)"] == $0.id.attempt }.map(entry)
  }

  /// Delivers a run once more, as its next attempt, where its newest delivery was rejected.
  ///
  /// Nowhere else: a LIMS must not get one result twice. Throws `delivery-not-rejected` where there
  /// is no such place, and `delivery-file-altered` where a file is not what the run record says.
  public func again(_ run: RunID) throws(Failure) -> [Entry] {
    let record = try bench.runs.read(run)
    let earlier = FileManager.default.fileExists(atPath: bench.home.spool) ? try status() : []
    let mine = earlier.filter { $0.run == run }
    let rejected = Set(mine.filter { $0.report.state == .rejected }.map(\.report.destination))
    let places = bench.configuration.destinations.filter { rejected.contains($0.name) }
    guard !places.isEmpty else {
      let states = mine.map { "\($0.report.destination): \($0.report.state.rawValue)" }
      throw Failure(
        "delivery-not-rejected", exit: .refused, what: "The run \(run) was not delivered again.",
        why: states.isEmpty
          ? "It was never delivered." : "It stands as \(states.joined(separator: ", ")).",
        next: "Only what a destination rejected goes there again; else it would get it twice.")
    }
    let next = try nextAttempt(of: run)
    let last = mine.filter { $0.report.state == .rejected }.map(\.attempt).max() ?? 1
    let deliverable: Deliverable
    if let ofSequence = try sequenceDeliverable(record, attempt: last, next: next) {
      deliverable = ofSequence
    } else {
      deliverable = try self.deliverable(of: record, attempt: next)
    }
    let sent: [Entry]
    do throws(DeliveryError) {
      sent = try submit(deliverable, to: places).map(entry)
    } catch {
      throw error.failure
    }
    try keep(sent)
    return sent
  }

  /// The files of a run as they were made, as its delivery of this number.
  ///
  /// Throws `delivery-file-altered` where a file is not what the run record says.
  func deliverable(of record: RunRecord, attempt: Int) throws(Failure) -> Deliverable {
    let folder = bench.home.folder(of: record.run)
    var files: [DeliverableFile] = []
    for file in record.files {
      let path = ResultFiles.path(of: file.name, in: folder)
      guard (try? Hash.sha256(ofFileAt: path)) == file.sha256 else {
        throw Failure(
          "delivery-file-altered", exit: .damaged, what: "\(path) was not delivered.",
          why: "It is missing, or not what was made when the run ended.",
          next: "See what is whole with: gauger runs verify \(record.run)")
      }
      files.append(DeliverableFile(suffix: file.name, content: .file(path)))
    }
    return Deliverable(
      id: DeliveryID(run: record.run, attempt: attempt), emulated: record.emulated, files: files,
      only: only(record.files.map(\.name)))
  }

  /// The number of the next delivery of a run.
  func nextAttempt(of run: RunID) throws(Failure) -> Int {
    guard FileManager.default.fileExists(atPath: bench.home.spool) else { return 1 }
    do throws(DeliveryError) {
      let known = try Spool(home: bench.home.path).ids().filter { $0.run == run }
      return (known.map(\.attempt).max() ?? 0) + 1
    } catch {
      throw error.failure
    }
  }

  /// Sends a run that was released to the destinations that take only such runs, each once: the
  /// run's own files, and what the newest version of each sequence says of it.
  ///
  /// Throws `release-nothing-to-send` where there is neither.
  public func release(_ run: RunID) throws(Failure) -> [Entry] {
    let record = try bench.runs.read(run)
    let places = bench.configuration.destinations.filter { $0.accepts == .released }
    guard !places.isEmpty else { return [] }
    let answers = try releasedAnswers(of: record)
    guard !record.files.isEmpty || !answers.isEmpty else {
      throw Failure(
        "release-nothing-to-send", exit: .failed,
        what: "The run \(run) is released, and nothing was sent.",
        why: "It has no files of its own, and no sequence has an answer for it.",
        next: "Evaluate it with gauger quantify, sign that, and release it again.")
    }
    var sent: [Entry] = []
    if !record.files.isEmpty {
      sent += try releaseFiles(of: record, to: places.filter { record.deliveries[$0.name] == nil })
    }
    for deliverable in answers {
      do throws(DeliveryError) {
        sent += try submit(deliverable, to: places).map(entry)
      } catch {
        throw error.failure
      }
    }
    try keep(sent)
    return sent
  }

  private func releaseFiles(
    of record: RunRecord, to places: [Configuration.DestinationEntry]
  ) throws(Failure) -> [Entry] {
    guard !places.isEmpty else { return [] }
    let deliverable = try deliverable(of: record, attempt: try ownAttempt(of: record))
    do throws(DeliveryError) { return try submit(deliverable, to: places).map(entry) } catch {
      throw error.failure
    }
  }

  /// The number under which others know the files of a run; the next one where nobody does.
  private func ownAttempt(of record: RunRecord) throws(Failure) -> Int {
    let next = try nextAttempt(of: record.run)
    guard next > 1 else { return next }
    let own = Set(record.files.map(\.sha256))
    do throws(DeliveryError) {
      let spool = Spool(home: bench.home.path)
      for id in try spool.ids() where id.run == record.run {
        if Set(try spool.delivery(id).files.map(\.sha256)) == own { return id.attempt }
      }
    } catch {
      throw error.failure
    }
    return next
  }

  /// The one way by which a delivery of a bench gets into the spool.
  func submit(
    _ deliverable: Deliverable, to places: [Configuration.DestinationEntry],
    by person: String = BenchAudit.account
  ) throws(DeliveryError) -> [DeliveryStatus] {
    var deliverable = deliverable
    deliverable.audit = submitted(deliverable.id, to: places, by: person)
    return try desk(for: places).submit(deliverable)
  }

  /// Hands over what waits, asks for receipts, and keeps the news with the runs.
  ///
  /// With `dueOnly` those alone whose time for the next try has come.
  public func retry(dueOnly: Bool = false) throws(Failure) -> [Entry] {
    // No spool means that nothing was ever delivered from this home.
    guard FileManager.default.fileExists(atPath: bench.home.spool) else { return [] }
    let entries: [Entry]
    do throws(DeliveryError) {
      entries = newest(try desk.retry(nil, dueOnly ? .due : .now))
    } catch {
      throw error.failure
    }
    try keep(entries)
    return entries
  }

  /// One round of whoever comes again and again: what is due, and what may have been answered.
  ///
  /// Deliveries that are `quiet` are passed over. Gives those that were looked at, and which of them
  /// need no look for a while: what is at its end, and what nobody has answered to for an hour.
  func round(passing quiet: Set<DeliveryID>) throws(Failure) -> (
    entries: [Entry], quiet: Set<DeliveryID>
  ) {
    guard FileManager.default.fileExists(atPath: bench.home.spool) else { return ([], quiet) }
    let all: [DeliveryStatus]
    do throws(DeliveryError) { all = try desk.retry(nil, .due, passing: quiet) } catch {
      throw error.failure
    }
    let hourAgo = Timestamp(microseconds: Timestamp.now.microseconds - 3_600_000_000)
    let awake = all.filter { status in
      switch status.state {
      case .spooled: true
      case .handedOver, .accepted: status.changed > hourAgo
      case .confirmed, .rejected: false
      }
    }
    let entries = newest(all)
    try keep(entries)
    return (entries, quiet.union(all.map(\.id)).subtracting(awake.map(\.id)))
  }

  /// Writes the news into the records of the runs.
  func keep(_ entries: [Entry]) throws(Failure) {
    var changed: Set<RunID> = []
    // What cannot be noted now is caught up by whoever asks.
    defer { _ = bench.catalogue.follow(Array(changed)) }
    for entry in entries {
      guard var record = try? bench.runs.read(entry.run),
        record.deliveries[entry.report.destination] != entry.report.state
      else { continue }
      // What the chain cannot take now it tells of later; a delivery is not kept from the record.
      let act = AuditAct.delivery(entry.run, entry.attempt, entry.report, by: BenchAudit.account)
      _ = bench.audit.note([act])
      record.deliveries[entry.report.destination] = entry.report.state
      try bench.runs.write(record)
      changed.insert(entry.run)
    }
  }

  /// Spools the files of a finished run and hands them over where possible.
  ///
  /// Throws where they could not be spooled: then nothing waits, and it must be tried again.
  func send(
    _ record: RunRecord, files: [(suffix: String, path: String)]
  ) throws(Failure) -> [DeliveryReport] {
    let deliverable = Deliverable(
      id: DeliveryID(run: record.run), emulated: record.emulated,
      files: files.map { DeliverableFile(suffix: $0.suffix, content: .file($0.path)) },
      only: only(files.map(\.suffix)))
    let places = bench.configuration.destinations.filter { $0.takes(record) }
    guard !places.isEmpty else { return [] }
    do throws(DeliveryError) {
      return try submit(deliverable, to: places, by: record.person).map { entry($0).report }
    } catch {
      throw error.failure
    }
  }

  /// Tells the audit chain that a delivery goes into the spool, and how far the chain is then.
  ///
  /// A result is never held back because the chain has no room: the chain tells of it later.
  private func submitted(
    _ id: DeliveryID, to places: [Configuration.DestinationEntry], by person: String
  ) -> AuditHead? {
    _ = bench.audit.note([
      AuditAct(
        .deliverySubmitted, "delivery/\(id)", by: person,
        detail: ["destinations": places.map(\.name).joined(separator: ", ")])
    ])
    return bench.audit.head
  }

  /// Which files those destinations get that say which formats they want: of the archive those
  /// alone, and all others.
  private func only(_ names: [String]) -> [String: Set<String>] {
    var only: [String: Set<String>] = [:]
    for place in bench.configuration.destinations where !place.formats.isEmpty {
      only[place.name] = Set(
        names.filter { name in
          let formats = RunArchive.formats(of: name)
          return formats.isEmpty || formats.contains(where: place.formats.contains)
        })
    }
    return only
  }

  private var desk: DeliveryDesk { desk(for: bench.configuration.destinations) }

  func desk(for places: [Configuration.DestinationEntry]) -> DeliveryDesk {
    DeliveryDesk(
      home: bench.home.path,
      destinations: places.map { $0.destination(home: bench.home.path) })
  }

  func entry(_ status: DeliveryStatus) -> Entry {
    return Entry(
      run: status.id.run, attempt: status.id.attempt,
      report: DeliveryReport(
        destination: status.destination, state: status.state, place: place(of: status),
        failure: status.failure),
      nextAttempt: status.state == .spooled ? status.nextAttempt : nil,
      reference: status.reference)
  }

  /// Where a person finds a delivery.
  private func place(of status: DeliveryStatus) -> String {
    let spooled = "\(bench.home.spool)/\(status.id)"
    guard status.state != .spooled, status.attempts > 0,
      let entry = bench.configuration.destinations.first(where: { $0.name == status.destination })
    else { return spooled }
    switch entry.kind {
    case .folder where entry.mode == .acknowledged:
      return "\(entry.folder)/\(status.state == .confirmed ? "done" : "out")/\(status.id)"
    case .folder, .senaiteFolder: return "\(entry.folder)/\(status.id)"
    case .http, .senaiteJSON: return entry.place
    }
  }

  /// What is said of a destination that nobody configured.
  func unknown(_ name: String) -> Failure {
    let known = bench.configuration.destinations.map(\.name).joined(separator: ", ")
    return Failure(
      "destination-unknown", exit: .notFound, what: "There is no destination \(name).",
      why: "bench.yaml names: \(known).", next: "Name one of these.")
  }
}

extension Int {
  fileprivate mutating func raise(to other: Int) { self = Swift.max(self, other) }
}
