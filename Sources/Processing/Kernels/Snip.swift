internal import Foundation

/// A line below peaks by clipping: each point is cut to the mean of its neighbours at growing or
/// falling distance.
///
/// C. G. Ryan and others, Nucl. Instrum. Methods B 34 (1988) 396; M. Morhac 2009. For each distance
/// `p`, all points at once: `v[i] = min(v[i], (v[i-p] + v[i+p]) / 2)`. Before that the signal is
/// lengthened at both ends by the least-squares line through its first and last `halfWidth` points.
public struct Snip: Sendable, Hashable {
  /// The order of the distances.
  public enum Direction: Sendable, Hashable {
    /// From the half width down to 1: smoother.
    case decreasing
    /// From 1 up to the half width.
    case increasing
  }

  /// Memory that is kept from call to call; one a thread.
  public struct Workspace: Sendable {
    var memory: [Double] = []

    /// Makes an empty one, which grows with the first call.
    public init() {}
  }

  /// The largest distance, in points: about half of the widest peak's base.
  public let halfWidth: Int
  /// The order of the distances.
  public let direction: Direction
  /// Whether it works on `log(log(sqrt(y + 1) + 1) + 1)`, for counts over many decades; values below
  /// 0 are then taken as 0.
  public let isTransformed: Bool

  /// Describes a clipping.
  ///
  /// - Throws: `parameter` for a half width below 1 or above 1 million.
  public init(
    halfWidth: Int, direction: Direction = .decreasing, isTransformed: Bool = false
  ) throws(KernelError) {
    guard (1...1_000_000).contains(halfWidth) else {
      throw .parameter(name: "half width", value: Double(halfWidth), allowed: "1 to 1000000")
    }
    self.halfWidth = halfWidth
    self.direction = direction
    self.isTransformed = isTransformed
  }

  /// The baseline, one value a point.
  ///
  /// - Throws: `tooShort` for fewer than `2 halfWidth + 1` points, `notFinite`, `overflow`.
  public func fit(_ y: [Double]) throws(KernelError) -> [Double] {
    var workspace = Workspace()
    var line = [Double](repeating: 0, count: y.count)
    var target = line.mutableSpan
    try fit(y.span, into: &target, workspace: &workspace)
    return line
  }

  /// Writes the baseline to memory of the caller; allocates nothing once the workspace has grown.
  ///
  /// - Throws: `countsDiffer`, `tooShort` for fewer than `2 halfWidth + 1` points, `notFinite`,
  ///   `overflow`.
  public func fit(
    _ y: Span<Double>, into line: inout MutableSpan<Double>, workspace: inout Workspace
  ) throws(KernelError) {
    let (n, m) = (y.count, halfWidth)
    guard line.count == n else {
      throw .countsDiffer(what: "signal and baseline", n, line.count)
    }
    guard n >= 2 * m + 1 else {
      throw .tooShort(what: "clipping", points: n, needed: 2 * m + 1)
    }
    try Finite.check(y, "the signal")
    let length = n + 2 * m
    if workspace.memory.count < 2 * length {
      workspace.memory = [Double](repeating: 0, count: 2 * length)
    }
    line.withMutableLanes { line in
      y.withLanes { y in
        workspace.memory.withMutableLanes { memory in
          var (from, to) = (memory.part(0, length), memory.part(length, length))
          for i in 0..<n { from[m + i] = isTransformed ? Self.forth(y[i]) : y[i] }
          lengthen(from)
          for step in 1...m {
            clip(from, to, direction == .increasing ? step : m + 1 - step)
            swap(&from, &to)
          }
          for i in 0..<n { line[i] = isTransformed ? Self.back(from[m + i]) : from[m + i] }
        }
      }
    }
    guard Finite.firstBad(line.span) == nil else { throw .overflow(what: "the baseline") }
  }

  /// Fills both ends from lines through the points beside them.
  private func lengthen(_ v: MutableLanes) {
    let m = halfWidth
    for (first, target) in [(m, 0), (v.count - 2 * m, v.count - m)] {
      // About the middle of the points, so that level and slope are independent.
      let middle = Double(m - 1) / 2
      var (level, slope, squares) = (0.0, 0.0, 0.0)
      for k in 0..<m {
        let x = Double(k) - middle
        level += v[first + k]
        slope += x * v[first + k]
        squares += x * x
      }
      level /= Double(m)
      slope = m > 1 ? slope / squares : 0
      for k in 0..<m {
        v[target + k] = level + slope * (Double(target + k - first) - middle)
      }
    }
  }

  /// One distance, from the values of the one before.
  private func clip(_ from: MutableLanes, _ to: MutableLanes, _ p: Int) {
    let end = from.count - p
    for i in 0..<p {
      to[i] = from[i]
      to[end + i] = from[end + i]
    }
    var i = p
    let half = Eight(repeating: 0.5)
    while i + 8 <= end {
      let mean = (from.eight(at: i - p) + from.eight(at: i + p)) * half
      let old = from.eight(at: i)
      to.set(old.replacing(with: mean, where: mean .< old), at: i)
      i += 8
    }
    while i < end {
      let mean = (from[i - p] + from[i + p]) * 0.5
      to[i] = mean < from[i] ? mean : from[i]
      i += 1
    }
  }

  private static func forth(_ y: Double) -> Double {
    log(log((max(0, y) + 1).squareRoot() + 1) + 1)
  }

  private static func back(_ v: Double) -> Double {
    let root = exp(exp(v) - 1) - 1
    return root * root - 1
  }
}
