import Foundation
import Instruments
import Laboratory
import Methods
import Testing

@testable import Formats

/// Contents of every technique that ASM JSON holds, by name.
func asmContents(
  sample: String = TableExample.awkward, emulated: Bool = true, complete: Bool = false
) throws -> [(name: String, content: ExportContent)] {
  func content(_ technique: Method.Technique, _ kind: RunKind = .sample) throws -> ExportContent {
    ExportContent(
      head: try TableExample.head(
        kind, as: technique, sample: sample, emulated: emulated, complete: complete))
  }
  var gas = try content(.gc)
  gas.traces = [
    TableExample.trace("FID / front \"µ\"", "pA"), TableExample.trace("tcd", "uV", seed: 3),
    TableExample.trace("odd", "furlong"), TableExample.trace("none", "1"),
  ]
  gas.peaks =
    TableExample.peaks(of: "tcd", unit: "uV")
    + TableExample.peaks(of: gas.traces[0].name, unit: "pA")
  var mass = try content(.gcms)
  mass.massScans = TableExample.scans(8)
  var liquid = try content(.lc, .standard)
  liquid.traces = [TableExample.trace("uv 254", "AU"), TableExample.trace("uv 280", "mAU")]
  liquid.peaks = TableExample.peaks(of: "uv 254", unit: "AU")
  var ultraviolet = try content(.ultravioletVisible, .blank)
  ultraviolet.spectra = [
    TableExample.spectrum("sample", .wavelength, .absorbance, saturated: [3, 4, 9]),
    TableExample.spectrum("second", .wavelength, .absorbance, falls: true),
  ]
  var infrared = try content(.ftir, .check)
  infrared.spectra = [
    TableExample.spectrum("sample", .wavenumber, .absorbance, falls: true),
    TableExample.spectrum("percent", .wavenumber, .transmittance),
    TableExample.spectrum("mirror", .wavenumber, .reflectance),
  ]
  return [
    ("gas", gas), ("mass", mass), ("liquid", liquid), ("ultraviolet", ultraviolet),
    ("infrared", infrared),
  ]
}

@Suite struct ASMTests {
  @Test func everyTechniqueReadsBackAsItWas() throws {
    for (name, content) in try asmContents() {
      let files = try TableExample.files(content, .asm)
      #expect(files.count == (name == "infrared" ? 3 : 1), "\(name)")
      for (part, bytes) in files {
        #expect(MeasurementReader.recognise(bytes) == .asm)
        let found = try MeasurementReader.read(bytes)
        #expect(found.warnings == [])
        #expect(found.measurement.traces == part.content.traces)
        #expect(found.measurement.spectra == part.content.spectra)
        #expect(found.measurement.reportedPeaks == part.content.peaks)
        #expect(found.identity.samples == [TableExample.awkward])
        #expect(found.identity.emulated)
        #expect(found.measurement.facts["journal_sha256"] == Example.journal)
        // Written again of what was read, the numbers and names are the same.
        let again = ExportContent(found, file: "x", sha256: Example.journal, software: "Gauger")
        let second = try #require(try TableExample.files(again, .asm).first)
        let twice = try MeasurementReader.read(second.bytes)
        #expect(twice.measurement == found.measurement)
        #expect(twice.identity == found.identity)
      }
    }
  }

  @Test func theSameContentGivesTheSameBytes() throws {
    for (_, content) in try asmContents() {
      let (first, second) = (
        try TableExample.files(content, .asm), try TableExample.files(content, .asm)
      )
      #expect(first.map(\.bytes) == second.map(\.bytes))
    }
  }

