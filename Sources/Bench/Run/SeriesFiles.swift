internal import Formats
internal import Instruments
internal import Laboratory

/// Makes the standard files of a run of an instrument that says what it measures.
///
/// Signals against time give one table and one picture; spectra the files of any spectrum.
struct SeriesFiles: Sendable {
  /// The run, and what all kinds of runs share.
  let files: ResultFiles

  func make(_ output: SeriesOutput) throws(Failure) -> [ResultFile] {
    var made: [ResultFile] = []
    var answers: [AnalyteResult] = []
    for (index, spectrum) in output.spectra.enumerated() {
      let stem = files.stem(index, of: output.spectra.count)
      made += try files.standard(spectrum, stem: stem)
      answers.append(
        AnalyteResult(
          keyword: "spectrum", text: files.delivered("\(stem).jdx"),
          flags: spectrum.axis.kind == .channel ? ["axis-uncalibrated"] : []))
    }
    if !output.traces.isEmpty {
      made.append(try table(output))
      let gaps = output.traces[0].flags.contains { $0.contains(.afterGap) }
      answers.append(
        AnalyteResult(
          keyword: "traces", text: files.delivered("traces.csv"), flags: gaps ? ["has-gaps"] : []))
    }
    if let svg = try picture(output) {
      made.append(
        ResultFile(name: "plot.svg", bytes: svg, atTop: true, check: ResultFiles.same(svg)))
    }
    return try made + files.sheet(answers, made)
  }

  private func picture(_ output: SeriesOutput) throws(Failure) -> [UInt8]? {
    if let spectrum = output.spectra.first { return try files.plot(spectrum) }
    guard !output.traces.isEmpty else { return nil }
    do throws(FormatError) {
      return try SVGPlot.series(output.traces, record: files.record)
    } catch {
      throw error.failure
    }
  }

  private func table(_ output: SeriesOutput) throws(Failure) -> ResultFile {
    let (record, journal) = (files.record, files.journalSHA256)
    do throws(FormatError) {
      let csv = try CSVWriter.series(
        output.traces, steps: output.steps, record: record, journalSHA256: journal)
      return ResultFile(name: "traces.csv", bytes: csv, atTop: false) { (found) throws(Failure) in
        do throws(FormatError) {
          try FormatCheck.verify(
            csv: found, againstSeries: output.traces, steps: output.steps, record: record,
            journalSHA256: journal)
        } catch { throw error.failure }
      }
    } catch {
      throw error.failure
    }
  }
}
