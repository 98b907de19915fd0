import Foundation
import Instruments
import Laboratory
import Testing

@testable import Bench

/// What a folder shows from look to look decides what is finished, whatever the clocks say.
@Suite struct FolderWatchTests {
  private typealias Facts = FolderWatch.Facts
  private let second: Int64 = 1_000_000

  private func look(
    _ watch: inout FolderWatch, _ listing: [String: Facts], at microseconds: Int64,
    hashes: [String: String] = [:], settle: Int = 2, most: Int = 100
  ) -> [String] {
    watch.look(
      at: listing, now: Timestamp(microseconds: microseconds), settle: settle, pause: .seconds(1),
      most: most
    ) { hashes[$0] ?? "h" }.map(\.name)
  }

  @Test func whatIsTheSameAtTwoLooksIsFinishedOnce() {
    var watch = FolderWatch()
    let listing = ["a": Facts(size: 1, changed: 1)]
    #expect(look(&watch, listing, at: 0) == [])
    #expect(look(&watch, listing, at: 2 * second) == [])
    #expect(watch.waiting == ["a"])
    #expect(look(&watch, listing, at: 4 * second) == ["a"])
    watch.settle("a", .init(made: "run"))
    for step in 3..<9 { #expect(look(&watch, listing, at: Int64(step) * 2 * second) == []) }
    #expect(watch.waiting == [])
  }

  @Test func aFileThatGrowsForEverIsNeverFinishedAndNeverRead() {
    var watch = FolderWatch()
    for step in 0..<1000 {
      let listing = ["a": Facts(size: Int64(step), changed: Int64(step))]
      let ready = watch.look(
        at: listing, now: Timestamp(microseconds: Int64(step) * 5 * second), settle: 2,
        pause: .seconds(1), most: 9
      ) { _ in
        Issue.record("it was read")
        return nil
      }
      #expect(ready.isEmpty)
    }
  }

  @Test func bytesThatChangeUnderTheSameFactsStartAgain() {
    var watch = FolderWatch()
    let listing = ["a": Facts(size: 1, changed: 1)]
    #expect(look(&watch, listing, at: 0) == [])
    #expect(look(&watch, listing, at: 2 * second, hashes: ["a": "1"]) == [])
    #expect(look(&watch, listing, at: 4 * second, hashes: ["a": "2"]) == [])
    #expect(look(&watch, listing, at: 6 * second, hashes: ["a": "2"]) == ["a"])
  }

  @Test func looksTooCloseTogetherCountAsOneAndAClockSetBackDoesNotStopIt() {
    var watch = FolderWatch()
    let listing = ["a": Facts(size: 1, changed: .max)]
    for step in 0..<10 { #expect(look(&watch, listing, at: Int64(step)) == []) }
    #expect(look(&watch, listing, at: 100 * second) == [])
    // An hour back, as in an autumn night: it takes one look more, and no hour.
    #expect(look(&watch, listing, at: 50 * second) == [])
    #expect(look(&watch, listing, at: 52 * second) == ["a"])
    var other = FolderWatch()
    #expect(look(&other, listing, at: .max) == [])
    #expect(look(&other, listing, at: .min) == [])
  }

  @Test func whatIsGoneIsForgottenAndCountsAsNew() {
    var watch = FolderWatch()
    let listing = ["a": Facts(size: 1, changed: 1)]
    for step in 0..<3 { _ = look(&watch, listing, at: Int64(step) * 2 * second) }
    watch.settle("a", .init(made: "run"))
    #expect(look(&watch, [:], at: 9 * second) == [])
    #expect(watch.seen.isEmpty)
    #expect(look(&watch, listing, at: 11 * second) == [])
    #expect(watch.waiting == ["a"])
  }

  @Test func whatCannotBeReadIsTriedAgainWhenItChangesAndWhatPassesAtEveryLook() {
    var watch = FolderWatch()
    var listing = ["a": Facts(size: 1, changed: 1), "b": Facts(size: 1, changed: 1)]
    for step in 0..<3 { _ = look(&watch, listing, at: Int64(step) * 2 * second) }
    let failure = Failure("x", exit: .failed, what: "", why: "", next: "")
    watch.settle("a", .init(failure: failure))
    watch.settle("b", .init(failure: failure, isPassing: true))
    #expect(watch.aside.map(\.name) == ["a", "b"])
    #expect(look(&watch, listing, at: 6 * second) == ["b"])
    listing["a"] = Facts(size: 2, changed: 1)
    #expect(look(&watch, listing, at: 8 * second) == ["b"])
    #expect(watch.aside.map(\.name) == ["b"])
    _ = look(&watch, listing, at: 10 * second)
    #expect(look(&watch, listing, at: 12 * second) == ["a", "b"])
  }

  @Test func oneLookGivesNoMoreThanAskedAndTheRestComesNext() {
    var watch = FolderWatch()
    let listing = Dictionary(
      uniqueKeysWithValues: (0..<25).map { ("\($0)", Facts(size: 1, changed: 1)) })
    var taken: Set<String> = []
    for step in 0..<40 {
      let ready = look(&watch, listing, at: Int64(step) * 2 * second, most: 4)
      #expect(ready.count <= 4)
      for name in ready {
        #expect(taken.insert(name).inserted)
        watch.settle(name, .init(made: "run"))
      }
    }
    #expect(taken.count == 25)
  }

  @Test(arguments: [
    ("run1.CDF", "*.cdf", true), ("run1.cdf.part", "*.cdf", false), ("A.D", "*.D", true),
    ("a", "?", true), ("ab", "?", false), ("", "*", true), ("x", "", false),
    ("aXbXc", "a*b*c", true),
    ("aaaaaaaaaaaaaaaaaaaaaaaaab", "*a*a*a*a*a*a*c", false), ("a*b", "a?b", true),
  ])
  func patternsAreThoseThatPeopleWrite(_ name: String, _ pattern: String, _ fits: Bool) {
    #expect(NamePattern.fits(name, pattern) == fits)
  }
}
