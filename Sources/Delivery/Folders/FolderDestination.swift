internal import Laboratory

/// A folder that a loader of the LIMS polls.
///
///     <root>/tmp/         half-written files; readers must not look here
///     <root>/out/         <id>.<suffix> ..., and then <id>.ready: the delivery is whole
///     <root>/ack/         the reader writes <id>.ack
///     <root>/reject/      the reader writes <id>.rej with its reason; out/ stays as it is
///     <root>/done/        confirmed deliveries are moved here, by us
///     <root>/quarantine/  what was found in out/ and is not what was written
///
/// `<id>.ready` is one line of JSON: `{"audit":{"hash":..,"sequence":..},"emulated":..,`
/// `"files":[{"name":..,"sha256":..,"size":..}],"id":..,"run":..,"schema":1}`; `audit` is how far our
/// audit chain had come, and may be absent. Each file is written in `tmp/`, synced, closed, renamed into
/// `out/`, and `out/` synced, before the next is begun; `.ready` is the last. The reader leaves
/// `out/` alone: a delivery taken away without a receipt cannot be told from one never written.
///
/// `<id>.ack` may be empty, which says *accepted*; with a line of JSON `{"id":..,"sha256":..,`
/// `"status":"imported"|"duplicate"|"rejected","lims_ref":..,"time":..}` whose hash is that of
/// `<id>.ready` or of one of the files, it says *confirmed* or *rejected*.
public struct FolderDestination: Destination {
  /// Whether the root may be made when it is missing.
  public enum Root: Sendable, Hashable {
    /// Made with its folders; for the home's own `outbox/`.
    case made
    /// Never made: a missing one is a share that is not mounted.
    case mounted
  }

  /// Its name in `bench.yaml`.
  public let name: String
  /// Whether it takes what an emulator measured.
  public let acceptsEmulated: Bool
  /// The path of the root folder.
  public let root: String
  let rootIs: Root
  let sentinel: String?
  /// After how long without a receipt a person is told.
  public let answerWithin: Duration?
  package var publisher = Publisher()
  var disk: Disk { publisher.disk }

  /// Makes a destination; the disk is not touched before the first delivery.
  ///
  /// `sentinel` is the id that `.gauger-destination` in the root must hold.
  public init(
    name: String, root: String, rootIs: Root, acceptsEmulated: Bool, sentinel: String? = nil,
    answerWithin: Duration? = nil
  ) {
    self.sentinel = sentinel
    self.answerWithin = answerWithin
    self.name = name
    self.root = root
    self.rootIs = rootIs
    self.acceptsEmulated = acceptsEmulated
  }

  /// Writes the delivery into `out/`, its `.ready` last.
  ///
  /// What is there already and is the same is left; what a crash left incomplete is completed.
  public func deliver(_ spooled: Delivery) throws(DeliveryError) -> DeliveryAnswer {
    let delivery = spooled.carried(to: name)
    if delivery.emulated, !acceptsEmulated { throw .refusesEmulated(name) }
    let folders = try open()
    let ready = delivery.id.description + ".ready"
    if try disk.has(ready, in: folders.done) { return try finishMoving(delivery, folders) }
    if try disk.has(delivery.id.description + ".rej", in: folders.reject) {
      return try answer(to: delivery, folders)
    }
    try told { () throws(DiskError) in
      for name in try disk.names(in: folders.tmp)
      where name.hasPrefix(".\(delivery.id).") { try disk.remove(name, in: folders.tmp) }
    }
    let readyIsThere = try disk.has(ready, in: folders.out)
    for file in delivery.files {
      try place(file, of: delivery, in: folders, readyIsThere: readyIsThere)
    }
    if !readyIsThere {
      try told { () throws(PublishError) in
        _ = try publisher.publish(
          .bytes(Self.ready(for: delivery)), named: ready, in: folders.out, through: folders.tmp)
      }
    } else if try !disk.matches(ready, Hash.sha256(of: Self.ready(for: delivery)), in: folders.out)
    {
      throw try quarantine(delivery, folders, "\(ready) is not what was written.")
    } else {
      // Renamed before a crash, but perhaps not yet kept.
      try told { () throws(DiskError) in try disk.sync(folders.out) }
    }
    do throws(DeliveryError) {
      return try answer(to: delivery, folders)
    } catch .receiptUnclear {
      // It is handed over all the same; polling tells what is wrong with the receipt.
      return .handedOver
    }
  }

  /// Reads the receipt; a confirmed delivery is moved to `done/`.
  public func poll(_ spooled: Delivery) throws(DeliveryError) -> DeliveryAnswer {
    let delivery = spooled.carried(to: name)
    let folders = try open()
    let ready = delivery.id.description + ".ready"
    if try disk.has(ready, in: folders.done) { return try finishMoving(delivery, folders) }
    return try answer(to: delivery, folders)
  }

  /// The content of `<id>.ready`.
  public static func ready(for delivery: Delivery) -> [UInt8] {
    func quoted(_ text: String) -> String { "\"\(text)\"" }  // ids and names need no escapes
    let files = delivery.files.map {
      "{\"name\":\(quoted($0.name)),\"sha256\":\(quoted($0.sha256)),\"size\":\($0.size)}"
    }
    let audit =
      delivery.audit.map {
        "\"audit\":{\"hash\":\(quoted($0.hash)),\"sequence\":\($0.sequence)},"
      } ?? ""
    return Array(
      ("{\(audit)\"emulated\":\(delivery.emulated),\"files\":[\(files.joined(separator: ","))],"
        + "\"id\":\(quoted(delivery.id.description)),\"run\":\(quoted(delivery.run.text)),"
        + "\"schema\":1}\n").utf8)
  }

