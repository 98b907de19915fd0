internal import Laboratory

/// Peaks on one baseline while the rules work on it; all in points of the trace, upwards.
struct PeakGroup {
  /// One peak.
  struct Member {
    /// Its largest raw sample.
    var apex: Int
    /// The letters of its code.
    var startLetter: Character = "B"
    /// The second one.
    var endLetter: Character = "B"
    /// What must be known of it.
    var flags: [String] = []
  }

  /// The peaks in the order of time.
  var members: [Member]
  /// Their limits: peak `i` lies from `bounds[i]` to `bounds[i + 1]`.
  var bounds: [Int]
  /// Whether the peaks point downwards.
  var isNegative: Bool
  /// The noise around the smoothed signal before it.
  var residualNoise: Double
  /// The half window of the filter, points.
  var halfWindow: Int
  /// The level of a horizontal baseline, upwards, where one is held.
  var heldLevel: Double?
  /// Which peak is the solvent's.
  var solvent: Set<Int> = []
  /// The baseline, upwards.
  var baseline: [BaselinePoint] = []

  /// 1 or, for peaks that point downwards, -1.
  var sign: Double { isNegative ? -1 : 1 }

  /// Makes a group of a detected cluster; `signal` points upwards.
  init(_ cluster: DetectedCluster, signal: [Double]) {
    bounds = [cluster.peaks[0].start] + cluster.peaks.map(\.end)
    members = cluster.peaks.map { peak in
      let from = max(peak.start, peak.apex - cluster.halfWindow)
      let to = min(peak.end, peak.apex + cluster.halfWindow)
      return Member(apex: Self.largest(in: from...max(from, to), of: signal))
    }
    isNegative = cluster.isNegative
    residualNoise = cluster.residualNoise
    halfWindow = cluster.halfWindow
    if cluster.isClipped { for index in members.indices { members[index].flags = ["clipped"] } }
  }

  /// The largest sample, the first on ties.
  static func largest(in range: ClosedRange<Int>, of signal: [Double]) -> Int {
    var best = range.lowerBound
    for index in range where signal[index] > signal[best] { best = index }
    return best
  }

  /// A group of some of its peaks.
  func part(_ range: Range<Int>) -> PeakGroup {
    var part = self
    part.members = Array(members[range])
    part.bounds = Array(bounds[range.lowerBound...range.upperBound])
    part.solvent = []
    return part
  }

  /// Splits the peak that the point lies within; gives the number of the bound that is there now.
  ///
  /// A valley nearer than the half window of the filter is moved there instead, so that no sliver is
  /// left between. None where the point lies outside the group or is its first or last.
  mutating func split(at point: Int, signal: [Double]) -> Int? {
    guard let first = bounds.first, let last = bounds.last, point > first, point < last else {
      return nil
    }
    if let bound = valley(near: point) {
      bounds[bound] = point
      return bound
    }
    guard let index = members.indices.last(where: { bounds[$0] < point }) else { return nil }
    var (left, right) = (members[index], members[index])
    left.apex = Self.largest(in: bounds[index]...point, of: signal)
    right.apex = Self.largest(in: point...bounds[index + 1], of: signal)
    left.flags.append("split")
    right.flags.append("split")
    members.replaceSubrange(index...index, with: [left, right])
    bounds.insert(point, at: index + 1)
    return index + 1
  }

  /// The nearest inner bound within the half window, if its peaks' apexes stay on their sides.
  private func valley(near point: Int) -> Int? {
    let inner = (1..<max(1, bounds.count - 1)).filter { bound in
      abs(bounds[bound] - point) <= halfWindow && members[bound - 1].apex < point
        && point < members[bound].apex
    }
    return inner.min { abs(bounds[$0] - point) < abs(bounds[$1] - point) }
  }
}
