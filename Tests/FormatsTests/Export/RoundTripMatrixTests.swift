import Foundation
import Instruments
import Laboratory
import Testing

@testable import Formats

/// A content, a format, and how it is written.
struct MatrixCase: Sendable, CustomTestStringConvertible {
  var format: FileFormat
  var example: ContentExample
  var isPlain: Bool
  var options: ExportOptions
  var words: String

  var testDescription: String {
    "\(format.rawValue) \(example.rawValue)\(isPlain ? " plain" : "")\(words)"
  }

  /// Every format that is written, with every example and the options that it knows.
  static func all(isPlain: Bool? = nil) -> [MatrixCase] {
    MeasurementWriter.formats.flatMap { format in
      ContentExample.allCases.flatMap { example in
        (isPlain.map { [$0] } ?? [false, true]).flatMap { isPlain in
          options(of: format).map {
            MatrixCase(
              format: format, example: example, isPlain: isPlain, options: $0.options,
              words: $0.words)
          }
        }
      }
    }
  }

  private static func options(of format: FileFormat) -> [(options: ExportOptions, words: String)] {
    let standard = ExportOptions()
    var other = standard
    switch format {
    case .jcamp: other.packing = .dif
    case .andiMS, .andiChromatography: other.narrowNumbers = true
    case .csv: other.decimalComma = true
    case .mzML: other.compression = 1
    case .msp, .asm: return [(standard, "")]
    }
    return [(standard, ""), (other, " other")]
  }
}

/// Compares what a part reads back as with the part, without asking its writer.
func compare(_ source: ReadSource, with part: FilePart, _ words: String) throws {
  var comparison = ReadBack(.mzml)
  if !part.roundings.isEmpty {
    // Seven digits of 32-bit floats, or nine of the largest value.
    let values = part.content.spectra.flatMap(\.values) + part.content.traces.flatMap(\.values)
    let largest = values.reduce(0) { max($0, abs($1)) }
    comparison.halfUnit = { max(abs($0) * 1e-6, largest * 1e-9) }
    comparison.halfAxisUnit = { max(abs($0) * 1e-6, 1e-6) }
  }
  do throws(FormatError) {
    try comparison.compare(source, with: part.content)
  } catch {
    Issue.record("\(words): \(error.detail)")
  }
  #expect(
    (source.measurement.massScans == nil) == (part.content.massScans == nil), "\(words): scans")
  guard let series = source.measurement.massScans, let scans = part.content.massScans else {
    return
  }
  var number = 0
  var different: [Int] = []
  func isSame(_ found: [Double], _ wanted: [Double]) -> Bool {
    found.count == wanted.count
      && zip(found, wanted).allSatisfy {
        $0.bitPattern == $1.bitPattern
          || (!part.roundings.isEmpty && abs($0 - $1) <= max(abs($1) * 1e-6, 1e-30))
      }
  }
  try scans.forEachScan { scan in
    defer { number += 1 }
    guard number < series.count else { return }
    let range = series.range(of: number)
    if !isSame([series.times[number]], [scan.time])
      || !isSame(Array(series.massToCharge[range]), scan.massToCharge)
      || !isSame(Array(series.intensity[range]), scan.intensity)
    {
      different.append(number)
    }
  }
  #expect(number == series.count && different == [], "\(words): scans \(different.prefix(5))")
  #expect(series.unit == scans.unit && series.kind == scans.kind, "\(words)")
}

/// What a plan leaves out without a word: counts of the content and of all parts together.
func silentLosses(_ plan: ExportPlan, of content: ExportContent) -> [String] {
  guard plan.losses.isEmpty else { return [] }
  let parts = plan.parts.map(\.content)
  let counts = [
    ("traces", content.traces.count, parts.reduce(0) { $0 + $1.traces.count }),
    ("spectra", content.spectra.count, parts.reduce(0) { $0 + $1.spectra.count }),
    ("mass scans", content.massScans == nil ? 0 : 1, parts.filter { $0.massScans != nil }.count),
    ("peaks", content.peaks.count, parts.reduce(0) { $0 + $1.peaks.count }),
    ("pressures", content.pressures.count, parts.reduce(0) { $0 + $1.pressures.count }),
  ]
  return counts.filter { $0.1 > $0.2 }.map { "\($0.0): \($0.2) of \($0.1)" }
}

