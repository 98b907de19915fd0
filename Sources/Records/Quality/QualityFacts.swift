public import Laboratory

/// What the register says that matters for one question.
public struct QualityFacts: Sendable, Hashable {
  /// A hold that is open, and why.
  public struct OpenHold: Sendable, Hashable {
    /// The hold.
    public var hold: Hold
    /// Why.
    public var reason: String?

    /// Names a hold.
    public init(hold: Hold, reason: String?) {
      self.hold = hold
      self.reason = reason
    }
  }

  /// The person; none where the register knows nobody of that name.
  public var person: Person?
  /// The authorisations for that activity by that method, and by every method.
  public var authorisations: [Authorisation] = []
  /// Whether anybody was ever authorised to change the register.
  public var hasAdministrator = false
  /// The state of the instrument, and why.
  public var instrument: (state: InstrumentState, reason: String?)? {
    get { instrumentState.map { ($0, instrumentReason) } }
    set { (instrumentState, instrumentReason) = (newValue?.state, newValue?.reason) }
  }
  /// The calibrations of the instrument.
  public var calibrations: [CalibrationRecord] = []
  /// The state of the method, and why.
  public var method: (state: MethodState, reason: String?)? {
    get { methodState.map { ($0, methodReason) } }
    set { (methodState, methodReason) = (newValue?.state, newValue?.reason) }
  }
  /// The holds on the person, the instrument, the method and the run.
  public var holds: [OpenHold] = []
  /// The versions that all this is from.
  public var references: [RegisterReference] = []

  private var instrumentState: InstrumentState?
  private var instrumentReason: String?
  private var methodState: MethodState?
  private var methodReason: String?

  /// Nothing known.
  public init() {}

  /// Reads what matters for a question; throws where a file that matters cannot be read.
  public init(_ question: QualityQuestion, from register: Register) throws(RegisterError) {
    if let found = try register.latest(Person.self, question.person) {
      person = found.body
      references.append(found.entry.reference)
    }
    var methods = [Authorisation.everyMethod]
    if let method = question.method { methods.append(method.name) }
    for method in methods {
      let name = Authorisation.object(
        person: question.person, method: method, activity: question.activity)
      guard let found = try register.latest(Authorisation.self, name) else { continue }
      authorisations.append(found.body)
      references.append(found.entry.reference)
    }
    if question.activity == .administer {
      hasAdministrator = try register.all(Authorisation.self).contains {
        $0.body.activity == .administer
      }
    }
    if let asked = question.instrument { try take(asked, register) }
    if let asked = question.method,
      let found = try register.latest(MethodState.self, asked.name)
    {
      method = (found.body, found.entry.reason)
      references.append(found.entry.reference)
    }
    try takeHolds(question, register)
  }

  private mutating func take(
    _ asked: QualityQuestion.Instrument, _ register: Register
  ) throws(RegisterError) {
    let name = InstrumentState.object(model: asked.model, serialNumber: asked.serialNumber)
    if let found = try register.latest(InstrumentState.self, name) {
      instrument = (found.body, found.entry.reason)
      references.append(found.entry.reference)
    }
    for found in try register.all(CalibrationRecord.self)
    where found.body.model == asked.model && found.body.serialNumber == asked.serialNumber {
      calibrations.append(found.body)
      references.append(found.entry.reference)
    }
  }

  private mutating func takeHolds(
    _ question: QualityQuestion, _ register: Register
  ) throws(RegisterError) {
    var names = [Hold.object(.person, question.person)]
    if let serial = question.instrument?.serialNumber {
      names.append(Hold.object(.instrument, serial))
    }
    if let method = question.method?.name { names.append(Hold.object(.method, method)) }
    if let run = question.run { names.append(Hold.object(.run, run)) }
    for name in names {
      guard let found = try register.latest(Hold.self, name), found.body.isOpen else { continue }
      holds.append(OpenHold(hold: found.body, reason: found.entry.reason))
      references.append(found.entry.reference)
    }
  }
}
