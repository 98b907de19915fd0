import Delivery
import Formats
import Foundation
import Laboratory
import Records
import Testing

@testable import Bench

/// Whatever is changed in a bundle is found, and where it was is said.
@Suite(.timeLimit(.minutes(10))) struct BundleTamperTests {
  @Test func everyByteOfEveryFileIsVouchedFor() throws {
    let stand = try BundleBench()
    let manifest = try BundleManifest(try #require(stand.files["MANIFEST.json"]))
    var found: [String: BundleContentCheck.Found] = [:]
    for (name, bytes) in stand.files where manifest.files[name] != nil {
      found[name] = .file(.init(size: bytes.count, sha256: Hash.sha256(of: bytes)))
    }
    #expect(BundleContentCheck.faults(of: found, against: manifest) == [])
    var flipped = 0
    for (name, bytes) in stand.files where manifest.files[name] != nil {
      var bytes = bytes
      for place in bytes.indices {
        bytes[place] ^= 1 << UInt8(place % 8)
        var other = found
        other[name] = .file(.init(size: bytes.count, sha256: Hash.sha256(of: bytes)))
        let faults = BundleContentCheck.faults(of: other, against: manifest)
        #expect(faults.map(\.file) == [name])
        bytes[place] ^= 1 << UInt8(place % 8)
        flipped += 1
      }
    }
    #expect(flipped == stand.made.size)
  }

  @Test func everyByteOfManifestAndSealIsSealed() throws {
    let stand = try BundleBench()
    let manifest = try #require(stand.files["MANIFEST.json"])
    let seal = try #require(stand.files["SEAL.json"])
    #expect(try BundleSeal(seal).isRight(of: manifest))
    for place in manifest.indices {
      var bytes = manifest
      bytes[place] ^= 1 << UInt8(place % 8)
      #expect(try !BundleSeal(seal).isRight(of: bytes), "byte \(place)")
    }
    for place in seal.indices {
      var bytes = seal
      bytes[place] ^= 1 << UInt8(place % 8)
      let other = try? BundleSeal(bytes)
      // Another key that signs rightly cannot be: the signature is over the manifest alone.
      #expect(other.map { !$0.isRight(of: manifest) } ?? true, "byte \(place)")
    }
  }

  /// The whole check over flipped bytes of every file, in its own words.
  @Test func theFileOfAFlippedByteIsNamed() throws {
    let stand = try BundleBench()
    #expect(try stand.verify(stand.files).broken == [])
    for (name, bytes) in stand.files.sorted(by: { $0.key < $1.key }) {
      for place in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 4)) {
        var files = stand.files
        files[name]?[place] ^= 0x04
        let broken = try stand.verify(files).broken
        switch name {
        case "MANIFEST.json": #expect(broken.contains("seal SEAL.json"), "\(place): \(broken)")
        case "SEAL.json": #expect(broken == ["seal SEAL.json"], "\(place): \(broken)")
        default: #expect(broken.contains("files \(name)"), "\(name) \(place): \(broken)")
        }
      }
    }
  }

  @Test func everyByteOfAnArchiveHasOneRightValue() throws {
    let stand = try BundleBench()
    let path = stand.stand.source + "/b.zip"
    _ = try BundleMaking(bench: stand.stand.bench).make(
      BundleRequest(run: stand.record.run, path: path, isZip: true, person: "tester"))
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let whole = try ZipReader(bytes).entries()
    #expect(whole.faults == [])
    for place in bytes.indices {
      bytes[place] ^= 1 << UInt8(place % 8)
      let reader = ZipReader(bytes)
      let (entries, faults) = try reader.entries()
      var places = faults.map(\.place)
      for entry in entries where try !reader.bytes(of: entry, { _ in }) {
        places.append(entry.name)
      }
      #expect(!places.isEmpty, "byte \(place)")
      if let hit = whole.entries.first(where: { (($0.start)..<($0.end)).contains(place) }) {
        #expect(places == [hit.name], "byte \(place)")
      }
      bytes[place] ^= 1 << UInt8(place % 8)
    }
    for cut in stride(from: 0, to: bytes.count, by: 97) {
      let reader = ZipReader(Array(bytes.prefix(cut)))
      #expect(try !reader.entries().faults.isEmpty, "cut at \(cut)")
    }
    let cut = stand.stand.source + "/cut.zip"
    try Data(bytes.prefix(bytes.count - 300)).write(to: URL(fileURLWithPath: cut))
    let report = try BundleBench.verifier([stand.made.key]).verify(cut)
    #expect(report.broken.contains("archive directory"), "\(report.broken)")
  }

  @Test func filesThatAreGoneAddedOrRenamedAreNamed() throws {
    let stand = try BundleBench()
    for name in stand.files.keys.sorted() {
      var files = stand.files
      files[name] = nil
      let broken = try stand.verify(files).broken
      let wanted =
        ["MANIFEST.json": "manifest MANIFEST.json", "SEAL.json": "seal SEAL.json"][name]
        ?? "files \(name)"
      #expect(broken.contains(wanted), "\(name): \(broken)")
    }
    var files = stand.files
    files["runs/note.txt"] = Array("a word".utf8)
    #expect(try stand.verify(files).broken == ["files runs/note.txt"])
    files = stand.files
    files["READ.txt"] = files.removeValue(forKey: "README.txt")
    let report = try stand.verify(files)
    #expect(report.broken == ["files READ.txt", "files README.txt"])
    #expect(report.links.contains { $0.detail == "is not there; its content is READ.txt" })
  }

  @Test func filesOfAnotherRunAreNamed() throws {
    let (stand, other) = (try BundleBench(), try BundleBench(rows: 7, sample: "S-2"))
    let (mine, theirs) = ("runs/\(stand.record.run)", "runs/\(other.record.run)")
    for name in ["run.json", "source/t.csv"] {
      var files = stand.files
      files["\(mine)/\(name)"] = other.files["\(theirs)/\(name)"]
      let broken = try stand.verify(files).broken
      #expect(broken.contains("files \(mine)/\(name)"), "\(broken)")
      // Behind a new seal that somebody believes the links themselves break.
      let (sealed, key) = try stand.resealed(files)
      let place = try TemporaryFolder()
      try BundleBench.write(sealed, to: place.path)
      let report = try BundleBench.verifier([key]).verify(place.path)
      #expect(!report.passed && !report.broken.contains { $0.hasPrefix("files") })
    }
    var files = stand.files
    files["SEAL.json"] = other.files["SEAL.json"]
    #expect(try stand.verify(files).broken == ["seal SEAL.json"])
  }

  @Test func aHistoryThatWasMadeAnewIsFoundBehindItsOwnSeal() throws {
    let stand = try BundleBench()
    let segment = "audit/000001.jsonl"
    let lines = try #require(stand.files[segment]).split(separator: 0x0A).map { Array($0) }
    #expect(lines.count >= 2)
    func judged(_ lines: [[UInt8]]) throws -> BundleReport {
      var files = stand.files
      files[segment] = lines.flatMap { $0 + [0x0A] }
      let (sealed, key) = try stand.resealed(files)
      let place = try TemporaryFolder()
      try BundleBench.write(sealed, to: place.path)
      return try BundleBench.verifier([key]).verify(place.path)
    }
    #expect(try judged(lines).passed)
    let turned = try judged(lines.reversed())
    #expect(
      turned.broken.contains { $0.hasPrefix("audit audit/000001.jsonl:") }, "\(turned.broken)")
    let cut = try judged(lines.dropLast())
    #expect(cut.broken.contains("audit "), "\(cut.broken)")

    // A chain that is whole by itself, of the same acts under another name.
    let forged = try TemporaryFolder()
    let chain = AuditChain(home: forged.path)
    _ = try chain.append([
      AuditAct(
        .runImported, "run/\(stand.record.run)", by: "mallory", new: stand.record.imported?.sha256,
        detail: ["sample": "S-1"])
    ])
    var bytes: [UInt8] = []
    try chain.bytes { bytes += $0 }
    let head = try #require(
      AuditExtract(segments: [("000001.jsonl", stand.files[segment] ?? [])])
        .entries.last?.head)
    var files = stand.files
    files[segment] = bytes
    let (sealed, key) = try stand.resealed(files)
    let place = try TemporaryFolder()
    try BundleBench.write(sealed, to: place.path)
    var verifier = BundleBench.verifier([key])
    let alone = try verifier.verify(place.path)
    #expect(alone.broken.contains("history audit/000001.jsonl:2"), "\(alone.broken)")
    verifier.anchors = [AuditAnchor(head, keeper: "the laboratory's book")]
    let anchored = try verifier.verify(place.path)
    #expect(
      anchored.links.contains {
        $0.state == .broken && $0.detail.contains("the laboratory's book")
      },
      "\(anchored.broken)")
  }
}
