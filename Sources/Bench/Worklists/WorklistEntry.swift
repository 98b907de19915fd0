public import Laboratory

/// One line of a worklist: a sample, and what is to be done with it.
public struct WorklistEntry: Sendable, Hashable, Codable {
  /// Its number in the list, from 1.
  public var number: Int
  /// The line in the file, or the element of a JSON list, from 1.
  public var line: Int
  /// What is to be measured.
  public var sample: Sample
  /// What the run is for.
  public var kind = RunKind.sample
  /// The method by its name; none where the list has none.
  public var method: String?
  /// The instrument: a name of `bench.yaml`, an address or a model; none where any will do.
  public var instrument: String?
  /// 1 is done first; 5 where nothing is said.
  public var priority = 5
  /// When it must be done; none where nobody said.
  public var due: Timestamp?
  /// The cells of columns that mean nothing to Gauger, by their heading.
  public var columns: [String: String] = [:]

  init(number: Int, line: Int, sample: Sample) {
    self.number = number
    self.line = line
    self.sample = sample
  }

  /// What makes it the same task as a line of another list.
  var task: [String] {
    [
      sample.id, kind.rawValue, sample.position ?? "", method ?? "", instrument ?? "",
      sample.level.map { "\($0)" } ?? "", sample.dilution.map { "\($0)" } ?? "",
      sample.massMilligrams.map { "\($0)" } ?? "", sample.replicate.map { "\($0)" } ?? "",
    ]
  }
}

/// The name of an entry: the number of its list and its own (`0007-12`).
public struct WorklistEntryID: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The number of the list, from 1.
  public var list: Int
  /// The number of the entry in it, from 1.
  public var entry: Int

  init(list: Int, entry: Int) { (self.list, self.entry) = (list, entry) }

  /// Reads a name; nil where it is none.
  public init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, text.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == "-") }),
      let list = Int(parts[0]), let entry = Int(parts[1]), list > 0, entry > 0
    else { return nil }
    self.init(list: list, entry: entry)
  }

  /// `0007-12`.
  public var description: String { "\(VersionedFolder.name(of: list))-\(entry)" }

  /// Reads a name.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let id = WorklistEntryID(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an entry")
    }
    self = id
  }

  /// Writes the name.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
