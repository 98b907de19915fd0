import Foundation
import Laboratory
import Testing

@testable import Bench

@Suite struct VersionTests {
  private func place() throws -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: "versions-\(UUID())").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  private func file(_ text: String) -> ResultFile { VersionFiles.text(text, named: "a.txt") }

  @Test func versionsAreCountedAndNeverReplaced() throws {
    let top = try place()
    defer { try? FileManager.default.removeItem(atPath: top) }
    let folder = VersionedFolder(path: "\(top)/not/yet")
    #expect(folder.versions == [])
    let first = try folder.publish(after: 0) { (number) throws(Failure) in
      [VersionFiles.text("version \(number)", named: "a.txt")]
    }
    #expect(first.map(\.name) == ["a.txt"])
    _ = try folder.publish(after: 1) { (_) throws(Failure) in
      [VersionFiles.text("two", named: "a.txt")]
    }
    #expect(folder.versions == [1, 2])
    #expect(try String(contentsOfFile: "\(top)/not/yet/0001/a.txt", encoding: .utf8) == "version 1")
    #expect(try String(contentsOfFile: "\(top)/not/yet/0002/a.txt", encoding: .utf8) == "two")
    let taken = #expect(throws: Failure.self) {
      _ = try folder.publish(after: 1) { (_) throws(Failure) in
        [VersionFiles.text("again", named: "a.txt")]
      }
    }
    #expect(taken?.code == "version-taken")
    #expect(try String(contentsOfFile: "\(top)/not/yet/0002/a.txt", encoding: .utf8) == "two")
    // Nothing half-made is left behind, hidden or not.
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: "\(top)/not/yet").sorted()
        == ["0001", "0002"])
  }

  @Test func aFileThatReadsBackOtherwiseIsNoVersion() throws {
    let top = try place()
    defer { try? FileManager.default.removeItem(atPath: top) }
    let folder = VersionedFolder(path: top)
    let wrong = ResultFile(name: "a.txt", bytes: [1], atTop: false) { (_) throws(Failure) in
      throw Failure("test", exit: .damaged, what: "not as written", why: "", next: "")
    }
    #expect(throws: Failure.self) {
      _ = try folder.publish(after: 0) { (_) throws(Failure) in [wrong] }
    }
    #expect(folder.versions == [])
    #expect(try FileManager.default.contentsOfDirectory(atPath: top) == [])
  }

  @Test func aNewVersionMustSayWhy() {
    for reason in [nil, "", "  \n"] {
      let refused = #expect(throws: Failure.self) {
        try RunEvaluations.demand(reason, instead: 3, of: "the run X")
      }
      #expect(refused?.code == "reason-missing")
      #expect(refused?.exit == .refused)
    }
    #expect(throws: Never.self) {
      try RunEvaluations.demand("new baseline", instead: 3, of: "the run X")
    }
  }
}
