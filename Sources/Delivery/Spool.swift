internal import Foundation
public import Laboratory

/// Where one delivery stands with one destination.
public struct DeliveryStatus: Sendable, Hashable, Codable {
  /// The delivery.
  public var id: DeliveryID
  /// The destination's name.
  public var destination: String
  /// Where it stands.
  public var state: DeliveryState
  /// How often it was tried.
  public var attempts: Int
  /// When this last changed.
  public var changed: Timestamp
  /// What went wrong at the last try, where something did.
  public var failure: Failure?
  /// When it is to be tried again; none where nothing failed.
  public var nextAttempt: Timestamp?
  /// Whether those behind it wait with it.
  public var holdsUp: Bool?
  /// What to remember of its staging at the destination; none before that, or where there is none.
  public var staged: String?
  /// When it was handed over.
  public var handedOver: Timestamp?
  /// When the destination was first seen to have looked at it, its verdict not in yet.
  public var noticed: Timestamp?
  /// What the LIMS calls it.
  public var reference: String?
  /// The file in the destination's own language, as it is named there; none where it gets others.
  public var prepared: RunFile?
  /// The names of those files that the destination gets; none where the delivery says it, or all.
  public var only: [String]?

  /// Makes the status of a delivery that waits.
  public init(
    id: DeliveryID, destination: String, state: DeliveryState, attempts: Int, changed: Timestamp,
    failure: Failure? = nil
  ) {
    self.id = id
    self.destination = destination
    self.state = state
    self.attempts = attempts
    self.changed = changed
    self.failure = failure
  }

  private enum CodingKeys: String, CodingKey {
    case id, destination, state, attempts, changed, failure, staged, noticed, reference, prepared
    case only
    case nextAttempt = "next_attempt"
    case holdsUp = "holds_up"
    case handedOver = "handed_over"
  }
}

/// What one destination is to get of a delivery, made when it is spooled.
public struct Consignment: Sendable, Hashable {
  /// The destination.
  public var destination: String
  /// The file in its own language; none where it gets the files.
  public var prepared: PreparedFile?
  /// Why it cannot be given it; then it gets nothing, and the delivery stands as rejected.
  public var refusal: Failure?

  /// Makes an entry.
  public init(destination: String, prepared: PreparedFile? = nil, refusal: Failure? = nil) {
    self.destination = destination
    self.prepared = prepared
    self.refusal = refusal
  }
}

/// Deliveries on their way: each prepared whole before its folder gets its name.
///
///     spool/<id>/<id>.<suffix> ...       the files, named as at the destination
///     spool/<id>/delivery.json           what they are: names, sizes, hashes
///     spool/<id>/to-<destination>.json   where it stands; replaced in one step
///     spool/<id>/for-<destination>       what it gets in its own language, where it has one
///     spool/.new-<id>-<tag>/             being prepared; what a killed program left is removed
///     spool/.lock                        held by the one deliverer, its process number inside
public struct Spool: Sendable {
  /// The path of the folder.
  public let path: String
  package var publisher = Publisher()
  private var disk: Disk { publisher.disk }

  /// A spool in a home; made when it is first written to.
  public init(home: String) { path = home + "/spool" }

  private static let manifest = "delivery.json"

  /// Puts a deliverable into the spool for these destinations; when it returns, it is on the disk.
  ///
  /// The same deliverable put in twice is recognised by its files' hashes; another of the same id
  /// is refused.
  public func put(
    _ deliverable: Deliverable, for destinations: [String]
  ) throws(DeliveryError) -> Delivery {
    try put(deliverable, consignments: destinations.map { Consignment(destination: $0) })
  }

  /// The same, with what was made for single destinations.
  public func put(
    _ deliverable: Deliverable, consignments: [Consignment]
  ) throws(DeliveryError) -> Delivery {
    let id = deliverable.id
    let destinations = consignments.map(\.destination)
    try check(deliverable, destinations)
    let spool = try told { () throws(DiskError) in
      try disk.makeFolder(path)
      return try disk.open(path)
    }
    let tag = String(UInt32.random(in: .min ... .max), radix: 16)
    let preparing = ".new-\(id)-\(tag)"
    do throws(DeliveryError) {
      let inner = try told { () throws(DiskError) in
        try disk.makeFolder(preparing, inside: spool)
        return try disk.open(preparing, inside: spool)
      }
      var files: [RunFile] = []
      for file in deliverable.files {
        files.append(try publish(file.content, "\(id).\(file.suffix)", inner))
      }
      let only = deliverable.only.filter { destinations.contains($0.key) }
        .mapValues { $0.map { "\(id).\($0)" }.sorted() }
      let delivery = Delivery(
        id: id, emulated: deliverable.emulated, spooled: .now, files: files,
        folder: path + "/\(id)", only: only.isEmpty ? nil : only, audit: deliverable.audit)
      if let present = try existing(id, as: delivery, consignments, deliverable.only) {
        clear(preparing, spool)
        // Named before a crash, perhaps, and not yet kept: making the folder above has kept it.
        return present
      }
      _ = try publish(.bytes(try json(delivery)), Self.manifest, inner)
      for consignment in consignments {
        var status = try prepared(consignment, id, inner)
        status.changed = delivery.spooled
        _ = try publish(.bytes(try json(status)), Self.file(for: status.destination), inner)
      }
      try told { () throws(DiskError) in
        try disk.rename(preparing, in: spool, to: "\(id)", in: spool, replacing: false)
        try disk.sync(spool)
      }
      return delivery
    } catch {
      clear(preparing, spool)
      throw error
    }
  }

