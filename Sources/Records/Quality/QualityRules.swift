public import Laboratory

/// How strictly the quality rules are followed.
public enum QualityPolicy: String, Sendable, Hashable, Codable, CaseIterable {
  /// Nothing is looked at.
  case off
  /// What would be refused is done, said and recorded.
  case warn
  /// It is refused.
  case enforce
}

/// What somebody wants to do.
public struct QualityQuestion: Sendable, Hashable {
  /// An instrument, as it states itself.
  public struct Instrument: Sendable, Hashable {
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

  /// How old the last check may be, and when it was.
  public struct Check: Sendable, Hashable {
    /// The age beyond which it has expired.
    public var limit: Duration
    /// When the last good one ended; none where there is none.
    public var last: Timestamp?

    /// Names an age.
    public init(limit: Duration, last: Timestamp?) {
      self.limit = limit
      self.last = last
    }
  }

  /// Now.
  public var time: Timestamp
  /// Who.
  public var person: String
  /// What.
  public var activity: Activity
  /// By which method; none where there is none.
  public var method: MethodReference?
  /// What the method's own text says of its use.
  public var methodSays: MethodState.Use?
  /// On which instrument; none where it is not known yet, or there is none.
  public var instrument: Instrument?
  /// Which run it is about; none where it is about none that exists.
  public var run: String?
  /// The check that it needs; none where it needs none.
  public var check: Check?

  /// Asks.
  public init(time: Timestamp, person: String, activity: Activity) {
    self.time = time
    self.person = person
    self.activity = activity
  }
}

/// What the quality rules say of what somebody wants to do.
///
/// Pure: the same question and the same facts give the same findings, whatever the clock of the
/// computer says. All moments are UTC, so that no change to summer time moves a limit.
public enum QualityRules {
  /// What there is to say, the most important first; empty where nothing is.
  public static func findings(
    _ question: QualityQuestion, _ facts: QualityFacts
  ) -> [QualityFinding] {
    person(question, facts) + holds(question, facts) + instrument(question, facts)
      + calibrations(question, facts) + method(question, facts) + check(question)
  }

  // MARK: - Who

  private static func person(_ asked: QualityQuestion, _ facts: QualityFacts) -> [QualityFinding] {
    // Somebody must be the first to say who may say who may.
    if asked.activity == .administer, !facts.hasAdministrator { return [] }
    guard let person = facts.person else {
      return [
        QualityFinding(
          Failure(
            "person-unknown", exit: .refused,
            what: "\(asked.person) may not \(asked.activity.inWords).",
            why: "The register of this bench knows nobody of that name.",
            next: "Name yourself with --operator, or be added with: gauger people add"))
      ]
    }
    guard person.isActive else {
      return [
        QualityFinding(
          Failure(
            "person-inactive", exit: .refused,
            what: "\(asked.person) may not \(asked.activity.inWords).",
            why: "The register says that this person works here no more.",
            next: "If that is wrong: gauger people add \(asked.person) --name NAME"))
      ]
    }
    if facts.authorisations.contains(where: { $0.holds(at: asked.time) }) { return [] }
    let by = asked.method.map { " by the method \($0.name)" } ?? ""
    let given = facts.authorisations.filter { !$0.isRevoked }
    if let ended = given.compactMap(\.validTo).filter({ $0 <= asked.time }).max() {
      return [
        QualityFinding(
          Failure(
            "authorisation-expired", exit: .refused,
            what: "\(asked.person) may not \(asked.activity.inWords)\(by) any more.",
            why: "The authorisation ended at \(ended.iso8601).",
            next:
              "Renew it with: gauger people authorise \(asked.person) \(asked.activity.rawValue)"
          ))
      ]
    }
    let begins = given.map(\.validFrom).filter { $0 > asked.time }.min()
    return [
      QualityFinding(
        Failure(
          "person-not-authorised", exit: .refused,
          what: "\(asked.person) may not \(asked.activity.inWords)\(by).",
          why: begins.map { "The authorisation begins at \($0.iso8601)." }
            ?? "No authorisation for that is in the register.",
          next: "Ask for: gauger people authorise \(asked.person) \(asked.activity.rawValue)"))
    ]
  }

  private static func holds(_ asked: QualityQuestion, _ facts: QualityFacts) -> [QualityFinding] {
    // Whoever lifts a hold must be able to.
    guard asked.activity != .administer else { return [] }
    return facts.holds.map { hold in
      QualityFinding(
        Failure(
          "hold-open", exit: .refused,
          what: "The \(hold.hold.target.rawValue) \(hold.hold.name) is on hold.",
          why: hold.reason.map { "Because: \($0)" } ?? "No reason was given.",
          next: "When it is settled: gauger hold lift \(hold.hold.target.rawValue) NAME --reason"))
    }
  }

  // MARK: - With what

