internal import Foundation
internal import Instruments
internal import Laboratory
internal import Methods
internal import Records

/// What the quality rules have to do with one acquisition.
struct AcquireQuality: Sendable {
  let bench: Bench
  let request: AcquireRequest

  /// Refuses what can be refused before the instrument is touched, where the rules are enforced.
  ///
  /// The instrument is looked at where the bus itself says which it is.
  func demandBefore(_ instrument: ListedInstrument) throws(Failure) {
    let quality = Quality(bench: bench)
    guard quality.policy == .enforce else { return }
    var question = question()
    if let model = instrument.profile?.id, let serial = instrument.ownSerialNumber {
      question.instrument = .init(model: model, serialNumber: serial)
    }
    try quality.demand(question, on: object)
  }

  /// The decision for a run on an instrument that has said what it is; throws what is refused.
  ///
  /// Nil where no rules hold and nothing departs from the method.
  func decide(_ instrument: RunInstrument, _ settings: Settings) throws(Failure) -> RunQuality? {
    var question = question()
    question.instrument = .init(
      model: instrument.model, serialNumber: instrument.serialNumber,
      firmware: instrument.firmware)
    if let limit = bench.configuration.quality.checkAge, request.kind == .sample {
      question.check = .init(limit: limit, last: lastCheck(instrument, within: limit))
    }
    var decided = try Quality(bench: bench).demand(question, on: object, saying: false)
    decided.departures = departures(settings)
    return decided.policy == QualityPolicy.off.rawValue && decided.departures.isEmpty
      ? nil : decided
  }

  private var object: String { "sample/\(request.sample.id)" }

  private func question() -> QualityQuestion {
    var question = Quality(bench: bench).question(.acquire, by: request.person)
    question.method = request.method?.reference
    question.methodSays = request.method.flatMap { MethodState.Use(rawValue: $0.state.rawValue) }
    return question
  }

  /// When the last good check on this instrument ended; nil where none did in time.
  ///
  /// Good is one that is complete and has no hold on it. Runs are named by their start, so that only
  /// those are read that can count.
  private func lastCheck(_ instrument: RunInstrument, within limit: Duration) -> Timestamp? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: bench.home.runs)) ?? []
    // A day more, for a run that began before and ended within.
    let back = (limit.components.seconds + 86_400) * 1_000_000
    let oldest = Timestamp(microseconds: bench.clock().microseconds - back).basic
    for name in names.sorted(by: >) where name >= oldest {
      guard let run = RunID(name), let record = try? bench.runs.read(run), record.kind == .check,
        record.complete, record.instrument.model == instrument.model,
        record.instrument.serialNumber == instrument.serialNumber, let ended = record.ended,
        let hold = try? Register(home: bench.home.path).latest(
          Hold.self, Hold.object(.run, run.text))?.body.isOpen ?? false,
        !hold
      else { continue }
      return ended
    }
    return nil
  }

  /// What is done otherwise than the method says.
  private func departures(_ settings: Settings) -> [String] {
    guard let plan = request.method?.acquisition else { return [] }
    func words(_ value: Double?) -> String { value.map { "\($0)" } ?? "none" }
    var departures: [String] = []
    for (name, value) in plan.settings.values.sorted(by: { $0.key < $1.key })
    where settings[name] != value {
      departures.append("\(name) is \(words(settings[name])), the method says \(words(value))")
    }
    func compare(_ name: String, _ asked: Int?, _ planned: Int?) {
      guard let planned, asked != planned else { return }
      departures.append(
        "\(name) is \(asked.map { "\($0)" } ?? "not given"), the method says \(planned)")
    }
    compare("scans", request.scans, plan.scans)
    compare("average", request.averageEvery, plan.averageEvery)
    if let planned = plan.duration,
      request.duration.map({ abs($0.inSeconds - planned) > 0.001 }) ?? true
    {
      departures.append("the duration is not the \(planned) s of the method")
    }
    if plan.darkScans != nil, request.dark == .none {
      departures.append("no darks were taken, which the method asks for")
    }
    return departures
  }
}
