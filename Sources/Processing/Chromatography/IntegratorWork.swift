internal import Laboratory

extension Integrator {
  /// A peak on its way to the result.
  struct Finding {
    var peak: ChromatographicPeak
    var shape: PeakShape
    var rejection: String?
  }

  /// One integration of one trace.
  struct Work {
    let recipe: ChromatographyRecipe
    let times: [Double]
    let values: [Double]
    let downwards: [Double]
    let noise: NoiseReport?

    /// The signal so that peaks of the given direction point upwards.
    var signal: (Bool) -> [Double] {
      { isNegative in isNegative ? downwards : values }
    }

    /// Rule 6: finds the solvent's peak and those that are saturated.
    func markSolvents(_ groups: inout [PeakGroup]) {
      let rules = recipe.rules
      if let limit = rules.solventBefore {
        var largest: (group: Int, member: Int, value: Double)?
        for (number, group) in groups.enumerated() where !group.isNegative {
          for (member, peak) in group.members.enumerated() where times[peak.apex] < limit {
            if values[peak.apex] > largest?.value ?? -.infinity {
              largest = (number, member, values[peak.apex])
            }
          }
        }
        if let largest { groups[largest.group].solvent.insert(largest.member) }
      }
      guard let saturation = rules.saturation else { return }
      for number in groups.indices where !groups[number].isNegative {
        for member in groups[number].members.indices
        where values[groups[number].members[member].apex] >= saturation {
          groups[number].solvent.insert(member)
          groups[number].members[member].flags.append("saturated")
        }
      }
    }

    /// The peaks of a group, with baselines, riders cut off, and shapes.
    func peaks(of group: PeakGroup, occupied: [ClosedRange<Double>]) -> [Finding] {
      var group = group
      let upwards = signal(group.isNegative)
      let baselines = BaselineRules(
        times: times, signal: upwards, rules: recipe.rules,
        expectedWidth: recipe.detection.expectedWidth)
      baselines.draw(&group)
      let skims = Skims(times: times, signal: upwards, rules: recipe.rules, baselines: baselines)
      return skims.pieces(of: group).map { piece in
        finding(piece, in: group, upwards, occupied)
      }
    }

    private func finding(
      _ piece: PeakPiece, in group: PeakGroup, _ upwards: [Double],
      _ occupied: [ClosedRange<Double>]
    ) -> Finding {
      let apex = group.members[piece.member].apex
      let (start, end) = (times[piece.start], times[piece.end])
      var area = PeakArea.trapezoid(
        times: times, values: upwards, from: start, to: end, over: piece.baseline)
      for line in piece.skims {
        area -= PeakArea.trapezoid(
          times: times, values: upwards, from: line[0].time, to: line[line.count - 1].time,
          over: line)
      }
      let top = PeakApex(
        times: times, values: upwards, apex: apex, within: piece.start...piece.end,
        baseline: piece.baseline, sign: 1)
      let sign = group.sign
      var peak = ChromatographicPeak(
        code: piece.code, start: start, end: end, retentionTime: top.time,
        baseline: piece.baseline.map { BaselinePoint(time: $0.time, level: sign * $0.level) },
        area: sign * area, height: sign * top.height, flags: piece.flags)
      peak.skims = piece.skims.map { line in
        line.map { BaselinePoint(time: $0.time, level: sign * $0.level) }
      }
      if group.isNegative { peak.flags.append("negative") }
      let shape = shape(
        of: upwards, from: piece.start, to: piece.end, apex: apex, top: top,
        baseline: piece.baseline, skims: piece.skims, noise: group.residualNoise,
        halfWindow: group.halfWindow)
      let cluster = times[group.bounds[0]]...times[group.bounds[group.bounds.count - 1]]
      describe(&peak, by: shape, beside: cluster, occupied: occupied)
      return Finding(peak: peak, shape: shape)
    }