  private static func instrument(
    _ asked: QualityQuestion, _ facts: QualityFacts
  ) -> [QualityFinding] {
    guard let instrument = asked.instrument else { return [] }
    let name = "\(instrument.model) \(instrument.serialNumber)"
    var findings: [QualityFinding] = []
    switch facts.instrument?.state.service {
    case .inService: break
    case .restricted:
      findings.append(
        QualityFinding(
          Failure(
            "instrument-restricted", exit: .refused, what: "\(name) may be used with restrictions.",
            why: facts.instrument?.reason ?? "The register gives no reason.",
            next: "Make sure that this use is allowed; the run says that it was restricted."),
          isRefusal: false))
    case .outOfService:
      findings.append(
        QualityFinding(
          Failure(
            "instrument-out-of-service", exit: .refused, what: "\(name) is out of service.",
            why: facts.instrument?.reason ?? "The register gives no reason.",
            next: "When it is mended and verified: gauger instruments state SERIAL in-service")))
    case .notVerified, nil:
      findings.append(
        QualityFinding(
          Failure(
            "instrument-not-verified", exit: .refused, what: "\(name) was not verified.",
            why: facts.instrument == nil
              ? "The register of this bench does not know it."
              : facts.instrument?.reason ?? "The register gives no reason.",
            next: "When it is verified: gauger instruments state SERIAL in-service --reason")))
    }
    if let known = facts.instrument?.state.firmware, let firmware = instrument.firmware,
      known != firmware
    {
      findings.append(
        QualityFinding(
          Failure(
            "instrument-firmware-changed", exit: .refused,
            what: "\(name) has the firmware \(firmware).",
            why: "It was looked at with the firmware \(known).",
            next: "When it is verified again: gauger instruments acknowledge SERIAL --firmware")))
    }
    return findings
  }

  private static func calibrations(
    _ asked: QualityQuestion, _ facts: QualityFacts
  ) -> [QualityFinding] {
    facts.calibrations.compactMap { record in
      guard let due = record.due, due <= asked.time else { return nil }
      return QualityFinding(
        Failure(
          "calibration-overdue", exit: .refused,
          what: "The \(record.subject) of \(record.model) \(record.serialNumber) is overdue.",
          why: "Its calibration was due at \(due.iso8601).",
          next: "Calibrate it, then: gauger instruments calibrate SERIAL \(record.subject)"))
    }
  }

  private static func method(_ asked: QualityQuestion, _ facts: QualityFacts) -> [QualityFinding] {
    guard let method = asked.method else { return [] }
    // To say that it is validated is the way out, and must be open.
    guard asked.activity != .methodChange else { return [] }
    switch methodUse(asked, facts) {
    case .validated: return []
    case .withdrawn:
      return [
        QualityFinding(
          Failure(
            "method-withdrawn", exit: .refused,
            what: "The method \(method.name) \(method.version) is withdrawn.",
            why: facts.method?.reason ?? "Its own text says so.",
            next: "Take another method; see them with: gauger method list"))
      ]
    case .draft:
      let changed = facts.method.map { $0.state.sha256 != method.sha256 } ?? false
      return [
        QualityFinding(
          Failure(
            "method-draft", exit: .refused,
            what: "The method \(method.name) \(method.version) is a draft.",
            why: changed
              ? "Its text was changed after its state was set." : "Nobody has validated it yet.",
            next:
              "What it finds is not released before: gauger method state \(method.name) validated"
          ), isRefusal: asked.activity == .release || asked.activity == .review)
      ]
    }
  }

  /// Whether a method may be used: by the register for this very text, else by the text itself.
  public static func methodUse(
    _ asked: QualityQuestion, _ facts: QualityFacts
  ) -> MethodState.Use {
    if asked.methodSays == .withdrawn { return .withdrawn }
    guard let known = facts.method?.state else { return asked.methodSays ?? .draft }
    if known.use == .withdrawn { return .withdrawn }
    return known.sha256 == asked.method?.sha256 ? known.use : .draft
  }

  private static func check(_ asked: QualityQuestion) -> [QualityFinding] {
    guard let check = asked.check else { return [] }
    let limit = Int64(check.limit.components.seconds) * 1_000_000
    if let last = check.last, asked.time.microseconds - last.microseconds <= limit { return [] }
    return [
      QualityFinding(
        Failure(
          "check-expired", exit: .refused, what: "The instrument needs a check first.",
          why: check.last.map { "The last good one ended at \($0.iso8601)." }
            ?? "There is no good one within the time that bench.yaml allows.",
          next: "Measure one: gauger acquire ADDRESS --kind check --sample ID"))
    ]
  }
}

extension Activity {
  /// What a person does, behind `may not`.
  public var inWords: String {
    switch self {
    case .acquire: "measure"
    case .process: "evaluate runs"
    case .review: "review results"
    case .release: "release results"
    case .administer: "change the register"
    case .methodChange: "change methods"
    }
  }
}
