import Formats
import Foundation
import Instruments
import Laboratory
import Methods
import Processing

/// The recordings evaluated by their method files, as `gauger quantify` and `runs process` do it.
let methodAnswers = Proof("method files") {
  try lactose() + methylEsters() + raman() + reflectance() + lubricant()
}

private func run(_ name: String, _ kind: RunKind, _ level: Double? = nil) -> EvaluatedRun {
  EvaluatedRun(
    run: name, sample: Sample(id: name, level: level), kind: kind, started: .now, complete: true,
    emulated: false, rawSHA256: "")
}

private func table(_ path: String, _ words: [String]) throws -> Laboratory.Measurement {
  let bytes = [UInt8](try Data(contentsOf: SharedMaterial.url(path)))
  return try MeasurementReader.read(bytes, declaration: TableDeclaration(words: words)).measurement
}

private func evaluated(
  _ method: Methods.Method, _ runs: [(EvaluatedRun, Laboratory.Measurement)]
) throws -> SequenceResult {
  let found = try runs.map { facts, measurement in
    (
      facts: facts,
      evaluation: try method.outcome(of: measurement, libraries: MethodLibraries()).evaluation
    )
  }
  return SequenceEvaluation(method: method).evaluate(
    found, libraries: [], computedBy: MathsFingerprint.signature)
}

private func lactose() throws -> [Figure] {
  func signal(_ path: String) throws -> Laboratory.Measurement {
    try table("hplc-lactose/\(path).csv", ["time=time", "unit=min", "value=signal"])
  }
  var runs: [(EvaluatedRun, Laboratory.Measurement)] = []
  for level in ["0.5", "1", "3", "6"] {
    runs.append(
      (run(level, .standard, Double(level)), try signal("calibration/lactose_mM_\(level)")))
  }
  for level in ["4", "8"] {
    runs.append((run(level, .sample), try signal("test/lactose_mM_\(level)")))
  }
  let result = try evaluated(try MethodFile.method("lactose-lc"), runs)
  let curve = result.curves.first?.curve
  let eight = result.runs[5].evaluation.readings.first?.ratio ?? .nan
  return [
    Figure("lactose, slope", curve?.coefficients[1] ?? .nan, 78106.43, .relative(1e-6)),
    Figure("lactose, intercept", curve?.coefficients[0] ?? .nan, 6806.08, .relative(1e-5)),
    Figure("lactose, r2", curve?.rSquared ?? .nan, 0.99888, .absolute(5e-6)),
    Figure("lactose, 4 mM", result.runs[4].answers[0].value ?? .nan, 3.981, .absolute(6e-4)),
    Figure(
      "lactose, 8 mM is above the standards", result.runs[5].answers[0].state.rawValue,
      is: "above_range"),
    Figure(
      "lactose, 8 mM by the curve drawn on", curve?.estimate(of: eight) ?? .nan, 8.119,
      .absolute(6e-4)),
  ]
}

private func methylEsters() throws -> [Figure] {
  func spectrum(_ column: String) throws -> Laboratory.Measurement {
    try table(
      "ftir-biodiesel/biodiesel.csv",
      ["x=wavenumber", "axis=wavenumber", "unit=per_cm", "value=\(column)", "ordinate=absorbance"])
  }
  let levels = [
    ("0", 0), ("0_25", 0.25), ("0_50", 0.5), ("1_0", 1), ("2_5", 2.5), ("5_0", 5), ("7_5", 7.5),
    ("10_0", 10),
  ]
  var runs: [(EvaluatedRun, Laboratory.Measurement)] = []
  for (name, level) in levels {
    runs.append((run(name, .standard, level), try spectrum("biodiesel_\(name)")))
  }
  runs.append((run("B5", .sample), try spectrum("biodiesel_B5")))
  runs.append((run("unknown", .sample), try spectrum("diesel_unknown")))
  let result = try evaluated(try MethodFile.method("biodiesel-ftir"), runs)
  let curve = result.curves.first?.curve
  let unknown = result.runs[9]
  return [
    Figure("biodiesel, slope", curve?.coefficients[1] ?? .nan, 0.22749, .absolute(6e-6)),
    Figure("biodiesel, intercept", curve?.coefficients[0] ?? .nan, 0.02983, .absolute(6e-6)),
    Figure("biodiesel, r2", curve?.rSquared ?? .nan, 0.999728, .absolute(6e-7)),
    Figure("biodiesel, B5, %", result.runs[8].answers[0].value ?? .nan, 4.963, .absolute(6e-4)),
    Figure("biodiesel, the unknown has no number", unknown.answers[0].value == nil),
    Figure(
      "biodiesel, the unknown by the curve, %",
      unknown.evaluation.bands.first?.value.flatMap { curve?.estimate(of: $0) } ?? .nan, 0.11,
      .absolute(0.006)),
  ]
}

