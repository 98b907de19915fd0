import Foundation
import Testing

/// The quality rules and the review, as the program has them.
@Suite(.timeLimit(.minutes(5))) struct QualityCommandTests {
  private let home: TemporaryFolder

  init() throws {
    home = try TemporaryFolder()
    try """
    quality: {policy: enforce}
    destinations:
      - {name: outbox, folder: outbox, emulated: accept}
      - {name: lims, folder: lims, mode: no-ack, accepts: released, emulated: accept}
    """.write(toFile: home.path + "/bench.yaml", atomically: true, encoding: .utf8)
    try FileManager.default.createDirectory(
      atPath: home.path + "/lims", withIntermediateDirectories: true)
  }

  private func gauger(_ words: String...) throws -> Program.Outcome {
    try Program.gauger(words + ["--home", home.path])
  }

  private func measure(_ words: String..., by person: String) throws -> Program.Outcome {
    try Program.emulating(
      ["usb2000plus", "--speed", "100"],
      ["acquire", "usb2000plus", "--sample", "s", "--scans", "2", "--operator", person] + words
        + ["--home", home.path])
  }

  private func actions() throws -> [String] {
    struct Listing: Decodable {
      struct Entry: Decodable { var action: String }
      var entries: [Entry]
    }
    let shown = try gauger("audit", "show", "--json")
    return try JSONDecoder().decode(Listing.self, from: Data(shown.output.utf8)).entries
      .map(\.action)
  }

  @Test func whatIsTypedWronglyIsSaid() throws {
    for (words, status) in [
      (["people", "add", "ada"], 2), (["people", "authorise", "ada", "fly"], 2),
      (["people", "authorise", "ada", "acquire"], 3), (["people", "import", "/none"], 2),
      (["people", "revoke", "ada", "acquire"], 9), (["people", "key", "ada"], 3),
      (["instruments", "state", "none:1", "in-service", "--reason", "x"], 3),
      (["instruments", "state", "usb2000plus:X", "mended", "--reason", "x"], 2),
      (["instruments", "state", "usb2000plus:X", "in-service"], 9),
      (["instruments", "calibrate", "usb2000plus:X", "w", "--value", "c0"], 2),
      (["instruments", "calibrate", "usb2000plus:X", "w", "--value", "c0=1,5"], 2),
      (["instruments", "acknowledge", "usb2000plus:X", "--reason", "x"], 3),
      (["method", "state", "no-such", "validated", "--reason", "x"], 3),
      (["hold", "add", "planet", "mars", "--reason", "x"], 2), (["hold", "add", "person", "x"], 9),
      (["hold", "lift", "person", "x", "--reason", "x"], 3),
      (["runs", "deviate", "last", "--reason", "x"], 3),
      (["review", "sign", "last", "--as", "reviewed", "--person", "ben"], 3),
      (["review", "sign", "last", "--as", "performed", "--person", "ben"], 2),
      (["review", "show", "last"], 3), (["review", "return", "last"], 3),
    ] as [([String], Int32)] {
      let outcome = try Program.gauger(words + ["--home", home.path])
      #expect(outcome.status == status, "\(words): \(outcome.errors)")
      #expect(outcome.errors.contains("code: "), "\(words)")
    }
    #expect(!FileManager.default.fileExists(atPath: home.path + "/register"))
  }

  @Test(.enabled(if: Outside.canEmulate, "umockdev is not installed"))
  func fromAnEmptyRegisterToAReleasedRun() throws {
    // Nobody is known: refused, with exit code 9 and an entry, and no run is there.
    let first = try measure(by: "ada")
    #expect(first.status == 9, "\(first.errors)")
    #expect(first.errors.contains("code: person-unknown"))
    #expect(try actions() == ["segment-opened", "refused"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: home.path + "/runs") == [])

    let table = home.path + "/people.csv"
    try """
    person,name,activity
    root,Root,administer
    ada,"Lovelace, Ada",acquire
    ben,Ben B.,review
    eva,Eva E.,release
    bad,,fly
    """.write(toFile: table, atomically: true, encoding: .utf8)
    let imported = try gauger("people", "import", table, "--operator", "root")
    #expect(imported.status == 1 && imported.output.contains("line 6: REFUSED"))
    #expect(imported.output.contains("4 kept, 0 known, 1 refused"))
    #expect(try gauger("people", "add", "x", "--name", "X", "--operator", "ada").status == 9)

    let unverified = try measure(by: "ada")
    #expect(unverified.status == 9 && unverified.errors.contains("instrument-not-verified"))
    let stated = try Program.emulating(
      ["usb2000plus", "--speed", "100"],
      [
        "instruments", "state", "usb2000plus", "in-service", "--reason", "verified", "--operator",
        "root", "--home", home.path,
      ])
    #expect(stated.status == 0, "\(stated.errors)")
    let kept = try gauger("instruments", "register", "--json")
    #expect(kept.output.contains("\"firmware\" : \"2.0.5\""), "asked by its address")

    let taken = try measure(by: "ada")
    #expect(taken.status == 0, "\(taken.errors)")
    let run = try RunFolder(only: home.path)
    let quality = try #require(run.record["quality"] as? [String: Any])
    #expect(quality["policy"] as? String == "enforce")
    #expect((quality["register"] as? [Any])?.count == 3)

    for person in ["ben", "eva"] {
      #expect(try gauger("people", "key", person, "--operator", person).status == 0)
    }
    let early = try gauger("review", "sign", "last", "--as", "released", "--person", "eva")
    #expect(early.status == 9 && early.errors.contains("code: review-order"))
    #expect(
      try gauger("review", "sign", "last", "--as", "reviewed", "--person", "ben").status == 0)
    #expect(
      try gauger("hold", "add", "run", "last", "--reason", "odd", "--operator", "ada").status == 0)
    #expect(
      try gauger("review", "sign", "last", "--as", "released", "--person", "eva").status == 9)
    #expect(
      try gauger("hold", "lift", "run", "last", "--reason", "fine", "--operator", "root").status
        == 0)
    let lims = home.path + "/lims"
    #expect(try FileManager.default.contentsOfDirectory(atPath: lims) == [])
    let released = try gauger("review", "sign", "last", "--as", "released", "--person", "eva")
    #expect(released.status == 0, "\(released.errors)")
    #expect(try !FileManager.default.contentsOfDirectory(atPath: lims).isEmpty)
    let listed = try gauger("review", "list")
    #expect(listed.output.contains("released") && listed.output.contains("ben, eva"))
    let shown = try gauger("review", "show", "last")
    #expect(shown.output.contains("released  ") && shown.output.contains("Eva E. (eva)"))
    #expect(try gauger("runs", "verify", "last").status == 0)
    #expect(try gauger("audit", "verify").status == 0)
    let refused = try actions().filter { $0 == "refused" }
    #expect(refused.count == 5)
  }

  @Test(.enabled(if: Outside.canEmulate, "umockdev is not installed"))
  func rulesThatOnlyWarnAreSaidAndKept() throws {
    try "quality: {policy: warn}\n".write(
      toFile: home.path + "/bench.yaml", atomically: true, encoding: .utf8)
    let taken = try measure(by: "anybody")
    #expect(taken.status == 0, "\(taken.errors)")
    #expect(taken.errors.contains("code: person-unknown"))
    let run = try RunFolder(only: home.path)
    let warnings = try #require(run.record["warnings"] as? [String])
    #expect(warnings.contains { $0.contains("code: instrument-not-verified") })
    #expect(try actions().contains("quality-warned"))
    let added = try gauger("people", "add", "root", "--name", "R", "--operator", "x")
    let given = try gauger("people", "authorise", "root", "administer", "--operator", "x")
    #expect(added.status == 0 && given.status == 0 && !given.errors.contains("quality:"))
    let other = try gauger("people", "add", "eva", "--name", "E", "--operator", "x")
    #expect(other.status == 0 && other.errors.contains("code: person-unknown"), "said, and done")
  }
}
