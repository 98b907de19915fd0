import Foundation
import Instruments
import Laboratory
import Testing

@testable import Formats

private func read(_ text: String, _ words: String...) throws -> ReadSource {
  try MeasurementReader.read(
    Array(text.utf8), declaration: try TableDeclaration(words: words))
}

private func code(_ text: String, _ words: String...) -> String? {
  do {
    _ = try MeasurementReader.read(
      Array(text.utf8), declaration: try TableDeclaration(words: words))
    return nil
  } catch {
    return (error as? any Explained)?.failure.code
  }
}

@Suite struct TableTests {
  @Test func columnsAreFoundByNameAndMinutesBecomeSeconds() throws {
    let source = try read(
      "remark\n\"Time (min)\",signal,other\n0,1.5,x\n0.5,-2e3,y\n", "time=Time (min)", "unit=min",
      "value=signal", "signal_unit=pA", "skip=1")
    let trace = try #require(source.measurement.traces.first)
    #expect(trace.name == "signal" && trace.unit.symbol == "pA")
    #expect(trace.times == [0, 30] && trace.values == [1.5, -2000] && source.warnings == [])
  }

  @Test func decimalCommasAreReadWhereDeclaredAndNeverGuessed() throws {
    let text = "t;a\n0,5;1,25\n1,5;2,5\n"
    let trace = try #require(
      try read(text, "time=1", "unit=s", "value=2", "decimal=comma").measurement.traces.first)
    #expect(trace.times == [0.5, 1.5] && trace.values == [1.25, 2.5])
    #expect(code(text, "time=1", "unit=s", "value=2") == "table-bad-number")
    #expect(code("0;1.250,5\n", "time=1", "unit=s", "value=2", "decimal=comma") == "table-missing")
    #expect(
      code("1;2\n2;1.250,5\n", "time=1", "unit=s", "value=2", "decimal=comma")
        == "table-bad-number")
  }

  @Test func spectraMayFallAndEmptyCellsGiveNoPoint() throws {
    let source = try read(
      "nm\ta\tb\n900\t10\t\n800\t20\t40\n", "x=nm", "axis=wavelength", "value=a,b",
      "ordinate=percent_transmittance")
    #expect(source.measurement.spectra.map(\.name) == ["a", "b"])
    #expect(source.measurement.spectra.map(\.axis.values) == [[900, 800], [800]])
    #expect(source.measurement.spectra.map(\.values) == [[0.1, 0.2], [0.4]])
    #expect(source.measurement.spectra[0].ordinate == .transmittance)
    #expect(source.warnings == ["1 of 2 rows have no value in column 3"])
  }

  @Test func pairsOfOneTimeAreOneScan() throws {
    let source = try read(
      "t,m,i\n1,50,10\n1,51,20\n2,50,30\n", "time=t", "unit=s", "mz=m", "intensity=i")
    let series = try #require(source.measurement.massScans)
    #expect(series.times == [1, 2] && series.starts == [0, 2, 3])
    #expect(series.massToCharge == [50, 51, 50] && series.intensity == [10, 20, 30])
  }

  @Test func twoColumnsNeedNoName() throws {
    let source = try read("0 1\n1 2\n", "time=1", "unit=s")
    #expect(source.measurement.traces.first?.values == [1, 2])
    #expect(source.measurement.traces.first?.name == "signal")
    #expect(code("0 1 5\n1 2 5\n", "time=1", "unit=s") == "table-missing")
  }

  @Test(arguments: [
    ("0,1\n0,2\n", "table-inconsistent"), ("1,1\n0,2\n", "table-inconsistent"),
    ("0,1\n1,nan\n", "table-bad-number"), ("0,1\n1,inf\n", "table-bad-number"),
    ("0,1\n,2\n", "table-missing"), ("0,1\n1\n", "table-inconsistent"), ("", "table-missing"),
    ("a,b\n", "table-missing"), ("0,1\n1,0x10\n", "table-bad-number"),
    ("0,1\n1,1e999\n", "table-bad-number"), ("0,1\u{0}\n", "table-bad-byte"),
    ("t,a\n0,\n1,\n", "table-missing"),
  ]) func tablesThatAreNoneAreRefusedByName(text: String, wanted: String) {
    #expect(code(text, "time=1", "unit=s", "value=2") == wanted)
  }

  @Test func aLastLineWithoutEndIsSaid() throws {
    let source = try read("0,1\n1,23", "time=1", "unit=s", "value=2")
    #expect(source.measurement.traces.first?.values == [1, 23])
    #expect(source.warnings.contains { $0.contains("cut") })
  }

  @Test(arguments: [
    ["time"], ["time=1"], ["time=0", "unit=s"], ["time=1", "unit=nm"], ["x=1"],
    ["x=1", "axis=pixels"], ["x=1", "axis=wavelength", "unit=min"], ["value=2"],
    ["time=1", "unit=s", "x=2"], ["mz=1"], ["time=1", "time=2"], ["colour=red"],
    ["time=1", "unit=s", "decimal=comma", "separator=comma"], ["zone=Nowhere"], ["skip=-1"],
    ["x=1", "axis=wavelength", "ordinate=percent_counts"],
  ]) func declarationsThatAreNoneAreRefused(words: [String]) {
    #expect { try TableDeclaration(words: words) } throws: {
      ($0 as? Failure)?.code == "columns-invalid"
    }
  }

  @Test func aDeclarationIsTheSameFromWhatWasKept() throws {
    let words = ["time=1", "unit=min", "value=2,signal", "decimal=comma", "zone=+0100"]
    let declaration = try TableDeclaration(words: words)
    #expect(try TableDeclaration(words: declaration.words) == declaration)
    #expect(declaration.values == [.number(2), .name("signal")])
  }

  @Test func aTableOfOursKeepsItsMarkAndItsChecksum() throws {
    let spectrum = Example.raman(channels: 64)
    var record = try Example.record(remark: "µ")
    record.emulated = true
    let bytes = try CSVWriter.spectrum(
      spectrum: spectrum, record: record, journalSHA256: Example.journal)
    let declaration = try TableDeclaration(
      words: ["x=raman_shift_per_cm", "axis=raman_shift", "value=intensity_counts"])
    let source = try MeasurementReader.read(bytes, declaration: declaration)
    #expect(source.identity.emulated && source.identity.samples == [record.sample.id])
    #expect(source.measurement.spectra.first?.values == spectrum.intensity)
    var damaged = bytes
    damaged[bytes.count - 3] ^= 1
    #expect(throws: FormatError.self) {
      try MeasurementReader.read(damaged, declaration: declaration)
    }
  }

  @Test func withoutMarksAndColumnsNothingIsGuessed() {
    #expect(code("0,1\n1,2\n") == "table-missing")
    #expect(MeasurementReader.recognise(Array("0,1\n".utf8)) == nil)
  }
}

