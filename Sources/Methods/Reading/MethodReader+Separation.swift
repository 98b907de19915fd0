internal import Processing
internal import YAMLText

extension MethodReader {
  /// The most signals and analytes that a method may have.
  private static let most = 1000

  /// Reads what is done with signals against time.
  static func separation(
    _ top: YAMLMap, _ technique: Method.Technique
  ) throws(YAMLProblem) -> SeparationMethod {
    try top.refuseUnknown(
      commonKeys + ["signals", "analytes", "area_percent", "identify_peaks", "retention_index"]
        + YAMLMap.time("noise_window") + ["acceptance"])
    let hasMasses = technique == .gcms || technique == .lcms
    let signals = try signals(top.required("signals"), hasMasses)
    var method = SeparationMethod(
      signals: signals, analytes: try analytes(top.value("analytes"), signals, hasMasses),
      areaPercent: try top.truth("area_percent", or: false),
      unknowns: try unknowns(top.value("identify_peaks"), signals, hasMasses),
      acceptance: try acceptance(top.value("acceptance")),
      noiseWindow: try top.window("noise_window"))
    if let ladder = top.value("retention_index") { method.ladder = try self.ladder(ladder) }
    guard !method.analytes.isEmpty || method.areaPercent || method.unknowns != nil else {
      throw top.owner.contradiction(
        "has no analytes, no area_percent and no identify_peaks",
        why: "The method would measure nothing.",
        next: "Add `analytes`, or `area_percent: true`, or `identify_peaks`.")
    }
    for key in ["area_percent", "identify_peaks"] {
      guard let place = top.value(key), key != "area_percent" || method.areaPercent,
        let first = signals.first, first.detection == nil
      else { continue }
      throw place.contradiction(
        "needs the peaks of the signal '\(first.name)', which has no `detection`",
        why: "Without detection no peaks are looked for.",
        next: "Add `detection` with `expected_width_s` to the first signal.")
    }
    return method
  }

  private static func signals(
    _ value: YAMLValue, _ hasMasses: Bool
  ) throws(YAMLProblem) -> [SignalDefinition] {
    let map = try value.map()
    guard (1...most).contains(map.entries.count) else {
      throw value.badValue("must have 1 to \(most) signals")
    }
    var signals: [SignalDefinition] = []
    for entry in map.entries {
      signals.append(try signal(entry.key, entry.value, hasMasses))
    }
    return signals
  }

  /// Where a signal comes from, by the names that methods use.
  private enum Origin: String, CaseIterable {
    case trace, total, ion
    case basePeak = "base-peak"
  }

  private static func signal(
    _ name: String, _ place: YAMLValue, _ hasMasses: Bool
  ) throws(YAMLProblem) -> SignalDefinition {
    guard !name.isEmpty, name.utf8.count <= 60 else {
      throw place.badValue("must have a name of 1 to 60 letters")
    }
    let map = try place.map()
    let from = try map.required("from")
    let origin: Origin = try from.choice()
    var keys = ["from", "detection", "integration", "events"]
    let source: SignalDefinition.Source
    switch origin {
    case .trace:
      keys.append("trace")
      source = .trace(try map.word("trace") ?? "first")
    case .total: source = .total
    case .basePeak: source = .basePeak
    case .ion:
      keys += ["ion_mz", "tolerance_mz"]
      let mass = try map.required("ion_mz").number(.aboveTo(0, 100_000))
      source = .ion(
        massToCharge: mass,
        tolerance: try map.number("tolerance_mz", .within(0...mass / 2), or: 0.5))
    }
    try map.refuseUnknown(keys)
    guard hasMasses || origin == .trace else {
      throw from.contradiction(
        "is '\(origin.rawValue)', which needs mass spectra",
        why: "The technique of this method has no mass spectrometer.",
        next: "Write `from: trace`, or make the technique gc-ms or lc-ms.")
    }
    return SignalDefinition(
      name: name, source: source, detection: try detection(map.value("detection")),
      integration: try integration(map.value("integration")),
      events: try events(map.value("events")))
  }

  /// Reads what must be shown before the results of a sequence count.
  static func acceptance(_ value: YAMLValue?) throws(YAMLProblem) -> AcceptanceRules {
    var rules = AcceptanceRules()
    guard let map = try value?.map() else { return rules }
    try map.refuseUnknown(
      [
        "check_percent", "checks_by_level", "open_start", "open_end", "injections_between_checks",
        "carry_over_share", "internal_standard_lowest_share", "internal_standard_highest_share",
        "retention_percent", "relative_retention_percent",
      ] + YAMLMap.time("retention"))
    let ends: [AcceptanceRules.OpenEnd] = [.hold, .flag, .accept]
    rules.checkPercent = try map.number(
      "check_percent", .aboveTo(0, 100), or: rules.checkPercent)
    rules.checksByLevel = try map.truth("checks_by_level", or: rules.checksByLevel)
    rules.openStart = try map.value("open_start")?.choice(among: ends) ?? rules.openStart
    rules.openEnd = try map.value("open_end")?.choice(among: ends) ?? rules.openEnd
    if let between = map.value("injections_between_checks") {
      let isAny = try between.written() == "any"
      rules.injectionsBetweenChecks = isAny ? nil : try between.whole(in: 1...100_000)
    }
    rules.carryOverShare = try map.number(
      "carry_over_share", .within(0...1), or: rules.carryOverShare)
    rules.internalStandardLowest = try map.number(
      "internal_standard_lowest_share", .within(0...1), or: rules.internalStandardLowest)
    rules.internalStandardHighest = try map.number(
      "internal_standard_highest_share", .within(1...100), or: rules.internalStandardHighest)
    rules.retentionPercent = try map.number(
      "retention_percent", .within(0...100), or: rules.retentionPercent)
    rules.retentionSeconds =
      try map.seconds("retention", .within(0...86_400)) ?? rules.retentionSeconds
    rules.relativeRetentionPercent = try map.number(
      "relative_retention_percent", .aboveTo(0, 100))
    return rules
  }
}
