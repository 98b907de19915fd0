import Foundation
import Instruments
import Laboratory
import Methods
import Testing

@testable import Formats

/// What a format without any fields of its own would read: the numbers, and no word.
func bare(_ content: ExportContent) throws -> ReadSource {
  var measurement = Measurement()
  measurement.traces = content.traces.map { trace in
    Trace(
      name: "?", unit: Unit("?"), scans: Array(0..<trace.values.count), times: trace.times,
      values: trace.values, flags: Array(repeating: [], count: trace.values.count))
  }
  measurement.spectra = content.spectra.map {
    MeasuredSpectrum(
      name: "?", axis: Axis(kind: .channel, values: $0.axis.values), ordinate: .intensity,
      values: $0.values)
  }
  if let scans = content.massScans {
    var series = MassScanSeries(kind: .centroid, unit: "?")
    try scans.forEachScan {
      series.append(time: $0.time, massToCharge: $0.massToCharge, intensity: $0.intensity)
    }
    measurement.massScans = series
  }
  return ReadSource(.mzML, measurement)
}

/// A content of random names, flags and numbers.
private func random(_ generator: inout SeededGenerator) -> ExportContent {
  func text() -> String {
    let letters = Array("aZ09 _-/\\\"'=;,:#$<>&\n\r\tµäßΩ€𝛿\u{1}\u{7f}{}[]%")
    let count = Int.random(in: 0...12, using: &generator)
    return String(
      (0..<count).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)] })
  }
  var head = ExportHead()
  head.names = (0..<Int.random(in: 0...3, using: &generator)).map { _ in text() }
  head.person = text()
  head.maker = text()
  head.model = text()
  head.serialNumber = text()
  head.isEmulated = .random(using: &generator)
  if Bool.random(using: &generator) {
    head.started = Timestamp(
      microseconds: .random(in: -900_000_000_000_000...9_000_000_000_000_000, using: &generator))
  }
  head.technique = Method.Technique.allCases.randomElement(using: &generator)
  head.facts = (0..<5).map { FileFact("fact \($0) \(text())", text()) }
  var content = ExportContent(head: head)
  for _ in 0..<Int.random(in: 0...3, using: &generator) {
    var trace = Trace(name: text(), unit: Unit(text()))
    var scan = 0
    for point in 0..<Int.random(in: 0...40, using: &generator) {
      scan += Int.random(in: 1...3, using: &generator)
      trace.append(
        scan: scan, time: Double(point), value: .random(in: -1...1, using: &generator),
        flags: Bool.random(using: &generator)
          ? [] : Trace.Flags(rawValue: .random(in: 0...7, using: &generator)))
    }
    content.traces.append(trace)
  }
  for _ in 0..<Int.random(in: 0...3, using: &generator) {
    let count = Int.random(in: 1...60, using: &generator)
    let kinds: [Axis.Kind] = [.channel, .wavelength, .ramanShift, .wavenumber, .massToCharge]
    let ordinates: [MeasuredSpectrum.Ordinate] = [
      .counts, .intensity, .absorbance, .transmittance, .reflectance, .irradiance,
    ]
    content.spectra.append(
      MeasuredSpectrum(
        name: text(),
        axis: Axis(
          kind: kinds.randomElement(using: &generator) ?? .channel,
          values: (0..<count).map(Double.init)),
        ordinate: ordinates.randomElement(using: &generator) ?? .counts,
        values: (0..<count).map { _ in .random(in: -1e9...1e9, using: &generator) },
        saturated: (0..<count).filter { _ in Int.random(in: 0...3, using: &generator) == 0 }))
  }
  if Bool.random(using: &generator) {
    var series = MassScanSeries(
      kind: Bool.random(using: &generator) ? .profile : .centroid, unit: text())
    series.append(time: 0, massToCharge: [1, 2], intensity: [3, 4])
    content.massScans = series
  }
  for _ in 0..<Int.random(in: 0...3, using: &generator) {
    content.pressures.append(
      PartialPressure(
        mass: 28, massToCharge: .random(in: 27...29, using: &generator),
        current: .random(in: -1e-15...1e-9, using: &generator),
        torr: .random(in: 0...1e-5, using: &generator),
        deviation: Bool.random(using: &generator)
          ? .random(in: 0...1e-7, using: &generator) : nil))
  }
  return content
}

private func names(_ content: ExportContent) -> [String] {
  ContentFacts.make(content).map(\.name)
}

