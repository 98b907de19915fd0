import Processing
import Testing

@testable import Formats

@Suite struct MSPTests {
  private func read(_ text: String) throws(FormatError) -> MassLibraryFile {
    try MSPReader.read(Array(text.utf8))
  }

  @Test func aRecordOfNISTIsRead() throws {
    let file = try read(
      """
      Name: Cocaine
      Synon: Coke
      Synon: $:28ZPUCINDJVBIVPJ-LJISPDSOSA-N
      Formula: C17H21NO4
      MW: 303
      CAS#: 50-36-2;  NIST#: 1234
      Retention_index: SemiStdNP=2187/5/10 StdPolar=3000
      DB#: 7
      Comments: of a ring test
      Num Peaks: 5
      77 300; 82 999;
      105 250; 182 800; 303 120;
      """ + "\n")
    let entry = try #require(file.entries.first)
    #expect(file.entries.count == 1 && file.refusedCount == 0 && file.warningCount == 0)
    #expect(entry.record.name == "Cocaine" && entry.record.synonyms == ["Coke"])
    #expect(entry.record.inchiKey == "ZPUCINDJVBIVPJ-LJISPDSOSA-N")
    #expect(entry.record.cas == "50-36-2" && entry.record.id == "1234")
    #expect(entry.record.formula == "C17H21NO4" && entry.record.molecularWeight == 303)
    #expect(entry.record.retentionIndices == ["SemiStdNP": 2187, "StdPolar": 3000])
    #expect(entry.record.comment == "of a ring test")
    #expect(entry.peaks.massToCharge == [77, 82, 105, 182, 303])
    #expect(entry.peaks.intensity == [300, 999, 250, 800, 120])
  }

  @Test func theSpellingsOfMoNAAndMatchmsAreRead() throws {
    let file = try read(
      "\u{feff}"
        + """
        Name: Caffeine
        Synon: $:00in-source
        InChIKey: RYYVLZVUVIJVGH-UHFFFAOYSA-N
        ExactMass: 194.08
        Comments: "SMILES=C;C:N" "cas=58-08-2" "kovats retention index=1810"
        Num Peaks: 2
        109.0636 21.5 "loss; of: 85"
        194.0798 100

        COMPOUND_NAME: Heroin
        PRECURSOR_MZ: 370.1649
        SPECTRUM_ID: x-1
        NUM PEAKS: 3
        58.0\t10.0
        165.1,20
        370.16 30.5 [M+H]+
        """)
    #expect(file.entries.map(\.record.name) == ["Caffeine", "Heroin"])
    #expect(file.entries[0].record.cas == "58-08-2")
    #expect(file.entries[0].record.synonyms == [])
    #expect(file.entries[0].record.molecularWeight == 194.08)
    #expect(file.entries[0].record.retentionIndices == ["": 1810])
    #expect(file.entries[0].peaks.intensity == [21.5, 100])
    #expect(file.entries[1].precursor == 370.1649 && file.entries[1].record.id == "x-1")
    #expect(file.entries[1].peaks.massToCharge == [58, 165.1, 370.16])
  }

  @Test func aNameBeginsARecordWithoutAnEmptyLine() throws {
    let file = try read("Name: A\nNum Peaks: 1\n50 9\nName: B\r\nNum peaks: 1\r\n(60,9)\r\n")
    #expect(file.entries.map(\.record.name) == ["A", "B"])
    #expect(file.entries[1].peaks.massToCharge == [60])
  }

