public import Laboratory

/// What comes of a chromatogram while it is recorded.
public enum ChromatogramOutput: Sendable, Hashable {
  /// An apex was passed, s and smoothed signal; for the live view alone.
  case provisionalApex(time: Double, smoothed: Double)
  /// A cluster is over: its peaks as they stand without timed events, each flagged `provisional`.
  case provisional([ChromatographicPeak])
  /// The run is over: the peaks, final.
  case final(Integration)
  /// The run is over and cannot be integrated.
  case failed(ChromatographyError)
}

/// Detection and integration of one signal, live and again.
///
/// State: 16 bytes a point, because a baseline may be asked for anywhere in the run until its end; and
/// the detector's, which does not grow. Provisional peaks are replaced by the final ones, whose bits
/// depend on the points and their order alone.
public struct ChromatogramStage: Stage, Sendable {
  private let recipe: ChromatographyRecipe
  private var detector: PeakDetector
  private var times: [Double] = []
  private var values: [Double] = []
  private var leftOut: [(point: Int, reason: LeftOutPoint)] = []
  private var clusters: [DetectedCluster] = []
  private var count = 0

  /// Makes a stage; refuses a recipe with numbers that mean nothing.
  public init(_ recipe: ChromatographyRecipe) throws(ChromatographyError) {
    try recipe.check()
    self.recipe = recipe
    detector = try PeakDetector(recipe.detection, negative: recipe.negativeStretches)
  }

  /// Takes one point.
  public mutating func step(_ point: TracePoint) -> [ChromatogramOutput] {
    take(point).compactMap { event in
      switch event {
      case .provisionalApex(_, let time, let smoothed):
        return .provisionalApex(time: time, smoothed: smoothed)
      case .cluster(let cluster): return .provisional(provisional(cluster))
      case .leftOut: return nil
      }
    }
  }

  /// Ends the signal and gives the peaks.
  public consuming func finish() -> [ChromatogramOutput] {
    do throws(ChromatographyError) {
      return [.final(try end())]
    } catch {
      return [.failed(error)]
    }
  }

  /// Takes one point and gives what the detector says.
  @discardableResult mutating func take(_ point: TracePoint) -> [DetectorEvent] {
    let events = detector.step(point)
    count += 1
    var isLeftOut = false
    for event in events {
      switch event {
      case .cluster(let cluster): clusters.append(inKeptPoints(cluster))
      case .leftOut(let number, let reason):
        leftOut.append((number, reason))
        isLeftOut = true
      case .provisionalApex: break
      }
    }
    if !isLeftOut {
      times.append(point.time)
      values.append(point.value)
    }
    return events
  }

  /// Ends the signal.
  consuming func end() throws(ChromatographyError) -> Integration {
    for case .cluster(let cluster) in detector.end() { clusters.append(inKeptPoints(cluster)) }
    var integration = try Integrator(recipe).integration(
      times: times, values: values, clusters: clusters)
    for (point, reason) in leftOut { integration.leftOut[point] = reason }
    integration.blind = detector.blind
    return integration
  }

  private func provisional(_ cluster: DetectedCluster) -> [ChromatographicPeak] {
    var plain = recipe
    plain.events = []
    plain.noiseRange = nil
    // Only the cluster's points and their neighbours are looked at, so that a peak costs the same
    // however long the run is.
    let kept = inKeptPoints(cluster)
    let first = kept.peaks[0].start
    let margin = max(1, cluster.halfWindow)
    let from = max(0, first - margin)
    let to = min(times.count, kept.peaks[kept.peaks.count - 1].end + margin + 1)
    var part = kept
    part.peaks = kept.peaks.map {
      DetectedPeak(start: $0.start - from, apex: $0.apex - from, end: $0.end - from)
    }
    let integration = try? Integrator(plain).integration(
      times: Array(times[from..<to]), values: Array(values[from..<to]), clusters: [part])
    return (integration?.peaks ?? []).map { peak in
      var peak = peak
      peak.flags.append("provisional")
      return peak
    }
  }

  /// The cluster with numbers that count only the points kept.
  private func inKeptPoints(_ cluster: DetectedCluster) -> DetectedCluster {
    guard !leftOut.isEmpty else { return cluster }
    func kept(_ number: Int) -> Int { number - leftOut.count { $0.point < number } }
    var cluster = cluster
    cluster.peaks = cluster.peaks.map {
      DetectedPeak(start: kept($0.start), apex: kept($0.apex), end: kept($0.end))
    }
    return cluster
  }
}
