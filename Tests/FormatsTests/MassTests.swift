import Foundation
import Instruments
import Laboratory
import Testing

@testable import Formats

#if canImport(FoundationXML)
  import FoundationXML
#endif

private let kinds = [MassScanLayout.Kind.profile, .centroid, .selected]

private func code(_ write: () throws -> [UInt8]) -> String? {
  do {
    _ = try write()
    return nil
  } catch { return (error as? FormatError)?.code }
}

/// The files of mass runs: what cannot be written, what is, and who else reads it.
@Suite struct MassFormatTests {
  // MARK: - Refused

  @Test func whatNoFormatCanHoldIsRefused() throws {
    let record = try Example.record()
    func codes(_ change: (inout MassSpectrum) -> Void) -> [String?] {
      var spectrum = Example.mass()
      change(&spectrum)
      let wrong = spectrum
      return [
        code {
          try JCAMPWriter.mass(spectrum: wrong, record: record, journalSHA256: Example.journal)
        },
        code {
          try CSVWriter.mass(spectrum: wrong, record: record, journalSHA256: Example.journal)
        },
        code { try SVGPlot.mass(wrong, traces: [], record: record) },
        code {
          try CSVWriter.partialPressures(
            spectra: [wrong], record: record, journalSHA256: Example.journal)
        },
      ]
    }
    func all(_ problem: String) -> [String?] {
      ["jcamp", "csv", "svg", "csv"].map { "\($0)-\(problem)" }
    }
    #expect(codes { $0.current[7] = .nan } == all("not-finite"))
    #expect(codes { $0.raw[7] = .infinity } == all("not-finite"))
    #expect(codes { $0.deviation?[7] = .nan } == all("not-finite"))
    #expect(codes { $0.totalPressure = .nan } == all("not-finite"))
    #expect(codes { $0.partialPressures[0].torr = .nan } == all("not-finite"))
    #expect(codes { $0.massToCharge.removeLast() } == all("shape"))
    #expect(codes { $0.massToCharge.swapAt(3, 4) } == all("axis"))
    #expect(codes { $0.massToCharge[4] = $0.massToCharge[3] } == all("axis"))
    #expect(
      codes {
        ($0.massToCharge, $0.current, $0.raw) = ([], [], [])
        ($0.deviation, $0.pressure) = (nil, nil)
      } == all("shape"))
  }

  @Test func tracesThatContradictOneAnotherAreRefused() throws {
    let record = try Example.record()
    func refusal(_ change: (inout [Trace]) -> Void) -> String? {
      var traces = Example.traces()
      change(&traces)
      let wrong = traces
      return code {
        try CSVWriter.traces(wrong, record: record, journalSHA256: Example.journal)
      }
    }
    #expect(refusal { $0 = [] } == "csv-shape")
    #expect(refusal { $0[0].values[1] = .nan } == "csv-not-finite")
    #expect(refusal { $0[2].times[1] = .infinity } == "csv-not-finite")
    #expect(refusal { $0[0].values.removeLast() } == "csv-shape")
    #expect(refusal { $0[2].scans[5] = 77 } == "csv-shape")
    #expect(refusal { _ in } == nil)
  }

  @Test func cutTablesAndPeakTablesAreRefused() throws {
    let record = try Example.record()
    for kind in kinds {
      let jcamp = try JCAMPWriter.mass(
        spectrum: Example.mass(kind), record: record, journalSHA256: Example.journal)
      for length in stride(from: 0, to: jcamp.count - 8, by: 64) {
        #expect(throws: FormatError.self) { try JCAMPReader.read(Array(jcamp[..<length])) }
      }
    }
    let csv = try CSVWriter.traces(
      Example.traces(), record: record, journalSHA256: Example.journal)
    for length in stride(from: 0, to: csv.count, by: 64) {
      #expect(throws: FormatError.self) { try CSVReader.read(Array(csv[..<length])) }
    }
  }

  @Test func aChangedDigitIsNoticedWhenAFileIsReadBack() throws {
    let record = try Example.record()
    let spectrum = Example.mass()
    let traces = Example.traces()
    let (sha, other) = (Example.journal, String(repeating: "0", count: 64))
    let jcamp = try JCAMPWriter.mass(spectrum: spectrum, record: record, journalSHA256: sha)
    let csv = try CSVWriter.mass(spectrum: spectrum, record: record, journalSHA256: sha)
    let pressures = try CSVWriter.partialPressures(
      spectra: [spectrum], record: record, journalSHA256: sha)
    let trace = try CSVWriter.traces(traces, record: record, journalSHA256: sha)
    var changed = spectrum
    changed.current[3] = changed.current[3].nextUp
    var moved = spectrum
    moved.partialPressures[3].torr = moved.partialPressures[3].torr.nextUp
    var later = traces
    later[2].times[3] = later[2].times[3].nextUp
    var unmarked = record
    unmarked.emulated = true
    func mismatch(_ check: () throws(FormatError) -> Void) {
      let error = #expect(throws: FormatError.self) { try check() }
      #expect(error?.problem == .mismatch)
    }
    mismatch { () throws(FormatError) in
      try FormatCheck.verify(jcamp: jcamp, against: changed, record: record, journalSHA256: sha)
    }
    mismatch { () throws(FormatError) in
      try FormatCheck.verify(jcamp: jcamp, against: spectrum, record: unmarked, journalSHA256: sha)
    }
    mismatch { () throws(FormatError) in
      try FormatCheck.verify(csv: csv, against: changed, record: record, journalSHA256: sha)
    }
    mismatch { () throws(FormatError) in
      try FormatCheck.verify(csv: csv, against: spectrum, record: record, journalSHA256: other)
    }
    mismatch { () throws(FormatError) in
      try FormatCheck.verify(
        csv: pressures, againstPressuresOf: [moved], record: record, journalSHA256: sha)
    }
    mismatch { () throws(FormatError) in
      try FormatCheck.verify(csv: trace, against: later, record: record, journalSHA256: sha)
    }
    mismatch { () throws(FormatError) in
      try FormatCheck.verify(
        csv: trace, against: Array(traces.dropLast()), record: record, journalSHA256: sha)
    }
  }

  // MARK: - Written and read back

  @Test(arguments: kinds, [1, 5])
  func everyKindReadsBackToTheBit(kind: MassScanLayout.Kind, scans: Int) throws {
    let record = try Example.record(sample: "Größe ## $$", emulated: true, complete: false)
    for knowsPressure in [true, false] {
      let spectrum = Example.mass(kind, scans: scans, knowsPressure: knowsPressure)
      let jcamp = try JCAMPWriter.mass(
        spectrum: spectrum, record: record, journalSHA256: Example.journal)
      try FormatCheck.verify(
        jcamp: jcamp, against: spectrum, record: record, journalSHA256: Example.journal)
      let csv = try CSVWriter.mass(
        spectrum: spectrum, record: record, journalSHA256: Example.journal)
      try FormatCheck.verify(
        csv: csv, against: spectrum, record: record, journalSHA256: Example.journal)
      let document = try JCAMPReader.read(jcamp)
      #expect(document.text("TITLE")?.hasPrefix("EMULATED, INCOMPLETE: ") == true)
      #expect(document.text("JCAMP-DX") == "5.00")
      #expect(document.text("XUNITS") == "M/Z")
      #expect(document.text("YUNITS") == "AMPERE")
      #expect(
        document.text("DATA TYPE")
          == (kind == .profile ? "CONTINUOUS MASS SPECTRUM" : "MASS SPECTRUM"))
      #expect(document.text("DATA CLASS") == (kind == .profile ? "XYPOINTS" : "PEAK TABLE"))
      let names = try CSVReader.read(csv).columns
      #expect(names.contains("ion_current_std_A") == (scans > 1))
      #expect(names.contains("partial_pressure_Torr") == knowsPressure)
    }
  }

  @Test func selectedMassesRiseInJCAMPAndKeepTheirOrderInCSV() throws {
    let spectrum = Example.mass(.selected)
    let record = try Example.record()
    let jcamp = try JCAMPWriter.mass(
      spectrum: spectrum, record: record, journalSHA256: Example.journal)
    #expect(try JCAMPReader.read(jcamp).x == [18, 28, 32, 40])
    let csv = try CSVWriter.mass(
      spectrum: spectrum, record: record, journalSHA256: Example.journal)
    #expect(try CSVReader.read(csv).column("mz") == [28, 18, 32, 40])
  }

  @Test func oneMassIsASpectrumToo() throws {
    var spectrum = Example.mass(.selected, scans: 1)
    spectrum.massToCharge = [28]
    spectrum.current = [2.8e-12]
    spectrum.raw = [28000]
    spectrum.pressure = [2.7e-8]
    let record = try Example.record()
    let jcamp = try JCAMPWriter.mass(
      spectrum: spectrum, record: record, journalSHA256: Example.journal)
    #expect(try JCAMPReader.read(jcamp).y == [2.8e-12])
    let plot = try SVGPlot.mass(spectrum, traces: Example.traces(scans: 1), record: record)
    #expect(XMLParser(data: Data(plot)).parse())
  }

  @Test func tracesStandSideBySideWithEmptyCellsWhereNothingIsKnown() throws {
    let record = try Example.record()
    let traces = Example.traces()
    let csv = try CSVWriter.traces(traces, record: record, journalSHA256: Example.journal)
    try FormatCheck.verify(
      csv: csv, against: traces, record: record, journalSHA256: Example.journal)
    let table = try CSVReader.read(csv)
    #expect(
      table.columns == [
        "scan", "time_s", "total_current_A", "sum_current_A", "mz28_A", "mz28_time_s", "after_gap",
        "after_change", "time_unknown",
      ])
    #expect(table.column("total_current_A") == [1e-10, 1e-10, nil, 1e-10, 1e-10, 1e-10])
    #expect(table.column("mz28_time_s")?[1] == 1.533)
    #expect(table.column("after_gap") == [0, 0, 0, 1, 0, 0])
  }

  @Test func pressuresOfAllSpectraStandInOneTable() throws {
    let spectra = [Example.mass(.selected), Example.mass(.selected, scans: 1)]
    let record = try Example.record()
    let csv = try CSVWriter.partialPressures(
      spectra: spectra, record: record, journalSHA256: Example.journal)
    try FormatCheck.verify(
      csv: csv, againstPressuresOf: spectra, record: record, journalSHA256: Example.journal)
    let table = try CSVReader.read(csv)
    #expect(table.column("spectrum") == [1, 1, 1, 1, 2, 2, 2, 2])
    #expect(table.column("mz") == [28, 18, 32, 40, 28, 18, 32, 40])
    #expect(table.column("nitrogen_equivalent") == Array(repeating: 1, count: 8))
    #expect(table.column("partial_pressure_std_Torr")?[4] == nil)
    #expect(table.fact("pressures") == "nitrogen-equivalent")
    let unknown = code {
      try CSVWriter.partialPressures(
        spectra: [Example.mass(knowsPressure: false)], record: record,
        journalSHA256: Example.journal)
    }
    #expect(unknown == "csv-shape")
  }

  @Test(arguments: kinds)
  func plotsOfMassScansAreWellFormed(kind: MassScanLayout.Kind) throws {
    for traces in [[], Example.traces(), Example.traces(scans: 30_000)] {
      let bytes = try SVGPlot.mass(
        Example.mass(kind), traces: traces,
        record: Example.record(sample: "<b>&\"'", emulated: true, complete: false))
      let parser = XMLParser(data: Data(bytes))
      #expect(parser.parse(), "\(String(describing: parser.parserError))")
      let plot = String(decoding: bytes, as: UTF8.self)
      #expect(plot.contains("m/z"))
      #expect(plot.contains("Time / s") == !traces.isEmpty)
      #expect(plot.contains("EMULATED \u{00B7} INCOMPLETE"))
      #expect(!plot.contains("nan") && !plot.contains("inf\""))
      #expect(bytes.count < 200_000)
    }
  }

  // MARK: - Strangers

  @Test(.enabled(if: Stranger.isWanted, Stranger.noPython), arguments: kinds)
  func pythonJcampReadsTheSameMassSpectrum(kind: MassScanLayout.Kind) throws {
    let spectrum = Example.mass(kind)
    try withFolder { folder in
      let file = folder.appending(path: "a.jdx")
      try Data(
        JCAMPWriter.mass(
          spectrum: spectrum, record: Example.record(), journalSHA256: Example.journal)
      ).write(to: file)
      let script = """
        import jcamp, struct, sys
        d = jcamp.readfile(sys.argv[1])
        for v in list(d['x']) + list(d['y']):
            print(struct.pack('>d', v).hex())
        print(d['npoints'], d['xunits'], d['yunits'], sep='|')
        """
      let (status, output) = try Stranger.run(["-c", script, file.path])
      #expect(status == 0, "\(output.suffix(500))")
      let lines = output.split(separator: "\n")
      let points = spectrum.byMass
      #expect(
        lines.dropLast().map { UInt64($0, radix: 16) }
          == (points.masses + points.currents).map(\.bitPattern))
      #expect(lines.last == "\(spectrum.current.count)|M/Z|AMPERE")
    }
  }

  @Test(
    .enabled(if: Stranger.isWanted && Stranger.checker != nil, Stranger.noChecker),
    arguments: kinds)
  func independentRulesHoldForMassFiles(kind: MassScanLayout.Kind) throws {
    let record = try Example.record(emulated: true, complete: false)
    let spectrum = Example.mass(kind)
    let checker = try #require(Stranger.checker)
    let sha = Example.journal
    try withFolder { folder in
      let files = [
        "a.jdx": try JCAMPWriter.mass(spectrum: spectrum, record: record, journalSHA256: sha),
        "a.csv": try CSVWriter.mass(spectrum: spectrum, record: record, journalSHA256: sha),
        "p.csv": try CSVWriter.partialPressures(
          spectra: [spectrum], record: record, journalSHA256: sha),
        "t.csv": try CSVWriter.traces(Example.traces(), record: record, journalSHA256: sha),
      ]
      for (name, bytes) in files {
        let path = folder.appending(path: name)
        try Data(bytes).write(to: path)
        let must = name.hasSuffix("jdx") ? ["--must", "jcamp"] : []
        let found = try Stranger.run([checker, "--strict"] + must + [path.path])
        #expect(found.status == 0, "\(name): \(found.output)")
      }
    }
  }
}
