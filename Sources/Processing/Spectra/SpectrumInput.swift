internal import Instruments
internal import Laboratory

/// Looks over arrays before anything is computed from them.
enum SpectrumInput {
  /// Refuses a value that is not finite.
  static func finite(_ values: [Double], _ what: String) throws(SpectrumError) {
    for index in values.indices where !values[index].isFinite {
      throw .notFinite(what: what, index: index)
    }
  }

  /// Refuses arrays of different length.
  static func sameCount(
    _ values: [Double], _ what: String, _ others: [Double], _ other: String
  ) throws(SpectrumError) {
    guard values.count == others.count else {
      throw .lengthsDiffer(
        what: what, count: values.count, other: other, otherCount: others.count)
    }
  }

  /// Refuses an axis that is not finite and strictly rising or falling.
  static func axis(_ x: [Double]) throws(SpectrumError) {
    try finite(x, "axis")
    guard x.count > 1 else { return }
    let rises = x[1] > x[0]
    for index in 1..<x.count where rises ? x[index] <= x[index - 1] : x[index] >= x[index - 1] {
      throw .axisNotMonotone(index: index)
    }
  }

  /// Refuses anything but a finite curve of at least `needed` points; gives it with rising x.
  static func rising(
    _ x: [Double], _ y: [Double], needed: Int
  ) throws(SpectrumError) -> (x: [Double], y: [Double], isReversed: Bool) {
    try sameCount(y, "spectrum", x, "axis")
    guard x.count >= needed else {
      throw .tooFewPoints(what: "spectrum", count: x.count, needed: needed)
    }
    try axis(x)
    try finite(y, "spectrum")
    guard x.count > 1, x[1] < x[0] else { return (x, y, false) }
    return (x.reversed(), y.reversed(), true)
  }
}
