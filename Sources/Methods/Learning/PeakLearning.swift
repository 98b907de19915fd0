internal import Instruments
internal import Laboratory
internal import Processing

/// Learns what a chromatographic method needs from the peaks of runs.
struct PeakLearning {
  /// How many peaks become substances where a person names none.
  static let mostUnnamed = 10

  let signal: SignalDefinition
  let runs: [LearningRun]
  let targets: [LearningTarget]
  /// How the spectra at apexes are made.
  let identity: PeakIdentity

  /// One run with the peaks of its first signal.
  private struct Looked {
    var name: String
    var measurement: Measurement
    var peaks: [ChromatographicPeak]
  }

  /// Finds what the runs show; throws where they have no such signal, or no peaks.
  func facts() throws(MethodError) -> LearnedFacts {
    var width = signal.detection?.expectedWidth ?? 4
    var (looked, widths): ([Looked], [Double]) = ([], [])
    // A width that is far off finds half of a peak, or two as one: what it finds tells a better one.
    for _ in 0..<4 {
      looked = []
      for run in runs { looked.append(try look(run, width)) }
      widths = looked.flatMap(\.peaks).filter { ($0.signalToNoise ?? 0) >= 10 }
        .sorted { $0.area > $1.area }.prefix(30).compactMap(\.widthAtHalf)
      guard let found = median(widths) else { break }
      let isNear = found < 1.3 * width && found > width / 1.3
      width = found
      if isNear { break }
    }
    guard let found = median(widths) else {
      throw nothing("no peak of the runs stands ten times above its noise")
    }
    var analytes: [LearnedAnalyte] = []
    for target in targets.isEmpty ? unnamed(looked) : targets {
      analytes.append(try analyte(target, looked, found))
    }
    return LearnedFacts(
      expectedWidth: found, peakCount: widths.count, minimumHeight: leastHeight(looked),
      analytes: analytes, runs: runs.map(\.name))
  }

  private func look(_ run: LearningRun, _ width: Double) throws(MethodError) -> Looked {
    guard let trace = trace(of: run.measurement) else {
      throw nothing("\(run.name) has no signal '\(signal.name)' and no mass scans")
    }
    var rules = signal.integration
    (rules.minimumHeight, rules.minimumArea, rules.minimumSignalToNoise) = (0, 0, 3)
    var detection = signal.detection ?? PeakDetection(expectedWidth: width)
    detection.expectedWidth = width
    let recipe = ChromatographyRecipe(detection: detection, rules: rules, events: signal.events)
    do {
      return Looked(
        name: run.name, measurement: run.measurement,
        peaks: try recipe.integration(of: trace).peaks.filter { $0.height > 0 })
    } catch {
      throw nothing("\(run.name): \(error.failure.what)")
    }
  }

  /// The signal in which peaks are looked for: an ion alone does not show what else is there.
  private func trace(of measurement: Measurement) -> Trace? {
    if case .trace(let name) = signal.source {
      return measurement.traces.first { name == "first" || $0.name == name }
    }
    guard let scans = measurement.massScans else { return nil }
    let name = signal.source == .basePeak ? "base_peak" : "tic"
    return (try? scans.traces(of: []))?.traces.first { $0.name == name }
  }

  /// The largest peaks of the first run, in the order of their times.
  private func unnamed(_ looked: [Looked]) -> [LearningTarget] {
    guard let first = looked.first else { return [] }
    return first.peaks.filter { ($0.signalToNoise ?? 0) >= 10 }
      .sorted { $0.area > $1.area }.prefix(Self.mostUnnamed)
      .map(\.retentionTime).sorted()
      .map { LearningTarget(name: "Peak at \(rounded($0, 0.1).short) s", time: $0) }
  }

