import Foundation
import Instruments
import Laboratory
import Testing

@testable import Formats

/// Contents that the tests of JCAMP-DX and MSP write.
enum JCAMPExample {
  /// Texts that no file of ASCII holds as they are.
  static let texts = [
    "S-2026-0815", "a/b \\ \"c\"", "Größe µ 5 °C", "## TITLE= $$ \n##END=\n", "\u{0}\u{1b}\t\u{7f}",
    String(repeating: "12345 67 ü\r\n", count: 900), "=", " ends with blanks  ",
    "gauger_crc32=\"0\"",
    String(repeating: "x", count: 300),
  ]

  static func head(
    sample: String = "S-2026-0815", remark: String? = nil, emulated: Bool = false,
    complete: Bool = true, about: [FileFact] = []
  ) throws -> ExportHead {
    ExportHead(
      try Example.record(sample: sample, remark: remark, emulated: emulated, complete: complete),
      journalSHA256: Example.journal, about: about,
      steps: [ProcessingStep("average", .done, "mean of 50 scans", numbers: ["scans": 50])])
  }

  /// Bands over an axis; those of an FTIR spectrum from 4000 down to 400.
  static func infrared(
    points: Int = 1801, digits: Double? = nil, name: String = "sample"
  ) -> MeasuredSpectrum {
    let x = (0..<points).map { 4000 + Double($0) * (400.0 - 4000) / Double(max(1, points - 1)) }
    let y = x.map { x in
      let bands = [(2920.0, 0.9, 18.0), (1740, 0.7, 9), (1160, 0.4, 25)]
      let sum = bands.reduce(0.0123456789) { sum, band in
        let d = (x - band.0) / band.2
        return sum + band.1 / (1 + d * d)
      }
      return digits.map { (sum * $0).rounded() / $0 } ?? sum
    }
    return MeasuredSpectrum(
      name: name, axis: Axis(kind: .wavenumber, values: x), ordinate: .absorbance, values: y,
      saturated: points > 3 ? [1, 2, 3] : [])
  }

  /// Pixels of a Raman spectrometer: no even steps.
  static func raman(points: Int = 512) -> MeasuredSpectrum {
    let spectrum = Example.raman(channels: points)
    return MeasuredSpectrum(
      name: "sample", axis: spectrum.axis, ordinate: .counts, values: spectrum.intensity)
  }

  static func content(
    _ spectra: [MeasuredSpectrum], _ head: ExportHead? = nil
  ) throws -> ExportContent {
    var content = ExportContent(head: try head ?? Self.head())
    content.spectra = spectra
    return content
  }

  static func content(scans: any MassScanSource, _ head: ExportHead? = nil) throws -> ExportContent
  {
    var content = ExportContent(head: try head ?? Self.head())
    content.massScans = scans
    return content
  }

  /// Scans that are computed when they are asked for.
  struct Scans: MassScanSource {
    var kind = MassScanSeries.Kind.centroid
    var hasSelectedMasses = false
    var unit = "counts"
    var count: Int
    var points = 12
    /// Scans that were lost.
    var missing: Set<Int> = []
    /// Every so many scans one has no pair.
    var emptyEvery = 4
    var change: @Sendable (inout MassScan) -> Void = { _ in }

    func scan(_ number: Int) -> MassScan {
      let points =
        number % emptyEvery == emptyEvery - 1 ? 0 : 1 + (number * 7) % self.points
      let masses = (0..<points).map { 50.0412 + Double($0) * 1.000123 + Double(number % 9) * 1e-4 }
      let values = (0..<points).map { Double(($0 * 7919 + number * 31) % 100_003 + 1) / 8 }
      return MassScan(
        number: number, time: 181.2 + Double(number) * 0.3, massToCharge: masses,
        intensity: values)
    }

    func forEachScan(_ body: (MassScan) throws(Failure) -> Void) throws(Failure) {
      for number in 0..<count where !missing.contains(number) {
        var scan = scan(number)
        change(&scan)
        try body(scan)
      }
    }
  }

  /// Writes the parts of a plan, checks each, and gives them with their bytes.
  static func written(
    _ content: ExportContent, as format: FileFormat, _ options: ExportOptions = .init()
  ) throws -> [(part: FilePart, bytes: [UInt8])] {
    let plan = try MeasurementWriter.plan(content, as: format, options)
    return try plan.parts.map { part in
      let file = MemoryFile()
      try MeasurementWriter.write(part, options, to: file)
      try MeasurementWriter.check(file, holds: part, options)
      return (part, file.bytes)
    }
  }

  static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

/// Whether a body throws a failure of this code.
func fails(_ code: String, _ body: () throws -> Void) -> Bool {
  do {
    try body()
    return false
  } catch let failure as Failure {
    return failure.code == code
  } catch { return (error as? FormatError)?.code == code }
}

/// A change of a scan that a format cannot hold, and the failure by which it is refused.
struct Spoiled: Sendable, CustomTestStringConvertible {
  var code: String
  var change: @Sendable (inout MassScan) -> Void

  init(_ code: String, _ change: @escaping @Sendable (inout MassScan) -> Void) {
    (self.code, self.change) = (code, change)
  }

  var testDescription: String { code }

  /// The sixth of nine scans, changed.
  var scans: JCAMPExample.Scans {
    JCAMPExample.Scans(count: 9) { [change] in if $0.number == 6 { change(&$0) } }
  }
}
