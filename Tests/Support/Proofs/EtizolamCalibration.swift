import Laboratory
import Processing

/// The calibration of the etizolam sequence from the areas of its table.
///
/// The table rounds areas to 0.1, the answers were made without that rounding.
public let etizolamCalibrationProof = Proof("gcms-etizolam-sequence: calibration") {
  let rows = try SharedMaterial.table("gcms-etizolam-sequence/expected.csv")
  func number(_ row: [String: String], _ key: String) -> Double? { row[key].flatMap(Double.init) }
  func ratio(_ row: [String: String]) -> Double? {
    guard let standard = number(row, "eic140_area") else { return nil }
    return number(row, "eic342_area").map { $0 / standard }
  }
  let points = rows.filter { $0["type"] == "Cal" }.compactMap { row -> CalibrationPoint? in
    guard let level = number(row, "nominal_ug_per_mL"), let response = ratio(row) else {
      return nil
    }
    return CalibrationPoint(name: row["run"] ?? "", level: level, response: response)
  }
  let plain = try CalibrationCurve.fit(
    points, model: CalibrationModel(degree: 2), unit: "ug_per_mL")
  let weighted = try CalibrationCurve.fit(
    points, model: CalibrationModel(degree: 2, weighting: .inverseLevel), unit: "ug_per_mL")
  var figures = [
    Figure("standards", Double(points.count), 7, .exact),
    Figure("b0", plain.coefficients[0], -0.0757175, .absolute(5e-8)),
    Figure("b1", plain.coefficients[1], 0.00328093, .absolute(5e-9)),
    Figure("b2", plain.coefficients[2], 2.38137e-06, .absolute(6e-12)),
    Figure(
      "25 ug/mL back, error %", plain.standards[0].relativeErrorPercent ?? .nan, 19.928,
      .absolute(0.003)),
    Figure(
      "25 ug/mL back with 1/x, error %", weighted.standards[0].relativeErrorPercent ?? .nan, 8.212,
      .absolute(0.003)),
  ]
  for row in rows {
    let run = row["run"] ?? ""
    guard let response = ratio(row) else { continue }
    if let answer = number(row, "conc_eic_quad") {
      figures.append(
        Figure(
          "\(run) on the curve, ug/mL", plain.estimate(of: response) ?? .nan, answer,
          .absolute(5.1e-4)))
    }
    if let answer = number(row, "conc_eic_quad_1overx") {
      figures.append(
        Figure(
          "\(run) on the 1/x curve, ug/mL", weighted.estimate(of: response) ?? .nan, answer,
          .absolute(5.1e-4)))
    }
    if let nominal = number(row, "nominal_ug_per_mL"), row["type"] == "Check Standard" {
      figures.append(
        Figure(
          "\(run) check, ug/mL", plain.outcome(of: response).quantified?.value ?? .nan, nominal,
          .relative(0.05)))
    }
  }
  let strict = try CalibrationCurve.fit(
    points, model: CalibrationModel(degree: 2),
    rules: CalibrationRules(lowestBackCalculationPercent: 15))
  figures += [
    Figure("range from, by +-20 % at the lowest level", plain.working?.lowest ?? .nan, 25, .exact),
    Figure("range from, by +-15 % at all levels", strict.working?.lowest ?? .nan, 50, .exact),
    Figure("range up to", strict.working?.highest ?? .nan, 250, .exact),
  ]
  let paper = rows.first { $0["run"] == "220223016" }.flatMap(ratio) ?? .nan
  for curve in [plain, weighted] {
    let outcome = curve.outcome(of: paper)
    let isNotDetected = if case .notDetected = outcome { true } else { false }
    figures.append(Figure("016 is not detected (\(curve.model))", isNotDetected))
  }
  let kinds: [String: RunKind] = [
    "Blank": .blank, "Cal": .standard, "Check Standard": .check, "Card": .sample, "Paper": .sample,
  ]
  func sequence(failing run: String?) -> [SequenceInjection] {
    rows.compactMap { row in
      guard let name = row["run"], let kind = row["type"].flatMap({ kinds[$0] }) else { return nil }
      let response = ratio(row).map { $0 * (name == run ? 1.3 : 1) }
      return SequenceInjection(
        name: name, kind: kind, level: number(row, "nominal_ug_per_mL"), response: response,
        internalStandardArea: number(row, "eic140_area"),
        internalStandardTime: number(row, "rt_IS_s"), outcome: plain.outcome(of: response))
    }
  }
  let rules = AcceptanceRules(openEnd: .flag)
  func held(failing run: String? = nil) -> Double {
    Double(rules.judge(sequence(failing: run), curve: plain).injections.count { $0.held })
  }
  return figures + [
    Figure("injections", Double(sequence(failing: nil).count), 16, .exact),
    Figure("held", held(), 0, .exact),
    Figure(
      "held where check 012 is 30 % high: it and the samples behind it", held(failing: "220223012"),
      6, .exact),
  ]
}
