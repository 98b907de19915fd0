import Foundation
import Instruments
import Laboratory
import Testing

@testable import Formats

/// Writes mzML for tests, array by array.
enum MzML {
  static func term(_ accession: String, _ value: String = "", unit: String? = nil) -> String {
    "<cvParam cvRef=\"MS\" accession=\"\(accession)\" name=\"x\" value=\"\(value)\""
      + (unit.map { " unitAccession=\"\($0)\"" } ?? "") + "/>"
  }

  /// An array stored as it is: `kind` is one of the four number types.
  static func array(
    _ meaning: String, _ values: [Double], kind: String = "MS:1000523",
    unit: String = "MS:1000131", extra: String = "MS:1000576", attributes: String = ""
  ) -> String {
    var bytes: [UInt8] = []
    func little<Number: FixedWidthInteger>(_ number: Number) {
      for shift in 0..<Number.bitWidth / 8 {
        bytes.append(UInt8(truncatingIfNeeded: number >> Number(8 * shift)))
      }
    }
    for value in values {
      switch kind {
      case "MS:1000521": little(Float(value).bitPattern)
      case "MS:1000519": little(Int32(value))
      case "MS:1000522": little(Int64(value))
      default: little(value.bitPattern)
      }
    }
    let text = Data(bytes).base64EncodedString()
    return "<binaryDataArray encodedLength=\"\(text.count)\"\(attributes)>" + term(kind)
      + term(extra) + term(meaning, unit: unit) + "<binary>\(text)</binary></binaryDataArray>"
  }

  static func spectrum(
    _ time: String, _ mz: [Double], _ values: [Double], unit: String? = "UO:0000010",
    terms: String = term("MS:1000127"), kind: String = "MS:1000523", length: Int? = nil
  ) -> String {
    "<spectrum index=\"0\" id=\"s\" defaultArrayLength=\"\(length ?? mz.count)\">\(terms)<scanList><scan>"
      + term("MS:1000016", time, unit: unit) + "</scan></scanList><binaryDataArrayList>"
      + array("MS:1000514", mz, unit: "MS:1000040") + array("MS:1000515", values, kind: kind)
      + "</binaryDataArrayList></spectrum>"
  }

  static func file(_ content: String, head: String = "") -> [UInt8] {
    Array(
      ("<?xml version=\"1.0\"?>\n<mzML version=\"1.1.0\">\(head)<run id=\"R &amp; 1\" "
        + "startTimeStamp=\"2026-11-20T08:30:00Z\">\(content)</run></mzML>\n").utf8)
  }
}

private func read(_ content: String, head: String = "") throws -> ReadSource {
  try MeasurementReader.read(MzML.file(content, head: head))
}

private func code(_ content: String, head: String = "") -> String? {
  do {
    _ = try read(content, head: head)
    return nil
  } catch {
    return (error as? FormatError)?.code
  }
}

@Suite struct MzMLTests {
  @Test(arguments: ["MS:1000523", "MS:1000521", "MS:1000519", "MS:1000522"])
  func everyNumberTypeIsRead(kind: String) throws {
    let source = try read(
      MzML.spectrum("1.5", [50, 51.5], [3, 70000], kind: kind)
        + MzML.spectrum("2", [], [], kind: kind) + MzML.spectrum("2.25", [60], [-4], kind: kind))
    let series = try #require(source.measurement.massScans)
    #expect(source.format == .mzML && series.kind == .centroid && series.unit == "counts")
    #expect(series.times == [1.5, 2, 2.25] && series.starts == [0, 2, 2, 3])
    #expect(series.massToCharge == [50, 51.5, 60] && series.intensity == [3, 70000, -4])
    #expect(source.identity.samples == ["R & 1"])
    #expect(source.identity.began?.iso8601 == "2026-11-20T08:30:00.000000Z")
  }

