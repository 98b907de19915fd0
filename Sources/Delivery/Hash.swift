internal import Crypto

/// SHA-256 as lower-case hexadecimal text.
public enum Hash {
  /// The hash of `bytes`.
  public static func sha256(of bytes: [UInt8]) -> String {
    var running = RunningHash()
    running.add(bytes[...])
    return running.text
  }

  /// The hash of a plain file's content, read piece by piece; symbolic links are refused.
  public static func sha256(ofFileAt path: String) throws(PublishError) -> String {
    do throws(DiskError) {
      let disk = Disk()
      return try disk.measure(try disk.openFile(path)).sha256
    } catch {
      throw PublishError(error)
    }
  }
}

/// A hash that grows with the bytes it is given.
package struct RunningHash {
  private var state = SHA256()
  /// How many bytes it was given.
  package private(set) var count = 0

  /// The hash of nothing.
  package init() {}

  /// Takes more bytes.
  package mutating func add(_ bytes: ArraySlice<UInt8>) {
    state.update(data: bytes)
    count += bytes.count
  }

  /// The hash of all bytes taken so far.
  package var text: String {
    let digits = Array("0123456789abcdef".utf8)
    let bytes = state.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension Disk {
  /// Size and hash of an opened file from where it stands to its end.
  package func measure(
    _ file: borrowing OpenFile
  ) throws(DiskError) -> (size: Int, sha256: String) {
    var hash = RunningHash()
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = try read(file, into: &buffer)
      if count == 0 { return (hash.count, hash.text) }
      hash.add(buffer.prefix(count))
    }
  }

  /// The content of a small file; nil when it is longer than `limit`.
  package func contents(
    of name: String, in folder: Folder, limit: Int = 1 << 20
  ) throws(DiskError) -> [UInt8]? {
    let file = try openFile(name, in: folder)
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let count = try read(file, into: &buffer)
      if count == 0 { return content }
      content += buffer.prefix(count)
      if content.count > limit { return nil }
    }
  }
}
