internal import Instruments

/// What this driver must know of a model: the `facts` of its profile.
struct RGAFacts: Decodable, Sendable {
  struct Identity: Decodable {
    /// How the answer to `ID?` begins.
    var begins: String
    /// The three characters behind it.
    var model: String
  }

  /// How long the electrometer takes, by the eight noise floor settings.
  struct NoiseFloor: Decodable {
    /// Analog scans: milliseconds for one amu.
    var analog_ms_per_amu: [Double]
    /// Histogram scans and single masses: milliseconds for one mass.
    var mass_ms: [Double]
  }

  struct Emission: Decodable {
    /// The smallest emission above 0.
    var lowest_mA: Double
    /// The filament is switched off again above this total pressure.
    var highest_pressure_Torr: Double
  }

  struct Multiplier: Decodable {
    /// The smallest voltage above 0.
    var lowest_V: Double
    /// The multiplier stays off above this total pressure.
    var highest_pressure_Torr: Double
  }

  struct Waiting: Decodable {
    /// For the answer to a question.
    var reply_ms: Int
    /// For electron energy, ion energy and focus plate.
    var action_ms: Int
    var emission_ms: Int
    var multiplier_ms: Int
    var initialize_ms: Int
    /// Added to the wait for a frame.
    var frame_grace_ms: Int
    /// What the time of measuring is multiplied by in the wait for a frame.
    var frame_margin: Double
    /// How long behind a frame nothing may come.
    var surplus_wait_ms: Int
    /// How long the line must be quiet to be believed empty.
    var quiet_ms: Int
  }

  var identity: Identity
  var amperes_per_count: Double
  var noise_floor: NoiseFloor
  var emission: Emission
  var multiplier: Multiplier
  var waiting: Waiting
}

/// The settings that this driver knows, by the names profiles use.
enum RGASetting {
  static let scanKind = "scan_kind"
  static let firstMass = "first_mass_amu"
  static let lastMass = "last_mass_amu"
  static let steps = "steps_per_amu"
  static let noiseFloor = "noise_floor"
  static let electronEnergy = "electron_energy_eV"
  static let ionEnergy = "ion_energy_high"
  static let focus = "focus_V"
  static let emission = "emission_mA"
  static let multiplier = "multiplier_V"
  static let masses = (1...10).map { "mass_\($0)_amu" }
  static let all =
    [
      scanKind, firstMass, lastMass, steps, noiseFloor, electronEnergy, ionEnergy, focus, emission,
      multiplier,
    ] + masses
}

/// The facts of one model, checked.
struct RGAModel: Sendable {
  let profile: DeviceProfile
  let facts: RGAFacts
  let line: SerialFacts
  /// The length of the longest frame in bytes.
  let largestFrame: Int

  init(_ profile: DeviceProfile) throws(DriverError) {
    self.profile = profile
    facts = try profile.facts.decode(RGAFacts.self)
    guard case .serial(let line) = profile.link else {
      throw .unusableProfile(detail: "link must be serial")
    }
    self.line = line
    func rule(_ name: String) throws(DriverError) -> SettingRule {
      guard let rule = profile.setting(name), rule.scope == .instrument, rule.standard != nil
      else {
        throw .unusableProfile(
          detail: "settings.\(name) must be there, of scope instrument and with a standard")
      }
      return rule
    }
    for name in RGASetting.all { _ = try rule(name) }
    for name in [RGASetting.firstMass, RGASetting.lastMass, RGASetting.steps] {
      let rule = try rule(name)
      guard rule.minimum >= 1, rule.maximum <= 1000, rule.step == 1 else {
        throw .unusableProfile(detail: "settings.\(name) must be whole and 1 to 1000")
      }
    }
    let (first, last) = (try rule(RGASetting.firstMass), try rule(RGASetting.lastMass))
    let points = Int(last.maximum - first.minimum) * Int(try rule(RGASetting.steps).maximum) + 1
    largestFrame = RGADecoding.word * (max(points, RGASetting.masses.count) + 1)
    try check()
  }

  var reply: Duration { .milliseconds(facts.waiting.reply_ms) }
  var quiet: Duration { .milliseconds(facts.waiting.quiet_ms) }

  private func check() throws(DriverError) {
    func need(_ holds: Bool, _ detail: String) throws(DriverError) {
      if !holds { throw .unusableProfile(detail: detail) }
    }
    let (floor, waits) = (facts.noise_floor, facts.waiting)
    for (name, table) in [
      ("analog_ms_per_amu", floor.analog_ms_per_amu), ("mass_ms", floor.mass_ms),
    ] {
      try need(
        table.count == 8 && table.allSatisfy { $0 > 0 && $0 <= 60_000 },
        "facts.noise_floor.\(name) must be 8 times above 0 and up to 60000 ms")
    }
    try need(
      profile.setting(RGASetting.noiseFloor)?.choices == (0...7).map(Double.init),
      "settings.\(RGASetting.noiseFloor) must have the choices 0 to 7")
    try need(
      profile.setting(RGASetting.scanKind)?.choices == [0, 1, 2],
      "settings.\(RGASetting.scanKind) must have the choices 0, 1, 2")
    for name in RGASetting.masses {
      let rule = profile.setting(name)
      try need(
        rule?.minimum == 0 && rule?.step == 1 && (rule?.maximum ?? 0) <= 1000,
        "settings.\(name) must be whole and 0 to 1000")
    }
    try need(
      facts.amperes_per_count > 0 && facts.amperes_per_count < 1,
      "facts.amperes_per_count must be above 0 and below 1")
    try need(
      facts.identity.model.utf8.count == 3 && (1...16).contains(facts.identity.begins.utf8.count),
      "facts.identity.model must have 3 characters and facts.identity.begins 1 to 16")
    for (name, value) in [
      ("emission.lowest_mA", facts.emission.lowest_mA),
      ("emission.highest_pressure_Torr", facts.emission.highest_pressure_Torr),
      ("multiplier.lowest_V", facts.multiplier.lowest_V),
      ("multiplier.highest_pressure_Torr", facts.multiplier.highest_pressure_Torr),
    ] {
      try need(value > 0 && value.isFinite, "facts.\(name) must be above 0")
    }
    for (name, value, most) in [
      ("reply_ms", waits.reply_ms, 10_000), ("action_ms", waits.action_ms, 200_000),
      ("emission_ms", waits.emission_ms, 200_000),
      ("multiplier_ms", waits.multiplier_ms, 200_000),
      ("initialize_ms", waits.initialize_ms, 200_000),
      ("frame_grace_ms", waits.frame_grace_ms, 60_000),
      ("quiet_ms", waits.quiet_ms, 5000),
    ] {
      try need((1...most).contains(value), "facts.waiting.\(name) must be 1 to \(most)")
    }
    // 0 looks for bytes too many without waiting for them.
    try need(
      (0...1000).contains(waits.surplus_wait_ms), "facts.waiting.surplus_wait_ms must be 0 to 1000")
    try need(
      waits.frame_margin >= 1 && waits.frame_margin <= 10,
      "facts.waiting.frame_margin must be 1 to 10")
  }
}
