import Foundation
import Laboratory
import Methods
import Records
import Testing

@testable import Bench

/// From a run to its release.
@Suite struct ReviewTests {
  private func code(
    _ quality: QualityBench, _ run: RunID, _ meaning: RecordSignature.Meaning, by person: String,
    key: String? = nil
  ) -> String {
    QualityBench.code {
      _ = try ReviewDesk(bench: quality.bench).sign(run, as: meaning, by: person, keyFile: key)
    }
  }

  private func lims(_ quality: QualityBench) throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: quality.folder.path + "/lims").count
  }

  // MARK: - What goes wrong

  @Test func nobodySignsOutOfOrderWithoutRightOrWithAnothersKey() async throws {
    let quality = try QualityBench("enforce")
    try quality.staff()
    let run = try await quality.run().run
    let keys = quality.folder.path + "/keys/"
    #expect(code(quality, run, .released, by: "eva") == "review-order")
    #expect(code(quality, run, .reviewed, by: "nobody") == "person-unknown")
    #expect(code(quality, run, .reviewed, by: "ada") == "person-not-authorised")
    #expect(
      code(quality, run, .reviewed, by: "ben", key: keys + "eva.key") == "signing-key-unusable")
    #expect(code(quality, run, .reviewed, by: "ben", key: keys + "none") == "signing-key-unusable")
    #expect(
      code(quality, run, .reviewed, by: "ben", key: quality.folder.path + "/bench.yaml")
        == "signing-key-unusable")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o644], ofItemAtPath: keys + "ben.key")
    #expect(code(quality, run, .reviewed, by: "ben") == "signing-key-unusable")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: keys + "ben.key")
    #expect(code(quality, run, .performed, by: "ada") == "review-order")
    #expect(try ReviewDesk(bench: quality.bench).standing(of: run).state == .processed)
    #expect(try Register(home: quality.folder.path).versions(of: .reviews, run.text).isEmpty)
    #expect(try lims(quality) == 0)
  }

  @Test func fourEyesAreNeededWhereTheRulesAreEnforced() async throws {
    for (policy, wanted) in [("enforce", "review-own-work"), ("warn", "done"), ("off", "done")] {
      let quality = try QualityBench(policy)
      try quality.staff()
      _ = try People(bench: quality.bench).authorise(
        "ada", .review, from: "2026-01-01", to: nil, by: "root", reason: nil)
      let run = try await quality.run().run
      #expect(code(quality, run, .reviewed, by: "ada") == wanted, "\(policy)")
    }
  }

  @Test func whatHindersAReleaseIsNamed() async throws {
    let quality = try QualityBench("warn")
    try quality.staff()
    let run = try await quality.run().run
    let desk = ReviewDesk(bench: quality.bench)
    #expect(code(quality, run, .reviewed, by: "ben") == "done")
    #expect(try desk.standing(of: run).hindrances == [])
    let holds = Holds(bench: quality.bench)
    for (target, name) in [
      (Hold.Target.run, run.text), (.instrument, quality.serial), (.person, "ada"),
    ] {
      _ = try holds.add(target, name, by: "ada", reason: "odd")
      #expect(code(quality, run, .released, by: "eva") == "release-on-hold", "\(target)")
      _ = try holds.lift(target, name, by: "root", reason: "settled")
    }
    var record = try quality.bench.runs.read(run)
    record.quality?.departures = ["scans is 1, the method says 10"]
    try quality.bench.runs.write(record)
    #expect(code(quality, run, .released, by: "eva") == "release-deviation-missing")
    _ = try holds.deviate(run, by: "ada", reason: "little sample")
    #expect(try desk.standing(of: run).deviations.count == 1)
    // A file that was altered after the run.
    let file = try #require(record.files.first)
    let path = ResultFiles.path(of: file.name, in: quality.bench.home.folder(of: run))
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    try (whole + Data([0x20])).write(to: URL(fileURLWithPath: path))
    #expect(code(quality, run, .released, by: "eva") == "release-record-altered")
    try whole.write(to: URL(fileURLWithPath: path))
    #expect(try lims(quality) == 0)
    #expect(code(quality, run, .released, by: "eva") == "done")
    #expect(try lims(quality) == record.files.count)
    let refused = try quality.entries.filter { $0.action == "refused" }
    #expect(
      refused.compactMap { $0.detail["failure"] } == [
        "release-on-hold", "release-on-hold", "release-on-hold", "release-deviation-missing",
        "release-record-altered",
      ])
  }

  @Test func anIncompleteRunIsNotReleased() async throws {
    let quality = try QualityBench("off")
    try quality.staff()
    var record = try await quality.run()
    (record.complete, record.endedBy) = (false, .person)
    try quality.bench.runs.write(record)
    #expect(code(quality, record.run, .reviewed, by: "ben") == "done")
    #expect(code(quality, record.run, .released, by: "eva") == "release-run-incomplete")
  }

  @Test func aSignatureThatIsCopiedToAnotherRunCountsForNothing() async throws {
    let quality = try QualityBench("off")
    try quality.staff()
    let (first, second) = (try await quality.run().run, try await quality.run().run)
    #expect(code(quality, first, .reviewed, by: "ben") == "done")
    let register = Register(home: quality.folder.path)
    let signed = try #require(try register.latest(Review.self, first.text))
    let desk = ReviewDesk(bench: quality.bench)
    // Moved with its own digest: it is of other results. Moved with a new one: it is wrong.
    var copy = signed.body
    copy.run = second.text
    _ = try RegisterDesk(bench: quality.bench).keep(copy, by: "mallory", reason: nil)
    #expect(try desk.standing(of: second).state == .processed)
    copy.digest = try desk.standing(of: second).digest
    _ = try RegisterDesk(bench: quality.bench).keep(copy, by: "mallory", reason: nil)
    let forged = try desk.standing(of: second)
    #expect(forged.state == .reviewed && forged.current.last?.problem != nil)
    #expect(code(quality, second, .released, by: "eva") == "release-signature-wrong")
    // A signature with a key that was never the person's.
    let key = SigningKey()
    var review = copy
    review.signature = key.sign(
      digest: copy.digest, meaning: .reviewed, person: "ben", name: "Ben B.", time: .now)
    _ = try RegisterDesk(bench: quality.bench).keep(review, by: "mallory", reason: nil)
    #expect(code(quality, second, .released, by: "eva") != "done")
    #expect(try lims(quality) == 0)
    // A forged release opens no destination either.
    let third = try await quality.run().run
    let digest = try desk.standing(of: third).digest
    for state in [ReviewState.reviewed, .released] {
      _ = try RegisterDesk(bench: quality.bench).keep(
        Review(run: third.text, state: state, digest: digest), by: "mallory", reason: nil)
    }
    #expect(code(quality, third, .released, by: "eva") == "release-signature-wrong")
    #expect(try lims(quality) == 0)
  }

  // MARK: - What is done

  @Test func aRunIsReviewedReleasedAndDeliveredOnce() async throws {
    let quality = try QualityBench("enforce")
    try quality.staff()
    let record = try await quality.run()
    let desk = ReviewDesk(bench: quality.bench)
    #expect(code(quality, record.run, .reviewed, by: "ben") == "done")
    #expect(code(quality, record.run, .reviewed, by: "ben") == "review-order", "once")
    let done = try desk.sign(record.run, as: .released, by: "eva", keyFile: nil)
    #expect(done.sent.map(\.report.destination) == ["lims"])
    #expect(try lims(quality) == record.files.count)
    let standing = try desk.standing(of: record.run)
    #expect(standing.state == .released)
    #expect(standing.current.compactMap { $0.review.signature?.name } == ["Ben B.", "Eva E."])
    #expect(standing.current.compactMap { $0.review.signature?.meaning } == [.reviewed, .released])
    #expect(standing.steps.allSatisfy { $0.problem == nil })
    let again = try desk.sign(record.run, as: .released, by: "eva", keyFile: nil)
    #expect(again.step == nil && again.sent.isEmpty)
    let names = try quality.entries.filter { $0.object == "reviews/\(record.run)" }.map(\.person)
    #expect(names == ["ben", "eva"])
  }

  @Test func otherResultsThanTheReleasedOnesAreAmendedAndNeedNewSignatures() async throws {
    let quality = try QualityBench("off")
    try quality.staff()
    var record = try await quality.run()
    let desk = ReviewDesk(bench: quality.bench)
    for (meaning, person) in [(RecordSignature.Meaning.reviewed, "ben"), (.released, "eva")] {
      _ = try desk.sign(record.run, as: meaning, by: person, keyFile: nil)
    }
    let first = try #require(try desk.standing(of: record.run).steps.last)
    record = try quality.bench.runs.read(record.run)
    record.sample.id = "S-1b"
    try quality.bench.runs.write(record)
    let amended = try desk.standing(of: record.run)
    #expect(amended.state == .amended && amended.current.isEmpty)
    #expect(amended.digest != first.review.digest)
    #expect(code(quality, record.run, .released, by: "eva") == "review-order")
    #expect(code(quality, record.run, .reviewed, by: "ben") == "done")
    #expect(code(quality, record.run, .released, by: "eva") == "done")
    let steps = try desk.standing(of: record.run).steps
    #expect(steps.map(\.review.state) == [.reviewed, .released, .reviewed, .released])
    #expect(steps.last?.review.amends == first.entry.sha256, "linked to what it takes the place of")
    #expect(steps.allSatisfy { $0.problem == nil }, "what was signed stays signed")
  }

  @Test func aRunIsSentBackWithTheReasonAndSignedAgain() async throws {
    let quality = try QualityBench("enforce")
    try quality.staff()
    let run = try await quality.run().run
    let desk = ReviewDesk(bench: quality.bench)
    #expect(code(quality, run, .reviewed, by: "ben") == "done")
    #expect(
      QualityBench.code { _ = try desk.sendBack(run, by: "ben", reason: nil) }
        == "quality-reason-missing")
    #expect(
      QualityBench.code { _ = try desk.sendBack(run, by: "ada", reason: "x") }
        == "person-not-authorised")
    for reason in ["baseline", "and the label"] {
      _ = try desk.sendBack(run, by: "ben", reason: reason)
    }
    let standing = try desk.standing(of: run)
    #expect(standing.state == .processed && standing.current.isEmpty)
    #expect(standing.steps.compactMap(\.entry.reason) == ["baseline", "and the label"])
    #expect(code(quality, run, .released, by: "eva") == "review-order")
    #expect(code(quality, run, .reviewed, by: "ben") == "done")
    #expect(code(quality, run, .released, by: "eva") == "done")
  }

  @Test func whereTheLIMSReleasesNothingIsReleasedHere() async throws {
    let quality = try QualityBench("off", more: ", review: in-lims")
    try quality.staff()
    let run = try await quality.run().run
    #expect(code(quality, run, .reviewed, by: "ben") == "done")
    #expect(code(quality, run, .released, by: "eva") == "review-in-lims")
  }

  @Test func oldKeysStayGoodForWhatTheySigned() async throws {
    let quality = try QualityBench("off")
    try quality.staff()
    let run = try await quality.run().run
    #expect(code(quality, run, .reviewed, by: "ben") == "done")
    let other = quality.folder.path + "/new.key"
    _ = try People(bench: quality.bench).makeKey(
      for: "ben", file: other, by: "root", reason: "lost")
    #expect(code(quality, run, .released, by: "eva") == "done")
    let second = try await quality.run().run
    #expect(code(quality, second, .reviewed, by: "ben") == "signing-key-unusable", "the old file")
    #expect(code(quality, second, .reviewed, by: "ben", key: other) == "done")
  }

  @Test func aWithdrawnOrUnprovenMethodIsSaid() throws {
    let quality = try QualityBench("off")
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "MethodTemplates/fid-area-percent.yaml").path
    let method = try MethodStore.read(file)
    let register = MethodRegister(bench: quality.bench)
    func set(_ use: MethodState.Use, _ evidence: String?) -> String {
      QualityBench.code {
        _ = try register.set(use, of: method, evidence: evidence, by: "eva", reason: "SOP 12")
      }
    }
    #expect(set(.validated, nil) == "method-evidence-missing")
    #expect(set(.validated, quality.folder.path + "/none") == "publish-folder-missing")
    let proof = quality.folder.path + "/proof.txt"
    try "all good".write(toFile: proof, atomically: true, encoding: .utf8)
    #expect(set(.validated, proof) == "done")
    let kept = try #require(register.list().methods.first)
    let hash = try #require(kept.fields["evidence_sha256"])
    let copy = quality.folder.path + "/register/evidence/\(hash)"
    #expect(try String(contentsOfFile: copy, encoding: .utf8) == "all good")
    #expect(kept.fields["method_sha256"] == method.sha256)
    #expect(set(.withdrawn, nil) == "done" && set(.validated, nil) == "done", "the proof stays")
    #expect(register.list().methods.map(\.version) == [3] && register.list().problems.isEmpty)
  }
}
