/// Centroids of well-resolved profile spectra: the maximum of a natural cubic spline through each peak.
///
/// The choice of points is that of OpenMS `PeakPickerHiRes` with its defaults, so that results agree:
/// a point higher than both neighbours, which are not 0 and not farther than 1.5 spacings; from there
/// down both sides while the signal does not rise, at most one gap of 1.5 to 4 spacings included, up to
/// and including the first 0. A peak between two higher ones two points away is ringing and left out. Of
/// a spline with its maximum between the neighbours the place is exact (OpenMS halves down to 1e-6).
public struct SplineCentroids: Sendable, Hashable {
  /// Below what height over the local noise a point does not count; 0 asks for no noise.
  public let signalToNoise: Double

  /// Memory that is kept from call to call; one a thread.
  public struct Workspace: Sendable {
    var spline: [Double] = []

    /// Makes an empty one, which grows with the first call.
    public init() {}
  }

  /// Describes the picking.
  ///
  /// - Throws: `parameter` for a ratio below 0.
  public init(signalToNoise: Double = 0) throws(KernelError) {
    guard signalToNoise >= 0, signalToNoise.isFinite else {
      throw .parameter(
        name: "signal to noise", value: signalToNoise, allowed: "0 or more")
    }
    self.signalToNoise = signalToNoise
  }

  /// The centroids, in rising order; the two first and two last points are never one's top.
  ///
  /// - Throws: `countsDiffer`, `notFinite`, `notIncreasing`.
  public func pick(_ x: [Double], _ y: [Double]) throws(KernelError) -> [Centroid] {
    var workspace = Workspace()
    return try pick(x.span, y.span, workspace: &workspace)
  }

  /// The same with memory that is kept; besides that only the result is allocated.
  ///
  /// - Throws: `countsDiffer`, `notFinite`, `notIncreasing`.
  public func pick(
    _ x: Span<Double>, _ y: Span<Double>, workspace: inout Workspace
  ) throws(KernelError) -> [Centroid] {
    guard x.count == y.count else {
      throw .countsDiffer(what: "axis and spectrum", x.count, y.count)
    }
    try Finite.check(x, "the axis")
    try Finite.check(y, "the spectrum")
    if let index = Finite.firstNotRising(x) {
      throw .notIncreasing(what: "the axis", index: index)
    }
    guard y.count >= 5 else { return [] }
    let ratio = signalToNoise
    return x.withLanes { x in
      y.withLanes { y in
        let noise = ratio > 0 ? MedianNoise().estimate(x, y) : []
        return noise.withLanes { noise in
          Picking(x: x, y: y, noise: noise, ratio: ratio).run(&workspace.spline)
        }
      }
    }
  }
}

/// One spectrum being picked.
private struct Picking {
  /// A neighbour is at most so many spacings away.
  static let near = 1.5
  /// A gap is at most so many spacings wide.
  static let gap = 4.0
  /// The points beyond a gap or below the noise that a side may have.
  static let missing = 1

  let x: Lanes
  let y: Lanes
  let noise: Lanes
  let ratio: Double

  @inline(__always)
  func isAboveNoise(_ i: Int) -> Bool { ratio == 0 || y[i] / noise[i] >= ratio }

  func run(_ memory: inout [Double]) -> [Centroid] {
    var found: [Centroid] = []
    var i = 2
    while i < x.count - 2 {
      if y[i] > y[i - 1], y[i] > y[i + 1], let peak = peak(at: i, &memory) {
        found.append(peak)
        i = peak.last
      }
      i += 1
    }
    return found
  }

  @inline(__always)
  private func peak(at i: Int, _ memory: inout [Double]) -> Centroid? {
    guard y[i - 1] != 0, y[i + 1] != 0 else { return nil }
    let (left, right) = (x[i] - x[i - 1], x[i + 1] - x[i])
    let spacing = min(left, right)
    guard left < Self.near * spacing, right < Self.near * spacing, isAboveNoise(i),
      isAboveNoise(i - 1), isAboveNoise(i + 1)
    else { return nil }
    if y[i - 1] < y[i - 2], y[i + 1] < y[i + 2], x[i - 1] - x[i - 2] < Self.near * spacing,
      x[i + 2] - x[i + 1] < Self.near * spacing, isAboveNoise(i - 2), isAboveNoise(i + 2)
    {
      return nil
    }
    let first = side(from: i - 1, by: -1, spacing)
    let last = side(from: i + 1, by: 1, spacing)
    let curve = curvatures(first.points, last.points, i, &memory)
    let (place, height) = top(i, curve)
    return Centroid(
      place: place, height: height, area: 0, first: first.points, last: last.reached, apex: i,
      isFlat: false)
  }