  @Test func zlibStreamsAreReadAlsoThoseOfNothing() throws {
    // Made by zlib of Python: two doubles 50 and 77; and nothing.
    let masses = "eJxjYAABTwcw5RDsAAAG0AFd"
    let array = { (meaning: String, text: String) in
      "<binaryDataArray encodedLength=\"\(text.count)\">" + MzML.term("MS:1000523")
        + MzML.term("MS:1000574") + MzML.term(meaning)
        + "<binary>\(text)</binary></binaryDataArray>"
    }
    func spectrum(_ time: String, _ length: Int, _ text: String) -> String {
      "<spectrum id=\"a\" defaultArrayLength=\"\(length)\">"
        + MzML.term("MS:1000016", time, unit: "UO:0000010")
        + array("MS:1000514", text) + array("MS:1000515", text) + "</spectrum>"
    }
    let empty = "eJwDAAAAAAE="
    let series = try #require(
      try read(spectrum("1", 0, empty) + spectrum("2", 0, "")).measurement.massScans)
    #expect(series.starts == [0, 0, 0])
    let two = try #require(try read(spectrum("1", 2, masses)).measurement.massScans)
    #expect(two.massToCharge == [50, 77] && two.intensity == [50, 77])
    // A length that the stream does not give, and a stream that is cut.
    #expect(code(spectrum("1", 1, empty)) == "mzml-inconsistent")
    #expect(code(spectrum("1", 3, masses)) == "mzml-inconsistent")
    #expect(code(spectrum("1", 100_000_000, masses)) == "mzml-too-large")
    #expect(code(spectrum("1", 60_000_000, masses)) == "mzml-inconsistent")
    #expect(code(spectrum("1", 2, String(masses.dropLast(4)))) == "mzml-inconsistent")
  }

  @Test func minutesAreTakenByTheirUnitAndMissingOnesSaid() throws {
    let source = try read(
      MzML.spectrum("1.5", [50], [1], unit: "UO:0000031")
        + MzML.spectrum("2", [50], [1], unit: nil))
    #expect(source.measurement.massScans?.times == [90, 120])
    #expect(source.warnings.contains("1 times have no unit; minutes are taken"))
    #expect(code(MzML.spectrum("1", [50], [1], unit: "UO:0000032")) == "mzml-unsupported")
  }

  @Test func groupsOfTermsChromatogramsAndTheInstrumentAreRead() throws {
    let head =
      "<referenceableParamGroupList><referenceableParamGroup id=\"g\">" + MzML.term("MS:1000128")
      + "</referenceableParamGroup></referenceableParamGroupList>"
      + "<sampleList><sample id=\"S\" name=\"powder\">" + MzML.term("MS:1000001", "24-0117")
      + "</sample></sampleList><instrumentConfigurationList><instrumentConfiguration id=\"I\">"
      + MzML.term("MS:1000529", "US1") + "<userParam name=\"model\" value=\"5977B\"/>"
      + "</instrumentConfiguration></instrumentConfigurationList>"
    let trace =
      "<chromatogram id=\"UV 254\" defaultArrayLength=\"2\">" + MzML.term("MS:1000812")
      + MzML.array("MS:1000595", [0.5, 1], unit: "UO:0000031")
      + MzML.array("MS:1000515", [3, 4], unit: "UO:0000269") + "</chromatogram>"
    let source = try read(
      MzML.spectrum(
        "1", [50], [1], terms: "<referenceableParamGroupRef ref=\"g\"/>") + trace + trace,
      head: head)
    #expect(source.measurement.massScans?.kind == .profile)
    #expect(source.measurement.traces.map(\.name) == ["uv_254", "uv_254_2"])
    let first = try #require(source.measurement.traces.first)
    #expect(first.times == [30, 60] && first.values == [3, 4] && first.unit.symbol == "AU")
    #expect(source.identity.samples.first == "24-0117")
    #expect(source.identity.serialNumber == "US1" && source.identity.model == "5977B")
    #expect(
      code(MzML.spectrum("1", [50], [1], terms: "<referenceableParamGroupRef ref=\"h\"/>"))
        == "mzml-missing")
  }

  @Test func higherLevelsAreLeftOutAloudAndAloneRefused() throws {
    let second = MzML.spectrum("2", [50], [1], terms: MzML.term("MS:1000511", "2"))
    let source = try read(
      MzML.spectrum("1", [50], [1], terms: MzML.term("MS:1000511", "1")) + second)
    #expect(source.measurement.massScans?.count == 1)
    #expect(source.warnings == ["1 spectra of MS level 2 and more are not read"])
    #expect(code(second) == "mzml-unsupported")
  }

  @Test func otherCompressionsAreRefusedByName() {
    let array = MzML.array("MS:1000514", [1], extra: "MS:1003088")
    #expect(
      code("<spectrum id=\"a\" defaultArrayLength=\"1\">\(array)</spectrum>")
        == "mzml-unsupported")
  }

  @Test func whatContradictsItselfIsRefusedByName() {
    #expect(code(MzML.spectrum("1", [50, 51], [1])) == "mzml-inconsistent")
    #expect(code(MzML.spectrum("1", [50], [1], length: 2)) == "mzml-inconsistent")
    #expect(code(MzML.spectrum("x", [50], [1])) == "mzml-bad-number")
    #expect(code(MzML.spectrum("1", [.nan], [1])) == "mzml-bad-number")
    #expect(code(MzML.spectrum("1", [50], [.infinity])) == "mzml-bad-number")
    #expect(code(MzML.spectrum("1", [-50], [1])) == "mzml-inconsistent")
    #expect(
      code(MzML.spectrum("2", [50], [1]) + MzML.spectrum("1", [50], [1])) == "mzml-inconsistent")
    let profile = MzML.spectrum("2", [50], [1], terms: MzML.term("MS:1000128"))
    #expect(code(MzML.spectrum("1", [50], [1]) + profile) == "mzml-unsupported")
    #expect(code("") == "mzml-missing")
    #expect(code("<spectrum defaultArrayLength=\"0\" id=\"a\"/>") == "mzml-missing")
  }

  @Test func massesThatFallArePutInOrder() throws {
    let source = try read(MzML.spectrum("1", [60, 50], [1, 2]))
    #expect(source.measurement.massScans?.massToCharge == [50, 60])
    #expect(source.measurement.massScans?.intensity == [2, 1])
    #expect(source.warnings.count == 1)
  }
}

