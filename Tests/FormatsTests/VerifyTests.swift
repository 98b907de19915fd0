import Foundation
import Instruments
import Laboratory
import Testing

@testable import Formats

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Test(arguments: [(false, true), (true, true), (false, false), (true, false)])
func emulatedAndIncompleteAreSeenFirst(emulated: Bool, complete: Bool) throws {
  let record = try Example.record(emulated: emulated, complete: complete)
  let spectrum = Example.raman(channels: 64)
  let document = try JCAMPReader.read(
    JCAMPWriter.xyPoints(spectrum: spectrum, record: record, journalSHA256: Example.journal))
  let title = try #require(document.text("TITLE"))
  #expect(title.contains("EMULATED") == emulated)
  #expect(title.contains("INCOMPLETE") == !complete)
  #expect(document.text("$GAUGER EMULATED") == (emulated ? "yes" : "no"))
  #expect(document.text("$GAUGER COMPLETE") == (complete ? "yes" : "no"))
  let table = try CSVReader.read(
    CSVWriter.spectrum(spectrum: spectrum, record: record, journalSHA256: Example.journal))
  #expect(table.fact("emulated") == (emulated ? "yes" : "no"))
  #expect(table.fact("complete") == (complete ? "yes" : "no"))
  let plot = String(decoding: try SVGPlot.spectrum(spectrum, record: record), as: UTF8.self)
  #expect(plot.contains("EMULATED") == emulated)
  #expect(plot.contains("INCOMPLETE") == !complete)
}

@Test func jcampHoldsTheRecordsOfTheStandard() throws {
  let record = try Example.record()
  let document = try JCAMPReader.read(
    JCAMPWriter.xyPoints(
      spectrum: Example.raman(), record: record, journalSHA256: Example.journal))
  #expect(document.records.first?.label == "TITLE")
  #expect(document.text("JCAMP-DX") == "5.01")
  #expect(document.text("DATA TYPE") == "RAMAN SPECTRUM")
  #expect(document.text("DATA CLASS") == "XYPOINTS")
  #expect(document.text("XUNITS") == "1/CM")
  #expect(document.text("YUNITS") == "COUNTS")
  #expect(document.text("LONGDATE") == "2026/11/20 10:15:00+0000")
  #expect(document.text("OWNER") == "J. Weber")
  #expect(document.text("NPOINTS") == "2048")
  #expect(document.text("$LASER WAVELENGTH NM") == "785.1")
  #expect(document.text("$GAUGER SETTING INTEGRATION US") == "100000")
  #expect(document.text("$GAUGER SATURATED CHANNELS") == "27 28")
  #expect(
    document.text("SOURCE REFERENCE")
      == "run 20261120T101500Z-usb2000plus-abcd, raw journal SHA-256 \(Example.journal)")
  #expect(document.text("DATA PROCESSING")?.contains("electric-dark: skipped") == true)
  var wavelength = Example.raman(channels: 64)
  wavelength.axis = Axis(kind: .wavelength, values: wavelength.wavelengths ?? [])
  let plain = try JCAMPReader.read(
    JCAMPWriter.xyPoints(spectrum: wavelength, record: record, journalSHA256: Example.journal))
  #expect(plain.text("DATA TYPE") == "UV/VIS SPECTRUM")
  #expect(plain.text("XUNITS") == "NANOMETERS")
}

@Test func csvHasAColumnForWhatIsKnown() throws {
  let record = try Example.record()
  func columns(_ spectrum: Spectrum) throws -> [String] {
    try CSVReader.read(
      CSVWriter.spectrum(spectrum: spectrum, record: record, journalSHA256: Example.journal)
    ).columns
  }
  #expect(
    try columns(Example.raman()) == [
      "channel", "wavelength_nm", "raman_shift_per_cm", "intensity_counts", "raw_counts",
      "dark_counts", "saturated",
    ])
  #expect(
    try columns(Example.awkwardNumbers()) == [
      "channel", "intensity_counts", "raw_counts", "saturated",
    ])
  let table = try CSVReader.read(
    CSVWriter.spectrum(
      spectrum: Example.raman(), record: record, journalSHA256: Example.journal))
  let marked = try #require(table.column("saturated"))
  #expect(marked.indices.filter { marked[$0] == 1 } == [27, 28])
}

