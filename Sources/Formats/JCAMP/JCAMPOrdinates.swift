/// Ordinates as integers of 32 bits times a factor, as XYDATA holds them.
struct JCAMPOrdinates {
  /// The integers.
  var integers: [Int]
  /// What they are multiplied by, as text and as every reader takes it.
  var factorText: String
  var factor: Double
  /// The power of ten that they are divided by instead, where that gives the very numbers.
  var divisor: Double?
  /// The largest error of a number.
  var maxError: Double

  /// What a reader of ours makes of the integers.
  var values: [Double] {
    if let divisor { return integers.map { Double($0) / divisor } }
    return integers.map { Double($0) * factor }
  }

  /// Puts numbers to integers; nil where none fit (too small, too large, not finite).
  ///
  /// - With `differences`, those of neighbours stay within 32 bits too.
  /// - `unit` is a factor by which the file that they came from made them of integers.
  init?(_ values: [Double], differences: Bool, unit known: Double? = nil) {
    guard values.allSatisfy(\.isFinite), !values.isEmpty else { return nil }
    let largest = values.reduce(0) { max($0, abs($1)) }
    let most = 2_147_483_647
    var power = 1.0
    for decimals in 0...12 {
      if largest * power <= Double(most), let whole = Self.whole(values, power),
        !differences || Self.widest(whole) <= most
      {
        integers = whole
        factorText = DecimalText.shortest(1 / power)
        factor = 1 / power
        divisor = decimals == 0 ? nil : power
        maxError = 0
        return
      }
      power *= 10
    }
    if let known, known.isNormal, largest <= Double(most) * abs(known) {
      let whole = values.map { Int(($0 / known).rounded()) }
      if zip(whole, values).allSatisfy({ Double($0) * known == $1 }),
        !differences || Self.widest(whole) <= most
      {
        (integers, factorText, factor) = (whole, DecimalText.shortest(known), known)
        (divisor, maxError) = (nil, 0)
        return
      }
    }
    let isSigned = differences && values.contains { $0 < 0 } && values.contains { $0 > 0 }
    let range = Double(isSigned ? most / 2 : most)
    let unit = largest / range
    guard unit.isNormal, (unit * (range + 1)).isFinite else { return nil }
    factorText = DecimalText.shortest(unit)
    factor = unit
    divisor = nil
    integers = values.map { Int(max(-range, min(range, ($0 / unit).rounded()))) }
    maxError = 0
    for (integer, value) in zip(integers, values) {
      maxError = max(maxError, abs(Double(integer) * unit - value))
    }
  }

  private static func whole(_ values: [Double], _ power: Double) -> [Int]? {
    var integers: [Int] = []
    for value in values {
      let integer = (value * power).rounded()
      guard integer / power == value else { return nil }
      integers.append(Int(integer))
    }
    return integers
  }

  private static func widest(_ integers: [Int]) -> Int {
    zip(integers, integers.dropFirst()).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }
}
