import Foundation
import Laboratory
import Testing

@testable import Bench

/// Whatever a LIMS, a person with a spreadsheet or an enemy writes: a line is taken or refused by number.
@Suite(.timeLimit(.minutes(2))) struct WorklistReaderTests {
  private func read(
    _ text: String, _ rule: SampleRule = SampleRule(), form: WorklistForm = WorklistForm()
  ) throws -> WorklistReader.Result {
    try WorklistReader(form: form, rule: rule).read(Array(text.utf8))
  }

  private func code(_ bytes: [UInt8], form: WorklistForm = WorklistForm()) -> String? {
    do throws(Failure) {
      _ = try WorklistReader(form: form, rule: SampleRule()).read(bytes)
      return nil
    } catch {
      return error.code
    }
  }

  @Test(arguments: [
    ("", "worklist-empty"), (" \r\n\r\n", "worklist-empty"),
    ("Probe;Art\nA;1\n", "worklist-no-sample-column"),
    ("sample,sample\nA,B\n", "worklist-header-invalid"),
    ("sample,Sample ID\nA,B\n", "worklist-header-invalid"),
    ("sample,\"kind\nA,B\n", "worklist-no-sample-column"),
    ("sample;mass_mg\nA;1,5\nB;1.5\n", "worklist-decimal-unclear"),
    ("sa\u{0}mple\nA\n", "worklist-not-text"),
    ("[{\"sample\": \"A\"}", "worklist-json-invalid"), ("{\"a\": 1}", "worklist-json-invalid"),
    ("{\"entries\": 5}", "worklist-json-invalid"),
  ])
  func aBadWholeIsRefusedWithItsCode(_ text: String, _ wanted: String) {
    #expect(code(Array(text.utf8)) == wanted)
  }

  @Test func bytesThatAreNoUTF8AreRefusedByLineOrDeclared() throws {
    let bytes = Array("sample,Client\nA,M".utf8) + [0xfc] + Array("ller\n".utf8)
    #expect(code(bytes) == "worklist-not-text")
    #expect(code([0xff, 0xfe] + Array("sample\nA".utf8)) == "worklist-not-text")
    #expect(code(Array("PK".utf8) + [3, 4, 0, 0]) == "worklist-not-text")
    var form = WorklistForm()
    form.encoding = .latin1
    let read = try WorklistReader(form: form, rule: SampleRule()).read(bytes)
    #expect(read.entries.first?.columns == ["Client": "Müller"])
    #expect(read.notes.contains("read as Latin-1, as declared"))
  }

  @Test func aBadLineIsRefusedByItsNumberAndTheRestGoesOn() throws {
    let long = String(repeating: "x", count: 10_240)
    let lines = [
      "sample,kind,level,dilution,mass_mg,replicate,priority,due,position",
      "A,,,,,,,,", "B,smple,,,,,,,", "C,,-1,,,,,,", "D,,,0,,,,,", "E,,,,nan,,,,",
      "F,,,,0x10,,,,", "G,,,,,0,,,", "H,,,,,,soon,,", "I,,,,,,,tomorrow,", "\(long),,,,,,,,",
      "J,,,,,,,", "K\"x\",,,,,,,,", "\"L,,,,,,,,", ",,,,,,,,7", "A,,,,,,9,,", "unassigned,,,,,,,,",
      "M\u{202E}1,,,,,,,,", "N\u{7},,,,,,,,", "O,,,,,1e400,,,", "P,,1e400,,,,,,", "Z,,,,,2,,,",
    ]
    let read = try read(lines.joined(separator: "\r\n"))
    #expect(read.entries.map(\.sample.id) == ["A", "Z"])
    #expect(read.entries.map(\.number) == [1, 2] && read.entries.last?.line == 22)
    #expect(read.refused.map(\.line) == Array(3...21))
    #expect(read.refused.allSatisfy { $0.text.utf8.count <= 500 && !$0.reason.isEmpty })
    #expect(read.refused[12].reason == "it names no sample")
    #expect(read.refused[13].reason.contains("the same as line 2"))
  }

  @Test func aLineWithoutAnEndDoesNotSwallowTheRest() throws {
    let read = try read("sample,remark\nA,\"never closed\nB,fine\n")
    #expect(read.entries.map(\.sample.id) == ["B"] && read.refused.map(\.line) == [2])
    let huge = "sample\n" + String(repeating: "y", count: 70_000) + "\nC\n"
    #expect(try self.read(huge).entries.map(\.sample.id) == ["C"])
  }

  @Test func pathsAndFormulasAreCarriedAsTextAndNeverWrittenBackAsFormulas() throws {
    let ids = ["../../etc/passwd", "=1+1", "@SUM(A1)", "+1", "-1", "a;b", "a\"b"]
    let quoted = ids.map { "\"" + $0.replacing("\"", with: "\"\"") + "\",x" }
    let read = try read("sample,\"Kunde,1\"\n" + quoted.joined(separator: "\n"))
    #expect(read.entries.map(\.sample.id) == ids)
    #expect(read.entries.first?.columns == ["Kunde,1": "x"])
    let bad = ["=1+1", "@x", "+2", "-3", "\tq"].map {
      WorklistReport.RefusedLine(line: 1, reason: $0, text: $0)
    }
    let table = String(decoding: RejectedTable.bytes(bad), as: UTF8.self)
    for line in table.split(separator: "\r\n").dropFirst() {
      #expect(line.hasPrefix("1,\"'"), "\(line)")
    }
  }

  @Test func delimiterAndDecimalMarkAreFoundAndSaid() throws {
    let read = try read("\u{FEFF}Sample ID;Mass mg;Level\nA;12,5;3\nB;;0,25\n")
    #expect(read.entries.map(\.sample.massMilligrams) == [12.5, nil])
    #expect(read.entries.map(\.sample.level) == [3, 0.25])
    #expect(
      read.notes == ["cells are parted by semicolon", "numbers have decimal commas"])
    let tab = try self.read("sample\tmass_mg\rA\t1e-3\rB\t2.5")
    #expect(tab.entries.map(\.sample.massMilligrams) == [0.001, 2.5])
    var form = WorklistForm()
    form.decimalComma = true
    #expect(try self.read("sample;level\nA;1.234,5\n", form: form).refused.map(\.line) == [2])
    form.columns = ["probe": "sample"]
    #expect(try self.read("Probe;level\nA;1,5\n", form: form).entries.first?.sample.level == 1.5)
  }

  @Test func everyColumnHasItsPlace() throws {
    let read = try read(
      """
      sample,kind,level,position,dilution,mass_mg,replicate,remark,method,instrument,priority,due,X
      S,Standard,2.5,A1,10,3,2,look,ethanol,gc-1,urgent,2026-11-25,7
      """)
    let entry = try #require(read.entries.first)
    #expect(entry.kind == .standard && entry.sample.level == 2.5 && entry.sample.position == "A1")
    #expect(entry.sample.dilution == 10 && entry.sample.massMilligrams == 3)
    #expect(entry.sample.replicate == 2 && entry.sample.remark == "look")
    #expect(entry.method == "ethanol" && entry.instrument == "gc-1" && entry.priority == 1)
    #expect(entry.due?.iso8601 == "2026-11-25T00:00:00.000000Z" && entry.columns == ["X": "7"])
  }

  @Test func aListInJSONSaysTheSame() throws {
    let read = try read(
      """
      {"entries": [{"sample": "A", "mass_mg": 12.5, "priority": 2, "client": "X", "empty": null},
        {"sample": 17, "open": true}, 5, {"kind": "blank"}, {"sample": "B", "tags": ["x"]},
        {"sample": "C", "Sample": "D"}, {"sample": "A", "mass_mg": 12.5}, {"sample": "E\\nF"}]}
      """)
    #expect(read.entries.map(\.sample.id) == ["A", "17"])
    #expect(read.entries[0].sample.massMilligrams == 12.5 && read.entries[0].priority == 2)
    #expect(read.entries[0].columns == ["client": "X"] && read.entries[1].columns["open"] == "true")
    #expect(read.refused.map(\.line) == [3, 4, 5, 6, 7, 8])
  }

  @Test func theSitesPatternRefusesLinesOfSamplesByName() throws {
    var rule = SampleRule()
    (rule.pattern, rule.checkDigit) = ("[0-9]+", .luhn)
    let read = try read("sample,kind\n79927398713,\n79927398710,\nabc,\nabc,blank\n", rule)
    #expect(read.entries.map(\.line) == [2, 5])
    #expect(read.refused.map(\.line) == [3, 4])
    #expect(read.refused[0].reason.contains("sample-check-digit"))
    #expect(read.refused[1].reason.contains("sample-id-pattern"))
  }

  @Test func aHundredThousandLinesAreRead() throws {
    var text = "sample,mass_mg,client\n"
    for number in 0..<100_000 { text += "24-\(number),1.5,client \(number % 7)\n" }
    let read = try read(text)
    #expect(read.entries.count == 100_000 && read.refused.isEmpty)
    #expect(read.entries.last?.line == 100_001 && read.entries.last?.sample.id == "24-99999")
  }

  /// Seeded damage of every kind: it is read or refused, and every line has one fate.
  @Test(arguments: 0..<200)
  func damagedListsNeverBreakIt(_ seed: Int) throws {
    var random = SeededBytes(state: UInt64(seed) &* 7919 &+ 1)
    var bytes = Array("sample;kind;mass_mg;x\r\nA;sample;1,5;\"q;\"\"r\"\r\nB;;2;\r\n".utf8)
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<3, using: &random) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes.remove(at: place)
      default:
        bytes.insert([10, 13, 34, 59, 44, 0, 0xc3].randomElement(using: &random) ?? 0, at: place)
      }
    }
    do throws(Failure) {
      let read = try WorklistReader(form: WorklistForm(), rule: SampleRule()).read(bytes)
      let lines = read.entries.map(\.line) + read.refused.map(\.line)
      #expect(Set(lines).count == lines.count)
      #expect(
        read.entries.map(\.number)
          == Array(1...max(1, read.entries.count)).prefix(read.entries.count).map { $0 })
    } catch {
      #expect(error.code.hasPrefix("worklist-"))
    }
  }
}

/// SplitMix64.
struct SeededBytes: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
