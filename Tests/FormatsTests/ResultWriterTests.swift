import Foundation
import Instruments
import Laboratory
import Testing

@testable import Formats

@Suite struct ResultWriterTests {
  func sheet(
    _ results: [AnalyteResult], sample: String = "VIAL-7", files: [RunFile] = []
  ) throws -> ResultSheet {
    var record = RunRecord(
      run: try #require(RunID("20261120T101500Z-usb4000-abcd")), kind: .sample,
      sample: Sample(id: sample), person: "m.muster",
      instrument: RunInstrument(
        address: "usb:1-1", model: "ocean-optics/usb4000", name: "USB4000", maker: "Ocean Optics",
        serialNumber: "USB4E00001", firmware: nil, driver: "ooi"),
      settings: Settings(), scansAsked: 10, started: Timestamp(microseconds: 1_795_169_700_000_000),
      timeZone: "Europe/Zurich", emulated: true, profileSHA256: "aa", software: "Gauger 0.1.0")
    record.complete = true
    return ResultSheet(record, journalSHA256: "bb", results: results, files: files)
  }

  let ethanol = AnalyteResult(
    keyword: "EtOH", value: 0.1, unit: Unit("g_per_L"), uncertainty: 1e-5, flags: ["no-dark", "b"])

  @Test func aRowIsExactlyThis() throws {
    let text = String(decoding: try ResultWriter.csv(try sheet([ethanol])), as: UTF8.self)
    #expect(
      text == "run,sample,kind,keyword,value,text,unit,uncertainty,flags,complete,emulated,method,"
        + "method_sha256,instrument,serial,operator,measured_utc,time_zone,journal_sha256\r\n"
        + "20261120T101500Z-usb4000-abcd,VIAL-7,sample,EtOH,0.1,,g_per_L,1e-05,no-dark;b,true,"
        + "true,,,ocean-optics/usb4000,USB4E00001,m.muster,2026-11-20T10:15:00.000000Z,"
        + "Europe/Zurich,bb\r\n")
  }

  @Test(
    arguments: [
      (-0.25, "-0.25"), (250, "250"), (0, "0"), (0.1 + 0.2, "0.30000000000000004"),
      (6.02214076e23, "6.02214076e+23"), (Double.leastNonzeroMagnitude, "5e-324"), (-0.0, "-0"),
      (9_007_199_254_740_992, "9007199254740992"),
    ] as [(Double, String)])
  func aNumberIsTheShortestThatReadsBack(value: Double, text: String) throws {
    let csv = try ResultWriter.csv(try sheet([AnalyteResult(keyword: "k", value: value)]))
    let row = String(decoding: csv, as: UTF8.self).split(separator: "\r\n")[1]
    let cell = row.split(separator: ",", omittingEmptySubsequences: false)[4]
    #expect(cell == text)
    #expect(Double(cell) == value)
  }

  @Test func aNumberOrATextNeverBothAndNeverNeither() throws {
    for answer in [
      AnalyteResult(keyword: "k"), AnalyteResult(keyword: "k", value: 1, text: "cocaine"),
    ] {
      #expect(throws: ResultError.notOneAnswer("k")) { try ResultWriter.csv(try sheet([answer])) }
      #expect(throws: ResultError.notOneAnswer("k")) { try ResultWriter.json(try sheet([answer])) }
    }
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func whatIsNoNumberIsRefused(value: Double) throws {
    let answers = [
      AnalyteResult(keyword: "k", value: value),
      AnalyteResult(keyword: "k", value: 1, uncertainty: value),
    ]
    for answer in answers {
      #expect(throws: ResultError.notFinite("k")) { try ResultWriter.csv(try sheet([answer])) }
      #expect(throws: ResultError.notFinite("k")) { try ResultWriter.json(try sheet([answer])) }
    }
  }

  @Test(arguments: [
    ("=1+2", "'=1+2"), ("+1", "'+1"), ("-1", "'-1"), ("@a", "'@a"), ("a=b", "a=b"),
    ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""), ("=a,b", "\"'=a,b\""),
    ("Käse", "Käse"),
  ])
  func aTextIsQuotedAndNeverAFormula(text: String, cell: String) throws {
    let answer = AnalyteResult(keyword: "identity", text: text)
    let csv = String(decoding: try ResultWriter.csv(try sheet([answer])), as: UTF8.self)
    #expect(csv.contains(",identity,,\(cell),,,,true,true,"))
    let json = String(decoding: try ResultWriter.json(try sheet([answer])), as: UTF8.self)
    #expect(json.contains("\"text\" : \"\(text.replacing("\"", with: "\\\""))\""))
  }

  @Test func aControlCharacterIsRefused() throws {
    #expect(throws: ResultError.unprintable("sample")) {
      try ResultWriter.csv(try sheet([ethanol], sample: "VIAL\n7"))
    }
  }

  @Test func aRunWithoutAnalytesHasItsSpectrumForAnAnswer() throws {
    let files = [RunFile(name: "spectrum.jdx", size: 1, sha256: "cc")]
    let csv = String(decoding: try ResultWriter.csv(try sheet([], files: files)), as: UTF8.self)
    #expect(csv.split(separator: "\r\n").count == 2)
    #expect(csv.contains(",spectrum,,spectrum.jdx,,,,true,true,"))
    #expect(throws: ResultError.nothing) { try ResultWriter.csv(try sheet([])) }
  }

  @Test func theSameSheetGivesTheSameBytesAndReadsBack() throws {
    let sheet = try sheet([ethanol])
    let json = try ResultWriter.json(sheet)
    #expect(try ResultWriter.json(sheet) == json)
    #expect(try JSONDecoder().decode(ResultSheet.self, from: Data(json)) == sheet)
    let text = String(decoding: json, as: UTF8.self)
    #expect(text.contains("\"emulated\" : true"))
    #expect(text.contains("\"value\" : 0.1\n"))
  }

  @Test(.enabled(if: Stranger.isWanted, Stranger.noPython))
  func anotherProgramReadsWhatWasWritten() throws {
    let answers = [ethanol, AnalyteResult(keyword: "identity", text: "a \"b\", c")]
    let program = """
      import csv, json, sys
      rows = list(csv.DictReader(open(sys.argv[1] + '/r.csv', newline='', encoding='utf-8')))
      sheet = json.load(open(sys.argv[1] + '/r.json'))
      for row, answer in zip(rows, sheet['results'], strict=True):
          assert row['run'] == sheet['run'] and row['keyword'] == answer['keyword']
          assert row['text'] == answer.get('text', '')
          assert (float(row['value']) if row['value'] else None) == answer.get('value')
          assert row['flags'] == ';'.join(answer['flags'])
          assert row['serial'] == sheet['instrument']['serial_number']
          assert row['measured_utc'] == sheet['measured']
          assert row['emulated'] == str(sheet['emulated']).lower()
      print(len(rows), rows[1]['text'])
      """
    try withFolder { folder in
      try Data(try ResultWriter.csv(try sheet(answers))).write(
        to: folder.appending(path: "r.csv"))
      try Data(try ResultWriter.json(try sheet(answers))).write(
        to: folder.appending(path: "r.json"))
      let outcome = try Stranger.run(["-c", program, folder.path])
      #expect(outcome.status == 0)
      #expect(outcome.output == "2 a \"b\", c\n")
    }
  }
}