  @Test func marksAndSourceStandWherePeopleLook() throws {
    for (name, content) in try asmContents() {
      for (_, bytes) in try TableExample.files(content, .asm) {
        let tree = try JSONParser.read(bytes)
        #expect(try #require(ASMReader.title(tree)).hasPrefix("EMULATED, INCOMPLETE: "), "\(name)")
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("\"label\": \"EMULATED, INCOMPLETE: "), "\(name)")
        #expect(text.contains("raw journal SHA-256 \(Example.journal)\""), "\(name)")
        #expect(text.contains("J. Weber") && text.contains("USB2+H01234"))
      }
    }
  }

  @Test func absorbanceStandsInThousandthsWithoutRounding() throws {
    var content = ExportContent(head: try TableExample.head(as: .ultravioletVisible))
    let y = [
      0.1, 1.0 / 3, 1e-9, 0.30000000000000004, Double.leastNonzeroMagnitude, 2, 1e22, -0.0,
      123_456_789,
    ]
    content.spectra = [
      MeasuredSpectrum(
        name: "a", axis: Axis(kind: .wavelength, values: y.indices.map { Double($0) }),
        ordinate: .absorbance, values: y)
    ]
    let file = try #require(try TableExample.files(content, .asm).first)
    let text = String(decoding: file.bytes, as: UTF8.self)
    #expect(text.contains("[100,333.3333333333333,0.000001,300.00000000000004,"))
    #expect(text.contains("\"absorbance\": {\"value\": 1e25, \"unit\": \"mAU\"}"))
    let found = try MeasurementReader.read(file.bytes).measurement.spectra[0]
    #expect(found.values.map(\.bitPattern) == y.map(\.bitPattern))
  }

  @Test func movedPointsGiveTheSameBitsForEveryNumber() throws {
    var generator = SeededGenerator(state: 5)
    for _ in 0..<20_000 {
      let value = Double(bitPattern: generator.next())
      guard value.isFinite else { continue }
      for exponent in [-6, -3, 0, 3, 6, 12] {
        let text = DecimalShift.text(value, by: exponent)
        let back = DecimalShift.number(Array(text.utf8)[...], by: -exponent)
        #expect(back?.bitPattern == value.bitPattern, "\(value) \(exponent) \(text)")
      }
    }
  }

  @Test(arguments: ["-9223372036854775808", "9223372036854775807", "-100001", "100001"])
  func anExponentOfAnySizeIsNoNumber(exponent: String) {
    #expect(DecimalShift.number(Array("1e\(exponent)".utf8)[...], by: -3) == nil)
  }

  @Test func whatHasNoPlaceIsSaid() throws {
    func losses(_ change: (inout ExportContent) throws -> Void) throws -> (Int, String) {
      var content = ExportContent(head: try TableExample.head())
      try change(&content)
      let plan = try MeasurementWriter.plan(content, as: .asm)
      return (plan.parts.count, plan.losses.joined(separator: "\n"))
    }
    let trace = TableExample.trace("a", "pA")
    #expect(try losses { $0.traces = [trace] } == (0, try losses { $0.traces = [trace] }.1))
    #expect(try losses { $0.traces = [trace] }.1.contains("technique"))
    for technique in [Method.Technique.raman, .residualGas] {
      let found = try losses {
        $0.head.technique = technique
        $0.traces = [trace]
      }
      #expect(found.0 == 0 && found.1.contains("no ASM schema for \(technique.rawValue)"))
    }
    let noStart = try losses {
      $0.head.technique = .gc
      $0.head.started = nil
      $0.traces = [trace]
    }
    #expect(noStart.0 == 0 && noStart.1.contains("zone"))
    let much = try losses {
      $0.head.technique = .gcms
      $0.massScans = TableExample.scans(8)
      $0.spectra = [TableExample.spectrum("s", .massToCharge, .intensity)]
      $0.pressures = [
        PartialPressure(mass: 1, massToCharge: 1, current: 1, torr: 1, deviation: nil)
      ]
      $0.peaks = TableExample.peaks(of: "gone", unit: "pA")
    }
    #expect(much.0 == 1)
    for word in [
      "8 mass scans", "the sum of each scan", "1 spectra", "1 partial pressures", "2 peaks",
      "injection volume",
    ] { #expect(much.1.contains(word), "\(word)") }
    let counts = try losses {
      $0.head.technique = .ultravioletVisible
      $0.spectra = [TableExample.spectrum("raw", .wavelength, .counts)]
      $0.traces = [trace]
    }
    #expect(counts.0 == 0 && counts.1.contains("raw, counts over wavelength"))
    #expect(counts.1.contains("1 signals"))
  }

  @Test func whatJSONCannotHoldIsRefusedByName() throws {
    func code(_ change: (inout Trace) -> Void) throws -> String? {
      var content = ExportContent(head: try TableExample.head(as: .gc))
      var trace = TableExample.trace("a", "pA", points: 5)
      change(&trace)
      content.traces = [trace]
      let part = try #require(try MeasurementWriter.plan(content, as: .asm).parts.first)
      return #expect(throws: Failure.self) {
        try MeasurementWriter.write(part, to: MemoryFile())
      }?.code
    }
    #expect(try code { $0.values[2] = .nan } == "asm-not-finite")
    #expect(try code { $0.times[2] = .infinity } == "asm-not-finite")
    #expect(try code { $0.times[2] = 0 } == "asm-axis")
    #expect(try code { $0.values.removeLast() } == "asm-shape")
  }

  @Test func emptyAndSinglePointsAreHeld() throws {
    for points in [0, 1] {
      var content = ExportContent(head: try TableExample.head(as: .lc))
      content.traces = [TableExample.trace("a", "mAU", points: points)]
      let file = try #require(try TableExample.files(content, .asm).first)
      #expect(try MeasurementReader.read(file.bytes).measurement.traces == content.traces)
      var infrared = ExportContent(head: try TableExample.head(as: .ftir))
      infrared.spectra = [
        TableExample.spectrum("a", .wavenumber, .absorbance, points: points)
      ]
      let one = try #require(try TableExample.files(infrared, .asm).first)
      #expect(try MeasurementReader.read(one.bytes).measurement.spectra == infrared.spectra)
    }
  }

  @Test func knownVolumesAndSettingsFillTheFieldsOfTheSchema() throws {
    var head = try TableExample.head(as: .gc)
    head.settings["injection_volume_uL"] = 0.5
    var content = ExportContent(head: head)
    content.traces = [TableExample.trace("a", "pA", points: 3)]
    let plan = try MeasurementWriter.plan(content, as: .asm)
    #expect(plan.losses == [])
    let file = try #require(try TableExample.files(content, .asm).first)
    let text = String(decoding: file.bytes, as: UTF8.self)
    #expect(text.contains("\"injection volume setting\": {\"value\": 0.5, \"unit\": \"\u{3bc}L\"}"))
  }
}