@Suite struct ContentFactsTests {
  @Test func whatIsSaidIsPutBack() throws {
    var generator = SeededGenerator(state: 20_261_121)
    for round in 0..<400 {
      let content = random(&generator)
      var source = try bare(content)
      source.measurement.facts = ["of the format": "forgotten"]
      try ContentFacts.restore(content.exactFacts, into: &source, .mzml)
      try ReadBack(.mzml).compare(source, with: content)
      #expect(source.measurement.traces == content.traces, "\(round)")
      #expect(source.measurement.spectra == content.spectra, "\(round)")
      #expect(source.measurement.pressures == content.pressures, "\(round)")
      let series = content.massScans as? MassScanSeries
      #expect(source.measurement.massScans == series, "\(round)")
      #expect(source.measurement.facts["of the format"] == nil)
      // Nothing but what the head said, and the technique.
      let kept = source.measurement.facts.keys.filter { !$0.hasPrefix(ContentFacts.prefix) }
      #expect(kept.count == content.head.facts.count, "\(round)")
    }
  }

  @Test(arguments: ContentExample.allCases)
  func everyExampleIsPutBack(example: ContentExample) throws {
    let content = try example.content()
    var source = try bare(content)
    try ContentFacts.restore(content.exactFacts, into: &source, .mzml)
    try ReadBack(.mzml).compare(source, with: content)
  }

  @Test func aFileOfAnotherSystemIsLeftAsItIs() throws {
    var source = try bare(ContentExample.uv.content())
    source.measurement.facts = ["operator_name": "M. Rossi"]
    source.identity.person = "M. Rossi"
    let before = source
    try ContentFacts.restore([FileFact("operator_name", "M. Rossi")], into: &source, .netcdf)
    #expect(source == before)
  }

  @Test func namesAreTheSameForTheSameContent() throws {
    for example in ContentExample.allCases {
      let content = try example.content()
      #expect(try names(content) == names(example.content()), "\(example)")
      #expect(Set(names(content)).count == names(content).count, "\(example)")
    }
  }

  @Test(arguments: [
    ("content_trace_1_scans", "0-3 5"), ("content_trace_1_scans", "0-99999999999"),
    ("content_trace_1_scans", "0-9223372036854775807"), ("content_trace_1_scans", "-1"),
    ("content_trace_1_scans", "x"), ("content_trace_1_scans", "5-"),
    ("content_trace_1_scans", "49-0"), ("content_trace_1_scans", "0-20 10-38"),
    ("content_trace_1_scans", "1-50 +51"),
    ("content_trace_1_flags", "99:1"), ("content_trace_1_flags", "0:256"),
    ("content_trace_1_flags", "0"), ("content_trace_1_flags", "-1:1"),
    ("content_trace_1_flags", "a:b"), ("content_trace_3", "a trace that is not there"),
    ("content_spectrum_1", "a spectrum that is not there"), ("content_mass_kind", "centroid"),
    ("content_pressure_1", "1 2 3"), ("content_pressure_1", "1 2 3 x"),
    ("content_pressure_1", "1 2 3 nan"), ("content_trace_1_flags", "1:1 1:2"),
  ]) func factsThatContradictTheNumbersAreRefused(name: String, value: String) throws {
    let content = try ContentExample.uv.content()
    var source = try bare(content)
    let facts = content.exactFacts + [FileFact(name, value)]
    #expect(throws: FormatError.self) {
      try ContentFacts.restore(facts, into: &source, .netcdf)
    }
  }

  @Test(arguments: ["3-1", "-1", "1--2", "1-2-3", "60", "5 5", "7 3", "0-1000"])
  func saturatedPointsThatAreNoneAreRefused(text: String) throws {
    var content = try ContentExample.raman.content()
    content.spectra = [content.spectra[0]]
    content.spectra[0].values = Array(content.spectra[0].values.prefix(60))
    content.spectra[0].axis.values = Array(content.spectra[0].axis.values.prefix(60))
    var source = try bare(content)
    let facts = content.exactFacts + [FileFact("content_spectrum_1_saturated", text)]
    #expect(throws: FormatError.self) {
      try ContentFacts.restore(facts, into: &source, .jcamp)
    }
  }
}

@Suite struct RangesTests {
  @Test func rangesAreReadAsWritten() {
    for numbers in [[], [0], [3, 4, 5], [0, 2, 4], [1, 2, 9, 10, 11, 40], Array(0..<1000)] {
      #expect(Ranges.numbers(Ranges.text(numbers), most: numbers.count) == numbers)
      if let last = numbers.last {
        #expect(Ranges.numbers(Ranges.text(numbers), most: numbers.count - 1) == nil, "\(last)")
      }
    }
    #expect(Ranges.text([0, 1, 2, 3, 4, 5, 7, 9, 10, 11, 12]) == "0-5 7 9-12")
  }
}
