internal import Laboratory

extension ANDIMassWriter {
  /// Reads the file piece by piece beside its source; memory is that of a scan.
  static func check(
    _ file: any ByteSource, holds part: FilePart, _ options: ExportOptions
  ) throws(Failure) {
    guard let scans = part.content.massScans else {
      throw FormatError(.netcdf, .mismatch, "there are no mass scans").failure
    }
    let pieces = try NetCDFPieces(file)
    try pieces.checkChecksum()
    do throws(FormatError) {
      try checkHead(pieces.file, part.content, scans)
    } catch { throw error.failure }
    var comparison = try ScanComparison(pieces, isNarrow: options.narrowNumbers)
    try scans.forEachScan { (scan) throws(Failure) in try comparison.compare(scan) }
    try comparison.finish()
  }

  private static func checkHead(
    _ file: NetCDFFile, _ content: ExportContent, _ scans: any MassScanSource
  ) throws(FormatError) {
    var found = ReadSource(.andiMS, Measurement(massScans: MassScanSeries()))
    try ContentFacts.restore(PrivateFields.facts(file), into: &found, .netcdf)
    try ReadBack(.netcdf).compare(found, with: content)
    let series = found.measurement.massScans
    guard series?.kind == scans.kind, series?.unit == scans.unit else {
      throw FormatError(.netcdf, .mismatch, "kind or unit of the mass scans")
    }
    try ANDIReader.checkMarks(file, "experiment_title", content.head)
  }
}

/// Mass scans of a file beside those that it must hold, one by one.
private struct ScanComparison {
  private var times, numbers, totals, indices, counts, masses, intensities: NetCDFStream
  private let isNarrow: Bool
  private var (scan, points) = (0, 0)

  init(_ pieces: NetCDFPieces, isNarrow: Bool) throws(Failure) {
    self.isNarrow = isNarrow
    times = try pieces.stream("scan_acquisition_time")
    numbers = try pieces.stream("actual_scan_number")
    totals = try pieces.stream("total_intensity")
    indices = try pieces.stream("scan_index")
    counts = try pieces.stream("point_count")
    masses = try pieces.stream("mass_values")
    intensities = try pieces.stream("intensity_values")
  }

  mutating func compare(_ wanted: MassScan) throws(Failure) {
    try same("the time", try times.next(), wanted.time)
    try same("the number", try numbers.next(), Double(wanted.number))
    try same("the place", try indices.next(), Double(points))
    try same("the count", try counts.next(), Double(wanted.massToCharge.count))
    let count = wanted.massToCharge.count
    try same("mass", try masses.next(count), wanted.massToCharge)
    let found = try intensities.next(count)
    try same("intensity", found, wanted.intensity)
    try same("the total", try totals.next(), found.reduce(0, +))
    points += count
    scan += 1
  }

  func finish() throws(Failure) {
    guard times.isAtEnd, masses.isAtEnd, intensities.isAtEnd else {
      throw FormatError(.netcdf, .mismatch, "the file holds more than \(scan) scans").failure
    }
  }

  private func same(_ name: String, _ found: Double, _ wanted: Double) throws(Failure) {
    guard found.bitPattern == wanted.bitPattern else {
      throw FormatError(
        .netcdf, .mismatch, "\(name) of scan \(scan): \(found) and not \(wanted)"
      ).failure
    }
  }

  private func same(_ name: String, _ found: [Double], _ wanted: [Double]) throws(Failure) {
    for (point, (a, b)) in zip(found, wanted).enumerated() where a.bitPattern != b.bitPattern {
      if isNarrow, a.bitPattern == Double(Float(b)).bitPattern { continue }
      throw FormatError(
        .netcdf, .mismatch, "\(name) \(point) of scan \(scan): \(a) and not \(b)"
      ).failure
    }
  }
}
