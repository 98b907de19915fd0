import Foundation
import Testing

/// A sequence of a real GC-MS, from files to the report, by the program as a person uses it.
@Suite(.serialized, .tags(.slow)) struct SequenceTests {
  private static let data: String? = {
    let folder = Outside.recordings.map {
      URL(fileURLWithPath: $0).deletingLastPathComponent().path
    }
    guard let folder,
      FileManager.default.fileExists(atPath: folder + "/gcms-etizolam-sequence/expected.csv")
    else { return nil }
    return folder
  }()

  private static let absence: Comment =
    "SKIPPED: the recorded sequence is not there (set GAUGER_SHARED to read it)"

  private static let method = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../Support/Proofs/Methods/etizolam-gcms.yaml").standardizedFileURL.path

  private func object(_ text: String) throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
    return try #require(value as? [String: Any])
  }

  private func done(_ arguments: [String], _ home: String, exit: Int32 = 0) throws -> String {
    let outcome = try Program.gauger(arguments + ["--home", home])
    try #require(outcome.status == exit, "\(arguments.joined(separator: " ")): \(outcome.errors)")
    return outcome.output
  }

  /// A list of the sequence as a laboratory would write it, files named by their whole path.
  private func list(in folder: String) throws -> String {
    let data = try #require(Self.data)
    let table = try String(
      contentsOfFile: data + "/gcms-etizolam-sequence/expected.csv", encoding: .utf8)
    var text = "file,sample,kind,level\n"
    for line in table.split(whereSeparator: \.isNewline).dropFirst() {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      let kind =
        ["Blank": "blank", "Cal": "standard", "Check Standard": "check"][cells[2]] ?? "sample"
      text += "\(data)/gcms-etizolam-sequence/\(cells[0]).ms1,\"\(cells[1])\",\(kind),\(cells[3])\n"
    }
    let path = folder + "/sequence.csv"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  @Test(.enabled(if: data != nil, absence))
  func aSequenceOfFilesBecomesContentsAndAReport() throws {
    let data = try #require(Self.data)
    let folder = try TemporaryFolder()
    let home = folder.path + "/home"
    _ = try done(
      [
        "library", "import", data + "/ei-library-dea/swgdrug39_dea_subset.msp", "--name", "swgdrug",
        "--version", "3.9",
      ], home)
    let list = try list(in: folder.path)
    _ = try done(["import", "--list", list], home)
    let ask = ["quantify", "--method", Self.method, "--list", list, "--sequence", "etizolam"]
    let answer = try object(try done(ask + ["--json"], home))
    #expect(answer["version"] as? Int == 1)
    let result = try #require(answer["result"] as? [String: Any])
    let runs = try #require(result["runs"] as? [[String: Any]])
    #expect(runs.count == 16)
    func etizolam(_ index: Int) throws -> [String: Any] {
      let answers = try #require(runs[index]["answers"] as? [[String: Any]])
      return try #require(answers.first)
    }
    // Check standards of 40 and 125 ug/mL, and a paper without etizolam.
    for (index, level) in [(9, 40.0), (10, 125.0)] {
      let value = try #require(try etizolam(index)["value"] as? Double)
      #expect(abs(value - level) < 0.05 * level)
    }
    #expect(try etizolam(12)["state"] as? String == "not_detected")
    #expect(try etizolam(12)["value"] == nil)

    let kept = home + "/sequences/etizolam/0001"
    for name in [
      "sequence.json", "method.yaml", "results.csv", "peaks.csv", "report.html", "version.json",
    ] { #expect(FileManager.default.fileExists(atPath: "\(kept)/\(name)"), "\(name)") }
    let report = try String(contentsOfFile: kept + "/report.html", encoding: .utf8)
    #expect(report.contains("FL22/0210") && report.contains("not detected"))
    // Nothing of it lies elsewhere: it can be opened in twenty years.
    for word in ["<script", "src=", "href=", "url(", "@import"] {
      #expect(!report.contains(word), "\(word)")
    }

    try deliver(ask, home)

    // The same again changes nothing, and makes nothing.
    let again = try object(try done(ask + ["--json"], home))
    #expect((again["changes"] as? [Any])?.isEmpty == true)
    #expect(!FileManager.default.fileExists(atPath: home + "/sequences/etizolam/0002"))
  }

  /// The kept version goes out, one delivery a sample, once, and again where it was rejected.
  private func deliver(_ ask: [String], _ home: String) throws {
    try FileManager.default.createDirectory(
      atPath: home + "/lims", withIntermediateDirectories: true)
    let bench = """
      destinations:
        - {name: outbox, folder: outbox}
        - {name: lims, type: senaite-folder, folder: lims, significant_digits: 4, keywords: {ETIZOLAM: ETZ}}
      """
    try bench.write(toFile: home + "/bench.yaml", atomically: true, encoding: .utf8)
    // One sample has none, and "not detected" is no number that the table can carry.
    let sent = try object(try done(ask + ["--deliver", "--json"], home, exit: 15))
    let entries = try #require(sent["deliveries"] as? [[String: Any]])
    #expect(entries.count == 10)
    let rejected = entries.filter { $0["state"] as? String == "rejected" }
    #expect(rejected.count == 1)
    #expect(rejected.first?["destination"] as? String == "lims")
    let tables = try FileManager.default.contentsOfDirectory(atPath: home + "/lims")
    #expect(tables.count == 4)
    let ready = try FileManager.default.contentsOfDirectory(atPath: home + "/outbox/out")
      .filter { $0.hasSuffix(".ready") }
    #expect(ready.count == 5)
    let first = try #require(ready.first).dropLast(".ready".count)
    let sheet = try object(
      try String(contentsOfFile: home + "/outbox/out/\(first).result.json", encoding: .utf8))
    #expect((sheet["sequence"] as? [String: Any])?["name"] as? String == "etizolam")
    #expect((sheet["sequence"] as? [String: Any])?["version"] as? Int == 1)
    // Once is enough, until a destination rejects it.
    let once = try object(try done(ask + ["--deliver", "--json"], home))
    #expect((once["deliveries"] as? [Any])?.isEmpty == true)
    try Data("no".utf8).write(to: URL(fileURLWithPath: home + "/outbox/reject/\(first).rej"))
    _ = try done(["deliver", "retry"], home, exit: 15)
    let run = String(first.dropLast(2))
    let again = try Program.gauger(["deliver", "again", run, "--home", home])
    #expect([0, 15].contains(again.status), "\(again.errors)")
    #expect(FileManager.default.fileExists(atPath: home + "/outbox/out/\(run)-2.result.json"))
  }

  @Test(.enabled(if: data != nil, absence))
  func anotherMethodShowsWhatChangesAndAsksWhy() throws {
    let data = try #require(Self.data)
    let folder = try TemporaryFolder()
    let home = folder.path + "/home"
    _ = try done(
      [
        "library", "import", data + "/ei-library-dea/swgdrug39_dea_subset.msp", "--name", "swgdrug",
      ],
      home)
    _ = try done(
      [
        "import", data + "/gcms-etizolam-sequence/220223010.ms1", "--sample", "CHK", "--kind",
        "check",
        "--level", "40",
      ], home)
    _ = try done(["runs", "process", "last", "--method", Self.method], home)
    let text = try String(contentsOfFile: Self.method, encoding: .utf8)
    let wider = folder.path + "/wider.yaml"
    try text.replacing("after_s: 8", with: "after_s: 10")
      .write(toFile: wider, atomically: true, encoding: .utf8)
    let tried = try Program.gauger(
      ["method", "try", wider, "last", "--against", Self.method, "--home", home])
    #expect(tried.status == 0, "\(tried.errors)")
    #expect(tried.errors.contains("Etizolam response"))
    let refused = try Program.gauger(
      ["runs", "process", "last", "--method", wider, "--home", home])
    #expect(refused.status == 9)
    #expect(refused.errors.contains("reason-missing"))
    #expect(refused.errors.contains("Etizolam response"))
    _ = try done(
      [
        "runs", "process", "last", "--method", wider, "--reason", "tail was cut", "--operator",
        "AB",
      ],
      home)
    let runs = try FileManager.default.contentsOfDirectory(atPath: home + "/runs")
    let versions = "\(home)/runs/\(try #require(runs.first))/evaluations"
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: versions).sorted() == ["0001", "0002"])
    let note = try object(
      try String(contentsOfFile: versions + "/0002/version.json", encoding: .utf8))
    #expect(note["reason"] as? String == "tail was cut")
    #expect(note["person"] as? String == "AB")
    #expect(note["supersedes"] as? Int == 1)
  }

  @Test(.enabled(if: data != nil && Outside.canEmulate, absence))
  func aRunPlayedLiveIsTheImportedOneToTheBit() throws {
    let data = try #require(Self.data)
    let folder = try TemporaryFolder()
    let home = folder.path + "/home"
    let file = data + "/gcms-etizolam-sequence/220223005.ms1"
    _ = try done(
      [
        "library", "import", data + "/ei-library-dea/swgdrug39_dea_subset.msp", "--name", "swgdrug",
      ],
      home)
    _ = try done(["import", file, "--sample", "A"], home)
    let process = ["runs", "process", "last", "--method", Self.method, "--json", "--dry-run"]
    let imported = try object(try done(process, home))
    let played = try Program.emulating(
      ["open-stream/player", "--play", file, "--speed", "1000"],
      [
        "acquire", "open-stream/instrument", "--sample", "A", "--until-end", "--method",
        Self.method,
        "--no-plot", "--home", home,
      ])
    #expect(played.status == 0, "\(played.errors)")
    let live = try object(try done(process, home))
    func evaluation(_ answer: [String: Any]) throws -> Data {
      var found = try #require(answer["evaluation"] as? [String: Any])
      // What is said of the run besides its numbers: the player is emulated, the file is not.
      found["warnings"] = nil
      return try JSONSerialization.data(withJSONObject: found, options: .sortedKeys)
    }
    #expect(try evaluation(imported) == evaluation(live))
    #expect(imported["run"] as? String != live["run"] as? String)
    let runs = try FileManager.default.contentsOfDirectory(atPath: home + "/runs").sorted()
    let reports = runs.filter {
      FileManager.default.fileExists(atPath: "\(home)/runs/\($0)/report.html")
    }
    #expect(reports.count == 1)
    let verified = try Program.gauger(["runs", "verify", "last", "--home", home])
    #expect(verified.status == 0, "\(verified.output)")
  }
}
