import Processing
import Testing

@testable import Formats

@Suite struct MassBankTests {
  private let record = """
    ACCESSION: MSBNK-Test-JP000001
    RECORD_TITLE: Caffeine; EI-B; MS
    CH$NAME: Caffeine
    CH$NAME: 1,3,7-Trimethylxanthine
    CH$FORMULA: C8H10N4O2
    CH$EXACT_MASS: 194.08038
    CH$LINK: CAS 58-08-2
    CH$LINK: INCHIKEY RYYVLZVUVIJVGH-UHFFFAOYSA-N
    AC$INSTRUMENT_TYPE: GC-EI-TOF
    AC$MASS_SPECTROMETRY: MASS_RANGE_M/Z 40-600
    AC$CHROMATOGRAPHY: KOVATS_RTI 1810
    PK$ANNOTATION: m/z type
      55.1 x
    PK$NUM_PEAK: 3
    PK$PEAK: m/z int. rel.int.
      55 212.5 213
      109 500 501
      194 998 999
    //

    """

  @Test func aRecordIsRead() throws {
    let file = try MassBankReader.read(Array((record + record).utf8))
    #expect(file.entries.count == 2 && file.refusedCount == 0)
    let entry = file.entries[1]
    #expect(entry.record.name == "Caffeine")
    #expect(entry.record.synonyms == ["1,3,7-Trimethylxanthine"])
    #expect(entry.record.cas == "58-08-2")
    #expect(entry.record.inchiKey == "RYYVLZVUVIJVGH-UHFFFAOYSA-N")
    #expect(entry.record.id == "MSBNK-Test-JP000001")
    #expect(entry.record.retentionIndices == ["": 1810])
    #expect(entry.scanRange == 40...600)
    #expect(entry.peaks.massToCharge == [55, 109, 194])
    #expect(entry.peaks.intensity == [212.5, 500, 998])
  }

  @Test(arguments: [
    ("PK$NUM_PEAK: 3", "PK$NUM_PEAK: 4", "massbank-inconsistent"),
    ("PK$NUM_PEAK: 3", "PK$NUM_PEAK: x", "massbank-bad-number"),
    ("109 500 501", "109 nan 501", "massbank-bad-number"),
    ("109 500 501", "109", "massbank-bad-number"),
    ("109 500 501", "109 -5 1", "massbank-bad-number"),
    ("CH$FORMULA: C8", "CH$FORMULA: \u{1}C8", "massbank-bad-byte"),
    ("PK$NUM_PEAK: 3", "", "massbank-truncated"),
  ])
  func aDamagedRecordIsLeftOutByName(_ from: String, _ to: String, _ code: String) throws {
    let damaged = record.replacing(from, with: to)
    let file = try MassBankReader.read(Array((record + damaged + record).utf8))
    #expect(file.entries.count == 2)
    #expect(file.refused.map(\.name) == ["Caffeine"])
    #expect(file.refused.map(\.error.code) == [code])
  }

  @Test func aCutRecordIsNoRecord() throws {
    let whole = Array(record.utf8)
    for length in 0..<whole.count - 2 {
      #expect(throws: FormatError.self, "\(length)") {
        _ = try MassBankReader.read(Array(whole[..<length]))
      }
    }
    #expect(throws: FormatError.self) { _ = try MassBankReader.read(whole, limit: 10) }
  }
}
