internal import Instruments

/// What one frame is, from the settings alone: used to ask for it and, anywhere, to decode it.
struct RGAPlan: Sendable {
  let kind: MassScanLayout.Kind
  let first: Int
  let last: Int
  let steps: Int
  /// The masses of a selected scan, in their order.
  let masses: [Int]
  let volts: Double
  /// How long the instrument measures one point.
  let pointTime: Duration

  /// Makes the plan of settings that were checked and are complete.
  init(_ settings: Settings, _ model: RGAModel) throws(DriverError) {
    func whole(_ name: String) -> Int { Int(settings[name] ?? 0) }
    switch whole(RGASetting.scanKind) {
    case 0: kind = .profile
    case 1: kind = .centroid
    default: kind = .selected
    }
    first = whole(RGASetting.firstMass)
    last = whole(RGASetting.lastMass)
    steps = whole(RGASetting.steps)
    masses = RGASetting.masses.map(whole).filter { $0 > 0 }
    volts = settings[RGASetting.multiplier] ?? 0
    let floor = model.facts.noise_floor
    let row = whole(RGASetting.noiseFloor)
    guard floor.mass_ms.indices.contains(row), steps > 0, first > 0, first <= last else {
      throw .unusableProfile(detail: "settings give no scan")
    }
    let milliseconds =
      kind == .profile ? floor.analog_ms_per_amu[row] / Double(steps) : floor.mass_ms[row]
    pointTime = .nanoseconds(Int64((milliseconds * 1e6).rounded()))
  }

  /// How many points a frame has, without the total.
  var points: Int {
    switch kind {
    case .profile: (last - first) * steps + 1
    case .centroid: last - first + 1
    case .selected: masses.count
    }
  }

  /// Whether the last word says something: a head with its multiplier on measures no total.
  var carriesTotal: Bool { volts == 0 }

  /// Scans always end with the total's word; behind selected masses it is asked for.
  var byteCount: Int {
    RGADecoding.word * (points + (kind != .selected || carriesTotal ? 1 : 0))
  }

  /// The mass-to-charge ratio of each point, from whole numbers and not by adding steps up.
  var massToCharge: [Double] {
    switch kind {
    case .profile: (0..<points).map { Double(first * steps + $0) / Double(steps) }
    case .centroid: (0..<points).map { Double(first + $0) }
    case .selected: masses.map(Double.init)
    }
  }

  /// How long one frame takes: the measuring, or the line where that is slower.
  func frameTime(on line: SerialFacts) -> Duration {
    max(pointTime * points, line.wireTime(of: byteCount))
  }

  /// What is said for one frame: commands, each with the bytes that follow it and its time.
  func triggers(_ model: RGAModel) -> [RGATrigger] {
    func trigger(_ command: String, points: Int, words: Int) -> RGATrigger {
      let waits = model.facts.waiting
      let bytes = Array(command.utf8) + [RGAConversation.cr]
      let count = RGADecoding.word * words
      let wire = model.line.wireTime(of: bytes.count + count)
      return RGATrigger(
        command: bytes, byteCount: count,
        wait: pointTime * points * waits.frame_margin + wire * 2
          + .milliseconds(waits.frame_grace_ms))
    }
    switch kind {
    case .profile: return [trigger("SC1", points: points, words: points + 1)]
    case .centroid: return [trigger("HS1", points: points, words: points + 1)]
    case .selected:
      return masses.map { trigger("MR\($0)", points: 1, words: 1) }
        + (carriesTotal ? [trigger("TP?", points: 1, words: 1)] : [])
    }
  }
}

/// One command of a frame, made before the run so that nothing is made between frames.
struct RGATrigger: Sendable {
  var command: [UInt8]
  /// How many bytes follow, without any mark.
  var byteCount: Int
  /// The longest wait for them: measuring, line and grace.
  var wait: Duration
}

extension RGAModel {
  /// Checks settings one by one and against each other; gives the complete set, rounded.
  ///
  /// What is not given is as in `base`. Names of scope `processing` are checked and left out.
  func complete(_ settings: Settings, over base: Settings) throws(DriverError) -> Settings {
    var all = base
    for (name, asked) in settings.values.sorted(by: { $0.key < $1.key }) {
      guard let rule = profile.setting(name) else { throw .unknownSetting(name: name) }
      guard let value = rule.accepted(asked) else {
        throw .outOfRange(name: name, asked: asked, rule: rule)
      }
      if RGASetting.all.contains(name) { all[name] = value }
    }
    try refuseHole(RGASetting.emission, facts.emission.lowest_mA, all)
    try refuseHole(RGASetting.multiplier, facts.multiplier.lowest_V, all)
    if let first = all[RGASetting.firstMass], let last = all[RGASetting.lastMass], first > last {
      throw outOfRange(RGASetting.firstMass, first) { $0.maximum = last }
    }
    if all[RGASetting.scanKind] == 2, RGASetting.masses.allSatisfy({ all[$0] == 0 }) {
      throw outOfRange(RGASetting.masses[0], 0) { $0.minimum = 1 }
    }
    return all
  }

  /// Refuses a multiplier where none is fitted, or without the filament that it is good for.
  func refuseMultiplier(_ settings: Settings, isFitted: Bool) throws(DriverError) {
    guard let volts = settings[RGASetting.multiplier], volts > 0 else { return }
    if !isFitted || settings[RGASetting.emission] == 0 {
      throw outOfRange(RGASetting.multiplier, volts) { $0.maximum = 0 }
    }
  }

  private func refuseHole(
    _ name: String, _ lowest: Double, _ settings: Settings
  ) throws(DriverError) {
    guard let value = settings[name], value > 0, value < lowest else { return }
    throw outOfRange(name, value) { $0.minimum = lowest }
  }

  /// A refusal that tells the narrower range that holds here.
  private func outOfRange(
    _ name: String, _ asked: Double, _ narrow: (inout SettingRule) -> Void
  ) -> DriverError {
    guard var rule = profile.setting(name) else { return .unknownSetting(name: name) }
    narrow(&rule)
    return .outOfRange(name: name, asked: asked, rule: rule)
  }
}