private func raman() throws -> [Figure] {
  let method = try MethodFile.method("wasatch-raman")
  guard case .spectrum(let body) = method.body else { return [] }
  let library = try VibrationalLibrary(
    ramanLibrary(), source: ramanSource, search: body.search, sameSubstance: ramanSynonyms)
  let libraries = MethodLibraries(vibrational: ["wasatch": library])
  let queries = try ramanQueries()
  return try [
    ("inVia", "polystyrene", 93.8), ("LightNovo", "polystyrene", 98.3),
    ("HDPE", "Polyethylene", 82.3), ("silicon 785", "Silicon", 92.1),
    ("calcite 785", "calcium carbonate", 93.0),
  ].flatMap { query, name, score in
    guard let spectrum = queries[query] else { return [Figure]() }
    let answer = try method.outcome(
      of: Laboratory.Measurement(spectra: [spectrum]), libraries: libraries
    ).evaluation.identity
    return [
      Figure("Raman, \(query)", answer?.matches.first?.name ?? "none", is: name),
      Figure("Raman, \(query), verdict", answer?.verdict.rawValue ?? "none", is: "match"),
      Figure("Raman, \(query), HQI", answer?.matches.first?.score ?? .nan, score, .absolute(0.06)),
    ]
  }
}

private func reflectance() throws -> [Figure] {
  let bytes = [UInt8](try Data(contentsOf: SharedMaterial.url("uvvis-jaz/jazspec.jaz")))
  let measurement = try MeasurementReader.read(bytes).measurement
  let method = try MethodFile.method("jaz-reflectance")
  let outcome = try method.outcome(of: measurement, libraries: MethodLibraries())
  func column(_ name: String) -> [Double] {
    measurement.spectra.first { $0.name == name }?.values ?? []
  }
  let (dark, reference) = (column("dark"), column("reference"))
  let own = measurement.spectra.first { $0.name == "processed" }
  let percent = own?.ordinate == .reflectance ? 100.0 : 1
  guard let found = outcome.evidence.processed?.values, let own, found.count == 2048,
    own.values.count == 2048, dark.count == 2048, reference.count == 2048
  else { return [Figure("Jaz, 2,048 points", false)] }
  var (compared, largest) = (0, 0.0)
  for index in found.indices where abs(reference[index] - dark[index]) > 100 {
    compared += 1
    largest = max(largest, abs(100 * found[index] - percent * own.values[index]))
  }
  return [
    Figure("Jaz, points with light", Double(compared), 2008, .exact),
    Figure("Jaz, farthest from the instrument's own, %", largest, 7.5e-6, .atMost),
    Figure("Jaz, points without a value", Double(found.count { $0.isNaN }), 3, .exact),
  ]
}

private func lubricant() throws -> [Figure] {
  let measurement = try table(
    "gcfid-v179/trace.csv", ["time=time_s", "unit=s", "value=signal_pA", "signal_unit=pA"])
  let method = try MethodFile.method("lubricant-fid")
  let peaks =
    try method.outcome(of: measurement, libraries: MethodLibraries()).evaluation.peaks["fid"] ?? []
  let vendor = try SharedMaterial.table("gcfid-v179/vendor_peaks.csv")
  var found = 0
  for row in vendor {
    guard let time = Double(row["rt_min"] ?? "") else { continue }
    if peaks.contains(where: { abs($0.retentionTime / 60 - time) <= 0.02 }) { found += 1 }
  }
  return [
    Figure("lubricant, the vendor's peaks that are found", Double(found), 24, .exact),
    Figure("lubricant, peaks above 4 pA behind 35 min", Double(peaks.count), 29, .exact),
  ]
}
