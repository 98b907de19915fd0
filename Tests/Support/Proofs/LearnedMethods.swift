internal import Laboratory
internal import Methods
internal import Processing

/// A method that is learned of the lowest and the highest standard fits the whole sequence.
let learnedSequenceMethod = Proof("gcms-etizolam-sequence/learned method") {
  let runs = try ["220223002", "220223008"].map {
    LearningRun(
      name: $0, measurement: Measurement(massScans: try EtizolamSequence.scans($0)))
  }
  let draft = try MethodDraft(from: MethodFile.template("gcms-quantitation"), name: "learned")
  let text = try draft.text(
    learnedFrom: runs,
    targets: [
      LearningTarget(name: "Internal standard", time: 390, role: .internalStandard),
      LearningTarget(name: "Etizolam", time: 615),
    ])
  guard case .separation(let body) = try MethodReader.read(text: text, file: "learned").body else {
    return [Figure("a method of separation", false)]
  }
  func ion(_ analyte: AnalyteDefinition) -> Double {
    guard
      case .ion(let mass, _)? = body.signals.first(where: { $0.name == analyte.signal })?.source
    else { return .nan }
    return mass
  }
  var figures: [Figure] = []
  for row in try SharedMaterial.table("\(EtizolamSequence.folder)/expected.csv") {
    for (analyte, column) in zip(body.analytes, ["rt_IS_s", "rt_etizolam_s"]) {
      guard let time = Double(row[column] ?? "") else { continue }
      figures.append(
        Figure(
          "\(row["run"] ?? ""), \(time) s in the window of \(analyte.name)",
          analyte.window.contains(time)))
    }
  }
  for (analyte, mass) in zip(body.analytes, [140.2, 342.1]) {
    figures.append(Figure("ion of \(analyte.name), m/z", ion(analyte), mass, .absolute(0.2)))
    let window = analyte.window.upperBound - analyte.window.lowerBound
    figures.append(Figure("window of \(analyte.name), s", window, 60, .atMost))
  }
  // The negative sample shows 153 counts in this window.
  if let least = body.analytes.last?.minimumHeight {
    figures.append(Figure("least height of etizolam, counts", least, 153, .atLeast))
  }
  return figures
}
