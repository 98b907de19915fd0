/// The checksum of journal records: CRC-32C (Castagnoli), reflected, as in RFC 3720.
///
/// Polynomial 0x1EDC6F41 (0x82F63B78 reflected), start and final inversion all ones.
public struct CRC32C: Sendable, Hashable {
  private var state: UInt32 = .max

  // Eight tables of 256, so that eight bytes are taken a step ("slicing by 8", M. Kounavis and
  // F. Berry, 2005). Table n holds the effect of a byte that n more bytes follow.
  private static let tables: [UInt32] = {
    var all = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var value = UInt32(byte)
      for _ in 0..<8 { value = value >> 1 ^ (value & 1 == 1 ? 0x82F6_3B78 : 0) }
      all[byte] = value
    }
    for place in 256..<all.count {
      all[place] = all[place - 256] >> 8 ^ all[Int(all[place - 256] & 0xFF)]
    }
    return all
  }()

  /// Makes the checksum of nothing.
  public init() {}

  /// The checksum of `bytes`.
  public static func of(_ bytes: Span<UInt8>) -> UInt32 {
    var sum = CRC32C()
    sum.update(bytes)
    return sum.value
  }

  /// The checksum of all bytes so far.
  public var value: UInt32 { ~state }

  /// Takes further bytes in.
  public mutating func update(_ bytes: Span<UInt8>) {
    var crc = state
    // Unsafe for speed: every byte of a run passes here. Safe: `place` stays below `count`, and an
    // index into the tables is a table's start plus one byte.
    unsafe Self.tables.withUnsafeBufferPointer { tables in
      unsafe bytes.withUnsafeBytes { bytes in
        var place = 0
        while bytes.count - place >= 8 {
          let word = unsafe UInt64(
            littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
          let low = crc ^ UInt32(truncatingIfNeeded: word)
          let high = UInt32(truncatingIfNeeded: word >> 32)
          crc =
            unsafe tables[1792 &+ Int(low & 0xFF)] ^ tables[1536 &+ Int(low >> 8 & 0xFF)]
            ^ tables[1280 &+ Int(low >> 16 & 0xFF)] ^ tables[1024 &+ Int(low >> 24)]
          crc ^=
            unsafe tables[768 &+ Int(high & 0xFF)] ^ tables[512 &+ Int(high >> 8 & 0xFF)]
            ^ tables[256 &+ Int(high >> 16 & 0xFF)] ^ tables[Int(high >> 24)]
          place &+= 8
        }
        while place < bytes.count {
          crc = unsafe crc >> 8 ^ tables[Int((crc ^ UInt32(bytes[place])) & 0xFF)]
          place &+= 1
        }
      }
    }
    state = crc
  }
}
