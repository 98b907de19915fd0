internal import Instruments

extension RGAHead {
  /// Carries out one command.
  mutating func carryOut(_ command: RGACommand, at now: MonotonicInstant) {
    guard let name = command.name else { return refuse(RGAError.badCommand) }
    if let plain = RGASettings.plain[name] { return set(plain, command.parameter, at: now) }
    switch name {
    case "ID", "ER", "EC", "EF", "EM", "EQ", "ED", "EP", "MO", "CE", "AP", "HP":
      guard command.parameter == .query else { return refuse(RGAError.badParameter) }
      answer(name, at: now)
    case "DI", "DS", "RI", "RS": tune(name, command.parameter, at: now)
    case "IN": initialize(command.parameter, at: now)
    case "FL": setFilament(command.parameter, at: now)
    case "DG": degas(command.parameter, at: now)
    case "HV": setMultiplier(command.parameter, at: now)
    case "CA", "CL":
      guard command.parameter == .none else { return refuse(RGAError.badParameter) }
      act(name == "CA" ? 15 : 45, at: now)
    case "MI", "MF": setMass(name, command.parameter, at: now)
    case "SC", "HS": scan(name == "SC" ? .analog : .histogram, command.parameter, at: now)
    case "MR", "ML": filter(name, command.parameter, at: now)
    case "TP": total(command.parameter, at: now)
    default: refuse(RGAError.badCommand)
    }
  }

  /// The whole number in a parameter, if it is one and in range.
  private func whole(
    _ parameter: RGACommand.Parameter, in range: ClosedRange<Int>, standard: Int? = nil
  ) -> Int? {
    switch parameter {
    case .standard: return standard
    case .number(let value):
      guard value % RGASettings.one == 0, range.contains(value / RGASettings.one) else {
        return nil
      }
      return value / RGASettings.one
    case .none, .query, .unreadable: return nil
    }
  }

  // MARK: Questions

  private mutating func answer(_ name: String, at now: MonotonicInstant) {
    switch name {
    case "ID": reply("SRSRGA\(model.largestMass)VER\(firmware)SN\(serialNumber)", at: now)
    case "ER": reply("\(status)", at: now)
    case "EC":
      reply("\(lineErrors)", at: now)
      lineErrors = 0
    case "EM":
      reply("\(multiplierErrors)", at: now)
      multiplierErrors = 0
    case "EF": reply("\(filamentErrors)", at: now)
    case "MO": reply(options.hasMultiplier ? "1" : "0", at: now)
    case "CE": reply(options.hasCalibrationJumper ? "1" : "0", at: now)
    case "AP": reply("\(points(.analog))", at: now)
    case "HP": reply("\(points(.histogram))", at: now)
    default: reply("0", at: now)
    }
  }

  // MARK: Settings

  private mutating func set(
    _ plain: RGASettings.Plain, _ parameter: RGACommand.Parameter, at now: MonotonicInstant
  ) {
    let value: Int
    switch parameter {
    case .query:
      return reply(RGASettings.text(settings[keyPath: plain.path], isWhole: plain.isWhole), at: now)
    case .number(let given)
    where plain.range.contains(given) && (!plain.isWhole || given % RGASettings.one == 0):
      value = given
    case .standard:
      guard let standard = plain.standard else { return refuse(RGAError.badParameter) }
      value = standard
    case .none, .number, .unreadable: return refuse(RGAError.badParameter)
    }
    settings[keyPath: plain.path] = value
    if let action = plain.action { act(action, at: now) }
  }

  private mutating func setMass(
    _ name: String, _ parameter: RGACommand.Parameter, at now: MonotonicInstant
  ) {
    let isFirst = name == "MI"
    if parameter == .query {
      let mass = isFirst ? settings.firstMass : settings.lastMass
      return reply(RGASettings.text(mass, isWhole: true), at: now)
    }
    let standard = isFirst ? 1 : model.largestMass
    guard let mass = whole(parameter, in: 1...model.largestMass, standard: standard) else {
      return refuse(RGAError.badParameter)
    }
    let value = mass * RGASettings.one
    guard isFirst ? value <= settings.lastMass : value >= settings.firstMass else {
      return refuse(RGAError.conflict)
    }
    if isFirst { settings.firstMass = value } else { settings.lastMass = value }
  }

  /// Peak width and position, as a made-up head was tuned at the works.
  private mutating func tune(
    _ name: String, _ parameter: RGACommand.Parameter, at now: MonotonicInstant
  ) {
    let tuned = ["DI": 1250, "DS": -45, "RI": -8_2500, "RS": 1123_4000]
    if parameter == .query {
      return reply(RGASettings.text(tuned[name] ?? 0, isWhole: false), at: now)
    }
    guard case .number = parameter else { return refuse(RGAError.badParameter) }
    // With the jumper the value is taken; peaks here stay where they are.
    if !options.hasCalibrationJumper { refuse(RGAError.jumper) }
  }

