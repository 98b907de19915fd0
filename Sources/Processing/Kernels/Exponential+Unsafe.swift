/// Powers of e by `+ - *` alone: the same bits with every maths library and on every processor.
///
/// For arguments from -700 to 700; the error is below 1 unit in the last place (tested). The argument
/// is taken as `n ln 2 + r` with `abs(r) <= ln 2 / 2`, and the power of r as its series up to the 13th
/// power. Sum and products in one order, lane by lane as one by one.
enum Exponential {
  private static let log2e = 1.442_695_040_888_963_4
  /// The first 32 bits of ln 2, so that `n` times it is exact, and the rest.
  private static let ln2High = 6.931_471_803_691_238_164_90e-01
  private static let ln2Low = 1.908_214_929_270_587_700_02e-10
  /// Adding it rounds to a whole number, which then stands in the lowest bits.
  private static let shift = 6_755_399_441_055_744.0
  private static let one: UInt64 = 0x3ff0_0000_0000_0000

  @inline(__always)
  static func value(_ x: Double) -> Double {
    let shifted = x * log2e + shift
    let n = shifted - shift
    let power = Double(bitPattern: (shifted.bitPattern << 52) &+ one)
    return series((x - n * ln2High) - n * ln2Low) * power
  }

  @inline(__always)
  static func value(_ x: Eight) -> Eight {
    let shifted = x * Eight(repeating: log2e) + Eight(repeating: shift)
    let n = shifted - Eight(repeating: shift)
    // Safe: both types are 64 bytes of plain bits.
    let bits = unsafe unsafeBitCast(shifted, to: SIMD8<UInt64>.self)
    let raised = (bits &<< SIMD8<UInt64>(repeating: 52)) &+ SIMD8<UInt64>(repeating: one)
    // Safe: as above.
    let power = unsafe unsafeBitCast(raised, to: Eight.self)
    let r = (x - n * Eight(repeating: ln2High)) - n * Eight(repeating: ln2Low)
    return series(r) * power
  }

  /// 1 + r + r^2/2! + ... + r^13/13!, from the highest power down.
  @inline(__always)
  private static func series<Number: Arithmetic>(_ r: Number) -> Number {
    var sum = Number(repeating: 1.0 / 6_227_020_800)
    sum = sum * r + Number(repeating: 1.0 / 479_001_600)
    sum = sum * r + Number(repeating: 1.0 / 39_916_800)
    sum = sum * r + Number(repeating: 1.0 / 3_628_800)
    sum = sum * r + Number(repeating: 1.0 / 362_880)
    sum = sum * r + Number(repeating: 1.0 / 40_320)
    sum = sum * r + Number(repeating: 1.0 / 5_040)
    sum = sum * r + Number(repeating: 1.0 / 720)
    sum = sum * r + Number(repeating: 1.0 / 120)
    sum = sum * r + Number(repeating: 1.0 / 24)
    sum = sum * r + Number(repeating: 1.0 / 6)
    sum = sum * r + Number(repeating: 0.5)
    sum = sum * r + Number(repeating: 1)
    return sum * r + Number(repeating: 1)
  }
}
