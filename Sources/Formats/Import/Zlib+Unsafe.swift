internal import CDeflate

/// Undoes zlib compression (RFC 1950), by libdeflate.
enum Zlib {
  /// The bytes of a stream that must give exactly so many; nil where it gives others, or is damaged.
  ///
  /// The check at its end is checked. Never more memory than `count`, whatever the stream asks for.
  static func inflate(_ stream: [UInt8], count: Int) -> [UInt8]? {
    // Safe: the call takes nothing; none is given where there is no memory.
    guard let handle = unsafe libdeflate_alloc_decompressor() else { return nil }
    // Safe: made above, freed once.
    defer { unsafe libdeflate_free_decompressor(handle) }
    // One byte more, so that the buffer of an empty stream has an address.
    var output = [UInt8](repeating: 0, count: count + 1)
    var (given, taken) = (0, 0)
    // Safe: pointers and counts come from the same arrays, which live through the call.
    let result = unsafe stream.withUnsafeBytes { source in
      unsafe output.withUnsafeMutableBytes { target in
        unsafe libdeflate_zlib_decompress_ex(
          handle, source.baseAddress, source.count, target.baseAddress, count, &taken, &given)
      }
    }
    guard result == LIBDEFLATE_SUCCESS, given == count, taken == stream.count else { return nil }
    output.removeLast()
    return output
  }
}
