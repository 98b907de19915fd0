internal import Processing
internal import YAMLText

extension MethodReader {
  /// Which curve, by the names that methods use.
  private enum Shape: String, CaseIterable {
    case linear, quadratic
  }

  /// Reads how a content is found from responses.
  static func calibration(_ value: YAMLValue) throws(YAMLProblem) -> CalibrationDefinition {
    let map = try value.map()
    try map.refuseUnknown([
      "unit", "curve", "through_zero", "weights", "zero_level", "levels", "replicates",
      "exact_interval", "confidence", "back_calculation_percent",
      "lowest_back_calculation_percent", "passing_share_of_level", "passing_share_of_all",
      "quadratic_levels", "few_levels", "detection", "limits",
    ])
    let models = try models(map)
    let definition = CalibrationDefinition(
      models: models, rules: try rules(map), unit: try unit(map.required("unit")),
      levels: try levels(map.value("levels")),
      replicates: try map.whole("replicates", 1...100, or: 1),
      exactInterval: try map.truth("exact_interval", or: false))
    try check(definition, map)
    return definition
  }

  /// A unit of content: anything short that people write, but never a number.
  private static func unit(_ value: YAMLValue) throws(YAMLProblem) -> String {
    let unit = try value.word()
    guard unit.utf8.count <= 30, !unit.contains(where: \.isNewline) else {
      throw value.badValue("is longer than a unit; write it as ug/mL, %, mg/kg")
    }
    return unit
  }

  private static func models(_ map: YAMLMap) throws(YAMLProblem) -> [CalibrationModel] {
    let shape: Shape = try map.required("curve").choice()
    let throughZero = try map.truth("through_zero", or: false)
    let rules: [CalibrationModel.ZeroLevelRule] = [.leaveOut, .lowestLevelWeight]
    let zeroLevel = try map.value("zero_level")?.choice(among: rules) ?? .leaveOut
    var weights: [CalibrationModel.Weighting] = [.equal]
    if let value = map.value("weights") {
      weights = []
      for item in value.kind == .list ? try value.list() : [value] {
        let weight = try weighting(item)
        guard !weights.contains(weight) else {
          throw item.contradiction(
            "stands twice", why: "A weight can be tried once.", next: "Remove it.")
        }
        weights.append(weight)
      }
      guard !weights.isEmpty else { throw value.badValue("must have at least one weight") }
    }
    return weights.map { weight in
      CalibrationModel(
        degree: shape == .linear ? 1 : 2, throughZero: throughZero, weighting: weight,
        zeroLevel: zeroLevel)
    }
  }

  private static func weighting(
    _ value: YAMLValue
  ) throws(YAMLProblem) -> CalibrationModel.Weighting {
    // `1` is a number in YAML, and here it is the name of the weight that is the same for all.
    let word = try value.written()
    guard let weight = CalibrationModel.Weighting(rawValue: word) else {
      let all = CalibrationModel.Weighting.allCases.map(\.rawValue)
      throw value.badValue("is '\(word)'; it must be one of \(all.joined(separator: ", "))")
    }
    return weight
  }

  private static func levels(_ value: YAMLValue?) throws(YAMLProblem) -> [Double] {
    guard let value else { return [] }
    let levels = try value.numbers(.atLeast(0))
    for (level, next) in zip(levels, levels.dropFirst()) where level >= next {
      throw value.badValue("must rise: \(next.short) stands behind \(level.short)")
    }
    return levels
  }

  private static func rules(_ map: YAMLMap) throws(YAMLProblem) -> CalibrationRules {
    var rules = CalibrationRules(limits: .residuals)
    rules.confidence = try map.number("confidence", .within(0.5...0.9999), or: rules.confidence)
    rules.backCalculationPercent = try map.number(
      "back_calculation_percent", .aboveTo(0, 100), or: rules.backCalculationPercent)
    rules.lowestBackCalculationPercent = try map.number(
      "lowest_back_calculation_percent", .aboveTo(0, 100),
      or: max(rules.lowestBackCalculationPercent, rules.backCalculationPercent))
    rules.passingShareOfLevel = try map.number(
      "passing_share_of_level", .aboveTo(0, 1), or: rules.passingShareOfLevel)
    rules.passingShareOfAll = try map.number(
      "passing_share_of_all", .aboveTo(0, 1), or: rules.passingShareOfAll)
    rules.quadraticLevels = try map.whole("quadratic_levels", 4...100, or: rules.quadraticLevels)
    let objections: [CalibrationRules.Objection] = [.refuse, .flag]
    rules.fewLevels = try map.value("few_levels")?.choice(among: objections) ?? rules.fewLevels
    if let value = map.value("limits") { rules.limits = try limits(value) }
    if let value = map.value("detection") { rules.detection = try detectionRule(value) }
    if case .limitOfDetection = rules.detection, rules.limits == nil,
      let place = map.value("detection")
    {
      throw place.contradiction(
        "asks for the limit of detection, but `limits` says none",
        why: "There would be no limit to compare a response with.",
        next: "Choose a rule for `limits`, or another rule of detection.")
    }
    return rules
  }

