internal import Formats
internal import Foundation
internal import Instruments
internal import Laboratory

/// Makes the standard files of a mass run, each with the check that reads it back.
struct MassFiles: Sendable {
  /// The run, and what all kinds of runs share.
  let files: ResultFiles

  /// The masses that a scan answers for by themselves where they are in range.
  static let reportedMasses: [Double] = [2, 4, 12, 14, 16, 17, 18, 20, 28, 32, 40, 44]

  private var record: RunRecord { files.record }
  private var journal: String { files.journalSHA256 }

  func make(_ spectra: [MassSpectrum], _ traces: [Trace]) throws(Failure) -> [ResultFile] {
    var made: [ResultFile] = []
    for (index, spectrum) in spectra.enumerated() {
      made += try standard(spectrum, stem: files.stem(index, of: spectra.count))
    }
    if !traces.isEmpty { made.append(try tracesFile(traces)) }
    if spectra.contains(where: { !$0.partialPressures.isEmpty }) {
      made.append(try pressuresFile(spectra))
    }
    if let first = spectra.first {
      let svg = try formatted { () throws(FormatError) in
        try SVGPlot.mass(first, traces: traces, record: record)
      }
      made.append(
        ResultFile(name: "plot.svg", bytes: svg, atTop: true, check: ResultFiles.same(svg)))
    }
    return try made + files.sheet(answers(spectra), made)
  }

  private func standard(_ spectrum: MassSpectrum, stem: String) throws(Failure) -> [ResultFile] {
    let (record, journal) = (record, journal)
    let jcamp = try formatted { () throws(FormatError) in
      try JCAMPWriter.mass(spectrum: spectrum, record: record, journalSHA256: journal)
    }
    let csv = try formatted { () throws(FormatError) in
      try CSVWriter.mass(spectrum: spectrum, record: record, journalSHA256: journal)
    }
    return [
      file("\(stem).jdx", jcamp) { (found) throws(FormatError) in
        try FormatCheck.verify(
          jcamp: found, against: spectrum, record: record, journalSHA256: journal)
      },
      file("\(stem).csv", csv) { (found) throws(FormatError) in
        try FormatCheck.verify(
          csv: found, against: spectrum, record: record, journalSHA256: journal)
      },
    ]
  }

  private func tracesFile(_ traces: [Trace]) throws(Failure) -> ResultFile {
    let (record, journal) = (record, journal)
    let csv = try formatted { () throws(FormatError) in
      try CSVWriter.traces(traces, record: record, journalSHA256: journal)
    }
    return file("traces.csv", csv) { (found) throws(FormatError) in
      try FormatCheck.verify(csv: found, against: traces, record: record, journalSHA256: journal)
    }
  }

  private func pressuresFile(_ spectra: [MassSpectrum]) throws(Failure) -> ResultFile {
    let (record, journal) = (record, journal)
    let csv = try formatted { () throws(FormatError) in
      try CSVWriter.partialPressures(spectra: spectra, record: record, journalSHA256: journal)
    }
    return file("partial-pressures.csv", csv) { (found) throws(FormatError) in
      try FormatCheck.verify(
        csv: found, againstPressuresOf: spectra, record: record, journalSHA256: journal)
    }
  }

  private func file(
    _ name: String, _ bytes: [UInt8],
    _ check: @escaping @Sendable ([UInt8]) throws(FormatError) -> Void
  ) -> ResultFile {
    ResultFile(name: name, bytes: bytes, atTop: false) { (found) throws(Failure) in
      do throws(FormatError) { try check(found) } catch { throw error.failure }
    }
  }

  private func formatted(
    _ write: () throws(FormatError) -> [UInt8]
  ) throws(Failure) -> [UInt8] {
    do throws(FormatError) { return try write() } catch { throw error.failure }
  }

  // MARK: - Answers

  /// One answer a spectrum file, then the pressures; of several spectra each keyword has the number
  /// of its spectrum behind it, as its file has.
  private func answers(_ spectra: [MassSpectrum]) -> [AnalyteResult] {
    var answers: [AnalyteResult] = []
    for (index, spectrum) in spectra.enumerated() {
      let stem = files.stem(index, of: spectra.count)
      answers.append(
        AnalyteResult(
          keyword: "spectrum", text: files.delivered("\(stem).jdx"),
          flags: spectrum.pressure == nil ? ["no-partial-pressure"] : []))
    }
    for (index, spectrum) in spectra.enumerated() {
      let number = files.stem(index, of: spectra.count).dropFirst("spectrum".count)
      if let torr = spectrum.totalPressure {
        answers.append(Self.pressure("total-pressure\(number)", torr))
      }
      var named: Set<String> = []
      for pressure in spectrum.partialPressures where Self.isReported(pressure, of: spectrum) {
        let keyword = "partial-pressure-mz\(MassSpectrum.name(of: pressure.mass))"
        // A mass that was selected twice answers once; the files hold both.
        guard named.insert(keyword).inserted else { continue }
        var answer = Self.pressure("\(keyword)\(number)", pressure.torr)
        if let noise = spectrum.pressureNoise {
          // Three times the noise is where a signal is commonly said to begin.
          if pressure.torr < 3 * noise { answer.flags.append(PartialPressure.nearNoiseFlag) }
        } else {
          answer.flags.append(PartialPressure.noiseUnknownFlag)
        }
        answers.append(answer)
      }
    }
    return answers
  }

  private static func isReported(_ pressure: PartialPressure, of spectrum: MassSpectrum) -> Bool {
    spectrum.kind == .selected || reportedMasses.contains(pressure.mass)
  }

  private static func pressure(_ keyword: String, _ torr: Double) -> AnalyteResult {
    AnalyteResult(
      keyword: keyword, value: torr, unit: .torr,
      flags: [PartialPressure.nitrogenFlag]
        + (torr < 0 ? [PartialPressure.belowZeroFlag] : []))
  }
}
