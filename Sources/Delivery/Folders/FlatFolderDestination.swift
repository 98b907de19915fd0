internal import Laboratory

/// A folder without sub-folders that a simple loader polls.
///
///     <root>/<id>.<suffix> ...     the files, each whole when it has its name
///     <root>/<id>.ready            with receipts: the delivery is whole; as in `FolderDestination`
///     <root>/<id>.ack, <id>.rej    with receipts: the reader's answer, as there
///     <root>/.<name>.part          staged; readers must not look at hidden names, nor remove them
///
/// The reader may take the files away. Without receipts there is no `.ready` either, and a delivery
/// ends at *handed over*.
public struct FlatFolderDestination: Destination {
  /// Its name in `bench.yaml`.
  public let name: String
  /// Whether it takes what an emulator measured.
  public let acceptsEmulated: Bool
  /// The path of the folder.
  public let root: String
  /// Whether the reader waits for `.ready` and answers.
  public let hasReceipts: Bool
  let sentinel: String?
  /// After how long without a receipt a person is told.
  public let answerWithin: Duration?
  package var publisher = Publisher()

  /// Makes a destination; the disk is not touched before the first delivery.
  public init(
    name: String, root: String, sentinel: String? = nil, hasReceipts: Bool,
    answerWithin: Duration? = nil, acceptsEmulated: Bool
  ) {
    self.answerWithin = hasReceipts ? answerWithin : nil
    self.name = name
    self.root = root
    self.sentinel = sentinel
    self.hasReceipts = hasReceipts
    self.acceptsEmulated = acceptsEmulated
  }

  private var place: FlatFolder {
    FlatFolder(destination: name, root: root, sentinel: sentinel, publisher: publisher)
  }

  /// Writes the files under hidden names.
  public func stage(_ spooled: Delivery) throws(DeliveryError) -> String? {
    let delivery = spooled.carried(to: name)
    if delivery.emulated, !acceptsEmulated { throw .refusesEmulated(name) }
    try place.stage(try contents(of: delivery), of: delivery.id, in: try place.open())
    return "staged"
  }

  /// Shows the files, `.ready` last.
  public func deliver(_ spooled: Delivery) throws(DeliveryError) -> DeliveryAnswer {
    if spooled.staged == nil { _ = try stage(spooled) }
    let delivery = spooled.carried(to: name)
    let folder = try place.open()
    try place.show(try contents(of: delivery).map(\.entry), of: delivery.id, in: folder)
    do throws(DeliveryError) {
      return try answer(to: delivery, in: folder)
    } catch .receiptUnclear {
      return .handedOver
    }
  }

  /// Reads the receipt.
  public func poll(_ spooled: Delivery) throws(DeliveryError) -> DeliveryAnswer {
    guard hasReceipts else { return .handedOver }
    return try answer(to: spooled.carried(to: name), in: try place.open())
  }

  private func contents(
    of delivery: Delivery
  ) throws(DeliveryError) -> [(content: FileContent, entry: RunFile)] {
    var files: [(content: FileContent, entry: RunFile)] = []
    for file in delivery.files {
      do throws(PublishError) {
        files.append((.file(try delivery.path(of: file)), file))
      } catch {
        throw .publish(error)
      }
    }
    guard hasReceipts else { return files }
    let ready = FolderDestination.ready(for: delivery)
    return files + [
      (
        .bytes(ready),
        RunFile(name: "\(delivery.id).ready", size: ready.count, sha256: Hash.sha256(of: ready))
      )
    ]
  }

  private func answer(
    to delivery: Delivery, in folder: Folder
  ) throws(DeliveryError) -> DeliveryAnswer {
    guard hasReceipts else { return .handedOver }
    let id = delivery.id
    if let reason = try place.contents("\(id).rej", in: folder, limit: 1 << 16) {
      throw .rejected(name, id, Receipt.plain(reason))
    }
    guard let body = try place.contents("\(id).ack", in: folder, limit: 1 << 16) else {
      return .handedOver
    }
    let ours = [Hash.sha256(of: FolderDestination.ready(for: delivery))]
    return try Receipt.answer(
      of: body, to: id, from: name, hashes: ours + delivery.files.map(\.sha256))
  }
}
