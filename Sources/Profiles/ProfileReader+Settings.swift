internal import Instruments
internal import YAMLText

extension ProfileReader {
  /// Reads the map of settings, in the order of the file.
  static func settings(_ map: ProfileMap) throws(ProfileError) -> [SettingRule] {
    var rules: [SettingRule] = []
    for name in map.keys {
      let place = try map.required(name)
      guard Spelling.isSnake(name) else { throw place.badValue("must have a snake_case name") }
      rules.append(try rule(name, place))
    }
    return rules
  }

  private static func rule(
    _ name: String, _ place: ProfileValue
  ) throws(ProfileError) -> SettingRule {
    let map = try place.map()
    try map.refuseUnknown([
      "unit", "minimum", "maximum", "step", "choices", "standard", "scope", "about",
    ])
    let scope = try map.required("scope", .notNeeded)
    let rule = SettingRule(
      name: name, unit: Unit(try map.required("unit", .notNeeded).word()),
      minimum: try map.required("minimum").number(), maximum: try map.required("maximum").number(),
      step: try map.value("step")?.number(), choices: try choices(map.value("choices")),
      standard: try map.value("standard")?.number(), scope: try self.scope(scope),
      about: try map.required("about", .notNeeded).word())
    try refuseContradiction(rule, place)
    return rule
  }

  private static func scope(_ value: ProfileValue) throws(ProfileError) -> SettingRule.Scope {
    let word = try value.word()
    guard let scope = SettingRule.Scope(rawValue: word) else {
      throw value.badValue("is '\(word)'; it must be instrument or processing")
    }
    return scope
  }

  private static func choices(_ value: ProfileValue?) throws(ProfileError) -> [Double]? {
    guard let value else { return nil }
    var choices: [Double] = []
    for item in try value.list() { choices.append(try item.number()) }
    guard !choices.isEmpty else { throw value.badValue("must have at least one number") }
    return choices
  }

  private static func refuseContradiction(
    _ rule: SettingRule, _ place: ProfileValue
  ) throws(ProfileError) {
    guard rule.minimum <= rule.maximum else { throw place.badValue("has minimum above maximum") }
    if let step = rule.step, !(step > 0) { throw place.badValue("must have a step above 0") }
    guard rule.unit == .one || rule.name.hasSuffix("_\(rule.unit.symbol)") else {
      throw place.badValue("must end with its unit: \(rule.name)_\(rule.unit.symbol)")
    }
    for choice in rule.choices ?? [] where choice < rule.minimum || choice > rule.maximum {
      throw place.badValue("has the choice \(choice) outside minimum and maximum")
    }
    if let standard = rule.standard, rule.accepted(standard) != standard {
      throw place.badValue("has the standard \(standard), which its own limits do not allow")
    }
  }
}
