import Foundation
import Laboratory
import Testing

@testable import Records

/// Parts of a chain that can be checked by themselves.
@Suite struct ExtractTests {
  private func extract(_ folder: TestFolder, _ segments: Set<Int>? = nil) throws -> AuditExtract {
    var parts: [(name: String, bytes: [UInt8])] = []
    for name in try folder.segments() {
      let isWanted = segments.map { $0.contains(AuditEnd.number(of: name) ?? 0) } ?? true
      if isWanted { parts.append((name, try folder.bytes(name))) }
    }
    return AuditExtract(segments: parts)
  }

  private func chain(_ folder: TestFolder) throws -> [String] {
    _ = try longChain(folder, entries: 12, segmentSize: 1500)
    let names = try folder.segments()
    try #require(names.count >= 4)
    return names
  }

  // MARK: - What goes wrong

  @Test func aLineThatIsGoneTurnedOrAlteredIsFound() throws {
    let folder = try TestFolder()
    let names = try chain(folder)
    for name in names {
      let lines = try folder.lines(name)
      func judged(_ lines: [[UInt8]]) throws -> AuditVerification {
        var found = try extract(folder)
        let place = try #require(found.segments.firstIndex { $0.name == name })
        found.segments[place].bytes = lines.flatMap { $0 }
        return found.verify()
      }
      #expect(try judged(lines).passed)
      for gone in lines.indices where name != names.last || gone + 1 < lines.count {
        var rest = lines
        rest.remove(at: gone)
        #expect(try judged(rest).places.first?.file != nil, "\(name) without line \(gone + 1)")
      }
      for first in lines.indices.dropLast() {
        var turned = lines
        turned.swapAt(first, first + 1)
        #expect(try judged(turned).places.contains { $0.file == name }, "\(name):\(first + 1)")
      }
    }
  }

  @Test func everyFlippedByteOfAnExtractIsFoundWhereItIs() throws {
    let folder = try TestFolder()
    let names = try chain(folder)
    let (first, last) = (try #require(names.first), try #require(names.last))
    var part = try extract(folder, [1, AuditEnd.number(of: last) ?? 0])
    #expect(part.verify().passed)
    for segment in part.segments.indices {
      let name = part.segments[segment].name
      #expect([first, last].contains(name))
      for place in part.segments[segment].bytes.indices {
        let line = part.segments[segment].bytes.prefix(place).count { $0 == 0x0A } + 1
        part.segments[segment].bytes[place] ^= 1 << UInt8(place % 8)
        let places = part.verify().places
        let isCutEnd = name == last && place + 1 == part.segments[segment].bytes.count
        #expect(
          isCutEnd || places.contains { $0.file == name && abs($0.line - line) <= 1 },
          "\(name) byte \(place), line \(line): \(places.prefix(2))")
        part.segments[segment].bytes[place] ^= 1 << UInt8(place % 8)
      }
    }
  }

