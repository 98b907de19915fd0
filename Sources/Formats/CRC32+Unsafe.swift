internal import CDeflate

extension CRC32 {
  /// Adds bytes behind those that were added before.
  mutating func add(_ bytes: [UInt8]) { add(bytes[...]) }

  /// Adds a piece of bytes behind those that were added before.
  mutating func add(_ bytes: ArraySlice<UInt8>) {
    // Safe: pointer and count come from the same slice, which lives through the call.
    value = unsafe bytes.withUnsafeBytes { source in
      unsafe libdeflate_crc32(value, source.baseAddress, source.count)
    }
    count += bytes.count
  }
}