  @Test(arguments: [
    ("Num Peaks: 3\n50 9\n60 9\n", "msp-inconsistent"),
    ("Num Peaks: 1\n50 9\n60 9\n", "msp-inconsistent"),
    ("Num Peaks: 1\n50 nan\n", "msp-bad-number"), ("Num Peaks: 1\n50 inf\n", "msp-bad-number"),
    ("Num Peaks: 1\n50 -9\n", "msp-bad-number"), ("Num Peaks: 1\n0 9\n", "msp-bad-number"),
    ("Num Peaks: 1\n50 9 7\n", "msp-bad-number"), ("Num Peaks: 1\n50\n", "msp-bad-number"),
    ("Num Peaks: 1e9\n50 9\n", "msp-bad-number"), ("Num Peaks: -1\n", "msp-bad-number"),
    ("Num Peaks: 0\n", "msp-missing"), ("MW: 5\n", "msp-truncated"),
    ("Num Peaks: 1\n50 0\n", "msp-inconsistent"), ("Num Peaks: 1\n5\u{0}0 9\n", "msp-bad-byte"),
    ("nonsense\nNum Peaks: 1\n50 9\n", "msp-malformed"),
    ("Num Peaks: 1\n50 1e400\n", "msp-bad-number"),
  ])
  func aDamagedRecordIsLeftOutByNameAndTheRestGoesOn(_ body: String, _ code: String) throws {
    let file = try read(
      "Name: good\nNum Peaks: 1\n50 9\n\nName: bad\n" + body + "\nName: last\nNum Peaks: 1\n9 9\n")
    #expect(file.entries.map(\.record.name) == ["good", "last"])
    #expect(file.refusedCount == 1)
    #expect(file.refused.map(\.name) == ["bad"])
    #expect(file.refused.map(\.line) == [5])
    #expect(file.refused.map(\.error.code) == [code])
    #expect((file.refused.first?.error.offset ?? 0) >= 29)
  }

  @Test func identitiesThatAreNoneAreLeftOutAloud() throws {
    let file = try read(
      "Name: A\nCAS#: 50-36-3\nInChIKey: short\nNum Peaks: 2\n50 9 50 8\n\n"
        + "Name: B\nCAS#: 0-00-0\nCASNO: 50362\nInChIKey: N/A\nNum Peaks: 1\n50 9\n")
    #expect(file.entries.map(\.record.cas) == [nil, "50-36-2"])
    #expect(file.entries.map(\.record.inchiKey) == [nil, nil])
    #expect(file.entries[0].peaks.intensity == [17])
    #expect(file.warningCount == 3 && file.warnings.count == 3)
  }

  @Test func whatHoldsNoRecordIsRefused() {
    for text in ["", "\n\n", "# remark\n", "%PDF-1.4\n", "Name: x\n"] {
      #expect(throws: FormatError.self) { _ = try read(text) }
    }
    #expect(throws: FormatError.self) {
      _ = try MSPReader.read(Array("Name: A\nNum Peaks: 1\n50 9\n".utf8), limit: 10)
    }
  }

  @Test func whatIsWrittenIsReadAgainToTheBit() throws {
    var random = SeededRandom(state: 4)
    var entries: [MassLibraryEntry] = []
    for number in 0..<50 {
      let masses = (0..<20).map { _ in Double.random(in: 1...900, using: &random) }
      entries.append(
        MassLibraryEntry(
          record: LibraryRecord(
            name: "Ä\\ \(number)  é;", synonyms: ["a: b", "c  d"],
            inchiKey: "RYYVLZVUVIJVGH-UHFFFAOYSA-N", cas: "58-08-2", formula: "C8H10N4O2",
            molecularWeight: 194.1, retentionIndices: ["": 1810.5, "StdPolar": 2500],
            id: "\(number)", comment: "µ"),
          peaks: try MassPeakList(
            massToCharge: masses,
            intensity: masses.map { _ in Double.random(in: 0...1, using: &random) })))
    }
    let bytes = try MSPWriter.write(entries)
    #expect(bytes.allSatisfy { $0 == 10 || (32...126).contains($0) })
    let file = try MSPReader.read(bytes)
    #expect(file.entries == entries)
    #expect(file.warningCount == 0)
    #expect(try MSPWriter.write(file.entries) == bytes)
    #expect(throws: FormatError.self) {
      _ = try MSPWriter.write([MassLibraryEntry(record: LibraryRecord(name: "x"), peaks: .empty)])
    }
  }

  @Test func cutFilesNeverGiveAnotherPeak() throws {
    let whole = Array("Name: A\nNum Peaks: 3\n50 900\n60 800\n70 700\n\n".utf8)
    let entry = try #require(try MSPReader.read(whole).entries.first)
    for length in 0..<whole.count - 2 {
      guard let file = try? MSPReader.read(Array(whole[..<length])) else { continue }
      // A last number without its line's end may have been longer, and this is said.
      #expect(file.entries.allSatisfy { $0 == entry } || file.warningCount > 0, "\(length)")
    }
  }
}

/// SplitMix64: the same numbers in every run of a test.
struct SeededRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
