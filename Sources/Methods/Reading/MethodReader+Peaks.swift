internal import Processing
internal import YAMLText

extension MethodReader {
  /// Reads how peaks are found.
  static func detection(_ value: YAMLValue?) throws(YAMLProblem) -> PeakDetection? {
    guard let map = try value?.map() else { return nil }
    try map.refuseUnknown(
      YAMLMap.time("expected_width") + ["rise_factor", "fall_factor", "consecutive_points"]
        + ["interval_s"])
    var detection = PeakDetection(
      expectedWidth: try map.requiredSeconds("expected_width", .aboveTo(0, 86_400)))
    detection.riseFactor = try map.number(
      "rise_factor", .aboveTo(0, 1000), or: detection.riseFactor)
    detection.fallFactor = try map.number(
      "fall_factor", .aboveTo(0, 1000), or: detection.fallFactor)
    detection.consecutivePoints = try map.whole(
      "consecutive_points", 1...1000, or: detection.consecutivePoints)
    detection.interval = try map.number("interval_s", .aboveTo(0, 86_400))
    if detection.fallFactor > detection.riseFactor {
      let place = map.value("fall_factor") ?? map.value("rise_factor") ?? map.owner
      throw place.contradiction(
        "makes fall_factor \(detection.fallFactor.short) larger than rise_factor "
          + "\(detection.riseFactor.short)",
        why: "A peak would be over before it had begun.",
        next: "Choose a fall_factor of at most the rise_factor.")
    }
    return detection
  }

  /// Reads how baselines are drawn and which peaks are kept.
  static func integration(_ value: YAMLValue?) throws(YAMLProblem) -> IntegrationRules {
    var rules = IntegrationRules()
    guard let map = try value?.map() else { return rules }
    try map.refuseUnknown(
      [
        "averaged_ends", "valley_to_valley_below", "penetration", "skim", "skim_height_ratio",
        "skim_valley_ratio", "saturation", "minimum_height", "minimum_area",
        "minimum_width_factor", "maximum_width_factor", "minimum_signal_to_noise",
      ] + YAMLMap.time("solvent_before"))
    rules.averagesEnds = try map.truth("averaged_ends", or: rules.averagesEnds)
    rules.valleyToValleyBelow = try map.number("valley_to_valley_below", .within(0...1))
    rules.correctsPenetration = try map.truth("penetration", or: rules.correctsPenetration)
    rules.skim =
      try map.value("skim")?.choice(among: [.none, .tangent, .exponential]) ?? rules.skim
    rules.skimHeightRatio = try map.number(
      "skim_height_ratio", .atLeast(0), or: rules.skimHeightRatio)
    rules.skimValleyRatio = try map.number(
      "skim_valley_ratio", .atLeast(0), or: rules.skimValleyRatio)
    rules.solventBefore = try map.seconds("solvent_before")
    rules.saturation = try map.number("saturation", .any)
    rules.minimumHeight = try map.number("minimum_height", .atLeast(0), or: rules.minimumHeight)
    rules.minimumArea = try map.number("minimum_area", .atLeast(0), or: rules.minimumArea)
    rules.minimumWidthFactor = try map.number(
      "minimum_width_factor", .within(0...1), or: rules.minimumWidthFactor)
    rules.maximumWidthFactor = try map.number(
      "maximum_width_factor", .aboveTo(1, 1000), or: rules.maximumWidthFactor)
    rules.minimumSignalToNoise = try map.number(
      "minimum_signal_to_noise", .atLeast(0), or: rules.minimumSignalToNoise)
    return rules
  }

  /// Reads what is done at given times, in the order of the text.
  static func events(_ value: YAMLValue?) throws(YAMLProblem) -> [IntegrationEvent] {
    var events: [IntegrationEvent] = []
    guard let items = try value?.list() else { return events }
    guard items.count <= 10_000 else {
      throw value?.badValue("has more than 10000 events") ?? items[0].badValue("is too many")
    }
    for item in items { events.append(try event(item.map())) }
    return events
  }

  private static func event(_ map: YAMLMap) throws(YAMLProblem) -> IntegrationEvent {
    let kind: IntegrationEvent.Kind = try map.required("event").choice()
    var keys = ["event"] + YAMLMap.time("at")
    var event = IntegrationEvent(at: try map.requiredSeconds("at"), kind)
    switch kind {
    case .minimumArea:
      keys.append("area")
      event.value = try map.required("area").number(.atLeast(0))
    case .minimumHeight:
      keys.append("height")
      event.value = try map.required("height").number(.atLeast(0))
    case .manualPeak:
      keys += YAMLMap.time("end") + ["start_level", "end_level", "code"]
      let end = try map.requiredSeconds("end")
      guard end > event.time else {
        throw map.owner.contradiction(
          "ends at \(end.short) s, not behind its start at \(event.time.short) s",
          why: "A peak between these times has no area.", next: "Exchange or correct the times.")
      }
      event.end = end
      event.startLevel = try map.number("start_level", .any)
      event.endLevel = try map.number("end_level", .any)
      if let code = map.value("code") {
        let word = try code.word()
        guard word.utf8.count == 2, word.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
          throw code.badValue("is '\(word)'; it must be two capital letters, as BV")
        }
        event.code = word
      }
    default: break
    }
    try map.refuseUnknown(keys)
    return event
  }
}