@Suite struct XMLTests {
  private func problem(_ text: String) -> FormatError.Problem? {
    do throws(FormatError) {
      var scanner = try XMLScanner(Array(text.utf8), format: .mzml)
      while try scanner.next() != nil {}
      return nil
    } catch {
      return error.problem
    }
  }

  @Test func whatIsWellFormedIsRead() {
    #expect(problem("<a b='1' c=\"&lt;&#65;\"><!-- - -- x --><d/>t<![CDATA[<]]></a> ") == nil)
    #expect(problem("\u{FEFF}<?xml version=\"1.0\"?>\n<n:a xmlns:n=\"u\"></n:a>") == nil)
  }

  @Test(arguments: [
    "<a>", "<a></b>", "<a", "<a b></a>", "<a b=1></a>", "<a b='1' b='2'/>", "<a/><b/>", "x<a/>",
    "<a>&</a", "<a b='&nbsp;'/>", "<a b='&#x110000;'/>", "", "</a>", "<!DOCTYPE a><a/>",
    "<a><![CDATA[</a>", "<a><!-- </a>", "<a b='<'/>", "< a/>",
    String(repeating: "<a>", count: 100),
  ]) func whatIsNotIsRefused(text: String) {
    #expect(problem(text) != nil)
  }

  @Test func sha1IsThatOfTheStandard() {
    #expect(SHA1.text([]) == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
    #expect(
      SHA1.text(Array("abc".utf8)[...]) == "a9993e364706816aba3e25717850c26c9cd0d89d")
    #expect(
      SHA1.text(Array(repeating: UInt8(ascii: "a"), count: 1_000_000)[...])
        == "34aa973cd4c4daa4f61eeb2bdbad27316534016f")
  }

  @Test func aChecksumThatDoesNotFitIsRefused() throws {
    var text = String(decoding: MzML.file(MzML.spectrum("1", [50], [1])), as: UTF8.self)
    text = text.replacing("<mzML", with: "<indexedmzML><mzML")
      .replacing("</mzML>\n", with: "</mzML><fileChecksum>")
    let sum = SHA1.text(Array(text.utf8)[...])
    let whole = Array((text + sum + "</fileChecksum></indexedmzML>\n").utf8)
    #expect(try MeasurementReader.read(whole).measurement.massScans?.count == 1)
    var changed = whole
    let place = try #require(changed.firstRange(of: Array("value=\"1\"".utf8)))
    changed[place.lowerBound + 7] = UInt8(ascii: "2")
    #expect { try MeasurementReader.read(changed) } throws: {
      ($0 as? FormatError)?.code == "mzml-checksum"
    }
  }
}
