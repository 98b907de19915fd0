/// Values between the points of an axis, and spectra on each other's axes.
///
/// An axis rises strictly and is finite; nothing is computed outside it.
public enum Interpolation {
  /// Checks that an axis is finite and rises strictly.
  ///
  /// - Throws: `notFinite`, `notIncreasing`.
  public static func requireIncreasing(_ x: [Double], _ what: String = "the axis")
    throws(KernelError)
  {
    try Finite.check(x.span, what)
    for i in x.indices.dropFirst() where !(x[i] > x[i - 1]) {
      throw .notIncreasing(what: what, index: i)
    }
  }

  /// The number of the interval that holds a place: the largest `i` with `x[i] <= place`, at most
  /// `x.count - 2`, at least 0.
  ///
  /// `x` rises strictly and has 2 values at least; the last interval is closed on the right.
  public static func interval(_ x: [Double], holding place: Double) -> Int {
    var (low, high) = (0, x.count - 1)
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if x[middle] <= place { low = middle } else { high = middle }
    }
    return low
  }

  /// The value at one place on the straight line between its neighbours; nil outside the axis.
  ///
  /// At a point of the axis it is that point's value to the bit. `x` rises strictly; `x` and `y` have
  /// equally many values.
  public static func linear(_ x: [Double], _ y: [Double], at place: Double) -> Double? {
    guard let first = x.first, let last = x.last, place >= first, place <= last else { return nil }
    if x.count == 1 { return y[0] }
    return between(x, y, interval(x, holding: place), place)
  }

  /// The values at places in rising order on straight lines between neighbours.
  ///
  /// - Throws: `countsDiffer`, `notFinite`, `notIncreasing`, `tooShort`; `noOverlap` where a place
  ///   lies outside the axis.
  public static func linear(
    _ x: [Double], _ y: [Double], at places: [Double]
  ) throws(KernelError) -> [Double] {
    try check(x, y)
    try requireIncreasing(places, "the new axis")
    guard let first = places.first, let last = places.last else { return [] }
    guard first >= x[0], last <= x[x.count - 1] else {
      throw .noOverlap(first: x[0]...x[x.count - 1], second: first...last)
    }
    var result: [Double] = []
    result.reserveCapacity(places.count)
    var i = 0
    for place in places {
      while i < x.count - 2, x[i + 1] <= place { i += 1 }
      result.append(between(x, y, i, place))
    }
    return result
  }

  /// A spectrum on another axis, as far as the two axes overlap.
  public struct Overlap: Sendable, Hashable {
    /// The indices of the new axis that lie within the old one.
    public var range: Range<Int>
    /// The values at those.
    public var values: [Double]
  }

  /// The values on another axis where it lies within the old one, nowhere else.
  ///
  /// - Throws: `countsDiffer`, `notFinite`, `notIncreasing`, `tooShort`; `noOverlap` where no point of
  ///   the new axis lies within the old one.
  public static func resample(
    _ x: [Double], _ y: [Double], onto axis: [Double]
  ) throws(KernelError) -> Overlap {
    try check(x, y)
    try requireIncreasing(axis, "the new axis")
    guard let lowest = axis.first, let highest = axis.last else {
      throw .tooShort(what: "the new axis", points: 0, needed: 1)
    }
    let (first, last) = (x[0], x[x.count - 1])
    let begin = axis.firstIndex { $0 >= first } ?? axis.count
    let end = (axis.lastIndex { $0 <= last } ?? -1) + 1
    guard begin < end else { throw .noOverlap(first: first...last, second: lowest...highest) }
    return Overlap(range: begin..<end, values: try linear(x, y, at: Array(axis[begin..<end])))
  }

  /// The multiples of `step` that two ranges have in common, in rising order.
  ///
  /// Each is `k * step` for a whole `k`, computed by that one product, so that every spectrum meets
  /// the same grid to the bit.
  ///
  /// - Throws: `noOverlap`; `parameter` for a step that is not above 0 or makes over 10 million points.
  public static func commonGrid(
    _ first: ClosedRange<Double>, _ second: ClosedRange<Double>, step: Double
  ) throws(KernelError) -> [Double] {
    guard step > 0, step.isFinite else {
      throw .parameter(name: "step", value: step, allowed: "above 0")
    }
    let low = max(first.lowerBound, second.lowerBound)
    let high = min(first.upperBound, second.upperBound)
    guard low <= high, low.isFinite, high.isFinite else {
      throw .noOverlap(first: first, second: second)
    }
    let begin = (low / step).rounded(.up)
    let end = (high / step).rounded(.down)
    guard end - begin < 1e7, abs(begin) < 1e15, abs(end) < 1e15 else {
      throw .parameter(name: "step", value: step, allowed: "at most 10 million points")
    }
    let grid = stride(from: begin, through: end, by: 1).map { $0 * step }
      .filter { $0 >= low && $0 <= high }
    guard !grid.isEmpty else { throw .noOverlap(first: first, second: second) }
    return grid
  }

  private static func between(_ x: [Double], _ y: [Double], _ i: Int, _ place: Double) -> Double {
    if place == x[i + 1] { return y[i + 1] }
    let part = (place - x[i]) / (x[i + 1] - x[i])
    return y[i] + (y[i + 1] - y[i]) * part
  }

  private static func check(_ x: [Double], _ y: [Double]) throws(KernelError) {
    guard x.count == y.count else {
      throw .countsDiffer(what: "axis and values", x.count, y.count)
    }
    guard x.count >= 2 else { throw .tooShort(what: "the axis", points: x.count, needed: 2) }
    try requireIncreasing(x)
    try Finite.check(y.span, "the values")
  }
}
