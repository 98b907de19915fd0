import Foundation
import Instruments
import Laboratory
import Methods
import Testing

@testable import Formats

/// Contents of each technique, small and with all that is hard to write: empty scans, gaps, marks,
/// names of every script, numbers without a short decimal form.
enum ContentExample: String, CaseIterable, CustomTestStringConvertible {
  /// GC-MS peaks; the second scan and the last are empty.
  case gcms
  /// GC-MS steps over the peaks, with a total in a trace beside it.
  case gcmsProfile = "gcms-profile"
  /// Selected masses.
  case sim
  /// A flame's signal with gaps, flags and reported peaks.
  case fid
  /// Two wavelengths of a liquid chromatograph at times of their own.
  case uv
  /// A Raman spectrum over an uneven axis, saturated points, its raw counts beside it.
  case raman
  /// An infrared spectrum over an even axis that falls.
  case infrared
  /// Absorbance over an even axis that rises.
  case absorbance
  /// Residual gas: a mean profile spectrum over masses, traces, pressures.
  case residualGas = "residual-gas"
  /// Residual gas: scans over time.
  case residualGasScans = "residual-gas-scans"
  /// One spectrum of one point.
  case onePoint = "one-point"
  /// One mass scan of one peak.
  case oneScan = "one-scan"
  /// One scan, and nothing in it.
  case emptyScan = "empty-scan"
  /// A file of another system, whose facts have names of its own.
  case foreign

  var testDescription: String { rawValue }

  /// Scans that say that they are of selected masses.
  struct Selected: MassScanSource {
    var series: MassScanSeries
    var kind: MassScanSeries.Kind { series.kind }
    var hasSelectedMasses: Bool { true }
    var unit: String { series.unit }
    func forEachScan(_ body: (MassScan) throws(Failure) -> Void) throws(Failure) {
      try series.forEachScan(body)
    }
  }

  /// A remark of 10 kB with every ASCII character, umlauts, and one outside of the first plane.
  static let remark: String = {
    let controls = String(String.UnicodeScalarView((1..<127).compactMap { Unicode.Scalar($0) }))
    return "two\nlines ##END= $$ = ; , \"q\" <a href='x'>&amp;</a> ]]> \\u{41} " + controls
      + " Größe µ € ≤ 𝛿 e\u{301} " + String(repeating: "long text, ", count: 900)
  }()

  /// What a run says of itself: emulated, incomplete, with a remark of 10 kB.
  static func record(_ sample: String = "A/B \"x\" µß", isPlain: Bool = false) throws -> RunRecord {
    var record = try Example.record(
      sample: isPlain ? "S-2026-0815" : sample, remark: isPlain ? nil : remark,
      emulated: !isPlain, complete: isPlain)
    record.laboratory = isPlain ? "" : "Zoll-Labor Köln <Süd> & \"Partner\""
    record.person = isPlain ? "J. Weber" : "Jörg Müßig; Dr.\tX"
    return record
  }

  /// The content; `isPlain` for a whole run of a real instrument with a short ASCII name.
  func content(isPlain: Bool = false) throws -> ExportContent {
    guard self != .foreign else { return try foreignContent() }
    let record = try Self.record(isPlain: isPlain)
    let about = [FileFact("points", "see below")]
    let steps = [
      ProcessingStep("average", .done, "mean of the raw counts", numbers: ["scans": 5]),
      ProcessingStep("smooth", .skipped, "switched off; \"none\" = 0"),
    ]
    let head = ExportHead(
      record, journalSHA256: Example.journal, technique: technique, about: about, steps: steps)
    var content = ExportContent(head: head)
    fill(&content)
    return content
  }

  /// The technique.
  var technique: Method.Technique? {
    switch self {
    case .gcms, .gcmsProfile, .sim, .oneScan, .emptyScan: .gcms
    case .fid: .gc
    case .uv: .lc
    case .raman, .onePoint: .raman
    case .infrared: .ftir
    case .absorbance: .ultravioletVisible
    case .residualGas, .residualGasScans: .residualGas
    case .foreign: nil
    }
  }

