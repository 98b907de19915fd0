/// Smoothed value and slope of a signal by Savitzky-Golay polynomials of order 2 over `2 m + 1`
/// points, as far as the window is whole: no edge fits.
///
/// The coefficients are those of A. Savitzky and M. Golay, Anal. Chem. 36 (1964) 1627, in closed form;
/// the sum begins at the centre and takes the points two by two outwards, always in this order.
struct SlopeFilter: Sendable {
  /// The half window, points.
  let halfWindow: Int
  private let centreWeight: Double
  private let weights: [Double]
  private let slopeDivisor: Double

  /// Makes the filter of a half window of at least 1.
  init(halfWindow: Int) {
    self.halfWindow = halfWindow
    let m = Double(halfWindow)
    let divisor = (2 * m - 1) * (2 * m + 1) * (2 * m + 3)
    let base = 3 * m * m + 3 * m - 1
    centreWeight = 3 * base / divisor
    weights = (1...halfWindow).map { 3 * (base - 5 * Double($0) * Double($0)) / divisor }
    slopeDivisor = m * (m + 1) * (2 * m + 1) / 3
  }

  /// By what the filter multiplies the standard deviation of independent noise in the slope.
  var slopeNoiseGain: Double { 1 / slopeDivisor.squareRoot() }

  /// The smoothed value and the slope a point, at `centre`; the window lies within `values`.
  func value(_ values: [Double], at centre: Int) -> (smoothed: Double, slope: Double) {
    var smoothed = centreWeight * values[centre]
    var slope = 0.0
    for j in 1...halfWindow {
      let (before, after) = (values[centre - j], values[centre + j])
      smoothed += weights[j - 1] * (before + after)
      slope += Double(j) * (after - before)
    }
    return (smoothed, slope / slopeDivisor)
  }

  /// All values smoothed; those without a whole window are left as they are.
  func smoothed(_ values: [Double]) -> [Double] {
    var result = values
    guard values.count > 2 * halfWindow else { return result }
    for centre in halfWindow..<(values.count - halfWindow) {
      result[centre] = value(values, at: centre).smoothed
    }
    return result
  }
}

/// The last `2 m + 1` values in a row that the filter can look at.
struct SlopeWindow: Sendable {
  private var values: [Double]
  private var position = 0
  private var filled = 0
  private let width: Int

  /// Makes an empty window.
  init(halfWindow: Int) {
    width = 2 * halfWindow + 1
    values = Array(repeating: 0, count: 2 * width)
  }

  /// Takes a value and gives raw value, smoothed value and slope of the centre, once it is whole.
  mutating func push(_ value: Double, _ filter: SlopeFilter)
    -> (raw: Double, smoothed: Double, slope: Double)?
  {
    // Each value stands twice, a width apart, so that the last window is always in one piece.
    values[position] = value
    values[position + width] = value
    position = position + 1 == width ? 0 : position + 1
    filled = min(filled + 1, width)
    guard filled == width else { return nil }
    let centre = position + filter.halfWindow
    let (smoothed, slope) = filter.value(values, at: centre)
    return (values[centre], smoothed, slope)
  }

  /// Forgets all values.
  mutating func reset() { (position, filled) = (0, 0) }

  /// How many bytes the window takes.
  var stateByteCount: Int { values.count * MemoryLayout<Double>.stride }
}
