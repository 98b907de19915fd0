/// Finds points higher than their neighbours, and chooses among them.
///
/// The meaning of all criteria, and their order, is that of `scipy.signal.find_peaks`: plateau,
/// height, threshold, distance, prominence, width. The first and last point are never a maximum.
/// Limits are included in their ranges. The time grows with the number of points, however the maxima
/// lie (with a distance: times the logarithm of the number of maxima).
public struct LocalMaxima: Sendable, Hashable {
  /// Everything: measures without choosing.
  public static let any = -Double.infinity...Double.infinity

  /// The allowed lengths of plateaus, in points.
  public var plateau: ClosedRange<Double>?
  /// The allowed values.
  public var height: ClosedRange<Double>?
  /// The allowed differences to the two points beside it; both must be within.
  public var threshold: ClosedRange<Double>?
  /// The least distance of two maxima in points, 1 or more: the lower one goes, of equals the earlier.
  public var distance: Double?
  /// The allowed prominences; nil leaves prominence unmeasured unless the width is asked for.
  public var prominence: ClosedRange<Double>?
  /// The allowed widths in points; nil leaves it unmeasured.
  public var width: ClosedRange<Double>?
  /// The points within which prominence is looked for, the maximum in the middle; nil takes all.
  public var windowLength: Int?
  /// The depth below the maximum where the width is measured, as a part of the prominence.
  public var relativeHeight: Double

  /// Memory that is kept from call to call; one a thread.
  public struct Workspace: Sendable {
    var scan = ExtremaScan()
    var chosen: [Int] = []
    var prominences: [LocalMaximum.Prominence] = []

    /// Makes an empty one, which grows with the first call.
    public init() {}
  }

  /// Describes the choice; what is nil is not looked at.
  public init(
    plateau: ClosedRange<Double>? = nil, height: ClosedRange<Double>? = nil,
    threshold: ClosedRange<Double>? = nil, distance: Double? = nil,
    prominence: ClosedRange<Double>? = nil, width: ClosedRange<Double>? = nil,
    windowLength: Int? = nil, relativeHeight: Double = 0.5
  ) {
    self.plateau = plateau
    self.height = height
    self.threshold = threshold
    self.distance = distance
    self.prominence = prominence
    self.width = width
    self.windowLength = windowLength
    self.relativeHeight = relativeHeight
  }

  /// The maxima of a signal, from left to right.
  ///
  /// - Throws: `notFinite`; `parameter`: a distance below 1, a window length below 2, a relative height
  ///   below 0. Fewer than 3 points have no maximum.
  public func find(in y: [Double]) throws(KernelError) -> [LocalMaximum] {
    var workspace = Workspace()
    return try find(in: y.span, workspace: &workspace)
  }

  /// The same with memory that is kept; besides that only the result is allocated.
  ///
  /// - Throws: as `find(in:)`.
  public func find(in y: Span<Double>, workspace: inout Workspace) throws(KernelError)
    -> [LocalMaximum]
  {
    if let distance, !(distance >= 1) {
      throw .parameter(name: "distance", value: distance, allowed: "1 or more")
    }
    if let windowLength, windowLength < 2 {
      throw .parameter(name: "window length", value: Double(windowLength), allowed: "2 or more")
    }
    guard relativeHeight >= 0, relativeHeight.isFinite else {
      throw .parameter(name: "relative height", value: relativeHeight, allowed: "0 or more")
    }
    try Finite.check(y, "the signal")
    return y.withLanes { y in choose(y, &workspace) }
  }

  private func choose(_ y: Lanes, _ memory: inout Workspace) -> [LocalMaximum] {
    // What stands out too little need not be looked at, unless it decides what stays of others.
    let least = distance == nil && windowLength == nil ? prominence?.lowerBound ?? 0 : 0
    memory.scan.run(y, leavingOutBelow: least)
    memory.chosen.removeAll(keepingCapacity: true)
    for k in 0..<memory.scan.count {
      if plateau == nil, height == nil, threshold == nil {
        memory.chosen.append(k)
      } else if isAllowed(Self.maximum(memory.scan.entries[k].peak, y)) {
        memory.chosen.append(k)
      }
    }
    if let distance { thin(&memory.chosen, memory.scan.entries, y, distance) }
    let isMeasured = prominence != nil || width != nil
    if isMeasured { measure(y, &memory) }
    var result: [LocalMaximum] = []
    for k in memory.chosen {
      var found = Self.maximum(memory.scan.entries[k].peak, y)
      if isMeasured {
        let measured = memory.prominences[k]
        if let prominence, !prominence.contains(measured.height) { continue }
        found.prominence = measured
        if let width {
          let measured = self.measure(found, measured, y)
          guard width.contains(measured.points) else { continue }
          found.width = measured
        }
      }
      result.append(found)
    }
    return result
  }

