import Foundation
import Instruments
import Testing

@testable import Laboratory

/// The words that stand in files and names for ever.
@Suite struct WordsTests {
  struct Counting: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state
    }
  }

  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00.000000Z", "19700101T000000Z"),
      (951_782_400_000_000, "2000-02-29T00:00:00.000000Z", "20000229T000000Z"),
      (1_795_169_700_123_456, "2026-11-20T10:15:00.123456Z", "20261120T101500Z"),
      (4_107_542_399_999_999, "2100-02-28T23:59:59.999999Z", "21000228T235959Z"),
      (-1, "1969-12-31T23:59:59.999999Z", "19691231T235959Z"),
    ] as [(Int64, String, String)])
  func timesAreWrittenAndReadAgain(_ microseconds: Int64, _ iso: String, _ basic: String) {
    let time = Timestamp(microseconds: microseconds)
    #expect(time.iso8601 == iso)
    #expect(time.basic == basic)
    #expect(Timestamp(iso8601: iso) == time)
  }

  @Test func everyDayOfFourHundredYearsComesBack() {
    let day: Int64 = 86_400_000_000
    for number in stride(from: Int64(-50_000), to: 96_097, by: 1) {
      let time = Timestamp(microseconds: number * day + 12_345_678)
      #expect(Timestamp(iso8601: time.iso8601) == time)
    }
  }

  @Test(arguments: [
    "", "2026-11-20", "2026-11-20T10:15:00", "2026-13-20T10:15:00Z", "2026-11-20T24:15:00Z",
    "2026-11-20T10:15:00.Z", "2026-11-20T10:15:00.1234567Z", "2026-11-20T10:15:00+01:00",
    "2026-11-20t10:15:00Z", "２０２６-11-20T10:15:00Z", "2026-00-20T10:15:00Z",
  ])
  func whatIsNoTimeIsRefused(_ text: String) {
    #expect(Timestamp(iso8601: text) == nil)
  }

  @Test func runNamesAreSafeInFileNamesAnywhereWhateverTheInstrumentIsCalled() throws {
    var random = Counting(state: 1)
    let time = Timestamp(microseconds: 1_795_169_700_000_000)
    for name in [
      "usb2000plus-EMU00042", "../../etc", "", "Ramanspektrometer Ä/ß:*?\"<>|", "-.-", "con\u{0}\n",
      String(repeating: "x", count: 500),
    ] {
      let id = RunID(startedAt: time, instrument: name, random: &random)
      #expect(id.text.hasPrefix("20261120T101500Z-"))
      #expect(id.text.count <= 80)
      #expect(
        id.text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) })
      #expect(!id.text.contains(".."), "\(name)")
      #expect(RunID(id.text) == id)
    }
    let two = (0..<200).map { _ in
      RunID(startedAt: time, instrument: "a", random: &random)
    }
    #expect(Set(two).count > 195, "four characters of 32 tell runs of the same second apart")
  }

  @Test(arguments: [
    "", "run", "20261120T101500Z", "20261120T101500Z-a", "20261120T101500Z-a-abc",
    "20261120T101500Z-a/b-abcd", "20261120T101500Z-a-abcde", "x0261120T101500-a-abcd",
    "20261120T101500Z-ä-abcd",
  ])
  func whatIsNoRunNameIsRefused(_ text: String) {
    #expect(RunID(text) == nil)
  }

  @Test func theRecordOfARunSurvivesItsJSON() throws {
    let record = RunRecord(
      run: try #require(RunID("20261120T101500Z-a-abcd")), kind: .check,
      sample: Sample(id: "24-0117", position: "A1", remark: "umlauts äöü"), person: "A. Mbeki",
      instrument: RunInstrument(
        address: "usb:1-1", model: "m/m", name: "N", maker: "M", serialNumber: "S", firmware: nil,
        driver: "d"),
      settings: Settings(["integration_us": 100_000, "laser_nm": 784.82]), scansAsked: 3,
      started: Timestamp(microseconds: 1_795_169_700_123_456), timeZone: "Europe/Rome",
      emulated: true, profileSHA256: "00", software: "Gauger")
    let text = try JSONEncoder().encode(record)
    #expect(try JSONDecoder().decode(RunRecord.self, from: text) == record)
    let object = try JSONSerialization.jsonObject(with: text) as? [String: Any]
    let keys = Set(try #require(object).keys)
    #expect(keys.isSuperset(of: ["run", "operator", "ended_by", "scans_asked", "profile_sha256"]))
    #expect(keys.allSatisfy { $0 == $0.lowercased() })
  }

  @Test func exitCodesAreThoseOfTheContract() {
    #expect(Laboratory.ExitStatus.allCases.map(\.rawValue) == Array(0...15))
  }
}
