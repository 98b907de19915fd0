import Foundation
import Laboratory
import Testing

@testable import Records

/// What the quality rules say, with a clock that the test sets.
@Suite struct QualityRulesTests {
  private static let day: Int64 = 86_400_000_000
  private let instrument = QualityQuestion.Instrument(
    model: "ocean-optics/usb4000", serialNumber: "A1", firmware: "1.0")
  private let method = MethodReference(name: "raman-cut", version: "1", sha256: "aa")

  private func time(_ days: Double) -> Timestamp {
    Timestamp(microseconds: noon.microseconds + Int64(days * Double(Self.day)))
  }

  private func question(_ time: Timestamp = noon, _ activity: Activity = .acquire)
    -> QualityQuestion
  {
    var question = QualityQuestion(time: time, person: "ada", activity: activity)
    question.instrument = instrument
    question.method = method
    return question
  }

  /// A bench on which everything is as it shall be.
  private func good() throws -> TestFolder {
    let folder = try TestFolder()
    try folder.keep(Person(id: "ada", name: "Ada"))
    try folder.keep(
      Authorisation(
        person: "ada", method: "raman-cut", activity: .acquire, validFrom: time(-10),
        validTo: time(10)))
    try folder.keep(
      InstrumentState(
        model: instrument.model, serialNumber: "A1", service: .inService, firmware: "1.0"))
    try folder.keep(
      MethodState(name: "raman-cut", version: "1", sha256: "aa", use: .validated))
    return folder
  }

  private func codes(_ folder: TestFolder, _ question: QualityQuestion) throws -> [String] {
    QualityRules.findings(question, try QualityFacts(question, from: folder.register))
      .map { $0.failure.code + ($0.isRefusal ? "" : "?") }
  }

  @Test func whereAllIsAsItShallBeThereIsNothingToSay() throws {
    let folder = try good()
    let facts = try QualityFacts(question(), from: folder.register)
    #expect(QualityRules.findings(question(), facts) == [])
    #expect(facts.references.map(\.kind) == ["people", "authorisations", "instruments", "methods"])
    #expect(Set(facts.references.map(\.sha256)).count == 4)
  }

