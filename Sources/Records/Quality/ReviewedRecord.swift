internal import Crypto
public import Laboratory

/// What a reviewer looks at, as one canonical text: the facts of a run, and the hashes of all else.
///
/// Where a delivery stands is not part of it: that changes after a release and says nothing of the
/// result. The page `QualityAndReview` of Bench names every member.
public struct ReviewedRecord: Sendable, Hashable {
  /// A version of results, by the hash of its `version.json`.
  public struct Version: Sendable, Hashable {
    /// Its number.
    public var number: Int
    /// SHA-256 of its `version.json`.
    public var sha256: String

    /// Names a version.
    public init(number: Int, sha256: String) {
      self.number = number
      self.sha256 = sha256
    }
  }

  /// The bytes that the digest is taken of.
  public let bytes: [UInt8]

  /// SHA-256 of the bytes, lower-case hexadecimal.
  public var digest: String { Hexadecimal.text(SHA256.hash(data: bytes)) }

  /// Takes a run, its newest evaluation, and the newest version of every sequence that it is in.
  public init(_ record: RunRecord, evaluation: Version?, sequences: [String: Version]) {
    func hashes(_ values: [(String, String)]) -> CanonicalJSON {
      .object(
        Dictionary(
          values.map { ($0.0, CanonicalJSON.text($0.1)) }, uniquingKeysWith: { first, _ in first }))
    }
    func version(_ version: Version) -> CanonicalJSON {
      .object(["version": .number(version.number), "sha256": .text(version.sha256)])
    }
    var members: [String: CanonicalJSON] = [
      "schema": .number(1), "run": .text(record.run.text), "kind": .text(record.kind.rawValue),
      "sample": .text(record.sample.id), "operator": .text(record.person),
      "model": .text(record.instrument.model),
      "serial_number": .text(record.instrument.serialNumber),
      "started": .text(record.started.iso8601), "ended_by": .text(record.endedBy.rawValue),
      "complete": .text("\(record.complete)"), "emulated": .text("\(record.emulated)"),
      "profile_sha256": .text(record.profileSHA256),
      "files": hashes(record.files.map { ($0.name, $0.sha256) }),
    ]
    members["ended"] = record.ended.map { .text($0.iso8601) }
    members["journal_sha256"] = record.journalSHA256.map { .text($0) }
    members["imported_sha256"] = record.imported.map { .text($0.sha256) }
    if let method = record.method {
      members["method"] = hashes([
        ("name", method.name), ("version", method.version), ("sha256", method.sha256),
      ])
    }
    members["evaluation"] = evaluation.map(version)
    if !sequences.isEmpty { members["sequences"] = .object(sequences.mapValues(version)) }
    bytes = CanonicalJSON.object(members).bytes
  }
}