/// A Jaz file of three pixels.
let jazText = """
  Jaz Data File
  ++++
  Date: Mon Aug 29 16:23:13 2011
  Spectrometers: JAZA1
  Number of Pixels in Processed Spectrum: 3
  >>>>>Begin Processed Spectral Data<<<<<
  W\tD\tR\tS\tP
  190.5\t1\t10\t4\t33.3
  191.5\t2\t11\t5\t34.3
  192.5\t3\t12\t6\t35.3
  >>>>>End Processed Spectral Data<<<<<

  """

/// A B&W Tek file of three pixels.
let bwtekText = """
  File Version;BWRam4.11_11
  Date;2022-01-21 11:52:01
  coefs_a0;800,5
  coefs_a1;0,5
  coefs_a2;0
  coefs_a3;0
  pixel_num;3
  laser_wavelength;785
  Pixel;Wavelength;Wavenumber;Raman Shift;Dark;Reference;Raw data #1;Dark Subtracted #1;
  0;   ;   ;   ;10,5;65535,0;65535,0;65524,5;
  1;801,00;1;1;11,5;65535,0;20,0;8,5;
  2;801,50;1;1;12,5;65535,0;30,0;17,5;

  """

@Suite struct SpectrometerTextTests {
  @Test func jazFilesAreReadByTheirLetters() throws {
    let source = try MeasurementReader.read(
      Array(jazText.utf8), declaration: try TableDeclaration(words: ["zone=Europe/Rome"]))
    #expect(source.measurement.spectra.map(\.name) == ["dark", "reference", "sample", "processed"])
    #expect(source.measurement.spectra[2].values == [4, 5, 6])
    #expect(source.measurement.spectra[2].axis.values == [190.5, 191.5, 192.5])
    // Summer time in Rome.
    #expect(source.identity.began?.iso8601 == "2011-08-29T14:23:13.000000Z")
    #expect(source.identity.serialNumber == "JAZA1")
  }

