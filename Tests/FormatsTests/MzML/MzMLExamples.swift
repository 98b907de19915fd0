import Foundation
import Instruments
import Laboratory
import Methods
import Testing

@testable import Formats

/// Scans that are made anew at every call: memory does not grow with their number.
struct MadeScans: MassScanSource {
  var kind = MassScanSeries.Kind.centroid
  var hasSelectedMasses = false
  var unit = "counts"
  var count = 3
  var points = 4
  /// Changes a scan before it is given.
  var change: @Sendable (inout MassScan) -> Void = { _ in }

  func forEachScan(_ body: (MassScan) throws(Failure) -> Void) throws(Failure) {
    for number in 0..<count {
      var scan = MassScan(
        number: number, time: 0.3 * Double(number) + 1.5,
        massToCharge: (0..<points).map { (point: Int) -> Double in
          50 + Double(point) * 1.25 + Double(number) * 1e-4
        },
        intensity: (0..<points).map { (point: Int) -> Double in
          Double((point * 7919 + number * 104_729) % 30011)
        })
      change(&scan)
      try body(scan)
    }
  }

  /// The same scans in memory.
  var series: MassScanSeries {
    get throws {
      var series = MassScanSeries(kind: kind, unit: unit)
      try forEachScan { (scan) throws(Failure) in
        series.append(time: scan.time, massToCharge: scan.massToCharge, intensity: scan.intensity)
      }
      return series
    }
  }
}

/// Runs as mzML files.
enum MzMLSample {
  static let umlaut = "Größe µ \"x\" <y> & 'z' / \\ \u{7} \n\t Ω  doppelt"

  static func head(
    _ technique: Methods.Method.Technique?, sample: String = "24-0117", remark: String? = nil,
    emulated: Bool = false, complete: Bool = true
  ) throws -> ExportHead {
    var record = try Example.record(
      sample: sample, remark: remark, emulated: emulated, complete: complete)
    record.method = MethodReference(
      name: "thc-screen", version: "3", sha256: String(repeating: "ab", count: 32))
    return ExportHead(
      record, journalSHA256: Example.journal, technique: technique,
      steps: [ProcessingStep("average", .done, "mean <of> \"two\"", numbers: ["scans": 2])])
  }

  static func trace(
    _ name: String, _ unit: String, count: Int = 50, _ value: (Int) -> Double = { Double($0) / 7 }
  ) -> Trace {
    Trace(
      name: name, unit: Unit(unit), scans: Array(0..<count),
      times: (0..<count).map { Double($0) / 5 },
      values: (0..<count).map(value), flags: Array(repeating: [], count: count))
  }

  static func wavelengths(_ count: Int, _ ordinate: MeasuredSpectrum.Ordinate) -> [MeasuredSpectrum]
  {
    (0..<count).map { index in
      MeasuredSpectrum(
        name: index == 0 ? "sample" : "sample_\(index + 1)",
        axis: Axis(kind: .wavelength, values: (0..<61).map { 200 + Double($0) * 1.3 }),
        ordinate: ordinate,
        values: (0..<61).map { (point: Int) -> Double in
          Double(point * (index + 1)) / 977
        }, saturated: [3, 4])
    }
  }

  /// Every kind of run, by name.
  static func all() throws -> [(name: String, content: ExportContent)] {
    var samples: [(String, ExportContent)] = []
    func add(_ name: String, _ head: ExportHead, _ fill: (inout ExportContent) throws -> Void)
      rethrows
    {
      var content = ExportContent(head: head)
      try fill(&content)
      samples.append((name, content))
    }
    try add("gc-ms", head(.gcms)) {
      $0.massScans = MadeScans(count: 5) { scan in
        if scan.number == 2 { (scan.massToCharge, scan.intensity) = ([], []) }
      }
      $0.traces = [trace("tic", "counts"), trace("fid1", "pA")]
    }
    try add("profile", head(.lcms, emulated: true, complete: false)) {
      $0.massScans = MadeScans(kind: .profile, unit: "counts_per_s", count: 4, points: 300) {
        $0.intensity[1] = 0.1
      }
    }
    try add("sim", head(.gcms)) {
      $0.massScans = MadeScans(hasSelectedMasses: true, count: 7, points: 2)
      $0.traces = [trace("mz77.5", "counts")]
    }
    try add("one", head(nil)) { $0.massScans = MadeScans(unit: "arbitrary", count: 1, points: 1) }
    try add("rga", head(.residualGas)) {
      $0.massScans = MadeScans(unit: "A", count: 3, points: 40) { scan in
        scan.intensity = scan.intensity.map { ($0 - 20) * 1e-16 }
      }
      $0.traces = [trace("total_current", "A") { Double($0) * 1.7e-13 }]
      $0.pressures = [
        PartialPressure(mass: 28, massToCharge: 28.1, current: 1.1e-10, torr: 1e-6, deviation: 1e-9)
      ]
    }
    try add("rga-mean", head(.residualGas)) {
      $0.massScans = MadeScans(unit: "A", count: 3, points: 40) { scan in
        scan.intensity = scan.intensity.map { $0 * 1.1e-17 / 3 }
      }
    }
    var pda = try head(.lc)
    pda.facts.append(FileFact("sample_time_s", "12.5"))
    add("pda", pda) {
      $0.spectra = wavelengths(3, .absorbance)
      $0.traces = [trace("uv_254", "AU"), trace("uv_280", "mAU") { Double($0) * 0.1 }]
    }
    try add("light", head(.ultravioletVisible)) { $0.spectra = wavelengths(1, .counts) }
    try add("mixed", head(.lcms)) {
      $0.massScans = MadeScans(count: 2)
      $0.spectra = wavelengths(2, .absorbance)
    }
    try add("traces", head(.lc)) {
      $0.traces = [
        trace("uv_254", "AU"), trace("uv_254", "mAU"), trace("fid", "V"),
        trace("tic", "counts", count: 1),
        trace("total_current", "A", count: 0),
      ]
    }
    try add("umlauts", head(.gcms, sample: umlaut, remark: String(repeating: umlaut, count: 250))) {
      $0.massScans = MadeScans(count: 2)
    }
    try add("gaps", head(.gcms)) {
      $0.massScans = MadeScans(count: 4) { $0.number *= 3 }
      var flagged = trace("tic", "counts")
      flagged.flags[7] = [.afterGap]
      flagged.scans = flagged.scans.map { $0 > 6 ? $0 + 5 : $0 }
      $0.traces = [flagged]
    }
    try add("library", head(.gcms)) {
      $0.spectra = [
        MeasuredSpectrum(
          name: "unknown", axis: Axis(kind: .massToCharge, values: [50, 51, 77]),
          ordinate: .intensity, values: [1, 2, 999])
      ]
    }
    return samples
  }

  /// The one file of a content.
  static func part(_ content: ExportContent) throws -> FilePart {
    let plan = try MeasurementWriter.plan(content, as: .mzML)
    #expect(plan.parts.count == 1)
    return try #require(plan.parts.first)
  }

  static func file(_ content: ExportContent, _ options: ExportOptions = .init()) throws
    -> MemoryFile
  {
    let file = MemoryFile()
    try MeasurementWriter.write(try part(content), options, to: file)
    return file
  }
}
