extension OOIModel {
  /// The byte that ends every frame of most models.
  static let endMark: UInt8 = 0x69

  /// Writes the wire bytes of `counts`, one a wire pixel, with the end mark of the
  /// model into `frame`.
  ///
  /// Linear: `LL HH` a pixel, XORed; then `69`.
  ///
  /// Split: packet 2k holds the low bytes of pixels 64k to 64k+63, packet 2k+1 their high bytes
  /// with the top nibble set; then `69`.
  func encode(_ counts: [UInt16], into frame: inout [UInt8]) {
    switch layout {
    case .linear(let xor):
      for pixel in 0..<pixelsOnWire {
        let value = counts[pixel] ^ xor
        frame[2 * pixel] = UInt8(truncatingIfNeeded: value)
        frame[2 * pixel + 1] = UInt8(truncatingIfNeeded: value >> 8)
      }
    case .split:
      for pixel in 0..<pixelsOnWire {
        let low = pixel / 64 * 128 + pixel % 64
        frame[low] = UInt8(truncatingIfNeeded: counts[pixel])
        frame[low + 64] = UInt8(truncatingIfNeeded: counts[pixel] >> 8) | 0xF0
      }
    }
    if hasEndMark { frame[frameByteCount - 1] = Self.endMark }
  }
}
