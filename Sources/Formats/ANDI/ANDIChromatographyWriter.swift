internal import Instruments
internal import Laboratory
internal import Methods

/// Writes signals as ANDI chromatography (ASTM E1947), in netCDF classic, one file a signal.
///
/// The standard's numbers are 32-bit floats; where one of them would be rounded, all stand again as
/// 64-bit ones in variables of our own, which our reader prefers.
enum ANDIChromatographyWriter: ContentWriter {
  static func plan(
    _ content: ExportContent, _ options: ExportOptions
  ) throws(Failure) -> ExportPlan {
    var losses: [String] = []
    let place = "ANDI chromatography has no place for them"
    if content.massScans != nil { losses.append("the mass scans: \(place)") }
    if !content.spectra.isEmpty { losses.append("\(content.spectra.count) spectra: \(place)") }
    if !content.pressures.isEmpty {
      losses.append("\(content.pressures.count) partial pressures: \(place)")
    }
    let whole = content.traces.filter { !$0.values.isEmpty }
    for trace in content.traces where trace.values.isEmpty {
      losses.append("the signal \(trace.name): it has no point, and the format needs one")
    }
    let names = Set(whole.map(\.name))
    let stray = content.peaks.count { !names.contains($0.trace) }
    if stray > 0 { losses.append("\(stray) peaks of no signal that is written") }
    var used: Set<String> = []
    var taken: Set<String> = []
    var parts: [FilePart] = []
    for trace in whole {
      var own = ExportContent(head: content.head)
      own.traces = [trace]
      // Of two signals of one name the first has the peaks.
      if used.insert(trace.name).inserted {
        own.peaks = content.peaks.filter { $0.trace == trace.name }
      }
      var part = FilePart(.andiChromatography, content: own)
      // ANDI of both kinds ends alike: beside scans the signal has a name even where it is alone.
      if whole.count > 1 || content.massScans != nil { part.name = name(trace.name, &taken) }
      part.roundings = roundings(trace)
      parts.append(part)
    }
    return ExportPlan(parts: parts, losses: losses)
  }

  /// A name for files: letters, digits, points and hyphens, different for every signal.
  private static func name(_ text: String, _ taken: inout Set<String>) -> String {
    let plain = EscapedText.readable(text).lowercased().map { character in
      character.isASCII && (character.isLetter || character.isNumber || character == "_")
        ? character : "-"
    }
    let base = String(plain.prefix(40))
    var name = base.isEmpty ? "signal" : base
    var count = 1
    while !taken.insert(name).inserted {
      count += 1
      name = "\(base)-\(count)"
    }
    return name
  }

  /// What a reader of 32-bit floats gets that is not what was measured.
  private static func roundings(_ trace: Trace) -> [String] {
    var texts: [String] = []
    let error = trace.values.reduce(0) { max($0, abs(Double(Float($1)) - $1)) }
    if error > 0 {
      texts.append(
        "32-bit values are off by up to \(error) \(trace.unit.symbol), exact in "
          + "gauger_ordinate_values")
    }
    let grid = SamplingGrid(trace.times)
    if grid.error > 0 {
      texts.append(
        "32-bit times are off by up to \(grid.error) s, exact in gauger_retention")
    }
    return texts
  }

  static func write(
    _ part: FilePart, _ options: ExportOptions, to sink: any ByteSink
  ) throws(Failure) {
    do throws(FormatError) {
      try check(part.content)
    } catch { throw error.failure }
    let layout = ANDIChromatographyLayout(part.content, roundings: part.roundings)
    var writer: NetCDFWriter
    do throws(FormatError) {
      writer = try NetCDFWriter(layout.file, to: sink)
    } catch { throw error.failure }
    for (variable, values) in layout.numbers { try writer.put(values, to: variable) }
    for (variable, rows) in layout.texts {
      for row in rows { try writer.put(text: row, to: variable) }
    }
    try writer.finish()
  }

  /// Refuses what the format cannot hold.
  private static func check(_ content: ExportContent) throws(FormatError) {
    guard let trace = content.traces.first, content.traces.count == 1, !trace.values.isEmpty,
      trace.times.count == trace.values.count, trace.scans.count == trace.values.count,
      trace.flags.count == trace.values.count
    else { throw FormatError(.netcdf, .shape, "a file holds one signal with a point") }
    if let point = trace.values.firstIndex(where: { !Float($0).isFinite }) {
      throw FormatError(
        .netcdf, .notFinite, "value \(point) of \(trace.name) is \(trace.values[point])")
    }
    if let point = trace.times.firstIndex(where: { !Float($0).isFinite }) {
      throw FormatError(
        .netcdf, .notFinite, "time \(point) of \(trace.name) is \(trace.times[point])")
    }
    for point in trace.times.indices.dropFirst() where trace.times[point] < trace.times[point - 1] {
      throw FormatError(
        .netcdf, .axis,
        "time \(point) of \(trace.name) is \(trace.times[point]), behind \(trace.times[point - 1])")
    }
    for (index, peak) in content.peaks.enumerated() {
      if let wrong = PeakText.numbers(peak).first(where: { !Float($0).isFinite }) {
        throw FormatError(.netcdf, .notFinite, "a number of peak \(index + 1) is \(wrong)")
      }
    }
  }

  /// Reads the file with our reader and compares everything.
  static func check(
    _ file: any ByteSource, holds part: FilePart, _ options: ExportOptions
  ) throws(Failure) {
    let bytes = try file.whole(limit: .max)
    do throws(FormatError) {
      let found = try ANDIReader.read(bytes)
      try ReadBack(.netcdf).compare(found, with: part.content)
      guard found.measurement.reportedPeaks == part.content.peaks else {
        throw FormatError(.netcdf, .mismatch, "the peaks")
      }
      let netcdf = try NetCDFFile(bytes)
      for name in ["experiment_title", "sample_name"] {
        try ANDIReader.checkMarks(netcdf, name, part.content.head)
      }
    } catch { throw error.failure }
  }
}
