extension CalibrationCurve {
  /// Calculates every standard back and finds the working range.
  ///
  /// A level passes when enough of its standards are within the limit. The working range is the longest
  /// row of neighbouring levels that pass, the first of them by the limit of the lowest level; equally
  /// long: the lower. Fewer than two levels are no range.
  mutating func calculateBack(_ points: [CalibrationPoint], weights: [DoubleDouble?]) {
    standards = zip(points, weights).map { point, weight in
      var entry = CalculatedStandard(
        point: point, weight: weight?.value, residual: point.response - response(at: point.level),
        found: estimate(of: point.response), relativeErrorPercent: nil, limitPercent: nil,
        passes: nil)
      if point.used, weight == nil {
        entry.point = point.leftOut(because: "level 0 has no weight \(model.weighting.rawValue)")
      }
      if let found = entry.found, point.level > 0 {
        entry.relativeErrorPercent = 100 * (found - point.level) / point.level
      }
      return entry
    }
    let levels = Set(standards.filter { $0.weight != nil && $0.point.level > 0 }.map(\.point.level))
      .sorted()
    let usual = levels.map { passes($0, within: rules.backCalculationPercent) }
    let first = levels.map { passes($0, within: rules.lowestBackCalculationPercent) }
    var best: Range<Int> = 0..<0
    for start in levels.indices where first[start] {
      var end = start + 1
      while end < levels.count, usual[end] { end += 1 }
      if end - start > best.count { best = start..<end }
    }
    working =
      best.count < 2
      ? nil : LevelRange(lowest: levels[best.lowerBound], highest: levels[best.upperBound - 1])
    if working == nil {
      flags.append("no-working-range")
    } else if best.count < levels.count {
      flags.append("range-limited")
    }
    judge(lowest: working?.lowest ?? levels.first ?? 0)
  }

  private func passes(_ level: Double, within limit: Double) -> Bool {
    let errors = standards.filter { $0.weight != nil && $0.point.level == level }
      .map { $0.relativeErrorPercent.map { abs($0) } ?? .infinity }
    let passing = errors.count { $0 <= limit }
    return passing > 0 && Double(passing) >= rules.passingShareOfLevel * Double(errors.count)
  }

  private mutating func judge(lowest: Double) {
    var judged = 0
    var passing = 0
    for index in standards.indices where standards[index].point.level > 0 {
      let limit =
        standards[index].point.level <= lowest
        ? rules.lowestBackCalculationPercent : rules.backCalculationPercent
      let passes = standards[index].relativeErrorPercent.map { abs($0) <= limit } ?? false
      standards[index].limitPercent = limit
      standards[index].passes = passes
      guard standards[index].weight != nil else { continue }
      judged += 1
      if passes { passing += 1 }
    }
    if Double(passing) < rules.passingShareOfAll * Double(judged) {
      flags.append("few-standards-pass")
    }
  }

  /// The mean response of the standards of a level that took part.
  func meanResponse(at level: Double) -> Double? {
    Statistics.mean(
      standards.filter { $0.weight != nil && $0.point.level == level }.map(\.point.response))
  }
}
