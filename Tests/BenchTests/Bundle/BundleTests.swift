import Delivery
import Formats
import Foundation
import Laboratory
import Records
import Testing

@testable import Bench

/// A run packed with its evidence, and the same checked with nothing but its key.
@Suite(.timeLimit(.minutes(5))) struct BundleTests {
  // MARK: - What goes wrong

  @Test func whatIsNoBundleIsSaid() throws {
    let folder = try TemporaryFolder()
    let verifier = BundleBench.verifier([])
    #expect {
      _ = try verifier.verify(folder.path + "/none")
    } throws: { ($0 as? Failure)?.code == "bundle-not-found" }
    #expect(
      try verifier.verify(folder.path).broken == ["manifest MANIFEST.json", "run "])
    let file = folder.path + "/b.zip"
    for bytes in [[], Array("PK\u{3}\u{4}".utf8), [UInt8](repeating: 0x50, count: 4000)] {
      try Data(bytes).write(to: URL(fileURLWithPath: file))
      #expect(try verifier.verify(file).broken.first == "archive archive")
    }
  }

  @Test(arguments: [
    "../outside.txt", "/etc/outside", "a/../../b", "a\\b", "CON:", ".hidden", "a//b",
  ])
  func noNameOfAnArchiveLeadsOutOfIt(_ name: String) throws {
    let folder = try TemporaryFolder()
    let content = Array("x".utf8)
    var checksum = ZipChecksum()
    checksum.add(content[...])
    let entry = ZipLayout.Entry(name: name, size: 1, crc: checksum.value, offset: 0)
    let path = folder.path + "/b.zip"
    try Data(ZipLayout.header(entry) + content + ZipLayout.tail([entry])).write(
      to: URL(fileURLWithPath: path))
    let report = try BundleBench.verifier([]).verify(path)
    #expect(report.broken.contains { $0.hasPrefix("archive") }, "\(report.broken)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["b.zip"])
  }

  @Test func aLinkInABundleIsNotFollowed() throws {
    let stand = try BundleBench()
    let place = try TemporaryFolder()
    try BundleBench.write(stand.files, to: place.path)
    let file = "\(place.path)/runs/\(stand.record.run)/source/t.csv"
    try FileManager.default.moveItem(atPath: file, toPath: place.path + "-moved")
    defer { try? FileManager.default.removeItem(atPath: place.path + "-moved") }
    try FileManager.default.createSymbolicLink(
      atPath: file, withDestinationPath: place.path + "-moved")
    let report = try BundleBench.verifier([stand.made.key]).verify(place.path)
    #expect(report.broken == ["files runs/\(stand.record.run)/source/t.csv", "recomputed "])
    #expect(report.links.contains { $0.detail.contains("symbolic link") })
  }

  @Test func aRecordWithNamesThatLeadElsewhereIsRefused() throws {
    let stand = try BundleBench()
    let name = "runs/\(stand.record.run)/run.json"
    for hostile in ["../../../MANIFEST.json", "/etc/passwd"] {
      let text = String(decoding: try #require(stand.files[name]), as: UTF8.self)
      var files = stand.files
      files[name] = Array(text.replacing("\"t.csv\"", with: "\"\(hostile)\"").utf8)
      #expect(files[name] != stand.files[name])
      let (sealed, key) = try stand.resealed(files)
      let place = try TemporaryFolder()
      try BundleBench.write(sealed, to: place.path)
      let report = try BundleBench.verifier([key]).verify(place.path)
      #expect(report.links.contains { $0.detail.contains("publish-name-unsafe") })
    }
  }

  @Test func aManifestOfAnotherFormIsRefused() throws {
    let stand = try BundleBench()
    let text = String(decoding: try #require(stand.files["MANIFEST.json"]), as: UTF8.self)
    let hash = String(repeating: "0", count: 64)
    for (old, new) in [
      ("\"schema\":1", "\"schema\":2"), ("{\"audit\"", "{ \"audit\""),
      ("\"README.txt\"", "\"../READ.txt\""), ("\"run\":\"", "\"run\":\"x"),
      ("\"size\":", "\"size\":-"),
      ("\"files\":{", "\"files\":{\"/a\":{\"sha256\":\"\(hash)\",\"size\":1},"),
    ] {
      let altered = text.replacing(old, with: new, maxReplacements: 1)
      #expect(altered != text)
      #expect(throws: BundleError.self, "\(new)") { try BundleManifest(Array(altered.utf8)) }
    }
    #expect(throws: BundleError.self) { try BundleManifest([]) }
    #expect(throws: BundleError.self) { try BundleSeal([]) }
  }

  @Test func aBundleIsNeverPutOverAnything() throws {
    let stand = try BundleBench()
    for (isZip, path) in [(false, stand.path), (true, stand.path)] {
      #expect {
        _ = try BundleMaking(bench: stand.stand.bench).make(
          BundleRequest(run: stand.record.run, path: path, isZip: isZip, person: "tester"))
      } throws: { ($0 as? Failure)?.code == "publish-exists" }
    }
    #expect(try BundleBench.read(stand.path) == stand.files)
    let beside = try FileManager.default.contentsOfDirectory(
      atPath: URL(fileURLWithPath: stand.path).deletingLastPathComponent().path)
    #expect(beside == ["b"])
  }

  @Test func aRunThatGoesOnIsNotPacked() throws {
    let stand = try BundleBench()
    var record = stand.record
    record.endedBy = .open
    try stand.stand.bench.runs.write(record)
    #expect {
      _ = try BundleMaking(bench: stand.stand.bench).make(
        BundleRequest(
          run: record.run, path: stand.stand.source + "/c", isZip: false, person: "tester"))
    } throws: { ($0 as? Failure)?.code == "bundle-run-open" }
  }

  // MARK: - What is packed

  @Test func aBundleHoldsWithNothingButItsKey() throws {
    let stand = try BundleBench()
    let report = try stand.verify(stand.files)
    #expect(report.passed && report.run == stand.record.run && report.key == stand.made.key)
    #expect(report.links.contains { $0.link == "recomputed" && $0.state == .ok })
    #expect(report.links.contains { $0.link == "source" && $0.state == .ok })
    #expect(report.links.contains { $0.link == "history" && $0.detail.contains("tester@") })
    let names = Set(stand.files.keys)
    #expect(names.isSuperset(of: ["MANIFEST.json", "SEAL.json", "README.txt", "audit/key.pub"]))
    // Told to the chain before it could be seen.
    var acts: [AuditEntry] = []
    try AuditChain(home: stand.stand.bench.home.path).entries { entry, _ in acts.append(entry) }
    #expect(acts.last?.action == "bundle-made" && acts.last?.new == stand.made.manifestSHA256)
    #expect(acts.last?.object == "bundle/\(stand.record.run)" && acts.last?.person == "tester")
  }

  @Test func aKeyThatNobodyVouchesForIsSaid() throws {
    let stand = try BundleBench()
    let other = String(repeating: "0", count: 64)
    var verifier = BundleBench.verifier([other])
    let report = try verifier.verify(stand.path)
    #expect(report.broken == ["seal SEAL.json"])
    #expect(
      report.links.contains {
        $0.detail == "signed by \(stand.made.key.prefix(16)), which nobody here vouches for"
      })
    verifier.trustsEmbedded = true
    #expect(try verifier.verify(stand.path).passed)
  }

  @Test func theSameFilesGiveTheSameBytes() throws {
    let stand = try BundleBench()
    let manifest = try BundleManifest(try #require(stand.files["MANIFEST.json"]))
    let home = stand.stand.bench.home.path
    let contents = stand.files.filter { manifest.files[$0.key] != nil }
      .mapValues { FileContent.bytes($0) }
    var empty = manifest
    empty.files = [:]
    let writing = BundleWriting(files: contents, manifest: empty) { (bytes) throws(Failure) in
      do throws(AuditError) { return try AuditChain(home: home).seal(bytes) } catch {
        throw error.failure
      }
    }
    let folder = try TemporaryFolder()
    for name in ["a.zip", "b.zip"] {
      let made = try writing.archive(at: "\(folder.path)/\(name)") { (_, _) throws(Failure) in }
      #expect(made.manifest == manifest)
    }
    let archives = try BundleBench.read(folder.path)
    #expect(archives["a.zip"] == archives["b.zip"])
    _ = try writing.folder(at: "\(folder.path)/c") { (_, _) throws(Failure) in }
    #expect(try BundleBench.read("\(folder.path)/c") == stand.files)
    #expect(try BundleBench.verifier([stand.made.key]).verify("\(folder.path)/a.zip").passed)
  }

  @Test func whatWasAnnouncedAndNotMadeIsSaid() throws {
    let stand = try BundleBench()
    #expect(throws: Failure.self) {
      _ = try BundleMaking(bench: stand.stand.bench).make(
        BundleRequest(
          run: stand.record.run, path: stand.stand.source + "/none/c", isZip: true, person: "t"))
    }
    var acts: [String] = []
    try AuditChain(home: stand.stand.bench.home.path).entries { entry, _ in
      acts.append(entry.action)
    }
    #expect(acts.last == "bundle-made", "the first one: the second was never announced")
  }

  @Test func aScanThatWasChangedInTheJournalIsFoundByItsRecord() async throws {
    let stand = try EmulatedBench()
    let record = try #require(try await stand.run(stand.request(scans: 2)).record)
    let folder = try TemporaryFolder()
    let path = folder.path + "/b"
    let made = try BundleMaking(bench: stand.bench).make(
      BundleRequest(run: record.run, path: path, isZip: false, person: "tester"))
    var verifier = BundleBench.verifier([made.key])
    let whole = try verifier.verify(path)
    #expect(whole.passed, "\(whole.broken)")
    #expect(whole.links.count { $0.link == "recomputed" && $0.state == .ok } == record.files.count)

    // A table that was made to say something else, with every hash made to fit.
    let files = try BundleBench.read(path)
    let journal = "runs/\(record.run)/raw.journal"
    var altered = files
    let size = try #require(files[journal]).count
    altered[journal]?[size - 3000] ^= 0x10
    try FileManager.default.removeItem(atPath: path)
    try BundleBench.write(altered, to: path)
    let report = try verifier.verify(path)
    #expect(
      report.broken.contains("files \(journal)") && report.broken.contains("journal \(journal)"))
    #expect(report.links.contains { $0.link == "journal" && $0.detail.contains("journal-damaged") })
    verifier.keys = []
    #expect(try verifier.verify(path).broken.count > report.broken.count)
  }

  @Test func numbersThatDoNotComeOfTheRawBytesAreFound() async throws {
    let stand = try EmulatedBench()
    let record = try #require(try await stand.run(stand.request(scans: 2)).record)
    let folder = try TemporaryFolder()
    let name = "runs/\(record.run)/files/spectrum.csv"
    let home = stand.bench.home.path
    // Somebody with every right alters a number where it is kept, and every hash of it.
    let path = "\(home)/\(name)"
    var text = try String(contentsOfFile: path, encoding: .utf8)
    let old = Hash.sha256(of: Array(text.utf8))
    let line = try #require(text.split(separator: "\n").last)
    text = text.replacing(line, with: line.replacing(",0", with: ",1"))
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    let new = Hash.sha256(of: Array(text.utf8))
    #expect(old != new)
    let json = "\(home)/runs/\(record.run)/run.json"
    let known = try String(contentsOfFile: json, encoding: .utf8).replacing(old, with: new)
    try Data(known.utf8).write(to: URL(fileURLWithPath: json))
    let made = try BundleMaking(bench: stand.bench).make(
      BundleRequest(
        run: record.run, path: folder.path + "/b", isZip: false, person: "tester"))
    let report = try BundleBench.verifier([made.key]).verify(folder.path + "/b")
    #expect(report.broken.contains("recomputed \(name)"), "\(report.broken)")
    #expect(report.broken.contains { $0.hasPrefix("history audit/") })
    // What was delivered is another file, and is packed beside it.
    let sent = try BundleBench.read(folder.path + "/b").keys
    #expect(sent.contains { $0.hasPrefix("spool/") && $0.hasSuffix(".spectrum.csv") })
  }

  @Test func numbersOfOtherMathsAreComparedDigitByDigit() {
    func distance(_ a: String, _ b: String) -> Double? {
      NumericText.distance(Array(a.utf8), Array(b.utf8))
    }
    #expect(distance("a,1.5,-2e-3\n", "a,1.5,-2e-3\n") == 0)
    #expect(distance("1.000000000000001", "1") ?? 1 < 1e-12)
    #expect(distance("1.00000000001", "1") ?? 0 > 1e-12)
    #expect(distance("1,2", "1,2,3") == nil)
    #expect(distance("a", "b") == nil)
    #expect(distance("-", "1") == nil)
    #expect(distance("x 12. y", "x 12. y") == 0)
    #expect(distance("0", "1e-300") == 1)
    #expect(distance("", "") == 0)
    #expect(distance("1e999", "1e998") ?? 1 == 0, "both are beyond every number")
  }
}
