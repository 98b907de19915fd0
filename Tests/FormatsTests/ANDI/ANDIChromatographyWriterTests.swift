import Foundation
import Instruments
import Laboratory
import Methods
import Testing

@testable import Formats

@Suite struct ANDIChromatographyWriterTests {
  private func refusal(_ change: (inout Trace) -> Void) throws -> String? {
    var trace = ANDIExample.trace(5)
    change(&trace)
    do {
      _ = try ANDIExample.bytes(try ANDIExample.chromatogram(trace), .andiChromatography)
      return nil
    } catch let failure as Failure { return failure.code }
  }

  @Test func whatTheFormatCannotHoldIsRefusedByName() throws {
    for wrong in [Double.nan, .infinity, 1e39] {
      #expect(try refusal { $0.values[2] = wrong } == "netcdf-not-finite")
      #expect(try refusal { $0.times[4] = wrong } == "netcdf-not-finite")
    }
    #expect(try refusal { $0.times[3] = 0 } == "netcdf-axis")
    #expect(try refusal { $0.scans.removeLast() } == "netcdf-shape")
    var peak = ReportedPeak(trace: "fid", retentionTime: 1, areaUnit: "pA*s")
    peak.area = .nan
    let content = try ANDIExample.chromatogram(peaks: [peak])
    #expect { try ANDIExample.bytes(content, .andiChromatography) } throws: {
      ($0 as? Failure)?.code == "netcdf-not-finite"
    }
  }

  @Test(arguments: ANDIExample.texts)
  func everyTextAndEveryBitComeBack(text: String) throws {
    let head = try ANDIExample.head(sample: text, remark: text, emulated: true, technique: .gc)
    let trace = ANDIExample.trace(name: text, isExact: false, isUneven: true)
    let content = try ANDIExample.chromatogram(trace, peaks: ANDIExample.peaks(text), head)
    let source = try MeasurementReader.read(
      try ANDIExample.bytes(content, .andiChromatography))
    #expect(source.measurement.traces == [trace])
    #expect(source.measurement.reportedPeaks == ANDIExample.peaks(text))
    #expect(source.identity.emulated && source.warnings == [])
    #expect(source.identity.samples.map { Array($0.utf8) } == [Array(text.utf8)])
    #expect(source.measurement.facts["remark"].map { Array($0.utf8) } == Array(text.utf8))
  }

  @Test func exactFloatsNeedNoVariableOfOurs() throws {
    let file = try NetCDFFile(
      try ANDIExample.bytes(ANDIExample.chromatogram(), .andiChromatography))
    #expect(file.variable("gauger_ordinate_values") == nil)
    #expect(file.variable("gauger_retention") == nil)
    #expect(file.variable("raw_data_retention") == nil)
    let values = try #require(file.variable("ordinate_values"))
    #expect(file.text("uniform_sampling_flag", of: values) == "Y")
    #expect(file.text("uniform_sampling_flag", of: values)?.count == 1)
    func number(_ name: String) throws -> Double? {
      try file.numbers(of: #require(file.variable(name))).first
    }
    #expect(try number("actual_sampling_interval") == 0.5)
    #expect(try number("actual_delay_time") == 3)
    #expect(try number("actual_run_time_length") == 102.5)
    #expect(try number("detector_maximum_value") == file.numbers(of: values).max())
    #expect(try number("detector_minimum_value") == 0)
    #expect(file.text("dataset_completeness") == "C1")
    #expect(file.text("injection_date_time_stamp") == "20261120111500+0100")
    #expect(file.text("detector_unit") == "pA" && file.text("detector_name") == "fid")
    #expect(file.text("separation_experiment_type") == "Gas-Liquid Chromatography")
    #expect(file.text("sample_type") == "unknown")
  }

  @Test func roundedNumbersAreSaidAndStandExactBeside() throws {
    let trace = ANDIExample.trace(interval: 0.1, isExact: false)
    let content = try ANDIExample.chromatogram(trace)
    let plan = try MeasurementWriter.plan(content, as: .andiChromatography)
    let error = trace.values.map { abs(Double(Float($0)) - $0) }.max() ?? 0
    #expect(plan.parts[0].roundings.count == 2)
    #expect(plan.parts[0].roundings[0].contains("by up to \(error) pA"))
    let file = try NetCDFFile(try ANDIExample.bytes(content, .andiChromatography))
    #expect(file.text("administrative_comments")?.contains("\(error)") == true)
    // 0.1 is no 32-bit float, but the grid is within a step of one.
    let values = try #require(file.variable("ordinate_values"))
    #expect(file.text("uniform_sampling_flag", of: values) == "Y")
    #expect(
      try file.numbers(of: #require(file.variable("gauger_retention"))) == trace.times)
    #expect(
      try file.numbers(of: #require(file.variable("gauger_ordinate_values"))) == trace.values)
    #expect(try file.numbers(of: values) == trace.values.map { Double(Float($0)) })
  }

  @Test func aGridOfAnHourAtAHundredHertzIsUniform() throws {
    let even = SamplingGrid((0..<360_000).map { Double($0) / 100 })
    #expect(even.isUniform && even.interval == 0.01 && !even.isExact)
    #expect(even.error < 2e-4)
    // One point a step of its float away from the grid, and a bit more.
    var times = (0..<1000).map { Double($0) * 0.25 }
    #expect(SamplingGrid(times).isExact)
    times[500] += 3 * Double(Float(times[500]).ulp)
    #expect(!SamplingGrid(times).isUniform)
  }

  @Test func everyMixtureOfExactAndRoundedComesBack() throws {
    for isExact in [true, false] {
      for step in [0.5, 0.1] {
        for jitter in [0, 1.0 / 64, 1.0 / 70] {
          var trace = ANDIExample.trace(50, interval: step, isExact: isExact)
          for point in trace.times.indices { trace.times[point] += jitter * Double(point % 3) }
          let bytes = try ANDIExample.bytes(ANDIExample.chromatogram(trace), .andiChromatography)
          #expect(try MeasurementReader.read(bytes).measurement.traces == [trace])
        }
      }
    }
  }

  @Test(arguments: [1, 2, 3]) func fewPointsAreWritten(count: Int) throws {
    let trace = ANDIExample.trace(count)
    let bytes = try ANDIExample.bytes(ANDIExample.chromatogram(trace), .andiChromatography)
    #expect(try MeasurementReader.read(bytes).measurement.traces == [trace])
  }

  @Test func scansAndFlagsAndEqualTimesComeBack() throws {
    var trace = ANDIExample.trace(6)
    trace.scans = [0, 1, 5, 6, 7, 9]
    trace.flags[2] = [.afterGap]
    trace.flags[4] = [.timeUnknown, .afterChange]
    trace.times[4] = trace.times[3]
    trace.values[1] = -9999
    trace.values[2] = 0x1.ep+122
    trace.values[3] = -0.0
    let bytes = try ANDIExample.bytes(ANDIExample.chromatogram(trace), .andiChromatography)
    let read = try #require(try MeasurementReader.read(bytes).measurement.traces.first)
    #expect(read == trace && read.values[3].sign == .minus)
  }

  @Test func peaksStandInTheColumnsOfTheStandard() throws {
    let bytes = try ANDIExample.bytes(
      ANDIExample.chromatogram(peaks: ANDIExample.peaks()), .andiChromatography)
    let file = try NetCDFFile(bytes)
    func column(_ name: String) throws -> [Double] {
      try file.numbers(of: #require(file.variable(name)))
    }
    #expect(file.text("dataset_completeness") == "C1+C2")
    #expect(try column("peak_retention_time") == [Double(Float(12.1)), Double(Float(20.7))])
    #expect(try column("peak_area") == [Double(Float(123.456)), -9999])
    #expect(try column("peak_start_time") == [Double(Float(11.3)), -9999])
    #expect(try column("peak_end_time") == [Double(Float(13.7)), -9999])
    #expect(try column("peak_height") == [Double(Float(99.9)), -9999])
    #expect(try column("peak_width") == [Double(Float(0.31)), -9999])
    #expect(try column("peak_area_percent") == [Double(Float(71.4)), -9999])
    #expect(try column("peak_amount") == [Double(Float(0.1)), -9999])
    #expect(try column("baseline_start_value") == [Double(Float(0.1)), -9999])
    #expect(try column("baseline_stop_time") == [Double(Float(13.7)), -9999])
    #expect(try column("manually_reintegrated_peaks") == [0, 1])
    func texts(_ name: String) throws -> [String?] {
      try file.texts(of: #require(file.variable(name)))
    }
    #expect(try texts("peak_name") == ["Kokain; Groesse=1", nil])
    #expect(try texts("peak_start_detection_code") == ["B", nil])
    #expect(try texts("peak_stop_detection_code") == ["V", nil])
    let source = try MeasurementReader.read(bytes)
    #expect(source.measurement.reportedPeaks == ANDIExample.peaks())
  }

  @Test func eachSignalIsAFileNamedAfterIt() throws {
    var content = ExportContent(head: try ANDIExample.head(technique: .lc))
    content.traces = [
      ANDIExample.trace(name: "DAD1 A, Sig=254,4"), ANDIExample.trace(name: "a/b"),
      ANDIExample.trace(name: "a.b"), ANDIExample.trace(0, name: "empty"),
      ANDIExample.trace(name: "µ"),
    ]
    content.spectra = [
      MeasuredSpectrum(
        name: "x", axis: Axis(kind: .channel, values: [0, 1]), ordinate: .counts, values: [1, 2])
    ]
    content.peaks = ANDIExample.peaks("a/b") + ANDIExample.peaks("elsewhere")
    content.massScans = ANDIExample.scans()
    let plan = try MeasurementWriter.plan(content, as: .andiChromatography)
    #expect(plan.parts.map(\.name) == ["dad1-a--sig-254-4", "a-b", "a-b-2", "u"])
    #expect(plan.parts.map(\.content.peaks.count) == [0, 2, 0, 0])
    #expect(
      plan.losses == [
        "the mass scans: ANDI chromatography has no place for them",
        "1 spectra: ANDI chromatography has no place for them",
        "the signal empty: it has no point, and the format needs one",
        "2 peaks of no signal that is written",
      ])
    for (part, file) in try ANDIExample.files(content, .andiChromatography) {
      let source = try MeasurementReader.read(file.bytes)
      #expect(source.measurement.traces == part.content.traces)
      #expect(source.measurement.reportedPeaks == part.content.peaks)
    }
    content.traces = [ANDIExample.trace()]
    #expect(try MeasurementWriter.plan(content, as: .andiChromatography).parts[0].name == "")
  }

  @Test func marksStandInTheTitleAndTheNameOfTheSample() throws {
    let head = try ANDIExample.head(emulated: true, complete: false, technique: .gc)
    let file = try NetCDFFile(
      try ANDIExample.bytes(
        ANDIExample.chromatogram(ANDIExample.trace(), head), .andiChromatography))
    #expect(file.text("experiment_title") == "EMULATED, INCOMPLETE: S-2026-0815, sample")
    #expect(file.text("sample_name") == "EMULATED, INCOMPLETE: S-2026-0815")
    #expect(file.text("sample_id") == "S-2026-0815")
    #expect(file.text("source_file_reference")?.hasSuffix(Example.journal) == true)
  }

  @Test func aFileOfAnotherMakerReadsBackAsItWas() throws {
    let source = try MeasurementReader.read(andiChromatography().file())
    let content = ExportContent(source, file: "a.cdf", sha256: Example.journal, software: "Gauger")
    let again = try MeasurementReader.read(try ANDIExample.bytes(content, .andiChromatography))
    #expect(again.measurement.traces == source.measurement.traces)
    #expect(again.measurement.reportedPeaks == source.measurement.reportedPeaks)
    #expect(again.identity == source.identity)
  }

  @Test func aPeakOfTextIsReadToTheBitOrNotAtAll() throws {
    for peak in ANDIExample.peaks("x") {
      let line = PeakText.encode(peak)
      #expect(line.utf8.allSatisfy { $0 > 32 && $0 < 127 })
      #expect(PeakText.decode(line, trace: "x") == peak)
    }
    for wrong in [
      "", "area=1", "retention_s=nan", "retention_s=1;level=2", "retention_s=1;baseline_s=2",
      "retention_s=1;name=\\u{", "retention_s=1;colour=3", "retention_s",
    ] {
      #expect(PeakText.decode(wrong, trace: "x") == nil, "\(wrong)")
    }
  }
}
