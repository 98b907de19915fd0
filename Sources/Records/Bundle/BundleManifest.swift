public import Laboratory

/// What a bundle holds and what it is of: the content of its `MANIFEST.json`.
///
/// The page `Bundle` says it byte for byte. Everything else of the bundle is vouched for by it.
public struct BundleManifest: Sendable, Hashable {
  /// Size and hash of one file.
  public struct File: Sendable, Hashable {
    /// The size in bytes.
    public var size: Int
    /// SHA-256, 64 lower-case hexadecimal digits.
    public var sha256: String

    /// Makes an entry.
    public init(size: Int, sha256: String) { (self.size, self.sha256) = (size, sha256) }
  }

  /// The version of the form of bundles that this program writes, and the only one it reads.
  public static let version = 1
  /// The name of the manifest in a bundle.
  public static let name = "MANIFEST.json"
  /// The name of the seal in a bundle.
  public static let sealName = "SEAL.json"
  /// The largest manifest that is read, in bytes.
  public static let largest = 64 << 20
  /// The most files of a bundle.
  public static let mostFiles = 100_000

  /// The run that it is of.
  public var run: RunID
  /// Name and version of the program that made it.
  public var program: String
  /// Names what computes there: program version and maths library.
  public var computedBy: String
  /// The laboratory's name; empty where it has none.
  public var laboratory: String
  /// Its files by name, without manifest and seal.
  public var files: [String: File]
  /// The newest entry of the audit extract; none where there is none.
  public var audit: AuditHead?
  /// What was left out on purpose, and why, by name.
  public var leftOut: [String: String]

  /// Makes a manifest of no files.
  public init(run: RunID, program: String, computedBy: String, laboratory: String) {
    self.run = run
    self.program = program
    self.computedBy = computedBy
    self.laboratory = laboratory
    (files, audit, leftOut) = ([:], nil, [:])
  }

  /// Its only spelling, one line.
  public var bytes: [UInt8] {
    var members: [String: CanonicalJSON] = [
      "schema": .number(Self.version), "run": .text(run.text), "program": .text(program),
      "computed_by": .text(computedBy), "laboratory": .text(laboratory),
      "files": .object(
        files.mapValues { .object(["size": .number($0.size), "sha256": .text($0.sha256)]) }),
      "left_out": .object(leftOut.mapValues { .text($0) }),
    ]
    if let audit {
      members["audit"] = .object([
        "sequence": .number(audit.sequence), "hash": .text(audit.hash),
      ])
    }
    return CanonicalJSON.object(members).bytes + [0x0A]
  }

  /// Reads a manifest; what it says against the form is thrown in words.
  public init(_ bytes: [UInt8]) throws(BundleError) {
    guard bytes.count <= Self.largest else { throw .manifest("it is larger than any manifest") }
    guard bytes.last == 0x0A, let json = CanonicalJSON(bytes.dropLast()),
      let members = json.members
    else { throw .manifest("it is no JSON in its only spelling") }
    guard let schema = members["schema"]?.number else { throw .manifest("it has no version") }
    guard schema == Self.version else {
      throw .manifest("it is of version \(schema), and this program reads \(Self.version)")
    }
    guard let run = members["run"]?.text.flatMap({ RunID($0) }),
      let program = members["program"]?.text, let computedBy = members["computed_by"]?.text,
      let laboratory = members["laboratory"]?.text, let files = members["files"]?.members,
      let leftOut = members["left_out"]?.members
    else { throw .manifest("a member is missing or of another kind") }
    self.init(run: run, program: program, computedBy: computedBy, laboratory: laboratory)
    guard files.count <= Self.mostFiles else { throw .manifest("it names too many files") }
    for (name, value) in files {
      if let why = BundlePath.objection(to: name) {
        throw .manifest("\(name.prefix(80).debugDescription): \(why)")
      }
      guard let entry = value.members, let size = entry["size"]?.number, size >= 0,
        let hash = entry["sha256"]?.text, hash.utf8.count == 64,
        Hexadecimal.bytes(hash) != nil
      else { throw .manifest("size or hash of \(name) is none") }
      self.files[name] = File(size: size, sha256: hash)
    }
    self.leftOut = leftOut.compactMapValues(\.text)
    guard let head = members["audit"] else { return }
    guard let number = head.members?["sequence"]?.number, let hash = head.members?["hash"]?.text,
      let audit = AuditHead(sequence: number, hash: hash)
    else { throw .manifest("its place in the audit chain is none") }
    self.audit = audit
  }
}

/// Why something is no part of a bundle.
public enum BundleError: Error, Hashable {
  /// The manifest is none; why.
  case manifest(String)
  /// The seal is none; why.
  case seal(String)

  /// The reason in words.
  public var why: String {
    switch self {
    case .manifest(let why), .seal(let why): why
    }
  }
}
