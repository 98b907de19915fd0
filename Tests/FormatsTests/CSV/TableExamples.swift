import Foundation
import Instruments
import Laboratory
import Methods

@testable import Formats

/// Contents that the tests of ASM JSON and of tables write.
enum TableExample {
  static let awkward = "Größe µ μ \"x\" / \\ ,;\u{1}\t\n 'Ω' \u{1F9EA} ##END= =1+1 @sum"

  static func head(
    _ technique: Laboratory.RunKind = .sample, as named: Method.Technique? = nil,
    sample: String = "S-1", remark: String? = nil, emulated: Bool = false, complete: Bool = true
  ) throws -> ExportHead {
    var record = try Example.record(
      sample: sample, remark: remark, emulated: emulated, complete: complete)
    record.kind = technique
    return ExportHead(
      record, journalSHA256: Example.journal, technique: named,
      steps: [ProcessingStep("average", .done, "mean", numbers: ["scans": 50])])
  }

  /// A chromatogram with awkward numbers, a gap and a change of settings.
  static func trace(_ name: String, _ unit: String, points: Int = 200, seed: Int = 1) -> Trace {
    var trace = Trace(name: name, unit: Unit(unit))
    for point in 0..<points {
      let value = sin(Double(point * seed) / 7) * 1e-3 / 3 + Double(point % 13) * 0.1
      trace.append(
        scan: point + (point > 20 ? 3 : 0), time: Double(point) / 3,
        value: point == 5 ? -0.0 : value,
        flags: point == 21 ? [.afterGap] : point == 40 ? [.afterChange] : [])
    }
    return trace
  }

  static func peaks(of trace: String, unit: String) -> [ReportedPeak] {
    var full = ReportedPeak(trace: trace, retentionTime: 10.1, areaUnit: "\(unit)*s")
    full.name = "Koffein, \"pure\" µ"
    (full.start, full.end, full.area, full.height) = (9.7, 1.0 / 3 * 33, 0.1 + 0.2, 1e-5 / 3)
    (full.width, full.areaPercent, full.amount) = (0.3, 99.9, 1e-300)
    full.baseline = [BaselinePoint(time: 9.7, level: -0.1), BaselinePoint(time: 11, level: 1e-7)]
    (full.code, full.isManual) = ("BV", true)
    var bare = ReportedPeak(trace: trace, retentionTime: 20, areaUnit: "counts")
    bare.area = 123_456.789
    return [full, bare]
  }

  static func spectrum(
    _ name: String, _ kind: Axis.Kind, _ ordinate: MeasuredSpectrum.Ordinate, points: Int = 300,
    falls: Bool = false, saturated: [Int] = []
  ) -> MeasuredSpectrum {
    let x = (0..<points).map { 400 + Double(falls ? points - $0 : $0) * 1.9284 / 3 }
    let y = (0..<points).map { exp(-pow(Double($0) - 77, 2) / 500) / 3 + 0.1 }
    return MeasuredSpectrum(
      name: name, axis: Axis(kind: kind, values: x), ordinate: ordinate, values: y,
      saturated: saturated)
  }

  /// Scans of which one is empty and two have one time.
  static func scans(_ count: Int = 40) -> MassScanSeries {
    var series = MassScanSeries(kind: .profile, unit: "counts")
    for scan in 0..<count {
      let pairs = scan == 7 ? 0 : scan % 5 + 1
      series.append(
        time: scan == 9 ? 8 * 0.7 : Double(scan) * 0.7,
        massToCharge: (0..<pairs).map { 40 + Double($0) / 3 },
        intensity: (0..<pairs).map { Double(scan * 100 + $0) / 7 })
    }
    return series
  }

  /// Writes all parts, checks each and gives their bytes.
  static func files(
    _ content: ExportContent, _ format: FileFormat, _ options: ExportOptions = .init()
  ) throws -> [(part: FilePart, bytes: [UInt8])] {
    try MeasurementWriter.plan(content, as: format, options).parts.map { part in
      let file = MemoryFile()
      try MeasurementWriter.write(part, options, to: file)
      try MeasurementWriter.check(file, holds: part, options)
      return (part, file.bytes)
    }
  }
}
