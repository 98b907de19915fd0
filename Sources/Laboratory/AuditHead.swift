/// A place in the audit chain, and the hash that stands for every entry up to it.
///
/// Kept elsewhere it is an anchor: a chain that was cut or made anew does not have it any more.
public struct AuditHead: Sendable, Hashable, Codable {
  /// The number of the entry, from 1.
  public let sequence: Int
  /// SHA-256, 64 lower-case hexadecimal digits.
  public let hash: String

  /// Names a place; nil where these cannot be one.
  public init?(sequence: Int, hash: String) {
    let digits = hash.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    guard sequence > 0, hash.utf8.count == 64, digits else { return nil }
    (self.sequence, self.hash) = (sequence, hash)
  }

  private enum CodingKeys: String, CodingKey { case sequence, hash }

  /// Reads a place and refuses what cannot be one.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    guard
      let head = AuditHead(
        sequence: try values.decode(Int.self, forKey: .sequence),
        hash: try values.decode(String.self, forKey: .hash))
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .hash, in: values, debugDescription: "no place in an audit chain")
    }
    self = head
  }
}
