import Crypto
import Foundation
import Laboratory
import Synchronization
import Testing

@testable import Records

@Suite struct AuditChainTests {
  // MARK: - What goes wrong

  /// The last line cut behind each of its bytes, as a lost power leaves it.
  @Test func aCutLineIsKeptAsideAndTheChainGoesOn() throws {
    let model = try TestFolder()
    let clock = TestClock()
    try chain(model, clock: clock).append([act(1)])
    let before = try model.bytes("000001.jsonl").count
    try chain(model, clock: clock).append([act(2)])
    let whole = try model.bytes("000001.jsonl")
    for size in stride(from: before, to: whole.count, by: 7) {
      let folder = try TestFolder()
      try chain(folder, clock: clock).append([act(1)])
      try folder.put(try folder.bytes("000001.jsonl") + whole[before..<size], "000001.jsonl")
      let cut = try folder.verify()
      #expect(cut.passed && cut.entries == 2, "\(size): \(cut.places)")
      #expect(cut.notices.count == (size > before ? 1 : 0), "\(size)")
      try chain(folder, clock: clock).append([act(3)])
      let mended = try folder.verify()
      #expect(mended.passed, "\(size): \(mended.places)")
      let actions = try folder.entries().map(\.action)
      let event = size > before ? ["audit-mended"] : []
      #expect(actions == ["segment-opened", "run-started"] + event + ["run-started"], "\(size)")
      guard size > before else { continue }
      #expect(try folder.bytes(".torn-000001-\(before)") == Array(whole[before..<size]))
    }
  }

  @Test(arguments: [ENOSPC, EIO, EROFS])
  func whatFailsAtAnyCallLeavesTheChainWhole(_ number: Int32) throws {
    for policy in [AuditChain.Missing.isRefused, .goesOn] {
      var index = 0
      var reached = true
      while reached {
        let folder = try TestFolder()
        let clock = TestClock()
        let saboteur = Saboteur()
        let sick = chain(folder, clock: clock, segmentSize: 1500, before: saboteur.ask)
        // The third entry makes the first segment full: signing and beginning another fail as well.
        for number in 1...3 { try sick.append([act(number)]) }
        let head = try #require(sick.head())
        saboteur.fail(at: index, with: number, dead: false)
        var thrown: AuditError?
        do throws(AuditError) { try sick.append([act(4)], otherwise: policy) } catch {
          thrown = error
        }
        reached = saboteur.calls.count > index
        saboteur.fail(at: .max, dead: false)
        let found = try folder.verify([AuditAnchor(head, keeper: "test")])
        #expect(found.passed, "call \(index): \(found.places)")
        try sick.append([act(5)])
        let after = try folder.verify([AuditAnchor(head, keeper: "test")])
        #expect(after.passed, "call \(index): \(after.places)")
        let entries = try folder.entries()
        let hasFourth = entries.contains { $0.object == "run/4" }
        #expect(hasFourth == (thrown == nil), "call \(index): what threw is not in the chain")
        let gap = entries.first { $0.action == "audit-gap" }
        let calls = saboteur.calls
        if policy == .isRefused || thrown == nil { #expect(gap == nil, "\(calls)") }
        if policy == .goesOn, let thrown, let gap {
          #expect(gap.detail["count"] == "1", "\(thrown)")
          #expect(gap.detail["act_001"]?.hasSuffix("run-started run/4") == true)
        }
        index += 1
      }
      #expect(index > 20, "so many calls are there")
    }
  }

  @Test func onAFullDiskEveryActThatWentOnIsToldLater() throws {
    let folder = try TestFolder()
    let clock = TestClock()
    try chain(folder, clock: clock).append([act(1)])
    let full = chain(folder, clock: clock) { call, path in
      // Nothing new fits; what has its room already does.
      call == .write && !path.hasSuffix(".missed") || call == .create ? ENOSPC : nil
    }
    for number in 2...40 {
      do throws(AuditError) {
        try full.append([act(number)], otherwise: .goesOn)
        Issue.record("the disk is full")
      } catch {
        #expect(error.failure.code == "audit-no-space" && error.failure.exit == .noSpace)
      }
    }
    try chain(folder, clock: clock).append([act(41)])
    try chain(folder, clock: clock).append([act(42)])
    let entries = try folder.entries()
    #expect(entries.map(\.action).filter { $0 == "audit-gap" }.count == 1)
    let gap = try #require(entries.first { $0.action == "audit-gap" })
    #expect(gap.detail["count"] == "39")
    #expect(gap.detail["act_001"]?.hasSuffix(" run-started run/2") == true)
    #expect(gap.detail["act_039"]?.hasSuffix(" run-started run/40") == true)
    let found = try folder.verify()
    #expect(found.passed)
    #expect(found.notices.map(\.detail) == ["39 acts went on that the chain could not take"])
  }

  /// The program is gone from one call to the file system on, at every call.
  @Test func killedAtAnyCallNothingThatWasAnsweredIsLost() throws {
    var index = 0
    var reached = true
    while reached {
      let folder = try TestFolder()
      let clock = TestClock()
      let saboteur = Saboteur()
      let dying = chain(folder, clock: clock, segmentSize: 1500, before: saboteur.ask)
      saboteur.fail(at: index, dead: true)
      var answered: [AuditAnchor] = []
      for number in 1...4 {
        guard let head = try? dying.append([act(number)]) else { break }
        answered.append(AuditAnchor(head, keeper: "run/\(number)"))
      }
      reached = saboteur.calls.count > index
      let left = try folder.verify(answered)
      #expect(left.passed, "call \(index): \(left.places)")
      try chain(folder, clock: clock, segmentSize: 1500).append([act(9)])
      let after = try folder.verify(answered)
      #expect(after.passed, "call \(index): \(after.places)")
      #expect(try folder.entries().last?.object == "run/9")
      index += 1
    }
    #expect(index > 60)
  }

  @Test func aLineThatCannotBeReadIsLeftAndTheChainGoesOnBehindIt() throws {
    let folder = try TestFolder()
    let clock = TestClock()
    for number in 1...3 { try chain(folder, clock: clock).append([act(number)]) }
    var bytes = try folder.bytes("000001.jsonl")
    let place = try folder.lines("000001.jsonl").dropLast().reduce(0) { $0 + $1.count }
    bytes[place] = 0x20
    try folder.put(bytes, "000001.jsonl")
    let head = try chain(folder, clock: clock).append([act(4)])
    #expect(head.sequence == 7, "the number of the line that cannot be read stays its own")
    #expect(try folder.bytes("000001.jsonl") == bytes)
    #expect(try folder.segments() == ["000001.jsonl", "000002.jsonl"])
    #expect(
      try folder.entries().map(\.action) == [
        "segment-opened", "run-started", "run-started", "segment-opened", "audit-damaged",
        "run-started",
      ])
    let found = try folder.verify()
    #expect(found.places.map(\.line) == [4] && found.places.map(\.file) == ["000001.jsonl"])
    try chain(folder, clock: clock).append([act(5)])
    #expect(try folder.segments().count == 2)
    #expect(try folder.verify().places == found.places)
  }

