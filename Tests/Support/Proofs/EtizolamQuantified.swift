import Formats
import Foundation
import Laboratory
import Methods
import Processing

/// The whole sequence of etizolam by one method file, as `gauger quantify` evaluates it.
let etizolamSequence = Proof("gcms-etizolam-sequence quantified") {
  let folder = "gcms-etizolam-sequence"
  let table = try SharedMaterial.table("\(folder)/expected.csv")
  let sequence = try EtizolamRuns()
  let result = try sequence.result()
  var figures: [Figure] = []
  for (row, run) in zip(table, result.runs) {
    let name = "run \((row["run"] ?? "").suffix(3))"
    func number(_ column: String) -> Double? { Double(row[column] ?? "") }
    let readings = run.evaluation.readings
    let standard = readings.first { $0.name == EtizolamRuns.internalStandard }
    let etizolam = readings.first { $0.name == EtizolamRuns.analyte }
    let answer = run.answers.first { $0.analyte == EtizolamRuns.analyte }
    figures.append(
      Figure(
        "\(name), internal standard, retention/s", standard?.peak?.retentionTime ?? .nan,
        number("rt_IS_s") ?? .nan, .absolute(0.3)))
    figures.append(
      Figure(
        "\(name), internal standard, area of m/z 140", standard?.response ?? .nan,
        number("eic140_area") ?? .nan, .relative(1e-5)))
    let isNegative = row["type"] == "Blank" || row["run"]?.hasSuffix("016") == true
    guard !isNegative else {
      figures.append(
        Figure("\(name), etizolam", answer?.state.rawValue ?? "none", is: "not_detected"))
      figures.append(Figure("\(name), no number is given", answer?.value == nil))
      continue
    }
    figures.append(
      Figure(
        "\(name), etizolam, retention/s", etizolam?.peak?.retentionTime ?? .nan,
        number("rt_etizolam_s") ?? .nan, .absolute(0.3)))
    figures.append(
      Figure(
        "\(name), etizolam, area of m/z 342", etizolam?.response ?? .nan,
        number("eic342_area") ?? .nan, .relative(1e-5)))
    figures.append(
      Figure(
        "\(name), best match", etizolam?.identity?.matches.first?.name ?? "none", is: "Etizolam"))
    let level = run.facts.sample.level
    switch run.facts.kind {
    case .check:
      figures.append(
        Figure("\(name), check, ug/mL", answer?.value ?? .nan, level ?? .nan, .relative(0.05)))
      figures.append(Figure("\(name), check passes", answer?.passes == true))
    case .standard:
      let calculated = result.curves.first?.curve?.standards.first {
        $0.point.name == run.facts.run
      }
      figures.append(
        Figure(
          "\(name), calculated back, ug/mL", calculated?.found ?? .nan,
          number("conc_eic_quad") ?? .nan, .relative(1e-4)))
    default:
      // Below the working range a number is known and not released.
      let curve = result.curves.first?.curve
      let content = etizolam?.ratio.flatMap { curve?.estimate(of: $0) } ?? .nan
      figures.append(
        Figure(
          "\(name), by our independent route, ug/mL", content, number("conc_eic_quad") ?? .nan,
          .relative(0.03)))
      if let published = number("published_conc") {
        figures.append(Figure("\(name), as published, ug/mL", content, published, .relative(0.05)))
      }
      figures.append(
        Figure(
          "\(name), a number is released only inside the working range",
          (answer?.value != nil)
            == (curve?.working.map { $0.lowest <= content && content <= $0.highest } ?? false)
        ))
    }
  }
  let curve = result.curves.first?.curve
  let coefficients = [-0.0757175, 0.00328093, 2.38137e-06]
  for (index, expected) in coefficients.enumerated() {
    figures.append(
      Figure(
        "coefficient b\(index)", curve?.coefficients[index] ?? .nan, expected, .relative(5e-6)))
  }
  let lowest = curve?.standards.first { $0.point.level == 25 }
  figures.append(
    Figure(
      "25 ug/mL calculated back, error/%", lowest?.relativeErrorPercent ?? .nan, 20,
      .absolute(0.5)))
  figures.append(
    Figure(
      "the working range begins at, ug/mL, 20 % at the lowest level",
      curve?.working?.lowest ?? .nan, 25, .exact))
  // 15 % everywhere: the lowest standard fails, and what lies below the next is no number.
  let strict = try sequence.result { $0.lowestBackCalculationPercent = 15 }
  figures.append(
    Figure(
      "the working range begins at, ug/mL, 15 % at every level",
      strict.curves.first?.curve?.working?.lowest ?? .nan, 50, .exact))
  for run in strict.runs where run.facts.run.hasSuffix("014") || run.facts.run.hasSuffix("010") {
    figures.append(
      Figure(
        "run \(run.facts.run.suffix(3)) by that rule", run.answers[0].state.rawValue,
        is: "below_range"))
  }
  return figures
}

/// The runs of the sequence with what is known of them, and the method that evaluates them.
struct EtizolamRuns {
  static let internalStandard = "Internal standard"
  static let analyte = "Etizolam"

  let method: Methods.Method
  let libraries: MethodLibraries
  let runs: [(facts: EvaluatedRun, file: String)]

  init() throws {
    let url = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Methods/etizolam-gcms.yaml")
    method = try MethodReader.read(
      text: String(contentsOf: url, encoding: .utf8), file: url.lastPathComponent)
    let library = try MSPReader.read(
      [UInt8](Data(contentsOf: SharedMaterial.url("ei-library-dea/swgdrug39_dea_subset.msp"))))
    libraries = MethodLibraries(mass: [
      "swgdrug": try MassLibrary(
        library.entries, source: LibrarySource(name: "swgdrug", version: "3.9", sha256: ""))
    ])
    let table = try SharedMaterial.table("gcms-etizolam-sequence/expected.csv")
    runs = table.map { row in
      let kind: RunKind =
        switch row["type"] {
        case "Blank": .blank
        case "Cal": .standard
        case "Check Standard": .check
        default: .sample
        }
      let run = row["run"] ?? ""
      return (
        EvaluatedRun(
          run: run,
          sample: Sample(id: row["sample"] ?? "", level: Double(row["nominal_ug_per_mL"] ?? "")),
          kind: kind, started: Timestamp.now, complete: true, emulated: false, rawSHA256: ""),
        "gcms-etizolam-sequence/\(run).ms1"
      )
    }
  }

  /// What the method makes of the files, its calibration's rules changed if asked.
  func result(_ change: (inout CalibrationRules) -> Void = { _ in }) throws -> SequenceResult {
    var method = method
    if case .separation(var body) = method.body {
      for index in body.analytes.indices {
        guard var calibration = body.analytes[index].calibration else { continue }
        change(&calibration.rules)
        body.analytes[index].calibration = calibration
      }
      method.body = .separation(body)
    }
    var evaluated: [(facts: EvaluatedRun, evaluation: RunEvaluation)] = []
    for run in runs {
      let bytes = [UInt8](try Data(contentsOf: SharedMaterial.url(run.file)))
      let measurement = try MS1Reader.read(bytes).measurement
      evaluated.append(
        (run.facts, try method.outcome(of: measurement, libraries: libraries).evaluation))
    }
    return SequenceEvaluation(method: method).evaluate(
      evaluated, libraries: libraries.sources, computedBy: MathsFingerprint.signature)
  }
}
