internal import Foundation
public import Laboratory
public import Records

/// What is stopped, and what was done otherwise than the method says; blocks.
public struct Holds: Sendable {
  private let bench: Bench
  private var desk: RegisterDesk { RegisterDesk(bench: bench) }

  /// Makes it for a bench.
  public init(bench: Bench) { self.bench = bench }

  /// Stops something, which everybody may and has to say why.
  @discardableResult
  public func add(
    _ target: Hold.Target, _ name: String, by actor: String, reason: String?
  ) throws(Failure) -> RegisterEntry? {
    let reason = try QualityText.reason(reason, for: "The hold")
    let name = try self.name(target, name)
    let known = try latest(target, name)
    guard known?.body.isOpen != true else {
      throw Failure(
        "hold-exists", exit: .refused, what: "The \(target.rawValue) \(name) is on hold already.",
        why: "Because: \(known?.entry.reason ?? "no reason was given").",
        next: "See all with: gauger hold list")
    }
    return try desk.keep(
      Hold(target: target, name: name), by: actor, reason: reason,
      base: known?.entry.version ?? 0)
  }

  /// Lets something go on, which those may who administer.
  @discardableResult
  public func lift(
    _ target: Hold.Target, _ name: String, by actor: String, reason: String?
  ) throws(Failure) -> RegisterEntry? {
    let reason = try QualityText.reason(reason, for: "The lifting of the hold")
    let name = try self.name(target, name)
    guard let known = try latest(target, name), known.body.isOpen else {
      throw Failure(
        "hold-not-found", exit: .notFound, what: "Nothing was lifted.",
        why: "The \(target.rawValue) \(name) is not on hold.",
        next: "See all with: gauger hold list")
    }
    try Quality(bench: bench).demand(.administer, by: actor, on: "holds/\(known.body.object)")
    return try desk.keep(
      Hold(target: target, name: name, isOpen: false), by: actor, reason: reason,
      base: known.entry.version)
  }

  /// The holds, the lifted ones too, and what could not be read.
  public func list() -> (holds: [RegisterEntry], problems: [Failure]) {
    let found = desk.register.all(of: .holds)
    return (found.entries, found.problems.map(\.failure))
  }

  /// Says what was done in a run otherwise than its method says, and why that is accepted.
  @discardableResult
  public func deviate(
    _ run: RunID, by actor: String, reason: String?
  ) throws(Failure) -> RegisterEntry? {
    let reason = try QualityText.reason(reason, for: "The deviation")
    let record = try bench.runs.read(run)
    if let method = record.method {
      var question = Quality(bench: bench).question(.process, by: actor)
      question.method = method
      question.methodSays = .validated
      try Quality(bench: bench).demand(question, on: "run/\(run)")
    } else {
      try Quality(bench: bench).demand(.process, by: actor, on: "run/\(run)")
    }
    let number = (try deviations(of: run).map(\.body.number).max() ?? 0) + 1
    return try desk.keep(
      Deviation(run: run.text, number: number, text: reason), by: actor, reason: reason, base: 0)
  }

  /// The deviations of a run, in their order.
  public func deviations(
    of run: RunID
  ) throws(Failure) -> [(entry: RegisterEntry, body: Deviation)] {
    var found: [(entry: RegisterEntry, body: Deviation)] = []
    while let next = try told({ () throws(RegisterError) in
      try desk.register.latest(Deviation.self, "\(run) \(found.count + 1)")
    }) {
      found.append(next)
    }
    return found
  }

  private func latest(
    _ target: Hold.Target, _ name: String
  ) throws(Failure) -> (entry: RegisterEntry, body: Hold)? {
    try told { () throws(RegisterError) in
      try desk.register.latest(Hold.self, Hold.object(target, name))
    }
  }

  /// The full name of what is meant; a run must be there.
  private func name(_ target: Hold.Target, _ name: String) throws(Failure) -> String {
    target == .run
      ? try bench.runs.find(name).text : try QualityText.line("What is held", name)
  }
}