@Suite(.timeLimit(.minutes(3))) struct ASMDamageTests {
  private func file(_ name: String) throws -> [UInt8] {
    let content = try #require(try asmContents(sample: "S").first { $0.name == name }).content
    return try #require(try TableExample.files(content, .asm).first).bytes
  }

  @Test func filesCutAnywhereAreRefused() throws {
    for name in ["gas", "liquid", "ultraviolet", "infrared"] {
      let bytes = try file(name)
      for length in stride(from: 0, to: bytes.count - 1, by: 64) {
        #expect(throws: FormatError.self, "\(name) \(length)") {
          try ASMReader.read(Array(bytes[..<length]), zone: "")
        }
      }
    }
  }

  @Test func flippedBitsAreRefusedOrSaid() throws {
    var generator = SeededGenerator(state: 77)
    for name in ["gas", "ultraviolet", "infrared"] {
      let bytes = try file(name)
      let whole = try ASMReader.read(bytes, zone: "")
      for _ in 0..<Damage.count(300) {
        var damaged = bytes
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        do throws(FormatError) {
          let found = try ASMReader.read(damaged, zone: "")
          #expect(
            found.measurement == whole.measurement || !found.warnings.isEmpty, "\(name) \(place)")
        } catch {
          #expect(!error.detail.isEmpty)
        }
      }
    }
  }

  @Test func hostileTextsAreRefusedByTheirBytes() throws {
    for (text, code) in [
      ("{\"a\": 01}", "asm-malformed"), ("{\"a\": 1, \"a\": 2}", "asm-inconsistent"),
      (String(repeating: "[", count: 100_000), "asm-too-large"),
      (String(repeating: "{\"a\":", count: 1000), "asm-too-large"),
      ("{\"a\": NaN}", "asm-malformed"),
      ("{\"a\": \"\\ud800\"}", "asm-malformed"), ("{\"a\": \"\u{1}\"}", "asm-bad-byte"),
      ("{\"a\": 1} x", "asm-malformed"), ("{\"a\": 1", "asm-truncated"), ("", "asm-truncated"),
      ("{\"a\": [1,]}", "asm-malformed"), ("{\"a\": tru}", "asm-malformed"),
      ("{\"$asm.manifest\": \"x\"}", "asm-missing"),
    ] {
      let error = #expect(throws: FormatError.self) {
        try ASMReader.read(Array(text.utf8), zone: "")
      }
      #expect(error?.code == code, "\(text.prefix(30))")
    }
    var bytes = Array("{\"a\": \"x\"}".utf8)
    bytes[7] = 0xff
    #expect(throws: FormatError.self) { try ASMReader.read(bytes, zone: "") }
    #expect(
      try JSONParser.read(Array("\"\\ud83e\\uddea\\u00b5\\/\"".utf8)).string == "\u{1F9EA}µ/")
  }

  @Test func filesOfOtherProgramsAreReadAndWhatIsNotIsNamed() throws {
    let text = """
      {"$asm.manifest": "http://purl.allotrope.org/manifests/liquid-chromatography/REC/2024/03/x",
       "liquid chromatography aggregate document": {"liquid chromatography document": [{
        "analyst": "jdoe", "measurement aggregate document": {"measurement document": [{
         "measurement time": "2026-11-20T08:30:00+01:00",
         "sample document": {"sample identifier": "24-1", "written name": "powder"},
         "chromatogram data cube": {"label": "UV", "cube-structure": {
           "dimensions": [{"@componentDatatype": "double", "concept": "retention time", "unit": "s"}],
           "measures": [{"@componentDatatype": "double", "concept": "absorbance", "unit": "mAU"}]},
           "data": {"dimensions": [{"type": "linear", "start": 0, "incr": 0.5, "length": 3}],
            "measures": [[1, null, 2.5e0]]}},
         "three-dimensional ultraviolet spectrum data cube": {"cube-structure": {
           "dimensions": [{}, {}], "measures": [{}]}, "data": {}}
        }]}}]}}
      """
    let found = try MeasurementReader.read(Array(text.utf8))
    #expect(found.format == .asm)
    #expect(found.measurement.traces.map(\.times) == [[0, 1]])
    #expect(found.measurement.traces[0].values == [1, 2.5])
    #expect(found.measurement.traces[0].unit.symbol == "mAU")
    #expect(found.identity.samples == ["24-1", "powder"])
    #expect(found.identity.began == Timestamp(iso8601: "2026-11-20T07:30:00Z"))
    #expect(found.warnings.count == 2)
  }
}
