import Foundation
import Laboratory
import Synchronization
import Testing

@testable import Records

/// What was done to a chain is found, and where.
@Suite struct AuditVerifierTests {
  /// One chain of several segments, and its bytes.
  private static func example() throws -> (folder: TestFolder, names: [String], head: AuditHead) {
    let folder = try TestFolder()
    let head = try longChain(folder, entries: 7, segmentSize: 2500)
    return (folder, try folder.segments(), head)
  }

  private static func copy(_ folder: TestFolder) throws -> TestFolder {
    let other = try TestFolder()
    try FileManager.default.copyItem(atPath: folder.path + "/audit", toPath: other.path + "/audit")
    return other
  }

  @Test(.timeLimit(.minutes(5)))
  func everyFlippedByteIsFoundInItsLine() throws {
    let folder = try TestFolder()
    _ = try longChain(folder, entries: 4, segmentSize: 1400)
    let names = try folder.segments()
    #expect(names.count > 1)
    let misses = Mutex<[String]>([])
    let total = Mutex(0)
    for name in names {
      let bytes = try folder.bytes(name)
      let copies = try (0..<4).map { _ in try Self.copy(folder) }
      DispatchQueue.concurrentPerform(iterations: copies.count) { worker in
        for index in stride(from: worker, to: bytes.count, by: copies.count) {
          let flips: [UInt8] = [0x01, 0x20, 0x80, 0x04]
          var altered = bytes
          altered[index] ^= flips[index / copies.count % flips.count]
          let line = bytes[..<index].count { $0 == 0x0A } + 1
          guard (try? copies[worker].put(altered, name)) != nil,
            let found = try? copies[worker].verify()
          else { return misses.withLock { $0.append("\(name) \(index): not read") } }
          total.withLock { $0 += 1 }
          if found.passed || found.places[0].file != name || found.places[0].line != line {
            misses.withLock { $0.append("\(name) byte \(index), line \(line): \(found.places)") }
          } else if bytes[index] != 0x0A, altered[index] != 0x0A, found.places.count != 1 {
            misses.withLock { $0.append("\(name) byte \(index): also \(found.places.dropFirst())") }
          }
        }
      }
    }
    let missed = misses.withLock { $0 }
    #expect(missed.isEmpty, "\(missed.count): \(missed.prefix(3))")
    let count = total.withLock { $0 }
    #expect(count > 3000)
    print("\(count) bytes flipped, each found in its line")
  }

  @Test func everyDeletedLineIsMissed() throws {
    let (folder, names, head) = try Self.example()
    for name in names {
      let lines = try folder.lines(name)
      for index in lines.indices {
        let other = try Self.copy(folder)
        var left = lines
        left.remove(at: index)
        try other.put(left.joined(), name)
        let isEnd = name == names.last && index == lines.count - 1
        let anchors = isEnd ? [AuditAnchor(head, keeper: "lims")] : []
        let found = try other.verify(anchors)
        #expect(!found.passed, "\(name) \(index)")
        let places = found.places.map { "\($0.file) \($0.line) \($0.kind)" }
        let place = found.places[0]
        if isEnd {
          #expect(place.kind == .truncated, "\(places)")
        } else if index < lines.count - 1 {
          #expect(place.file == name && place.line == index + 1, "\(name) \(index): \(places)")
          #expect(found.places.contains { $0.kind == .missing }, "\(name) \(index): \(places)")
        } else {
          #expect(place.file == name && place.kind == .notClosed, "\(places)")
        }
      }
    }
  }

  @Test func linesInAnotherOrderAreFound() throws {
    let (folder, names, _) = try Self.example()
    let name = names[1]
    let lines = try folder.lines(name)
    for first in lines.indices.dropLast() {
      for second in (first + 1)..<lines.count {
        let other = try Self.copy(folder)
        var swapped = lines
        swapped.swapAt(first, second)
        try other.put(swapped.joined(), name)
        let found = try other.verify()
        #expect(found.places.first?.file == name && found.places.first?.line == first + 1)
        let out = found.places.filter { $0.kind == .outOfOrder }.map(\.line)
        #expect(out.contains(first + 1) && out.contains(second + 1), "\(first) \(second): \(out)")
      }
    }
  }

