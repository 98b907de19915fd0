internal import Delivery
internal import Formats
internal import Foundation
internal import Instruments
internal import Laboratory
internal import Processing

/// One file of a run, made whole in memory, with the check that reads it back.
struct ResultFile: Sendable {
  var name: String
  var bytes: [UInt8]
  /// Whether it stands at the top of the run's folder instead of in `files/`.
  var atTop: Bool
  /// Reads the bytes found on the disk and compares them with what was meant.
  var check: @Sendable ([UInt8]) throws(Failure) -> Void

  /// Puts the file in place, read back and compared before its name appears.
  @discardableResult
  func publish(in folder: String, existing: ExistingFile) throws(Failure) -> RunFile {
    do throws(PublishError) {
      return try Publisher().publish(.bytes(bytes), named: name, in: folder, existing: existing) {
        try check([UInt8](try Data(contentsOf: URL(fileURLWithPath: $0))))
      }
    } catch {
      throw error.failure
    }
  }
}

/// Makes the standard files of a run: the same record and results give the same bytes.
struct ResultFiles: Sendable {
  let record: RunRecord
  let journalSHA256: String
  /// What the run's method makes of it; none where it has none.
  var method: MethodFiles?
  /// The archive of the run, which is written already.
  var archive: [RunFile] = []

  func make(_ output: RunOutput) throws(Failure) -> [ResultFile] {
    if !output.massSpectra.isEmpty {
      return try MassFiles(files: self).make(output.massSpectra, output.traces)
    }
    if !output.series.isEmpty { return try SeriesFiles(files: self).make(output.series) }
    let spectra = output.spectra
    var files: [ResultFile] = []
    for (index, spectrum) in spectra.enumerated() {
      files += try standard(spectrum, stem: stem(index, of: spectra.count))
    }
    if let first = spectra.first {
      let svg = try plot(first)
      files.append(
        ResultFile(name: "plot.svg", bytes: svg, atTop: true, check: Self.same(svg)))
    }
    let answers = spectra.enumerated().map { index, spectrum in
      AnalyteResult(
        keyword: "spectrum", text: delivered("\(stem(index, of: spectra.count)).jdx"),
        flags: flags(spectrum))
    }
    return try files + sheet(answers, files)
  }

  /// Where a file of a run stands in the run's folder.
  static func path(of name: String, in folder: String) -> String {
    ["plot.svg", MethodFiles.report].contains(name)
      ? "\(folder)/\(name)" : "\(folder)/\(RunFolder.files)/\(name)"
  }

  /// The picture of a spectrum.
  func plot(_ spectrum: Spectrum) throws(Failure) -> [UInt8] {
    do throws(FormatError) {
      return try SVGPlot.spectrum(spectrum, record: record)
    } catch {
      throw error.failure
    }
  }

  /// A spectrum as JCAMP-DX and as a table.
  func standard(_ spectrum: Spectrum, stem: String) throws(Failure) -> [ResultFile] {
    do throws(FormatError) {
      let jcamp = try JCAMPWriter.xyPoints(
        spectrum: spectrum, record: record, journalSHA256: journalSHA256)
      let csv = try CSVWriter.spectrum(
        spectrum: spectrum, record: record, journalSHA256: journalSHA256)
      return [
        ResultFile(name: "\(stem).jdx", bytes: jcamp, atTop: false) { (found) throws(Failure) in
          do throws(FormatError) {
            try FormatCheck.verify(
              jcamp: found, against: spectrum, record: record, journalSHA256: journalSHA256)
          } catch { throw error.failure }
        },
        ResultFile(name: "\(stem).csv", bytes: csv, atTop: false) { (found) throws(Failure) in
          do throws(FormatError) {
            try FormatCheck.verify(
              csv: found, against: spectrum, record: record, journalSHA256: journalSHA256)
          } catch { throw error.failure }
        },
      ]
    } catch {
      throw error.failure
    }
  }

  /// How a file of the run is called where the LIMS sees it.
  func delivered(_ name: String) -> String { "\(DeliveryID(run: record.run)).\(name)" }

  /// The result sheet as JSON and CSV, naming the files as the LIMS will see them.
  ///
  /// The answers of the run's method stand first, and its files are made here too.
  func sheet(
    _ standard: [AnalyteResult], _ made: [ResultFile]
  ) throws(Failure) -> [ResultFile] {
    let answers = (method?.answers ?? []) + standard
    let more = method?.files ?? []
    let files = made + more
    let own = files.map {
      RunFile(name: $0.name, size: $0.bytes.count, sha256: Hash.sha256(of: $0.bytes))
    }
    let listed = (own + archive).map {
      RunFile(name: delivered($0.name), size: $0.size, sha256: $0.sha256)
    }
    var sheet = ResultSheet(
      record, journalSHA256: journalSHA256, results: answers, files: listed)
    if let libraries = method?.libraries, !libraries.isEmpty { sheet.libraries = libraries }
    do throws(ResultError) {
      let json = try ResultWriter.json(sheet)
      let csv = try ResultWriter.csv(sheet)
      return more + [
        ResultFile(name: "result.json", bytes: json, atTop: false, check: Self.same(json)),
        ResultFile(name: "result.csv", bytes: csv, atTop: false, check: Self.same(csv)),
      ]
    } catch {
      throw error.failure
    }
  }

  private func flags(_ spectrum: Spectrum) -> [String] {
    var flags: [String] = []
    if !spectrum.saturated.isEmpty {
      flags.append("saturated-channels-\(spectrum.saturated.count)")
    }
    if let dark = spectrum.dark, DarkCheck.looksLit(dark: dark, scans: spectrum.raw) {
      flags.append("dark-looks-lit")
    }
    if spectrum.dark == nil, record.kind != .dark { flags.append("no-dark") }
    if spectrum.axis.kind == .channel { flags.append("axis-uncalibrated") }
    return flags
  }

  /// `spectrum`, or `spectrum-00001` where there are more.
  func stem(_ index: Int, of count: Int) -> String {
    guard count > 1 else { return "spectrum" }
    let digits = String(index + 1)
    return "spectrum-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }

  static func same(_ bytes: [UInt8]) -> @Sendable ([UInt8]) throws(Failure) -> Void {
    { (found) throws(Failure) in
      guard found == bytes else {
        throw Failure(
          "file-not-as-written", exit: .damaged, what: "A file reads back differently.",
          why: "The disk or its file system altered it.",
          next: "Check the disk; the raw journal is kept, and gauger runs process makes it again.")
      }
    }
  }
}
