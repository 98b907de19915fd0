internal import Laboratory

extension CalibrationCurve {
  /// Fits a model to standards and judges the curve by rules.
  ///
  /// The curve must rise between its lowest and its highest level. Standards that fail when calculated
  /// back stay in the fit; the working range leaves their levels out.
  public static func fit(
    _ points: [CalibrationPoint], model: CalibrationModel = CalibrationModel(),
    rules: CalibrationRules = CalibrationRules(), unit: String = ""
  ) throws(CalibrationError) -> CalibrationCurve {
    guard (1...2).contains(model.degree) else {
      throw .unusableRule("the degree is \(model.degree), not 1 or 2")
    }
    try rules.check()
    for point in points { try point.check() }
    let weighting = try PointWeights(points, model: model)
    let used = points.indices.filter { weighting.weights[$0] != nil }
    let levels = Set(used.map { points[$0].level })
    let needed = model.coefficientCount
    guard used.count >= needed else {
      throw .tooFewStandards(found: used.count, needed: needed, distinct: false)
    }
    let telling = model.throughZero ? levels.subtracting([0]) : levels
    guard telling.count >= needed else {
      throw .tooFewStandards(found: telling.count, needed: needed, distinct: true)
    }
    var flags: [String] = weighting.leavesZeroOut ? ["zero-level-left-out"] : []
    if model.degree == 2, levels.count < rules.quadraticLevels {
      guard rules.fewLevels == .flag else {
        throw .tooFewLevels(found: levels.count, needed: rules.quadraticLevels)
      }
      flags.append("few-levels")
    }
    let system = CalibrationSystem(points: points, used: used, weights: weighting.weights)
    let solution = try system.solve(degree: model.degree, throughZero: model.throughZero)
    if model.throughZero { try system.checkZero(degree: model.degree) }
    if solution.degreesOfFreedom == 0 { flags.append("no-degrees-of-freedom") }
    let pad = model.throughZero ? [0.0] : []
    let covariance =
      solution.covariance.isEmpty || !model.throughZero
      ? solution.covariance
      : [Array(repeating: 0, count: needed + 1)] + solution.covariance.map { [0] + $0 }
    let usedLevels = used.map { points[$0].level }
    var curve = CalibrationCurve(
      model: model, rules: rules, unit: unit, coefficients: pad + solution.coefficients,
      standardErrors: solution.standardErrors.isEmpty ? [] : pad + solution.standardErrors,
      covariance: covariance, rSquared: solution.rSquared ?? 0,
      residualDeviation: solution.residualDeviation, count: used.count, coefficientCount: needed,
      calibrated: LevelRange(lowest: usedLevels.min() ?? 0, highest: usedLevels.max() ?? 0),
      working: nil, detectionResponse: 0, limits: nil, standards: [],
      variances: weighting.variances, flags: flags)
    for level in [curve.calibrated.lowest, curve.calibrated.highest] {
      let slope = curve.slope(at: level)
      guard slope > 0 else { throw .notRising(at: level, slope: slope) }
    }
    curve.calculateBack(points, weights: weighting.weights)
    try curve.stateLimits()
    return curve
  }

  /// Fits each of the models and takes that of the smallest sum of `|%RE|`; ties: the earlier.
  ///
  /// The sum goes over the standards above level 0 (Almeida, Castel-Branco and Falcao, J. Chromatogr. B
  /// 774 (2002) 215). Models that are refused are passed over.
  public static func best(
    of models: [CalibrationModel], for points: [CalibrationPoint],
    rules: CalibrationRules = CalibrationRules(), unit: String = ""
  ) throws(CalibrationError) -> CalibrationCurve {
    var chosen: (curve: CalibrationCurve, sum: Double)?
    var refusals: [String] = []
    for model in models {
      do throws(CalibrationError) {
        let curve = try fit(points, model: model, rules: rules, unit: unit)
        let sum = curve.relativeErrorSum
        if let best = chosen, best.sum <= sum { continue }
        chosen = (curve, sum)
      } catch {
        refusals.append("\(model): \(error.failure.code)")
      }
    }
    guard let chosen else {
      throw .noModel(refusals.isEmpty ? "none is allowed" : refusals.joined(separator: "; "))
    }
    return chosen.curve
  }

  /// The sum of `|%RE|` over the standards that took part, level 0 left out; infinite where a standard
  /// cannot be calculated back.
  public var relativeErrorSum: Double {
    var sum = 0.0
    for standard in standards where standard.weight != nil && standard.point.level > 0 {
      sum += standard.relativeErrorPercent.map { abs($0) } ?? .infinity
    }
    return sum
  }
}

/// The standards that take part, ready for least squares.
struct CalibrationSystem {
  var levels: [DoubleDouble]
  var responses: [DoubleDouble]
  var weights: [DoubleDouble]

  init(points: [CalibrationPoint], used: [Int], weights: [DoubleDouble?]) {
    levels = used.map { DoubleDouble(points[$0].level) }
    responses = used.map { DoubleDouble(points[$0].response) }
    self.weights = used.map { weights[$0] ?? .one }
  }

  func solve(degree: Int, throughZero: Bool) throws(CalibrationError) -> LeastSquares.Solution {
    do throws(LeastSquares.Problem) {
      return try LeastSquares.solve(
        design: LeastSquares.polynomial(levels, degree: degree, from: throughZero ? 1 : 0),
        response: responses, weights: weights, centred: !throughZero)
    } catch {
      switch error {
      case .shape, .dependent:
        let distinct = Set(levels.map(\.value)).count
        throw .tooFewStandards(
          found: distinct, needed: degree + (throughZero ? 0 : 1), distinct: true)
      case .weight(let row): throw .unusableWeight("\(row + 1)", "it is not above 0")
      case .notFinite: throw .notFinite
      }
    }
  }

  /// Refuses a fit through zero unless the 95 % interval of the intercept covers 0.
  func checkZero(degree: Int) throws(CalibrationError) {
    guard Set(levels.map(\.value)).count > degree, levels.count > degree + 1 else {
      throw .zeroNotCovered(intercept: 0, halfWidth: nil)
    }
    let full = try solve(degree: degree, throughZero: false)
    let intercept = full.coefficients[0]
    guard let error = full.standardErrors.first,
      let t = Distributions.coverageFactor(
        confidence: 0.95, degreesOfFreedom: Double(full.degreesOfFreedom))
    else { throw .zeroNotCovered(intercept: intercept, halfWidth: nil) }
    let rounding = 1e-13 * responses.reduce(0) { max($0, abs($1.value)) }
    guard abs(intercept) <= t * error + rounding else {
      throw .zeroNotCovered(intercept: intercept, halfWidth: t * error)
    }
  }
}

extension CalibrationPoint {
  fileprivate func check() throws(CalibrationError) {
    guard level.isFinite, level >= 0 else {
      throw .unusableStandard(name, "its level is \(level)")
    }
    guard response.isFinite else { throw .unusableStandard(name, "its response is \(response)") }
  }
}

extension CalibrationRules {
  fileprivate func check() throws(CalibrationError) {
    guard confidence > 0, confidence < 1 else {
      throw .unusableRule("the confidence is \(confidence), not between 0 and 1")
    }
    for limit in [backCalculationPercent, lowestBackCalculationPercent]
    where !(limit.isFinite && limit > 0) {
      throw .unusableRule("a limit for standards is \(limit) %")
    }
    for share in [passingShareOfLevel, passingShareOfAll] where !(0...1).contains(share) {
      throw .unusableRule("a passing share is \(share), not from 0 to 1")
    }
  }
}
