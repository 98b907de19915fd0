internal import YAMLText

extension MethodReader {
  /// Reads what is demanded of partial pressures.
  static func residualGas(_ top: YAMLMap) throws(YAMLProblem) -> ResidualGasMethod {
    try top.refuseUnknown(commonKeys + ["limits"])
    let value = try top.required("limits")
    let items = try value.list()
    guard (1...1000).contains(items.count) else {
      throw value.badValue("must have 1 to 1000 limits")
    }
    var limits: [ResidualGasMethod.Limit] = []
    for item in items {
      let limit = try self.limit(item.map())
      guard !limits.contains(where: { $0.keyword == limit.keyword }) else {
        throw item.contradiction(
          "has the keyword '\(limit.keyword)', which stands above",
          why: "The LIMS could not tell the two results apart.", next: "Give it another keyword.")
      }
      limits.append(limit)
    }
    return ResidualGasMethod(limits: limits)
  }

  private static func limit(_ map: YAMLMap) throws(YAMLProblem) -> ResidualGasMethod.Limit {
    let keyword = try map.required("keyword").word()
    let mass = try map.required("mass_u").number(.aboveTo(0, 1000))
    let over = try map.number("over_mass_u", .aboveTo(0, 1000))
    // A pressure has a unit, and a ratio of two has none: the keys say which is meant.
    let (lowest, highest) =
      over == nil ? ("at_least_torr", "at_most_torr") : ("at_least", "at_most")
    try map.refuseUnknown(["keyword", "mass_u", "over_mass_u", lowest, highest])
    if over == mass, let place = map.value("over_mass_u") {
      throw place.contradiction(
        "is the mass itself", why: "A mass over itself is 1, whatever the gas.",
        next: "Name another mass.")
    }
    let rule = NumberRule.within(-1e6...1e6)
    let low = try map.number(lowest, rule)
    let high = try map.number(highest, rule)
    guard low != nil || high != nil else {
      throw map.owner.problem(
        .missingKey, "lacks the key '\(highest)' (or '\(lowest)')",
        why: dialect.missingReason, next: "Say what the value may be at most or at least.")
    }
    let allowed = (low ?? -.infinity, high ?? .infinity)
    guard allowed.0 < allowed.1 else {
      throw map.owner.contradiction(
        "allows nothing: \(allowed.0.short) to \(allowed.1.short)",
        why: "No gas could ever pass.", next: "Exchange or correct the two.")
    }
    return .init(keyword: keyword, mass: mass, over: over, allowed: allowed.0...allowed.1)
  }
}