  private func fill(_ content: inout ExportContent) {
    switch self {
    case .gcms: content.massScans = Self.centroids()
    case .gcmsProfile:
      content.massScans = Self.profiles()
      content.traces = [Self.signal("total_current", "counts", step: 0.5)]
    case .sim: content.massScans = Selected(series: Self.selected())
    case .fid:
      content.traces = [Self.gappedSignal()]
      content.peaks = Self.peaks()
    case .uv:
      content.traces = [
        Self.signal("absorbance_254_nm", "mAU", step: 0.2),
        Self.signal("Kanal 2: 280/4 nm, µ", "mAU", step: 0.25, points: 33),
      ]
    case .raman: content.spectra = Self.ramanSpectra()
    case .infrared: content.spectra = [Self.infraredSpectrum()]
    case .absorbance: content.spectra = [Self.absorbanceSpectrum()]
    case .residualGas:
      let mass = Example.mass(.profile)
      content.spectra = [
        MeasuredSpectrum(
          name: "mean", axis: Axis(kind: .massToCharge, values: mass.massToCharge),
          ordinate: .intensity, values: mass.current)
      ]
      content.traces = Example.traces()
      content.pressures = Example.mass().partialPressures
    case .residualGasScans: content.massScans = Self.residualGasScans()
    case .onePoint:
      content.spectra = [
        MeasuredSpectrum(
          name: "sample", axis: Axis(kind: .ramanShift, values: [1001.4]), ordinate: .counts,
          values: [65535], saturated: [0])
      ]
    case .oneScan:
      var series = MassScanSeries()
      series.append(time: 1.25, massToCharge: [77.04], intensity: [1234.5])
      content.massScans = series
    case .emptyScan:
      var series = MassScanSeries()
      series.append(time: 0, massToCharge: [], intensity: [])
      content.massScans = series
    case .foreign: break
    }
  }

  private func foreignContent() throws -> ExportContent {
    var source = ReadSource(
      .jcamp,
      Measurement(
        spectra: [Self.infraredSpectrum()],
        facts: [
          "ORIGIN": "Lab/3, \"south\"", "$GREEK name µ": "Ω = 5", "operator name": "Á. B.",
          "empty": "", "1st": " blanks  at  both ends ",
          "a=b;c,d#e": "two\nlines\r\nand \u{7} bell",
          "äöü": String(repeating: "x", count: 1900), "complete": "no", "kind": "blank",
          "CASE": "upper", "case": "lower", "1_2": "digits", "_": "line", "$": "dollar", "": "none",
        ]))
    source.identity.samples = ["A/B", "second \"name\"", "dritter Name µ"]
    source.identity.began = Timestamp(iso8601: "1999-12-31T23:59:59.000001Z")
    source.identity.emulated = true
    source.warnings = ["the file does not say the unit of its signal"]
    return ExportContent(
      source, file: "Probe 7 (µ).JDX", sha256: Example.journal, software: "Gauger 0.1.0")
  }
}

extension ContentExample {
  private static func centroids() -> MassScanSeries {
    var series = MassScanSeries(kind: .centroid, unit: "counts")
    for scan in 0..<24 {
      let count = scan == 1 || scan == 23 ? 0 : 1 + scan * 5 % 17
      let masses = (0..<count).map { 40 + Double($0) * 7.00123 + Double(scan) * 0.1 / 3 }
      series.append(
        time: 180 + Double(scan) * 0.3333, massToCharge: masses,
        intensity: masses.indices.map { Double(($0 * 7919 + scan * 31) % 9973) * 16.25 })
    }
    return series
  }

  private static func profiles() -> MassScanSeries {
    var series = MassScanSeries(kind: .profile, unit: "counts")
    for scan in 0..<6 {
      let masses = (0..<200).map { 50 + Double($0) * 0.1 }
      series.append(
        time: Double(scan) * 0.5, massToCharge: masses,
        intensity: masses.map { 1e5 * exp(-($0 - 60) * ($0 - 60) * 30) + Double(scan) / 3 })
    }
    return series
  }

