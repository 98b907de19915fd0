public import Instruments

extension ResidualGasAnalyzer {
  /// Sends the settings that differ from those in force, and returns all that hold then.
  ///
  /// Everything is checked before anything is sent. Filament and multiplier are left as they are
  /// unless named; other settings that were never named take the profile's standard. The filament
  /// comes on before the multiplier, and this only in a vacuum that allows it; a fault on the way
  /// switches both off. May take as long as the filament needs, up to a minute.
  public mutating func apply(_ settings: Settings) throws(DriverError) -> Settings {
    let target = try model.complete(settings, over: asked)
    try model.refuseMultiplier(target, isFitted: conversation.hasMultiplier == true)
    let next = try RGAPlan(target, model)
    do throws(DriverError) {
      if !conversation.isInStep { _ = try conversation.getInStep() }
      try change(to: target, next)
    } catch {
      throw offAfter(error)
    }
    asked = target
    plan = next
    triggers = next.triggers(model)
    watched = RGAStatus.hardware.union(.communication)
    if target[RGASetting.emission] != 0 { watched.insert(.filament) }
    if next.volts != 0 { watched.insert(.multiplier) }
    isReady = true
    return settings.overlaid(with: target)
  }

  /// Switches off because of `error` and gives it back.
  mutating func offAfter(_ error: DriverError) -> DriverError {
    // The first failure is the one to tell; what is left on shows again at closing.
    try? makeSafe()
    return error
  }

  mutating func change(to target: Settings, _ next: RGAPlan) throws(DriverError) {
    var changed = false
    func differs(_ name: String) -> Bool { inForce[name] != target[name] }
    let optics = [
      RGASetting.electronEnergy, RGASetting.ionEnergy, RGASetting.focus, RGASetting.emission,
    ]
    // Off in the reverse order of on: the multiplier is never on while the beam changes.
    if conversation.hasMultiplier == true, inForce[RGASetting.multiplier] != 0,
      differs(RGASetting.multiplier) || optics.contains(where: differs)
    {
      try act(RGASetting.multiplier, 0, "HV0", next)
      changed = true
    }
    if differs(RGASetting.emission), target[RGASetting.emission] == 0 {
      try act(RGASetting.emission, 0, "FL0", next)
      changed = true
    }
    for (name, command) in RGAConversation.readable where differs(name) {
      guard let value = target[name] else { continue }
      changed = true
      switch name {
      case RGASetting.firstMass, RGASetting.lastMass: break
      case RGASetting.electronEnergy, RGASetting.ionEnergy, RGASetting.focus:
        try act(name, value, command + RGAConversation.whole(value), next)
      default: try set(name, command, value)
      }
    }
    try changeRange(to: next)
    if changed, next.kind != .selected { try checkPoints(of: next) }
    try switchOn(target, next, &changed)
    if next.carriesTotal, !measuresTotal {
      // The multiplier clears the flag, and nothing tells whether it is set again.
      try conversation.send("TP1")
      measuresTotal = true
      changed = true
    }
    guard changed else { return }
    let status = RGAStatus(rawValue: try conversation.askByte("ER?"))
    try conversation.refuse(
      status, watching: RGAStatus.hardware.union(.communication), during: "ER?")
  }

