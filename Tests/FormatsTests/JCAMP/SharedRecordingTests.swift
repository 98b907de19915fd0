import Foundation
import Laboratory
import Testing

@testable import Formats

/// Recordings of other makers' instruments, read in place where the shared folder is there.
enum SharedRecordings {
  static let folder: URL? = {
    let environment = ProcessInfo.processInfo.environment["GAUGER_SHARED"]
    let folder =
      (environment.map { URL(filePath: $0) }
      ?? URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../../../shared")).appending(path: "data")
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }()

  static let absent: Comment = "SKIPPED: no recordings (set GAUGER_SHARED)"

  /// The files of some recordings that are read without a declaration, by their path.
  static func sources(_ folders: [String], most: Int) throws -> [(name: String, source: ReadSource)]
  {
    guard let folder else { return [] }
    var found: [(String, ReadSource)] = []
    for name in folders {
      let all = FileManager.default.enumerator(atPath: folder.appending(path: name).path)
      var count = 0
      for path in (all?.compactMap { $0 as? String } ?? []).sorted() where count < most {
        let file = folder.appending(path: name).appending(path: path)
        guard let bytes = try? [UInt8](Data(contentsOf: file)), bytes.count < 8 << 20,
          MeasurementReader.recognise(bytes) != nil,
          let source = try? MeasurementReader.read(
            bytes, declaration: TableDeclaration(words: ["zone=Europe/Rome"]))
        else { continue }
        count += 1
        found.append(("\(name)/\(path)", source))
      }
    }
    return found
  }
}

@Suite(.enabled(if: SharedRecordings.folder != nil, SharedRecordings.absent))
struct SharedRecordingTests {
  private func contents() throws -> [(name: String, content: ExportContent)] {
    let folders = [
      "raman-bwtek-raw", "raman-library-wasatch", "raman-queries", "uvvis-jaz",
      "ir-jcamp-nitrocellulose", "gcms-andi-hp",
    ]
    var sources = try SharedRecordings.sources(folders, most: 3)
    let folder = try #require(SharedRecordings.folder)
    for (file, columns) in [("biodiesel", 2...3), ("materials", 2...6)] {
      let bytes = [UInt8](
        try Data(contentsOf: folder.appending(path: "ftir-biodiesel/\(file).csv")))
      for column in columns {
        let declaration = try TableDeclaration(
          words: [
            "x=1", "axis=wavenumber", "unit=per_cm", "value=\(column)", "ordinate=absorbance",
          ])
        sources.append(
          ("\(file) \(column)", try MeasurementReader.read(bytes, declaration: declaration)))
      }
    }
    return sources.map { name, source in
      (
        name,
        ExportContent(source, file: name, sha256: Example.journal, software: "Gauger 0.5.0")
      )
    }
  }

  @Test(arguments: ExportOptions.Packing.allCases)
  func everyRecordingComesBackFromJCAMP(packing: ExportOptions.Packing) throws {
    var options = ExportOptions()
    options.packing = packing
    let contents = try contents()
    #expect(contents.count == 17)
    var (spectra, exact) = (0, 0)
    for (name, content) in contents {
      let files = try JCAMPExample.written(content, as: .jcamp, options)
      #expect(files.count == content.spectra.count + (content.massScans == nil ? 0 : 1), "\(name)")
      for file in files {
        let read = try MeasurementReader.read(file.bytes).measurement
        if let series = file.part.content.massScans as? MassScanSeries {
          #expect(read.massScans == series, "\(name)")
        }
        for (found, wanted) in zip(read.spectra, file.part.content.spectra) {
          spectra += 1
          #expect(found.axis == wanted.axis && found.ordinate == wanted.ordinate, "\(name)")
          let largest = wanted.values.reduce(0) { max($0, abs($1)) }
          let most = zip(found.values, wanted.values).reduce(0) { max($0, abs($1.0 - $1.1)) }
          if most == 0 {
            exact += 1
          } else {
            print("INEXACT", name, found.name, most, largest, wanted.values.prefix(3))
          }
          if let d = ProcessInfo.processInfo.environment["OUTDIR"] {
            try Data(file.bytes).write(
              to: URL(filePath: d).appending(
                path: name.replacing("/", with: "_") + "-" + file.part.name + "-\(packing).jdx"))
          }
          // Half a unit of 32 bits; of 31 where differences of both signs must fit.
          #expect(most <= largest / 2_147_483_647 * 1.0001, "\(name) \(most)")
        }
      }
    }
    #expect(spectra >= 20 && exact == spectra, "\(exact) of \(spectra)")
  }

  @Test func scansOfAGasChromatographComeBackFromMSP() throws {
    let source = try #require(try SharedRecordings.sources(["gcms-andi-hp"], most: 1).first).source
    let content = ExportContent(
      source, file: "HP_MS.CDF", sha256: Example.journal, software: "Gauger 0.5.0")
    let file = try #require(try JCAMPExample.written(content, as: .msp).first)
    let read = try MeasurementReader.read(file.bytes)
    #expect(read.measurement.massScans == source.measurement.massScans)
    #expect(read.identity == source.identity)
  }
}