  /// The deliveries in the spool, oldest id first.
  public func ids() throws(DeliveryError) -> [DeliveryID] {
    do throws(DiskError) {
      return try disk.names(in: try disk.open(path)).compactMap { DeliveryID($0) }
    } catch {
      let told = PublishError(error)
      if case .missing = told { return [] }
      throw .publish(told)
    }
  }

  /// Reads a delivery; its files are not looked into.
  public func delivery(_ id: DeliveryID) throws(DeliveryError) -> Delivery {
    let folder = path + "/\(id)"
    guard let bytes = try contents(Self.manifest, of: id) else { throw .unknownDelivery("\(id)") }
    var delivery: Delivery = try read(bytes, id)
    guard delivery.id == id, delivery.run == id.run, !delivery.files.isEmpty else {
      throw .spoolDamaged("\(id)", "Its delivery.json speaks of another delivery.")
    }
    for file in delivery.files {
      guard file.name.hasPrefix("\(id).") else {
        throw .spoolDamaged("\(id)", "Its delivery.json names a file that is not its own.")
      }
      do { try SafePath.check(file.name) } catch { throw .publish(error) }
    }
    delivery.folder = folder
    return delivery
  }

  /// Where a delivery stands, one entry a destination, by name.
  public func status(_ id: DeliveryID) throws(DeliveryError) -> [DeliveryStatus] {
    let folder = try told { () throws(DiskError) in
      try disk.open("\(id)", inside: try disk.open(path))
    }
    var found: [DeliveryStatus] = []
    for name in try told({ () throws(DiskError) in try disk.names(in: folder) })
    where name.hasPrefix("to-") && name.hasSuffix(".json") {
      guard let bytes = try contents(name, of: id) else { continue }
      let status: DeliveryStatus = try read(bytes, id)
      guard status.id == id, Self.file(for: status.destination) == name else {
        throw .spoolDamaged("\(id)", "\(name) speaks of another delivery.")
      }
      found.append(status)
    }
    return found
  }

  /// Keeps where a delivery stands.
  public func keep(_ status: DeliveryStatus) throws(DeliveryError) {
    let folder = try told { () throws(DiskError) in
      try disk.open("\(status.id)", inside: try disk.open(path))
    }
    let bytes = try json(status)
    do throws(PublishError) {
      _ = try publisher.publish(
        .bytes(bytes), named: Self.file(for: status.destination), in: folder, through: folder,
        existing: .replaced)
    } catch {
      throw .publish(error)
    }
  }

  /// Takes the lock of the one deliverer; nil when another holds it.
  package func lock() throws(DeliveryError) -> FileLock? {
    try told { () throws(DiskError) in
      try disk.makeFolder(path)
      return try disk.lock(".lock", in: try disk.open(path))
    }
  }

  /// Takes the lock of the one process that touches a network share; nil while another has it,
  /// be it one that hangs since long and that its parent has left behind.
  package func writerLock(_ destination: String) throws(DeliveryError) -> FileLock? {
    try told { () throws(DiskError) in
      try disk.lock(".writer-\(destination)", in: try disk.open(path))
    }
  }

  /// The process that holds the lock, where it could be read.
  package func holder() -> Int32? {
    guard let folder = try? disk.open(path),
      let bytes = try? disk.contents(of: ".lock", in: folder, limit: 64)
    else { return nil }
    return Int32(String(decoding: bytes, as: UTF8.self).split(separator: "\n").first ?? "")
  }

  /// Removes what killed programs left half-prepared; only under the lock, and only when old.
  package func removeLeftovers(olderThan age: Duration = .seconds(3600)) throws(DeliveryError) {
    try told { () throws(DiskError) in
      let spool = try disk.open(path)
      for name in try disk.names(in: spool) where name.hasPrefix(".new-") {
        // A program may be preparing it at this moment; nothing needs an hour.
        if try disk.age(of: name, in: spool) > age { clear(name, spool) }
      }
    }
  }

  /// Removes what a killed program left of preparing deliveries of one run.
  ///
  /// Only for whoever knows that nobody else delivers that run now.
  package func removeLeftovers(of run: RunID) throws(DeliveryError) {
    guard let spool = try? disk.open(path) else { return }
    for name in try told({ () throws(DiskError) in try disk.names(in: spool) })
    where name.hasPrefix(".new-\(run)-") { clear(name, spool) }
  }

  // MARK: - Inner steps

