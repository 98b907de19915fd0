public import Laboratory

/// What a band holds above a straight line between two places: for quantitation by one band.
///
/// Window and end rule are part of the method: another choice is another number.
public struct BandMeasure: Sendable, Hashable {
  /// Where the straight line stands on the spectrum.
  public enum Ends: String, Sendable, Hashable, Codable {
    /// At the window's ends, the spectrum interpolated there; ours unless a method says otherwise.
    case interpolated
    /// At the first and last sample inside the window.
    case firstAndLastInside = "first_and_last_inside"
    /// At the samples nearest to the window's ends, inside or outside.
    case nearestSample = "nearest_sample"
  }

  /// Where the line begins, in units of the axis.
  public var from: Double
  /// Where the line ends.
  public var to: Double
  /// The spectrum at the beginning of the line.
  public var levelFrom: Double
  /// The spectrum at the end of the line.
  public var levelTo: Double
  /// The area above the line by trapezoids; parts below the line count as negative.
  public var area: Double
  /// The largest distance of a sample above the line; an interpolated end is no sample.
  public var height: Double
  /// Where that sample stands.
  public var maximumAt: Double
  /// The centroid above half of the height.
  public var centroid: Double
  /// What was done.
  public var step: ProcessingStep

  /// Measures the band between `low` and `high`.
  ///
  /// - Refused: a window that is not wholly on the axis, or with fewer than 3 samples in it.
  public static func measure(
    x: [Double], y: [Double], from low: Double, to high: Double, ends: Ends = .interpolated
  ) throws(SpectrumError) -> BandMeasure {
    let curve = try SpectrumInput.rising(x, y, needed: 3)
    guard low.isFinite, high.isFinite, low < high, low >= curve.x[0],
      high <= curve.x[curve.x.count - 1]
    else {
      throw .windowOutside(
        from: low, to: high, axisFrom: curve.x[0], axisTo: curve.x[curve.x.count - 1])
    }
    let (xs, ys) = points(curve.x, curve.y, low, high, ends)
    guard xs.count >= 3 else { throw .tooFewPoints(what: "window", count: xs.count, needed: 3) }
    let last = xs.count - 1
    let slope = (ys[last] - ys[0]) / (xs[last] - xs[0])
    let over = xs.indices.map { ys[$0] - (ys[0] + slope * (xs[$0] - xs[0])) }
    var area = 0.0
    for index in 1...last {
      area += (over[index] + over[index - 1]) / 2 * (xs[index] - xs[index - 1])
    }
    // Both ends lie on the line, so the highest sample is one of those between them.
    var top = 1
    for index in 1..<last where over[index] > over[top] { top = index }
    var measure = BandMeasure(
      from: xs[0], to: xs[last], levelFrom: ys[0], levelTo: ys[last], area: area,
      height: over[top], maximumAt: xs[top],
      centroid: BandPosition.centroid(xs, over, top: top),
      step: ProcessingStep("band", .done, ""))
    measure.step = ProcessingStep(
      "band", .done, "above the straight line between its ends (\(ends.rawValue))",
      numbers: [
        "from": measure.from, "to": measure.to, "level_from": measure.levelFrom,
        "level_to": measure.levelTo, "area": area, "height": measure.height,
        "maximum_at": measure.maximumAt, "window_from": low, "window_to": high,
      ])
    return measure
  }

  private static func points(
    _ x: [Double], _ y: [Double], _ low: Double, _ high: Double, _ ends: Ends
  ) -> ([Double], [Double]) {
    func nearest(_ place: Double) -> Int {
      var best = 0
      for index in x.indices where abs(x[index] - place) < abs(x[best] - place) { best = index }
      return best
    }
    switch ends {
    case .interpolated:
      let inside = x.indices.filter { x[$0] > low && x[$0] < high }
      func value(_ place: Double) -> Double { Interpolation.linear(x, y, at: place) ?? .nan }
      return (
        [low] + inside.map { x[$0] } + [high],
        [value(low)] + inside.map { y[$0] } + [value(high)]
      )
    case .firstAndLastInside:
      let inside = x.indices.filter { x[$0] >= low && x[$0] <= high }
      return (inside.map { x[$0] }, inside.map { y[$0] })
    case .nearestSample:
      let (first, last) = (nearest(low), nearest(high))
      return (Array(x[first...last]), Array(y[first...last]))
    }
  }
}
