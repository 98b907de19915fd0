/// SHA-1 as mzML files carry it of themselves: it finds damage, and proves nothing against malice.
///
/// Source: FIPS 180-4, section 6.1.
enum SHA1 {
  /// Forty hexadecimal digits of the hash of bytes.
  static func text(_ bytes: ArraySlice<UInt8>) -> String {
    var state: (UInt32, UInt32, UInt32, UInt32, UInt32) = (
      0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0
    )
    var place = bytes.startIndex
    var words = [UInt32](repeating: 0, count: 80)
    while bytes.endIndex - place >= 64 {
      block(bytes, place, &words, &state)
      place += 64
    }
    var tail = Array(bytes[place...]) + [0x80]
    while tail.count % 64 != 56 { tail.append(0) }
    let bits = UInt64(bytes.count) * 8
    tail += (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * $0)) }
    for start in stride(from: 0, to: tail.count, by: 64) { block(tail[...], start, &words, &state) }
    return [state.0, state.1, state.2, state.3, state.4].map {
      let digits = String($0, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  private static func block(
    _ bytes: ArraySlice<UInt8>, _ start: Int, _ w: inout [UInt32],
    _ state: inout (UInt32, UInt32, UInt32, UInt32, UInt32)
  ) {
    for index in 0..<16 {
      let place = start + 4 * index
      w[index] =
        UInt32(bytes[place]) << 24 | UInt32(bytes[place + 1]) << 16
        | UInt32(bytes[place + 2]) << 8 | UInt32(bytes[place + 3])
    }
    for index in 16..<80 {
      w[index] = rotated(w[index - 3] ^ w[index - 8] ^ w[index - 14] ^ w[index - 16], 1)
    }
    var (a, b, c, d, e) = state
    for index in 0..<80 {
      let (mix, constant): (UInt32, UInt32) =
        switch index {
        case ..<20: ((b & c) | (~b & d), 0x5a82_7999)
        case ..<40: (b ^ c ^ d, 0x6ed9_eba1)
        case ..<60: ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc)
        default: (b ^ c ^ d, 0xca62_c1d6)
        }
      (a, b, c, d, e) = (
        rotated(a, 5) &+ mix &+ e &+ constant &+ w[index], a, rotated(b, 30), c, d
      )
    }
    state = (state.0 &+ a, state.1 &+ b, state.2 &+ c, state.3 &+ d, state.4 &+ e)
  }

  private static func rotated(_ word: UInt32, _ by: UInt32) -> UInt32 {
    word << by | word >> (32 - by)
  }
}
