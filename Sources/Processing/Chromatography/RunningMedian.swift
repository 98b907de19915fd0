/// The exact median of the last values, however many came before.
///
/// The values stand in the order of their arrival in a ring and by size in an array: one insertion
/// and one removal a value, no approximation, so the same last values give the same bits whenever the
/// window began. Takes no NaN.
struct RunningMedian: Sendable {
  private var ring: [Double] = []
  private var ordered: [Double] = []
  private var next = 0
  private let capacity: Int

  /// Makes an empty window of at most `capacity` values, at least 1.
  init(capacity: Int) {
    self.capacity = max(1, capacity)
    ring.reserveCapacity(self.capacity)
    ordered.reserveCapacity(self.capacity + 1)
  }

  /// How many values there are.
  var count: Int { ring.count }

  /// The median; of an even number the mean of the middle two; 0 of none.
  var median: Double {
    guard !ordered.isEmpty else { return 0 }
    let middle = ordered.count / 2
    if ordered.count % 2 == 1 { return ordered[middle] }
    return (ordered[middle - 1] + ordered[middle]) / 2
  }

  /// Adds a value; the oldest leaves a full window.
  mutating func insert(_ value: Double) {
    if ring.count == capacity {
      ordered.remove(at: lowerBound(ring[next]))
      ring[next] = value
    } else {
      ring.append(value)
    }
    next = next + 1 == capacity ? 0 : next + 1
    ordered.insert(value, at: lowerBound(value))
  }

  /// How many bytes the window takes; more than it was made for if ever it held more.
  var stateByteCount: Int {
    (max(capacity, ring.count) + max(capacity + 1, ordered.count)) * MemoryLayout<Double>.stride
  }

  private func lowerBound(_ value: Double) -> Int {
    var (low, high) = (0, ordered.count)
    while low < high {
      let middle = (low + high) / 2
      if ordered[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
