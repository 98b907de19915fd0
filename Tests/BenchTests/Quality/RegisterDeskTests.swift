import Foundation
import Laboratory
import Records
import Synchronization
import Testing

@testable import Bench

/// The register as the bench writes it.
@Suite struct RegisterDeskTests {
  // MARK: - What goes wrong

  @Test func whereTheChainCannotTakeAnEntryNothingIsKept() throws {
    let quality = try QualityBench("off")
    try Data().write(to: URL(fileURLWithPath: quality.folder.path + "/audit"))
    let people = People(bench: quality.bench)
    #expect(
      QualityBench.code { _ = try people.add("ada", name: "Ada", by: "root", reason: nil) }
        == "audit-io-failed")
    #expect(people.list().people.isEmpty)
    let place = Register(home: quality.folder.path).folder(of: .people, "ada")
    #expect(try FileManager.default.contentsOfDirectory(atPath: place) == [])
  }

  @Test func textsThatCannotBeKeptAreRefusedByName() throws {
    let quality = try QualityBench("off")
    let people = People(bench: quality.bench)
    for id in ["", " ", "a b", "a\nb", String(repeating: "x", count: 65), "a\u{FFFD}"] {
      #expect(
        QualityBench.code { _ = try people.add(id, name: "N", by: "root", reason: nil) }
          == "quality-text-unusable", "\(id.debugDescription)")
    }
    for name in ["", "a\u{2028}b", String(repeating: "x", count: 201)] {
      #expect(
        QualityBench.code { _ = try people.add("ada", name: name, by: "root", reason: nil) }
          == "quality-text-unusable")
    }
    #expect(
      QualityBench.code { _ = try people.add("ada", name: nil, by: "root", reason: nil) }
        == "person-name-missing")
    _ = try people.add("../../x", name: "=1+1", by: "root", reason: nil)
    #expect(people.list().people.map(\.id) == ["../../x"])
    #expect(!FileManager.default.fileExists(atPath: quality.folder.path + "/x"))
    for (from, to) in [
      ("yesterday", nil), ("2026-02-30", nil), ("2026-11-20", "2026-11-19"), (nil, "2020-01-01"),
      ("2026-1-1", nil),
    ] as [(String?, String?)] {
      #expect(
        QualityBench.code {
          _ = try people.authorise(
            "../../x", .acquire, from: from, to: to, by: "root", reason: nil)
        } == "quality-time-unusable", "\(from ?? "") \(to ?? "")")
    }
    #expect(
      QualityBench.code {
        _ = try people.authorise("nobody", .acquire, from: nil, to: nil, by: "r", reason: nil)
      } == "person-not-found")
    #expect(
      QualityBench.code { _ = try people.revoke("ada", .acquire, by: "r", reason: "x") }
        == "authorisation-not-found")
    #expect(
      QualityBench.code { _ = try people.revoke("ada", .acquire, by: "r", reason: " ") }
        == "quality-reason-missing")
  }

  @Test func aDamagedVersionStopsWhoeverWouldBuildOnIt() throws {
    let quality = try QualityBench("warn")
    let people = People(bench: quality.bench)
    _ = try people.add("ada", name: "Ada", by: "root", reason: nil)
    let place = Register(home: quality.folder.path).folder(of: .people, "ada")
    try Data("{}".utf8).write(to: URL(fileURLWithPath: place + "/000001.json"))
    #expect(
      QualityBench.code { _ = try people.add("ada", name: "Ada L.", by: "root", reason: nil) }
        == "register-damaged")
    #expect(people.list().problems.map(\.code) == ["register-damaged"])
    #expect(!FileManager.default.fileExists(atPath: place + "/000002.json"))
  }

  // MARK: - What is kept

  @Test func everyVersionHasItsEntryWithOldAndNewHashBeforeIt() throws {
    let quality = try QualityBench("off")
    let people = People(bench: quality.bench)
    let first = try #require(try people.add("ada", name: "Ada", by: "root", reason: "new"))
    let second = try #require(try people.add("ada", name: "Ada L.", by: "eva", reason: nil))
    #expect(try people.add("ada", name: "Ada L.", by: "eva", reason: "again") == nil)
    #expect(second.supersedes == first.sha256 && second.version == 2)
    let kept = try quality.entries.filter { $0.action == "register-kept" }
    #expect(kept.map(\.object) == ["people/ada", "people/ada"])
    #expect(kept.map(\.old) == [nil, first.sha256])
    #expect(kept.map(\.new) == [first.sha256, second.sha256])
    #expect(kept.map(\.person) == ["root", "eva"] && kept.first?.reason == "new")
    let place = Register(home: quality.folder.path).folder(of: .people, "ada")
    let file = try Data(contentsOf: URL(fileURLWithPath: place + "/000001.json"))
    #expect([UInt8](file) == first.bytes)
  }

  /// Two programs that write one object at once: each is kept, or refused by name.
  @Test func twoWhoWriteOneObjectAtOnceLoseNothing() async throws {
    let quality = try QualityBench("off")
    let bench = quality.bench
    _ = try People(bench: bench).add("ada", name: "Ada 0", by: "root", reason: nil)
    let codes = await withTaskGroup(of: [String].self) { group in
      for writer in 1...4 {
        group.addTask {
          (1...10).map { number in
            QualityBench.code {
              _ = try People(bench: bench).add(
                "ada", name: "Ada \(writer)-\(number)", by: "w\(writer)", reason: nil)
            }
          }
        }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
    #expect(codes.count == 40 && Set(codes).isSubset(of: ["done", "register-taken"]))
    let versions = try Register(home: quality.folder.path).versions(of: .people, "ada")
    let done = codes.count { $0 == "done" }
    #expect(versions.count == done + 1 && done > 0)
    #expect(Set(versions.map(\.fields.texts)).count == versions.count, "each is one writer's own")
    let entries = try quality.entries
    let kept = Set(entries.filter { $0.action == "register-kept" }.compactMap(\.new))
    for version in versions { #expect(kept.contains(version.sha256)) }
    let undone = entries.count { $0.action == "not-done" }
    let told = entries.count { $0.action == "register-kept" }
    #expect(told - undone == versions.count, "what did not come about is told")
    let place = Register(home: quality.folder.path).folder(of: .people, "ada")
    #expect(try FileManager.default.contentsOfDirectory(atPath: place).count == versions.count)
  }

  @Test func aKeyIsReadByItsOwnerAloneAndNobodyTakesAnothersPlace() throws {
    let quality = try QualityBench("enforce")
    try quality.staff()
    let people = People(bench: quality.bench)
    let path = quality.folder.path + "/keys/ada.key"
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    let known = try people.find("ada").publicKey
    let other = quality.folder.path + "/other.key"
    #expect(
      QualityBench.code { _ = try people.makeKey(for: "ada", file: other, by: "ada", reason: "x") }
        == "person-not-authorised", "who knows a name has not its signature")
    #expect(
      QualityBench.code { _ = try people.makeKey(for: "ada", file: nil, by: "root", reason: "x") }
        == "publish-exists", "no key is written over")
    #expect(
      QualityBench.code { _ = try people.makeKey(for: "ada", file: other, by: "root", reason: nil) }
        == "quality-reason-missing")
    #expect(try people.find("ada").publicKey == known)
    _ = try people.makeKey(for: "ada", file: other, by: "root", reason: "lost")
    #expect(try people.find("ada").publicKey != known)
  }

  // MARK: - The table of people

  @Test func badLinesAreRefusedByNumberAndTheRestGoesOn() throws {
    let quality = try QualityBench("off")
    let table = quality.folder.path + "/people.csv"
    let rows = [
      "person,name,badge,method,activity,from,to",  // 1
      "ada,Ada L.,7,,acquire,2026-01-01,2027-01-01",  // 2
      "ben,\"Ben \"\"B\"\", jr.\",,raman-cut,review,,",  // 3
      "too,few", "", "zoe,,,,,,",  // 4 to 6
      "eva,Eva,,,fly,,",  // 7
      "eva,Eva,,,release,2026-13-01,",  // 8
      "eva,Eva,,raman-cut,,,",  // 9
      "\"eva,Eva,,,release,,",  // 10
      "a\u{0}b,Eva,,,release,,",  // 11
      "eva,Eva,,,release,2026-02-02,2026-02-01",  // 12
      " eva , Eva E. ,,,,,",  // 13
      String(repeating: "x", count: 10_000) + ",X,,,,,",  // 14
      "eva,Eva,,,,,", "ada,,,,acquire,2026-01-01,",  // 15 and 16 say otherwise than 13 and 2
    ]
    try rows.joined(separator: "\r\n").write(toFile: table, atomically: true, encoding: .utf8)
    let people = People(bench: quality.bench)
    func outcomes() throws -> [Int: People.ImportedLine.Outcome] {
      Dictionary(
        uniqueKeysWithValues: try people.importTable(at: table, by: "root", reason: nil)
          .map { ($0.line, $0.outcome) })
    }
    let first = try outcomes()
    #expect(first.filter { $0.value == .kept }.keys.sorted() == [2, 3, 13])
    #expect(
      first.filter { $0.value == .refused }.keys.sorted() == [
        4, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16,
      ])
    #expect(people.list().people.map(\.name) == ["Ada L.", "Ben \"B\", jr.", "Eva E."])
    let before = try quality.entries.count
    let again = try outcomes()
    #expect(again.values.allSatisfy { $0 != .kept }, "\(again)")
    #expect(try quality.entries.count == before, "the same table changes nothing")
  }

  @Test func aTableBringsBackNothingThatWasTakenBack() throws {
    let quality = try QualityBench("off")
    let table = quality.folder.path + "/people.csv"
    try "person,name,activity\nada,Ada,acquire\n".write(
      toFile: table, atomically: true, encoding: .utf8)
    let people = People(bench: quality.bench)
    _ = try people.importTable(at: table, by: "root", reason: nil)
    _ = try people.revoke("ada", .acquire, by: "root", reason: "left the room")
    _ = try people.add("ada", name: nil, isActive: false, by: "root", reason: nil)
    let lines = try people.importTable(at: table, by: "root", reason: nil)
    #expect(lines.map(\.outcome) == [.refused])
    #expect(people.list().authorisations.map(\.isRevoked) == [true])
    #expect(people.list().people.map(\.isActive) == [false])
    for text in ["", "name\nAda\n", "person,shoe\nada,42\n", "person,person\na,b\n", "\"\n"] {
      try text.write(toFile: table, atomically: true, encoding: .utf8)
      #expect(
        QualityBench.code { _ = try people.importTable(at: table, by: "r", reason: nil) }
          == "people-table-unusable", "\(text.debugDescription)")
    }
  }
}
