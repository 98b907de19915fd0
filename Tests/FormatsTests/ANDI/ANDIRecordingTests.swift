import Foundation
import Instruments
import Laboratory
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

  static func source(_ path: String, _ words: [String] = []) throws -> ReadSource {
    try MeasurementReader.read(
      [UInt8](try Data(contentsOf: folder.appending(path: path))),
      declaration: TableDeclaration(words: words))
  }
}

@Suite struct ANDIRecordingTests {
  private func again(
    _ source: ReadSource, _ format: FileFormat
  ) throws -> [(content: ExportContent, source: ReadSource)] {
    let content = ExportContent(
      source, file: "recording", sha256: Example.journal, software: "Gauger")
    return try ANDIExample.files(content, format).map {
      ($0.part.content, try MeasurementReader.read($0.file.bytes))
    }
  }

  private func compare(_ read: ReadSource, _ source: ReadSource) {
    #expect(read.measurement.massScans == source.measurement.massScans)
    #expect(read.measurement.traces == source.measurement.traces)
    #expect(read.measurement.reportedPeaks == source.measurement.reportedPeaks)
    #expect(read.identity == source.identity)
    #expect(read.warnings == [])
    for (name, value) in source.measurement.facts {
      #expect(read.measurement.facts[name] == value, "\(name)")
    }
  }

  @Test(.enabled(if: Recording.isThere, Recording.absent))
  func massScansOfHewlettPackardComeBackToTheBit() throws {
    let source = try Recording.source("gcms-andi-hp/HP_MS.CDF")
    let read = try #require(try again(source, .andiMS).first).source
    compare(read, source)
    #expect(read.measurement.massScans?.massToCharge.count == 7638)
    let bits = read.measurement.massScans?.massToCharge.map(\.bitPattern)
    #expect(bits == source.measurement.massScans?.massToCharge.map(\.bitPattern))
  }

  @Test(.enabled(if: Recording.isThere, Recording.absent))
  func aChromatogramOfVarianAndItsPeaksComeBackToTheBit() throws {
    let source = try Recording.source("hplc-uv-andi/VARIAN1.CDF")
    let read = try #require(try again(source, .andiChromatography).first).source
    compare(read, source)
    #expect(read.measurement.reportedPeaks.count == 8)
  }

  @Test(
    .enabled(if: Recording.isThere, Recording.absent),
    arguments: ["gcfid-v179/trace.csv", "hplc-lactose/test/lactose_mM_4.csv"])
  func signalsOfTablesComeBackToTheBit(path: String) throws {
    let header = String(
      decoding: try Data(contentsOf: Recording.folder.appending(path: path)).prefix(200),
      as: UTF8.self)
    let line = header.split(whereSeparator: \.isNewline).first { !$0.hasPrefix("#") }
    let columns = try #require(line).split(separator: ",")
    #expect(columns.count == 2)
    let unit = columns[0].contains("min") || path.contains("lactose") ? "min" : "s"
    let source = try Recording.source(
      path, ["time=\(columns[0])", "unit=\(unit)", "value=\(columns[1])"])
    #expect(try #require(source.measurement.traces.first).values.count > 600)
    for (content, read) in try again(source, .andiChromatography) {
      #expect(read.measurement.traces == content.traces)
      compare(read, source)
    }
  }
}
