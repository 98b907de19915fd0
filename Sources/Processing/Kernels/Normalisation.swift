/// Brings spectra to one scale, so that their shapes can be compared; not for quantitation.
public enum Normalisation: String, Sendable, Hashable, Codable, CaseIterable {
  /// Divided by the root of the sum of squares.
  case unitVector = "unit_vector"
  /// Divided by the largest value.
  case maximum
  /// Less the mean, divided by the standard deviation (divisor n - 1).
  case standardNormalVariate = "snv"
  /// Divided by the area under the trapezoids, with a step of 1 where no axis is given.
  case area

  /// The normalised values.
  ///
  /// Sums run from the first value to the last.
  ///
  /// - Throws: `notFinite`, `tooShort` for no value (area and `snv`: fewer than 2), `countsDiffer`,
  ///   `notIncreasing` for an axis that does not rise, `nothingToScaleBy` for constant or empty
  ///   signals, `overflow`.
  public func apply(_ y: [Double], axis: [Double]? = nil) throws(KernelError) -> [Double] {
    try Finite.check(y.span, "the spectrum")
    let needed = self == .area || self == .standardNormalVariate ? 2 : 1
    guard y.count >= needed else {
      throw .tooShort(what: "the spectrum", points: y.count, needed: needed)
    }
    var offset = 0.0
    let scale: Double
    switch self {
    case .unitVector:
      var sum = 0.0
      for value in y { sum += value * value }
      scale = sum.squareRoot()
    case .maximum:
      var largest = y[0]
      for value in y where value > largest { largest = value }
      // The largest of a spectrum without a positive value is no height.
      scale = max(0, largest)
    case .standardNormalVariate:
      var sum = 0.0
      for value in y { sum += value }
      offset = sum / Double(y.count)
      var squares = 0.0
      for value in y { squares += (value - offset) * (value - offset) }
      scale = y.allSatisfy { $0 == y[0] } ? 0 : (squares / Double(y.count - 1)).squareRoot()
    case .area:
      scale = try Self.area(y, axis)
    }
    guard scale != 0 else { throw .nothingToScaleBy(what: "the spectrum") }
    var result = y
    for i in result.indices { result[i] = (y[i] - offset) / scale }
    guard scale.isFinite, result.allSatisfy(\.isFinite) else {
      throw .overflow(what: "the normalised spectrum")
    }
    return result
  }

  private static func area(_ y: [Double], _ axis: [Double]?) throws(KernelError) -> Double {
    var sum = 0.0
    if let axis {
      guard axis.count == y.count else {
        throw .countsDiffer(what: "axis and spectrum", axis.count, y.count)
      }
      try Interpolation.requireIncreasing(axis)
      for i in 1..<y.count { sum += (y[i] + y[i - 1]) / 2 * (axis[i] - axis[i - 1]) }
    } else {
      for i in 1..<y.count { sum += (y[i] + y[i - 1]) / 2 }
    }
    return sum
  }
}
