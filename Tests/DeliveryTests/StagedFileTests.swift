import Foundation
import Laboratory
import Testing

@testable import Delivery

@Suite struct StagedFileTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  static let refusal = Failure(
    "test-refused", exit: .failed, what: "Refused.", why: "A test.", next: "Nothing.")

  @Test func placesAreWrittenInAnyOrderAndReadBack() throws {
    let file = try Publisher().publish(
      named: "a.bin", in: folder.path,
      writing: { (staged) throws(Failure) in
        try told(staged, [4, 5, 6], at: 3)
        try told(staged, [1, 2, 3], at: 0)
        try told(staged, [9], at: 1)
      },
      readBack: { (opened) throws(Failure) in
        #expect(opened.size == 6)
        #expect((try? opened.read(at: 0, count: 3)) == [1, 9, 3])
        #expect((try? opened.read(at: 4, count: 100)) == [5, 6])
        #expect((try? opened.read(at: 7, count: 2)) == [])
      })
    #expect(file.size == 6)
    #expect(file.sha256 == Hash.sha256(of: [1, 9, 3, 4, 5, 6]))
    #expect(
      FileManager.default.contents(atPath: folder.path + "/a.bin") == Data([1, 9, 3, 4, 5, 6]))
    #expect(try folder.names() == ["a.bin"])
  }

  @Test func theBytesAreSyncedBeforeTheyAreReadAndNamed() throws {
    let observer = Observer()
    try observer.publisher.publish(
      named: "a.bin", in: folder.path,
      writing: { (staged) throws(Failure) in try told(staged, [1], at: 0) },
      readBack: { (_) throws(Failure) in })
    let steps = observer.calls.map { call -> String in
      switch call {
      case .openFolder: "open folder"
      case .create: "create"
      case .write: "write"
      case .sync: "sync"
      case .openFile: "read"
      case .rename: "rename"
      case .syncFolder: "sync folder"
      default: "\(call)"
      }
    }
    #expect(
      steps == [
        "open folder", "create", "write", "sync", "read", "read", "rename", "sync folder",
      ])
  }

  @Test func shortWritesAreContinued() throws {
    var publisher = Publisher()
    publisher.disk.writeLimit = 7
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
    try publisher.publish(
      named: "a.bin", in: folder.path,
      writing: { (staged) throws(Failure) in try told(staged, bytes, at: 0) },
      readBack: { (_) throws(Failure) in })
    #expect(FileManager.default.contents(atPath: folder.path + "/a.bin") == Data(bytes))
  }

  @Test(arguments: ["create", "write", "sync", "rename"])
  func whateverFailsLeavesNothing(step: String) throws {
    var publisher = Publisher()
    publisher.disk.before = { call in
      switch call {
      case .create where step == "create": ENOSPC
      case .write where step == "write": ENOSPC
      case .sync where step == "sync": EIO
      case .rename where step == "rename": EIO
      default: nil
      }
    }
    #expect(throws: Failure.self) {
      try publisher.publish(
        named: "a.bin", in: folder.path,
        writing: { (staged) throws(Failure) in try told(staged, [1], at: 0) },
        readBack: { (_) throws(Failure) in })
    }
    #expect(try folder.names() == [])
  }

  @Test func whatTheWriterOrTheReaderRefusesIsNotPublished() throws {
    #expect(throws: Self.refusal) {
      try Publisher().publish(
        named: "a.bin", in: folder.path,
        writing: { (_) throws(Failure) in throw Self.refusal },
        readBack: { (_) throws(Failure) in })
    }
    #expect(throws: Self.refusal) {
      try Publisher().publish(
        named: "a.bin", in: folder.path,
        writing: { (staged) throws(Failure) in try told(staged, [1], at: 0) },
        readBack: { (_) throws(Failure) in throw Self.refusal })
    }
    #expect(try folder.names() == [])
  }

  @Test func anExistingNameIsLeftAsItIs() throws {
    try folder.write("old", "a.bin")
    #expect(throws: Failure.self) {
      try Publisher().publish(
        named: "a.bin", in: folder.path,
        writing: { (staged) throws(Failure) in try told(staged, [1], at: 0) },
        readBack: { (_) throws(Failure) in })
    }
    #expect(try folder.text("a.bin") == "old")
    #expect(try folder.names() == ["a.bin"])
  }

  private func told(_ staged: StagedFile, _ bytes: [UInt8], at place: Int) throws(Failure) {
    do throws(PublishError) { try staged.write(bytes, at: place) } catch { throw error.failure }
  }
}
