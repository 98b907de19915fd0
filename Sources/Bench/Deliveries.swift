internal import Delivery
internal import Foundation
public import Laboratory

/// Sends the files of runs to the destinations that the site configured.
public struct Deliveries: Sendable {
  /// One run's delivery to one destination.
  public struct Entry: Sendable, Hashable {
    /// The run.
    public var run: RunID
    /// Where it stands.
    public var report: DeliveryReport
  }

  private let bench: Bench

  /// Makes the sender of a bench.
  public init(bench: Bench) { self.bench = bench }

  /// Where every delivery stands; changes nothing.
  public func status() throws(Failure) -> [Entry] {
    do throws(DeliveryError) { return try desk.status().map(entry) } catch { throw error.failure }
  }

  /// Hands over what waits, asks for receipts, and keeps the news with the runs.
  public func retry() throws(Failure) -> [Entry] {
    // No spool means that nothing was ever delivered from this home.
    guard FileManager.default.fileExists(atPath: bench.home.spool) else { return [] }
    let entries: [Entry]
    do throws(DeliveryError) { entries = try desk.retry().map(entry) } catch {
      throw error.failure
    }
    for entry in entries {
      guard var record = try? bench.runs.read(entry.run),
        record.deliveries[entry.report.destination] != entry.report.state
      else { continue }
      record.deliveries[entry.report.destination] = entry.report.state
      try bench.runs.write(record)
    }
    return entries
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
    return entry.folder
  }

  /// Spools the files of a finished run and hands them over where possible.
  func send(_ record: RunRecord, files: [(suffix: String, path: String)]) -> [DeliveryReport] {
    let deliverable = Deliverable(
      id: DeliveryID(run: record.run), emulated: record.emulated,
      files: files.map { DeliverableFile(suffix: $0.suffix, content: .file($0.path)) })
    do throws(DeliveryError) {
      return try desk.submit(deliverable).map { entry($0).report }
    } catch {
      return bench.configuration.destinations.map {
        DeliveryReport(
          destination: $0.name, state: .spooled, place: bench.home.folder(of: record.run),
          failure: error.failure)
      }
    }
  }

  private var desk: DeliveryDesk {
    DeliveryDesk(
      home: bench.home.path,
      destinations: bench.configuration.destinations.map {
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
      run: status.id.run,
      report: DeliveryReport(
        destination: status.destination, state: status.state, place: place,
        failure: status.failure))
  }
}