  @Test func aLineThatStandsTwiceIsFound() throws {
    let (folder, names, _) = try Self.example()
    let lines = try folder.lines(names[0])
    for index in lines.indices {
      let other = try Self.copy(folder)
      try other.put((lines[...index] + lines[index...]).joined(), names[0])
      let found = try other.verify()
      #expect(found.places.map(\.line).contains(index + 2), "\(index): \(found.places)")
      #expect(found.places.contains { $0.kind == .repeated }, "\(index): \(found.places)")
    }
  }

  @Test func aSegmentThatIsGoneIsMissed() throws {
    let (folder, names, head) = try Self.example()
    for name in names {
      let other = try Self.copy(folder)
      try FileManager.default.removeItem(atPath: other.path + "/audit/" + name)
      let found = try other.verify([AuditAnchor(head, keeper: "lims")])
      let isLast = name == names.last
      #expect(found.places.first?.kind == (isLast ? .truncated : .missing), "\(found.places)")
      // What is left is judged by itself, and is whole.
      #expect(found.places.count == 1, "\(name): \(found.places)")
    }
  }

  @Test func cutAnywhereAnAnchorShowsIt() throws {
    let (folder, names, head) = try Self.example()
    let last = try #require(names.last)
    let bytes = try folder.bytes(last)
    for size in stride(from: 0, to: bytes.count, by: 13) {
      let other = try Self.copy(folder)
      try other.put(bytes[..<size], last)
      let found = try other.verify([AuditAnchor(head, keeper: "lims")])
      #expect(found.places.map(\.kind) == [.truncated], "\(size): \(found.places)")
      #expect(found.places.first?.sequence == head.sequence)
    }
    let gone = try TestFolder()
    #expect(
      try gone.verify([AuditAnchor(head, keeper: "lims")]).places.map(\.kind) == [.truncated])
  }

  @Test func aChainMadeAnewWithItsOwnKeyIsShownByAnchors() throws {
    let (folder, _, head) = try Self.example()
    let forged = try TestFolder()
    let clock = TestClock()
    let forger = chain(forged, clock: clock, segmentSize: 2500)
    for number in 1...7 {
      try forger.append([act(number == 3 ? 33 : number)])
    }
    #expect(try forged.verify().passed, "by itself it is without fault")
    var anchors: [AuditAnchor] = []
    for (index, line) in try folder.segments().flatMap({ try folder.lines($0) }).enumerated() {
      let hash = Hexadecimal.text(try #require(AuditLine(line.dropLast())).hash)
      anchors.append(
        AuditAnchor(try #require(AuditHead(sequence: index + 1, hash: hash)), keeper: "lims"))
    }
    #expect(anchors.last?.head == head)
    #expect(try folder.verify(anchors).passed)
    for anchor in anchors {
      let found = try forged.verify([anchor])
      #expect(found.places.map(\.kind) == [.rewritten], "\(anchor.head)")
      #expect(found.places.first?.sequence == anchor.head.sequence)
      #expect(found.failure(of: "audit")?.exit == .damaged)
    }
  }

  /// A line altered, and all behind it bound anew, but by somebody without the key.
  @Test func aChainBoundAnewWithoutTheKeyHasWrongSignatures() throws {
    let (folder, names, _) = try Self.example()
    var previous = AuditLine.origin
    for name in names {
      var lines: [[UInt8]] = []
      for old in try folder.lines(name) {
        let line = try #require(AuditLine(old.dropLast()))
        var entry = try #require(line.content)
        if entry.sequence == 3 { entry.person = "mallory" }
        if entry.action == "segment-opened" {
          entry.detail["previous"] = Hexadecimal.text(previous)
        }
        var again = AuditLine(entry: entry.json.bytes, after: previous)
        again.signature = line.signature
        previous = again.hash
        lines.append(again.bytes)
      }
      try folder.put(lines.joined(), name)
    }
    let found = try folder.verify()
    #expect(found.places.map(\.kind) == names.dropLast().map { _ in .signature })
    #expect(found.places.first?.file == names.first)
  }

  @Test func aClockThatNoEntryTellsOfIsABrokenPlace() throws {
    let folder = try TestFolder()
    _ = try longChain(folder, entries: 3, segmentSize: 1 << 20)
    var previous = AuditLine.origin
    var lines: [[UInt8]] = []
    for old in try folder.lines("000001.jsonl") {
      var entry = try #require(AuditLine(old.dropLast())?.content)
      if entry.sequence == 3 {
        entry.time.microseconds -= 5_000_000
        entry.clock.time = entry.time
      }
      let again = AuditLine(entry: entry.json.bytes, after: previous)
      previous = again.hash
      lines.append(again.bytes)
    }
    try folder.put(lines.joined(), "000001.jsonl")
    let found = try folder.verify()
    #expect(found.places.map(\.kind) == [.clock, .clock])
    #expect(found.places.map(\.line) == [3, 4])
  }

  @Test func rubbishInPlaceOfAChainIsLocatedAndNothingTraps() throws {
    var random = SystemRandomNumberGenerator()
    for size in [0, 1, 10, 1000, 70_000] {
      let folder = try TestFolder()
      try FileManager.default.createDirectory(
        atPath: folder.path + "/audit", withIntermediateDirectories: true)
      let bytes = (0..<size).map { _ in UInt8.random(in: .min ... .max, using: &random) }
      try folder.put(bytes + [0x0A], "000001.jsonl")
      #expect(try folder.verify().places.first?.line == 1)
      try chain(folder).append([act(1)])
      #expect(try folder.verify().places.allSatisfy { $0.file == "000001.jsonl" })
      #expect(try folder.bytes("000001.jsonl") == bytes + [0x0A])
    }
  }

  @Test func anchorsAreReadFromListsAndDeliveries() throws {
    let folder = try TestFolder()
    let hash = String(repeating: "a1", count: 32)
    func write(_ text: String, _ name: String) throws -> String {
      try text.write(toFile: folder.path + "/" + name, atomically: false, encoding: .utf8)
      return folder.path + "/" + name
    }
    let list = try write(
      "# kept by the LIMS\n7 \(hash)\n\n8\t\(hash)\r\n9 \(hash)x\n0 \(hash)\n", "a")
    #expect(try AuditAnchor.read(list).map(\.head.sequence) == [7, 8])
    try FileManager.default.createDirectory(
      atPath: folder.path + "/lims/out", withIntermediateDirectories: true)
    _ = try write(
      "{\"audit\":{\"hash\":\"\(hash)\",\"sequence\":12},\"emulated\":false,\"schema\":1}\n",
      "lims/out/x-1.ready")
    _ = try write("{\"emulated\":false,\"schema\":1}\n", "lims/out/old-1.ready")
    _ = try write("\u{0}\u{1}", "lims/out/odd-1.ready")
    let found = try AuditAnchor.read(folder.path + "/lims")
    #expect(found.map(\.head.sequence) == [12])
    #expect(found.first?.keeper.hasSuffix("x-1.ready") == true)
    for bad in [
      folder.path + "/none", try write("", "empty"), try write("7 abc", "short"),
      try write("{\"audit\":{\"hash\":\"\(hash.uppercased())\",\"sequence\":1}}", "upper"),
      try write("{\"audit\":{\"hash\":\"\(hash)\",\"sequence\":0}}", "zero"),
    ] {
      let error = #expect(throws: AuditError.self) { try AuditAnchor.read(bad) }
      #expect(error?.failure.code == "audit-anchor-unreadable")
    }
  }
}
