internal import CBench
internal import Laboratory
internal import Records

/// The catalogue beside bare SQLite: the same rows, the same pragmas.
enum CatalogueBench {
  /// Prints `catalogue`, commits of one run a second, `batch`, rows a second in one commit, and
  /// `question-ms`, to open it and ask for one sample.
  static func run(folder: String, commits: Int) throws {
    let path = folder + "/ours.sqlite"
    let catalogue = try Catalogue(path, .writing)
    let began = bench_now()
    for number in 0..<commits { try catalogue.take([entry(number)]) }
    print("catalogue \(Double(commits) / seconds(since: began)) \(commits)")

    let whole = try Catalogue(folder + "/batch-ours.sqlite", .writing)
    let entries = (0..<commits).map(entry)
    let batch = bench_now()
    try whole.take(entries)
    print("batch \(Double(commits) / seconds(since: batch)) \(commits)")

    let asked = bench_now()
    var question = RunQuestion()
    question.sample = "S-7"
    let found = try Catalogue(path, .writing).runs(question)
    guard found.count == 1 else {
      throw Failure(
        "bench-catalogue", exit: .failed, what: "The catalogue found \(found.count) runs.",
        why: "One was put in.", next: "Report this.")
    }
    print("question-ms \(seconds(since: asked) * 1000) 1")
  }

  private static func entry(_ number: Int) -> CatalogueEntry {
    let digits = String(number)
    let run =
      "20261120T\(String(repeating: "0", count: 6 - digits.count))\(digits)Z-usb4000-aaaa"
    let path = "runs/\(run)/run.json"
    return CatalogueEntry(
      path: path,
      stamp: CatalogueStamp(
        sha256: String(repeating: "0", count: 64), size: 4000, stamp: "1.2.3"),
      rows: [
        CatalogueRow(
          .runs,
          [
            "run": .text(run), "kind": .text("sample"), "sample": .text("S-\(number)"),
            "person": .text("ada"), "address": .text("usb:1-1"), "model": .text("m/1"),
            "instrument": .text("M"), "maker": .text("Maker"), "serial_number": .text("A1"),
            "driver": .text("d"), "started": .text("2026-11-20T10:15:00.000000Z"),
            "ended_by": .text("done"), "complete": .init(true), "emulated": .init(false),
            "safe": .text("safe"), "scans": .integer(3), "dark": .integer(0),
            "durable": .integer(3), "lost": .integer(0), "profile_sha256": .text(""),
            "software": .text("Gauger 1"), "deliveries": .text("{}"),
          ])
      ])
  }

  private static func seconds(since began: Int64) -> Double {
    Double(bench_now() - began) / 1e9
  }
}