  @Test func anAnchorWithinItIsComparedAndOthersAreNot() throws {
    let folder = try TestFolder()
    let names = try chain(folder)
    let part = try extract(folder, [1, names.count])
    let entries = part.entries
    let head = try #require(entries.last?.head)
    let zeros = String(repeating: "0", count: 64)
    func judged(_ sequence: Int, _ hash: String) throws -> [AuditVerification.Kind] {
      let anchor = AuditAnchor(try #require(AuditHead(sequence: sequence, hash: hash)), keeper: "x")
      return part.verify(anchors: [anchor]).places.map(\.kind)
    }
    #expect(try judged(head.sequence, head.hash) == [])
    #expect(try judged(head.sequence, zeros) == [.rewritten])
    #expect(try judged(head.sequence + 1, zeros) == [.truncated])
    let inside = Set(entries.map(\.head.sequence))
    let outside = try #require((1...head.sequence).first { !inside.contains($0) })
    #expect(try judged(outside, zeros) == [], "that segment is not here")
    #expect(try AuditChain(home: folder.path).verify().entries > entries.count)
  }

  @Test func segmentsOfAnotherChainOrInAnotherOrderAreFound() throws {
    let (folder, other) = (try TestFolder(), try TestFolder())
    let names = try chain(folder)
    _ = try chain(other)
    var part = try extract(folder)
    part.segments[1].bytes = try other.bytes(names[1])
    #expect(!part.verify().passed)
    part = try extract(folder)
    (part.segments[0].bytes, part.segments[2].bytes) =
      (part.segments[2].bytes, part.segments[0].bytes)
    #expect(!part.verify().passed)
    part = try extract(folder, [1, 3])
    (part.segments[0].bytes, part.segments[1].bytes) =
      (part.segments[1].bytes, part.segments[0].bytes)
    #expect(!part.verify().passed)
  }

  // MARK: - What is taken

  @Test func onlySegmentsWithWhatConcernsAreTaken() throws {
    let folder = try TestFolder()
    let names = try chain(folder)
    let chain = AuditChain(home: folder.path)
    let all = try extract(folder).entries
    let wanted = try #require(all.first { $0.file == names[1] && $0.line == 2 })
    let part = try chain.extract { $0.sequence == wanted.entry.sequence }
    #expect(part.segments.map(\.name) == [names[1]])
    #expect(part.verify().passed && part.verify().segments.first?.isSigned == true)
    #expect(try chain.extract { _ in false }.segments.isEmpty)
    #expect(try chain.extract { _ in true }.segments.map(\.name) == names)
    #expect(AuditExtract(segments: []).verify().passed)
  }

  // MARK: - Manifests and seals

  @Test func aManifestIsReadAsItWasWritten() throws {
    let run = try #require(RunID("20261120T101500Z-usb4000-abcd"))
    var manifest = BundleManifest(run: run, program: "p \"1\"", computedBy: "ü", laboratory: "")
    manifest.files["a/b.txt"] = .init(size: 3, sha256: String(repeating: "a", count: 64))
    manifest.leftOut["x"] = "why\n"
    manifest.audit = AuditHead(sequence: 4, hash: String(repeating: "b", count: 64))
    #expect(try BundleManifest(manifest.bytes) == manifest)
    // No byte of it can be another one and give the same manifest.
    var seed: UInt64 = 1
    for _ in 0..<5000 {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      var bytes = manifest.bytes
      bytes[Int(seed >> 33) % bytes.count] = UInt8(truncatingIfNeeded: seed >> 20)
      if let read = try? BundleManifest(bytes) { #expect(read.bytes == bytes) }
    }
  }

  @Test func namesThatLeadElsewhereAreNone() {
    for name in [
      "", "/a", "a/", "a//b", "..", "a/../b", ".a", "a/.b", "a.", "a ", "a\\b", "c:", "a\u{1}",
      "ü", String(repeating: "a", count: 121), "1/2/3/4/5/6/7/8/9",
    ] {
      #expect(BundlePath.objection(to: name) != nil, "\(name)")
    }
    for name in ["a", "a b/c~d.txt", "runs/x-y/files/00001.json"] {
      #expect(BundlePath.objection(to: name) == nil, "\(name)")
    }
  }

  @Test func aSealIsTheHomesKeyOverTheManifest() throws {
    let folder = try TestFolder()
    let chain = AuditChain(home: folder.path)
    let seal = try chain.seal([1, 2, 3])
    #expect(try chain.seal([1, 2, 3]) == seal, "the same bytes, the same seal")
    #expect(try BundleSeal(seal.bytes) == seal)
    #expect(seal.isRight(of: [1, 2, 3]) && !seal.isRight(of: [1, 2]))
    let kept = try #require(chain.publicKeys()["key.pub"])
    #expect(PublicKeyText.key(String(decoding: kept, as: UTF8.self)) == seal.key)
    // The chain goes on with the key that a bundle may have made.
    try chain.append([act(1)])
    #expect(try folder.verify().segments.first?.key == seal.key)
    try Data("x".utf8).write(to: URL(fileURLWithPath: folder.path + "/audit/key"))
    #expect(throws: AuditError.self) { try chain.seal([1]) }
  }
}
