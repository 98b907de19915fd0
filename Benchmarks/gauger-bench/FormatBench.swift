internal import Foundation
internal import Formats
internal import Laboratory
internal import Methods

/// Writing and reading of standard files, beside what can bound them.
///
/// The scans stand in a folder as the peers wrote them: `mz.f64` and `intensity.f64`, little-endian
/// numbers, and `points.txt` with how many a scan. Prints one line a figure: name, value, rounds.
enum FormatBench {
  /// All formats; a figure is that of the quickest of three rounds.
  static func run(folder: String) throws {
    let series = try scans(folder)
    let content = content(series)
    print("array-megabytes \(Double(series.massToCharge.count) * 12 / 1e6) 1")
    try mzML(content, series, folder: folder)
    try andi(content, series, folder: folder)
  }

  /// The seconds of the quickest of some calls, by the clock and of this process.
  static func quickest(
    _ rounds: Int = 3, _ body: () throws -> Void
  ) rethrows -> (wall: Double, processor: Double) {
    var best = (wall: Double.infinity, processor: Double.infinity)
    for _ in 0..<rounds {
      let clock = ContinuousClock()
      let before = processorSeconds()
      let wall = try clock.measure(body) / .seconds(1)
      if wall < best.wall { best = (wall, processorSeconds() - before) }
    }
    return best
  }

  /// What a run's head says of made-up scans.
  static func content(_ series: MassScanSeries) -> ExportContent {
    var head = ExportHead()
    head.sample = "bench"
    head.names = ["bench"]
    head.source = "bench"
    head.sourceKind = "raw journal"
    head.sourceSHA256 = String(repeating: "0", count: 64)
    head.software = "Gauger bench"
    head.technique = .gcms
    return ExportContent(Measurement(massScans: series), head: head)
  }

  private static func processorSeconds() -> Double {
    Double(clock()) / Double(CLOCKS_PER_SEC)
  }

  private static func scans(_ folder: String) throws -> MassScanSeries {
    let points = try numbers("\(folder)/points.txt")
    let mz = try doubles("\(folder)/mz.f64")
    let intensity = try doubles("\(folder)/intensity.f64")
    var series = MassScanSeries(kind: .profile, unit: "counts")
    var begin = 0
    for (scan, count) in points.enumerated() {
      series.append(
        time: 0.3 * Double(scan), massToCharge: Array(mz[begin..<begin + count]),
        intensity: Array(intensity[begin..<begin + count]))
      begin += count
    }
    return series
  }

  private static func numbers(_ path: String) throws -> [Int] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap { Int($0) }
  }

  private static func doubles(_ path: String) throws -> [Double] {
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    return stride(from: 0, to: bytes.count - 7, by: 8).map { begin in
      var bits: UInt64 = 0
      for k in 0..<8 { bits |= UInt64(bytes[begin + k]) << UInt64(8 * k) }
      return Double(bitPattern: bits)
    }
  }
}

extension FormatBench {
  /// mzML beside bare compression at the same level; then reading.
  static func mzML(_ content: ExportContent, _ series: MassScanSeries, folder: String) throws {
    let narrow = series.intensity.map(Float.init)
    var options = ExportOptions()
    for level in [1, 6] {
      options.compression = level
      // By turns, so that both meet the same machine.
      var (bare, ours) = (
        [(wall: Double, processor: Double)](), [(wall: Double, processor: Double)]()
      )
      for _ in 0..<3 {
        bare.append(
          try quickest(1) {
            _ = try BareCompression.write(
              series, narrow, level: level, to: BareFile("\(folder)/bare.z"))
          })
        ours.append(
          try quickest(1) {
            let plan = try MeasurementWriter.plan(content, as: .mzML, options)
            for part in plan.parts {
              try MeasurementWriter.write(
                part, options, to: BareFile("\(folder)/level-\(level).mzML"))
            }
          })
      }
      print("libdeflate-\(level)-ms \((bare.map(\.wall).min() ?? 0) * 1e3) 3")
      print("libdeflate-\(level)-processor-ms \((bare.map(\.processor).min() ?? 0) * 1e3) 3")
      print("mzml-\(level)-ms \((ours.map(\.wall).min() ?? 0) * 1e3) 3")
      print("mzml-\(level)-processor-ms \((ours.map(\.processor).min() ?? 0) * 1e3) 3")
    }
    let file = [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/level-6.mzML")))
    var points = 0
    let reading = try quickest {
      points = try MzMLReader.read(file).measurement.massScans?.massToCharge.count ?? 0
    }
    print("mzml-read-ms \(reading.wall * 1e3) 3")
    print("mzml-read-processor-ms \(reading.processor * 1e3) 3")
    print("mzml-read-points \(points) 1")
    let check = try quickest(1) {
      let plan = try MeasurementWriter.plan(content, as: .mzML, options)
      for part in plan.parts {
        try MeasurementWriter.check(MemoryFile(file), holds: part, options)
      }
    }
    print("mzml-check-ms \(check.wall * 1e3) 1")
  }

  /// Writes so many made-up scans of 100 points, and says how much memory it took.
  static func memory(format: String, scans: Int) throws {
    guard let format = FileFormat(rawValue: format) else { return }
    var content = content(MassScanSeries())
    content.massScans = LongRun(count: scans)
    let nowhere = Nowhere()
    for part in try MeasurementWriter.plan(content, as: format).parts {
      try MeasurementWriter.write(part, to: nowhere)
    }
    print("peak-memory-\(scans)-KiB \(Usage.peakMemory) 1")
    print("file-\(scans)-bytes \(nowhere.size) 1")
  }

  /// Scans made when they are asked for.
  private struct LongRun: MassScanSource {
    let count: Int
    var kind: MassScanSeries.Kind { .centroid }
    var hasSelectedMasses: Bool { false }
    var unit: String { "counts" }

    func forEachScan(_ body: (MassScan) throws(Failure) -> Void) throws(Failure) {
      for number in 0..<count {
        let mz = (0..<100).map { (point: Int) -> Double in 50 + Double(point) }
        let values = (0..<100).map { (point: Int) -> Double in
          Double((point &* 7919 &+ number &* 104_729) % 30011)
        }
        try body(
          MassScan(
            number: number, time: 0.1 * Double(number), massToCharge: mz, intensity: values))
      }
    }
  }
}