  @Test func aKeyThatIsNoneStopsNothingUntilItIsNeeded() throws {
    let folder = try TestFolder()
    let clock = TestClock()
    try chain(folder, clock: clock).append([act(1)])
    try folder.put(Array("rubbish\n".utf8), "key")
    try chain(folder, clock: clock).append([act(2)])
    let full = chain(folder, clock: clock, segmentSize: 100)
    // It cannot be signed, so the segment grows.
    try full.append([act(3)])
    #expect(try folder.segments() == ["000001.jsonl"])
    try FileManager.default.removeItem(atPath: folder.path + "/audit/000001.jsonl")
    let error = #expect(throws: AuditError.self) { try full.append([act(4)]) }
    #expect(error?.failure.code == "audit-key-damaged")
  }

  @Test func aLinkInPlaceOfASegmentIsRefused() throws {
    let folder = try TestFolder()
    try chain(folder).append([act(1)])
    try FileManager.default.removeItem(atPath: folder.path + "/audit/000001.jsonl")
    let target = folder.path + "/elsewhere"
    try Data().write(to: URL(fileURLWithPath: target))
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/audit/000001.jsonl", withDestinationPath: target)
    let error = #expect(throws: AuditError.self) { try chain(folder).append([act(2)]) }
    #expect(error?.failure.code == "audit-io-failed")
    #expect(try Data(contentsOf: URL(fileURLWithPath: target)).isEmpty)
  }

  @Test func whoeverHoldsTheChainForEverIsNamed() throws {
    let folder = try TestFolder()
    try chain(folder).append([act(1)])
    let disk = AuditDisk()
    let opened = try disk.openFolder(folder.path + "/audit")
    let lock = try #require(try disk.lock(".lock", in: opened, shared: false))
    var waiting = chain(folder)
    waiting.patience = 3
    let error = #expect(throws: AuditError.self) { try waiting.append([act(2)]) }
    #expect(error?.failure.code == "audit-busy" && error?.failure.exit == .busy)
    withExtendedLifetime(lock) {}
  }