  /// Walks down one side: the last point that belongs to the peak, and the last looked at.
  @inline(__always)
  private func side(from start: Int, by step: Int, _ spacing: Double) -> (
    points: Int, reached: Int
  ) {
    var (points, reached, missing) = (start, start, 0)
    while missing <= Self.missing, y[reached] != 0 || reached == start {
      let next = reached + step
      guard next >= 0, next < x.count, y[next] <= y[points] else { break }
      let distance = step < 0 ? x[points] - x[next] : x[next] - x[points]
      guard distance < Self.gap * spacing else { break }
      if !(distance < Self.near * spacing && isAboveNoise(next)) { missing += 1 }
      if missing <= Self.missing { points = next }
      reached = next
    }
    return (points, reached)
  }

  /// The second derivatives at the highest point and its neighbours of the natural spline through
  /// the points from `first` to `last`.
  @inline(__always)
  private func curvatures(_ first: Int, _ last: Int, _ apex: Int, _ memory: inout [Double]) -> (
    Double, Double, Double
  ) {
    let inner = last - first - 1
    if memory.count < 2 * (inner + 2) {
      memory = [Double](repeating: 0, count: 4 * (inner + 2))
    }
    return memory.withMutableLanes { memory in
      // Elimination from the first point on: factors in the even places, right sides in the odd.
      var (factor, side) = (0.0, 0.0)
      var (h, chord) = (x[first + 1] - x[first], 0.0)
      chord = (y[first + 1] - y[first]) / h
      for k in 1...inner {
        let i = first + k
        let nextH = x[i + 1] - x[i]
        let nextChord = (y[i + 1] - y[i]) / nextH
        let pivot = 1 / (2 * (h + nextH) - h * factor)
        factor = nextH * pivot
        side = (6 * (nextChord - chord) - h * side) * pivot
        memory[2 * k] = factor
        memory[2 * k + 1] = side
        (h, chord) = (nextH, nextChord)
      }
      var (behind, at, before) = (0.0, 0.0, 0.0)
      // The last point has no curvature; back to the neighbour before the highest point.
      var value = 0.0
      let stop = apex - 1 - first
      if last == apex + 1 { behind = 0 }
      for k in stride(from: inner, through: max(1, stop), by: -1) {
        value = memory[2 * k + 1] - memory[2 * k] * value
        if first + k == apex + 1 { behind = value }
        if first + k == apex { at = value }
        if first + k == apex - 1 { before = value }
      }
      return (before, at, behind)
    }
  }

  /// The highest place of the spline between the neighbours of the highest point.
  @inline(__always)
  private func top(_ i: Int, _ curve: (before: Double, at: Double, behind: Double)) -> (
    Double, Double
  ) {
    let (left, right) = (x[i] - x[i - 1], x[i + 1] - x[i])
    let leftChord = (y[i] - y[i - 1]) / left
    let slope = leftChord + left * (2 * curve.at + curve.before) / 6
    // From the highest point the curve rises to one side: there the slope meets 0 once, when it falls
    // towards the neighbour.
    let isRight = slope > 0
    let h = isRight ? right : left
    // Seen from the highest point in the direction of the rise; slope and its changes per length.
    let steep = abs(slope)
    let bend = curve.at
    let change = ((isRight ? curve.behind : curve.before) - bend) / h
    let t = Self.crossing(steep, bend, change / 2, h)
    let height = y[i] + t * (steep + t * (bend / 2 + t * (change / 6)))
    let place = isRight ? x[i] + t : x[i] - t
    guard bend > 0 else { return (place, height) }
    // Bent upwards at its highest point, as between points of very different distance: the curve may
    // have a second top on the falling side.
    let other = isRight ? left : right
    let otherChange = ((isRight ? curve.before : curve.behind) - bend) / other
    let root = bend * bend + 2 * otherChange * steep
    guard otherChange < 0, root > 0 else { return (place, height) }
    let u = (-bend - root.squareRoot()) / otherChange
    let second = y[i] + u * (-steep + u * (bend / 2 + u * (otherChange / 6)))
    guard u < other, second > height else { return (place, height) }
    return (isRight ? x[i] - u : x[i] + u, second)
  }

  /// The first place from 0 to `end` where `slope + bend t + half t^2` is 0; `end` where it is not.
  @inline(__always)
  private static func crossing(
    _ slope: Double, _ bend: Double, _ half: Double, _ end: Double
  ) -> Double {
    if slope == 0 { return 0 }
    let root = bend * bend - 4 * half * slope
    guard root >= 0 else { return end }
    // The form without loss of digits; `slope` is above 0, so is the wanted root.
    let t: Double
    if bend <= 0 {
      t = 2 * slope / (root.squareRoot() - bend)
    } else {
      t = half < 0 ? (-bend - root.squareRoot()) / (2 * half) : end
    }
    return t > 0 && t < end ? t : end
  }
}