  @Test func anEmptyRegisterAllowsNobody() throws {
    #expect(
      try codes(try TestFolder(), question())
        == ["person-unknown", "instrument-not-verified", "method-draft?"])
  }

  /// Person by date: the day before its end an authorisation holds, the day after it does not.
  @Test(arguments: [
    (-10.1, "person-not-authorised"), (-10.0, ""), (0, ""), (9.0, ""), (9.999_999, ""),
    (10.0, "authorisation-expired"), (11.0, "authorisation-expired"),
  ]) func anAuthorisationHoldsFromItsFirstMomentToJustBeforeItsLast(
    days: Double, code: String
  ) throws {
    #expect(
      try codes(try good(), question(time(days))) == (code.isEmpty ? [] : [code]), "\(days)")
  }

  @Test func anAuthorisationIsForOneActivityAndOneMethod() throws {
    let folder = try good()
    for activity in [Activity.process, .review, .release] {
      #expect(try codes(folder, question(noon, activity)).first == "person-not-authorised")
    }
    var other = question()
    other.method = MethodReference(name: "raman-other", version: "1", sha256: "bb")
    #expect(try codes(folder, other) == ["person-not-authorised", "method-draft?"])
    other.method = nil
    #expect(try codes(folder, other) == ["person-not-authorised"], "no method needs every method")
    try folder.keep(Authorisation(person: "ada", activity: .acquire, validFrom: time(-1)))
    #expect(try codes(folder, other) == [])
  }

  @Test func whatWasTakenBackOrWhoLeftIsRefused() throws {
    let folder = try good()
    try folder.keep(
      Authorisation(
        person: "ada", method: "raman-cut", activity: .acquire, validFrom: time(-10),
        validTo: time(10), isRevoked: true))
    #expect(try codes(folder, question()) == ["person-not-authorised"])
    try folder.keep(Person(id: "ada", name: "Ada", isActive: false))
    #expect(try codes(folder, question()) == ["person-inactive"])
  }

  @Test(arguments: [
    (InstrumentState.Service.inService, ""), (.restricted, "instrument-restricted?"),
    (.outOfService, "instrument-out-of-service"), (.notVerified, "instrument-not-verified"),
  ]) func anInstrumentIsJudgedByItsState(
    service: InstrumentState.Service, code: String
  ) throws {
    let folder = try good()
    try folder.keep(
      InstrumentState(
        model: instrument.model, serialNumber: "A1", service: service, firmware: "1.0"),
      reason: "lamp")
    #expect(try codes(folder, question()) == (code.isEmpty ? [] : [code]))
  }

  @Test func anotherUnitOrFirmwareIsFound() throws {
    let folder = try good()
    var asked = question()
    asked.instrument?.firmware = "1.1"
    #expect(try codes(folder, asked) == ["instrument-firmware-changed"])
    asked.instrument?.firmware = nil
    #expect(try codes(folder, asked) == [], "a model that tells none cannot change it")
    asked.instrument?.serialNumber = "A2"
    #expect(try codes(folder, asked) == ["instrument-not-verified"])
    asked.instrument = .init(model: "ocean-optics/usb2000", serialNumber: "A1")
    #expect(try codes(folder, asked) == ["instrument-not-verified"], "two makers, one number")
  }

  @Test(arguments: [
    (-1.0, ""), (-0.000_001, ""), (0.0, "calibration-overdue"), (1, "calibration-overdue"),
  ])
  func aCalibrationHoldsUntilItIsDue(days: Double, code: String) throws {
    let folder = try good()
    try folder.keep(
      CalibrationRecord(
        model: instrument.model, serialNumber: "A1", subject: "wavelength", values: ["c0": "1"],
        done: time(-9), due: noon))
    try folder.keep(
      CalibrationRecord(
        model: instrument.model, serialNumber: "A2", subject: "wavelength", values: [:],
        done: time(-9), due: time(-8)))
    #expect(try codes(folder, question(time(days))) == (code.isEmpty ? [] : [code]))
  }

  @Test func aMethodIsValidatedInOneTextAlone() throws {
    let folder = try good()
    var asked = question()
    asked.method?.sha256 = "bb"
    #expect(try codes(folder, asked) == ["method-draft?"], "it was changed")
    asked.methodSays = .validated
    #expect(try codes(folder, asked) == ["method-draft?"], "the register goes before the text")
    try folder.keep(MethodState(name: "raman-cut", version: "1", sha256: "aa", use: .withdrawn))
    #expect(try codes(folder, asked) == ["method-withdrawn"], "in every text of it")
    let other = try TestFolder()
    var facts = QualityFacts()
    facts.person = Person(id: "ada", name: "Ada")
    _ = other
    for (says, use) in [
      (nil, MethodState.Use.draft), (.validated, .validated), (.withdrawn, .withdrawn),
    ] as [(MethodState.Use?, MethodState.Use)] {
      asked.methodSays = says
      #expect(QualityRules.methodUse(asked, facts) == use, "where the register says nothing")
    }
  }

  @Test func aDraftCanBeMeasuredByAndNotReleasedBy() throws {
    let folder = try good()
    try folder.keep(MethodState(name: "raman-cut", version: "1", sha256: "aa", use: .draft))
    #expect(try codes(folder, question()) == ["method-draft?"])
    for activity in [Activity.review, .release] {
      try folder.keep(Authorisation(person: "ada", activity: activity, validFrom: time(-1)))
      #expect(try codes(folder, question(noon, activity)) == ["method-draft"])
    }
  }

  @Test(
    arguments: [
      (nil, "check-expired"), (-23.0 / 24, ""), (-1.0, ""), (-1.000_1, "check-expired"),
    ] as [(Double?, String)]) func aCheckExpires(days: Double?, code: String) throws
  {
    var asked = question()
    asked.check = .init(limit: .seconds(86_400), last: days.map(time))
    #expect(try codes(try good(), asked) == (code.isEmpty ? [] : [code]))
  }

  @Test func anythingOnHoldIsFoundUntilItIsLifted() throws {
    let folder = try good()
    var asked = question()
    asked.run = "r-1"
    for (target, name) in [
      (Hold.Target.run, "r-1"), (.method, "raman-cut"), (.instrument, "A1"), (.person, "ada"),
    ] {
      try folder.keep(Hold(target: target, name: name), reason: "odd")
      let found = QualityRules.findings(asked, try QualityFacts(asked, from: folder.register))
      #expect(found.map(\.failure.code) == ["hold-open"], "\(target)")
      #expect(found.first?.failure.why.contains("odd") == true)
      try folder.keep(Hold(target: target, name: name, isOpen: false))
      #expect(try codes(folder, asked) == [])
    }
    try folder.keep(Hold(target: .run, name: "r-2"))
    #expect(try codes(folder, asked) == [], "another run")
  }

  @Test func theFirstAdministratorIsNamedByAnybodyAndTheSecondIsNot() throws {
    let folder = try TestFolder()
    let asked = QualityQuestion(time: noon, person: "x", activity: .administer)
    #expect(try codes(folder, asked) == [])
    try folder.keep(
      Authorisation(
        person: "root", activity: .administer, validFrom: time(-9), validTo: time(-8)))
    #expect(try codes(folder, asked) == ["person-unknown"], "one that expired is one")
  }

  /// Every moment is UTC: in both nights in which clocks of the site are turned nothing happens.
  @Test(arguments: ["2026-03-29", "2026-10-25"]) func clocksThatAreTurnedMoveNoLimit(
    night: String
  ) throws {
    let folder = try good()
    for hour in 0..<4 {
      let end = try #require(Timestamp(iso8601: "\(night)T0\(hour):30:00Z"))
      try folder.keep(
        Authorisation(
          person: "ada", method: "raman-cut", activity: .acquire, validFrom: time(-4000),
          validTo: end))
      #expect(try codes(folder, question(Timestamp(microseconds: end.microseconds - 1))) == [])
      #expect(try codes(folder, question(end)) == ["authorisation-expired"])
    }
  }

  @Test func aDamagedRegisterDecidesNothing() throws {
    let folder = try good()
    let file = folder.register.folder(of: .people, "ada") + "/000001.json"
    try Data("{}".utf8).write(to: URL(fileURLWithPath: file))
    #expect(throws: RegisterError.self) { try QualityFacts(question(), from: folder.register) }
  }
}
