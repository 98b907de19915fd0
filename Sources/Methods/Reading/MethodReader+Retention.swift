internal import Laboratory
internal import Processing
internal import YAMLText

extension MethodReader {
  /// Reads the anchors around an apex between which an area is taken.
  static func anchors(_ map: YAMLMap) throws(YAMLProblem) -> AnchoredIntegration {
    try map.refuseUnknown(
      YAMLMap.time("before") + YAMLMap.time("after") + ["level_points", "level", "side"])
    var anchors = AnchoredIntegration(
      before: try map.requiredSeconds("before", .aboveTo(0, 86_400)),
      after: try map.requiredSeconds("after", .aboveTo(0, 86_400)))
    anchors.levelPoints = try map.whole("level_points", 1...10_000, or: anchors.levelPoints)
    let levels: [AnchoredIntegration.Level] = [.mean, .median]
    anchors.level = try map.value("level")?.choice(among: levels) ?? anchors.level
    let sides: [AnchoredIntegration.Side] = [.outward, .centred, .inward]
    anchors.side = try map.value("side")?.choice(among: sides) ?? anchors.side
    return anchors
  }

  /// Reads the ladder of retention indices; its numbers and times must both rise.
  static func ladder(_ value: YAMLValue) throws(YAMLProblem) -> RetentionLadder {
    let map = try value.map()
    try map.refuseUnknown(
      ["scale", "interpolation", "standards"] + YAMLMap.time("dead_time"))
    let scales: [RetentionLadder.Scale] = [.alkanes, .fattyAcidMethylEsters, .aromatics]
    let ways: [RetentionLadder.Interpolation] = [.linear, .cubic, .isothermal]
    let list = try map.required("standards")
    let items = try list.list()
    guard items.count <= 1000 else { throw list.badValue("has more than 1000 standards") }
    var standards: [RetentionLadder.Standard] = []
    for item in items {
      let entry = try item.map()
      try entry.refuseUnknown(["number"] + YAMLMap.time("retention"))
      let standard = RetentionLadder.Standard(
        number: try entry.required("number").number(.aboveTo(0, 1000)),
        time: try entry.requiredSeconds("retention", .atLeast(0)))
      if let last = standards.last, standard.number <= last.number || standard.time <= last.time {
        throw item.contradiction(
          "does not rise: number \(standard.number.short) at \(standard.time.short) s stands behind "
            + "\(last.number.short) at \(last.time.short) s",
          why: "An index between the two would have no meaning.",
          next: "Give the standards in the order of their times.")
      }
      standards.append(standard)
    }
    let interpolation = try map.value("interpolation")?.choice(among: ways) ?? .linear
    let deadTime = try map.seconds("dead_time", .within(0...86_400))
    if let place = map.value("dead_time_s") ?? map.value("dead_time_min"),
      interpolation != .isothermal
    {
      throw place.contradiction(
        "stands beside `interpolation: \(interpolation.rawValue)`",
        why: "The dead time is used at constant temperature alone.",
        next: "Write `interpolation: isothermal`, or remove it.")
    }
    do {
      return try RetentionLadder(
        scale: try map.value("scale")?.choice(among: scales) ?? .alkanes,
        interpolation: interpolation, deadTime: deadTime ?? 0, standards: standards)
    } catch let error as YAMLProblem {
      throw error
    } catch {
      let words = Self.words(of: error)
      throw list.contradiction(words.what, why: words.why, next: words.next)
    }
  }

  /// What a kernel says of numbers it cannot work with.
  static func words(of error: any Error) -> (what: String, why: String, next: String) {
    guard let failure = (error as? any Explained)?.failure else {
      return ("cannot be used: \(error)", "The numbers do not fit together.", "Correct them.")
    }
    return ("cannot be used: \(failure.what)", failure.why, failure.next)
  }
}
