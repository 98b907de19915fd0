import Laboratory
import Testing

@testable import Formats

@Suite struct MS1Tests {
  private let text =
    "H\tCreationDate Thu Jun 15 10:44:09 2023\nH\tExtractor\tProteoWizard\n"
    + "S\t1\t1\nI\tNativeID\tscanId=1\nI\tRTime\t3.09175\nI\tTIC\t677\n43.8 477\n206.9 199\n"
    + "S\t2\t2\nI\tRTime\t3.096517\nS\t3\t3\nI\tRTime\t3.101267\n44 455.5\n"

  private func read(_ text: String) throws(FormatError) -> ReadSource {
    try MS1Reader.read(Array(text.utf8))
  }

  @Test func scansAndFactsAreRead() throws {
    let source = try read(text)
    let scans = try #require(source.measurement.massScans)
    #expect(source.format == .ms1)
    let minutes: [Double] = [3.09175, 3.096517, 3.101267]
    #expect(scans.times == minutes.map { $0 * 60 })
    #expect(scans.massToCharge == [43.8, 206.9, 44])
    #expect(scans.intensity == [477, 199, 455.5])
    #expect((0..<3).map { scans.range(of: $0).count } == [2, 0, 1])
    #expect(source.measurement.facts["Extractor"] == "ProteoWizard")
    #expect(source.measurement.facts["CreationDate"] == "Thu Jun 15 10:44:09 2023")
  }

  @Test func itIsKnownByItsFirstBytes() {
    #expect(MS1Reader.recognises(Array(text.utf8)))
    #expect(MS1Reader.recognises(Array("S\t1\t1\n".utf8)))
    for other in ["", "H", "S\t", "Hello\n", "##TITLE=", "Name: x\n", "H\tx\n"] {
      #expect(!MS1Reader.recognises(Array(other.utf8)))
    }
  }

  @Test(arguments: [
    ("I\tRTime\t3.096517\n", "", "ms1-missing"),
    ("3.096517", "3.0", "ms1-inconsistent"), ("3.096517", "3.09175", "ms1-inconsistent"),
    ("3.096517", "x", "ms1-bad-number"), ("3.096517", "nan", "ms1-bad-number"),
    ("43.8 477", "43.8", "ms1-bad-number"), ("43.8 477", "43.8 nan", "ms1-bad-number"),
    ("43.8 477", "43.8 -1", "ms1-bad-number"), ("43.8 477", "300 477", "ms1-inconsistent"),
    ("43.8 477", "43.8 477 5", "ms1-bad-number"), ("43.8 477", "junk", "ms1-malformed"),
    ("43.8 477", "43.8 1e999", "ms1-bad-number"), ("S\t1\t1\n", "", "ms1-malformed"),
    ("455.5\n", "455.5", "ms1-truncated"),
    ("I\tRTime\t3.096517\n", "I\tRTime\t3.096517\nI\tRTime\t3.097\n", "ms1-inconsistent"),
  ])
  func damageIsRefusedByNameAndPlace(_ from: String, _ to: String, _ code: String) {
    let error = #expect(throws: FormatError.self) { _ = try read(text.replacing(from, with: to)) }
    #expect(error?.code == code)
    #expect(error?.offset != nil)
  }

  @Test func whatHoldsNoScanOrTooMuchIsRefused() {
    for text in ["", "H\tExtractor\tx\n", "\n"] {
      #expect(throws: FormatError.self) { _ = try read(text) }
    }
    #expect(throws: FormatError.self) { _ = try MS1Reader.read(Array(text.utf8), limit: 20) }
    #expect(throws: FormatError.self) {
      _ = try read("S\t1\t1\nI\tRTime\t1\n" + String(repeating: "1", count: 70_000) + "\n")
    }
  }

  @Test func numbersAreReadAsDoubleReadsThem() throws {
    var random = SeededRandom(state: 12)
    for _ in 0..<5000 {
      let digits = Int.random(in: 1...19, using: &random)
      var text = (0..<digits).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
      if Bool.random(using: &random) {
        text.insert(
          ".", at: text.index(text.startIndex, offsetBy: Int.random(in: 0...digits, using: &random))
        )
      }
      #expect(DecimalBytes.number(Array(text.utf8)[...]) == Double(text))
    }
    for text in ["", ".", "-", "1.2.3", "0x10", "nan", "inf", "1e", " 1"] {
      #expect(DecimalBytes.number(Array(text.utf8)[...]) == nil)
    }
    #expect(DecimalBytes.number(Array("-1.5e3".utf8)[...]) == -1500)
  }
}
