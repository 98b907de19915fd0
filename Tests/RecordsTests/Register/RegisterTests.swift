import Foundation
import Laboratory
import Testing

@testable import Records

/// The files of what people decided, as they are read.
@Suite struct RegisterTests {
  private func damage(_ work: () throws -> Void) -> String? {
    do {
      try work()
      return nil
    } catch let error as RegisterError {
      return error.failure.code
    } catch {
      return "\(error)"
    }
  }

  // MARK: - What goes wrong

  @Test func everyByteOfAVersionThatIsFlippedIsFound() throws {
    let folder = try TestFolder()
    try folder.keep(Person(id: "ada", name: "Ada"))
    try folder.keep(Person(id: "ada", name: "Ada L.", badge: "7"))
    let place = folder.register.folder(of: .people, "ada")
    for number in 1...2 {
      let file = URL(fileURLWithPath: "\(place)/\(RegisterName.file(of: number))")
      let whole = [UInt8](try Data(contentsOf: file))
      for index in whole.indices {
        var bytes = whole
        bytes[index] ^= 1
        try Data(bytes).write(to: file)
        // The newest alone has nobody who names its hash but the audit chain: what is still an entry
        // of this object there is told from the chain, and everything else here.
        let found = damage { _ = try folder.register.versions(of: .people, "ada") }
        if number == 1 { #expect(found == "register-damaged", "byte \(index)") }
      }
      for count in [0, 1, whole.count / 2, whole.count - 1] {
        try Data(whole.prefix(count)).write(to: file)
        #expect(
          damage { _ = try folder.register.versions(of: .people, "ada") } == "register-damaged")
      }
      try Data(whole).write(to: file)
    }
    #expect(try folder.register.versions(of: .people, "ada").count == 2)
  }

