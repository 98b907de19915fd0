internal import Instruments
internal import Laboratory
internal import Methods

/// Writes contents as JCAMP-DX: one file a spectrum, and one for mass scans over time.
///
/// Version 5.01, for mass spectra 5.00. Which fact goes where and what is rounded: article
/// "JCAMP-DX".
enum JCAMPContent: ContentWriter {
  static func plan(
    _ content: ExportContent, _ options: ExportOptions
  ) throws(Failure) -> ExportPlan {
    var parts: [FilePart] = []
    var losses: [String] = []
    var bare = content
    (bare.traces, bare.spectra, bare.massScans, bare.peaks) = ([], [], nil, [])
    bare.pressures = []
    if !content.traces.isEmpty {
      losses.append(
        "\(counted(content.traces.count, "signal")): JCAMP-DX has no agreed type for them")
    }
    if !content.peaks.isEmpty {
      losses.append(
        "\(counted(content.peaks.count, "peak")) of signals: JCAMP-DX has no agreed type for them")
    }
    if content.massScans != nil {
      var part = bare
      part.massScans = content.massScans
      part.pressures = content.pressures
      parts.append(FilePart(.jcamp, name: "scans", content: part))
    }
    var names: Set<String> = ["scans"]
    for spectrum in content.spectra {
      guard !spectrum.values.isEmpty else {
        losses.append("the spectrum \(spectrum.name): it has no point")
        continue
      }
      var part = bare
      part.spectra = [spectrum]
      if content.massScans == nil, parts.isEmpty { part.pressures = content.pressures }
      let table = JCAMPTable(spectrum, content.head, options)
      let name = Self.name(spectrum.name, butNot: &names)
      parts.append(
        FilePart(
          .jcamp, name: name, content: part, roundings: table.roundings(spectrum.name)))
    }
    if parts.isEmpty, !content.pressures.isEmpty {
      losses.append("\(counted(content.pressures.count, "partial pressure")): there is no spectrum")
    }
    if parts.count == 1 { parts[0].name = "" }
    return ExportPlan(parts: parts, losses: losses)
  }

  static func write(
    _ part: FilePart, _ options: ExportOptions, to sink: any ByteSink
  ) throws(Failure) {
    if let scans = part.content.massScans {
      return try JCAMPScans(scans, part.content).write(to: sink)
    }
    guard let spectrum = part.content.spectra.first, part.content.spectra.count == 1 else {
      throw FormatError(.jcamp, .shape, "a part without a spectrum").failure
    }
    do throws(FormatError) { try JCAMPTable.check(spectrum) } catch { throw error.failure }
    let table = JCAMPTable(spectrum, part.content.head, options)
    var output = JCAMPOutput(to: sink)
    JCAMPHead(part.content).write(table.form, into: &output.text)
    try output.pass()
    try table.write(spectrum, options, to: &output)
    try output.end()
  }

  static func check(
    _ file: any ByteSource, holds part: FilePart, _ options: ExportOptions
  ) throws(Failure) {
    if let scans = part.content.massScans {
      return try JCAMPScans(scans, part.content).check(file)
    }
    var parser = JCAMPBlockParser(file)
    do throws(FormatError) {
      let blocks = try parser.parse()
      let found = try JCAMPInterpreter(zone: "").read(blocks, parser.warnings)
      var comparison = ReadBack(.jcamp)
      if let spectrum = part.content.spectra.first {
        let table = JCAMPTable(spectrum, part.content.head, options)
        if case .stepped(let abscissae, let ordinates) = table.numbers {
          let (x, y) = (abscissae.maxOwnError, ordinates.maxError)
          comparison.halfUnit = { _ in y }
          comparison.halfAxisUnit = { _ in x }
        }
      }
      try comparison.compare(found, with: part.content)
      try checkTitle(blocks.first?["TITLE"] ?? "", part.content.head)
    } catch {
      throw parser.failure ?? error.failure
    }
  }

  /// The marks must be seen where people look first.
  static func checkTitle(_ title: String, _ head: ExportHead) throws(FormatError) {
    for mark in head.marks where !title.contains(mark) {
      throw FormatError(.jcamp, .mismatch, "the title does not say \(mark)")
    }
  }

  /// `3 signals`, `1 signal`.
  private static func counted(_ count: Int, _ name: String) -> String {
    "\(count) \(name)\(count == 1 ? "" : "s")"
  }

  /// A name for a file of its own: letters, digits and hyphens, no two the same.
  private static func name(_ text: String, butNot taken: inout Set<String>) -> String {
    let plain = String(
      EscapedText.readable(text).lowercased().map {
        $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-"
      }
    ).split(separator: "-").joined(separator: "-").prefix(40)
    let base = plain.isEmpty ? "spectrum" : String(plain)
    var (name, number) = (base, 1)
    while !taken.insert(name).inserted {
      number += 1
      name = "\(base)-\(number)"
    }
    return name
  }
}
