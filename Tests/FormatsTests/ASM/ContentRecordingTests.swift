import Foundation
import Instruments
import Laboratory
import Methods
import Testing

@testable import Formats

/// Recordings of the shared material, where it is there.
private enum Recording {
  static let folder: URL = {
    let environment = ProcessInfo.processInfo.environment["GAUGER_SHARED"]
    return
      (environment.map { URL(filePath: $0) }
      ?? URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../../../shared")).appending(path: "data")
  }()
  static let isThere = FileManager.default.fileExists(atPath: folder.path)
  static let absent: Comment = "SKIPPED: no recordings (set GAUGER_SHARED)"

  /// Files that say themselves what they are, of at most 4 MB, and the technique of each folder.
  static func all() throws -> [(path: String, source: ReadSource, technique: Method.Technique?)] {
    let techniques: [(String, Method.Technique)] = [
      ("gcms", .gcms), ("gcfid", .gc), ("hplc", .lc), ("uvvis", .ultravioletVisible),
      ("ftir", .ftir), ("ir-", .ftir), ("raman", .raman),
    ]
    var found: [(path: String, source: ReadSource, technique: Method.Technique?)] = []
    let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }
    var taken: [Substring: Int] = [:]
    for path in (names ?? []).sorted() {
      // Six of a kind are enough.
      let kind = path.prefix { $0 != "/" }
      guard taken[kind, default: 0] < 6 else { continue }
      let url = folder.appending(path: path)
      let size = try url.resourceValues(forKeys: [.fileSizeKey, .isRegularFileKey])
      guard size.isRegularFile == true, (1...4_000_000).contains(size.fileSize ?? 0) else {
        continue
      }
      let bytes = [UInt8](try Data(contentsOf: url))
      guard MeasurementReader.recognise(bytes) != nil,
        let declaration = try? TableDeclaration(words: ["zone": "Europe/Rome"]),
        let source = try? MeasurementReader.read(bytes, declaration: declaration)
      else { continue }
      taken[kind, default: 0] += 1
      found.append((path, source, techniques.first { path.hasPrefix($0.0) }?.1))
    }
    return found
  }
}

@Suite(.enabled(if: Recording.isThere, Recording.absent), .timeLimit(.minutes(10)))
struct ContentRecordingTests {
  @Test func everyRecordingComesBackFromTablesAndASM() async throws {
    var (tables, documents) = (0, 0)
    // Side by side, as some take as long as all others together.
    try await withThrowingTaskGroup(of: (Int, Int).self) { group in
      for (path, source, technique) in try Recording.all() {
        group.addTask { try Self.comesBack(path, source, technique) }
      }
      for try await made in group {
        tables += made.0
        documents += made.1
      }
    }
    #expect(tables >= 20 && documents >= 2, "\(tables) tables, \(documents) documents")
  }

  /// Writes and reads one recording; how many tables and documents it made.
  private static func comesBack(
    _ path: String, _ source: ReadSource, _ technique: Methods.Method.Technique?
  ) throws -> (Int, Int) {
    var (tables, documents) = (0, 0)
    var content = ExportContent(
      source, file: path, sha256: Example.journal, software: "Gauger")
    content.head.technique = technique
    // Every table is read back and compared to the bit by `check`.
    for (part, bytes) in try TableExample.files(content, .csv) {
      let found = try MeasurementReader.read(bytes)
      #expect(found.measurement.traces == part.content.traces, "\(path)")
      #expect(found.measurement.spectra == part.content.spectra, "\(path)")
      #expect(found.measurement.massScans == part.content.massScans as? MassScanSeries, "\(path)")
      #expect(found.identity == source.identity, "\(path)")
      for (name, value) in source.measurement.facts {
        #expect(found.measurement.facts[name] == value, "\(path) \(name)")
      }
      tables += 1
    }
    for (part, bytes) in try TableExample.files(content, .asm) {
      let found = try MeasurementReader.read(bytes)
      #expect(found.measurement.traces == part.content.traces, "\(path)")
      #expect(found.measurement.spectra == part.content.spectra, "\(path)")
      #expect(found.measurement.reportedPeaks == part.content.peaks, "\(path)")
      #expect(found.identity == source.identity, "\(path)")
      documents += 1
    }
    return (tables, documents)
  }
}
