internal import Instruments

/// What was learnt while an instrument was opened.
struct RGAOpening {
  var record: InstrumentRecord
  /// Settings as the instrument has them, by the names profiles use.
  var found: [String: Double]
}

extension RGAConversation {
  /// Parameters whose answers are kept with every run: identity, sensitivities, tuning, as found.
  private static let kept = [
    "SP", "ST", "EE", "IE", "VF", "NF", "SA", "MI", "MF", "DI", "DS", "RI", "RS", "CE",
  ]
  private static let keptOfMultiplier = ["MG", "MV"]

  /// Brings the instrument into a known, harmless state and reads everything it says of itself.
  mutating func open() throws(DriverError) -> RGAOpening {
    do {
      try link.prepare(
        [Leg(endpoint: Self.endpoint, byteCount: model.largestFrame)], inFlight: 1)
    } catch {
      throw .link(error, step: "prepare")
    }
    // Nobody knows yet what the instrument is doing: off first, then questions.
    isInStep = false
    do {
      try sendOff(until: .now.advanced(by: model.profile.limits.makeSafeWithin))
    } catch {
      // A head without power holds CTS low, so that not even this can be said.
      if case .link(.timedOut, _) = error, isSwitchedOff() { throw Self.switchedOff }
      throw error
    }
    let answer = try confirmed(firstIdentity(), "ID?")
    let (firmware, serialNumber) = try check(answer)
    // What others said before us, or HV0 to a unit without multiplier, is no fault.
    _ = try askByte("EC?")
    _ = try askByte("EM?")
    try act(
      "IN0", within: model.facts.waiting.initialize_ms,
      watching: RGAStatus.hardware.union(.communication))
    try refuse(
      RGAStatus(rawValue: try askByte("ER?")),
      watching: RGAStatus.hardware.union(.communication), during: "ER?")
    var remarks: [String: String] = [:]
    // Told and not refused: it clears only when the filament has come on.
    let filament = try askByte("EF?")
    if filament != 0 {
      remarks["filament"] = RGAStatus.names(of: filament, in: RGAStatus.groups[1])
    }
    let option = try ask("MO?")
    guard let number = RGADecoding.byte(Self.text(option).span), number <= 1 else {
      throw Self.nonsense("MO?", option)
    }
    hasMultiplier = number == 1
    remarks["multiplier"] = number == 1 ? "fitted" : "not fitted"
    try makeSafe()
    var memory: [InstrumentRecord.MemoryBlock] = [
      .init(name: "id", bytes: answer), .init(name: "mo", bytes: option),
    ]
    for name in Self.kept + (number == 1 ? Self.keptOfMultiplier : []) {
      let stored = try confirmed(ask("\(name)?"), "\(name)?")
      memory.append(.init(name: name.lowercased(), bytes: stored))
    }
    var found: [String: Double] = [:]
    for (name, command) in Self.readable {
      guard let block = memory.first(where: { $0.name == command.lowercased() }) else { continue }
      guard let number = RGADecoding.number(Self.text(block.bytes).span) else {
        throw Self.nonsense("\(command)?", block.bytes)
      }
      found[name] = number
    }
    return RGAOpening(
      record: InstrumentRecord(
        model: model.profile.id, serialNumber: serialNumber, firmware: firmware, memory: memory,
        remarks: remarks),
      found: found)
  }

  /// An answer that was given twice.
  ///
  /// Answers have no checksum, and a wrong digit here would be in every number of every run: so the
  /// question is put until two answers in a row are alike.
  private mutating func confirmed(
    _ answer: [UInt8], _ question: String
  ) throws(DriverError) -> [UInt8] {
    var earlier = answer
    for _ in 0..<3 {
      let again = try ask(question)
      if again == earlier { return again }
      earlier = again
    }
    throw .unexpectedAnswer(
      what: "The answer to \(question)", detail: "it is another one each time")
  }

  private mutating func firstIdentity() throws(DriverError) -> [UInt8] {
    do {
      try drain("open")
      return try identify(until: .now.advanced(by: model.profile.limits.makeSafeWithin))
    } catch {
      guard case .link(.timedOut, _) = error else { throw error }
    }
    do {
      return try getInStep()
    } catch {
      guard case .link(.timedOut, _) = error else { throw error }
      if isSwitchedOff() { throw Self.switchedOff }
      throw error
    }
  }

  private static let switchedOff = DriverError.instrumentFault(
    detail:
      "it does not answer ID? and its line DSR is low: it is switched off, or the cable leads "
      + "elsewhere")

  /// Whether the line by which a head says that it has power is there and low.
  private mutating func isSwitchedOff() -> Bool {
    do {
      guard let lines = try link.modemLines() else { return false }
      return !lines.contains(.dataSetReady)
    } catch {
      return false
    }
  }

  private func check(
    _ answer: [UInt8]
  ) throws(DriverError) -> (firmware: String, serialNumber: String) {
    let said = RGADecoding.identity(Self.text(answer), begins: model.facts.identity.begins)
    guard let said else { throw Self.nonsense("ID?", answer) }
    guard said.model != "???" else {
      throw .wrongInstrument(
        detail: "the unit calls itself ???: it was never set up by its maker, serial number "
          + said.serialNumber)
    }
    guard said.model == model.facts.identity.model else {
      throw .wrongInstrument(
        detail: "it calls itself \(model.facts.identity.begins)\(said.model), the profile is for "
          + "\(model.facts.identity.begins)\(model.facts.identity.model)")
    }
    return (said.firmware, said.serialNumber)
  }

  /// Asks again for what can be read back.
  ///
  /// The emission is not: what `FL?` tells is a measurement.
  mutating func askSettings() throws(DriverError) -> [String: Double] {
    var found: [String: Double] = [:]
    for (name, command) in Self.readable {
      found[name] = try askNumber("\(command)?")
    }
    return found
  }

  /// Settings and the commands that set and tell them.
  static let readable = [
    (RGASetting.electronEnergy, "EE"), (RGASetting.ionEnergy, "IE"), (RGASetting.focus, "VF"),
    (RGASetting.noiseFloor, "NF"), (RGASetting.steps, "SA"), (RGASetting.firstMass, "MI"),
    (RGASetting.lastMass, "MF"),
  ]
}