  /// How detection and quantitation limits are found, by the names that methods use.
  private enum LimitName: String, CaseIterable {
    case residuals, intercept, blanks, none
    case signalToNoise = "signal-to-noise"
  }

  private static func limits(_ value: YAMLValue) throws(YAMLProblem) -> LimitRule? {
    let map = try value.map()
    let name: LimitName = try map.required("rule").choice()
    switch name {
    case .none:
      try map.refuseUnknown(["rule"])
      return nil
    case .residuals:
      try map.refuseUnknown(["rule"])
      return .residuals
    case .intercept:
      try map.refuseUnknown(["rule"])
      return .intercept
    case .blanks:
      try map.refuseUnknown(["rule", "responses"])
      return .blanks(try map.required("responses").numbers(.any, atLeast: 3))
    case .signalToNoise:
      try map.refuseUnknown(["rule", "ratio", "at_level"])
      return .signalToNoise(
        try map.required("ratio").number(.above(0)),
        atLevel: try map.required("at_level").number(.above(0)))
    }
  }

  /// From which response on something is detected, by the names that methods use.
  private enum DetectionName: String, CaseIterable {
    case response, blanks
    case shareOfLowest = "share-of-lowest"
    case limitOfDetection = "limit-of-detection"
  }

  private static func detectionRule(_ value: YAMLValue) throws(YAMLProblem) -> DetectionRule {
    let map = try value.map()
    let name: DetectionName = try map.required("rule").choice()
    switch name {
    case .response:
      try map.refuseUnknown(["rule", "response"])
      return .response(try map.required("response").number(.atLeast(0)))
    case .shareOfLowest:
      try map.refuseUnknown(["rule", "share"])
      return .shareOfLowest(try map.number("share", .within(0...1), or: 0.01))
    case .blanks:
      try map.refuseUnknown(["rule", "responses", "factor"])
      return .blanks(
        try map.required("responses").numbers(.any, atLeast: 3),
        factor: try map.number("factor", .aboveTo(0, 100), or: 3))
    case .limitOfDetection:
      try map.refuseUnknown(["rule"])
      return .limitOfDetection
    }
  }

  private static func check(
    _ definition: CalibrationDefinition, _ map: YAMLMap
  ) throws(YAMLProblem) {
    let rules = definition.rules
    if rules.lowestBackCalculationPercent < rules.backCalculationPercent,
      let place = map.value("lowest_back_calculation_percent")
    {
      throw place.contradiction(
        "is \(rules.lowestBackCalculationPercent.short), less than the "
          + "\(rules.backCalculationPercent.short) of the other levels",
        why: "The lowest level is the hardest: it is given more, never less.",
        next: "Choose at least back_calculation_percent.")
    }
    guard !definition.levels.isEmpty, let place = map.value("levels"),
      let needed = definition.models.map(\.coefficientCount).max()
    else { return }
    let isQuadratic = definition.models.contains { $0.degree == 2 }
    let least =
      isQuadratic && rules.fewLevels == .refuse
      ? max(needed + 1, rules.quadraticLevels) : needed + 1
    guard definition.levels.count >= least else {
      throw place.contradiction(
        "has \(definition.levels.count) levels; this curve needs \(least)",
        why: "With as many levels as coefficients every curve fits, and none is proven.",
        next: "Add levels, or choose a curve of fewer coefficients.")
    }
    for model in definition.models
    where definition.levels.first == 0 && model.zeroLevel == .leaveOut
      && definition.levels.count - 1 < least
      && (model.weighting == .inverseLevel || model.weighting == .inverseLevelSquared)
    {
      throw place.contradiction(
        "has \(definition.levels.count - 1) levels above 0; this curve needs \(least)",
        why: "With weights \(model.weighting.rawValue) the level 0 takes no part in the fit.",
        next: "Add levels, or write `zero_level: lowest_level_weight`.")
    }
  }
}