  /// A maximum that ends at point `right`.
  private static func maximum(_ right: Int, _ y: Lanes) -> LocalMaximum {
    let left = ExtremaScan.beginning(right, y)
    let index = (left + right) / 2
    return LocalMaximum(
      index: index, leftEdge: left, rightEdge: right, height: y[index],
      leftThreshold: y[index] - y[index - 1], rightThreshold: y[index] - y[index + 1])
  }

  private func isAllowed(_ found: LocalMaximum) -> Bool {
    if let plateau, !plateau.contains(Double(found.rightEdge - found.leftEdge + 1)) {
      return false
    }
    if let height, !height.contains(found.height) { return false }
    guard let threshold else { return true }
    return min(found.leftThreshold, found.rightThreshold) >= threshold.lowerBound
      && max(found.leftThreshold, found.rightThreshold) <= threshold.upperBound
  }

  /// Takes away what is too near to something higher, from the highest down.
  private func thin(
    _ chosen: inout [Int], _ maxima: [ExtremaScan.Entry], _ y: Lanes, _ distance: Double
  ) {
    let places = chosen.map { Self.maximum(maxima[$0].peak, y).index }
    func place(_ k: Int) -> Int { places[k] }
    // Whole points, rounded up, as far apart as there are points at most.
    let least = Int(min(distance.rounded(.up), Double(y.count)))
    var isKept = [Bool](repeating: true, count: chosen.count)
    let order = chosen.indices.sorted { (y[place($0)], $0) < (y[place($1)], $1) }
    for k in order.reversed() where isKept[k] {
      var other = k - 1
      while other >= 0, place(k) - place(other) < least {
        isKept[other] = false
        other -= 1
      }
      other = k + 1
      while other < chosen.count, place(other) - place(k) < least {
        isKept[other] = false
        other += 1
      }
    }
    chosen = zip(chosen, isKept).filter(\.1).map(\.0)
  }

  private func measure(_ y: Lanes, _ memory: inout Workspace) {
    guard let windowLength else {
      memory.scan.prominences(y, into: &memory.prominences)
      return
    }
    let nothing = LocalMaximum.Prominence(height: 0, leftBase: 0, rightBase: 0)
    memory.prominences = Array(repeating: nothing, count: memory.scan.count)
    for k in memory.chosen {
      let index = Self.maximum(memory.scan.entries[k].peak, y).index
      let first = max(0, index - windowLength / 2)
      let last = min(y.count - 1, index + windowLength / 2)
      var (left, right) = (index, index)
      var i = index
      while i >= first, y[i] <= y[index] {
        if y[i] < y[left] { left = i }
        i -= 1
      }
      i = index
      while i <= last, y[i] <= y[index] {
        if y[i] < y[right] { right = i }
        i += 1
      }
      memory.prominences[k] = .init(
        height: y[index] - max(y[left], y[right]), leftBase: left, rightBase: right)
    }
  }

  private func measure(
    _ found: LocalMaximum, _ prominence: LocalMaximum.Prominence, _ y: Lanes
  ) -> LocalMaximum.Width {
    let level = found.height - prominence.height * relativeHeight
    var i = found.index
    while i > prominence.leftBase, y[i] > level { i -= 1 }
    var left = Double(i)
    if y[i] < level { left += (level - y[i]) / (y[i + 1] - y[i]) }
    i = found.index
    while i < prominence.rightBase, y[i] > level { i += 1 }
    var right = Double(i)
    if y[i] < level { right -= (level - y[i]) / (y[i - 1] - y[i]) }
    return .init(points: right - left, level: level, left: left, right: right)
  }
}
