internal import Foundation
internal import Laboratory

/// Names what computes: the version of our processing and the maths library below it.
///
/// Two computers with the same fingerprint give the same bits for the same run. The spectrum chain
/// itself uses only `+ - * /`, which IEEE 754 fixes; logarithms and powers differ by library.
public enum MathsFingerprint {
  /// The version of the processing steps: it rises when any result changes in any bit.
  public static let processingVersion = 1

  /// The fingerprint of the maths library: 16 hexadecimal digits.
  ///
  /// FNV-1a, 64 bits, over the bit patterns of `exp`, `log`, `log10`, `pow`, `sin`, `cos`, `atan`,
  /// `sqrt` and `cbrt` at 256 fixed places, most of them hard to round.
  public static let current: String = compute()

  static func compute() -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func enter(_ value: Double) {
      var bits = value.bitPattern
      for _ in 0..<8 {
        hash = (hash ^ (bits & 0xff)) &* 0x100_0000_01b3
        bits >>= 8
      }
    }
    // Arguments from a fixed generator (Knuth's MMIX), so that no compiler can fold the calls.
    var seed: UInt64 = 1
    for _ in 0..<256 {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let x = Double(seed >> 11) / 9_007_199_254_740_992 * 40 + 1e-3
      enter(exp(x))
      enter(exp(-x))
      enter(log(x))
      enter(log10(x))
      enter(pow(x, 0.37))
      enter(pow(1 + x / 40, x))
      enter(sin(x))
      enter(cos(x))
      enter(atan(x))
      enter(x.squareRoot())
      enter(cbrt(x))
    }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// What computed a result, as kept in `RunRecord.computedBy`.
  public static var signature: String {
    "\(Gauger.signature) processing \(processingVersion) maths \(current)"
  }
}
