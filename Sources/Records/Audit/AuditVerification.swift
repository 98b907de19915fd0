public import Laboratory

/// What the check of an audit chain found.
public struct AuditVerification: Sendable, Hashable, Encodable {
  /// What is wrong with a place.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// A byte of a line is not what was written.
    case altered
    /// A line is none.
    case malformed
    /// Entries are not there.
    case missing
    /// A line stands elsewhere than it was written.
    case outOfOrder = "out_of_order"
    /// A line stands there a second time.
    case repeated
    /// A segment has no end, and another follows it.
    case notClosed = "not_closed"
    /// The signature of a segment is not by the key that it names.
    case signature
    /// The chain ends before an anchor.
    case truncated
    /// An anchor has another hash: the chain was made anew.
    case rewritten
    /// The clock went back, and no entry says so.
    case clock
  }

  /// A place where the chain is broken.
  public struct Place: Sendable, Hashable, Encodable {
    /// What is wrong.
    public var kind: Kind
    /// The segment's file; the anchor's where there is no place in the chain.
    public var file: String
    /// The line in it, from 1; 0 where it is no line's.
    public var line: Int
    /// The number of the entry, where it is known.
    public var sequence: Int?
    /// What was found, in words.
    public var detail: String

    /// Names a place.
    public init(kind: Kind, file: String, line: Int, sequence: Int? = nil, detail: String) {
      (self.kind, self.file, self.line) = (kind, file, line)
      (self.sequence, self.detail) = (sequence, detail)
    }
  }

  /// Something that is in order and that a person should know.
  public struct Notice: Sendable, Hashable, Encodable {
    /// The segment's file.
    public var file: String
    /// The line in it, from 1; 0 where it is no line's.
    public var line: Int
    /// What it is, in words.
    public var detail: String
  }

  /// One segment.
  public struct Segment: Sendable, Hashable, Encodable {
    /// Its file.
    public var file: String
    /// How many lines it has.
    public var lines: Int
    /// The public key that it names, in hexadecimal digits; nil where that cannot be read.
    public var key: String?
    /// Whether it ended with a right signature.
    public var isSigned: Bool

    private enum CodingKeys: String, CodingKey {
      case file, lines, key
      case isSigned = "signed"
    }
  }

  /// The version of this structure.
  public var schema = 1
  /// Whether nothing is broken.
  public var passed: Bool { places.isEmpty && home.isEmpty }
  /// How many entries there are.
  public var entries = 0
  /// The newest place; nil where there is none.
  public var head: AuditHead?
  /// The segments in their order.
  public var segments: [Segment] = []
  /// How many anchors were compared.
  public var anchors = 0
  /// Where it is broken, in the order of the chain; those of anchors last.
  public var places: [Place] = []
  /// Files of the home that are not what the chain says.
  public var home: [Place] = []
  /// What a person should know.
  public var notices: [Notice] = []

  private enum CodingKeys: String, CodingKey {
    case schema, passed, entries, head, segments, anchors, places, home, notices
  }

  /// Writes it for programs.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(schema, forKey: .schema)
    try values.encode(passed, forKey: .passed)
    try values.encode(entries, forKey: .entries)
    try values.encodeIfPresent(head, forKey: .head)
    try values.encode(segments, forKey: .segments)
    try values.encode(anchors, forKey: .anchors)
    try values.encode(places, forKey: .places)
    try values.encode(home, forKey: .home)
    try values.encode(notices, forKey: .notices)
  }

  /// The first broken place as a failure that ends a command; nil where nothing is broken.
  public func failure(of folder: String) -> Failure? {
    guard let first = places.first else { return homeFailure(of: folder) }
    return Failure(
      "audit-broken", exit: .damaged,
      what: "The audit chain in \(folder) is not what was written: \(places.count) "
        + (places.count == 1 ? "place." : "places."),
      why: "First \(first.file)" + (first.line > 0 ? ", line \(first.line)" : "")
        + ": \(first.detail)",
      next: "Leave the folder as it is, copy it, and compare it with a backup and with what "
        + "destinations hold. New entries go on behind it.")
  }
}

extension AuditVerification {
  private func homeFailure(of folder: String) -> Failure? {
    guard let first = home.first else { return nil }
    return Failure(
      "audit-home-differs", exit: .damaged,
      what: "The home is not what the audit chain in \(folder) says: \(home.count) "
        + (home.count == 1 ? "difference." : "differences."),
      why: "First \(first.file): \(first.detail).",
      next:
        "Leave the files as they are, and compare them with a backup: gauger bench restore BACKUP --drill"
    )
  }
}

/// A place in the chain that was kept elsewhere.
public struct AuditAnchor: Sendable, Hashable {
  /// The place.
  public var head: AuditHead
  /// Who kept it: a file.
  public var keeper: String

  /// Names an anchor.
  public init(_ head: AuditHead, keeper: String) { (self.head, self.keeper) = (head, keeper) }
}
