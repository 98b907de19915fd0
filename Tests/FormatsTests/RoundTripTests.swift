import Foundation
import Instruments
import Laboratory
import Testing

@testable import Formats

/// Texts that files, spreadsheets or markup could trip over.
private let awkwardTexts = [
  "plain", "\"quoted\" 'text'", "Größe µm, ×10⁻³ – 25 °C", "a ## b $$ c ### d", "##END=", "$$",
  "line\nbreak\r\nand\ttab", "=1+1", "+A1", "-A1", "@SUM(A1)", "a,=cmd|' /C calc'!A0", "a;b,c",
  " leading and trailing ", "two  blanks", "back\\slash \\u{41}", "e\u{301} and é", "\u{202E}abc",
  "<svg onload=x>&amp;", "12", "1e5", "", "nul\0byte", "𝄞 clef 漢字",
  String(repeating: "long", count: 60), String(repeating: "12345 ", count: 40) + "end",
  String(repeating: "ein Satz, der sich wiederholt; mit µ. ", count: 270),
]

@Test(arguments: awkwardTexts)
func jcampKeepsEveryTextAndEveryBit(text: String) throws {
  let spectrum = Example.raman(channels: 64)
  let record = try Example.record(sample: text, remark: text)
  let bytes = try JCAMPWriter.xyPoints(
    spectrum: spectrum, record: record, journalSHA256: Example.journal)
  try FormatCheck.verify(
    jcamp: bytes, against: spectrum, record: record, journalSHA256: Example.journal)
  let document = try JCAMPReader.read(bytes)
  #expect(document.fact("sample").map { Array($0.unicodeScalars) } == Array(text.unicodeScalars))
  #expect(document.fact("remark").map { Array($0.unicodeScalars) } == Array(text.unicodeScalars))
  #expect(document.x.map(\.bitPattern) == spectrum.axis.values.map(\.bitPattern))
  #expect(document.y.map(\.bitPattern) == spectrum.intensity.map(\.bitPattern))
}

@Test(arguments: awkwardTexts)
func jcampIsPrintableASCIIInShortLines(text: String) throws {
  let bytes = try JCAMPWriter.xyPoints(
    spectrum: Example.raman(channels: 64), record: Example.record(sample: text, remark: text),
    journalSHA256: Example.journal)
  #expect(bytes.allSatisfy { ($0 >= 32 && $0 <= 126) || $0 == 13 || $0 == 10 })
  let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
  #expect(lines.allSatisfy { $0.utf8.count <= 80 && !$0.contains("\n") && !$0.contains("\r") })
  // Editors and mail take blanks off line ends.
  #expect(lines.allSatisfy { !$0.hasSuffix(" ") })
  #expect(!lines.contains { $0.contains("$$") || $0.dropFirst(2).contains("##") })
  #expect(lines.filter { $0.hasPrefix("##END=") }.count == 1)
  #expect(lines.filter { $0.hasPrefix("##TITLE=") }.count == 1)
}

@Test(arguments: awkwardTexts)
func csvKeepsEveryTextAndEveryBit(text: String) throws {
  let spectrum = Example.raman(channels: 64)
  let record = try Example.record(sample: text, remark: text)
  let bytes = try CSVWriter.spectrum(
    spectrum: spectrum, record: record, journalSHA256: Example.journal)
  try FormatCheck.verify(
    csv: bytes, against: spectrum, record: record, journalSHA256: Example.journal)
  let document = try CSVReader.read(bytes)
  #expect(document.fact("remark").map { Array($0.unicodeScalars) } == Array(text.unicodeScalars))
  #expect(document.column("raman_shift_per_cm")?.count == 64)
}

@Test(arguments: awkwardTexts)
func noCellOfACSVIsAFormula(text: String) throws {
  let bytes = try CSVWriter.spectrum(
    spectrum: Example.raman(channels: 64), record: Example.record(sample: text, remark: text),
    journalSHA256: Example.journal)
  let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\n")
  #expect(lines.last == "")
  for line in lines.dropLast() {
    if line.hasPrefix("#") {
      #expect(!line.contains { ",;\t\"\r".contains($0) })
    } else {
      // Numbers may be negative, texts are only the column names.
      let cells = line.components(separatedBy: ",")
      #expect(cells.allSatisfy { Double($0) != nil || $0.first?.isLetter == true })
    }
  }
}

@Test func numbersThatAreHardToPrintReadBackTheirBits() throws {
  let spectrum = Example.awkwardNumbers()
  let record = try Example.record()
  try FormatCheck.verify(
    jcamp: JCAMPWriter.xyPoints(
      spectrum: spectrum, record: record, journalSHA256: Example.journal),
    against: spectrum, record: record, journalSHA256: Example.journal)
  try FormatCheck.verify(
    csv: CSVWriter.spectrum(spectrum: spectrum, record: record, journalSHA256: Example.journal),
    against: spectrum, record: record, journalSHA256: Example.journal)
}

@Test func shortestTextsOfRandomBitsReadBackTheSame() {
  var generator = SeededGenerator(state: 2026)
  for _ in 0..<20_000 {
    let value = Double(bitPattern: generator.next())
    guard value.isFinite else { continue }
    let text = DecimalText.shortest(value)
    #expect(DecimalText.number(text)?.bitPattern == value.bitPattern, "\(text)")
    #expect(text.utf8.count <= 41)
  }
  #expect(DecimalText.shortest(1e-7) == "0.0000001")
  #expect(DecimalText.shortest(-1.5e20) == "-150000000000000000000")
  #expect(DecimalText.shortest(1e16) == "10000000000000000")
  #expect(DecimalText.shortest(.leastNonzeroMagnitude) == "5e-324")
  #expect(DecimalText.shortest(785.1) == "785.1")
  #expect(DecimalText.shortest(-0.0) == "-0")
  for wrong in ["", "nan", "inf", "0x10", "1e999", "1,5", " 1", "1 ", "--1", "1e"] {
    #expect(DecimalText.number(wrong) == nil, "\(wrong)")
  }
}

@Test func theSameRunGivesTheSameBytes() throws {
  let record = try Example.record(emulated: true)
  #expect(
    try JCAMPWriter.xyPoints(
      spectrum: Example.raman(), record: record, journalSHA256: Example.journal)
      == JCAMPWriter.xyPoints(
        spectrum: Example.raman(), record: record, journalSHA256: Example.journal))
  #expect(
    try CSVWriter.spectrum(
      spectrum: Example.raman(), record: record, journalSHA256: Example.journal)
      == CSVWriter.spectrum(
        spectrum: Example.raman(), record: record, journalSHA256: Example.journal))
  #expect(
    try SVGPlot.spectrum(Example.raman(), record: record)
      == SVGPlot.spectrum(Example.raman(), record: record))
}
