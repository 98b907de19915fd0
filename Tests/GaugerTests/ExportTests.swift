import Foundation
import Testing

/// Everything that our instruments and importers give, in every format that takes it, judged by other
/// people's readers.
@Suite(.timeLimit(.minutes(10)), .tags(.slow)) struct ExportTests {
  static let formats = [
    "mzml", "andi-ms", "andi-chromatography", "jcamp-dx", "csv", "msp", "asm-json",
  ]

  /// `tools/check-formats` of the shared folder; nil where it is not there.
  static let checker: String? = {
    let named = ProcessInfo.processInfo.environment["GAUGER_SHARED"]
    let beside = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "shared").path
    let tool = (named ?? beside) + "/tools/check-formats"
    return FileManager.default.fileExists(atPath: tool) ? tool : nil
  }()
  static let absent: Comment =
    "SKIPPED: no tools/check-formats (set GAUGER_SHARED) or no GAUGER_PYTHON"
  static var isThere: Bool { Outside.strangersWanted && checker != nil }

  struct Made: CustomTestStringConvertible, Sendable {
    var name: String
    var emulation: [String]
    var acquire: [String]
    /// How many files of each format come of the run; formats that can hold nothing are left out.
    var files: [String: Int]
    var testDescription: String { name }
  }

  static let port = "serial:/dev/ttyUSB0"
  static let instruments = [
    Made(
      name: "Raman", emulation: ["usb2000plus", "--speed", "100"],
      acquire: ["usb2000plus", "--scans", "3", "--set", "laser_nm=785"],
      files: ["jcamp-dx": 2, "csv": 2]),
    Made(
      name: "UV-Vis", emulation: ["usb4000", "--speed", "100"],
      acquire: ["usb4000", "--scans", "3"], files: ["mzml": 1, "jcamp-dx": 2, "csv": 2]),
    Made(
      name: "residual gas, steps", emulation: ["rga200", "--speed", "100"],
      acquire: [port, "--scans", "4", "--set", "scan_kind=0"],
      files: ["mzml": 1, "andi-ms": 1, "andi-chromatography": 3, "jcamp-dx": 1, "csv": 3]),
    Made(
      name: "residual gas, sticks", emulation: ["rga200", "--speed", "100"],
      acquire: [port, "--scans", "4", "--set", "scan_kind=1"],
      files: ["mzml": 1, "andi-ms": 1, "andi-chromatography": 3, "jcamp-dx": 1, "csv": 3]),
  ]

  @Test(
    .enabled(if: isThere && Outside.canEmulate, absent), arguments: instruments)
  func whatAnInstrumentGivesIsTaken(_ made: Made) throws {
    let home = try TemporaryFolder()
    let taken = try Program.emulating(
      made.emulation, ["acquire"] + made.acquire + ["--sample", "Ä/1 \"x\" µ", "--home", home.path])
    #expect(taken.status == 0, "\(taken.errors)")
    try export("last", home.path, made.files)
    let run = try RunFolder(only: home.path)
    let archive = try FileManager.default.contentsOfDirectory(atPath: run.path + "/files")
      .filter { $0.hasPrefix("run.") }
    #expect(archive.isEmpty == (made.files["andi-ms"] == nil))
    try judge(archive.map { run.path + "/files/" + $0 })
  }

  struct Recording: CustomTestStringConvertible, Sendable {
    var path: String
    var words: [String] = []
    var technique: String
    var files: [String: Int]
    var testDescription: String { path }
  }

  static let recordings = [
    Recording(
      path: "gcms-andi-hp/HP_MS.CDF", technique: "gc-ms",
      files: ["mzml": 1, "andi-ms": 1, "jcamp-dx": 1, "csv": 1, "asm-json": 1]),
    Recording(
      path: "gcms-etizolam-sequence/220223005.ms1", technique: "gc-ms",
      files: ["mzml": 1, "andi-ms": 1, "csv": 1]),
    Recording(
      path: "hplc-uv-andi/VARIAN1.CDF", technique: "lc",
      files: ["mzml": 1, "andi-chromatography": 1, "csv": 2, "asm-json": 1]),
    Recording(
      path: "gcfid-v179/trace.csv",
      words: ["time=time_s", "unit=s", "value=signal_pA", "signal_unit=pA"],
      technique: "gc", files: ["mzml": 1, "andi-chromatography": 1, "csv": 1]),
  ]

  @Test(.enabled(if: isThere && Outside.recordings != nil, absent), arguments: recordings)
  func whatIsImportedIsTaken(_ recording: Recording) throws {
    let home = try TemporaryFolder()
    let shared = try #require(Self.checker).replacing("/tools/check-formats", with: "/data/")
    var command = ["import", shared + recording.path, "--sample", "S-1", "--home", home.path]
    if !recording.words.isEmpty {
      command += ["--columns", recording.words.joined(separator: " ")]
    }
    let imported = try Program.gauger(command)
    #expect(imported.status == 0, "\(imported.errors)")
    try export("last", home.path, recording.files, ["--technique", recording.technique])
  }

  /// Exports a run in every format and has all files judged.
  private func export(
    _ run: String, _ home: String, _ expected: [String: Int], _ more: [String] = []
  ) throws {
    let folder = try TemporaryFolder()
    var all: [String] = []
    for (format, count) in expected.sorted(by: { $0.key < $1.key }) {
      let place = folder.path + "/" + format
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
      let done = try Program.gauger(
        ["runs", "export", run, "--format", format, "--output", place, "--home", home] + more)
      #expect(done.status == 0, "\(format): \(done.errors)")
      let names = try FileManager.default.contentsOfDirectory(atPath: place).sorted()
      #expect(names.count == count, "\(format): \(names)")
      all += names.map { place + "/" + $0 }
    }
    try judge(all)
    // Where a format can hold nothing, nothing is there, and the reason is said.
    for format in Self.formats where expected[format] == nil && more.isEmpty {
      let place = folder.path + "/none-\(format)"
      try? FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
      let done = try Program.gauger(
        ["runs", "export", run, "--format", format, "--output", place, "--home", home])
      guard done.status != 0 else { continue }
      #expect(done.errors.contains("code: export-nothing") || done.errors.contains("code: msp-"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: place).isEmpty)
    }
  }

  /// Every reader that serves the kind of a file accepts it.
  private func judge(_ paths: [String]) throws {
    // The readers of JCAMP-DX serve a part of it each: the one that serves this part is named.
    var groups: [String: [String]] = [:]
    for path in paths {
      var must = ""
      if path.hasSuffix(".jdx") {
        let text = String(
          decoding: try Data(contentsOf: URL(fileURLWithPath: path)).prefix(20_000), as: UTF8.self)
        must = text.contains("NTUPLES") ? "PyMassSpec" : "jcamp"
      }
      groups[must, default: []].append(path)
    }
    for (must, files) in groups {
      let found = try Program.run(
        [try #require(Outside.python), try #require(Self.checker), "--strict"]
          + (must.isEmpty ? [] : ["--must", must]) + files, seconds: 300)
      #expect(found.status == 0, "\(found.output.prefix(3000))\(found.errors.prefix(500))")
    }
  }
}