  // MARK: - Folders

  struct Folders {
    var root, tmp, out, ack, reject, done: Folder
  }

  private func open() throws(DeliveryError) -> Folders {
    let top: Folder
    do throws(DiskError) {
      if rootIs == .made { try disk.makeFolder(root) }
      top = try disk.open(root)
    } catch {
      let told = PublishError(error)
      if case .missing = told, rootIs == .mounted { throw .notMounted(name, root) }
      throw .publish(told)
    }
    try Sentinel.check(sentinel, in: top, of: name, disk)
    return Folders(
      root: top, tmp: try open("tmp", top), out: try open("out", top), ack: try open("ack", top),
      reject: try open("reject", top), done: try open("done", top))
  }

  private func open(_ inner: String, _ top: Folder) throws(DeliveryError) -> Folder {
    let folder: Folder
    do throws(DiskError) {
      if rootIs == .made { try disk.makeFolder(inner, inside: top) }
      folder = try disk.open(inner, inside: top)
    } catch {
      let told = PublishError(error)
      if case .missing(let path) = told { throw .notPrepared(name, path) }
      throw .publish(told)
    }
    guard folder.device == top.device else { throw .severalFileSystems(name, folder.path) }
    return folder
  }

  // MARK: - Bodies

  private func place(
    _ file: RunFile, of delivery: Delivery, in folders: Folders, readyIsThere: Bool
  ) throws(DeliveryError) {
    if try disk.has(file.name, in: folders.out) {
      if try disk.matches(file.name, file.sha256, in: folders.out) { return }
      let why = "\(file.name) does not have the hash it was written with."
      if readyIsThere { throw try quarantine(delivery, folders, why) }
      // No reader has looked at it, so that it can be made again under its name.
      try putAside(file.name, folders)
    } else if readyIsThere {
      throw try quarantine(delivery, folders, "\(file.name) is missing beside its .ready.")
    }
    let source = try told { () throws(PublishError) in try delivery.path(of: file) }
    let written = try told { () throws(PublishError) in
      try publisher.publish(
        .file(source), named: file.name, in: folders.out, through: folders.tmp,
        readBack: { path in
          let found = try Hash.sha256(ofFileAt: path)
          guard found == file.sha256 else { throw Unlike(found: found, expected: file.sha256) }
        })
    }
    guard written.sha256 == file.sha256 else {
      throw .spoolDamaged(delivery.id.description, "\(file.name) has changed in the spool.")
    }
  }

  /// Moves all of a delivery out of the reader's sight, `.ready` first.
  private func quarantine(
    _ delivery: Delivery, _ folders: Folders, _ why: String
  ) throws(DeliveryError) -> DeliveryError {
    for name in [delivery.id.description + ".ready"] + delivery.files.map(\.name)
    where try disk.has(name, in: folders.out) { try putAside(name, folders) }
    return .quarantined(name, delivery.id, why)
  }

  private func putAside(_ name: String, _ folders: Folders) throws(DeliveryError) {
    try told { () throws(DiskError) in
      try disk.makeFolder("quarantine", inside: folders.root)
      let aside = try disk.open("quarantine", inside: folders.root)
      let tag = String(UInt32.random(in: .min ... .max), radix: 16)
      try disk.rename(
        name, in: folders.out, to: "\(name).\(tag)", in: aside, replacing: false)
      try disk.sync(aside)
      try disk.sync(folders.out)
    }
  }

  // MARK: - Receipts

  private func answer(
    to delivery: Delivery, _ folders: Folders
  ) throws(DeliveryError) -> DeliveryAnswer {
    let id = delivery.id
    if try disk.has("\(id).rej", in: folders.reject) {
      let reason = try contents("\(id).rej", folders.reject) ?? []
      throw .rejected(name, id, Receipt.plain(reason))
    }
    guard try disk.has("\(id).ack", in: folders.ack) else { return .handedOver }
    guard let body = try contents("\(id).ack", folders.ack) else {
      throw .receiptUnclear(name, id, "It is longer than 64 KiB.")
    }
    let ours = [Hash.sha256(of: Self.ready(for: delivery))] + delivery.files.map(\.sha256)
    let answer = try Receipt.answer(of: body, to: id, from: name, hashes: ours)
    if answer.state == .confirmed { _ = try finishMoving(delivery, folders) }
    return answer
  }

  /// Moves a confirmed delivery to `done/`, `.ready` first, so that no reader sees it cut.
  private func finishMoving(
    _ delivery: Delivery, _ folders: Folders
  ) throws(DeliveryError) -> DeliveryAnswer {
    for file in [delivery.id.description + ".ready"] + delivery.files.map(\.name)
    where try disk.has(file, in: folders.out) {
      try told { () throws(DiskError) in
        try disk.rename(file, in: folders.out, to: file, in: folders.done, replacing: false)
        try disk.sync(folders.done)
        try disk.sync(folders.out)
      }
    }
    return .confirmed
  }

  // MARK: - Small questions

  private func contents(_ name: String, _ folder: Folder) throws(DeliveryError) -> [UInt8]? {
    try told { () throws(DiskError) in
      try disk.contents(of: name, in: folder, limit: 1 << 16)
    }
  }

  private func told<Value>(
    _ work: () throws(PublishError) -> Value
  ) throws(DeliveryError) -> Value {
    do throws(PublishError) {
      return try work()
    } catch {
      throw .publish(error)
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

/// A file that does not read back as it was written.
private struct Unlike: Error, CustomStringConvertible {
  var found, expected: String
  var description: String { "its SHA-256 is \(found), not \(expected)." }
}
