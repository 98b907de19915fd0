/// A number of about 31 decimal digits, held as the unevaluated sum of two `Double`s.
///
/// Only `+ - * /` and the square root of IEEE 754 are used, no fused multiply-add, so that every
/// machine gives the same bits. Products split by Veltkamp overflow above 6.7e299: scale first.
///
/// - Sources: Dekker, Numer. Math. 18 (1971) 224; Hida, Li and Bailey, ARITH-15 (2001) 155.
public struct DoubleDouble: Sendable, Hashable {
  /// The leading part: the number rounded to `Double`.
  public let high: Double
  /// What `high` leaves.
  public let low: Double

  /// The number of a `Double`, exactly.
  public init(_ value: Double) {
    high = value
    low = 0
  }

  /// The number of an integer up to 2^53, exactly.
  public init(_ value: Int) { self.init(Double(value)) }

  private init(high: Double, low: Double) {
    self.high = high
    self.low = low
  }

  /// Zero.
  public static let zero = DoubleDouble(0.0)
  /// One.
  public static let one = DoubleDouble(1.0)

  /// The number rounded to `Double`.
  public var value: Double { high }
  /// Whether it is neither infinite nor no number.
  public var isFinite: Bool { high.isFinite && low.isFinite }

  /// The sum of two `Double`s, exactly.
  private static func sum(_ a: Double, _ b: Double) -> DoubleDouble {
    let s = a + b
    let t = s - a
    return DoubleDouble(high: s, low: (a - (s - t)) + (b - t))
  }

  /// The sum of two `Double`s of which the first is not the smaller, exactly.
  private static func quickSum(_ a: Double, _ b: Double) -> DoubleDouble {
    let s = a + b
    return DoubleDouble(high: s, low: b - (s - a))
  }

  /// The product of two `Double`s, exactly as long as nothing over- or underflows.
  static func product(_ a: Double, _ b: Double) -> DoubleDouble {
    let p = a * b
    let (a1, a2) = split(a)
    let (b1, b2) = split(b)
    return DoubleDouble(high: p, low: ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2)
  }

  private static func split(_ a: Double) -> (Double, Double) {
    let t = 134_217_729 * a
    let high = t - (t - a)
    return (high, a - high)
  }

  /// The sum, good to about 2^-104 of the larger.
  public static func + (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let s = sum(a.high, b.high)
    let t = sum(a.low, b.low)
    let u = quickSum(s.high, s.low + t.high)
    return quickSum(u.high, u.low + t.low)
  }

  /// The negative.
  public static prefix func - (a: DoubleDouble) -> DoubleDouble {
    DoubleDouble(high: -a.high, low: -a.low)
  }

  /// The difference.
  public static func - (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble { a + -b }

  /// The product.
  public static func * (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let p = product(a.high, b.high)
    return quickSum(p.high, p.low + (a.high * b.low + a.low * b.high))
  }

  /// The quotient; infinite or no number where the divisor is 0.
  public static func / (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let q1 = a.high / b.high
    let r1 = a - b * DoubleDouble(q1)
    let q2 = r1.high / b.high
    let r2 = r1 - b * DoubleDouble(q2)
    let q3 = r2.high / b.high
    let q = quickSum(q1, q2)
    return q + DoubleDouble(q3)
  }

  /// The square root; 0 of 0, no number below 0.
  public func squareRoot() -> DoubleDouble {
    guard high != 0 else { return .zero }
    let s = DoubleDouble(high.squareRoot())
    return s + (self - s * s) / (s + s)
  }

  /// The number times 2^exponent, exactly as long as nothing over- or underflows.
  public func scaled(by exponent: Int) -> DoubleDouble {
    let factor = Double(sign: .plus, exponent: exponent, significand: 1)
    return DoubleDouble(high: high * factor, low: low * factor)
  }

  /// Reads a decimal number as written (`-6.860120914`, `1e-05`); nil where it is none.
  ///
  /// Good to 2^-104, where reading through `Double` is good to 2^-53 only.
  public init?(decimal text: some StringProtocol) {
    var mantissa = DoubleDouble.zero
    var exponent = 0
    var digits = 0
    var afterPoint = false
    var bytes = Array(text.utf8)[...]
    let negative = bytes.first == UInt8(ascii: "-")
    if negative || bytes.first == UInt8(ascii: "+") { bytes = bytes.dropFirst() }
    while let byte = bytes.first {
      if byte == UInt8(ascii: "."), !afterPoint {
        afterPoint = true
      } else if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
        mantissa = mantissa * DoubleDouble(10.0) + DoubleDouble(Int(byte - UInt8(ascii: "0")))
        digits += 1
        if afterPoint { exponent -= 1 }
      } else {
        break
      }
      bytes = bytes.dropFirst()
    }
    if let byte = bytes.first {
      guard byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E"),
        let written = Int(String(decoding: bytes.dropFirst(), as: UTF8.self)),
        (-400...400).contains(written)
      else { return nil }
      exponent += written
    }
    guard digits > 0, digits <= 400 else { return nil }
    var power = DoubleDouble.one
    for _ in 0..<abs(exponent) { power = power * DoubleDouble(10.0) }
    let size = exponent < 0 ? mantissa / power : mantissa * power
    guard size.isFinite else { return nil }
    self = negative ? -size : size
  }
}
