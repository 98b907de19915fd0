internal import Instruments

/// From the bytes of a frame to raw counts.
enum OOIDecoding {
  /// Channels in one block of the split layout.
  static let block = 64
  /// The bits of a high byte that carry data in the split layout; the others float.
  static let splitMask: UInt8 = 0x0F

  /// Decodes into `counts`, one published channel a place.
  ///
  /// Linear layout: `LL HH  LL HH  ...  69`, channel 0 first, `flipped_bits` inverted on the wire.
  /// Split layout: 64 low bytes, 64 high bytes, 64 low bytes, ... `69`.
  /// Filler behind the published channels is ignored, but must be there.
  static func decode(
    _ bytes: Span<UInt8>, as frame: OOIFacts.Frame, into counts: inout MutableSpan<Double>
  ) throws(DriverError) {
    guard bytes.count == frame.byteCount else {
      throw .truncated(what: "frame", got: bytes.count, expected: frame.byteCount)
    }
    guard counts.count == frame.channels else {
      throw .truncated(what: "counts", got: counts.count, expected: frame.channels)
    }
    if let mark = frame.end_mark, bytes[bytes.count - 1] != mark {
      throw .lostSync(what: "frame", got: bytes[bytes.count - 1], expected: mark)
    }
    switch frame.layout {
    case .linear:
      let flipped = frame.flipped_bits
      for p in counts.indices {
        let word = UInt16(bytes[2 * p]) | UInt16(bytes[2 * p + 1]) << 8
        counts[p] = Double(word ^ flipped)
      }
    case .split:
      for p in counts.indices {
        let low = p / block * (2 * block) + p % block
        counts[p] = Double(UInt16(bytes[low]) | UInt16(bytes[low + block] & splitMask) << 8)
      }
    }
  }
}