  private static func selected() -> MassScanSeries {
    var series = MassScanSeries(kind: .centroid, unit: "counts_per_s")
    for scan in 0..<40 {
      series.append(
        time: 60 + Double(scan) * 0.1, massToCharge: [91, 105.5, 180.1],
        intensity: [Double(scan * 100), Double(scan) / 7, 0])
    }
    return series
  }

  private static func residualGasScans() -> MassScanSeries {
    let mass = Example.mass(.profile)
    var series = MassScanSeries(kind: .profile, unit: "A")
    for scan in 0..<4 {
      series.append(
        time: Double(scan) * 12.5, massToCharge: mass.massToCharge,
        intensity: mass.current.map { $0 * (1 + Double(scan) / 100) })
    }
    return series
  }

  private static func signal(
    _ name: String, _ unit: String, step: Double, points: Int = 50
  ) -> Trace {
    var trace = Trace(name: name, unit: Unit(unit))
    for point in 0..<points {
      let x = (Double(point) - 20) / 3
      trace.append(
        scan: point, time: Double(point) * step,
        value: 100 * exp(-x * x) - 0.1 + Double(point) / 3e3,
        flags: [])
    }
    return trace
  }

  private static func gappedSignal() -> Trace {
    var trace = Trace(name: "signal", unit: Unit("pA"))
    for point in 0..<300 where !(100..<103).contains(point) && point != 200 {
      let x = (Double(point) - 150) / 4
      var flags: Trace.Flags = point == 103 || point == 201 ? .afterGap : []
      if point == 250 { flags = [.afterChange, .timeUnknown] }
      trace.append(
        scan: point, time: Double(point) * 0.05, value: 20 + 1e4 * exp(-x * x) / 3, flags: flags)
    }
    return trace
  }

  private static func peaks() -> [ReportedPeak] {
    var first = ReportedPeak(trace: "signal", retentionTime: 7.5, areaUnit: "pA*s")
    first.name = "Äthanol \"96 %\""
    (first.start, first.end, first.area, first.height) = (6.95, 8.1, 1181.6, 3353.3)
    (first.width, first.areaPercent, first.amount) = (0.35, 99.75, 1.0 / 3)
    first.baseline = [.init(time: 6.95, level: 20), .init(time: 8.1, level: 20.5)]
    first.code = "BV"
    var second = ReportedPeak(trace: "signal", retentionTime: 12.25, areaUnit: "pA*s")
    second.area = 3
    second.isManual = true
    return [first, second]
  }

  private static func ramanSpectra() -> [MeasuredSpectrum] {
    let spectrum = Example.raman(channels: 256)
    return [
      MeasuredSpectrum(
        name: "processed", axis: spectrum.axis, ordinate: .intensity, values: spectrum.intensity,
        saturated: spectrum.saturated),
      MeasuredSpectrum(
        name: "sample", axis: spectrum.axis, ordinate: .counts,
        values: spectrum.raw.map { $0.rounded() }, saturated: spectrum.saturated),
    ]
  }

  private static func infraredSpectrum() -> MeasuredSpectrum {
    let x = (0..<180).map { 4000 - Double($0) * 20 }
    return MeasuredSpectrum(
      name: "sample", axis: Axis(kind: .wavenumber, values: x), ordinate: .transmittance,
      values: x.map { 1 - exp(-($0 - 1700) * ($0 - 1700) / 5e3) * 0.9 - $0 / 1e6 })
  }

  private static func absorbanceSpectrum() -> MeasuredSpectrum {
    let x = (0..<151).map { 200 + Double($0) }
    return MeasuredSpectrum(
      name: "sample", axis: Axis(kind: .wavelength, values: x), ordinate: .absorbance,
      values: x.map { 1.5 * exp(-($0 - 254) * ($0 - 254) / 300) - 0.0005 })
  }
}
