internal import Crypto

/// SHA-1 as mzML files carry it of themselves: it finds damage, and proves nothing against malice.
struct SHA1 {
  private var hash = Insecure.SHA1()

  /// Adds bytes.
  mutating func add(_ bytes: [UInt8]) { hash.update(data: bytes) }

  /// Forty hexadecimal digits of all that was added.
  var text: String { Self.hexadecimal(hash.finalize()) }

  /// Forty hexadecimal digits of the hash of bytes.
  static func text(_ bytes: ArraySlice<UInt8>) -> String {
    hexadecimal(Insecure.SHA1.hash(data: bytes))
  }

  private static func hexadecimal(_ digest: Insecure.SHA1Digest) -> String {
    digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
