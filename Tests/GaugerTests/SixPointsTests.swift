import Foundation
import Testing

/// What "done" means for quality: a stranger takes one released result and, with only the archive and
/// a second program, can see where it comes from, who did what, and where it went.
@Suite(.serialized, .tags(.slow), .timeLimit(.minutes(10))) struct SixPointsTests {
  private static let sequence: String? = {
    let folder = Outside.recordings.map {
      URL(fileURLWithPath: $0).deletingLastPathComponent().path
    }
    guard let folder,
      FileManager.default.fileExists(atPath: folder + "/gcms-etizolam-sequence/expected.csv")
    else { return nil }
    return folder
  }()

  private static let method = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../Support/Proofs/Methods/etizolam-gcms.yaml").standardizedFileURL.path

  private static let site = """
    laboratory: Customs laboratory, Genoa
    time_zone: Europe/Rome
    quality: {policy: enforce, review: in-gauger}
    destinations:
      - {name: lims, folder: lims, accepts: processed, emulated: accept}
      - {name: archive, folder: archive, accepts: released, emulated: accept}
    """

  @discardableResult
  private func done(_ words: [String], _ home: String, exit: Int32 = 0) throws -> String {
    let outcome = try Program.gauger(words + ["--home", home])
    try #require(outcome.status == exit, "\(words.joined(separator: " ")): \(outcome.errors)")
    return outcome.output
  }

  @discardableResult
  private func emulated(_ file: String, _ words: [String], _ home: String) throws -> String {
    let outcome = try Program.emulating(
      ["open-stream/player", "--play", file, "--speed", "1000"], words + ["--home", home])
    try #require(outcome.status == 0, "\(words.joined(separator: " ")): \(outcome.errors)")
    return outcome.output
  }

  /// Blanks, standards and checks of the recorded sequence, in the order of injection.
  private func list(_ data: String, to path: String) throws {
    let table = try String(
      contentsOfFile: data + "/gcms-etizolam-sequence/expected.csv", encoding: .utf8)
    var text = "file,sample,kind,level\n"
    for line in table.split(whereSeparator: \.isNewline).dropFirst() {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard let kind = ["Blank": "blank", "Cal": "standard", "Check Standard": "check"][cells[2]]
      else { continue }
      text += "\(data)/gcms-etizolam-sequence/\(cells[0]).ms1,\"\(cells[1])\",\(kind),\(cells[3])\n"
    }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }

  /// People, what they may do, the instrument and the method, as a laboratory says them first.
  private func settle(_ home: String, _ data: String) throws {
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
    for folder in ["/lims", "/archive"] {
      try FileManager.default.createDirectory(
        atPath: home + folder, withIntermediateDirectories: true)
    }
    try Self.site.write(toFile: home + "/bench.yaml", atomically: true, encoding: .utf8)
    let by = ["--operator", "eva"]
    for (person, name, activities) in [
      ("eva", "Eva Rossi", ["administer", "method-change", "release"]),
      ("ada", "Ada Bianchi", ["acquire", "process"]), ("ben", "Ben Verdi", ["review"]),
    ] {
      try done(["people", "add", person, "--name", name] + by, home)
      for activity in activities {
        try done(["people", "authorise", person, activity] + by, home)
      }
    }
    try done(["people", "key", "ben"] + by, home)
    try done(["people", "key", "eva"] + by, home)
    try done(
      ["method", "state", Self.method, "validated", "--evidence", Self.method, "--reason", "v 12"]
        + by, home)
    try done(
      [
        "library", "import", data + "/ei-library-dea/swgdrug39_dea_subset.msp", "--name",
        "swgdrug", "--version", "3.9",
      ] + by, home)
  }

  /// The LIMS reads what lies there and answers each with the hash of what it got.
  private func answer(_ home: String) throws {
    for place in ["lims", "archive"] {
      let out = "\(home)/\(place)/out"
      for name in try FileManager.default.contentsOfDirectory(atPath: out)
      where name.hasSuffix(".ready") {
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(out)/\(name)"))
        let ready = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let files = try #require(ready["files"] as? [[String: Any]])
        let hash = try #require(files.first?["sha256"] as? String)
        let id = name.dropLast(".ready".count)
        try #"{"id":"\#(id)","sha256":"\#(hash)","status":"imported","lims_ref":"AR-42"}"#
          .write(toFile: "\(home)/\(place)/ack/\(id).ack", atomically: true, encoding: .utf8)
      }
    }
    try done(["deliver", "retry"], home)
  }

  @Test(
    .enabled(
      if: sequence != nil && Outside.canEmulate,
      "SKIPPED: the recorded sequence or umockdev is not there (set GAUGER_SHARED to read it)"))
  func aReleasedResultCanBeShownToAStranger() throws {
    let data = try #require(Self.sequence)
    let folder = try TemporaryFolder()
    let home = folder.path + "/home"
    let player = data + "/gcms-etizolam-sequence/220223030.ms1"
    try settle(home, data)
    let by = ["--operator", "eva"]
    let instrument = "open-stream/instrument"
    try emulated(
      player, ["instruments", "state", instrument, "in-service", "--reason", "accepted"] + by, home)
    try emulated(
      player,
      [
        "instruments", "calibrate", instrument, "mass-scale", "--value", "mz_502=502.1",
        "--certificate", "4711", "--due", "2099-01-01",
      ] + by, home)

    // Standards, blanks and checks, then the sample live, and the contents.
    try list(data, to: folder.path + "/sequence.csv")
    try done(["import", "--list", folder.path + "/sequence.csv", "--operator", "ada"], home)
    try emulated(
      player,
      [
        "acquire", instrument, "--sample", "FL22/009-2", "--until-end", "--no-plot", "--method",
        Self.method, "--operator", "ada",
      ], home)
    struct Listing: Decodable {
      struct Run: Decodable {
        var run: String
        var kind: String
        var imported: [String: Ignored]?
      }
      struct Ignored: Decodable { init(from decoder: any Decoder) {} }
      var runs: [Run]
    }
    let listing = try JSONDecoder().decode(
      Listing.self, from: Data(try done(["runs", "list", "--json"], home).utf8))
    let sample = try #require(listing.runs.first { $0.imported == nil }?.run)
    let others = listing.runs.filter { $0.imported != nil }.sorted { $0.run < $1.run }
    let checks = others.filter { $0.kind == "check" }.map(\.run)
    let order =
      others.filter { $0.kind != "check" }.map(\.run) + checks.prefix(1) + [sample]
      + checks.dropFirst()
    #expect(order.count == 12)
    try done(
      ["quantify", "--method", Self.method, "--sequence", "six", "--deliver", "--operator", "ada"]
        + order, home)
    try done(["review", "sign", sample, "--as", "reviewed", "--person", "ben"], home)
    try done(["review", "sign", sample, "--as", "released", "--person", "eva"], home)
    try answer(home)
    let bundle = folder.path + "/six.zip"
    try done(["bundle", sample, bundle, "--libraries"] + by, home)
    let key = try String(contentsOfFile: home + "/audit/key.pub", encoding: .utf8)
      .filter(\.isHexDigit)

    // The machine that made it is gone.
    try FileManager.default.removeItem(atPath: home)
    let answer = try BundleAnswer(bundle, ["--key", key])
    #expect(answer.passed, "\(answer.broken)")
    #expect(answer.run == sample)
    // 1: every hash and signature.
    #expect(answer.holds("seal", "which you vouch for") && answer.holds("files", "SHA-256"))
    #expect(answer.holds("audit", "each bound to the one before"))
    #expect(answer.holds("review", "reviewed by Ben Verdi (ben)"))
    #expect(answer.holds("review", "released by Eva Rossi (eva)"))
    #expect(answer.holds("review", "the run is released; what was signed last is what is here"))
    // 2: the raw bytes.
    #expect(answer.holds("journal", "records, each with its checksum"))
    // 3: the numbers, to the last digit; nothing was left out of the computing.
    let again = answer.links.filter { $0.link == "recomputed" }
    #expect(
      again.count >= 12 && again.allSatisfy { $0.detail.contains("the same to the last digit") })
    #expect(again.contains { $0.place == "sequences/six/0001/sequence.json" })
    // 4: who did what when with which calibrated equipment.
    #expect(answer.holds("history", "run-started by ada@"))
    #expect(answer.holds("register", "state in-service"))
    #expect(answer.holds("register", "certificate 4711"))
    #expect(answer.holds("register", "authorisations acquire * ada"))
    #expect(answer.holds("register", "state validated"))
    #expect(answer.holds("quality rules", "enforce: nothing to say"))
    // 5: the quality control that covers it.
    #expect(answer.holds("quality control", "2 blank, 2 check, 7 standard; all as they must be"))
    // 6: which LIMS got it, and its answer.
    #expect(answer.holds("delivery", "confirmed by lims, which calls it AR-42"))
    #expect(answer.holds("delivery", "confirmed by archive, which calls it AR-42"))

    // And a second program, which has none of our code.
    guard Outside.strangersWanted else { return }
    let stranger = try BundleStranger(bundle, key: key)
    #expect(stranger.passed, "\(stranger.broken)")
    #expect(stranger.numbers["total ion current"] != nil)
    #expect(stranger.numbers["response at the content"] != nil)
  }
}
