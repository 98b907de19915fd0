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
  }

  private let bench: Bench

  /// Makes the sender of a bench.
  public init(bench: Bench) { self.bench = bench }

  /// Where the newest delivery of every run stands at each destination; changes nothing.
  public func status() throws(Failure) -> [Entry] {
    do throws(DeliveryError) { return newest(try desk.status()) } catch { throw error.failure }
  }

  /// An attempt that a later one of the same run has taken the place of needs nobody's care.
  private func newest(_ all: [DeliveryStatus]) -> [Entry] {
    all.filter { status in
      !all.contains {
        $0.id.run == status.id.run && $0.destination == status.destination
          && $0.id.attempt > status.id.attempt
      }
    }.map(entry)
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
    let folder = bench.home.folder(of: run)
    var files: [DeliverableFile] = []
    for file in record.files {
      let path = ResultFiles.path(of: file.name, in: folder)
      guard (try? Hash.sha256(ofFileAt: path)) == file.sha256 else {
        throw Failure(
          "delivery-file-altered", exit: .damaged, what: "\(path) was not delivered.",
          why: "It is missing, or not what was made when the run ended.",
          next: "See what is whole with: gauger runs verify \(run)")
      }
      files.append(DeliverableFile(suffix: file.name, content: .file(path)))
    }
    let attempt = (mine.map(\.attempt).max() ?? 0) + 1
    let sent: [Entry]
    do throws(DeliveryError) {
      let id = DeliveryID(run: run, attempt: attempt)
      sent = try desk(for: places).submit(
        Deliverable(
          id: id, emulated: record.emulated, files: files, only: only(record.files.map(\.name)),
          audit: submitted(id, to: places, by: BenchAudit.account))
      ).map(entry)
    } catch {
      throw error.failure
    }
    try keep(sent)
    return sent
  }

  /// Hands over what waits, asks for receipts, and keeps the news with the runs.
  public func retry() throws(Failure) -> [Entry] {
    // No spool means that nothing was ever delivered from this home.
    guard FileManager.default.fileExists(atPath: bench.home.spool) else { return [] }
    let entries: [Entry]
    do throws(DeliveryError) { entries = newest(try desk.retry()) } catch {
      throw error.failure
    }
    try keep(entries)
    return entries
  }

  /// Writes the news into the records of the runs.
  private func keep(_ entries: [Entry]) throws(Failure) {
    for entry in entries {
      guard var record = try? bench.runs.read(entry.run),
        record.deliveries[entry.report.destination] != entry.report.state
      else { continue }
      // What the chain cannot take now it tells of later; a delivery is not kept from the record.
      let act = AuditAct.delivery(entry.run, entry.attempt, entry.report, by: BenchAudit.account)
      _ = bench.audit.note([act])
      record.deliveries[entry.report.destination] = entry.report.state
      try bench.runs.write(record)
    }
  }

  /// Makes the folders of a new destination, and returns its root.
  ///
  /// Throws `destination-not-mounted` where the root itself is not there.
  public func prepare(_ name: String) throws(Failure) -> String {
    guard let entry = bench.configuration.destinations.first(where: { $0.name == name }) else {
      let known = bench.configuration.destinations.map(\.name).joined(separator: ", ")
      throw Failure(
        "destination-unknown", exit: .notFound, what: "There is no destination \(name).",
        why: "bench.yaml names: \(known).", next: "Name one of these.")
    }
    guard entry.makesFolder || FileManager.default.fileExists(atPath: entry.folder) else {
      throw DeliveryError.notMounted(name, entry.folder).failure
    }
    for inner in ["tmp", "out", "ack", "reject", "done"] {
      do {
        try FileManager.default.createDirectory(
          atPath: "\(entry.folder)/\(inner)", withIntermediateDirectories: entry.makesFolder,
          attributes: nil)
      } catch CocoaError.fileWriteFileExists {
        continue
      } catch {
        throw Failure(
          "destination-not-writable", exit: .denied,
          what: "\(entry.folder)/\(inner) cannot be made.", why: reason(error),
          next: "Give this account the right to write there.")
      }
    }
    do throws(DiskError) {
      let disk = Disk()
      try disk.sync(try disk.open(entry.folder))
    } catch {
      throw PublishError(error).failure
    }
    return entry.folder
  }

  /// Spools the files of a finished run and hands them over where possible.
  ///
  /// Throws where they could not be spooled: then nothing waits, and it must be tried again.
  func send(
    _ record: RunRecord, files: [(suffix: String, path: String)]
  ) throws(Failure) -> [DeliveryReport] {
    let id = DeliveryID(run: record.run)
    let deliverable = Deliverable(
      id: id, emulated: record.emulated,
      files: files.map { DeliverableFile(suffix: $0.suffix, content: .file($0.path)) },
      only: only(files.map(\.suffix)),
      audit: submitted(id, to: bench.configuration.destinations, by: record.person))
    do throws(DeliveryError) {
      return try desk.submit(deliverable).map { entry($0).report }
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

  private func desk(for places: [Configuration.DestinationEntry]) -> DeliveryDesk {
    DeliveryDesk(
      home: bench.home.path,
      destinations: places.map {
        FolderDestination(
          name: $0.name, root: $0.folder, rootIs: $0.makesFolder ? .made : .mounted,
          acceptsEmulated: $0.acceptsEmulated)
      })
  }

  private func entry(_ status: DeliveryStatus) -> Entry {
    let root =
      bench.configuration.destinations.first { $0.name == status.destination }?.folder ?? "?"
    let place =
      switch status.state {
      case .spooled: "\(bench.home.spool)/\(status.id)"
      case .confirmed: "\(root)/done/\(status.id)"
      case .handedOver, .accepted, .rejected: "\(root)/out/\(status.id)"
      }
    return Entry(
      run: status.id.run, attempt: status.id.attempt,
      report: DeliveryReport(
        destination: status.destination, state: status.state, place: place,
        failure: status.failure))
  }
}
