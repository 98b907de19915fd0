import Foundation
import Laboratory
import Testing

@testable import Delivery

@Suite struct PublisherTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  @Test func aPublishedFileHasItsNameContentHashAndMode() throws {
    let file = try Publisher().publish(
      .bytes(Array("abc".utf8)), named: "a.txt", in: folder.path)
    #expect(file.name == "a.txt" && file.size == 3)
    // FIPS 180-4, the example of one block.
    #expect(
      file.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(try folder.names() == ["a.txt"])
    #expect(try folder.text("a.txt") == "abc")
    let mode = try FileManager.default.attributesOfItem(atPath: folder.path + "/a.txt")
    #expect((mode[.posixPermissions] as? Int ?? 0) & ~0o640 == 0)
  }

  @Test func theBytesAreSyncedBeforeTheNameAndTheNameAfterIt() throws {
    let observer = Observer()
    try observer.publisher.publish(.bytes([1, 2, 3]), named: "a.bin", in: folder.path)
    let steps = observer.calls.map { call -> String in
      switch call {
      case .openFolder: "open folder"
      case .create(let path):
        path.contains("/.a.bin-") && path.hasSuffix(".part") ? "create hidden" : "create \(path)"
      case .write: "write"
      case .sync: "sync"
      case .close: "close"
      case .rename(_, let to): to == folder.path + "/a.bin" ? "rename" : "rename \(to)"
      case .syncFolder: "sync folder"
      default: "\(call)"
      }
    }
    #expect(
      steps == [
        "open folder", "create hidden", "write", "sync", "close", "rename", "sync folder",
      ])
  }

  @Test func shortWritesAreContinued() throws {
    var publisher = Publisher()
    publisher.disk.writeLimit = 7
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
    try publisher.publish(.bytes(bytes), named: "a.bin", in: folder.path)
    #expect(FileManager.default.contents(atPath: folder.path + "/a.bin") == Data(bytes))
  }

  @Test func anExistingNameIsLeftAsItIs() throws {
    try folder.write("old", "a.txt")
    #expect(throws: PublishError.exists(folder.path + "/a.txt")) {
      try Publisher().publish(.bytes([1]), named: "a.txt", in: folder.path)
    }
    #expect(try folder.text("a.txt") == "old")
    #expect(try folder.names() == ["a.txt"])
  }

  @Test func aStateFileIsReplacedInOneStep() throws {
    for text in ["one", "two"] {
      try Publisher().publish(
        .bytes(Array(text.utf8)), named: "run.json", in: folder.path, existing: .replaced)
    }
    #expect(try folder.text("run.json") == "two")
    #expect(try folder.names() == ["run.json"])
  }

  @Test(arguments: [
    "", ".", "..", ".hidden", "a/b", "../a", "/etc/passwd", "a\0b", "a\nb", "a\u{7f}", "é.txt",
    "a:b", "a\\b", "a*", "a.", "a ", String(repeating: "a", count: 121),
  ])
  func aHostileNameIsRefusedBeforeAnythingIsTouched(name: String) throws {
    let observer = Observer()
    let error = #expect(throws: PublishError.self) {
      try observer.publisher.publish(.bytes([1]), named: name, in: folder.path)
    }
    #expect(error?.failure.code == "publish-name-unsafe")
    #expect(observer.calls.isEmpty)
    #expect(throws: PublishError.self) { try SafePath.child(of: folder.path, named: name) }
  }

  @Test func aPlainNameIsAChildOfItsFolder() throws {
    #expect(try SafePath.child(of: "/a/b", named: "c.txt") == "/a/b/c.txt")
    #expect(
      try SafePath.child(of: "/", named: String(repeating: "a", count: 120)).utf8.count == 121)
  }

  @Test func aLinkUnderTheFinalNameIsNeitherFollowedNorReplaced() throws {
    try folder.write("secret", "target")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/a.txt", withDestinationPath: folder.path + "/target")
    #expect(throws: PublishError.exists(folder.path + "/a.txt")) {
      try Publisher().publish(.bytes([1]), named: "a.txt", in: folder.path)
    }
    #expect(try folder.text("target") == "secret")
  }

  @Test func aLinkOrPipeIsNotReadAsASource() throws {
    try folder.write("secret", "target")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/link", withDestinationPath: folder.path + "/target")
    try run("/usr/bin/mkfifo", folder.path + "/pipe")
    for name in ["link", "pipe"] {
      let path = folder.path + "/" + name
      #expect(throws: PublishError.notPlain(path)) {
        try Publisher().publish(.file(path), named: "a.txt", in: folder.path)
      }
      #expect(throws: PublishError.notPlain(path)) { try Hash.sha256(ofFileAt: path) }
    }
    #expect(try folder.names() == ["link", "pipe", "target"])
  }

  @Test func aMissingFolderIsNamed() throws {
    let path = folder.path + "/none"
    #expect(throws: PublishError.missing(path)) {
      try Publisher().publish(.bytes([1]), named: "a.txt", in: path)
    }
    try folder.write("", "file")
    #expect(throws: PublishError.notPlain(folder.path + "/file")) {
      try Publisher().publish(.bytes([1]), named: "a.txt", in: folder.path + "/file")
    }
  }

  @Test(
    arguments: [
      (ENOSPC, "publish-no-space", 11), (EDQUOT, "publish-no-space", 11),
      (EACCES, "publish-denied", 4), (EROFS, "publish-denied", 4),
    ] as [(Int32, String, Int32)])
  func whateverCallFailsTheNameStaysFreeAndNothingIsLeft(
    number: Int32, code: String, exit: Int32
  ) throws {
    // Calls 0 to 5 come before the name is given; see the order of calls above.
    for index in 0...5 {
      let observer = Observer()
      observer.fail(at: index, with: number)
      let error = #expect(throws: PublishError.self) {
        try observer.publisher.publish(.bytes([1, 2]), named: "a.bin", in: folder.path)
      }
      #expect(error?.failure.code == code)
      #expect(error?.failure.exit.rawValue == exit)
      #expect(try folder.names() == [])
    }
  }

  @Test func aFailedSyncIsToldAndNotTriedAgain() throws {
    for (index, renamed) in [(3, false), (6, true)] {
      let observer = Observer()
      observer.fail(at: index, with: EIO)
      let error = #expect(throws: PublishError.self) {
        try observer.publisher.publish(.bytes([1]), named: "\(index).bin", in: folder.path)
      }
      #expect(error?.failure.code == "publish-sync-failed")
      #expect(try folder.names().contains("\(index).bin") == renamed)
      let syncs = observer.calls.filter {
        if case .sync = $0 { true } else { false }
      }
      #expect(syncs.count == 1)
    }
  }

  @Test func whatDoesNotReadBackGetsNoName() throws {
    struct Wrong: Error {}
    let error = #expect(throws: PublishError.self) {
      try Publisher().publish(
        .bytes([1]), named: "a.bin", in: folder.path,
        readBack: { path in
          #expect(FileManager.default.contents(atPath: path) == Data([1]))
          throw Wrong()
        })
    }
    #expect(error?.failure.code == "publish-not-as-written")
    #expect(error?.failure.exit == .damaged)
    #expect(try folder.names() == [])
  }

  @Test func leftoversOfAKilledProgramAreRemovedAndNothingElse() throws {
    for index in 2...5 {
      let observer = Observer()
      observer.kill(at: index)
      #expect(throws: PublishError.self) {
        try observer.publisher.publish(.bytes([1, 2]), named: "\(index).bin", in: folder.path)
      }
    }
    try folder.write("kept", "kept.part")
    #expect(try folder.names().count == 5)
    try Publisher().removeLeftovers(in: folder.path)
    #expect(try folder.names() == ["kept.part"])
  }

  @Test(.enabled(if: SmallDisk.isPossible, "no tmpfs can be mounted here"))
  func aFullDiskIsNamedAndLeavesNothing() throws {
    let disk = try #require(SmallDisk(in: folder))
    let bytes = [UInt8](repeating: 7, count: 200_000)
    let error = #expect(throws: PublishError.self) {
      try Publisher().publish(.bytes(bytes), named: "a.bin", in: disk.path)
    }
    #expect(error?.failure.code == "publish-no-space")
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path) == [])
    try Publisher().publish(.bytes([1]), named: "b.bin", in: disk.path)
  }
}
