/// The running mean over a window that gets shorter at the ends.
///
/// Each mean is the sum of its points from the first to the last, divided by how many they are: no
/// running sum, so that a value depends on its own window alone.
public struct Boxcar: Sendable, Hashable {
  /// The points taken on each side; the window has twice as many and one.
  public let halfWidth: Int

  /// Makes a running mean.
  ///
  /// - Throws: `parameter` for a half width below 0 or above 1 million.
  public init(halfWidth: Int) throws(KernelError) {
    guard (0...1_000_000).contains(halfWidth) else {
      throw .parameter(name: "half width", value: Double(halfWidth), allowed: "0 to 1000000")
    }
    self.halfWidth = halfWidth
  }

  /// The means, one a point.
  ///
  /// - Throws: `notFinite`, `overflow`; no points give no points.
  public func apply(to y: [Double]) throws(KernelError) -> [Double] {
    try Finite.check(y.span, "the signal")
    let n = y.count
    guard n > 0 else { return [] }
    var result = [Double](repeating: 0, count: n)
    let inner = 2 * halfWidth + 1 <= n ? halfWidth..<n - halfWidth : 0..<0
    y.withLanes { source in
      result.withMutableLanes { target in
        // Eight neighbouring windows at a time, each summed in its own lane.
        var i = inner.lowerBound
        let count = Eight(repeating: Double(2 * halfWidth + 1))
        while i + 8 <= inner.upperBound {
          var sum = source.eight(at: i - halfWidth)
          for k in i - halfWidth + 1..<i + halfWidth + 1 { sum += source.eight(at: k) }
          target.set(sum / count, at: i)
          i += 8
        }
      }
    }
    let done = inner.count / 8 * 8
    for i in y.indices where i < inner.lowerBound || i >= inner.lowerBound + done {
      let (first, last) = (max(0, i - halfWidth), min(n - 1, i + halfWidth))
      var sum = y[first]
      for k in first + 1..<max(first + 1, last + 1) { sum += y[k] }
      result[i] = sum / Double(last - first + 1)
    }
    guard Finite.firstBad(result.span) == nil else { throw .overflow(what: "a running mean") }
    return result
  }
}
