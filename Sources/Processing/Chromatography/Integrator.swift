internal import Laboratory

/// Integrates detected peaks by the rules and events of a recipe: pure, the same bits every time.
public struct Integrator: Sendable {
  private let recipe: ChromatographyRecipe

  /// Makes an integrator; refuses a recipe with numbers that mean nothing.
  public init(_ recipe: ChromatographyRecipe) throws(ChromatographyError) {
    try recipe.check()
    self.recipe = recipe
  }

  /// The peaks of a trace whose clusters were detected.
  ///
  /// The clusters' points are numbers of the arrays. Refuses a trace that is not finite or whose times
  /// do not rise. An empty trace has no peaks.
  public func integration(times: [Double], values: [Double], clusters: [DetectedCluster])
    throws(ChromatographyError) -> Integration
  {
    var result = Integration()
    guard !times.isEmpty || !values.isEmpty else { return result }
    try TraceCheck.check(times: times, values: values, for: "an integration")
    for cluster in clusters { try Self.check(cluster, count: times.count) }
    if let range = recipe.noiseRange {
      result.noise = try NoiseReport(times: times, values: values, within: range)
    }
    let needsNegative = clusters.contains(where: \.isNegative)
    let downwards = needsNegative ? values.map { -$0 } : []
    let work = Work(
      recipe: recipe, times: times, values: values, downwards: downwards, noise: result.noise)
    let events = TimedEvents(times: times, events: recipe.events, signal: work.signal)
    var groups = events.applied(
      to: clusters.map { PeakGroup($0, signal: work.signal($0.isNegative)) })
    work.markSolvents(&groups)
    let occupied = groups.map { times[$0.bounds[0]]...times[$0.bounds[$0.bounds.count - 1]] }
    var found = groups.flatMap { work.peaks(of: $0, occupied: occupied) }
    let manual = try recipe.events.filter { $0.kind == .manualPeak }.map {
      (event) throws(ChromatographyError) in
      try work.manualPeak(event, groups: groups, occupied: occupied)
    }
    for index in found.indices {
      let time = found[index].peak.retentionTime
      if manual.contains(where: { $0.peak.start <= time && time <= $0.peak.end }) {
        found[index].rejection = "manual"
      } else {
        found[index].rejection = work.rejection(of: found[index], events)
      }
    }
    found += manual
    found.sort { ($0.peak.retentionTime, $0.peak.start) < ($1.peak.retentionTime, $1.peak.start) }
    for finding in found {
      if let reason = finding.rejection {
        result.rejected.append(Integration.Rejected(peak: finding.peak, reason: reason))
        continue
      }
      var peak = finding.peak
      if let before = result.shapes.last {
        peak.resolution = finding.shape.resolution(from: before)
      }
      result.peaks.append(peak)
      result.shapes.append(finding.shape)
    }
    return result
  }

  /// Refuses clusters whose points are not in order within the trace.
  private static func check(_ cluster: DetectedCluster, count: Int) throws(ChromatographyError) {
    var last = -1
    for peak in cluster.peaks {
      for (name, point) in [("start", peak.start), ("apex", peak.apex), ("end", peak.end)]
      where point < 0 || point >= count {
        throw .parameter(
          name: "peak \(name)", value: Double(point), allowed: "a point of the trace")
      }
      guard peak.start < peak.end, (peak.start...peak.end).contains(peak.apex),
        last < 0 || peak.start == last
      else {
        throw .parameter(
          name: "peak start", value: Double(peak.start), allowed: "in the order of the trace")
      }
      last = peak.end
    }
    guard !cluster.peaks.isEmpty else {
      throw .parameter(name: "peaks of a cluster", value: 0, allowed: "at least 1")
    }
  }
}
