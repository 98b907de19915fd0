import Foundation
import Instruments
import Laboratory
import Testing

@testable import Formats

extension Tag {
  /// More than ten seconds.
  @Tag static var slow: Self
}

/// Recordings of real instruments, read in place; they are not part of the project.
enum Recordings {
  static let folder: URL? = {
    let environment = ProcessInfo.processInfo.environment["GAUGER_SHARED"]
    let shared =
      environment.map { URL(filePath: $0) }
      ?? URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../../shared")
    let folder = shared.appending(path: "data")
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }()

  static let missing: Comment = "SKIPPED: no recordings (set GAUGER_SHARED)"

  /// How the tables among them are declared.
  static let declarations: [String: [String]] = [
    "gcfid-v179/trace.csv": ["time=1", "unit=s", "value=2"],
    "ftir-biodiesel/biodiesel.csv": [
      "x=1", "axis=wavenumber", "value=2,3,11", "ordinate=absorbance",
    ],
  ]

  static func declaration(_ name: String) -> [String]? {
    // Sixty chromatograms of one form.
    name.hasPrefix("hplc-lactose/") ? ["time=1", "unit=min", "value=2"] : declarations[name]
  }

  /// Every file that is read by its marks or by a declaration: of each folder the first two, or all
  /// with GAUGER_RECORDINGS=all.
  static let paths: [String] = {
    guard let folder else { return [] }
    let isAll = ProcessInfo.processInfo.environment["GAUGER_RECORDINGS"] == "all"
    guard let names = FileManager.default.enumerator(atPath: folder.path) else { return [] }
    var taken: [String: Int] = [:]
    let suffixes = ["cdf", "ms1", "jdx", "dx", "mzml", "csv", "txt", "jaz", "jazirrad", "spc"]
    return names.compactMap { $0 as? String }.sorted().filter { name in
      guard suffixes.contains(URL(filePath: name).pathExtension.lowercased()) else { return false }
      let isDeclared = declaration(name) != nil
      guard
        let head = try? FileHandle(forReadingFrom: folder.appending(path: name)).read(
          upToCount: 1 << 16), isDeclared || MeasurementReader.recognise([UInt8](head)) != nil
      else { return false }
      let place = URL(filePath: name).deletingLastPathComponent().path
      taken[place, default: 0] += 1
      return isAll || taken[place, default: 0] <= 2
    }
  }()
}

/// Recordings in, each format that has a place for them, in again.
@Suite(.tags(.slow), .timeLimit(.minutes(20))) struct RecordingRoundTripTests {
  @Test(
    .enabled(if: Recordings.folder != nil, Recordings.missing), arguments: Recordings.paths)
  func aRecordingGoesThroughEveryFormat(path: String) throws {
    let folder = try #require(Recordings.folder)
    let bytes = [UInt8](try Data(contentsOf: folder.appending(path: path)))
    let words = (Recordings.declaration(path) ?? []) + ["zone=Europe/Rome"]
    let read = try MeasurementReader.read(bytes, declaration: TableDeclaration(words: words))
    let content = ExportContent(
      read, file: URL(filePath: path).lastPathComponent, sha256: Example.journal,
      software: "Gauger 0.1.0")
    var written = 0
    for format in MeasurementWriter.formats {
      let plan = try MeasurementWriter.plan(content, as: format)
      #expect(silentLosses(plan, of: content) == [], "\(path) \(format.rawValue)")
      // Many spectra are many files of one kind.
      for part in plan.parts.prefix(3) {
        let words = "\(path) \(format.rawValue) \(part.name)"
        let file = MemoryFile()
        try MeasurementWriter.write(part, to: file)
        try MeasurementWriter.check(file, holds: part)
        try compare(try MeasurementReader.read(file.bytes), with: part, words)
        written += 1
      }
    }
    #expect(written > 0, "\(path): no format takes it")
  }

  @Test(.enabled(if: Recordings.folder != nil, Recordings.missing))
  func thereAreRecordings() {
    #expect(Recordings.paths.count > 10)
  }
}
