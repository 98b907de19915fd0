internal import Instruments
internal import YAMLText

extension MethodReader {
  /// Reads how a run is taken; with a profile every setting must be one of its own.
  static func acquisition(
    _ value: YAMLValue?, _ profile: DeviceProfile?
  ) throws(YAMLProblem) -> MethodAcquisition {
    guard let map = try value?.map() else { return MethodAcquisition() }
    try map.refuseUnknown(
      ["settings", "scans", "average_every", "dark_scans"] + YAMLMap.time("duration"))
    let plan = MethodAcquisition(
      settings: try settings(map.value("settings"), profile),
      scans: try map.value("scans")?.whole(in: 1...1_000_000_000),
      duration: try map.seconds("duration", .aboveTo(0, 31_536_000)),
      averageEvery: try map.value("average_every")?.whole(in: 1...1_000_000),
      darkScans: try map.value("dark_scans")?.whole(in: 1...1_000_000))
    if plan.scans != nil, plan.duration != nil, let scans = map.value("scans") {
      throw scans.contradiction(
        "stands beside a duration", why: "A run ends after its scans or after its time.",
        next: "Keep one of the two.")
    }
    if let every = plan.averageEvery, let scans = plan.scans, scans % every != 0,
      let place = map.value("average_every")
    {
      throw place.contradiction(
        "is \(every), which does not divide the \(scans) scans",
        why: "The last spectrum would be the mean of fewer scans than the others.",
        next: "Choose scans as a multiple of average_every.")
    }
    return plan
  }

  private static func settings(
    _ value: YAMLValue?, _ profile: DeviceProfile?
  ) throws(YAMLProblem) -> Settings {
    var settings = Settings()
    guard let map = try value?.map() else { return settings }
    for entry in map.entries {
      let (name, place) = (entry.key, entry.value)
      guard Spelling.isSnake(name) else {
        throw place.badValue("must have a snake_case name, as profiles give it")
      }
      let number = try place.number(.any)
      settings[name] = number
      guard let profile else { continue }
      guard let rule = profile.settings.first(where: { $0.name == name }) else {
        throw place.unknownName(name, "the setting", among: profile.settings.map(\.name))
      }
      guard rule.accepted(number) != nil else {
        let allowed =
          rule.choices.map { "one of \($0.map(\.short).joined(separator: ", "))" }
          ?? "\(rule.minimum.short) to \(rule.maximum.short)"
        throw place.contradiction(
          "is \(number.short), but the \(profile.id) takes \(allowed)",
          why: "The instrument would refuse it, or do something else.",
          next: "See the limits with: gauger profiles show \(profile.id)")
      }
    }
    return settings
  }
}
