internal import Processing
internal import YAMLText

extension MethodReader {
  private static let analyteKeys =
    [
      "keyword", "role", "signal", "pick", "measure", "anchors", "minimum_height",
      "internal_standard", "identity", "calibration",
    ] + YAMLMap.time("window")

  /// Reads the substances that are looked for, in the order of the text.
  static func analytes(
    _ value: YAMLValue?, _ signals: [SignalDefinition], _ hasMasses: Bool
  ) throws(YAMLProblem) -> [AnalyteDefinition] {
    guard let map = try value?.map() else { return [] }
    guard map.entries.count <= 1000 else { throw map.owner.badValue("has more than 1000 analytes") }
    var analytes: [AnalyteDefinition] = []
    for entry in map.entries {
      analytes.append(try analyte(entry.key, entry.value, signals, hasMasses))
    }
    try refuseTwice(analytes, map)
    for (analyte, place) in zip(analytes, map.entries.map(\.value)) {
      try checkStandard(of: analyte, try place.map(), among: analytes)
    }
    return analytes
  }

  private static func analyte(
    _ name: String, _ place: YAMLValue, _ signals: [SignalDefinition], _ hasMasses: Bool
  ) throws(YAMLProblem) -> AnalyteDefinition {
    guard !name.isEmpty, name.utf8.count <= 200 else {
      throw place.badValue("must have a name of 1 to 200 letters")
    }
    let map = try place.map()
    try map.refuseUnknown(analyteKeys)
    let signal = try signalName(map, signals)
    var analyte = AnalyteDefinition(
      name: name, keyword: try map.word("keyword") ?? name,
      role: try map.choice("role", or: .analyte), signal: signal,
      window: try map.requiredWindow("window"), pick: try map.choice("pick", or: .highest),
      measure: try measure(map), minimumHeight: try map.number("minimum_height", .atLeast(0)),
      internalStandard: try map.word("internal_standard"))
    if let value = map.value("identity") {
      analyte.identity = try identity(value, signals, hasMasses)
    }
    if let value = map.value("calibration") { analyte.calibration = try calibration(value) }
    try checkMeasure(analyte, map, signals)
    return analyte
  }

  private static func signalName(
    _ map: YAMLMap, _ signals: [SignalDefinition]
  ) throws(YAMLProblem) -> String {
    guard let value = map.value("signal") else {
      // With one signal there is nothing to choose.
      if signals.count == 1 { return signals[0].name }
      return try map.required("signal").word()
    }
    let name = try value.written()
    guard signals.contains(where: { $0.name == name }) else {
      throw value.unknownName(name, "the signal", among: signals.map(\.name))
    }
    return name
  }

  /// How a response is found, by the names that methods use.
  private enum Measured: String, CaseIterable {
    case anchored
    case peakArea = "peak-area"
    case peakHeight = "peak-height"
  }

  private static func measure(_ map: YAMLMap) throws(YAMLProblem) -> AnalyteDefinition.Measure {
    let measured: Measured = try map.choice("measure", or: .peakArea)
    let anchors = map.value("anchors")
    if measured != .anchored, let anchors {
      throw anchors.contradiction(
        "stands beside `measure: \(measured.rawValue)`",
        why: "Anchors are used where the area between them is the response.",
        next: "Write `measure: anchored`, or remove the anchors.")
    }
    switch measured {
    case .peakArea: return .peakArea
    case .peakHeight: return .peakHeight
    case .anchored: return .anchored(try self.anchors(map.required("anchors").map()))
    }
  }

  private static func checkMeasure(
    _ analyte: AnalyteDefinition, _ map: YAMLMap, _ signals: [SignalDefinition]
  ) throws(YAMLProblem) {
    if case .anchored = analyte.measure { return }
    guard let signal = signals.first(where: { $0.name == analyte.signal }),
      signal.detection == nil
    else { return }
    let place = map.value("measure") ?? map.value("signal") ?? map.owner
    throw place.contradiction(
      "needs the peaks of the signal '\(signal.name)', which has no `detection`",
      why: "Without detection no peaks are looked for.",
      next: "Add `detection` with `expected_width_s` to the signal, or measure between anchors.")
  }

  private static func refuseTwice(
    _ analytes: [AnalyteDefinition], _ map: YAMLMap
  ) throws(YAMLProblem) {
    var seen: [String: String] = [:]
    for (analyte, entry) in zip(analytes, map.entries) {
      let name = analyte.name.lowercased()
      if let first = seen["name " + name] ?? seen["keyword " + analyte.keyword] {
        throw entry.value.contradiction(
          "is the same substance as '\(first)': names differ in capitals alone, or the keyword "
            + "'\(analyte.keyword)' is given twice",
          why: "The LIMS could not tell the two results apart.",
          next: "Give it another name or another `keyword`.")
      }
      seen["name " + name] = analyte.name
      seen["keyword " + analyte.keyword] = analyte.name
    }
  }

  private static func checkStandard(
    of analyte: AnalyteDefinition, _ map: YAMLMap, among analytes: [AnalyteDefinition]
  ) throws(YAMLProblem) {
    if analyte.role == .internalStandard {
      guard let place = map.value("internal_standard") ?? map.value("calibration") else { return }
      throw place.contradiction(
        "stands at an internal standard",
        why: "An internal standard is what others are measured by; it has no content to find.",
        next: "Remove it, or give the role `analyte`.")
    }
    guard let name = analyte.internalStandard, let place = map.value("internal_standard") else {
      return
    }
    let standards = analytes.filter { $0.role == .internalStandard }.map(\.name)
    if standards.contains(name) { return }
    if analytes.contains(where: { $0.name == name }) {
      throw place.contradiction(
        "names '\(name)', which is not an internal standard",
        why: "A substance that is itself to be found cannot be what others are measured by.",
        next: "Give '\(name)' the role `internal-standard`.")
    }
    throw place.unknownName(name, "the internal standard", among: standards)
  }
}