  private func analyte(
    _ target: LearningTarget, _ looked: [Looked], _ width: Double
  ) throws(MethodError) -> LearnedAnalyte {
    let reach = max(5 * width, 3)
    var seen: [(run: Looked, peak: ChromatographicPeak)] = []
    for run in looked {
      // The highest near by: a shoulder that happens to be nearer is not meant.
      let near = run.peaks.filter { abs($0.retentionTime - target.time) <= reach }
      if let peak = near.max(by: { $0.height < $1.height }) { seen.append((run, peak)) }
    }
    guard let best = seen.max(by: { $0.peak.area < $1.peak.area }) else {
      throw nothing(
        "no run has a peak within \(rounded(reach, 0.1).short) s of \(target.time.short) s, "
          + "where '\(target.name)' must be")
    }
    let times = seen.map(\.peak.retentionTime)
    let widest = seen.compactMap(\.peak.widthAtHalf).max() ?? width
    // A hundredth of the time is what retention times may differ by between runs.
    let margin = max(3 * widest, 0.01 * (times.max() ?? target.time), 1)
    let low = rounded((times.min() ?? target.time) - margin, 0.1)
    let high = rounded((times.max() ?? target.time) + margin, 0.1)
    var analyte = LearnedAnalyte(
      name: target.name, role: target.role, times: times, window: low...high, width: widest,
      before: atLeast(seen.map { $0.peak.retentionTime - $0.peak.start }.max(), 1.5 * widest),
      after: atLeast(seen.map { $0.peak.end - $0.peak.retentionTime }.max(), 1.5 * widest),
      ion: nil, otherIons: [], minimumHeight: nil, runs: seen.map(\.run.name))
    if let scans = best.run.measurement.massScans {
      let ions = IonLearning(scans: scans, peak: best.peak, window: analyte.window, identity)
        .ions()
      analyte.ion = ions.first
      analyte.otherIons = Array(ions.dropFirst().prefix(4))
      if let ion = analyte.ion {
        analyte.minimumHeight = leastHeight(of: ion, seen.map(\.run), analyte)
      }
    } else {
      analyte.minimumHeight = seen.compactMap { leastHeight($0.peak) }.max().map(twoDigits)
    }
    return analyte
  }

  /// The height at which 2H/h is 3, h the noise beside the peak: the limit of detection.
  private func leastHeight(_ peak: ChromatographicPeak) -> Double? {
    guard let ratio = peak.signalToNoise, ratio > 0 else { return nil }
    return 3 * abs(peak.height) / ratio
  }

  private func leastHeight(_ looked: [Looked]) -> Double? {
    median(looked.flatMap(\.peaks).compactMap { leastHeight($0) }).map(twoDigits)
  }

  /// Ten deviations of the ion's signal beside the window, its limit of quantitation; at least twice
  /// what it shows there in one of twenty scans, as ions are absent from most scans.
  private func leastHeight(
    of ion: LearnedIon, _ runs: [Looked], _ analyte: LearnedAnalyte
  ) -> Double? {
    let target = IonTarget(massToCharge: ion.massToCharge, tolerance: 0.5)
    let reach = 30 * analyte.width
    var heights: [Double] = []
    for run in runs {
      guard let trace = try? run.measurement.massScans?.traces(of: [target]).traces.last else {
        continue
      }
      let beside = trace.times.indices.filter { index in
        let time = trace.times[index]
        return !analyte.window.contains(time) && time > analyte.window.lowerBound - reach
          && time < analyte.window.upperBound + reach
      }.map { trace.values[$0] }
      guard beside.count >= 20, let middle = median(beside),
        let spread = median(beside.map { abs($0 - middle) })
      else { continue }
      let high = beside.sorted()[beside.count * 19 / 20]
      heights.append(max(10 * 1.4826 * spread, 2 * high))
    }
    // Tails of high standards are no noise: the quietest run shows what the signal can be told from.
    return heights.min().flatMap { $0 > 0 ? twoDigits($0) : nil }
  }

  private func atLeast(_ found: Double?, _ least: Double) -> Double {
    rounded(max(found ?? 0, least), 0.1)
  }

  private func nothing(_ problem: String) -> MethodError {
    MethodError(
      .nothingLearned, file: "", problem: "Nothing can be learned: \(problem).",
      why: "Windows, widths and ions are taken from peaks that runs show.",
      next:
        "Choose a run of a standard in which the substances are, and a template of its technique.")
  }
}

/// The middle of some numbers; of an even count the mean of the middle two.
func median(_ numbers: [Double]) -> Double? {
  let sorted = numbers.sorted()
  guard !sorted.isEmpty else { return nil }
  let half = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

/// A number as people would write it: in whole steps.
func rounded(_ number: Double, _ step: Double) -> Double {
  let steps = (1 / step).rounded()
  return (number * steps).rounded() / steps
}

/// A number with two digits that count, rounded up: a limit must not come out lower than it is.
func twoDigits(_ number: Double) -> Double {
  guard number > 0, number.isFinite else { return number }
  var scale = 1.0
  while number * scale < 10 { scale *= 10 }
  while number * scale >= 100 { scale /= 10 }
  return scale >= 1
    ? (number * scale).rounded(.up) / scale : (number * scale).rounded(.up) * (1 / scale).rounded()
}
