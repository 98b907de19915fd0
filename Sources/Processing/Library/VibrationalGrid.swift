/// The points at which spectra are compared: whole multiples of the step within the regions.
struct VibrationalGrid: Sendable {
  /// The places of all regions, rising.
  let places: [Double]
  /// The points of each region.
  let regions: [Range<Int>]
  private let search: VibrationalSearch

  init(_ search: VibrationalSearch) throws(VibrationalError) {
    try search.check()
    self.search = search
    var (places, regions): ([Double], [Range<Int>]) = ([], [])
    for region in search.regions {
      let begin = places.count
      do throws(KernelError) {
        places += try Interpolation.commonGrid(
          region.from...region.to, region.from...region.to, step: search.step)
      } catch { throw .kernel(error) }
      regions.append(begin..<places.count)
    }
    self.places = places
    self.regions = regions
  }

  /// A spectrum on the grid, before the baseline is taken off.
  struct Sampled {
    /// One value a point of the grid; 0 where nothing was measured.
    var values: [Double]
    /// The points that lie within the spectrum, region by region.
    var spans: [Range<Int>]
    /// The points between samples that were saturated, or too far apart; rising.
    var holes: [Range<Int>]
    /// What the holes come of (`saturated-in-region`, `gap-in-region`).
    var flags: [String] = []
  }

  /// Samples further apart than so many of the spectrum's usual steps and of the grid's are a gap.
  static let longestStep = 8.0

  /// Interpolates a spectrum whose axis rises or falls.
  ///
  /// A stretch without samples, longer than eight median steps of the spectrum and eight of the grid,
  /// is a hole: a straight line across it is no measurement.
  /// - `unknown`: samples whose value is not known; they are bridged, and the points beside them are
  ///   holes.
  func sample(
    x: [Double], y: [Double], unknown: [Int]
  ) throws(VibrationalError) -> Sampled {
    let curve: (x: [Double], y: [Double], isReversed: Bool)
    var y = y
    // What is not known may be no number.
    for index in unknown where y.indices.contains(index) { y[index] = 0 }
    do throws(SpectrumError) {
      curve = try SpectrumInput.rising(x, y, needed: 4)
    } catch { throw .spectrum(error) }
    let last = curve.x.count - 1
    let marked = Set(unknown.map { curve.isReversed ? last - $0 : $0 })
    let known = curve.x.indices.filter { !marked.contains($0) }
    guard known.count >= 4, let first = known.first, let end = known.last else {
      throw .spectrum(.tooFewPoints(what: "spectrum", count: known.count, needed: 4))
    }
    let (from, to) = (curve.x[first], curve.x[end])
    let spans = regions.map { region in
      let begin = region.first { places[$0] >= from } ?? region.upperBound
      let stop = (region.last { places[$0] <= to } ?? begin - 1) + 1
      return begin..<max(begin, stop)
    }.filter { !$0.isEmpty }
    var sampled = Sampled(
      values: [Double](repeating: 0, count: places.count), spans: spans, holes: [])
    try fill(&sampled, known.map { curve.x[$0] }, known.map { curve.y[$0] })
    let (saturated, gaps) = (holes(curve.x, marked), gaps(curve.x))
    sampled.holes = Self.united(saturated + gaps)
    if !saturated.isEmpty { sampled.flags.append("saturated-in-region") }
    if !gaps.isEmpty { sampled.flags.append("gap-in-region") }
    return sampled
  }

  private func fill(
    _ sampled: inout Sampled, _ x: [Double], _ y: [Double]
  ) throws(VibrationalError) {
    do throws(KernelError) {
      let spline =
        search.curve == .cubic ? try CubicSpline(x, y, ends: .notAKnot) : nil
      for span in sampled.spans {
        if let spline {
          for index in span { sampled.values[index] = spline.value(at: places[index]) ?? 0 }
        } else {
          let values = try Interpolation.linear(x, y, at: Array(places[span]))
          for (index, value) in zip(span, values) { sampled.values[index] = value }
        }
      }
    } catch { throw .kernel(error) }
    for index in sampled.values.indices where !sampled.values[index].isFinite {
      throw .spectrum(.notFinite(what: "interpolated spectrum", index: index))
    }
  }

  /// The points of the grid that lie between the neighbours of unknown samples.
  private func holes(_ x: [Double], _ marked: Set<Int>) -> [Range<Int>] {
    marked.filter(x.indices.contains).compactMap { index in
      points(
        above: index > 0 ? x[index - 1] : -.infinity,
        below: index + 1 < x.count ? x[index + 1] : .infinity)
    }
  }

  /// The points of the grid that lie in long stretches without samples.
  private func gaps(_ x: [Double]) -> [Range<Int>] {
    let steps = zip(x, x.dropFirst()).map { $1 - $0 }
    guard !steps.isEmpty else { return [] }
    let usual = steps.sorted()[(steps.count - 1) / 2]
    let longest = Self.longestStep * max(usual, search.step) * (1 + 1e-9)
    return steps.indices.filter { steps[$0] > longest }.compactMap {
      points(above: x[$0], below: x[$0 + 1])
    }
  }

  /// The points strictly between two places; none where there is none.
  private func points(above low: Double, below high: Double) -> Range<Int>? {
    let begin = places.firstIndex { $0 > low } ?? places.count
    let end = places.firstIndex { $0 >= high } ?? places.count
    return begin < end ? begin..<end : nil
  }

  /// The ranges in rising order, those that meet as one.
  private static func united(_ ranges: [Range<Int>]) -> [Range<Int>] {
    var united: [Range<Int>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = united.last, range.lowerBound <= last.upperBound {
        united[united.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        united.append(range)
      }
    }
    return united
  }

  // MARK: - Ranges of points

  /// The ranges without the holes.
  static func cut(_ ranges: [Range<Int>], _ holes: [Range<Int>]) -> [Range<Int>] {
    var rest = ranges
    for hole in holes {
      rest = rest.flatMap { range -> [Range<Int>] in
        guard range.overlaps(hole) else { return [range] }
        return [
          range.lowerBound..<max(range.lowerBound, hole.lowerBound),
          min(range.upperBound, hole.upperBound)..<range.upperBound,
        ].filter { !$0.isEmpty }
      }
    }
    return rest
  }

  /// What two rising lists of ranges have in common.
  static func common(_ left: [Range<Int>], _ right: [Range<Int>]) -> [Range<Int>] {
    var (result, i, j): ([Range<Int>], Int, Int) = ([], 0, 0)
    while i < left.count, j < right.count {
      let begin = max(left[i].lowerBound, right[j].lowerBound)
      let end = min(left[i].upperBound, right[j].upperBound)
      if begin < end { result.append(begin..<end) }
      if left[i].upperBound < right[j].upperBound { i += 1 } else { j += 1 }
    }
    return result
  }

  /// How many points there are in ranges.
  static func count(_ ranges: [Range<Int>]) -> Int { ranges.reduce(0) { $0 + $1.count } }
}
