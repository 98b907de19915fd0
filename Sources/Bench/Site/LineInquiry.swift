internal import Instruments
internal import Laboratory
internal import Links
internal import Profiles

/// Asks lines that a person named which instrument is on them.
struct LineInquiry: Sendable {
  let bench: Bench

  /// What a line answered: the model and its serial number; nil where nothing known answered.
  struct Answer: Sendable {
    var instrument: ListedInstrument?
    var asked: [String]
  }

  /// Asks one line, for those of `profiles` that have a question.
  ///
  /// Blocks as long as the questions take. Throws what opening the line meets, and
  /// `instrument-ambiguous` where more than one model fits the answer.
  func ask(_ line: ListedInstrument, for models: [DeviceProfile]) throws(Failure) -> Answer {
    if case .state(let failure) = PortAdvice.judge(line) { throw failure }
    try bench.home.prepare()
    let lock = try InstrumentLock(
      folder: bench.home.locks, address: line.port.address, purpose: "asking what is there")
    defer { lock.release() }
    let inquiry: SerialInquiry
    do throws(LinkError) {
      inquiry = try bench.reach.identify(line.port, models)
    } catch {
      throw error.failure(on: line.port.carrier)
    }
    if inquiry.answers.count > 1 {
      let names = inquiry.answers.map(\.model).joined(separator: ", ")
      throw Failure(
        "instrument-ambiguous", exit: .ambiguous,
        what: "What answers at \(line.port.address) may be one of \(names).",
        why: "These models answer the same question in the same way.",
        next: "State the model in bench.yaml: instruments: {NAME: {address: "
          + "\"\(line.port.address)\", model: \(inquiry.answers[0].model)}}")
    }
    guard let answer = inquiry.answers.first,
      let profile = bench.profiles.profile(id: answer.model)
    else { return Answer(instrument: nil, asked: inquiry.asked) }
    var instrument = line
    instrument.profile = profile
    if let serial = answer.serialNumber {
      instrument.lastSerialNumber = serial
      bench.remember(instrument, serialNumber: serial)
    }
    return Answer(instrument: instrument, asked: inquiry.asked)
  }

  /// The instrument on a line that a person named.
  func named(_ line: ListedInstrument) throws(Failure) -> ListedInstrument {
    let answer = try ask(line, for: bench.profiles.profiles)
    if let instrument = answer.instrument { return instrument }
    throw Self.noAnswer("at \(line.port.address)", answer.asked)
  }

  /// The instrument of one of the models, with the serial number where one is given, on one of the
  /// lines; each is asked until one with that number answers, and all where any would do.
  func find(
    _ serialNumber: String?, of models: [DeviceProfile], on lines: [ListedInstrument]
  ) throws(Failure) -> ListedInstrument {
    var asked: [String] = []
    var failure: Failure?
    var found: [ListedInstrument] = []
    for line in lines {
      do throws(Failure) {
        let answer = try ask(line, for: line.profile.map { [$0] } ?? bench.profiles.profiles)
        guard let instrument = answer.instrument else {
          asked.append("\(line.port.address): nothing known")
          continue
        }
        asked.append("\(line.port.address): \(instrument.serialNumber) is there")
        guard models.contains(where: { $0.id == instrument.profile?.id }) else { continue }
        if serialNumber == nil { found.append(instrument) }
        if let serialNumber, instrument.lastSerialNumber == serialNumber {
          // An answer without a number proves nothing; the instrument must state it when opened.
          var named = instrument
          named.askedSerialNumber = serialNumber
          return named
        }
      } catch {
        failure = error
        asked.append("\(line.port.address): \(error.what)")
      }
    }
    if found.count > 1 { throw Addressing.ambiguous(models[0].name, found) }
    if let only = found.first { return only }
    // One line alone, and it cannot be opened: its own advice is the better one.
    if lines.count == 1, let failure { throw failure }
    throw Self.noAnswer(
      serialNumber.map { "with the serial number \($0)" } ?? "as \(models[0].name)", asked)
  }

  private static func noAnswer(_ place: String, _ asked: [String]) -> Failure {
    Failure(
      "instrument-no-answer", exit: .notFound, what: "No known instrument answers \(place).",
      why: asked.isEmpty
        ? "No profile has a question for a serial line."
        : "Asked: \(asked.joined(separator: "; ")).",
      next: "Check that it is on, and its cable; if it is on another line, name that one:"
        + " gauger instruments lists them, --identify asks them.")
  }
}
