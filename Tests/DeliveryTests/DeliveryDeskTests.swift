import Foundation
import Laboratory
import Synchronization
import Testing

@testable import Delivery

@Suite struct DeliveryDeskTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder(inMemory: true) }

  func desk(
    _ destinations: [any Destination], _ publisher: Publisher = Publisher()
  ) -> DeliveryDesk {
    var spool = Spool(home: folder.path)
    spool.publisher = publisher
    return DeliveryDesk(spool: spool, destinations: destinations, patience: .zero)
  }

  func share(_ name: String = "lims", emulated: Bool = false) -> FolderDestination {
    FolderDestination(
      name: name, root: folder.path + "/" + name, rootIs: .mounted, acceptsEmulated: emulated)
  }

  func mount(_ name: String = "lims") throws {
    for inner in ["tmp", "out", "ack", "reject", "done"] {
      try FileManager.default.createDirectory(
        atPath: folder.path + "/\(name)/\(inner)", withIntermediateDirectories: true)
    }
  }

  @Test func aDeliveryGoesThroughTheSpoolToItsDestination() throws {
    try mount()
    let states = try desk([share()]).submit(try deliverable())
    #expect(states.map(\.state) == [.handedOver])
    #expect(states.map(\.attempts) == [1])
    #expect(states.map(\.failure) == [nil])
    #expect(try folder.names("lims/out").count == 3)
    #expect(
      try folder.names("spool") == [".lock", "20261120T101500Z-usb4000-abcd-1"])
  }

  @Test func aMissingDestinationGetsItsDeliveriesLaterOnceAndInOrder() throws {
    let runs = ["20261120T101500Z-a-aaaa", "20261120T101600Z-a-bbbb", "20261120T101700Z-a-cccc"]
    for run in runs {
      let states = try desk([share()]).submit(try deliverable(RunID(run)))
      #expect(states.map(\.state) == [.spooled])
      #expect(states.first?.failure?.code == "destination-not-mounted")
      #expect(states.first?.failure?.exit == .deliveryWaits)
    }
    #expect(try folder.names() == ["spool"])
    try mount()
    let observer = Observer()
    var destination = share()
    destination.publisher = observer.publisher
    let states = try desk([destination]).retry()
    #expect(states.map(\.state) == [.handedOver, .handedOver, .handedOver])
    #expect(states.map(\.failure) == [nil, nil, nil])
    let shown = observer.calls.compactMap { call -> String? in
      guard case .rename(_, let to) = call, to.hasSuffix(".ready") else { return nil }
      return to.split(separator: "/").last.map(String.init)
    }
    #expect(shown == runs.map { $0 + "-1.ready" })
    #expect(try desk([share()]).retry().map(\.state) == states.map(\.state))
    #expect(try folder.names("lims/out").count == 9)
  }

  @Test func nobodyOvertakesADeliveryThatWaitsForItsDestination() throws {
    let three = ["20261120T101500Z-a-aaaa", "20261120T101600Z-a-bbbb", "20261120T101700Z-a-cccc"]
    let away = Stubborn(.notMounted("lims", "/share"))
    for run in three { _ = try desk([away]).submit(try deliverable(RunID(run))) }
    away.asked.withLock { $0 = [] }
    // Gone for the first question only: the others must not be asked before it is there.
    away.refusals.withLock { $0 = 1 }
    #expect(try desk([away]).retry().map(\.state) == [.spooled, .spooled, .spooled])
    #expect(away.asked.withLock { $0.map(\.run.text) } == [three[0]])
    #expect(
      try desk([away]).retry().map(\.state) == [.handedOver, .handedOver, .handedOver])
    #expect(away.asked.withLock { $0.map(\.run.text) } == [three[0]] + three)
  }

  @Test func aDeliveryWithTroubleOfItsOwnHoldsUpNobody() throws {
    let picky = Stubborn(.publish(.exists("/share/out/x")))
    for run in ["20261120T101500Z-a-aaaa", "20261120T101600Z-a-bbbb"] {
      _ = try Spool(home: folder.path).put(try deliverable(RunID(run)), for: ["lims"])
    }
    picky.refusals.withLock { $0 = 1 }
    #expect(try desk([picky]).retry().map(\.state) == [.spooled, .handedOver])
  }

  @Test func theSameDeliverableTwiceIsOneDelivery() throws {
    try mount()
    _ = try desk([share()]).submit(try deliverable())
    let observer = Observer()
    let again = try desk([share()], observer.publisher).submit(try deliverable())
    #expect(again.map(\.state) == [.handedOver])
    #expect(try folder.names("lims/out").count == 3)
    #expect(try folder.names("spool").count == 2)
    // A program killed behind the rename may not have lived to keep the name.
    #expect(observer.calls.contains(.syncFolder(folder.path + "/spool")))
  }

  @Test func anIdIsNeverUsedForOtherContent() throws {
    try mount()
    _ = try desk([share()]).submit(try deliverable())
    let other = [DeliverableFile(suffix: "jdx", content: .bytes([1]))]
    let error = #expect(throws: DeliveryError.self) {
      try desk([share()]).submit(try deliverable(files: other))
    }
    #expect(error?.failure.code == "delivery-id-taken")
    let states = try desk([share()]).submit(try deliverable(attempt: 2, files: other))
    #expect(states.map(\.state) == [.handedOver])
  }

  @Test func emulatedDataGoWhereTheyAreWelcomeAndNowhereElse() throws {
    try mount("lims")
    try mount("outbox")
    let both = desk([share("lims"), share("outbox", emulated: true)])
    let states = try both.submit(try deliverable(emulated: true))
    #expect(states.map(\.destination) == ["lims", "outbox"])
    #expect(states.map(\.state) == [.rejected, .handedOver])
    #expect(states.first?.failure?.code == "destination-refuses-emulated")
    #expect(try folder.names("lims/out") == [] && folder.names("lims/tmp") == [])
    #expect(try folder.names("spool/\(both.spool.ids()[0])").contains("to-lims.json") == false)
  }

  @Test func emulatedDataThatNobodyTakesAreNotSpooled() throws {
    let states = try desk([share()]).submit(try deliverable(emulated: true))
    #expect(states.map(\.state) == [.rejected])
    #expect(try folder.names() == [])
  }

  @Test func aBusySpoolNamesItsHolderAndTheDeliveryWaits() throws {
    try mount()
    let desk = desk([share()])
    let lock = try #require(try desk.spool.lock())
    let states = try desk.submit(try deliverable())
    #expect(states.map(\.state) == [.spooled])
    #expect(states.first?.failure?.code == "spool-busy")
    let own = ProcessInfo.processInfo.processIdentifier
    #expect(throws: DeliveryError.spoolBusy(own)) { try desk.retry() }
    #expect(DeliveryError.spoolBusy(own).failure.why.contains("\(own)"))
    #expect(DeliveryError.spoolBusy(own).failure.exit == .busy)
    withExtendedLifetime(lock) {}
  }

  @Test func theLockGoesWithItsHolder() throws {
    let spool = Spool(home: folder.path)
    do {
      let first = try #require(try spool.lock())
      #expect(try spool.lock() == nil)
      withExtendedLifetime(first) {}
    }
    #expect(try spool.lock() != nil)
  }

  @Test func whereverItIsKilledNothingIsLostAndNothingIsSentTwice() throws {
    // The whole way is one sequence of calls: spool, then destination, then state.
    let whole = Observer()
    try mount()
    _ = try desk([outbox(folder, whole.publisher)], whole.publisher).submit(try deliverable())
    try #require(whole.calls.count > 60)
    var reader = IndependentReader(root: folder.path + "/lims")
    for step in 0..<whole.calls.count {
      for name in try folder.names() {
        try FileManager.default.removeItem(atPath: folder.path + "/" + name)
      }
      try mount()
      reader.forget()
      let observer = Observer()
      observer.kill(at: step)
      let first = try? desk([outbox(folder, observer.publisher)], observer.publisher)
        .submit(try deliverable())
      try reader.look()
      let spooled = try Spool(home: folder.path).ids().count == 1
      // Once submit has answered, the delivery is in the spool.
      #expect(first == nil || spooled, "killed before call \(step)")
      let again =
        spooled
        ? try desk([outbox(folder)]).retry() : try desk([outbox(folder)]).submit(try deliverable())
      #expect(again.map(\.state) == [.handedOver], "killed before call \(step)")
      try reader.look()
      #expect(reader.complaints == [] && reader.seen.count == 1)
      #expect(try folder.names("lims/tmp") == [])
      #expect(try folder.names("lims/out").count == 3)
    }
  }

  @Test func theSpoolEntryGetsItsNameWhenAllOfItIsOnTheDisk() throws {
    let observer = Observer()
    var spool = Spool(home: folder.path)
    spool.publisher = observer.publisher
    _ = try spool.put(try deliverable(), for: ["lims"])
    let calls = observer.calls
    let named = calls.firstIndex {
      if case .rename(_, let to) = $0 { to.hasSuffix("-abcd-1") } else { false }
    }
    let at = try #require(named)
    let syncs = calls[..<at].filter { if case .sync = $0 { true } else { false } }
    #expect(syncs.count == 4)  // two files, delivery.json, to-lims.json
    #expect(calls[(at + 1)...].first == .syncFolder(folder.path + "/spool"))
  }

  @Test func aDamagedEntryIsToldAndDoesNotStopTheOthers() throws {
    let bad = try desk([share()]).submit(try deliverable(RunID("20261120T101500Z-a-aaaa")))[0].id
    _ = try desk([share()]).submit(try deliverable(RunID("20261120T101600Z-a-bbbb")))
    try folder.write("{", "spool/\(bad)/to-lims.json")
    try mount()
    let states = try desk([share()]).retry()
    #expect(states.map(\.state) == [.spooled, .handedOver])
    #expect(states[0].failure?.code == "spool-damaged")
  }

  @Test func aFileThatChangedInTheSpoolIsNotDelivered() throws {
    let id = try desk([share()]).submit(try deliverable())[0].id
    try folder.write("##TITLE=vial 8\n", "spool/\(id)/\(id).jdx")
    try mount()
    let states = try desk([share()]).retry()
    #expect(states.map(\.state) == [.spooled])
    #expect(states[0].failure?.exit == .damaged)
    #expect(try folder.names("lims/out") == [])
  }

  @Test func aConfirmedDeliveryIsDone() throws {
    try mount()
    let desk = desk([share()])
    let id = try desk.submit(try deliverable())[0].id
    let hash = Hash.sha256(of: Array("##TITLE=vial 7\n".utf8))
    try folder.write(
      "{\"id\":\"\(id)\",\"sha256\":\"\(hash)\",\"status\":\"imported\"}", "lims/ack/\(id).ack")
    #expect(try desk.retry(id).map(\.state) == [.confirmed])
    #expect(try desk.submit(try deliverable()).map(\.state) == [.confirmed])
    #expect(try folder.names("lims/out") == [])
  }

  @Test func aRejectionStandsWithItsReason() throws {
    try mount()
    let desk = desk([share()])
    let id = try desk.submit(try deliverable())[0].id
    try folder.write("unknown sample", "lims/reject/\(id).rej")
    let states = try desk.retry()
    #expect(states.map(\.state) == [.rejected])
    #expect(states[0].failure?.why == "unknown sample")
    #expect(try desk.retry().map(\.attempts) == [1])
  }

  @Test(arguments: ["ready", "ack", "rej", "../x", "", "a/b", ".jdx"])
  func aSuffixWithAMeaningOfItsOwnIsRefused(suffix: String) throws {
    #expect(throws: DeliveryError.self) {
      try desk([share()]).submit(
        try deliverable(files: [DeliverableFile(suffix: suffix, content: .bytes([1]))]))
    }
    #expect(try folder.names() == [])
  }

  @Test func twoFilesOfOneSuffixAndNoFilesAreRefused() throws {
    for files in [[], [twoFiles[0], twoFiles[0]]] {
      let error = #expect(throws: DeliveryError.self) {
        try desk([share()]).submit(try deliverable(files: files))
      }
      #expect(error?.failure.code == "delivery-malformed")
    }
  }

  @Test func aDeliveryIdReadsBackAndNothingElseDoes() throws {
    let id = DeliveryID(run: try #require(someRun), attempt: 12)
    #expect(DeliveryID("\(id)") == id)
    for text in ["", "-1", "a-1", "\(id)x", "20261120T101500Z-usb4000-abcd-0", "../\(id)"] {
      #expect(DeliveryID(text) == nil, "\(text)")
    }
    #expect(DeliveryID("20261120T101500Z-usb4000-abcd-01") == nil)
    #expect(throws: DeliveryError.self) { try desk([]).retry(id) }
  }
}

/// A destination that fails a counted number of times, then takes everything.
final class Stubborn: Destination {
  let name = "lims"
  let acceptsEmulated = false
  let error: DeliveryError
  let refusals = Mutex(Int.max)
  let asked = Mutex<[DeliveryID]>([])

  init(_ error: DeliveryError) { self.error = error }

  func deliver(_ delivery: Delivery) throws(DeliveryError) -> DeliveryAnswer {
    asked.withLock { $0.append(delivery.id) }
    let refuse = refusals.withLock { count in
      defer { count = max(0, count - 1) }
      return count > 0
    }
    if refuse { throw error }
    return .handedOver
  }

  func poll(_ delivery: Delivery) throws(DeliveryError) -> DeliveryAnswer { .handedOver }
}
