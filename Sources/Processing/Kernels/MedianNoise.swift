/// The level of noise around each point of a profile spectrum: the median by a histogram.
///
/// The definition is that of OpenMS `SignalToNoiseEstimatorMedian` with its defaults, so that decisions
/// agree: a window of 200 on the axis, 30 bins up to the mean and 3 standard deviations of all values,
/// at least 1 wide; the middle of the bin that holds the median, at least 1.
struct MedianNoise {

  static let window = 200.0
  static let binCount = 30
  static let least = 10
  /// What stands for the noise where a window holds too few points.
  static let unknown = 1e20

  /// One level a point.
  func estimate(_ x: Span<Double>, _ y: Span<Double>) -> [Double] {
    let n = y.count
    var (mean, squares) = (0.0, 0.0)
    for i in 0..<n { mean += y[i] }
    mean /= Double(n)
    for i in 0..<n { squares += (y[i] - mean) * (y[i] - mean) }
    let top = mean + 3 * (squares / Double(n)).squareRoot()
    let width = max(1, top / Double(Self.binCount))
    func bin(_ i: Int) -> Int {
      Int(max(0, min(y[i] / width, Double(Self.binCount - 1))))
    }
    var counts = [Int](repeating: 0, count: Self.binCount)
    var result = [Double](repeating: 0, count: n)
    var (first, end) = (0, 0)
    // The bin of the median moves little from point to point: how many lie below it is kept.
    for i in 0..<n {
      while x[first] < x[i] - Self.window / 2 {
        counts[bin(first)] -= 1
        first += 1
      }
      while end < n, x[end] <= x[i] + Self.window / 2 {
        counts[bin(end)] += 1
        end += 1
      }
      let inside = end - first
      if inside < Self.least {
        result[i] = Self.unknown
        continue
      }
      var (k, seen) = (-1, 0)
      while k < Self.binCount - 1, seen < (inside + 1) / 2 {
        k += 1
        seen += counts[k]
      }
      result[i] = max(1, (Double(k) + 0.5) * width)
    }
    return result
  }
}
