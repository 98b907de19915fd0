import Foundation
import Laboratory
import Synchronization
import Testing

@testable import Delivery

@Suite struct BackoffTests {
  let folder: TestFolder
  let clock = TestClock()

  init() throws { folder = try TestFolder(inMemory: true) }

  func desk(_ destination: any Destination, chance: Double = 0.5) -> DeliveryDesk {
    DeliveryDesk(
      spool: Spool(home: folder.path), destinations: [destination], patience: .zero,
      clock: { clock.now }, chance: { chance })
  }

  @Test func theWaitDoublesToAQuarterOfAnHourWithJitter() {
    let waits = (1...14).map { Backoff.wait(afterTries: $0, chance: 0.5) / .seconds(1) }
    #expect(waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900])
    #expect(Backoff.wait(afterTries: 1, chance: 0) == .milliseconds(750))
    #expect(Backoff.wait(afterTries: 1, chance: 1) == .milliseconds(1250))
    #expect(Backoff.wait(afterTries: .max, chance: 7) == .seconds(1125))
    #expect(Backoff.wait(afterTries: .min, chance: -7) == .milliseconds(750))
  }

  @Test func theTimeOfTheNextTryOutlivesTheProgram() throws {
    let away = Stubborn(.unreachable("lims", "x"))
    _ = try desk(away).submit(try deliverable())
    #expect(away.asked.withLock { $0.count } == 1)
    // A desk made anew knows when the time has come, and does not ask before.
    _ = try desk(away).retry(nil, .due)
    #expect(away.asked.withLock { $0.count } == 1)
    clock.pass(.seconds(1))
    _ = try desk(away).retry(nil, .due)
    #expect(away.asked.withLock { $0.count } == 2)
    clock.pass(.seconds(1))
    _ = try desk(away).retry(nil, .due)
    #expect(away.asked.withLock { $0.count } == 2)
    // A person who asks for it is not made to wait, nor does the clock set back.
    _ = try desk(away).retry()
    #expect(away.asked.withLock { $0.count } == 3)
    clock.pass(.seconds(-1_000_000))
    let states = try desk(away).retry(nil, .due)
    #expect(away.asked.withLock { $0.count } == 4)
    #expect(states.map(\.attempts) == [4])
    away.refusals.withLock { $0 = 0 }
    clock.pass(.seconds(8))
    let done = try desk(away).retry(nil, .due)
    #expect(done.map(\.state) == [.handedOver] && done.map(\.nextAttempt) == [nil])
  }

  @Test func thoseBehindOneThatWaitsWaitWithIt() throws {
    let away = Stubborn(.unreachable("lims", "x"))
    let runs = ["20261120T101500Z-a-aaaa", "20261120T101600Z-a-bbbb"]
    for run in runs { _ = try desk(away).submit(try deliverable(RunID(run))) }
    // The second did not ask a destination that had just let someone wait in vain.
    #expect(away.asked.withLock { $0.map(\.run.text) } == [runs[0]])
    away.refusals.withLock { $0 = 0 }
    _ = try desk(away).retry(nil, .due)
    #expect(away.asked.withLock { $0.count } == 1)
    clock.pass(.seconds(1))
    #expect(try desk(away).retry(nil, .due).map(\.state) == [.handedOver, .handedOver])
    #expect(away.asked.withLock { $0.map(\.run.text) } == [runs[0]] + runs)
  }

  @Test func aShareThatIsMountedAgainGetsTheNextRunAtOnce() throws {
    let away = Stubborn(.notMounted("lims", "/share"))
    away.refusals.withLock { $0 = 1 }
    _ = try desk(away).submit(try deliverable(RunID("20261120T101500Z-a-aaaa")))
    let states = try desk(away).submit(try deliverable(RunID("20261120T101600Z-a-bbbb")))
    #expect(states.map(\.state) == [.handedOver])
    #expect(try desk(away).status().map(\.state) == [.handedOver, .handedOver])
  }

  @Test func nobodyAnsweringIsToldAndNothingSentAgain() throws {
    let silent = FolderDestination(
      name: "lims", root: folder.path + "/lims", rootIs: .made, acceptsEmulated: false,
      answerWithin: .seconds(3600))
    #expect(try desk(silent).submit(try deliverable()).map(\.failure) == [nil])
    clock.pass(.seconds(3600))
    #expect(try desk(silent).retry().map(\.failure) == [nil])
    clock.pass(.seconds(1))
    let states = try desk(silent).retry()
    #expect(states.map(\.state) == [.handedOver])
    #expect(states.first?.failure?.code == "delivery-unanswered")
    #expect(try folder.names("lims/out").count == 3)
  }

  @Test func aStatusOfAnEarlierVersionIsRead() throws {
    let text = """
      {"attempts":1,"changed":"2026-11-20T10:15:00.000000Z","destination":"lims",
       "id":"20261120T101500Z-usb4000-abcd-1","state":"spooled"}
      """
    _ = try Spool(home: folder.path).put(try deliverable(), for: ["lims"])
    try folder.write(text, "spool/20261120T101500Z-usb4000-abcd-1/to-lims.json")
    let id = DeliveryID(run: try #require(someRun))
    let status = try #require(try Spool(home: folder.path).status(id).first)
    #expect(status.nextAttempt == nil && status.staged == nil && status.attempts == 1)
  }

  @Test func everyErrorHasFourPartsAndNoneRunsInCircles() throws {
    let id = DeliveryID(run: try #require(someRun))
    let all: [DeliveryError] = [
      .noSecret("n", "/p", "w"), .cannotCarry("n", id, "w"), .hangs("n", 3), .unreachable("n", "w"),
      .serverTrouble("n", "w"), .serverFailed("n", id, "w"), .loginRefused("n", "w"),
      .unanswered("n", id, 9), .sentinelMissing("n", "/p"), .sentinelOther("n", "/p", "i"),
      .stagedAltered("n", id, "/p"),
      .told(DeliveryError.hangs("n", 3).failure, isRejected: false, holdsUp: true),
    ]
    for error in all {
      let failure = error.failure
      #expect(![failure.code, failure.what, failure.why, failure.next].contains(""))
    }
  }
}
