import Processing

/// Weighted lines and quadratics beside statsmodels' answers.
public let weightedCalibrationProof = Proof("reference-numerics: calibration-wls") {
  let vectors = try SharedMaterial.json(
    "reference-numerics/calibration-wls.json", as: WeightedVectors.self)
  let tolerance = Figure.Tolerance.relative(vectors.relativeTolerance)
  let points = zip(vectors.x, vectors.y).map { CalibrationPoint(level: $0, response: $1) }
  var figures = [Figure("cases", Double(vectors.cases.count), 6, .exact)]
  for answer in vectors.cases {
    let spelling = answer.weights.filter { $0 != "^" }
    guard let weighting = CalibrationModel.Weighting(rawValue: spelling) else {
      figures.append(Figure("weights \(answer.weights) are known", false))
      continue
    }
    let model = CalibrationModel(degree: answer.degree, weighting: weighting)
    let curve = try CalibrationCurve.fit(points, model: model)
    func add(_ name: String, _ found: Double, _ expected: Double) {
      figures.append(Figure("\(model), \(name)", found, expected, tolerance))
    }
    for power in answer.coefficients.indices {
      add("b\(power)", curve.coefficients[power], answer.coefficients[power])
      add("error of b\(power)", curve.standardErrors[power], answer.standardErrors[power])
    }
    add("r2", curve.rSquared, answer.rSquared)
    add("residual sd", curve.residualDeviation ?? .nan, answer.residualSD)
    for (index, level) in answer.predictAt.enumerated() {
      let mean = curve.mean(at: level)
      add("mean at \(level)", mean?.value ?? .nan, answer.mean[index])
      add("its lower end at \(level)", mean?.lower ?? .nan, answer.lower[index])
      add("its upper end at \(level)", mean?.upper ?? .nan, answer.upper[index])
    }
  }
  return figures
}

private struct WeightedVectors: Decodable {
  struct Case: Decodable {
    var degree: Int
    var weights: String
    var coefficients: [Double]
    var standardErrors: [Double]
    var rSquared: Double
    var residualSD: Double
    var predictAt: [Double]
    var mean: [Double]
    var lower: [Double]
    var upper: [Double]

    enum CodingKeys: String, CodingKey {
      case degree, weights, coefficients, mean
      case standardErrors = "standard_errors"
      case rSquared = "r_squared"
      case residualSD = "residual_sd"
      case predictAt = "predict_at"
      case lower = "mean_ci_lower"
      case upper = "mean_ci_upper"
    }
  }

  var relativeTolerance: Double
  var x: [Double]
  var y: [Double]
  var cases: [Case]

  enum CodingKeys: String, CodingKey {
    case x, y, cases
    case relativeTolerance = "relative_tolerance"
  }
}