    /// A peak by a person's limits and levels; both are taken as they are.
    func manualPeak(
      _ event: IntegrationEvent, groups: [PeakGroup], occupied: [ClosedRange<Double>]
    ) throws(ChromatographyError) -> Finding {
      let (start, end) = (event.time, event.end ?? event.time)
      let first = PeakArea.firstIndex(in: times, notBefore: start)
      let behind = PeakArea.firstIndex(in: times, notBefore: end.nextUp)
      guard start >= times[0], end <= times[times.count - 1], behind - first >= 3 else {
        throw .outsideTrace(from: start, to: end)
      }
      let baseline = [
        BaselinePoint(
          time: start,
          level: event.startLevel ?? PeakArea.value(times, values, at: start)),
        BaselinePoint(
          time: end, level: event.endLevel ?? PeakArea.value(times, values, at: end)),
      ]
      var line = PeakArea.Line(baseline)
      let over = (first..<behind).map { values[$0] - line.level(at: times[$0]) }
      let area = PeakArea.trapezoid(
        times: times, values: values, from: start, to: end, over: baseline)
      // The direction is that of the area, so a dip drawn by hand is a negative peak.
      let sign = area < 0 ? -1.0 : 1.0
      let apex = first + PeakGroup.largest(in: 0...over.count - 1, of: over.map { sign * $0 })
      let top = PeakApex(
        times: times, values: values, apex: apex, within: first...behind - 1, baseline: baseline,
        sign: sign)
      var peak = ChromatographicPeak(
        code: event.code ?? "MM", start: start, end: end, retentionTime: top.time,
        baseline: baseline, area: area, height: top.height, flags: ["manual"])
      let nearest = groups.last { times[$0.bounds[0]] <= start } ?? groups.first
      let interval = (times[behind - 1] - times[first]) / Double(behind - 1 - first)
      let upwards = sign < 0 ? values.map { -$0 } : values
      let shape = shape(
        of: upwards, from: first, to: behind - 1, apex: apex,
        top: PeakApex(
          times: times, values: upwards, apex: apex, within: first...behind - 1,
          baseline: baseline.map { BaselinePoint(time: $0.time, level: sign * $0.level) }, sign: 1),
        baseline: baseline.map { BaselinePoint(time: $0.time, level: sign * $0.level) }, skims: [],
        noise: nearest?.residualNoise ?? 0,
        halfWindow: nearest?.halfWindow ?? recipe.detection.halfWindow(interval: interval))
      describe(&peak, by: shape, beside: start...end, occupied: occupied)
      return Finding(peak: peak, shape: shape)
    }

    /// Why a peak is not kept; none where it is.
    func rejection(of finding: Finding, _ events: TimedEvents) -> String? {
      let (peak, rules) = (finding.peak, recipe.rules)
      let apex = peak.retentionTime
      if abs(peak.height) < events.value(of: .minimumHeight, at: apex) ?? rules.minimumHeight {
        return "height"
      }
      if abs(peak.area) < events.value(of: .minimumArea, at: apex) ?? rules.minimumArea {
        return "area"
      }
      if let width = peak.widthAtHalf {
        let factor = width / recipe.detection.expectedWidth
        if factor < rules.minimumWidthFactor || factor > rules.maximumWidthFactor { return "width" }
      }
      // What has no ratio has not shown that it reaches the least one.
      if rules.minimumSignalToNoise > 0,
        !((peak.signalToNoise ?? 0) >= rules.minimumSignalToNoise)
      {
        return "signal-to-noise"
      }
      return nil
    }

    private func shape(
      of upwards: [Double], from start: Int, to end: Int, apex: Int, top: PeakApex,
      baseline: [BaselinePoint], skims: [[BaselinePoint]], noise residual: Double, halfWindow: Int
    ) -> PeakShape {
      // The filter wants samples around the peak; over the baseline they are for shape alone.
      let first = max(0, start - halfWindow)
      let last = min(upwards.count - 1, end + halfWindow)
      var line = PeakArea.Line(baseline)
      let over = (first...last).map { index -> Double in
        let level = line.level(at: times[index])
        let skim = skims.first { $0[0].time < times[index] && times[index] < $0[$0.count - 1].time }
        let value = skim.map { PeakArea.level(of: $0, at: times[index]) } ?? upwards[index]
        return value - level
      }
      return PeakShape(
        times: Array(times[first...last]), signal: over, limits: start - first...end - first,
        apex: apex - first, height: top.height, retentionTime: top.time,
        noise: noise?.robustDeviation ?? residual, halfWindow: halfWindow, of: recipe.widths)
    }

    private func describe(
      _ peak: inout ChromatographicPeak, by shape: PeakShape, beside cluster: ClosedRange<Double>,
      occupied: [ClosedRange<Double>]
    ) {
      peak.widthAtHalf = shape.half?.width
      peak.plates = shape.plates
      peak.tailing = shape.tailing
      peak.asymmetry = shape.asymmetry
      if shape.isSmoothed { peak.flags.append("smoothed-widths") }
      if !shape.isClear { peak.flags.append("near-noise") }
      if let width = shape.half?.width {
        let inside =
          PeakArea.firstIndex(in: times, notBefore: peak.retentionTime + width / 2)
          - PeakArea.firstIndex(in: times, notBefore: peak.retentionTime - width / 2)
        // Fewer than ten points a width make a poor peak; 15 to 25 are good.
        if inside < 10 { peak.flags.append("few-points") }
      }
      if let noise, noise.peakToPeak > 0 {
        peak.signalToNoise = 2 * abs(peak.height) / noise.peakToPeak
      } else if let width = shape.half?.width {
        peak.signalToNoise =
          SignalToNoise(
            height: peak.height, length: SignalToNoise.standardWidths * width, beside: cluster,
            occupied: occupied, checkedTimes: times, values: values
          ).ratio
      }
      peak.flags.append(peak.signalToNoise == nil ? "no-signal-to-noise" : "no-blank")
    }
  }
}
