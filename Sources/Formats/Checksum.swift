/// CRC-32 as of ISO 3309 and zlib, so that any language can check a file of ours.
struct Checksum {
  private var state: UInt32 = 0xffff_ffff

  /// Adds bytes; carriage returns are left out, so that a change of line ends is no damage.
  mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes where byte != 0x0d {
      state = Self.table[Int((state ^ UInt32(byte)) & 0xff)] ^ (state >> 8)
    }
  }

  /// Eight hexadecimal digits.
  var text: String {
    let digits = String(~state, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in
      value & 1 == 1 ? 0xedb8_8320 ^ (value >> 1) : value >> 1
    }
  }
}
