import Instruments
import Laboratory
import Methods

@testable import Formats

/// Contents that the ANDI writers are tried with.
enum ANDIExample {
  /// Texts that a field of 255 bytes, ASCII or a list of names could trip over.
  static let texts = [
    "S-2026-0815", "a/b \"quoted\" 'x'", "Größe µm – 25 °C", "", " blanks  ", "line\nand\ttab\0nul",
    "back\\slash \\u{41}", "e\u{301} and é", String(repeating: "ten kB, µ. ", count: 950),
  ]

  static func head(
    sample: String = "S-2026-0815", remark: String? = nil, emulated: Bool = false,
    complete: Bool = true, technique: Method.Technique? = .gcms
  ) throws -> ExportHead {
    let record = try Example.record(
      sample: sample, remark: remark, emulated: emulated, complete: complete)
    return ExportHead(record, journalSHA256: Example.journal, technique: technique)
  }

  /// Scans with some points, no point, one point; masses that need 64 bits where asked for.
  static func scans(
    counts: [Int] = [3, 0, 1, 40], isWide: Bool = true, isProfile: Bool = false,
    unit: String = "counts"
  ) -> MassScanSeries {
    var series = MassScanSeries(kind: isProfile ? .profile : .centroid, unit: unit)
    for (scan, count) in counts.enumerated() {
      let step = isWide ? 1.000123 : 0.5
      series.append(
        time: 12.25 + Double(scan) * 0.3,
        massToCharge: (0..<count).map { 50 + Double($0) * step },
        intensity: (0..<count).map { Double(($0 * 7919 + scan * 31) % 4093) })
    }
    return series
  }

  static func mass(
    _ series: MassScanSeries = scans(), _ head: ExportHead? = nil
  ) throws -> ExportContent {
    var content = ExportContent(head: try head ?? self.head())
    content.massScans = series
    return content
  }

  static func trace(
    _ count: Int = 200, name: String = "fid", interval: Double = 0.5, isExact: Bool = true,
    isUneven: Bool = false
  ) -> Trace {
    var trace = Trace(name: name, unit: Unit("pA"))
    for point in 0..<count {
      let jitter = isUneven ? Double((point * 7919) % 13) / 100 : 0
      let value = Double((point * 7919) % 1021) / (isExact ? 8 : 7)
      trace.append(
        scan: point, time: 3 + Double(point) * interval + jitter, value: value, flags: [])
    }
    return trace
  }

  static func peaks(_ trace: String = "fid") -> [ReportedPeak] {
    var whole = ReportedPeak(trace: trace, retentionTime: 12.1, areaUnit: "pA*s")
    whole.name = "Kokain; Größe=1"
    (whole.start, whole.end, whole.area) = (11.3, 13.7, 123.456)
    (whole.height, whole.width, whole.areaPercent, whole.amount) = (99.9, 0.31, 71.4, 0.1)
    whole.baseline = [
      .init(time: 11.3, level: 0.1), .init(time: 12, level: 0.15), .init(time: 13.7, level: 0.2),
    ]
    whole.code = "BV"
    var bare = ReportedPeak(trace: trace, retentionTime: 20.7, areaUnit: "counts")
    bare.name = ""
    bare.isManual = true
    return [whole, bare]
  }

  static func chromatogram(
    _ trace: Trace = trace(), peaks: [ReportedPeak] = [], _ head: ExportHead? = nil
  ) throws -> ExportContent {
    var content = ExportContent(head: try head ?? self.head(technique: .gc))
    content.traces = [trace]
    content.peaks = peaks
    return content
  }

  /// The files that a content makes, each compared with its part.
  static func files(
    _ content: ExportContent, _ format: FileFormat, _ options: ExportOptions = .init()
  ) throws -> [(part: FilePart, file: MemoryFile)] {
    try MeasurementWriter.plan(content, as: format, options).parts.map { part in
      let file = MemoryFile()
      try MeasurementWriter.write(part, options, to: file)
      try MeasurementWriter.check(file, holds: part, options)
      return (part, file)
    }
  }

  /// The one file of a content.
  static func bytes(
    _ content: ExportContent, _ format: FileFormat = .andiMS, _ options: ExportOptions = .init()
  ) throws -> [UInt8] {
    struct NotOne: Error {}
    guard let first = try files(content, format, options).first else { throw NotOne() }
    return first.file.bytes
  }
}
