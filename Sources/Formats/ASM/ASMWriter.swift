internal import Instruments
internal import Laboratory
internal import Methods

/// Writes ASM JSON: chromatograms with their peaks, ultraviolet and infrared spectra.
enum ASMWriter: ContentWriter {
  /// The most points of one file: what is written must be small enough to be read again.
  static let mostPoints = 5_000_000

  static func plan(
    _ content: ExportContent, _ options: ExportOptions
  ) throws(Failure) -> ExportPlan {
    guard let technique = content.technique else {
      return ExportPlan(
        parts: [],
        losses: [
          "everything: each ASM schema is of one technique, and nobody says which this is; "
            + "a method names the technique of its runs, and --technique that of one export"
        ])
    }
    guard let dialect = ASMDialect(technique) else {
      return ExportPlan(
        parts: [],
        losses: ["everything: no ASM schema for \(technique.rawValue) is published that we know of"]
      )
    }
    guard content.head.started != nil || dialect == .liquid else {
      return ExportPlan(
        parts: [],
        losses: [
          "everything: the ASM schema demands when it was measured, and nobody says it; where the "
            + "file has a time without a zone, say the zone"
        ])
    }
    var losses: [String] = []
    let parts: [FilePart]
    switch dialect {
    case .gas, .liquid: parts = try chromatograms(content, dialect, &losses)
    case .spectrophotometry: parts = ultraviolet(content, &losses)
    case .infrared: parts = infrared(content, &losses)
    }
    if !content.pressures.isEmpty {
      losses.append("\(content.pressures.count) partial pressures: ASM JSON has no place for them")
    }
    return ExportPlan(parts: parts, losses: losses)
  }

  static func write(
    _ part: FilePart, _ options: ExportOptions, to sink: any ByteSink
  ) throws(Failure) {
    do throws(FormatError) { try part.content.checkNumbers(as: .asm) } catch { throw error.failure }
    guard let dialect = part.content.technique.flatMap(ASMDialect.init) else {
      throw FormatError(.asm, .shape, "the technique is not known").failure
    }
    try ASMDocument(part.content, dialect, JSONStream(to: sink)).write()
  }

  static func check(
    _ file: any ByteSource, holds part: FilePart, _ options: ExportOptions
  ) throws(Failure) {
    let bytes = try file.whole(limit: ASMReader.largestFile)
    do throws(FormatError) {
      let (tree, found) = try ASMReader.document(bytes, zone: "")
      try ReadBack(.asm).compare(found, with: part.content)
      guard found.measurement.reportedPeaks == part.content.peaks else {
        throw FormatError(.asm, .mismatch, "the peaks")
      }
      guard found.warnings.isEmpty else { throw FormatError(.asm, .mismatch, found.warnings[0]) }
      // The marks must be seen where people look first.
      for mark in part.content.head.marks where !(ASMReader.title(tree) ?? "").contains(mark) {
        throw FormatError(.asm, .mismatch, "the name of the sample does not say \(mark)")
      }
    } catch { throw error.failure }
  }

  // MARK: - Plans

  private static func chromatograms(
    _ content: ExportContent, _ dialect: ASMDialect, _ losses: inout [String]
  ) throws(Failure) -> [FilePart] {
    var traces = content.traces
    if !content.spectra.isEmpty {
      losses.append(
        "\(content.spectra.count) spectra: the ASM schema of \(dialect.rawValue) has no place for "
          + "spectra without a time")
    }
    if let scans = content.massScans {
      let (sum, count) = try total(of: scans)
      if traces.isEmpty, let sum { traces = [sum] }
      losses.append(
        "\(count) mass scans: ASM JSON holds signals over time"
          + (content.traces.isEmpty && sum != nil ? ", here the sum of each scan" : ""))
    }
    for trace in traces where ASMQuantity.signal(trace.unit.symbol) == nil {
      losses.append(
        "the unit \(trace.unit.symbol) of \(trace.name) as a term of the schema: it stands in the "
          + "label and in the private field alone")
    }
    if dialect == .gas, ASMDocument.number(["injection_volume_uL"], content.head) == nil {
      losses.append(
        "the injection volume: nobody says it, the schema demands a number, and -0.0 stands there")
    }
    let known = Set(traces.map(\.name))
    let lost = content.peaks.count { !known.contains($0.trace) }
    if lost > 0 { losses.append("\(lost) peaks of a signal that is not there") }
    var (groups, size) = ([[Trace]](), 0)
    for trace in traces {
      guard trace.values.count <= mostPoints else {
        losses.append("\(trace.name): \(trace.values.count) points, ASM files hold \(mostPoints)")
        continue
      }
      if groups.isEmpty || size + trace.values.count > mostPoints {
        groups.append([])
        size = 0
      }
      groups[groups.count - 1].append(trace)
      size += trace.values.count
    }
    return groups.map { group in
      var part = ExportContent(head: content.head)
      part.head.technique = content.technique
      part.traces = group
      let names = Set(group.map(\.name))
      part.peaks = content.peaks.filter { names.contains($0.trace) }
      let name = groups.count == 1 ? "" : TableReader.lastingName(group[0].name) ?? "signal"
      return FilePart(.asm, name: name, content: part)
    }
  }

