/// Where a band stands, from its upper half.
public enum BandPosition {
  /// The centroid of the band over half of its height, in units of the axis.
  ///
  /// In the window, the straight line between its first and last point is taken off; of the largest
  /// value's surroundings everything over half of it counts, each point with what it has over that
  /// half. With so much as one noisy point the place moves smoothly.
  ///
  /// - Refused: fewer than 5 points in the window, or a largest value at the window's end.
  public static func centroid(
    x: [Double], y: [Double], from low: Double, to high: Double, excluded: Set<Int> = []
  ) throws(SpectrumError) -> Double {
    let window = try SpectrumWindow(
      x: x, y: y, from: low, to: high, needed: 5, excluded: excluded)
    let last = window.x.count - 1
    let slope = (window.y[last] - window.y[0]) / (window.x[last] - window.x[0])
    let over = window.x.indices.map {
      window.y[$0] - (window.y[0] + slope * (window.x[$0] - window.x[0]))
    }
    var top = 0
    for index in over.indices where over[index] > over[top] { top = index }
    guard over[top] > 0, top > 0, top < last else { throw .noBand(from: low, to: high) }
    return centroid(window.x, over, top: top)
  }

  /// The centroid of what stands over half of `over[top]` around it.
  ///
  /// Straight lines between the points; the ends where they cross the half are interpolated, so a
  /// point that comes over it changes nothing suddenly.
  static func centroid(_ x: [Double], _ over: [Double], top: Int) -> Double {
    let half = over[top] / 2
    guard half > 0 else { return x[top] }
    var (weight, moment) = (0.0, 0.0)
    /// One piece from the point `near`, which is over the half, to `far`.
    func add(near: Int, far: Int) {
      let rise = over[near] - half
      let fall = over[far] - half
      var end = x[far]
      var level = fall
      if fall < 0 {
        end = x[near] + (x[far] - x[near]) * (rise / (rise - fall))
        level = 0
      }
      let width = end - x[near]
      // The integral of a straight line, and its moment about the highest point.
      let area = abs(width) * (rise + level) / 2
      guard rise + level > 0 else { return }
      let place = x[near] - x[top] + width * (rise + 2 * level) / (3 * (rise + level))
      weight += area
      moment += area * place
    }
    var index = top
    while index > 0, over[index] >= half {
      add(near: index, far: index - 1)
      index -= 1
    }
    index = top
    while index < over.count - 1, over[index] >= half {
      add(near: index, far: index + 1)
      index += 1
    }
    return weight > 0 ? x[top] + moment / weight : x[top]
  }
}
