import Foundation
import Instruments
import Laboratory
import Testing

@testable import Formats

private func jcamp(_ channels: Int = 64) throws -> [UInt8] {
  try JCAMPWriter.xyPoints(
    spectrum: Example.raman(channels: channels), record: Example.record(remark: "µ"),
    journalSHA256: Example.journal)
}

private func csv(_ channels: Int = 64) throws -> [UInt8] {
  try CSVWriter.spectrum(
    spectrum: Example.raman(channels: channels), record: Example.record(remark: "µ"),
    journalSHA256: Example.journal)
}

/// Reads bytes that may be damaged: refused, or the values that were written.
private func check(
  _ what: Comment, refusedOrSame: [Double], read: () throws(FormatError) -> [Double]
) -> Bool {
  do throws(FormatError) {
    let found = try read()
    #expect(found.map(\.bitPattern) == refusedOrSame.map(\.bitPattern), what)
    return false
  } catch {
    #expect(!error.detail.isEmpty)
    return true
  }
}

private func points(_ bytes: [UInt8]) throws(FormatError) -> [Double] {
  let document = try JCAMPReader.read(bytes)
  return document.x + document.y
}

private func cells(_ bytes: [UInt8]) throws(FormatError) -> [Double] {
  try CSVReader.read(bytes).values.flatMap { $0 }.map { $0 ?? .nan }
}

@Test func cutFilesAreRefused() throws {
  let whole = try jcamp()
  for length in stride(from: 0, to: whole.count - 8, by: 64) {
    #expect(throws: FormatError.self, "\(length)") { try JCAMPReader.read(Array(whole[..<length])) }
  }
  for length in whole.count - 60..<whole.count - 3 {
    #expect(throws: FormatError.self, "\(length)") { try JCAMPReader.read(Array(whole[..<length])) }
  }
  let table = try csv()
  for length in Array(stride(from: 0, to: table.count, by: 64)) + [table.count - 1] {
    #expect(throws: FormatError.self, "\(length)") { try CSVReader.read(Array(table[..<length])) }
  }
}

@Test func flippedBitsAreRefusedOrHarmless() throws {
  var generator = SeededGenerator(state: 47)
  let file = try jcamp()
  let filePoints = try points(file)
  let table = try csv()
  let tableCells = try cells(table)
  var refused = 0
  for _ in 0..<600 {
    var damaged = file
    let place = Int.random(in: damaged.indices, using: &generator)
    damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    if check(
      "byte \(place)", refusedOrSame: filePoints,
      read: { () throws(FormatError) in
        try points(damaged)
      })
    {
      refused += 1
    }
    var damagedTable = table
    let cell = Int.random(in: damagedTable.indices, using: &generator)
    damagedTable[cell] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    if check(
      "byte \(cell)", refusedOrSame: tableCells,
      read: { () throws(FormatError) in
        try cells(damagedTable)
      })
    {
      refused += 1
    }
  }
  #expect(refused > 1150)
}

@Test func noiseIsRefused() throws {
  var generator = SeededGenerator(state: 5)
  let pieces = [
    "##TITLE= x", "##END=", "##XYPOINTS= (XY..XY)", "1, 2", "##NPOINTS= 1", "$$", "##", "=", "\\u{",
    "# a: b", "a,b", "1,2", "\r\n", "\n", ",", "\u{7f}", "##XFACTOR= nan", "##$GAUGER CRC32= 0",
  ]
  for _ in 0..<3000 {
    let count = Int.random(in: 0..<12, using: &generator)
    let text = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }
      .joined(separator: Bool.random(using: &generator) ? "\n" : "")
    // Whatever comes out, nothing traps and no table is half a pair.
    if let document = try? JCAMPReader.read(Array(text.utf8)) {
      #expect(document.x.count == document.y.count)
    }
    if let document = try? CSVReader.read(Array(text.utf8)) {
      #expect(Set(document.values.map(\.count)).count == 1)
    }
  }
}

private func jcampError(_ text: String) -> String? {
  do throws(FormatError) {
    _ = try JCAMPReader.read(Array(text.utf8))
    return nil
  } catch {
    return error.code
  }
}

@Test(arguments: [
  ("", "jcamp-truncated"),
  ("##TITLE= a\n", "jcamp-truncated"),
  ("##DATA TYPE= a\n##END=\n", "jcamp-malformed"),
  ("hello\n##TITLE= a\n##END=\n", "jcamp-malformed"),
  ("##TITLE= a\n##LABEL\n##END=\n", "jcamp-malformed"),
  ("##TITLE= a\u{e9}\n##END=\n", "jcamp-bad-byte"),
  ("##TITLE= a\n##END=\nmore\n", "jcamp-unsupported"),
  ("##TITLE= a\n##TITLE= b\n##END=\n##END=\n", "jcamp-unsupported"),
  ("##TITLE= a\n##XYDATA= (X++(Y..Y))\n1 2 3\n##END=\n", "jcamp-unsupported"),
  ("##TITLE= a\n##DATA CLASS= XYPOINTS\n##END=\n", "jcamp-missing"),
  ("##TITLE= a\n##XYPOINTS= (XY..XY)\n1, 2, 3\n##END=\n", "jcamp-malformed"),
  ("##TITLE= a\n##XYPOINTS= (XY..XY)\n1, nan\n##END=\n", "jcamp-bad-number"),
  ("##TITLE= a\n##XYPOINTS= (XY..XY)\n1, 1e999\n##END=\n", "jcamp-bad-number"),
  ("##TITLE= a\n##NPOINTS= 2\n##XYPOINTS= (XY..XY)\n1, 2\n##END=\n", "jcamp-inconsistent"),
  ("##TITLE= a\n##FIRSTX= 3\n##XYPOINTS= (XY..XY)\n1, 2\n##END=\n", "jcamp-inconsistent"),
  ("##TITLE= a\n##LASTX= x\n##XYPOINTS= (XY..XY)\n1, 2\n##END=\n", "jcamp-bad-number"),
  ("##TITLE= a\n##$GAUGER CRC32= 00000000\n##END=\n", "jcamp-checksum"),
])
func jcampRefusesByName(text: String, code: String) {
  #expect(jcampError(text) == code)
}

