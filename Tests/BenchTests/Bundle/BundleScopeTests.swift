import Emulation
import Foundation
import Laboratory
import Records
import Testing

@testable import Bench

/// What belongs to a run goes with it: darks, recoveries, reviews.
@Suite(.timeLimit(.minutes(5))) struct BundleScopeTests {
  private func pack(
    _ bench: Bench, _ run: RunID, _ folder: TemporaryFolder, _ name: String = "b"
  ) throws -> (path: String, key: String) {
    let path = "\(folder.path)/\(name)"
    let made = try BundleMaking(bench: bench).make(
      BundleRequest(run: run, path: path, isZip: false, person: "tester"))
    return (path, made.key)
  }

  @Test func darksOfAnotherRunGoWithItAndItIsComputedWithThem() async throws {
    let stand = try EmulatedBench(scene: .broadband)
    let dark = try #require(try await stand.run(stand.request(scans: 3, kind: .dark)).record)
    var request = stand.request(scans: 2)
    request.dark = .run(dark.run)
    let record = try #require(try await stand.run(request).record)
    let folder = try TemporaryFolder()
    let (path, key) = try pack(stand.bench, record.run, folder)
    let names = Set(try BundleBench.read(path).keys)
    #expect(names.isSuperset(of: ["runs/\(dark.run)/raw.journal", "runs/\(dark.run)/run.json"]))
    #expect(!names.contains("runs/\(dark.run)/files/spectrum.csv"))
    let report = try BundleBench.verifier([key]).verify(path)
    #expect(report.passed, "\(report.broken)")
    // Without them nothing comes out, and it is said.
    try FileManager.default.removeItem(atPath: "\(path)/runs/\(dark.run)")
    let without = try BundleBench.verifier([key]).verify(path).broken
    #expect(without.contains("recomputed runs/\(record.run)"), "\(without)")
    #expect(without.contains("files runs/\(dark.run)/raw.journal"))
  }

  @Test func aRunThatWasKilledAndEndedLaterHoldsToo() async throws {
    let killed = try await KilledRun()
    try killed.makeOpen()
    try killed.cutJournal(byBytes: 1000)
    let folder = try TemporaryFolder()
    #expect(throws: Failure.self) { try pack(killed.bench, killed.run, folder) }
    _ = try killed.recovery.recoverAll()
    let (path, key) = try pack(killed.bench, killed.run, folder)
    let report = try BundleBench.verifier([key]).verify(path)
    #expect(report.passed, "\(report.broken)")
    #expect(report.links.contains { $0.link == "history" && $0.detail.hasPrefix("run-recovered") })
  }

  // MARK: - Reviews

  /// A run that was reviewed, its bundle, and another run's bundle of the same home.
  private func reviewed(_ folder: TemporaryFolder) async throws -> (
    files: [[String: [UInt8]]], runs: [RunID], key: String
  ) {
    let home = try TemporaryFolder()
    try "quality: {policy: warn, review: in-gauger}\n".write(
      toFile: home.path + "/bench.yaml", atomically: true, encoding: .utf8)
    let stand = try EmulatedBench(folder: home)
    let people = People(bench: stand.bench)
    try people.add("ben", name: "Ben Verdi", by: "eva", reason: nil)
    try people.authorise("ben", .review, from: nil, to: nil, by: "eva", reason: nil)
    let secret = folder.path + "/ben.key"
    _ = try people.makeKey(for: "ben", file: secret, by: "eva", reason: nil)
    var (files, runs, key): ([[String: [UInt8]]], [RunID], String) = ([], [], "")
    for name in ["one", "two"] {
      let record = try #require(try await stand.run(stand.request(scans: 2)).record)
      _ = try ReviewDesk(bench: stand.bench).sign(
        record.run, as: .reviewed, by: "ben", keyFile: secret)
      let made = try pack(stand.bench, record.run, folder, name)
      files.append(try BundleBench.read(made.path))
      runs.append(record.run)
      key = made.key
    }
    let secrets = try #require(FileManager.default.contents(atPath: secret))
    for file in files[0].values { #expect(Data(file).range(of: secrets.dropLast()) == nil) }
    return (files, runs, key)
  }

  @Test func aSignatureThatWasMadeOverAnotherRunIsFound() async throws {
    let folder = try TemporaryFolder()
    let (files, runs, key) = try await reviewed(folder)
    let whole = try BundleBench.verifier([key]).verify(folder.path + "/one")
    #expect(whole.passed, "\(whole.broken)")
    #expect(whole.links.contains { $0.detail.contains("reviewed by Ben Verdi (ben)") })
    #expect(whole.links.contains { $0.detail.contains("the run is reviewed") })

    func judged(_ altered: [String: [UInt8]]) throws -> BundleReport {
      let stand = try BundleBench()
      let (sealed, other) = try stand.resealed(altered)
      let place = try TemporaryFolder()
      try BundleBench.write(sealed, to: place.path)
      return try BundleBench.verifier([other]).verify(place.path)
    }
    #expect(try judged(files[0]).passed, "sealed anew, nothing else")
    let mine = "register/reviews/\(runs[0])/000001.json"
    let theirs = try #require(files[1]["register/reviews/\(runs[1])/000001.json"])
    let words = String(decoding: theirs, as: UTF8.self)
    var altered = files[0]
    altered[mine] = Array(words.replacing("\(runs[1])", with: "\(runs[0])").utf8)
    let copied = try judged(altered)
    #expect(copied.broken.contains("review "), "\(copied.broken)")
    #expect(copied.broken.contains("register \(mine)"), "no entry of the chain has it")

    // Another name, another time, another meaning: the signature is over these words.
    let text = String(decoding: try #require(files[0][mine]), as: UTF8.self)
    for (old, new) in [
      ("Ben Verdi", "Eva Rossi"), ("\"meaning\":\"reviewed\"", "\"meaning\":\"released\""),
    ] {
      altered = files[0]
      altered[mine] = Array(text.replacing(old, with: new).utf8)
      #expect(altered[mine] != files[0][mine])
      #expect(try judged(altered).broken.contains { $0.hasPrefix("review register/reviews/") })
    }
    // A version that is gone, or stands under another number, is a hole in the row.
    let person = files[0].keys.filter { $0.hasPrefix("register/people/ben/") }.sorted()
    #expect(person.count == 2)
    altered = files[0]
    altered[person[0]] = nil
    #expect(try judged(altered).broken.contains("register \(person[1])"))
  }
}
