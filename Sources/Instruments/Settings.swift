/// What an instrument is told to do: profile-declared names with numbers, units in the names.
///
/// The same names stand in methods, behind `--set` and in JSON (`integration_us`, `laser_nm`).
public struct Settings: Sendable, Hashable, Codable {
  /// The numbers by name.
  public var values: [String: Double]

  /// Makes settings from names and numbers.
  public init(_ values: [String: Double] = [:]) { self.values = values }

  /// Reads a plain map of names to numbers.
  public init(from decoder: any Decoder) throws {
    values = try decoder.singleValueContainer().decode([String: Double].self)
  }

  /// Writes a plain map of names to numbers.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(values)
  }

  /// The number set under `name`, if any.
  public subscript(name: String) -> Double? {
    get { values[name] }
    set { values[name] = newValue }
  }

  /// These settings with those of `other` put over them.
  public func overlaid(with other: Settings) -> Settings {
    Settings(values.merging(other.values) { _, new in new })
  }
}

/// What a profile says about one setting: its unit, limits, step and default.
public struct SettingRule: Sendable, Hashable, Codable {
  /// Where a setting takes effect.
  public enum Scope: String, Sendable, Hashable, Codable {
    /// Sent to the instrument by its driver.
    case instrument
    /// Used by the processing core only; the instrument never sees it.
    case processing
  }

  /// The name, with the unit at its end where there is one.
  public var name: String
  /// The unit of the number.
  public var unit: Unit
  /// The smallest number allowed.
  public var minimum: Double
  /// The largest number allowed.
  public var maximum: Double
  /// The step: an asked number is rounded down to a whole multiple of it before it is sent.
  public var step: Double?
  /// The only numbers allowed, where the range has holes.
  public var choices: [Double]?
  /// The number used when nobody says one; none means that the setting is left alone.
  public var standard: Double?
  /// Where the setting takes effect.
  public var scope: Scope
  /// What the setting does, in one line.
  public var about: String

  /// Makes a rule.
  public init(
    name: String, unit: Unit, minimum: Double, maximum: Double, step: Double? = nil,
    choices: [Double]? = nil, standard: Double? = nil, scope: Scope, about: String
  ) {
    self.name = name
    self.unit = unit
    self.minimum = minimum
    self.maximum = maximum
    self.step = step
    self.choices = choices
    self.standard = standard
    self.scope = scope
    self.about = about
  }

  /// The number as it would be sent: rounded down to the step, or nil when out of range.
  public func accepted(_ asked: Double) -> Double? {
    guard asked.isFinite, asked >= minimum, asked <= maximum else { return nil }
    if let choices { return choices.contains(asked) ? asked : nil }
    guard let step, step > 0 else { return asked }
    // An asked multiple of the step must not fall one step down by the rounding of a division.
    let steps = ((asked / step) + 1e-9).rounded(.down)
    return max(minimum, steps * step)
  }
}