  // MARK: - What is written

  @Test func anEntryIsOneLineInOneSpelling() throws {
    let folder = try TestFolder()
    let act = AuditAct(
      .evaluationKept, "run/x", by: "Ada \"L\"\n", old: String(repeating: "0", count: 64),
      new: String(repeating: "f", count: 64), reason: "=2+3\u{202E}", detail: ["b": "", "a": "1"])
    let head = try chain(folder).append([act])
    #expect(head.sequence == 2)
    let lines = try folder.lines("000001.jsonl")
    let opening = try #require(AuditLine(lines[0].dropLast()))
    let entry =
      "{\"account\":1000,\"action\":\"evaluation-kept\",\"boot\":\"b0\",\"clock\":\"synchronised\","
      + "\"clock_bound_us\":4000,\"clock_error_us\":250,\"detail\":{\"a\":\"1\",\"b\":\"\"},"
      + "\"host\":\"bench\",\"monotonic_us\":5001000,\"new\":\"\(String(repeating: "f", count: 64))\","
      + "\"object\":\"run/x\",\"old\":\"\(String(repeating: "0", count: 64))\","
      + "\"person\":\"Ada \\\"L\\\"\\n\",\"program\":\"Gauger 0\",\"reason\":\"=2+3\u{202E}\","
      + "\"schema\":1,\"sequence\":2,\"time\":\"2026-11-18T11:06:40.001000Z\"}"
    var hash = SHA256()
    hash.update(data: opening.hash)
    hash.update(data: Data(entry.utf8))
    let digits = hash.finalize().map { String(format: "%02x", $0) }.joined()
    #expect(
      String(decoding: lines[1], as: UTF8.self) == "{\"entry\":\(entry),\"hash\":\"\(digits)\"}\n")
    #expect(head.hash == digits)
    #expect(chain(folder).head() == head)
  }

  @Test func textsFromOutsideAreBoundedAndStayOneLine() throws {
    let folder = try TestFolder()
    let long = String(repeating: "ä\n", count: 5000)
    try chain(folder).append([
      AuditAct(
        .runStarted, "run/../../etc", by: long, reason: "\u{0}\u{1B}[2J",
        detail: Dictionary(
          uniqueKeysWithValues: (0..<300).map { ("k\($0)", long) }))
    ])
    #expect(try folder.lines("000001.jsonl").count == 2)
    let entry = try #require(try folder.entries().last)
    #expect(entry.person.utf8.count <= 2050 && entry.person.hasSuffix("[cut, 15000 bytes]"))
    #expect(entry.reason == "\u{0}\u{1B}[2J" && entry.object == "run/../../etc")
    #expect(entry.detail.count == 201 && entry.detail["cut"] == "300")
    #expect(try folder.verify().passed)
    // A line longer than what is read at once is found again.
    try chain(folder).append([act(1)])
    #expect(try folder.verify().passed)
  }

  @Test func fullSegmentsEndSignedAndTheNextBuildsOnThem() throws {
    let folder = try TestFolder()
    _ = try longChain(folder)
    let names = try folder.segments()
    #expect(names.count >= 3 && names.first == "000001.jsonl")
    let found = try folder.verify()
    #expect(found.passed && found.notices.isEmpty, "\(found.places)")
    #expect(found.segments.filter { !$0.isSigned }.map(\.file) == [names.last])
    #expect(Set(found.segments.compactMap(\.key)).count == 1)
    let key = try String(contentsOfFile: folder.path + "/audit/key.pub", encoding: .utf8)
    #expect(found.segments[0].key == key.trimmingCharacters(in: .newlines))
    #expect(try folder.entries().map(\.sequence) == Array(1...found.entries))
    let facts = try FileManager.default.attributesOfItem(atPath: folder.path + "/audit/key")
    #expect(facts[.posixPermissions] as? Int == 0o600)
  }

  @Test func anotherKeyBeginsAnotherSegment() throws {
    let folder = try TestFolder()
    let clock = TestClock()
    try chain(folder, clock: clock).append([act(1)])
    let old = try folder.bytes("key.pub")
    try FileManager.default.removeItem(atPath: folder.path + "/audit/key")
    try chain(folder, clock: clock).append([act(2)])
    #expect(try folder.bytes("key.pub") != old)
    let kept = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/audit")
      .filter { $0.hasPrefix("key.pub-") }
    #expect(kept.count == 1)
    #expect(try folder.bytes(kept[0]) == old)
    let found = try folder.verify()
    #expect(found.passed && found.segments.count == 2)
    #expect(found.notices.count == 1 && found.notices[0].detail.contains("another key"))
    #expect(found.segments[0].key != found.segments[1].key)
  }

  @Test func aClockThatIsMovedHasAnEntryOfItsOwn() throws {
    let folder = try TestFolder()
    let clock = TestClock()
    let chain = chain(folder, clock: clock, segmentSize: 2200)
    let back: Int64 = -3_600_000_000
    try chain.append([act(1)])
    clock.set(by: back)
    try chain.append([act(2)])
    // Set back by an hour while two pass: the wall clock alone does not show it.
    clock.pass(7_200_000_000)
    clock.set(by: back)
    try chain.append([act(3)])
    clock.pass(86_400_000_000)
    try chain.append([act(4)])
    clock.set(by: 500_000)
    try chain.append([act(5)])
    let entries = try folder.entries()
    let events = entries.filter { $0.action.hasPrefix("clock-") }
    #expect(events.map(\.action) == ["clock-set-back", "clock-stepped"])
    #expect(events.map { $0.detail["step_us"] } == ["-3600000000", "-3600000000"])
    #expect(events[0].detail["time_before"] == entries[1].time.iso8601)
    let found = try folder.verify()
    #expect(found.passed, "\(found.places)")
    #expect(
      found.notices.map(\.detail) == [
        "the wall clock was set back by 3600.0 s", "the wall clock was moved by -3600.0 s",
      ])
  }

  @Test func theClocksOfThisComputerAreRead() {
    let first = AuditClock.read()
    let second = AuditClock.read()
    #expect(abs(first.time.microseconds - Timestamp.now.microseconds) < 60_000_000)
    #expect(first.boot.count == 36 && first.boot == second.boot)
    #expect(second.monotonic >= first.monotonic && second.step(since: first) == nil)
    #expect(first.state == .unknown || first.largestError >= 0)
  }

  @Test func anAnswerComesAfterTheSyncOfItsBytes() throws {
    let folder = try TestFolder()
    let clock = TestClock()
    let observer = Saboteur()
    observer.fail(at: .max, dead: false)
    let watched = chain(folder, clock: clock, segmentSize: 1500, before: observer.ask)
    let durable: Set<AuditCall> = [.write, .sync, .syncFolder, .link, .create]
    try watched.append([act(1)])
    // Lock file, key, public key, room for missed acts, and then the first segment.
    let first = observer.calls.filter(durable.contains)
    #expect(first.suffix(4) == [.create, .write, .sync, .syncFolder])
    #expect(first.filter { $0 == .link }.count == 2)
    observer.fail(at: .max, dead: false)
    try watched.append([act(2), act(3)])
    #expect(observer.calls.filter(durable.contains) == [.write, .sync])
    observer.fail(at: .max, dead: false)
    try watched.append([act(4)])
    #expect(
      observer.calls.filter(durable.contains) == [
        .write, .sync, .create, .write, .sync, .syncFolder,
      ])
    #expect(try folder.verify().segments.map(\.isSigned) == [true, false])
  }

  @Test func nothingIsMadeByWhoOnlyLooks() throws {
    let folder = try TestFolder()
    let chain = AuditChain(home: folder.path)
    #expect(chain.head() == nil)
    let found = try chain.verify()
    #expect(found.passed && found.entries == 0 && found.segments.isEmpty)
    try chain.entries { _, _ in Issue.record("there is none") }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test(.timeLimit(.minutes(2)))
  func manyWhoAppendAtOnceMakeOneChain() throws {
    let folder = try TestFolder()
    let heads = Mutex<[AuditAnchor]>([])
    DispatchQueue.concurrentPerform(iterations: 8) { writer in
      var chain = AuditChain(home: folder.path)
      chain.segmentSize = 20_000
      for number in 0..<40 {
        guard let head = try? chain.append([act(writer * 100 + number)]) else {
          Issue.record("writer \(writer) failed")
          return
        }
        heads.withLock { $0.append(AuditAnchor(head, keeper: "\(writer)")) }
      }
    }
    let anchors = heads.withLock { $0 }
    #expect(anchors.count == 320 && Set(anchors.map(\.head.sequence)).count == 320)
    let found = try folder.verify(anchors)
    #expect(found.passed && found.anchors == 320, "\(found.places.prefix(3))")
    #expect(found.segments.count > 5)
    let objects = try folder.entries().filter { $0.action == "run-started" }.map(\.object)
    #expect(Set(objects).count == 320 && objects.count == 320)
  }
}
