internal import CDeflate

/// Undoes zlib compression (RFC 1950), by libdeflate.
enum Zlib {
  /// The bytes of a stream that must give exactly so many; nil where it gives others, or is damaged.
  ///
  /// The check at its end is checked. Never more memory than `count`, whatever the stream asks for.
  static func inflate(_ stream: [UInt8], count: Int) -> [UInt8]? {
    guard let bytes = inflate(stream, most: count), bytes.count == count else { return nil }
    return bytes
  }

  /// The bytes of a stream that gives at most so many; nil where it gives more, or is damaged.
  static func inflate(_ stream: [UInt8], most count: Int) -> [UInt8]? {
    // Safe: the call takes nothing; none is given where there is no memory.
    guard let handle = unsafe libdeflate_alloc_decompressor() else { return nil }
    // Safe: made above, freed once.
    defer { unsafe libdeflate_free_decompressor(handle) }
    var (given, taken, isDone) = (0, 0, false)
    // One byte more, so that the buffer of an empty stream has an address.
    // Safe: pointers and counts come from arrays that live through the call, which writes `given`
    // bytes at most `count`.
    let output = unsafe [UInt8](unsafeUninitializedCapacity: count + 1) { target, filled in
      unsafe stream.withUnsafeBytes { source in
        let result = unsafe libdeflate_zlib_decompress_ex(
          handle, source.baseAddress, source.count, target.baseAddress, count, &taken, &given)
        isDone = result == LIBDEFLATE_SUCCESS
        filled = isDone ? given : 0
      }
    }
    guard isDone, taken == stream.count else { return nil }
    return output
  }
}
