/// Looks whether a dark frame was taken with the light on, which would subtract the signal itself.
public enum DarkCheck {
  /// Whether the mean dark has the same shape as the mean of the scans, as bright or nearly so.
  ///
  /// A dark is flat but for the noise and pattern of single channels. It is called lit when its
  /// range is over 10 times what neighbouring channels differ by, over 30 % of the range of the
  /// scans, and it follows the scans with a correlation over 0.9. All in raw counts; both arrays
  /// have one value a channel. Fewer than 16 channels, or a constant array, give no judgement.
  public static func looksLit(dark: [Double], scans: [Double]) -> Bool {
    guard dark.count == scans.count, dark.count >= 16 else { return false }
    let darkRange = range(dark)
    guard darkRange > 10 * neighbourNoise(dark), darkRange > 0.3 * range(scans) else {
      return false
    }
    return correlation(dark, scans) > 0.9
  }

  /// From the 1st to the 99th hundredth, so that single hot channels do not count.
  private static func range(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let last = Double(sorted.count - 1)
    return sorted[Int((0.99 * last).rounded())] - sorted[Int((0.01 * last).rounded())]
  }

  /// Standard deviation of one channel, from the median size of differences between neighbours.
  private static func neighbourNoise(_ values: [Double]) -> Double {
    let steps = (1..<values.count).map { abs(values[$0] - values[$0 - 1]) }.sorted()
    return 1.4826 * steps[steps.count / 2] / 2.0.squareRoot()
  }

  private static func correlation(_ left: [Double], _ right: [Double]) -> Double {
    let count = Double(left.count)
    let leftMean = left.reduce(0, +) / count
    let rightMean = right.reduce(0, +) / count
    var (product, leftSquare, rightSquare) = (0.0, 0.0, 0.0)
    for index in left.indices {
      let (a, b) = (left[index] - leftMean, right[index] - rightMean)
      product += a * b
      leftSquare += a * a
      rightSquare += b * b
    }
    guard leftSquare > 0, rightSquare > 0 else { return 0 }
    return product / (leftSquare * rightSquare).squareRoot()
  }
}
