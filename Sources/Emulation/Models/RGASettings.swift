/// What a residual gas analyser was told, in ten-thousandths of each unit.
struct RGASettings: Sendable {
  /// EE, eV.
  var electronEnergy = 70_0000
  /// IE: 0 is 8 eV, 1 is 12 eV.
  var ionEnergy = 1_0000
  /// VF, V.
  var focus = 90_0000
  /// FL, mA; 0 is off.
  var emission = 0
  /// HV, V; 0 is the Faraday cup.
  var multiplier = 0
  /// NF.
  var noiseFloor = 4_0000
  /// SA.
  var steps = 10_0000
  /// MI and MF, amu.
  var firstMass = 1_0000
  var lastMass: Int
  /// Whether the total current is measured (TP).
  var measuresTotal = true
  /// ML and MR, amu; where the filter stands.
  var parkedMass = 0

  // Kept without power.

  /// SP and ST, mA/Torr.
  var partialSensitivity = 1033
  var totalSensitivity = 197
  /// MG: the multiplier's gain over 1000, at the voltage MV.
  var gain = 1_0000
  var gainVoltage = 1400_0000

  init(_ model: RGAModel) { lastMass = model.largestMass * Self.one }

  /// One, in ten-thousandths.
  static let one = 10_000

  /// Puts everything but what is kept without power to what the maker set; filament, multiplier and
  /// filter stay as they are.
  mutating func setStandard(_ model: RGAModel) {
    let fresh = RGASettings(model)
    (electronEnergy, ionEnergy, focus) = (fresh.electronEnergy, fresh.ionEnergy, fresh.focus)
    (noiseFloor, steps) = (fresh.noiseFloor, fresh.steps)
    (firstMass, lastMass) = (fresh.firstMass, fresh.lastMass)
  }

  /// One setting that is no more than a number.
  struct Plain: Sendable {
    var path: any WritableKeyPath<RGASettings, Int> & Sendable
    var range: ClosedRange<Int>
    /// What `*` sets; nil where there is no such value.
    var standard: Int?
    var isWhole = true
    /// Seconds until STATUS comes; nil for those that are set without a word.
    var action: Double?
  }

  /// The plain settings by their command.
  static let plain: [String: Plain] = [
    "EE": Plain(
      path: \.electronEnergy, range: 25_0000...105_0000, standard: 70_0000, action: 0.2),
    "IE": Plain(path: \.ionEnergy, range: 0...1_0000, standard: 1_0000, action: 0.2),
    "VF": Plain(path: \.focus, range: 0...150_0000, standard: 90_0000, action: 0.2),
    "NF": Plain(path: \.noiseFloor, range: 0...7_0000, standard: 4_0000),
    "SA": Plain(path: \.steps, range: 10_0000...25_0000, standard: 10_0000),
    "SP": Plain(path: \.partialSensitivity, range: 0...10_0000, isWhole: false),
    "ST": Plain(path: \.totalSensitivity, range: 0...100_0000, isWhole: false),
    "MG": Plain(path: \.gain, range: 0...2000_0000, isWhole: false),
    "MV": Plain(path: \.gainVoltage, range: 0...2490_0000),
  ]

  /// The number as the head says it: whole, or with four decimals.
  static func text(_ value: Int, isWhole: Bool) -> String {
    if isWhole { return "\(value / one)" }
    let fraction = String(value.magnitude % UInt(one))
    let sign = value < 0 ? "-" : ""
    return "\(sign)\(value.magnitude / UInt(one))."
      + String(repeating: "0", count: 4 - fraction.count) + fraction
  }
}