@Suite(.timeLimit(.minutes(5))) struct RoundTripMatrixTests {
  @Test(arguments: MatrixCase.all()) func whatIsWrittenReadsBackWhole(given: MatrixCase) throws {
    let content = try given.example.content(isPlain: given.isPlain)
    let plan = try MeasurementWriter.plan(content, as: given.format, given.options)
    #expect(silentLosses(plan, of: content) == [], "\(given.testDescription)")
    #expect(Set(plan.parts.map(\.name)).count == plan.parts.count, "two files of one name")
    for part in plan.parts {
      let words = "\(given.testDescription) \(part.name)"
      let (file, again) = (MemoryFile(), MemoryFile())
      if given.format == .msp, [.residualGas, .residualGasScans].contains(given.example) {
        // No library has currents below zero.
        let failure = #expect(throws: Failure.self) {
          try MeasurementWriter.write(part, given.options, to: file)
        }
        #expect(failure?.code == "msp-shape")
        continue
      }
      try MeasurementWriter.write(part, given.options, to: file)
      try MeasurementWriter.write(part, given.options, to: again)
      #expect(file.bytes == again.bytes, "\(words): not the same bytes")
      try MeasurementWriter.check(file, holds: part, given.options)
      let source = try MeasurementReader.read(file.bytes)
      try compare(source, with: part, words)
      // The same again from what was read: a file of a file of ours.
      let copy = ExportContent(
        source, file: "copy", sha256: Example.journal, software: content.head.software)
      #expect(copy.technique == content.technique, "\(words)")
      #expect(copy.head.isComplete == content.head.isComplete, "\(words)")
      #expect(copy.head.isEmulated == content.head.isEmulated, "\(words)")
      #expect(copy.head.kind == content.head.kind, "\(words)")
      #expect(copy.head.timeZone == content.head.timeZone, "\(words)")
      // For people, without a reader of ours.
      for mark in content.head.marks + [content.head.sourceSHA256] {
        // Tables have lines of their own for it, before all others.
        let line = ["EMULATED": "# emulated: yes", "INCOMPLETE": "# complete: no"][mark]
        let isSeen =
          contains(file.bytes, mark)
          || (given.format == .csv
            && line.map { contains(Array(file.bytes.prefix(200)), $0) } ?? false)
        #expect(isSeen, "\(words): \(mark) is not seen")
      }
    }
  }

  /// Whether a text stands in a file, plainly.
  private func contains(_ bytes: [UInt8], _ text: String) -> Bool {
    Data(bytes).range(of: Data(text.utf8)) != nil
  }

  @Test(arguments: MeasurementWriter.formats) func nothingThatIsNoNumberIsWritten(
    format: FileFormat
  ) throws {
    for bad in [Double.nan, .infinity, -.infinity] {
      var contents: [ExportContent] = []
      var content = try ContentExample.fid.content(isPlain: true)
      content.traces[0].values[17] = bad
      contents.append(content)
      content = try ContentExample.infrared.content(isPlain: true)
      content.spectra[0].values[17] = bad
      contents.append(content)
      content = try ContentExample.oneScan.content(isPlain: true)
      var series = MassScanSeries()
      series.append(time: 0, massToCharge: [50, 60], intensity: [1, bad])
      content.massScans = series
      contents.append(content)
      series = MassScanSeries()
      series.append(time: bad, massToCharge: [50, 60], intensity: [1, 2])
      content.massScans = series
      contents.append(content)
      for content in contents {
        let failures = try refusals(content, format)
        // One file of it at least: that with the number.
        let isRefused = failures.isEmpty || failures.contains { $0 != nil }
        #expect(isRefused, "\(format.rawValue) \(bad)")
      }
    }
  }

  @Test(arguments: MeasurementWriter.formats) func whatIsOutOfOrderIsRefused(
    format: FileFormat
  ) throws {
    var content = try ContentExample.oneScan.content(isPlain: true)
    var series = MassScanSeries()
    series.append(time: 1, massToCharge: [60, 50], intensity: [1, 2])
    content.massScans = series
    // Some formats hold but the sum of each scan.
    let plan = try MeasurementWriter.plan(ContentExample.oneScan.content(), as: format)
    let masses = try refusals(content, format)
    let areRefused =
      !plan.parts.contains { $0.content.massScans != nil } || masses.contains { $0 != nil }
    #expect(areRefused, "\(format.rawValue): masses that fall")
    series = MassScanSeries()
    series.append(time: 1, massToCharge: [50], intensity: [1])
    series.append(time: 0.5, massToCharge: [50], intensity: [2])
    content.massScans = series
    let times = try refusals(content, format)
    let timesAreRefused = times.isEmpty || times.contains { $0 != nil }
    #expect(timesAreRefused, "\(format.rawValue): times that fall")
  }

  /// For each file of a content why it is not written; nil where it is.
  private func refusals(_ content: ExportContent, _ format: FileFormat) throws -> [Failure?] {
    let parts: [FilePart]
    do throws(Failure) {
      parts = try MeasurementWriter.plan(content, as: format).parts
    } catch {
      return [error]
    }
    return parts.map { part in
      do throws(Failure) {
        let file = MemoryFile()
        try MeasurementWriter.write(part, to: file)
        try MeasurementWriter.check(file, holds: part)
        return nil
      } catch { return error }
    }
  }
}
