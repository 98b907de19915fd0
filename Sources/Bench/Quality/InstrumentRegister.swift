internal import Foundation
internal import Instruments
public import Laboratory
internal import Profiles
public import Records

/// Which instruments may be used, and how they were calibrated.
///
/// Changed by those who may administer, where the rules are enforced. Blocks.
public struct InstrumentRegister: Sendable {
  let bench: Bench
  private var desk: RegisterDesk { RegisterDesk(bench: bench) }

  /// Makes it for a bench.
  public init(bench: Bench) { self.bench = bench }

  /// An instrument as it was named: model, serial number, and its firmware where it was asked.
  public struct Named: Sendable, Hashable {
    /// The profile id of the model.
    public var model: String
    /// The serial number.
    public var serialNumber: String
    /// The firmware; none where it was not asked, or tells none.
    public var firmware: String?

    /// Names an instrument.
    public init(model: String, serialNumber: String, firmware: String? = nil) {
      self.model = model
      self.serialNumber = serialNumber
      self.firmware = firmware
    }
  }

  /// The instrument of a serial number that the register, or this home, has seen.
  ///
  /// Nil where none has it; throws where two models have it.
  public func known(_ serialNumber: String) throws(Failure) -> Named? {
    let seen = KnownInstruments(home: bench.home).entries().map {
      Named(model: $0.model, serialNumber: $0.serialNumber)
    }
    let kept = try told { () throws(RegisterError) in
      try desk.register.all(InstrumentState.self).map {
        Named(model: $0.body.model, serialNumber: $0.body.serialNumber)
      }
    }
    let fitting = Set((seen + kept).filter { $0.serialNumber == serialNumber })
    guard fitting.count < 2 else {
      throw Failure(
        "instrument-serial-ambiguous", exit: .ambiguous,
        what: "\(fitting.count) instruments have the serial number \(serialNumber).",
        why: "They are: \(fitting.map(\.model).sorted().joined(separator: ", ")).",
        next: "Name it as MODEL:SERIAL.")
    }
    return fitting.first
  }

  /// The instrument that a person names: by address, where it is plugged in and asked what it is; else
  /// by its serial number or `MODEL:SERIAL`.
  public func named(_ name: String) async throws(Failure) -> Named {
    if let known = try await offPool({ () throws(Failure) in try spelled(name) }) { return known }
    let listed = try await offPool { () throws(Failure) in try bench.instrument(at: name) }
    guard let answer = await Identifying(bench: bench).identify([listed]).first,
      let model = answer.instrument.profile?.id
    else {
      throw Failure(
        "instrument-not-found", exit: .notFound, what: "\(name) names no instrument.",
        why: "Nothing known is there.", next: "See what is plugged in with: gauger instruments")
    }
    if let failure = answer.failure { throw failure }
    guard let serial = answer.serialNumber ?? answer.instrument.ownSerialNumber else {
      throw Failure(
        "instrument-no-serial", exit: .refused, what: "\(name) has no serial number.",
        why: "It states none, so that the register cannot tell it from another one.",
        next: "Ask its maker how a serial number is set.")
    }
    return Named(model: model, serialNumber: serial, firmware: answer.firmware)
  }

  /// What `MODEL:SERIAL` or a known serial number names.
  private func spelled(_ name: String) throws(Failure) -> Named? {
    if let known = try known(name) { return known }
    guard let colon = name.firstIndex(of: ":") else { return nil }
    let (model, serial) = (name[..<colon], String(name[name.index(after: colon)...]))
    let profile = bench.profiles.profiles.first {
      $0.id == model || $0.id.split(separator: "/").last == model
    }
    guard let profile, !serial.isEmpty else { return nil }
    return Named(model: profile.id, serialNumber: serial)
  }