/// Each change of what a file stands for must be noticed when it is read back.
@Test func verifyNoticesEveryChange() throws {
  let spectrum = Example.raman(channels: 64)
  let record = try Example.record()
  let jcamp = try JCAMPWriter.xyPoints(
    spectrum: spectrum, record: record, journalSHA256: Example.journal)
  let csv = try CSVWriter.spectrum(
    spectrum: spectrum, record: record, journalSHA256: Example.journal)
  func expectMismatch(
    _ what: Comment, csvOnly: Bool = false, sha: String = Example.journal,
    _ change: (inout Spectrum, inout RunRecord) -> Void
  ) {
    var (changed, other) = (spectrum, record)
    change(&changed, &other)
    if !csvOnly {
      let error = #expect(throws: FormatError.self, what) {
        try FormatCheck.verify(jcamp: jcamp, against: changed, record: other, journalSHA256: sha)
      }
      #expect(error?.code == "jcamp-mismatch", what)
    }
    let error = #expect(throws: FormatError.self, what) {
      try FormatCheck.verify(csv: csv, against: changed, record: other, journalSHA256: sha)
    }
    #expect(error?.code == "csv-mismatch", what)
  }
  expectMismatch("intensity") { s, _ in s.intensity[5] = s.intensity[5].nextUp }
  expectMismatch("axis") { s, _ in s.axis.values[5] = s.axis.values[5].nextDown }
  expectMismatch("one point less") { s, _ in
    s.axis.values.removeLast()
    s.intensity.removeLast()
  }
  expectMismatch("raw", csvOnly: true) { s, _ in s.raw[63] += 1 }
  expectMismatch("dark", csvOnly: true) { s, _ in s.dark?[0] += 1 }
  expectMismatch("wavelength", csvOnly: true) { s, _ in s.wavelengths?[0] += 1 }
  expectMismatch("no dark") { s, r in
    s.dark = nil
    r.darkSource = nil
    r.warnings = ["no dark"]
  }
  expectMismatch("saturated") { s, _ in s.saturated = [28] }
  expectMismatch("emulated") { _, r in r.emulated = true }
  expectMismatch("complete") { _, r in r.complete = false }
  expectMismatch("sample") { _, r in r.sample.id += " " }
  expectMismatch("operator") { _, r in r.person = "j. weber" }
  expectMismatch("setting") { _, r in r.settings["laser_nm"] = 785.2 }
  expectMismatch("step") { s, _ in s.steps[0].numbers["scans"] = 49 }
  expectMismatch("journal", sha: String(repeating: "0", count: 64)) { _, _ in }
}

@Test func plotsAreWellFormedWhateverTheTexts() throws {
  for text in ["<b>&\"'", "nul\0 \u{1}\u{FFFE}\u{202E}", String(repeating: "漢", count: 300), ""] {
    let bytes = try SVGPlot.spectrum(
      Example.raman(), record: Example.record(sample: text, emulated: true, complete: false))
    let parser = XMLParser(data: Data(bytes))
    #expect(parser.parse(), "\(text): \(String(describing: parser.parserError))")
    let plot = String(decoding: bytes, as: UTF8.self)
    #expect(plot.contains("2 saturated channels"))
    #expect(plot.contains("Raman shift / cm\u{207B}\u{00B9}"))
    #expect(!plot.contains("nan") && !plot.contains("inf\""))
  }
  var flat = Example.raman(channels: 2)
  flat.intensity = [7, 7]
  #expect(try !SVGPlot.spectrum(flat, record: Example.record()).isEmpty)
  let error = #expect(throws: FormatError.self) {
    try SVGPlot.spectrum(Example.awkwardNumbers(), record: Example.record())
  }
  #expect(error?.code == "svg-shape")
}

@Test(arguments: [
  (0.0, 65535.0, 8, ["0", "10000", "20000", "30000", "40000", "50000", "60000"]),
  (-0.5, 0.5, 5, ["\u{2212}0.4", "\u{2212}0.2", "0.0", "0.2", "0.4"]),
  (780.0, 1045.0, 9, ["800", "850", "900", "950", "1000"]),
  (0.001, 0.0032, 4, ["0.001", "0.002", "0.003"]),
])
func ticksStandAtRoundPlaces(low: Double, high: Double, about: Int, labels: [String]) {
  let ticks = Ticks(from: low, to: high, about: about)
  #expect(ticks.values.map(ticks.label) == labels)
}
