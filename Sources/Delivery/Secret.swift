internal import Foundation
internal import Glibc

/// A secret of a file that nobody but its owner may read; never printed.
public struct Secret: Sendable, CustomStringConvertible {
  /// The bytes, without the line feed at the end.
  package let bytes: [UInt8]

  /// Nothing of it.
  public var description: String { "a secret" }

  /// Makes a secret of bytes that were read elsewhere.
  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// What an `Authorization` header says: `Basic` of `USER:PASSWORD`, else `Bearer` of a token.
  package var authorization: String {
    bytes.contains(UInt8(ascii: ":"))
      ? "Basic " + Data(bytes).base64EncodedString()
      : "Bearer " + String(decoding: bytes, as: UTF8.self)
  }

  /// Reads a secret of 8 bytes to 4 KiB; refuses a file that others may read, links and devices.
  public static func read(
    _ path: String, for destination: String
  ) throws(DeliveryError) -> Secret {
    let found: (mode: UInt32, owner: UInt32, bytes: [UInt8])?
    do throws(DiskError) {
      found = try Disk().secret(path)
    } catch {
      throw .noSecret(destination, path, "\(error.text).")
    }
    guard let found else { throw .noSecret(destination, path, "It is longer than 4 KiB.") }
    guard found.mode & 0o077 == 0 else {
      let mode = String(found.mode & 0o777, radix: 8)
      throw .noSecret(destination, path, "Others may read it: its mode is \(mode), not 600.")
    }
    guard found.owner == getuid() || found.owner == 0 else {
      throw .noSecret(destination, path, "It belongs to another account.")
    }
    var bytes = found.bytes
    while let last = bytes.last, last == 0x0a || last == 0x0d { bytes.removeLast() }
    guard bytes.count >= 8 else { throw .noSecret(destination, path, "It has less than 8 bytes.") }
    return Secret(bytes)
  }
}