  /// Says whether an instrument may be used.
  ///
  /// Place and firmware stay as they are where they are not given. A reason is needed.
  @discardableResult
  public func set(
    _ service: InstrumentState.Service, of instrument: Named, place: String? = nil,
    by actor: String, reason: String?
  ) throws(Failure) -> RegisterEntry? {
    let reason = try QualityText.reason(reason, for: "The change of state")
    let (old, version) = try latest(instrument)
    try administer(actor, instrument)
    return try desk.keep(
      InstrumentState(
        model: instrument.model, serialNumber: instrument.serialNumber, service: service,
        firmware: instrument.firmware ?? old?.firmware,
        place: try QualityText.line("The place", ifGiven: place) ?? old?.place),
      by: actor, reason: reason, base: version)
  }

  /// Says that a firmware was looked at; throws where nothing is known of the instrument.
  @discardableResult
  public func acknowledge(
    _ firmware: String?, of instrument: Named, by actor: String, reason: String?
  ) throws(Failure) -> RegisterEntry? {
    let reason = try QualityText.reason(reason, for: "The acknowledgement")
    let (old, version) = try latest(instrument)
    guard var state = old, let firmware = firmware ?? instrument.firmware else {
      throw Failure(
        "instrument-firmware-unknown", exit: .notFound, what: "Nothing was acknowledged.",
        why: old == nil
          ? "The register does not know this instrument."
          : "Neither the instrument nor you said which firmware it has.",
        next: "Give --firmware, or first: gauger instruments state SERIAL in-service --reason")
    }
    try administer(actor, instrument)
    state.firmware = try QualityText.line("The firmware", firmware)
    return try desk.keep(state, by: actor, reason: reason, base: version)
  }

  /// Keeps a calibration: the values used, who certified it, until when it holds.
  @discardableResult
  public func calibrate(
    _ instrument: Named, _ subject: String, values: [String: String], certificate: String?,
    done: String?, due: String?, by actor: String, reason: String?
  ) throws(Failure) -> RegisterEntry? {
    let subject = try QualityText.word("What was calibrated", subject)
    var kept: [String: String] = [:]
    for (name, value) in values {
      let number = value.filter { !$0.isWhitespace }
      guard let parsed = Double(number), parsed.isFinite, number.count <= 40 else {
        throw Failure(
          "calibration-value-unusable", exit: .usage,
          what: "\(name.prefix(60)) cannot be \(value.debugDescription.prefix(60)).",
          why: "A value is a finite number with a point.", next: "Write --value NAME=NUMBER.")
      }
      kept[try QualityText.word("A value's name", name)] = number
    }
    try administer(actor, instrument)
    let done = try done.map { text throws(Failure) in try QualityText.moment("The day", text) }
    let due = try due.map { text throws(Failure) in
      try QualityText.moment("The due day", text, end: true)
    }
    let record = CalibrationRecord(
      model: instrument.model, serialNumber: instrument.serialNumber, subject: subject,
      values: kept, certificate: try QualityText.line("The certificate", ifGiven: certificate),
      done: done ?? bench.clock(), due: due)
    return try desk.keep(
      record, by: actor, reason: try QualityText.line("The reason", ifGiven: reason))
  }

  /// The instruments and their calibrations, and what could not be read.
  public func list() -> (
    instruments: [RegisterEntry], calibrations: [RegisterEntry], problems: [Failure]
  ) {
    let instruments = desk.register.all(of: .instruments)
    let calibrations = desk.register.all(of: .calibrations)
    return (
      instruments.entries, calibrations.entries,
      (instruments.problems + calibrations.problems).map(\.failure)
    )
  }

  private func latest(
    _ instrument: Named
  ) throws(Failure) -> (state: InstrumentState?, version: Int) {
    let name = InstrumentState.object(
      model: instrument.model, serialNumber: instrument.serialNumber)
    let found = try told { () throws(RegisterError) in
      try desk.register.latest(InstrumentState.self, name)
    }
    return (found?.body, found?.entry.version ?? 0)
  }

  private func administer(_ actor: String, _ instrument: Named) throws(Failure) {
    try Quality(bench: bench).demand(
      .administer, by: actor, on: "instruments/\(instrument.model) \(instrument.serialNumber)")
  }
}
