/// Makes spectra ready to be compared: grid, baseline, cut at zero, derivative.
struct VibrationalPreparation: Sendable {
  let search: VibrationalSearch
  let grid: VibrationalGrid
  private let baseline: WhittakerBaseline?
  private let slope: SavitzkyGolay

  init(_ search: VibrationalSearch) throws(VibrationalError) {
    self.search = search
    grid = try VibrationalGrid(search)
    do throws(KernelError) {
      if let smoothness = search.baselineSmoothness {
        baseline = try WhittakerBaseline(
          .reweighted,
          smoothness: WhittakerBaseline.smoothness(smoothness, onStep: search.step))
      } else {
        baseline = nil
      }
      slope = try SavitzkyGolay(
        window: search.derivativeWindow, order: 2, derivative: 1, spacing: search.step)
    } catch { throw .kernel(error) }
  }

  /// A spectrum ready to be compared.
  struct Prepared: Sendable {
    /// One value a point of the grid; 0 outside `spans`.
    var values: [Double]
    /// The contiguous points that were measured.
    var spans: [Range<Int>]
    /// The points between saturated samples, or in a stretch without samples.
    var holes: [Range<Int>]
    /// What the holes come of.
    var flags: [String] = []

    /// The points that can be compared.
    var available: [Range<Int>] { VibrationalGrid.cut(spans, holes) }
  }

  /// Prepares one spectrum.
  func prepare(
    x: [Double], y: [Double], unknown: [Int]
  ) throws(VibrationalError) -> Prepared {
    let sampled = try grid.sample(x: x, y: y, unknown: unknown)
    try look(sampled)
    var prepared = Prepared(
      values: sampled.values, spans: sampled.spans, holes: sampled.holes, flags: sampled.flags)
    for span in sampled.spans {
      guard let baseline, span.count >= 3 else { continue }
      let values = Array(sampled.values[span])
      do throws(KernelError) {
        subtract(try baseline.fit(values).baseline, from: &prepared, span)
      } catch { throw .kernel(error) }
    }
    return try finished(prepared, from: sampled)
  }

  /// Prepares many, their baselines eight side by side; the bits are those of one by one.
  ///
  /// Each has an answer of its own, so that one damaged record does not cost the library.
  func prepare(
    all spectra: [(x: [Double], y: [Double], unknown: [Int])]
  ) -> [Result<Prepared, VibrationalError>] {
    var results = spectra.map { spectrum in
      Result { () throws(VibrationalError) in
        let sampled = try grid.sample(x: spectrum.x, y: spectrum.y, unknown: spectrum.unknown)
        try look(sampled)
        return Half(
          sampled: sampled,
          prepared: Prepared(
            values: sampled.values, spans: sampled.spans, holes: sampled.holes,
            flags: sampled.flags))
      }
    }
    if let baseline { subtractBaselines(baseline, from: &results) }
    return results.map { result in
      result.flatMap { pair in
        Result { () throws(VibrationalError) in try finished(pair.prepared, from: pair.sampled) }
      }
    }
  }

  /// A spectrum on its way.
  private struct Half {
    var sampled: VibrationalGrid.Sampled
    var prepared: Prepared
  }

  private func subtractBaselines(
    _ baseline: WhittakerBaseline, from results: inout [Result<Half, VibrationalError>]
  ) {
    // Spans of equal points go together.
    var (bySpan, order): ([Range<Int>: [Int]], [Range<Int>]) = ([:], [])
    for (index, result) in results.enumerated() {
      guard case .success(let half) = result else { continue }
      for span in half.sampled.spans where span.count >= 3 {
        if bySpan[span] == nil { order.append(span) }
        bySpan[span, default: []].append(index)
      }
    }
    var workspace = WhittakerBaseline.Workspace()
    for span in order {
      // One that failed in an earlier span is not looked at again.
      let members = (bySpan[span] ?? []).compactMap { index -> (index: Int, half: Half)? in
        guard case .success(let half) = results[index] else { return nil }
        return (index, half)
      }
      for begin in stride(from: 0, to: members.count, by: 64) {
        let part = members[begin..<min(members.count, begin + 64)]
        let signals = part.map { Array($0.half.sampled.values[span]) }
        var lines: [Result<[Double], KernelError>]
        do throws(KernelError) {
          lines = try baseline.fit(all: signals, workspace: &workspace)
            .map { .success($0.baseline) }
        } catch {
          // One of them overflows: each for itself tells which.
          lines = signals.map { signal in
            Result { () throws(KernelError) in try baseline.fit(signal).baseline }
          }
        }
        for (member, line) in zip(part, lines) {
          switch line {
          case .success(let line):
            var half = member.half
            subtract(line, from: &half.prepared, span)
            results[member.index] = .success(half)
          case .failure(let error): results[member.index] = .failure(.kernel(error))
          }
        }
      }
    }
  }

  private func subtract(_ line: [Double], from prepared: inout Prepared, _ span: Range<Int>) {
    for (index, level) in zip(span, line) { prepared.values[index] -= level }
  }

  /// Refuses a spectrum that covers too little, or is constant.
  private func look(_ sampled: VibrationalGrid.Sampled) throws(VibrationalError) {
    let available = VibrationalGrid.cut(sampled.spans, sampled.holes)
    try look(overlap: available)
    var (lowest, highest) = (Double.infinity, -Double.infinity)
    for range in available {
      for index in range {
        lowest = min(lowest, sampled.values[index])
        highest = max(highest, sampled.values[index])
      }
    }
    guard lowest < highest else { throw .constant }
  }

  /// Refuses points that are too few of the region.
  func look(overlap: [Range<Int>]) throws(VibrationalError) {
    let fraction = Double(VibrationalGrid.count(overlap)) / Double(grid.places.count)
    guard fraction >= search.leastOverlap else {
      throw .overlap(fraction: fraction, needed: search.leastOverlap)
    }
  }

  private func finished(
    _ prepared: Prepared, from sampled: VibrationalGrid.Sampled
  ) throws(VibrationalError) -> Prepared {
    var prepared = prepared
    if search.clipsBelowZero {
      for index in prepared.values.indices where prepared.values[index] < 0 {
        prepared.values[index] = 0
      }
    }
    // What the rounding of the baseline leaves of a straight line is no spectrum.
    func size(_ values: [Double]) -> Double {
      prepared.available.joined().reduce(0) { max($0, abs(values[$1])) }
    }
    guard size(prepared.values) > 1e-9 * size(sampled.values) else { throw .constant }
    return prepared
  }

  /// The first derivative on each span, and the points where it owes nothing to a saturated sample.
  func derivative(_ prepared: Prepared) throws(VibrationalError) -> Prepared {
    var result = prepared
    for span in prepared.spans {
      guard span.count >= slope.window else {
        result.spans.removeAll { $0 == span }
        continue
      }
      do throws(KernelError) {
        let values = try slope.apply(to: Array(prepared.values[span]))
        for (index, value) in zip(span, values) { result.values[index] = value }
      } catch { throw .kernel(error) }
    }
    let reach = slope.halfWindow
    result.holes = prepared.holes.map { $0.lowerBound - reach..<$0.upperBound + reach }
    return result
  }
}
