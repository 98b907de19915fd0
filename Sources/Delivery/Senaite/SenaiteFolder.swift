internal import Foundation
public import Laboratory

/// A folder that SENAITE imports results from, by its auto-import view.
///
///     <root>/.<id>.csv.part   staged; SENAITE passes over hidden names
///     <root>/<id>.csv         the table of two dimensions, shown by one rename
///     <root>/imported.csv     SENAITE appends each name that it has opened
///     <root>/logs.log         SENAITE appends what it did, after that
///
/// *Accepted* needs our name in `imported.csv` and, in what was added to `logs.log` since the file
/// was staged, a line `<sample id> result for '<keyword>': '<value>'` with the value that was sent
/// for every cell, and one that says `imported sucessfully` (spelt so). A result that SENAITE did
/// not take leaves no line: silence after `settle` is *rejected*. The log shows what was parsed and
/// not what was stored, so that nothing here is ever *confirmed*.
public struct SenaiteFolderDestination: Destination {
  /// Its name in `bench.yaml`.
  public let name: String
  /// Whether it takes what an emulator measured.
  public let acceptsEmulated: Bool
  /// The path of the folder.
  public let root: String
  /// After how long without our name in `imported.csv` a person is told.
  public let answerWithin: Duration?
  /// How long SENAITE may take from the name in `imported.csv` to the lines in `logs.log`.
  public let settle: Duration
  let sentinel: String?
  let keywords: [String: String]
  let digits: Int?
  package var publisher = Publisher()
  package var now: @Sendable () -> Timestamp = { .now }

  /// Makes a destination; the disk is not touched before the first delivery.
  ///
  /// `keywords` maps ours to SENAITE's; what is not named in it is not sent. `digits` is how many
  /// significant digits the laboratory reports; none sends all, where 12 suffice.
  public init(
    name: String, root: String, sentinel: String? = nil, keywords: [String: String],
    digits: Int? = nil, settle: Duration = .seconds(60), answerWithin: Duration? = nil,
    acceptsEmulated: Bool
  ) {
    self.name = name
    self.root = root
    self.sentinel = sentinel
    self.keywords = keywords
    self.digits = digits
    self.settle = settle
    self.answerWithin = answerWithin
    self.acceptsEmulated = acceptsEmulated
  }

  /// The table of two dimensions.
  public var capability: Capability { .twoDimensions }

  private var place: FlatFolder {
    FlatFolder(destination: name, root: root, sentinel: sentinel, publisher: publisher)
  }

  /// Puts the result into a table, or says by name what it cannot carry.
  public func prepare(
    _ sheet: ResultSheet?, for id: DeliveryID
  ) throws(DeliveryError) -> PreparedFile? {
    guard let sheet else { throw .cannotCarry(name, id, "It has no result sheet.") }
    switch TwoDimensionTable.encode(sheet, keywords: keywords, digits: digits) {
    case .success(let table): return PreparedFile(suffix: "csv", bytes: table.bytes)
    case .failure(let refusals): throw .cannotCarry(name, id, refusals.text)
    }
  }

  /// Writes the table under a hidden name and remembers how long `logs.log` is.
  public func stage(_ delivery: Delivery) throws(DeliveryError) -> String? {
    if delivery.emulated, !acceptsEmulated { throw .refusesEmulated(name) }
    let folder = try place.open()
    let length = try place.size(of: Self.log, in: folder)
    try place.stage(try contents(of: delivery), of: delivery.id, in: folder)
    return "\(Self.log) \(length)"
  }

  /// Shows the table.
  public func deliver(_ spooled: Delivery) throws(DeliveryError) -> DeliveryAnswer {
    var delivery = spooled
    if delivery.staged == nil { delivery.staged = try stage(delivery) }
    let folder = try place.open()
    try place.show(try contents(of: delivery).map(\.entry), of: delivery.id, in: folder)
    return .handedOver
  }

  /// Looks into `imported.csv` and `logs.log`.
  public func poll(_ delivery: Delivery) throws(DeliveryError) -> DeliveryAnswer {
    let folder = try place.open()
    guard let file = delivery.files.first,
      let index = try place.contents(Self.index, in: folder, limit: 1 << 26)
    else { return .handedOver }
    let names = String(decoding: index, as: UTF8.self).split(whereSeparator: \.isNewline)
    guard names.contains(where: { Self.trimmed($0) == file.name }) else { return .handedOver }
    let start = delivery.staged.flatMap { Int($0.split(separator: " ").last ?? "") } ?? 0
    let log = try place.contents(Self.log, in: folder, from: start, limit: 1 << 26) ?? []
    let verdict = try verdict(of: log, on: delivery)
    if verdict.isEmpty { return .accepted }
    guard let noticed = delivery.noticed else {
      return DeliveryAnswer(.handedOver, isNoticed: true)
    }
    let waited = now().microseconds - noticed.microseconds
    if Double(waited) <= settle / .microseconds(1) {
      return DeliveryAnswer(.handedOver, isNoticed: true)
    }
    throw .rejected(
      name, delivery.id,
      "SENAITE opened \(file.name), and its logs.log does not say that it took "
        + "\(verdict.joined(separator: ", ")): look at the sample's state, its analyses and results."
    )
  }

  static let index = "imported.csv"
  static let log = "logs.log"

  /// The keywords that the log does not say were imported; throws where it says another value.
  private func verdict(
    of log: [UInt8], on delivery: Delivery
  ) throws(DeliveryError) -> [String] {
    guard let table = TwoDimensionTable(try bytes(of: delivery)) else {
      throw .spoolDamaged(delivery.id.description, "Its table for \(name) cannot be read.")
    }
    let lines = String(decoding: log, as: UTF8.self).split(whereSeparator: \.isNewline)
    var missing: [String] = []
    for cell in table.cells {
      let keywords = [cell.keyword, TwoDimensionTable.folded(cell.keyword)]
      var found: [String] = []
      for keyword in keywords {
        let mark = "] \(table.sample) result for '\(keyword)': '"
        for line in lines {
          guard let range = line.range(of: mark), line.hasSuffix("'") else { continue }
          found.append(String(line[range.upperBound...].dropLast()))
        }
        if !found.isEmpty { break }
      }
      guard let last = found.last else {
        missing.append(cell.keyword)
        continue
      }
      guard let value = Double(Self.trimmed(last[...])), value == Double(cell.text) else {
        throw .rejected(
          name, delivery.id,
          "SENAITE read \(Receipt.plain(Array(last.utf8)).prefix(60)) for \(cell.keyword), and "
            + "\(cell.text) was sent.")
      }
    }
    if missing.isEmpty, !lines.contains(where: { $0.contains("imported sucessfully") }) {
      return ["the end of its import"]
    }
    return missing
  }

  private func contents(
    of delivery: Delivery
  ) throws(DeliveryError) -> [(content: FileContent, entry: RunFile)] {
    guard delivery.prepared != nil, let file = delivery.files.first, delivery.files.count == 1
    else {
      throw .spoolDamaged(delivery.id.description, "It has no table for \(name).")
    }
    return [(.bytes(try bytes(of: delivery)), file)]
  }

  private func bytes(of delivery: Delivery) throws(DeliveryError) -> [UInt8] {
    do throws(PublishError) {
      guard let file = delivery.files.first else { return [] }
      let opened = try OpenedFile(publisher.disk, try delivery.path(of: file))
      return try opened.read(at: 0, count: 1 << 20)
    } catch {
      throw .publish(error)
    }
  }

  private static func trimmed(_ text: Substring) -> String {
    text.trimmingCharacters(in: .whitespaces)
  }
}
