internal import Laboratory

/// How the times of a signal go into ANDI chromatography: delay + i x interval in 32-bit floats
/// where that is true, else one by one.
struct SamplingGrid {
  /// The time of the first point, s.
  let delay: Float
  /// The time between two points, s; their mean where they are not evenly spaced, -9999 where there
  /// is one point alone.
  let interval: Float
  /// The time of the last point, s.
  let end: Float
  /// Whether delay and interval give every time to one step of a 32-bit float.
  let isUniform: Bool
  /// Whether what a 32-bit reader gets are the times to the last bit.
  let isExact: Bool
  /// How far a time is from what a 32-bit reader gets, at most, s.
  let error: Double

  init(_ times: [Double]) {
    let (first, last) = (times.first ?? 0, times.last ?? 0)
    delay = Float(first)
    end = Float(last)
    let mean = Float((last - first) / Double(max(1, times.count - 1)))
    guard times.count > 1, mean > 0, first >= 0 else {
      interval = times.count > 1 ? mean : Float(ANDIReader.absent)
      isUniform = false
      (isExact, error) = Self.narrow(times)
      return
    }
    interval = mean
    var (fits, exact, largest) = (true, true, 0.0)
    for (index, time) in times.enumerated() {
      let there = Double(delay) + Double(index) * Double(mean)
      let distance = abs(there - time)
      fits = fits && distance <= Double(Float(time).ulp)
      exact = exact && there.bitPattern == time.bitPattern
      largest = max(largest, distance)
    }
    isUniform = fits
    (isExact, error) = fits ? (exact, largest) : Self.narrow(times)
  }

  private static func narrow(_ times: [Double]) -> (Bool, Double) {
    let error = times.reduce(0) { max($0, abs(Double(Float($1)) - $1)) }
    // Readers refuse times that do not rise.
    let rises = zip(times, times.dropFirst()).allSatisfy { Float($0) < Float($1) }
    return (
      rises && times.allSatisfy { Double(Float($0)).bitPattern == $0.bitPattern }, error
    )
  }
}
