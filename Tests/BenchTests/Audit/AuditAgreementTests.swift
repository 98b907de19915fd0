import Foundation
import Laboratory
import Records
import Testing

@testable import Bench

/// What the chain speaks of is there, and nothing else is.
@Suite struct AuditAgreementTests {
  private let made: ImportBench
  private let home: Home
  private let run: RunID

  init() throws {
    made = try ImportBench()
    home = made.bench.home
    let people = People(bench: made.bench)
    for name in ["Ada", "Ada Lovelace", "Ada King"] {
      _ = try people.add("ada", name: name, by: "root", reason: nil)
    }
    _ = try people.authorise("ada", .acquire, from: nil, to: nil, by: "root", reason: nil)
    _ = try people.revoke("ada", .acquire, by: "root", reason: "left the room")
    let path = try made.put("a.csv", "time,signal\n0,1\n1,2\n2,1\n")
    let reports = try made.run([path], columns: ["time=1", "unit=s", "value=2"])
    run = try #require(reports.first?.run)
  }

  private func differences() throws -> [String] {
    try AuditAgreement(home: home).differences().map { "\($0.kind.rawValue) \($0.file)" }
  }

  private var right: String {
    let register = Register(home: home.path)
    let newest = register.all(of: .authorisations).entries.first
    return register.folder(of: .authorisations, newest?.object ?? "")
  }

  @Test func aHomeThatNobodyTouchedAgrees() throws {
    #expect(try differences() == [])
  }

  @Test func aRevocationThatWasRemovedIsMissed() throws {
    let file = right + "/000002.json"
    #expect(FileManager.default.fileExists(atPath: file))
    try FileManager.default.removeItem(atPath: file)
    #expect(try differences().map { $0.prefix(31) } == ["missing register/authorisations"])
    // Decided again it holds, and the home agrees.
    _ = try People(bench: made.bench).revoke("ada", .acquire, by: "root", reason: "again")
    #expect(try differences() == [])
  }

  @Test func anAlteredVersionIsFoundThoughItIsInForm() throws {
    let file = right + "/000002.json"
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let other = text.replacingOccurrences(of: "\"revoked\":\"true\"", with: "\"revoked\":\"false\"")
      .replacingOccurrences(of: "\"revoked\":true", with: "\"revoked\":false")
    try #require(other != text)
    try other.write(toFile: file, atomically: true, encoding: .utf8)
    #expect(try differences().map { $0.prefix(31) } == ["altered register/authorisations"])
  }

  @Test func aVersionThatNobodyDecidedIsFound() throws {
    let register = Register(home: home.path)
    let newest = try #require(try register.versions(of: .people, "ada").last)
    var forged = newest
    (forged.version, forged.supersedes) = (newest.version + 1, newest.sha256)
    let place = register.folder(of: .people, "ada") + "/" + RegisterName.file(of: forged.version)
    try Data(forged.bytes).write(to: URL(fileURLWithPath: place))
    // By itself the register is without fault.
    #expect(try register.versions(of: .people, "ada").count == 4)
    #expect(try differences() == ["malformed register/people/ada/000004.json"])
  }

  @Test func aRunThatIsGoneIsMissed() throws {
    try FileManager.default.removeItem(atPath: home.folder(of: run))
    #expect(try differences() == ["missing runs/\(run)"])
  }

  @Test func whatDidNotComeAboutIsNotMissed() throws {
    // A folder stands where the version would have its name.
    let place = Register(home: home.path).folder(of: .people, "ada") + "/000004.json"
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    #expect(throws: Failure.self) {
      _ = try People(bench: made.bench).add("ada", name: "Other", by: "root", reason: nil)
    }
    try FileManager.default.removeItem(atPath: place)
    #expect(try differences() == [])
  }

  /// Killed behind the announcement, with and without a folder.
  @Test(arguments: [false, true])
  func aRunThatNeverBeganIsNotMissedOnceItIsRecovered(_ hasFolder: Bool) throws {
    let killed = try #require(RunID("20261120T101500Z-usb4000-abcd"))
    try made.bench.audit.demand([
      AuditAct(.runStarted, "run/\(killed)", by: "root", detail: ["sample": "S-1"])
    ])
    // A mark that nobody holds is how a killed run is known; until it is recovered nothing is said.
    _ = try RunMark.make(for: killed, in: home)
    if hasFolder { try RunFolder.make(home.folder(of: killed)) }
    #expect(try differences() == [])
    let report = try Recovery(bench: made.bench).recover(killed)
    #expect(report.outcome == (hasFolder ? .removed : .whole))
    #expect(!FileManager.default.fileExists(atPath: home.folder(of: killed)))
    #expect(RunMark.all(in: home).isEmpty)
    #expect(try differences() == [])
  }
}