  // MARK: Actions

  private mutating func initialize(
    _ parameter: RGACommand.Parameter, at now: MonotonicInstant
  ) {
    guard let level = whole(parameter, in: 0...2) else { return refuse(RGAError.badParameter) }
    output.flush()
    dropInput()
    lineErrors = 0
    if level >= 1 { settings.setStandard(model) }
    if level == 2 { (settings.emission, settings.multiplier) = (0, 0) }
    act(1, at: now)
  }

  private mutating func setFilament(
    _ parameter: RGACommand.Parameter, at now: MonotonicInstant
  ) {
    let value: Int
    switch parameter {
    case .query:
      return reply(RGASettings.text(measuredEmission(), isWhole: false), at: now)
    case .number(let given) where given == 0 || (200...3_5000).contains(given): value = given
    case .standard: value = RGASettings.one
    case .none, .number, .unreadable: return refuse(RGAError.badParameter)
    }
    if value == 0 {
      settings.emission = 0
      return act(0.3, at: now)
    }
    if source.pressure > RGAModel.largestPressure {
      trip()
      return act(0.5, at: now)
    }
    settings.emission = value
    filamentErrors = 0
    act(3, at: now)
  }

  /// The filament goes off because the pressure is too high.
  mutating func trip() {
    settings.emission = 0
    filamentErrors |= RGAError.pressureTooHigh
  }

  /// The emission as the head measures it: within 0.5 uA of what was asked.
  private mutating func measuredEmission() -> Int {
    guard settings.emission > 0 else { return 0 }
    emissionReadings += 1
    return settings.emission + [2, -3, 0, 5, -1, -4, 1][emissionReadings % 7]
  }

  private mutating func degas(_ parameter: RGACommand.Parameter, at now: MonotonicInstant) {
    guard let minutes = whole(parameter, in: 0...20, standard: 3) else {
      return refuse(RGAError.badParameter)
    }
    guard minutes > 0 else { return }
    if source.pressure > RGAModel.largestPressure {
      trip()
      return act(0.5, at: now)
    }
    let end = now.advanced(by: .seconds(Double(minutes) * 60) / speed)
    reply("\(status)", at: end, ends: .atCommand)
  }

  private mutating func setMultiplier(
    _ parameter: RGACommand.Parameter, at now: MonotonicInstant
  ) {
    guard options.hasMultiplier else {
      multiplierErrors |= RGAError.noMultiplier
      return refuse(RGAError.badCommand)
    }
    if parameter == .query {
      return reply(RGASettings.text(settings.multiplier, isWhole: true), at: now)
    }
    guard let volts = whole(parameter, in: 0...2490, standard: 1400), volts == 0 || volts >= 10
    else { return refuse(RGAError.badParameter) }
    settings.multiplier = volts * RGASettings.one
    if volts > 0 { settings.measuresTotal = false }
    act(1, at: now)
  }

  // MARK: Measurements

  private mutating func scan(
    _ kind: IonSource.Kind, _ parameter: RGACommand.Parameter, at now: MonotonicInstant
  ) {
    if parameter == .none {
      scansLeft = nil
    } else if let count = whole(parameter, in: 0...255, standard: 1) {
      scansLeft = count
    } else {
      return refuse(RGAError.badParameter)
    }
    scanKind = kind
    startNextScan(at: now)
  }

  private mutating func filter(
    _ name: String, _ parameter: RGACommand.Parameter, at now: MonotonicInstant
  ) {
    guard case .number(let value) = parameter,
      (0...model.largestMass * RGASettings.one).contains(value),
      name == "ML" || value % RGASettings.one == 0
    else { return refuse(RGAError.badParameter) }
    settings.parkedMass = value
    if name == "MR", value > 0 { measure(value / RGASettings.one, at: now) }
  }

  private mutating func total(_ parameter: RGACommand.Parameter, at now: MonotonicInstant) {
    switch parameter {
    case .query:
      output.append(
        SerialOutput.Answer(
          bytes: measureTotal().littleEndianBytes,
          readyAt: now.advanced(by: .milliseconds(10) / speed), endsFrame: true))
    case .number(0): settings.measuresTotal = false
    case .number(RGASettings.one): settings.measuresTotal = settings.multiplier == 0
    default: refuse(RGAError.badParameter)
    }
  }
}
