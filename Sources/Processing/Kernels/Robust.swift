/// Estimates of level and noise that single wild points do not move.
///
/// The median is exact, by selection: no approximation by bins. Input that is not finite is refused.
public enum Robust {
  /// What a median absolute deviation is multiplied by to estimate a standard deviation of normal
  /// noise.
  public static let normalScale = 1.4826

  /// The median: of an even number of values the mean of the middle two.
  ///
  /// - Throws: `tooShort` for no value, `notFinite`.
  public static func median(_ values: [Double]) throws(KernelError) -> Double {
    try Finite.check(values.span, "the values")
    guard !values.isEmpty else {
      throw .tooShort(what: "a median", points: 0, needed: 1)
    }
    var scratch = values
    return Selection.median(&scratch)
  }

  /// The median absolute deviation from the median, not scaled.
  ///
  /// - Throws: `tooShort` for no value, `notFinite`.
  public static func medianAbsoluteDeviation(_ values: [Double]) throws(KernelError) -> Double {
    let middle = try median(values)
    var scratch = values.map { abs($0 - middle) }
    return Selection.median(&scratch)
  }

  /// The standard deviation of normal noise that has this median absolute deviation:
  /// 1.4826 times it.
  ///
  /// - Throws: `tooShort` for no value, `notFinite`.
  public static func sigma(_ values: [Double]) throws(KernelError) -> Double {
    normalScale * (try medianAbsoluteDeviation(values))
  }

  /// The least noise that a signal in steps can have: its smallest non-zero step over the root of 12.
  ///
  /// The smallest step is the smallest difference other than 0 of two values that follow each other;
  /// 0 where all are equal or there are fewer than 2.
  ///
  /// - Throws: `notFinite`.
  public static func quantisationFloor(_ values: [Double]) throws(KernelError) -> Double {
    try Finite.check(values.span, "the values")
    var least = Double.infinity
    for i in values.indices.dropFirst() {
      let step = abs(values[i] - values[i - 1])
      if step > 0, step < least { least = step }
    }
    return least.isFinite ? least / 12.0.squareRoot() : 0
  }
}

/// The value at a rank without sorting all.
enum Selection {
  /// The median of finite values; reorders them.
  static func median(_ values: inout [Double]) -> Double {
    let n = values.count
    let upper = nth(&values, n / 2)
    if n % 2 == 1 { return upper }
    var lower = values[0]
    for i in 1..<max(1, n / 2) where values[i] > lower { lower = values[i] }
    // Halves first where the sum would overflow; exact otherwise.
    let sum = lower + upper
    return sum.isFinite ? sum / 2 : lower / 2 + upper / 2
  }

  /// The value of rank `k` from 0; afterwards all before it are not above it.
  ///
  /// Quickselect with the median of three; when it does not get on (2 log2 n turns), the rest is
  /// sorted, so no input makes it slow.
  static func nth(_ values: inout [Double], _ k: Int) -> Double {
    var (low, high) = (0, values.count - 1)
    var turns = 2 * (Int.bitWidth - values.count.leadingZeroBitCount)
    while high - low > 16, turns > 0 {
      turns -= 1
      let middle = low + (high - low) / 2
      if values[middle] < values[low] { values.swapAt(middle, low) }
      if values[high] < values[low] { values.swapAt(high, low) }
      if values[high] < values[middle] { values.swapAt(high, middle) }
      let pivot = values[middle]
      var (i, j) = (low, high)
      while i <= j {
        while values[i] < pivot { i += 1 }
        while values[j] > pivot { j -= 1 }
        if i <= j {
          values.swapAt(i, j)
          i += 1
          j -= 1
        }
      }
      if k <= j {
        high = j
      } else if k >= i {
        low = i
      } else {
        return values[k]
      }
    }
    values[low...high].sort()
    return values[k]
  }
}
