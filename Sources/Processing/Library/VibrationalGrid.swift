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
    /// The points between samples that were saturated.
    var holes: [Range<Int>]
  }

  /// Interpolates a spectrum whose axis rises or falls.
  ///
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
    sampled.holes = holes(curve.x, marked)
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
    var holes: [Range<Int>] = []
    for index in marked.sorted() where x.indices.contains(index) {
      let low = index > 0 ? x[index - 1] : -.infinity
      let high = index + 1 < x.count ? x[index + 1] : .infinity
      let begin = places.firstIndex { $0 > low } ?? places.count
      let end = places.firstIndex { $0 >= high } ?? places.count
      guard begin < end else { continue }
      if let before = holes.last, begin <= before.upperBound {
        holes[holes.count - 1] = before.lowerBound..<max(before.upperBound, end)
      } else {
        holes.append(begin..<end)
      }
    }
    return holes
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
