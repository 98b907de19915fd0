import Foundation
import Instruments
import Laboratory
import Methods
import Testing

@testable import Formats

@Suite struct ANDIMassWriterTests {
  // MARK: - What cannot be written

  private func refusal(
    _ change: (inout MassScanSeries) -> Void, _ options: ExportOptions = .init()
  ) throws -> String? {
    var series = MassScanSeries()
    change(&series)
    do {
      _ = try ANDIExample.bytes(try ANDIExample.mass(series), .andiMS, options)
      return nil
    } catch let failure as Failure { return failure.code }
  }

  @Test func whatTheFormatCannotHoldIsRefusedByName() throws {
    #expect(try refusal { _ in } == "netcdf-shape")
    for wrong in [Double.nan, .infinity, -.infinity] {
      #expect(
        try refusal { $0.append(time: wrong, massToCharge: [1], intensity: [1]) }
          == "netcdf-not-finite")
      #expect(
        try refusal { $0.append(time: 1, massToCharge: [1, 2], intensity: [1, wrong]) }
          == "netcdf-not-finite")
    }
    for wrong in [Double.nan, .infinity] {
      #expect(
        try refusal { $0.append(time: 1, massToCharge: [1, wrong], intensity: [1, 2]) }
          == "netcdf-not-finite")
    }
    #expect(
      try refusal { $0.append(time: 1, massToCharge: [2, 1], intensity: [1, 2]) } == "netcdf-axis")
    #expect(
      try refusal { $0.append(time: 1, massToCharge: [-1, 1], intensity: [1, 2]) }
        == "netcdf-axis")
    #expect(
      try refusal {
        $0.append(time: 2, massToCharge: [1], intensity: [1])
        $0.append(time: 1, massToCharge: [1], intensity: [1])
      } == "netcdf-axis")
    // The total of a scan is a number of the file too.
    #expect(
      try refusal { $0.append(time: 1, massToCharge: [1, 2], intensity: [1.7e308, 1.7e308]) }
        == "netcdf-not-finite")
    var narrow = ExportOptions()
    narrow.narrowNumbers = true
    #expect(
      try refusal({ $0.append(time: 1, massToCharge: [1, 2], intensity: [0, 1e300]) }, narrow)
        == "netcdf-not-finite")
  }

  @Test func whatIsLargerThanTheFormatIsRefusedBeforeAnythingIsWritten() throws {
    for (count, isWritable) in [(134_000_000, true), (134_217_727, false), (1 << 40, false)] {
      var layout = NetCDFLayout()
      let point = layout.dimension("point_number", count)
      _ = layout.variable("mass_values", .double, [point])
      _ = layout.variable("intensity_values", .double, [point])
      if isWritable {
        #expect(try layout.arrange() == 2_144_000_000 + layout.header().count)
      } else {
        #expect {
          var layout = layout
          _ = try layout.arrange()
        } throws: {
          ($0 as? FormatError)?.code == "netcdf-shape"
        }
      }
    }
  }

  // MARK: - What comes back

  @Test(arguments: ANDIExample.texts)
  func everyTextAndEveryBitComeBack(text: String) throws {
    let content = try ANDIExample.mass(
      ANDIExample.scans(), ANDIExample.head(sample: text, remark: text, emulated: true))
    let bytes = try ANDIExample.bytes(content)
    let source = try MeasurementReader.read(bytes)
    #expect(source.measurement.massScans == ANDIExample.scans())
    #expect(source.warnings == [])
    #expect(source.identity.emulated && source.identity.person == "J. Weber")
    #expect(source.identity.maker == "Ocean Optics")
    #expect(source.identity.serialNumber == "USB2+H01234")
    #expect(source.identity.began == content.head.started)
    let remark = try #require(source.measurement.facts["remark"])
    #expect(Array(remark.unicodeScalars) == Array(text.unicodeScalars))
    #expect(source.measurement.facts["journal_sha256"] == Example.journal)
    // Everything in the header is ASCII for people and programs of 1993.
    let file = try NetCDFFile(bytes)
    for attribute in file.attributes {
      #expect(file.text(attribute)?.utf8.allSatisfy { $0 >= 32 && $0 < 127 } ?? true)
      if !attribute.name.hasPrefix("gauger_"), attribute.kind == .char {
        #expect((1...255).contains(attribute.count), "\(attribute.name)")
      }
    }
  }

  @Test(arguments: [[1], [0], [0, 0], [1, 0, 0], [0, 0, 5], [3, 0, 1, 40]])
  func scansWithoutPointsKeepTheirPlace(counts: [Int]) throws {
    let series = ANDIExample.scans(counts: counts)
    let bytes = try ANDIExample.bytes(try ANDIExample.mass(series))
    #expect(try MeasurementReader.read(bytes).measurement.massScans == series)
    let file = try NetCDFFile(bytes)
    let found = try file.numbers(of: #require(file.variable("point_count")))
    #expect(found == counts.map(Double.init))
    let number = file.attribute("global_mass_max").flatMap(file.number)
    #expect((number == nil) == (counts.max() == 0))
  }

  @Test func sixtyFourBitsAreWrittenWhereOneNumberNeedsThem() throws {
    func kinds(_ series: MassScanSeries, _ options: ExportOptions = .init()) throws -> [String] {
      let file = try NetCDFFile(try ANDIExample.bytes(ANDIExample.mass(series), .andiMS, options))
      return [
        "\(try #require(file.variable("mass_values")).kind)",
        "\(try #require(file.variable("intensity_values")).kind)",
        try #require(file.text("raw_data_mass_format")),
        try #require(file.text("raw_data_intensity_format")),
      ]
    }
    #expect(try kinds(ANDIExample.scans()) == ["double", "float", "Double", "Float"])
    #expect(
      try kinds(ANDIExample.scans(isWide: false)) == ["float", "float", "Float", "Float"])
    var late = ANDIExample.scans(isWide: false)
    late.append(time: 99, massToCharge: [1.5, 700], intensity: [16_777_217, 1])
    #expect(try kinds(late) == ["float", "double", "Float", "Double"])
    var narrow = ExportOptions()
    narrow.narrowNumbers = true
    #expect(try kinds(late, narrow) == ["float", "float", "Float", "Float"])
  }

  @Test func narrowNumbersAreSaidBeforeAndInTheFile() throws {
    var series = MassScanSeries()
    series.append(time: 1, massToCharge: [100.1, 200], intensity: [16_777_217, 1])
    var options = ExportOptions()
    options.narrowNumbers = true
    let content = try ANDIExample.mass(series)
    let plan = try MeasurementWriter.plan(content, as: .andiMS, options)
    #expect(
      plan.parts[0].roundings == [
        "masses are rounded to 32-bit floats, by up to \(abs(Double(Float(100.1)) - 100.1)) m/z",
        "intensities are rounded to 32-bit floats, by up to 1.0 counts",
      ])
    #expect(try MeasurementWriter.plan(content, as: .andiMS).parts[0].roundings == [])
    let bytes = try ANDIExample.bytes(content, .andiMS, options)
    let file = try NetCDFFile(bytes)
    #expect(file.text("administrative_comments")?.contains("rounded to 32-bit") == true)
    let read = try #require(try MeasurementReader.read(bytes).measurement.massScans)
    #expect(read.massToCharge == [Double(Float(100.1)), 200])
    // The total is that of the numbers in the file.
    #expect(try file.numbers(of: #require(file.variable("total_intensity"))) == [16_777_217])
    #expect(read.intensity == [16_777_216, 1])
  }

  @Test func numbersThatMeanAbsentElsewhereAreNumbersInAFileOfOurs() throws {
    var series = MassScanSeries(unit: "A")
    let values: [Double] = [-9999, 0x1.ep+122, -0.0, .leastNonzeroMagnitude, 1e308, -1e-30, -32767]
    series.append(
      time: -9999, massToCharge: (0..<values.count).map { Double($0) }, intensity: values)
    let read = try MeasurementReader.read(try ANDIExample.bytes(ANDIExample.mass(series)))
    #expect(read.measurement.massScans?.times == [-9999])
    #expect(
      read.measurement.massScans?.intensity.map(\.bitPattern) == values.map(\.bitPattern))
  }

  @Test func marksStandInTheTitleAndTheSourceIsNamed() throws {
    let head = try ANDIExample.head(emulated: true, complete: false)
    let file = try NetCDFFile(try ANDIExample.bytes(ANDIExample.mass(ANDIExample.scans(), head)))
    #expect(file.text("experiment_title") == "EMULATED, INCOMPLETE: S-2026-0815, sample")
    #expect(
      file.text("source_file_reference")
        == "run 20261120T101500Z-usb2000plus-abcd, raw journal SHA-256 \(Example.journal)")
    #expect(file.text("administrative_comments")?.hasPrefix("EMULATED INCOMPLETE; ") == true)
    // 10:15 UTC in Berlin.
    #expect(file.text("experiment_date_time_stamp") == "20261120111500+0100")
    #expect(file.text("netcdf_file_date_time_stamp") == "20261120111505+0100")
    #expect(file.text("test_separation_type") == "Gas-Liquid Chromatography")
    #expect(file.text("test_ionization_mode") == nil)
    let texts = try file.texts(of: #require(file.variable("instrument_comments")))
    #expect(texts == ["EMULATED"])
  }

  @Test func gapsInTheNumbersOfScansStandInTheFile() throws {
    struct Gaps: MassScanSource {
      var kind: MassScanSeries.Kind { .profile }
      var hasSelectedMasses: Bool { true }
      var unit: String { "A" }
      func forEachScan(_ body: (MassScan) throws(Failure) -> Void) throws(Failure) {
        for (number, time) in [(0, 0.0), (1, 1.5), (7, 10.5)] {
          try body(
            MassScan(number: number, time: time, massToCharge: [28], intensity: [1e-10]))
        }
      }
    }
    var content = ExportContent(head: try ANDIExample.head(technique: .residualGas))
    content.massScans = Gaps()
    let file = try NetCDFFile(try ANDIExample.bytes(content))
    #expect(try file.numbers(of: #require(file.variable("actual_scan_number"))) == [0, 1, 7])
    #expect(file.text("test_scan_function") == "Selected Ion Detection")
    #expect(file.text("experiment_type") == "Continuum Mass Spectrum")
    #expect(file.text("test_separation_type") == "No Chromatography")
    #expect(file.text("test_ionization_mode") == "Electron Impact")
    let intensity = try #require(file.variable("intensity_values"))
    #expect(file.text("units", of: intensity) == "Current")
  }

  @Test func whatHasNoPlaceIsSaid() throws {
    var content = try ANDIExample.mass()
    content.traces = [ANDIExample.trace(), ANDIExample.trace(name: "tcd")]
    content.peaks = ANDIExample.peaks()
    let plan = try MeasurementWriter.plan(content, as: .andiMS)
    #expect(
      plan.losses == [
        "2 signals: ANDI/MS has no place for them", "2 peaks: ANDI/MS has no place for them",
      ])
    #expect(plan.parts.count == 1)
    content.massScans = nil
    #expect(try MeasurementWriter.plan(content, as: .andiMS).parts.isEmpty)
  }

  @Test func aFileOfAnotherMakerReadsBackAsItWas() throws {
    let bytes = andiMass(masses: [500, 770, 1520, 1530, 1540], total: [30, 0, 120]).file()
    let source = try MeasurementReader.read(bytes)
    let content = ExportContent(source, file: "a.cdf", sha256: Example.journal, software: "Gauger")
    let again = try MeasurementReader.read(try ANDIExample.bytes(content))
    #expect(again.measurement.massScans == source.measurement.massScans)
    #expect(again.identity == source.identity)
    for (name, value) in source.measurement.facts {
      #expect(again.measurement.facts[name] == value)
    }
    // Once more, and nothing changes: not a name is added, not a byte.
    let second = ExportContent(again, file: "a.cdf", sha256: Example.journal, software: "Gauger")
    let third = try MeasurementReader.read(try ANDIExample.bytes(second))
    #expect(third.measurement == again.measurement)
  }

  /// A series that does not say how long it is.
  private struct Unknown: MassScanSource {
    let series: MassScanSeries
    var kind: MassScanSeries.Kind { series.kind }
    var hasSelectedMasses: Bool { false }
    var unit: String { series.unit }
    func forEachScan(_ body: (MassScan) throws(Failure) -> Void) throws(Failure) {
      try series.forEachScan(body)
    }
  }

  @Test func onePassAndTwoGiveTheSameBytes() throws {
    // Exact, exact in its first scan alone, inexact from the beginning, and without a point there.
    var late = ANDIExample.scans(isWide: false)
    late.append(time: 99, massToCharge: [1.1], intensity: [0.1])
    var none = MassScanSeries()
    none.append(time: 1, massToCharge: [], intensity: [])
    none.append(time: 2, massToCharge: [1.1], intensity: [5])
    for series in [ANDIExample.scans(), ANDIExample.scans(isWide: false), late, none] {
      var content = try ANDIExample.mass(series)
      let once = try ANDIExample.bytes(content)
      content.massScans = Unknown(series: series)
      #expect(try ANDIExample.bytes(content) == once)
    }
  }

  /// A source that promises other scans than it gives.
  private struct Liar: MassScanSource {
    var extent: (scans: Int, points: Int)?
    var kind: MassScanSeries.Kind { .centroid }
    var hasSelectedMasses: Bool { false }
    var unit: String { "counts" }
    func forEachScan(_ body: (MassScan) throws(Failure) -> Void) throws(Failure) {
      try ANDIExample.scans().forEachScan(body)
    }
  }

  @Test(arguments: [(3, 44), (5, 44), (4, 43), (4, 45)])
  func aSourceThatGivesOtherScansThanItSaidIsRefused(scans: Int, points: Int) throws {
    var content = ExportContent(head: try ANDIExample.head())
    content.massScans = Liar(extent: (scans, points))
    #expect { try ANDIExample.bytes(content) } throws: {
      ($0 as? Failure)?.code == "netcdf-inconsistent"
    }
  }

  @Test func theSameContentGivesTheSameBytes() throws {
    let content = try ANDIExample.mass()
    #expect(try ANDIExample.bytes(content) == ANDIExample.bytes(content))
  }

  @Test func aNumberThatChangedIsFoundByTheCheck() throws {
    let content = try ANDIExample.mass()
    let (part, file) = try #require(try ANDIExample.files(content, .andiMS).first)
    var other = ANDIExample.scans()
    other.append(time: 20, massToCharge: [], intensity: [])
    for change in [ANDIExample.scans(counts: [3, 0, 1, 39]), ANDIExample.scans(unit: "A"), other] {
      var wrong = part
      wrong.content.massScans = change
      #expect(throws: Failure.self) { try MeasurementWriter.check(file, holds: wrong) }
    }
    var renamed = part
    renamed.content.head.person = "somebody else"
    #expect(throws: Failure.self) { try MeasurementWriter.check(file, holds: renamed) }
  }
}
