public import Laboratory

/// The name of one delivery: `<run id>-<attempt>`; never used for anything else.
///
/// A corrected delivery of the same run gets the next attempt.
public struct DeliveryID: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The run.
  public let run: RunID
  /// Counts the deliveries of that run from 1.
  public let attempt: Int

  /// The name as it stands in file names.
  public var description: String { "\(run)-\(attempt)" }

  /// Names a delivery.
  public init(run: RunID, attempt: Int = 1) {
    self.run = run
    self.attempt = max(1, attempt)
  }

  /// Reads a name; nil when the text cannot be one.
  public init?(_ text: String) {
    guard let dash = text.lastIndex(of: "-"), let run = RunID(String(text[..<dash])),
      let attempt = Int(text[text.index(after: dash)...]), (1...9999).contains(attempt),
      "\(run)-\(attempt)" == text
    else { return nil }
    (self.run, self.attempt) = (run, attempt)
  }

  /// Reads the name as a plain string and refuses what cannot be one.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let id = DeliveryID(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a delivery id")
    }
    self = id
  }

  /// Writes the name as a plain string.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// One file to deliver.
public struct DeliverableFile: Sendable, Hashable {
  /// What follows `<delivery id>.` in its name: `jdx`, `spectrum.csv`, `result.json`.
  public var suffix: String
  /// What is in it.
  public var content: FileContent

  /// Makes a file to deliver.
  public init(suffix: String, content: FileContent) {
    self.suffix = suffix
    self.content = content
  }
}

/// What one run hands to the LIMS.
public struct Deliverable: Sendable, Hashable {
  /// Its name.
  public var id: DeliveryID
  /// Whether the instrument was one of our emulators.
  public var emulated: Bool
  /// The files, at least one, each suffix once.
  public var files: [DeliverableFile]
  /// What a destination gets, by its name, as suffixes; one that is not named gets every file.
  public var only: [String: Set<String>]
  /// How far the audit chain had come; none where there is no chain.
  public var audit: AuditHead?

  /// Makes a deliverable.
  public init(
    id: DeliveryID, emulated: Bool, files: [DeliverableFile], only: [String: Set<String>] = [:],
    audit: AuditHead? = nil
  ) {
    self.id = id
    self.emulated = emulated
    self.files = files
    self.only = only
    self.audit = audit
  }
}

/// A delivery as it lies in the spool: prepared whole, its files named, measured and synced.
public struct Delivery: Sendable, Hashable, Codable {
  /// The version of this structure.
  public var schema = 1
  /// Its name.
  public var id: DeliveryID
  /// The run.
  public var run: RunID
  /// Whether the instrument was one of our emulators.
  public var emulated: Bool
  /// When it was put into the spool.
  public var spooled: Timestamp
  /// The files as they are to be named at the destination.
  public var files: [RunFile]
  /// Which of them a destination gets, by its name; one that is not named gets all of them.
  ///
  /// Kept with the delivery, so that a change of `bench.yaml` changes nothing that is on its way.
  public var only: [String: [String]]?
  /// How far the audit chain had come when it was put there, so that its end is kept elsewhere too.
  public var audit: AuditHead?
  /// The folder that holds the files now; not kept.
  public var folder = ""
  /// The name in the spool of the one file in the destination's language; not kept here.
  package var prepared: String?
  /// What to remember of its staging; none where it was not staged; not kept here.
  public var staged: String?
  /// When it was handed over; not kept here.
  public var handedOver: Timestamp?
  /// When the destination was first seen to have looked at it; not kept here.
  public var noticed: Timestamp?

  private enum CodingKeys: String, CodingKey {
    case schema, id, run, emulated, spooled, files, only, audit
  }

  /// Makes a delivery.
  public init(
    id: DeliveryID, emulated: Bool, spooled: Timestamp, files: [RunFile], folder: String,
    only: [String: [String]]? = nil, audit: AuditHead? = nil
  ) {
    self.id = id
    run = id.run
    self.emulated = emulated
    self.spooled = spooled
    self.files = files
    self.folder = folder
    self.only = only
    self.audit = audit
  }

  /// The delivery as a destination gets it.
  func carried(to destination: String) -> Delivery {
    guard prepared == nil, let names = only?[destination] else { return self }
    var delivery = self
    delivery.files = files.filter { names.contains($0.name) }
    return delivery
  }

  /// Where a file of it lies in the spool.
  func path(of file: RunFile) throws(PublishError) -> String {
    try SafePath.child(of: folder, named: prepared ?? file.name)
  }
}