@Test func whatWouldFillTheMemoryIsRefused() throws {
  let long = "##TITLE= a\n##XYPOINTS= (XY..XY)\n" + String(repeating: "1 ", count: 40_000)
  #expect(jcampError(long + "\n##END=\n") == "jcamp-too-large")
  #expect(
    jcampError("##TITLE= a\n" + String(repeating: "\n", count: 1_000_000)) == "jcamp-too-large")
  let tables = String(repeating: "##XYPOINTS= (XY..XY)\n", count: 2)
  #expect(jcampError("##TITLE= a\n\(tables)##END=\n") == "jcamp-unsupported")
  let huge = Array(repeating: UInt8(ascii: "1"), count: JCAMPReader.largestFile + 1)
  #expect(throws: FormatError.self) { try JCAMPReader.read(huge) }
  let wide = (0...1000).map { "c\($0)" }.joined(separator: ",") + "\n"
  let error = #expect(throws: FormatError.self) { try CSVReader.read(Array(wide.utf8)) }
  #expect(error?.code == "csv-too-large")
}

@Test func jcampOfOthersIsReadAsFarAsItGoes() throws {
  let text = """
    ##title= Powder B $$ a comment
    ##JCAMP-DX=5.01
    ##Data Class=XYPOINTS
    ##X_FACTOR= 0.5
    ##Y FACTOR= 2
    ##NPOINTS=3
    ##FIRSTX= 1
    ##XYPOINTS=(XY..XY)
    2,3 ; 4,5
    6 7  $$ the last
    ##End=

    """
  let document = try JCAMPReader.read(Array(text.utf8))
  #expect(document.x == [1, 2, 3])
  #expect(document.y == [6, 10, 14])
  #expect(document.text("TITLE") == "Powder B")
}

@Test func aChangeOfLineEndsIsNoDamage() throws {
  let unix = try jcamp().filter { $0 != 13 }
  #expect(try points(unix) == points(jcamp()))
  let windows = try csv().flatMap { $0 == 10 ? [13, 10] : [$0] }
  #expect(try cells(windows) == cells(csv()))
}

@Test func anAlteredTitleIsRefused() throws {
  let text = try String(decoding: jcamp(), as: UTF8.self)
  #expect(jcampError(text.replacing("S-2026-0815", with: "S-2026-0816")) == "jcamp-checksum")
}

@Test(arguments: [
  ("", "csv-truncated"), ("# a: b\n", "csv-truncated"), ("a,b\n1,2", "csv-truncated"),
  ("#a\na,b\n", "csv-malformed"), ("# a: \\u{zz}\na,b\n", "csv-malformed"),
  ("a,a\n", "csv-malformed"), ("a,\n", "csv-malformed"), ("a,b\n1\n", "csv-inconsistent"),
  ("a,b\n1,2,3\n", "csv-inconsistent"), ("a,b\n1,x\n", "csv-bad-number"),
  ("a,b\n\"1\",2\n", "csv-unsupported"), ("a,b\n1,\u{1}\n", "csv-bad-byte"),
  ("# crc32: 00000000\na,b\n", "csv-checksum"),
])
func csvRefusesByName(text: String, code: String) throws {
  let error = #expect(throws: FormatError.self) { try CSVReader.read(Array(text.utf8)) }
  #expect(error?.code == code)
  #expect(error?.failure.code == code)
  #expect(error?.failure.what.isEmpty == false)
}

@Test func whatCannotBeHeldIsRefusedByEveryWriter() throws {
  var short = Example.raman(channels: 8)
  short.intensity.removeLast()
  var turning = Example.raman(channels: 8)
  turning.axis.values[5] = turning.axis.values[4]
  var missing = Example.raman(channels: 8)
  missing.intensity[3] = .nan
  var endless = Example.raman(channels: 8)
  endless.dark?[3] = .infinity
  var outside = Example.raman(channels: 8)
  outside.saturated = [8]
  let record = try Example.record()
  for (spectrum, problem) in [
    (short, "shape"), (turning, "axis"), (missing, "not-finite"), (endless, "not-finite"),
    (outside, "shape"),
  ] {
    let ofJCAMP = #expect(throws: FormatError.self) {
      try JCAMPWriter.xyPoints(
        spectrum: spectrum, record: record, journalSHA256: Example.journal)
    }
    let ofCSV = #expect(throws: FormatError.self) {
      try CSVWriter.spectrum(spectrum: spectrum, record: record, journalSHA256: Example.journal)
    }
    let ofSVG = #expect(throws: FormatError.self) {
      try SVGPlot.spectrum(spectrum, record: record)
    }
    #expect(ofJCAMP?.code == "jcamp-\(problem)")
    #expect(ofCSV?.code == "csv-\(problem)")
    #expect(ofSVG?.code == "svg-\(problem)")
  }
  var falling = Example.raman(channels: 8)
  falling.axis.values.reverse()
  let bytes = try JCAMPWriter.xyPoints(
    spectrum: falling, record: record, journalSHA256: Example.journal)
  try FormatCheck.verify(
    jcamp: bytes, against: falling, record: record, journalSHA256: Example.journal)
}
