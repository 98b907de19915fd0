public import Instruments

/// The running sum of scans, a value a channel, from which their mean is taken at the end.
///
/// **Exactness.** Counts are whole numbers, and a `Double` adds whole numbers exactly while the sum
/// stays within 2^53: 137 thousand million scans of 16 bits. So the sum has no rounding at all, its
/// order does not matter, and the mean is rounded once, by the one division. A streaming mean
/// (m += (y - m) / n) rounds at every scan and is not used. Counts that are not whole (a converter
/// that averages by itself) are summed in the order of the scans.
///
/// Holds two arrays of one value a channel, whatever the number of scans.
public struct FrameMean: Sendable {
  /// Why scans did not enter the mean, and how many.
  public struct LeftOut: Sendable, Hashable {
    /// Ended before their length.
    public var partial = 0
    /// Not believed by the driver.
    public var refused = 0
    /// Exposed before a change of settings.
    public var stale = 0
    /// Of another number of channels, or with a count that is no finite number.
    public var unusable = 0

    /// Makes counts of nothing.
    public init() {}

    /// How many in all.
    public var total: Int { partial + refused + stale + unusable }
  }

  /// How many scans are in the sum.
  public private(set) var scans = 0
  /// The scans that are not.
  public private(set) var leftOut = LeftOut()
  private var sums: [Double]
  private var isSaturated: [Bool]
  private let saturationCount: Double

  /// Makes an empty sum for a detector.
  public init(detector: ArrayDetector) {
    let channels = max(0, detector.channelCount)
    sums = Array(repeating: 0, count: channels)
    isSaturated = Array(repeating: false, count: channels)
    saturationCount = detector.saturationCount
  }

  /// Adds one scan, or counts why it was left out; allocates nothing.
  ///
  /// Returns whether the scan entered the sum.
  public mutating func add(_ counts: Span<Double>, flags: ScanFlags) -> Bool {
    if flags.contains(.refused) {
      leftOut.refused += 1
    } else if flags.contains(.partial) {
      leftOut.partial += 1
    } else if flags.contains(.stale) {
      leftOut.stale += 1
    } else if counts.count != sums.count || !Self.isFinite(counts) {
      leftOut.unusable += 1
    } else {
      var sum = sums.mutableSpan
      for channel in counts.indices { sum[channel] += counts[channel] }
      let limit = saturationCount
      var mark = isSaturated.mutableSpan
      for channel in counts.indices where counts[channel] >= limit {
        mark[channel] = true
      }
      scans += 1
      return true
    }
    return false
  }

  /// The mean of the scans, raw, a value a channel; empty where there is no scan.
  public var mean: [Double] {
    guard scans > 0 else { return [] }
    let count = Double(scans)
    return sums.map { $0 / count }
  }

  /// The channels that reached the saturation count in any scan, rising.
  public var saturated: [Int] { isSaturated.indices.filter { isSaturated[$0] } }

  /// Forgets all scans and keeps the memory.
  public mutating func reset() {
    for channel in sums.indices { sums[channel] = 0 }
    for channel in isSaturated.indices { isSaturated[channel] = false }
    scans = 0
    leftOut = LeftOut()
  }

  /// How many bytes the state takes: 9 a channel and a fixed rest.
  public var stateByteCount: Int {
    sums.capacity * MemoryLayout<Double>.stride + isSaturated.capacity * MemoryLayout<Bool>.stride
      + MemoryLayout<Self>.size
  }

  /// Whether no value is NaN or infinite.
  private static func isFinite(_ counts: Span<Double>) -> Bool {
    for channel in counts.indices where !counts[channel].isFinite { return false }
    return true
  }
}