  private static func file(for destination: String) -> String { "to-\(destination).json" }
  private static func prepared(for destination: String) -> String { "for-\(destination)" }

  private func check(
    _ deliverable: Deliverable, _ destinations: [String]
  ) throws(DeliveryError) {
    let id = deliverable.id
    let suffixes = deliverable.files.map(\.suffix)
    if suffixes.isEmpty { throw .badDeliverable(id, "It has no files.") }
    if Set(suffixes).count != suffixes.count {
      throw .badDeliverable(id, "Two of its files have the same suffix.")
    }
    if let reserved = suffixes.first(where: { ["ready", "ack", "rej", "part"].contains($0) }) {
      throw .badDeliverable(id, "The suffix '\(reserved)' has a meaning of its own.")
    }
    do throws(PublishError) {
      for suffix in suffixes { try SafePath.check(suffix) }
      for name in destinations { try SafePath.check(Self.file(for: name)) }
    } catch {
      throw .publish(error)
    }
  }

  /// The delivery of this id if it is there with the same files; the new destinations are added.
  private func existing(
    _ id: DeliveryID, as delivery: Delivery, _ consignments: [Consignment],
    _ only: [String: Set<String>]
  ) throws(DeliveryError) -> Delivery? {
    guard try contents(Self.manifest, of: id) != nil else { return nil }
    let present = try self.delivery(id)
    guard present.files == delivery.files, present.emulated == delivery.emulated else {
      throw .idTaken(id)
    }
    let known = try status(id).map(\.destination)
    for consignment in consignments where !known.contains(consignment.destination) {
      let folder = try told { () throws(DiskError) in
        try disk.open("\(id)", inside: try disk.open(path))
      }
      var status = try prepared(consignment, id, folder)
      status.only = only[consignment.destination].map { $0.map { "\(id).\($0)" }.sorted() }
      try keep(status)
    }
    return present
  }

  /// Puts what was made for one destination beside the files, and begins its status.
  private func prepared(
    _ consignment: Consignment, _ id: DeliveryID, _ folder: Folder
  ) throws(DeliveryError) -> DeliveryStatus {
    var status = DeliveryStatus(
      id: id, destination: consignment.destination,
      state: consignment.refusal == nil ? .spooled : .rejected, attempts: 0, changed: .now,
      failure: consignment.refusal)
    guard let file = consignment.prepared else { return status }
    do throws(PublishError) {
      let name = "\(id).\(file.suffix)"
      try SafePath.check(name)
      let kept = try publisher.publish(
        .bytes(file.bytes), named: Self.prepared(for: consignment.destination), in: folder,
        through: folder, existing: .replaced)
      status.prepared = RunFile(name: name, size: kept.size, sha256: kept.sha256)
    } catch {
      throw .publish(error)
    }
    return status
  }

  /// A delivery as one destination is to get it, with what is remembered of it.
  public func delivery(for status: DeliveryStatus) throws(DeliveryError) -> Delivery {
    var delivery = try delivery(status.id)
    if let file = status.prepared {
      delivery.files = [file]
      delivery.prepared = Self.prepared(for: status.destination)
    } else if let only = status.only {
      delivery.files = delivery.files.filter { only.contains($0.name) }
      delivery.only = nil
    }
    delivery.staged = status.staged
    delivery.handedOver = status.handedOver
    delivery.noticed = status.noticed
    return delivery
  }

  private func publish(
    _ content: FileContent, _ name: String, _ folder: Folder
  ) throws(DeliveryError) -> RunFile {
    do throws(PublishError) {
      return try publisher.publish(content, named: name, in: folder, through: folder)
    } catch {
      throw .publish(error)
    }
  }

  /// Removes a half-prepared folder; what stays is met again by `removeLeftovers`.
  private func clear(_ name: String, _ spool: Folder) {
    guard let folder = try? disk.open(name, inside: spool) else { return }
    for file in (try? disk.names(in: folder)) ?? [] { try? disk.remove(file, in: folder) }
    try? disk.removeFolder(name, in: spool)
  }

  private func contents(_ name: String, of id: DeliveryID) throws(DeliveryError) -> [UInt8]? {
    do throws(DiskError) {
      let folder = try disk.open("\(id)", inside: try disk.open(path))
      return try disk.contents(of: name, in: folder)
    } catch {
      let told = PublishError(error)
      if case .missing = told { return nil }
      throw .publish(told)
    }
  }

  private func json(_ value: some Encodable) throws(DeliveryError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(value)) + [0x0a]
    } catch {
      throw .spoolDamaged("A delivery", "It could not be put into words: \(error)")
    }
  }

  private func read<Value: Decodable>(
    _ bytes: [UInt8], _ id: DeliveryID
  ) throws(DeliveryError) -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(bytes))
    } catch {
      throw .spoolDamaged("\(id)", "One of its JSON files cannot be read.")
    }
  }

  private func told<Value>(_ work: () throws(DiskError) -> Value) throws(DeliveryError) -> Value {
    do throws(DiskError) {
      return try work()
    } catch {
      throw .publish(PublishError(error))
    }
  }
}
