import Foundation
import Laboratory
import Testing

@testable import Bench

@Suite struct LibraryStoreTests {
  private func home() throws -> (home: Home, folder: String) {
    let path = FileManager.default.temporaryDirectory.appending(path: "libraries-\(UUID())").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return (Home(explicit: path + "/home", environment: [:]), path)
  }

  private func file(_ name: String, _ masses: String, in folder: String) throws -> String {
    let path = "\(folder)/\(name)"
    try "Name: Caffeine\nNum Peaks: 2\n\(masses)\n".write(
      toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  @Test func theSameAgainIsOneVersionAndOtherRecordsAreAnother() throws {
    let (home, folder) = try home()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let store = LibraryStore(home: home)
    let one = try file("a.msp", "109 500; 194 999", in: folder)
    let first = try store.add([one], name: "x", version: "1", person: "AB")
    #expect(first.records == 1)
    #expect(try store.add([one], name: "x", version: "1", person: "AB") == first)
    let other = try file("b.msp", "109 501; 194 999", in: folder)
    let second = try store.add([other], name: "x", version: "1", person: "AB")
    #expect(second.source.sha256 != first.source.sha256)
    let versions = try FileManager.default.contentsOfDirectory(atPath: home.path + "/libraries/x")
    #expect(versions.sorted() == ["0001", "0002"])
  }

  @Test func anAlteredLibraryIsRefusedAndMendedByTheAdvisedCommand() throws {
    let (home, folder) = try home()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let store = LibraryStore(home: home)
    let source = try file("a.msp", "109 500; 194 999", in: folder)
    _ = try store.add([source], name: "x", version: "1", person: "AB")
    try "Name: Other\nNum Peaks: 1\n50 1\n".write(
      toFile: home.path + "/libraries/x/0001/a.msp", atomically: true, encoding: .utf8)
    let refused = #expect(throws: Failure.self) { try store.search("x", for: source) }
    #expect(refused?.code == "library-altered")
    _ = try store.add([source], name: "x", version: "1", person: "AB")
    #expect(try store.search("x", for: source).matches.first?.name == "Caffeine")
  }

  @Test func whatIsNoFileIsRefusedAndNotReadForEver() throws {
    let (home, folder) = try home()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let refused = #expect(throws: Failure.self) {
      try LibraryStore(home: home).add(["/dev/zero"], name: "x", version: "", person: "AB")
    }
    #expect(refused?.code == "library-unreadable")
  }
}