  @Test func bwtekFilesAreReadWithTheAxisOfTheirCoefficients() throws {
    let source = try MeasurementReader.read(Array(bwtekText.utf8))
    #expect(
      source.measurement.spectra.map(\.name) == ["dark", "reference", "sample", "processed"])
    let sample = source.measurement.spectra[2]
    #expect(sample.values == [65535, 20, 30] && sample.saturated == [0])
    #expect(sample.axis.kind == .ramanShift)
    let shifts: [Double] = [800.5, 801, 801.5].map { 1e7 / 785 - 1e7 / $0 }
    #expect(sample.axis.values == shifts)
    #expect(source.measurement.facts["coefs_a0"] == "800.5")
  }

  @Test func headsThatContradictTheTableAreRefused() {
    for (text, from, to) in [
      (jazText, "Spectrum: 3", "Spectrum: 4"), (jazText, ">>>>>End", "End"),
      (jazText, "192.5\t", "190.5\t"), (bwtekText, "pixel_num;3", "pixel_num;2"),
      (bwtekText, "801,50;", "802,50;"), (bwtekText, "coefs_a1;0,5", "coefs_a1;0.5"),
      (bwtekText, "30,0", ""),
    ] {
      #expect(throws: FormatError.self, "\(from)") {
        try MeasurementReader.read(Array(text.replacing(from, with: to).utf8))
      }
    }
  }
}

@Suite struct ForeignMomentTests {
  private func moment(_ wall: ForeignMoment.Wall?, _ zone: String = "") -> String? {
    wall.flatMap { ForeignMoment.timestamp($0, zone: zone)?.iso8601 }
  }

  @Test func momentsOfEveryProgramAreRead() {
    #expect(
      moment(ForeignMoment.andi("19930830202439-0800")) == "1993-08-31T04:24:39.000000Z")
    #expect(moment(ForeignMoment.andi("1993 830202439"), "Z") == "1993-08-30T20:24:39.000000Z")
    #expect(
      moment(ForeignMoment.iso("2026/03/29 03:30:00.5"), "Europe/Rome")
        == "2026-03-29T01:30:00.000000Z")
    #expect(moment(ForeignMoment.iso("2026-01-02"), "+0100") == "2026-01-01T23:00:00.000000Z")
    #expect(
      moment(ForeignMoment.c("Mon Aug 29 16:23:13 2011"), "+0000")
        == "2011-08-29T16:23:13.000000Z")
  }

  @Test func datesThatAreNoneAreNotKnown() {
    #expect(moment(ForeignMoment.iso("2026-02-29T00:00:00Z")) == nil)
    #expect(moment(ForeignMoment.iso("2026-13-01T00:00:00Z")) == nil)
    #expect(moment(ForeignMoment.andi("20261120")) == nil)
    #expect(moment(ForeignMoment.iso("2026-02-28T00:00:00")) == nil)
    #expect(ForeignMoment.c("yesterday") == nil)
  }
}