  @Test func missingMovedAndForeignVersionsAreFound() throws {
    let folder = try TestFolder()
    for name in ["Ada", "Ada L.", "Ada Lovelace"] { try folder.keep(Person(id: "ada", name: name)) }
    try folder.keep(Person(id: "ben", name: "Ben"))
    let files = FileManager.default
    let ada = folder.register.folder(of: .people, "ada")
    let ben = folder.register.folder(of: .people, "ben")
    func reads() -> String? { damage { _ = try folder.register.versions(of: .people, "ada") } }
    #expect(reads() == nil)
    try files.moveItem(atPath: "\(ada)/000002.json", toPath: "\(ada)/away")
    #expect(reads() == "register-damaged", "a hole")
    try files.copyItem(atPath: "\(ben)/000001.json", toPath: "\(ada)/000002.json")
    #expect(reads() == "register-damaged", "another's version")
    try files.removeItem(atPath: "\(ada)/000002.json")
    try files.copyItem(atPath: "\(ada)/000003.json", toPath: "\(ada)/000002.json")
    #expect(reads() == "register-damaged", "a version under another number")
    try files.removeItem(atPath: "\(ada)/000002.json")
    try files.moveItem(atPath: "\(ada)/away", toPath: "\(ada)/000002.json")
    #expect(reads() == nil)
    // A whole object under another's folder.
    try files.removeItem(atPath: ben)
    try files.copyItem(atPath: ada, toPath: ben)
    #expect(damage { _ = try folder.register.all(Person.self) } == "register-damaged")
    #expect(folder.register.all(of: .people).entries.map(\.object) == ["ada"])
    #expect(
      folder.register.all(of: .people).problems.count == 1, "the others are read all the same")
  }

  @Test func whatATemporaryLeavesIsNoVersion() throws {
    let folder = try TestFolder()
    try folder.keep(Person(id: "ada", name: "Ada"))
    let place = folder.register.folder(of: .people, "ada")
    try Data("half".utf8).write(to: URL(fileURLWithPath: "\(place)/.000002.json-1.part"))
    try Data("text".utf8).write(to: URL(fileURLWithPath: "\(place)/README"))
    #expect(try folder.register.latest(Person.self, "ada")?.body.name == "Ada")
  }

  @Test func aBodyThatLacksAFieldSaysWhich() throws {
    let folder = try TestFolder()
    for fields in [
      RegisterFields(), RegisterFields(["name": "Ada"]),
      RegisterFields(["name": "Ada", "active": "yes"]),
    ] {
      let entry = RegisterEntry(
        kind: .people, object: "ada", version: 1, supersedes: nil, person: "r", reason: nil,
        time: noon, fields: fields)
      #expect(throws: RegisterError.self) { try entry.body(Person.self) }
      #expect(throws: RegisterError.self) { try entry.body(Hold.self) }
    }
    _ = folder
  }

  // MARK: - Names

  @Test(arguments: [
    "../../etc/passwd", "..", ".", "a/b", "a\\b", "C:", "=1+1", "a b", ".hidden", "dot.", "ä", "*",
    "acquire * ada", "~", "con~1", String(repeating: "x", count: 61), "\u{202E}abc", "🧪",
  ]) func aNameThatIsNotPlainGetsASafeFolderOfItsOwn(_ name: String) throws {
    let folder = RegisterName.folder(of: name)
    #expect(folder.utf8.count <= 60 && folder.contains("~") && folder.first != ".")
    #expect(folder.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
    #expect(!folder.contains { "/\\:*?\"<>| ".contains($0) })
  }

  @Test func noTwoNamesShareAFolder() throws {
    let names = [
      "a b", "a-b", "a/b", "a\\b", "A-b", "ä", "a", "a.", "a\u{308}\u{301}", "é", "x~1", "-a", "xa",
    ]
    #expect(Set(names.map(RegisterName.folder)).count == names.count)
    #expect(RegisterName.folder(of: "m.rossi_1-2") == "m.rossi_1-2")
  }

  @Test func namesThatNobodyCanReadAreNone() {
    for name in ["", "  ", "a\nb", "a\0", "a\u{2028}b", String(repeating: "x", count: 1025)] {
      #expect(RegisterName.object(name) == nil)
    }
    // One name, one spelling.
    #expect(Array((RegisterName.object("e\u{301}") ?? "").utf8) == Array("é".utf8))
    #expect(!RegisterName.isObject("e\u{301}") && RegisterName.isObject("é"))
    for file in [
      "1.json", "000000.json", "-00001.json", "000001.JSON", "+00001.json", "0000001.json",
    ] {
      #expect(RegisterName.version(of: file) == nil, "\(file)")
    }
    #expect(RegisterName.version(of: "000012.json") == 12)
    #expect(RegisterName.version(of: "1000000.json") == 1_000_000)
  }

  // MARK: - What is kept

  @Test func everyBodyComesBackAsItWas() throws {
    let folder = try TestFolder()
    func check<Body: RegisterBody>(_ body: Body) throws {
      let kept = try folder.keep(body, reason: "why \"so\"\n=1+1")
      let found = try #require(try folder.register.latest(Body.self, body.object))
      #expect(found.body == body && found.entry == kept)
      #expect(found.entry.reference.sha256 == kept.sha256)
    }
    try check(
      Person(id: "ada", name: "Ada \"L\" Ünï", badge: "=7", publicKey: "00", isActive: false))
    try check(
      Authorisation(
        person: "m rossi", method: "raman-cut", activity: .methodChange, validFrom: noon,
        validTo: noon, isRevoked: true))
    try check(
      InstrumentState(
        model: "ocean-optics/usb4000", serialNumber: "A/../B", service: .restricted,
        firmware: "1.0", place: "room 2"))
    try check(
      CalibrationRecord(
        model: "m/n", serialNumber: "7", subject: "wavelength",
        values: ["c0": "345.19999999999999", "c1": "1e-300"], certificate: "PTB", done: noon,
        due: noon))
    try check(
      MethodState(
        name: "raman-cut", version: "3", sha256: "ab", use: .validated, evidence: "v.pdf",
        evidenceSHA256: "cd"))
    try check(Hold(target: .instrument, name: "FLMS 1", isOpen: false))
    try check(Deviation(run: "r", number: 2, text: "x"))
    let key = SigningKey()
    try check(
      Review(
        run: "r-1", state: .released, digest: "aa", amends: "bb",
        signature: key.sign(
          digest: "aa", meaning: .released, person: "ada", name: "Ada", time: noon)))
  }

  @Test func aCalibrationWhoseValuesWereAlteredIsNone() throws {
    var record = CalibrationRecord(
      model: "m", serialNumber: "7", subject: "wavelength", values: ["c0": "1"], done: noon)
    let fields = record.fields
    record.values["c0"] = "2"
    #expect(record.valuesSHA256 != fields["values_sha256"])
    var altered = fields
    altered.groups["values"] = ["c0": "2"]
    #expect(throws: RegisterError.self) {
      try CalibrationRecord(object: record.object, fields: altered)
    }
  }

  /// Whatever is kept in whatever order, every version that there was is read again as it was.
  @Test(arguments: 0..<20) func anySequenceOfVersionsLeavesEveryEarlierOneReadable(
    seed: UInt64
  ) throws {
    var random = SeededRandom(seed: seed)
    let folder = try TestFolder()
    var kept: [String: [RegisterEntry]] = [:]
    for step in 0..<40 {
      let id = ["ada", "ben", "../x", "é"].randomElement(using: &random) ?? "ada"
      let entry: RegisterEntry
      switch Int.random(in: 0..<3, using: &random) {
      case 0: entry = try folder.keep(Person(id: id, name: "name \(step)"), reason: "\(step)")
      case 1:
        entry = try folder.keep(
          Authorisation(
            person: id, activity: .acquire, validFrom: noon, isRevoked: step.isMultiple(of: 2)))
      default: entry = try folder.keep(Hold(target: .person, name: id, isOpen: step % 3 == 0))
      }
      kept["\(entry.kind) \(entry.object)", default: []].append(entry)
      for versions in kept.values {
        #expect(try folder.register.versions(of: versions[0].kind, versions[0].object) == versions)
      }
    }
  }
}

/// Numbers that come again.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state >> 33) | (state << 31)
  }
}
