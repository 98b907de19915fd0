import Foundation
import Processing

/// Lactose by HPLC: areas by the rule of its description, a line, two samples.
public let lactoseCalibrationProof = Proof("hplc-lactose: calibration") {
  func area(_ path: String) throws -> Double {
    let rows = try SharedMaterial.table("hplc-lactose/\(path)")
    let minutes = rows.compactMap { $0["time"].flatMap(Double.init) }
    let signal = rows.compactMap { $0["signal"].flatMap(Double.init) }
    guard let apex = signal.indices.max(by: { signal[$0] < signal[$1] }) else { return .nan }
    func nearest(_ time: Double) -> Int {
      minutes.indices.min { abs(minutes[$0] - time) < abs(minutes[$1] - time) } ?? 0
    }
    let range = nearest(minutes[apex] - 0.75)...nearest(minutes[apex] + 1.25)
    return trapezoid(
      minutes[range].map { $0 * 60 }, Array(signal[range]), levels: 5)
  }
  let areas = [0.5: 44149.25, 1: 91746.75, 3: 232870.01, 6: 478575.77]
  var figures: [Figure] = []
  var points: [CalibrationPoint] = []
  for (level, answer) in areas.sorted(by: { $0.key < $1.key }) {
    let name = level == 0.5 ? "0.5" : "\(Int(level))"
    let found = try area("calibration/lactose_mM_\(name).csv")
    figures.append(Figure("area of \(name) mM", found, answer, .absolute(0.006)))
    points.append(CalibrationPoint(name: name, level: level, response: found))
  }
  let curve = try CalibrationCurve.fit(points, unit: "mM")
  figures += [
    Figure("slope", curve.coefficients[1], 78106.43, .absolute(0.006)),
    Figure("intercept", curve.coefficients[0], 6806.08, .absolute(0.006)),
    Figure("r2", curve.rSquared, 0.99888, .absolute(6e-6)),
  ]
  for (level, answer) in [(4, 3.981), (8, 8.119)] {
    let response = try area("test/lactose_mM_\(level).csv")
    figures.append(
      Figure("\(level) mM found", curve.estimate(of: response) ?? .nan, answer, .absolute(6e-4)))
  }
  let eight = try curve.outcome(of: area("test/lactose_mM_8.csv"))
  let isAbove = if case .aboveRange = eight { true } else { false }
  figures.append(Figure("8 mM is above the range that ends at 6 mM", isAbove))
  return figures
}

/// Biodiesel by FTIR: band areas over a straight line, a line, the market sample.
public let biodieselLineProof = Proof("ftir-biodiesel: calibration") {
  let rows = try SharedMaterial.table("ftir-biodiesel/biodiesel.csv").filter { row in
    row["wavenumber"].flatMap(Double.init).map { (1720...1770).contains($0) } ?? false
  }
  let axis = rows.compactMap { $0["wavenumber"].flatMap(Double.init) }
  func area(_ column: String) -> Double {
    trapezoid(axis, rows.compactMap { $0[column].flatMap(Double.init) }, levels: 1)
  }
  let columns = [
    "0": 0, "0_25": 0.25, "0_50": 0.5, "1_0": 1, "2_5": 2.5, "5_0": 5, "7_5": 7.5, "10_0": 10,
  ]
  let points = columns.sorted { $0.value < $1.value }.map {
    CalibrationPoint(name: $0.key, level: $0.value, response: area("biodiesel_\($0.key)"))
  }
  let rules = CalibrationRules(detection: .limitOfDetection, limits: .residuals)
  let curve = try CalibrationCurve.fit(points, rules: rules, unit: "percent")
  let limits = curve.limits
  let unknown = area("diesel_unknown")
  let isNotDetected = if case .notDetected = curve.outcome(of: unknown) { true } else { false }
  return [
    Figure("slope", curve.coefficients[1], 0.22749, .absolute(6e-6)),
    Figure("intercept", curve.coefficients[0], 0.02983, .absolute(6e-6)),
    Figure("r2", curve.rSquared, 0.999728, .absolute(6e-7)),
    Figure(
      "residual sd, %", (curve.residualDeviation ?? .nan) / curve.coefficients[1], 0.067,
      .absolute(6e-4)),
    Figure(
      "B5, %", curve.outcome(of: area("biodiesel_B5")).quantified?.value ?? .nan, 4.963,
      .absolute(6e-4)),
    Figure("unknown, %", curve.estimate(of: unknown) ?? .nan, 0.11, .absolute(0.006)),
    Figure(
      "the unknown is below the limit of quantitation", limits?.quantitation ?? .nan, 0.11, .atLeast
    ),
    Figure("the unknown is not detected at 3.3 s", isNotDetected),
  ]
}

/// The trapezoid over a straight line from the mean of the first to that of the last `levels` values.
private func trapezoid(_ x: [Double], _ y: [Double], levels: Int) -> Double {
  guard x.count == y.count, let first = x.first, let last = x.last, last > first else {
    return .nan
  }
  let left = y.prefix(levels).reduce(0, +) / Double(levels)
  let right = y.suffix(levels).reduce(0, +) / Double(levels)
  let over = zip(x, y).map { $1 - left - (right - left) * ($0 - first) / (last - first) }
  var sum = 0.0
  for i in 1..<x.count { sum += (x[i] - x[i - 1]) * (over[i] + over[i - 1]) / 2 }
  return sum
}
