/// The level of noise around each point of a profile spectrum: the median by a histogram.
///
/// The definition is that of OpenMS `SignalToNoiseEstimatorMedian` with its defaults, so that decisions
/// agree: a window of 200 on the axis; 30 bins up to the mean and 3 standard deviations of all values,
/// each at least 1 wide, the last with all above; within its bin the median stands in proportion to the
/// counts; at least 1.
struct MedianNoise {
  static let window = 200.0
  static let binCount = 30
  static let least = 10
  /// What stands for the noise where a window holds too few points.
  static let unknown = 1e20

  /// One level a point.
  func estimate(_ x: Lanes, _ y: Lanes) -> [Double] {
    let n = y.count
    let (bins, width) = bins(y)
    var counts = [Int](repeating: 0, count: Self.binCount)
    var result = [Double](repeating: 0, count: n)
    var (first, end) = (0, 0)
    // The bin of the median moves little from point to point: how many lie below it is kept.
    var (bin, below) = (0, 0)
    for i in 0..<n {
      while x[first] < x[i] - Self.window / 2 {
        let left = Int(bins[first])
        counts[left] -= 1
        below -= left < bin ? 1 : 0
        first += 1
      }
      while end < n, x[end] <= x[i] + Self.window / 2 {
        let entered = Int(bins[end])
        counts[entered] += 1
        below += entered < bin ? 1 : 0
        end += 1
      }
      let inside = end - first
      if inside < Self.least {
        result[i] = Self.unknown
        continue
      }
      let half = (inside + 1) / 2
      while below >= half {
        bin -= 1
        below -= counts[bin]
      }
      while below + counts[bin] < half {
        below += counts[bin]
        bin += 1
      }
      let part = Double(half - below) / Double(counts[bin])
      result[i] = max(1, (Double(bin) + part) * width)
    }
    return result
  }

  /// The bin of each point, and how wide bins are.
  private func bins(_ y: Lanes) -> ([UInt8], Double) {
    let n = y.count
    var (mean, squares) = (0.0, 0.0)
    for i in 0..<n { mean += y[i] }
    mean /= Double(n)
    for i in 0..<n { squares += (y[i] - mean) * (y[i] - mean) }
    let top = mean + 3 * (squares / Double(n)).squareRoot()
    let width = max(1, top / Double(Self.binCount))
    let highest = Double(Self.binCount - 1)
    return ((0..<n).map { UInt8(max(0, min(y[$0] / width, highest))) }, width)
  }
}