  /// The filament, then, where the vacuum allows it, the multiplier.
  private mutating func switchOn(
    _ target: Settings, _ next: RGAPlan, _ changed: inout Bool
  ) throws(DriverError) {
    let (emission, volts) = (target[RGASetting.emission] ?? 0, next.volts)
    if emission > 0, inForce[RGASetting.emission] != emission {
      try act(
        RGASetting.emission, emission, "FL" + RGAConversation.hundredths(emission), next)
      changed = true
      let limit = model.facts.emission.highest_pressure_Torr
      if let pressure = try totalPressure(), pressure > limit {
        throw .instrumentFault(
          detail: "the filament is switched off again, at \(pressure) Torr: above \(limit) Torr it "
            + "burns out; pump the chamber down first")
      }
    }
    guard volts > 0, inForce[RGASetting.multiplier] != volts else { return }
    let limit = model.facts.multiplier.highest_pressure_Torr
    guard let pressure = try totalPressure() else {
      throw .instrumentFault(
        detail: "the multiplier stays off: the unit tells no total pressure (its sensitivity ST or "
          + "its total current is 0); measure with \(RGASetting.multiplier)=0")
    }
    guard pressure <= limit else {
      throw .instrumentFault(
        detail: "the multiplier stays off at \(pressure) Torr: it is allowed up to \(limit) Torr; "
          + "pump the chamber down, or measure with \(RGASetting.multiplier)=0")
    }
    measuresTotal = false
    try act(RGASetting.multiplier, volts, "HV" + RGAConversation.whole(volts), next)
    changed = true
  }

  /// Makes an action of the hardware and notes what holds then.
  private mutating func act(
    _ name: String, _ value: Double, _ command: String, _ next: RGAPlan
  ) throws(DriverError) {
    var watched = RGAStatus.hardware.union(.communication)
    let waits = model.facts.waiting
    var bound = waits.action_ms
    switch name {
    case RGASetting.emission:
      bound = waits.emission_ms
      if value > 0 { watched.insert(.filament) }
    case RGASetting.multiplier:
      bound = waits.multiplier_ms
      if value > 0 { watched.formUnion([.multiplier, .filament]) }
    default: break
    }
    // Before sending: a command that failed half-way may have taken effect.
    inForce[name] = nil
    try conversation.act(command, within: bound, watching: watched)
    inForce[name] = value
  }

  private mutating func set(
    _ name: String, _ command: String, _ value: Double
  ) throws(DriverError) {
    inForce[name] = nil
    try conversation.set(command, to: value)
    inForce[name] = value
  }

  /// Sets first and last mass in the order in which first is never above last.
  private mutating func changeRange(to next: RGAPlan) throws(DriverError) {
    let (first, last) = (Double(next.first), Double(next.last))
    let steps = [(RGASetting.firstMass, "MI", first), (RGASetting.lastMass, "MF", last)]
    let isAbove = first > inForce[RGASetting.lastMass] ?? 0
    for (name, command, value) in isAbove ? steps.reversed() : steps
    where inForce[name] != value {
      try set(name, command, value)
    }
  }

  /// Compares the head's own number of points with ours, by which frames are cut.
  private mutating func checkPoints(of next: RGAPlan) throws(DriverError) {
    let question = next.kind == .profile ? "AP?" : "HP?"
    let stated = try conversation.askNumber(question)
    guard stated == Double(next.points) else {
      throw .unexpectedAnswer(
        what: "The answer to \(question)",
        detail: "\(stated) points, where the settings give \(next.points)")
    }
  }

  /// The total pressure in Torr; nil where the unit stores no sensitivity for it or measures none.
  private mutating func totalPressure() throws(DriverError) -> Double? {
    guard case .torrPerAmpere(let scale) = RGAMemory(record).totalPressure else { return nil }
    if !measuresTotal { try conversation.send("TP1") }
    measuresTotal = true
    try conversation.send("TP?")
    var bytes: [4 of UInt8] = [0, 0, 0, 0]
    var span = bytes.mutableSpan
    var got = 0
    do {
      got = try conversation.link.read(
        Leg(endpoint: RGAConversation.endpoint, byteCount: RGADecoding.word), into: &span, at: 0,
        until: .now.advanced(by: model.reply))
    } catch {
      conversation.isInStep = false
      throw .link(error, step: "ask TP?")
    }
    guard got == RGADecoding.word else {
      conversation.isInStep = false
      throw .truncated(what: "The answer to TP?", got: got, expected: RGADecoding.word)
    }
    let raw = RGADecoding.current(bytes.span, at: 0)
    // What a head tells that measures no total; a vacuum so good that it is one count is none.
    guard raw != 0 else { return nil }
    return raw * model.facts.amperes_per_count * scale
  }
}
