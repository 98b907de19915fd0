internal import Instruments
internal import Laboratory
internal import Methods

/// Writes mzML 1.1.0 with an index: mass scans, spectra over wavelength, signals over time.
///
/// Every term is exact to the vocabulary; what it has no term for is said in the plan, or stands in
/// fields of our own (`gauger:NAME`). Arrays are zlib streams of libdeflate; masses, wavelengths and
/// times in 64 bits, intensities in 32 where all of them are exact in these. The file's own SHA-1 is
/// taken while it is written.
enum MzMLWriter: ContentWriter {
  static func plan(
    _ content: ExportContent, _ options: ExportOptions
  ) throws(Failure) -> ExportPlan {
    var part = content
    var losses: [String] = []
    part.spectra = content.spectra.filter { MzMLLight($0) != nil }
    var reasons: [String: Int] = [:]
    for spectrum in content.spectra where MzMLLight(spectrum) == nil {
      reasons[Self.reason(spectrum), default: 0] += 1
    }
    for (reason, count) in reasons.sorted(by: { $0.key < $1.key }) {
      losses.append("\(count) \(count == 1 ? "spectrum" : "spectra"): \(reason)")
    }
    part.traces = content.traces.filter { MzMLSignal($0) != nil && !Self.repeatsTimes($0) }
    for trace in content.traces {
      if MzMLSignal(trace) == nil {
        losses.append(
          "signal \(trace.name): the vocabulary of mzML has no term for what it is, or no old one")
      } else if Self.repeatsTimes(trace) {
        losses.append("signal \(trace.name): several points have the same time")
      }
    }
    part.peaks = []
    if !content.peaks.isEmpty {
      losses.append("\(content.peaks.count) peaks of a report: mzML has no place for them")
    }
    let parts = part.isEmpty ? [] : [FilePart(.mzML, content: part)]
    return ExportPlan(parts: parts, losses: losses)
  }

  private static func reason(_ spectrum: MeasuredSpectrum) -> String {
    switch spectrum.axis.kind {
    case .wavelength: "the vocabulary of mzML has no unit for \(spectrum.ordinate.rawValue)"
    case .massToCharge: "the masses fall, or the ordinate is no count"
    case .ramanShift, .wavenumber, .channel:
      "the vocabulary of mzML has no axis of \(spectrum.axis.kind.rawValue)"
    }
  }

  /// Times that fall are refused when they are written.
  private static func repeatsTimes(_ trace: Trace) -> Bool {
    let pairs = zip(trace.times, trace.times.dropFirst())
    return pairs.contains { $0 == $1 } && !pairs.contains { $0 > $1 }
  }

  static func write(
    _ part: FilePart, _ options: ExportOptions, to sink: any ByteSink
  ) throws(Failure) {
    do throws(FormatError) { try checkWritable(part.content) } catch { throw error.failure }
    let survey = try MzMLSurvey(part.content.massScans)
    guard survey.scans > 0 || !part.content.spectra.isEmpty || !part.content.traces.isEmpty else {
      throw FormatError(.mzml, .shape, "there is no scan").failure
    }
    guard let packer = MzMLPacker(level: options.compression) else {
      throw FormatError(.mzml, .tooLarge, "no memory to compress").failure
    }
    var body = MzMLBody(part.content, survey, packer, to: sink)
    try body.write()
  }

  /// Refuses what the readers, ours too, would refuse.
  private static func checkWritable(_ content: ExportContent) throws(FormatError) {
    for spectrum in content.spectra {
      let x = spectrum.axis.values
      guard x.count == spectrum.values.count else {
        throw FormatError(
          .mzml, .shape, "\(x.count) places and \(spectrum.values.count) values of \(spectrum.name)"
        )
      }
      guard MzMLNumbers.areFinite(x), MzMLNumbers.areFinite(spectrum.values) else {
        throw FormatError(.mzml, .notFinite, "a number of the spectrum \(spectrum.name)")
      }
      let pairs = zip(x, x.dropFirst())
      guard pairs.allSatisfy({ $0 < $1 }) || pairs.allSatisfy({ $0 > $1 }) else {
        throw FormatError(.mzml, .axis, "\(spectrum.name) neither rises nor falls strictly")
      }
    }
    for trace in content.traces {
      let count = trace.values.count
      guard trace.times.count == count, trace.scans.count == count, trace.flags.count == count
      else {
        throw FormatError(.mzml, .shape, "the arrays of \(trace.name) have different lengths")
      }
      guard MzMLNumbers.areFinite(trace.times), MzMLNumbers.areFinite(trace.values),
        MzMLSignal(trace)?.scale.holds(trace.values) ?? false
      else { throw FormatError(.mzml, .notFinite, "a number of \(trace.name)") }
      guard zip(trace.times, trace.times.dropFirst()).allSatisfy({ $0 < $1 }) else {
        throw FormatError(.mzml, .axis, "the times of \(trace.name) do not rise")
      }
    }
  }

  static func check(
    _ file: any ByteSource, holds part: FilePart, _ options: ExportOptions
  ) throws(Failure) {
    try MzMLCheck(file, part.content).run()
  }
}
