import Foundation
import Instruments
import Laboratory
import Testing

@testable import Records

/// The order from the creation of a run to its release.
@Suite struct ReviewProgressTests {
  /// All that is allowed, written down a second time, as words.
  private static let allowed: [String: String] = [
    "created acquire": "acquired", "acquired process": "processed",
    "processed process": "processed", "processed review": "reviewed",
    "processed return": "processed", "reviewed process": "processed",
    "reviewed release": "released", "reviewed return": "processed",
    "released process": "amended", "amended process": "amended", "amended review": "reviewed",
    "amended return": "amended",
  ]

  /// Every sequence of at most six steps: what the model allows and nothing else.
  @Test func noSequenceOfStepsLeadsElsewhereThanTheModelSays() throws {
    var checked = 0
    var released = 0
    func walk(_ progress: ReviewProgress, _ model: String, _ depth: Int) throws {
      guard depth < 6 else { return }
      for step in ReviewStep.allCases {
        var next = progress
        checked += 1
        if let wanted = Self.allowed["\(model) \(step.rawValue)"] {
          try next.take(step)
          #expect(next.state.rawValue == wanted)
          if next.state == .released { released += 1 }
          try walk(next, wanted, depth + 1)
        } else {
          do throws(Failure) {
            try next.take(step)
            Issue.record("\(model) \(step.rawValue) is not refused")
          } catch {
            #expect(error.code == "review-order" && error.exit == .refused)
            #expect(error.why.contains(model))
          }
          #expect(next == progress, "a refused step changes nothing")
          try walk(progress, model, depth + 1)
        }
      }
    }
    try walk(ReviewProgress(), "created", 0)
    #expect(checked == 5 + 25 + 125 + 625 + 3125 + 15_625)
    #expect(released > 0)
  }

  @Test func nothingIsReleasedThatNobodyReviewed() throws {
    var progress = ReviewProgress()
    for step in [ReviewStep.acquire, .process, .review, .process] { try progress.take(step) }
    #expect(throws: Failure.self) { try progress.take(.release) }
    for step in [ReviewStep.review, .release, .process] { try progress.take(step) }
    #expect(progress.state == .amended)
    #expect(throws: Failure.self) { try progress.take(.release) }
  }
}

/// Name, time and meaning, bound to the record.
@Suite struct RecordSignatureTests {
  private func signed() throws -> RecordSignature {
    try #require(
      SigningKey().sign(
        digest: String(repeating: "ab", count: 32), meaning: .reviewed, person: "ada",
        name: "Ada L.", time: noon))
  }

  @Test func aSignatureHoldsForItsOwnRecordNameTimeAndMeaningAlone() throws {
    let signature = try signed()
    #expect(signature.isRight)
    var copies = Array(repeating: signature, count: 7)
    copies[0].digest = String(repeating: "ac", count: 32)
    copies[1].meaning = .released
    copies[2].person = "ben"
    copies[3].name = "Ada"
    copies[4].time = Timestamp(microseconds: noon.microseconds + 1)
    copies[5].publicKey = SigningKey().publicKey
    copies[6].signature = try signed().signature
    for copy in copies { #expect(!copy.isRight) }
    #expect(RecordSignature(texts: signature.texts) == signature)
  }

  @Test func rubbishIsNoSignatureAndNoKey() throws {
    for text in ["", "00", "zz", String(repeating: "0", count: 64)] {
      var signature = try signed()
      signature.publicKey = text
      #expect(!signature.isRight)
      signature = try signed()
      signature.signature = text
      #expect(!signature.isRight)
      #expect(SigningKey(fileContent: Array(text.utf8)) == nil)
    }
    let key = SigningKey()
    #expect(SigningKey(fileContent: key.fileContent)?.publicKey == key.publicKey)
    #expect(SigningKey(fileContent: key.fileContent.dropLast()) == nil)
    var texts = try signed().texts
    texts["time"] = "yesterday"
    #expect(RecordSignature(texts: texts) == nil)
  }

  @Test func theDigestIsOfWhatIsLookedAtAndNotOfWhereItWasDelivered() throws {
    var random = SystemRandomNumberGenerator()
    var record = RunRecord(
      run: RunID(startedAt: noon, instrument: "x", random: &random), kind: .sample,
      sample: Sample(id: "S-1"), person: "ada",
      instrument: RunInstrument(
        address: "usb:1-1", model: "m/n", name: "N", maker: "M", serialNumber: "1", firmware: nil,
        driver: "d"), settings: .init(), scansAsked: 1, started: noon, timeZone: "UTC",
      emulated: true, profileSHA256: "p", software: "s")
    func digest(_ record: RunRecord) -> String {
      ReviewedRecord(record, evaluation: nil, sequences: [:]).digest
    }
    let first = digest(record)
    record.deliveries = ["lims": .confirmed]
    #expect(digest(record) == first)
    var others: Set<String> = [first]
    for change in [
      { $0.sample.id = "S-2" }, { $0.person = "ben" }, { $0.complete = true },
      { $0.files = [RunFile(name: "a", size: 1, sha256: "h")] }, { $0.journalSHA256 = "j" },
      { $0.method = MethodReference(name: "m", version: "1", sha256: "s") }, { $0.kind = .check },
    ] as [(inout RunRecord) -> Void] {
      var changed = record
      change(&changed)
      #expect(others.insert(digest(changed)).inserted)
    }
    let one = ReviewedRecord.Version(number: 1, sha256: "e")
    #expect(
      others.insert(ReviewedRecord(record, evaluation: one, sequences: [:]).digest).inserted)
    #expect(
      others.insert(ReviewedRecord(record, evaluation: nil, sequences: ["q": one]).digest).inserted)
  }
}