  /// The sum of each scan over time; nil where two scans have one time or there is none.
  private static func total(
    of scans: any MassScanSource
  ) throws(Failure) -> (trace: Trace?, count: Int) {
    var trace = Trace(name: "total_ion_current", unit: .init(scans.unit))
    var (count, isRising) = (0, true)
    try scans.forEachScan { scan throws(Failure) in
      count += 1
      if let last = trace.times.last, scan.time <= last { isRising = false }
      guard isRising else { return }
      var sum = 0.0
      for value in scan.intensity { sum += value }
      trace.append(scan: scan.number, time: scan.time, value: sum, flags: [])
    }
    return (isRising && count > 0 ? trace : nil, count)
  }

  private static func ultraviolet(
    _ content: ExportContent, _ losses: inout [String]
  ) -> [FilePart] {
    var part = ExportContent(head: content.head)
    part.head.technique = content.technique
    for spectrum in content.spectra {
      if spectrum.axis.kind == .wavelength, spectrum.ordinate == .absorbance,
        !spectrum.values.isEmpty
      {
        part.spectra.append(spectrum)
      } else {
        losses.append(
          "\(spectrum.name), \(spectrum.ordinate.rawValue) over \(spectrum.axis.kind.rawValue): "
            + "the ASM schema holds absorbance over wavelength")
      }
    }
    losses += traces(content)
    return part.spectra.isEmpty ? [] : [FilePart(.asm, content: part)]
  }

  private static func infrared(_ content: ExportContent, _ losses: inout [String]) -> [FilePart] {
    var parts: [FilePart] = []
    for spectrum in content.spectra {
      guard spectrum.axis.kind == .wavenumber, ASMDocument.infraredCube(spectrum) != nil else {
        losses.append(
          "\(spectrum.name), \(spectrum.ordinate.rawValue) over \(spectrum.axis.kind.rawValue): the "
            + "ASM schema holds absorbance, transmittance or reflectance over wavenumber")
        continue
      }
      var part = ExportContent(head: content.head)
      part.head.technique = content.technique
      part.spectra = [spectrum]
      parts.append(
        FilePart(.asm, name: TableReader.lastingName(spectrum.name) ?? "spectrum", content: part))
    }
    if parts.count == 1 { parts[0].name = "" }
    losses += traces(content)
    guard !parts.isEmpty else { return [] }
    let unknown = ASMDocument.infraredNumbers.filter {
      ASMDocument.number($0.facts, content.head) == nil
    }
    if !unknown.isEmpty {
      losses.append(
        unknown.map(\.name).joined(separator: ", ")
          + ": nobody says them, the schema demands numbers, and -0.0 stands there")
    }
    return parts
  }

  private static func traces(_ content: ExportContent) -> [String] {
    var losses: [String] = []
    if !content.traces.isEmpty {
      losses.append("\(content.traces.count) signals: the ASM schema of spectra has no place")
    }
    if content.massScans != nil { losses.append("all mass scans: no place in this ASM schema") }
    if !content.peaks.isEmpty { losses.append("\(content.peaks.count) peaks: no place") }
    return losses
  }
}
