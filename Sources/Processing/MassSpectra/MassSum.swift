internal import Instruments

/// The exact sums of scans, from which mean and standard deviation are taken at the end.
///
/// **Exactness.** Counts are whole numbers of at most 2^32, and sums and sums of squares are kept
/// as whole numbers of 128 bits, exact for 2^31 scans. So the order of the scans does not matter;
/// each result is rounded where it is made, and nowhere before. A scan with a count that is no
/// such number is not summed.
///
/// Holds two whole numbers a point, whatever the number of scans.
public struct MassSum: Sendable {
  /// How many scans are in the sum.
  public private(set) var scans = 0
  /// The scans that are not.
  public private(set) var leftOut = FrameMean.LeftOut()
  /// How many of the scans carried a total current.
  public private(set) var totals = 0
  private var sums: [Int128]
  private var squares: [Int128]
  private var total: Int128 = 0

  /// The largest count, either sign, that is summed.
  public static let largestCount = 4_294_967_296.0

  /// Makes an empty sum for scans of so many points.
  public init(points: Int) {
    sums = Array(repeating: 0, count: max(0, points))
    squares = sums
  }

  /// Adds one scan, or counts why it was left out; allocates nothing.
  ///
  /// Returns whether the scan entered the sum.
  public mutating func add(_ scan: MassScan) -> Bool {
    if scan.flags.contains(.refused) {
      leftOut.refused += 1
    } else if scan.flags.contains(.partial) {
      leftOut.partial += 1
    } else if scan.flags.contains(.stale) {
      leftOut.stale += 1
    } else if scan.counts.count != sums.count || !scan.counts.allSatisfy(Self.isWhole) {
      leftOut.unusable += 1
    } else {
      for point in sums.indices {
        let count = Int128(scan.counts[point])
        sums[point] += count
        squares[point] += count * count
      }
      if let count = scan.total, Self.isWhole(count) {
        total += Int128(count)
        totals += 1
      }
      scans += 1
      return true
    }
    return false
  }

  /// The mean of the raw counts, one a point; empty where there is no scan.
  public var mean: [Double] {
    guard scans > 0 else { return [] }
    let count = Double(scans)
    return sums.map { Double($0) / count }
  }

  /// The standard deviation of single scans in counts (n - 1); nil for fewer than two scans.
  public var deviation: [Double]? {
    guard scans > 1 else { return nil }
    let count = Int128(scans)
    let divisor = Double(count * (count - 1))
    return sums.indices.map { point in
      let spread = count * squares[point] - sums[point] * sums[point]
      return (Double(spread) / divisor).squareRoot()
    }
  }

  /// The mean of the raw total current; nil where no scan carried it.
  public var meanTotal: Double? { totals > 0 ? Double(total) / Double(totals) : nil }

  /// Forgets all scans and keeps the memory.
  public mutating func reset() {
    for point in sums.indices { (sums[point], squares[point]) = (0, 0) }
    (scans, totals, total, leftOut) = (0, 0, 0, FrameMean.LeftOut())
  }

  /// How many bytes the state takes: 32 a point and a fixed rest.
  public var stateByteCount: Int {
    (sums.capacity + squares.capacity) * MemoryLayout<Int128>.stride + MemoryLayout<Self>.size
  }

  /// Whether a count can be summed without any rounding.
  public static func isWhole(_ count: Double) -> Bool {
    abs(count) <= largestCount && count == count.rounded()
  }
}
