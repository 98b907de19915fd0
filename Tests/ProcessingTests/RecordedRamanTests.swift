import Foundation
import Instruments
import Laboratory
import Testing

@testable import Processing

/// The measured material that some tests read in place, or nil where it is not there.
private let sharedFolder: URL? = {
  let environment = ProcessInfo.processInfo.environment["GAUGER_SHARED"]
  let folder =
    environment.map { URL(filePath: $0) }
    ?? URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared")
  let recordings = folder.appending(path: "data/raman-bwtek-raw")
  return FileManager.default.fileExists(atPath: recordings.path) ? recordings : nil
}()

private let absence: Comment =
  "SKIPPED: the recorded Raman frames are not there (set GAUGER_SHARED to read them)"

/// A text file of BWRam: keys with values, then a table by column name; empty cells are nil.
private struct Recording {
  var keys: [String: String] = [:]
  var columns: [String: [Double?]] = [:]

  init(_ name: String) throws {
    let folder = try #require(sharedFolder)
    let data = try Data(contentsOf: folder.appending(path: name))
    var names: [String] = []
    // ISO 8859-1: every byte is a character.
    let text = String(String.UnicodeScalarView(data.map { Unicode.Scalar($0) }))
    for line in text.split(whereSeparator: \.isNewline) {
      let cells = line.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
      if cells[0] == "Pixel" {
        names = cells
      } else if names.isEmpty {
        keys[cells[0]] = cells.count > 1 ? cells[1] : ""
      } else {
        for (name, cell) in zip(names, cells) where !name.isEmpty {
          columns[name, default: []].append(Self.number(cell))
        }
      }
    }
  }

  static func number(_ cell: String) -> Double? {
    Double(cell.trimmingCharacters(in: .whitespaces).replacing(",", with: "."))
  }

  func key(_ name: String) throws -> Double {
    try #require(Self.number(keys[name] ?? ""), "no \(name)")
  }

  /// The column of this name, or of this name and a number.
  func column(_ name: String) throws -> [Double?] {
    try #require(columns[name] ?? columns["\(name) #1"], "no column \(name)")
  }
}

private struct Expected: Sendable, CustomTestStringConvertible {
  var file: String
  var saturated: Int
  var sumOfRaw: Double
  var vendorSubtractsOnly = true
  var testDescription: String { file }
}

private let recordings = [
  Expected(
    file: "ICV_BW785__S0N02_iRPlus785_Z050_100_3200ms.txt", saturated: 0, sumOfRaw: 4_293_954),
  Expected(
    file: "ICV_BW785__PST02_iRPlus785_Z050_100_3200ms.txt", saturated: 11, sumOfRaw: 5_821_430),
  Expected(
    file: "ICV_BW785__Ne_785nm_x20_50ms.txt", saturated: 0, sumOfRaw: 2_344_716,
    vendorSubtractsOnly: false),
  Expected(
    file: "ICV_BW785__NISTSRM2241_BW785_100x_25sx5.txt", saturated: 6, sumOfRaw: 52_269_240.8),
  Expected(
    file: "ICV_BW785__sCAL02_iRPlus785_Z050_100_3800ms.txt", saturated: 0, sumOfRaw: 3_582_436),
  Expected(
    file: "FMNT-M_BW532__PST10_iR532_Probe_100_3000msx7.txt", saturated: 0,
    sumOfRaw: 7_623_730.14),
  Expected(
    file: "FMNT-M_BW532__NeonSNQ043_iR532_Probe_5msx2.txt", saturated: 4, sumOfRaw: 3_427_011),
]

/// The spectrum of a recording, its raw and dark columns fed as one scan each.
private func processed(_ recording: Recording) throws -> Spectrum {
  let raw = try recording.column("Raw data").map { try #require($0) }
  let dark = try recording.column("Dark").map { try #require($0) }
  let coefficients = try (0...3).map { try recording.key("coefs_a\($0)") }
  let exposure = try recording.key("intigration times(ms)") * 1000
  let detector = ArrayDetector.plain(
    channels: raw.count, wavelength: .coefficients(coefficients))
  var darks = DarkStage(detector: detector, exposure: exposure, source: "this")
  _ = darks.step(scan(dark))
  return try spectrum(
    [scan(raw)], detector,
    SpectrumRecipe(laserNanometres: recording.key("laser_wavelength")),
    dark: darks.finish().first, exposure: exposure)
}

@Test(.enabled(if: sharedFolder != nil, absence), arguments: recordings)
private func recordedFramesGiveTheMakersAxes(expected: Expected) throws {
  let recording = try Recording(expected.file)
  let result = try processed(recording)
  #expect(result.axis.values.count == 2048)
  var compared = 0
  for (channel, vendor) in try recording.column("Wavelength").enumerated() {
    guard let vendor else { continue }
    compared += 1
    let ours = try #require(result.wavelengths?[channel])
    #expect(abs(ours - vendor) <= 0.0051, "channel \(channel)")
  }
  for (channel, vendor) in try recording.column("Raman Shift").enumerated() {
    guard let vendor else { continue }
    compared += 1
    #expect(abs(result.axis.values[channel] - vendor) <= 0.0051, "channel \(channel)")
  }
  #expect(compared > 2000)
}

@Test(.enabled(if: sharedFolder != nil, absence), arguments: recordings)
private func recordedFramesGiveTheMakersCounts(expected: Expected) throws {
  let recording = try Recording(expected.file)
  let result = try processed(recording)
  #expect(abs(result.raw.reduce(0, +) - expected.sumOfRaw) < 0.01)
  #expect(result.saturated.count == expected.saturated)
  let differences = try zip(result.intensity, recording.column("Dark Subtracted"))
    .map { abs($0 - (try #require($1))) }
  let largest = try #require(differences.max())
  if expected.vendorSubtractsOnly {
    // The columns have four digits each.
    #expect(largest <= 1.0001e-4)
  } else {
    #expect(largest > 12 && largest < 12.4)
  }
}
