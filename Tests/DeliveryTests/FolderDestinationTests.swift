import Foundation
import Laboratory
import Testing

@testable import Delivery

@Suite struct FolderDestinationTests {
  let folder: TestFolder
  var root: String { folder.path + "/lims" }

  init() throws { folder = try TestFolder(inMemory: true) }

  func spooled(
    _ deliverable: Deliverable
  ) throws -> Delivery {
    try Spool(home: folder.path + "/home").put(deliverable, for: ["lims"])
  }

  func prepared(emulated: Bool = false) throws -> Delivery {
    try FileManager.default.createDirectory(
      atPath: folder.path + "/home", withIntermediateDirectories: true)
    return try spooled(deliverable(emulated: emulated))
  }

  @Test func theReaderFindsEveryFileAndTheMarkerSaysWhatTheyAre() throws {
    let delivery = try prepared()
    #expect(try outbox(folder).deliver(delivery) == .handedOver)
    #expect(
      try folder.names("lims/out") == [
        "20261120T101500Z-usb4000-abcd-1.jdx", "20261120T101500Z-usb4000-abcd-1.ready",
        "20261120T101500Z-usb4000-abcd-1.result.csv",
      ])
    #expect(try folder.names("lims") == ["ack", "done", "out", "reject", "tmp"])
    #expect(try folder.names("lims/tmp") == [])
    var reader = IndependentReader(root: root)
    try reader.look()
    #expect(reader.complaints == [])
    #expect(reader.seen.keys.sorted() == ["20261120T101500Z-usb4000-abcd-1"])
    let ready = try folder.text("lims/out/20261120T101500Z-usb4000-abcd-1.ready")
    #expect(ready.hasPrefix("{\"emulated\":false,\"files\":[{\"name\":"))
    #expect(ready.hasSuffix("\"run\":\"20261120T101500Z-usb4000-abcd\",\"schema\":1}\n"))
  }

  @Test func eachFileIsOnTheDiskBeforeTheNextAndTheMarkerIsLast() throws {
    let delivery = try prepared()
    let observer = Observer()
    _ = try outbox(folder, observer.publisher).deliver(delivery)
    var steps: [String] = []
    for call in observer.calls {
      switch call {
      case .create(let path):
        #expect(path.hasPrefix(root + "/tmp/."))
        steps.append("create")
      case .sync: steps.append("sync")
      case .rename(let from, let to):
        #expect(from.hasPrefix(root + "/tmp/."))
        steps.append("name " + (to.split(separator: ".").last ?? ""))
      case .makeFolder(let path): steps.append("make \(path.dropFirst(folder.path.count))")
      case .syncFolder(let path): steps.append("keep \(path.dropFirst(folder.path.count))")
      default: break
      }
    }
    // Each folder's name is kept before anything is put into it.
    let folders =
      ["make /lims", "keep "]
      + ["tmp", "out", "ack", "reject", "done"].flatMap { ["make /lims/\($0)", "keep /lims"] }
    #expect(Array(steps.prefix(folders.count)) == folders)
    steps.removeFirst(folders.count)
    let each = ["jdx", "csv", "ready"].flatMap {
      ["create", "sync", "name \($0)", "keep /lims/out"]
    }
    #expect(steps == each)
  }

  @Test func aSecondDeliveryOfTheSameIdChangesNothing() throws {
    let delivery = try prepared()
    _ = try outbox(folder).deliver(delivery)
    let observer = Observer()
    #expect(try outbox(folder, observer.publisher).deliver(delivery) == .handedOver)
    let writes = observer.calls.filter {
      switch $0 {
      case .create, .rename, .remove, .link: true
      default: false
      }
    }
    #expect(writes == [])
    // Named before a crash, perhaps, and not yet kept.
    #expect(observer.calls.contains(.syncFolder(root + "/out")))
  }

  @Test func whatIsPutAsideIsKeptThereBeforeAnythingElse() throws {
    let delivery = try prepared()
    _ = try outbox(folder).deliver(delivery)
    try folder.write("altered", "lims/out/20261120T101500Z-usb4000-abcd-1.jdx")
    let observer = Observer()
    #expect(throws: DeliveryError.self) { try outbox(folder, observer.publisher).deliver(delivery) }
    let calls = observer.calls
    let moves = calls.indices.filter {
      if case .rename(_, let to) = calls[$0] { to.contains("/quarantine/") } else { false }
    }
    #expect(moves.count == 3)
    for move in moves {
      #expect(
        calls[(move + 1)...(move + 2)]
          == [.syncFolder(root + "/quarantine"), .syncFolder(root + "/out")])
    }
  }

  @Test func whereverItIsKilledTheReaderSeesTheDeliveryOnceAndWhole() throws {
    let delivery = try prepared()
    let whole = Observer()
    _ = try outbox(folder, whole.publisher).deliver(delivery)
    try #require(whole.calls.count > 30)
    var reader = IndependentReader(root: root)
    for step in 0..<whole.calls.count {
      try FileManager.default.removeItem(atPath: root)
      reader.forget()
      let observer = Observer()
      observer.kill(at: step)
      // The last calls may already have said all; then there is no error to see.
      _ = try? outbox(folder, observer.publisher).deliver(delivery)
      try reader.look()
      #expect(try outbox(folder).deliver(delivery) == .handedOver)
      try reader.look()
      #expect(reader.complaints == [], "killed before call \(step)")
      #expect(reader.seen.count == 1)
      #expect(try folder.names("lims/out").count == 3)
      #expect(try folder.names("lims/tmp") == [])
    }
  }

  @Test func aSecondKillDuringTheMendingLosesNothingEither() throws {
    let delivery = try prepared()
    var reader = IndependentReader(root: root)
    for (first, second) in [(14, 12), (20, 18), (24, 22), (28, 25), (30, 30)] {
      try? FileManager.default.removeItem(atPath: root)
      reader.forget()
      for step in [first, second] {
        let observer = Observer()
        observer.kill(at: step)
        _ = try? outbox(folder, observer.publisher).deliver(delivery)
        try reader.look()
      }
      #expect(try outbox(folder).deliver(delivery) == .handedOver)
      try reader.look()
      #expect(reader.complaints == [] && reader.seen.count == 1)
      #expect(try folder.names("lims/tmp") == [])
    }
  }

  @Test func aTornBodyThatNobodyWasShownIsMadeAgain() throws {
    let delivery = try prepared()
    _ = try outbox(folder).deliver(delivery)
    let name = "lims/out/\(delivery.id)"
    try FileManager.default.removeItem(atPath: folder.path + "/\(name).ready")
    try folder.write("torn", name + ".jdx")
    #expect(try outbox(folder).deliver(delivery) == .handedOver)
    #expect(try folder.text(name + ".jdx") == "##TITLE=vial 7\n")
    #expect(try folder.names("lims/quarantine").count == 1)
  }

  @Test(arguments: ["jdx", "ready"])
  func whatWasShownAndIsNotWhatWasWrittenIsPutAside(suffix: String) throws {
    let delivery = try prepared()
    _ = try outbox(folder).deliver(delivery)
    try folder.write("altered", "lims/out/\(delivery.id).\(suffix)")
    let error = #expect(throws: DeliveryError.self) { try outbox(folder).deliver(delivery) }
    #expect(error?.failure.code == "delivery-quarantined")
    #expect(try folder.names("lims/out") == [])
    #expect(try folder.names("lims/quarantine").count == 3)
  }

  @Test func emulatedDataIsRefusedBeforeAnythingIsWritten() throws {
    let delivery = try prepared(emulated: true)
    let observer = Observer()
    #expect(throws: DeliveryError.refusesEmulated("lims")) {
      try outbox(folder, observer.publisher).deliver(delivery)
    }
    #expect(observer.calls.isEmpty)
    #expect(try outbox(folder, acceptsEmulated: true).deliver(delivery) == .handedOver)
    #expect(
      try folder.text("lims/out/\(delivery.id).ready").hasPrefix("{\"emulated\":true,"))
  }

  @Test func aMissingShareIsNotMadeUpFor() throws {
    let delivery = try prepared()
    let share = FolderDestination(
      name: "lims", root: root, rootIs: .mounted, acceptsEmulated: false)
    #expect(throws: DeliveryError.notMounted("lims", root)) { try share.deliver(delivery) }
    #expect(try folder.names() == ["home"])
    // A mount point without its share: an empty folder.
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: false)
    #expect(throws: DeliveryError.notPrepared("lims", root + "/tmp")) {
      try share.deliver(delivery)
    }
    #expect(try folder.names("lims") == [])
  }

  @Test func aFolderOnAnotherFileSystemIsRefused() throws {
    let delivery = try prepared()
    _ = try outbox(folder).deliver(delivery)
    try FileManager.default.removeItem(atPath: root + "/tmp")
    try FileManager.default.createSymbolicLink(
      atPath: root + "/tmp", withDestinationPath: "/tmp")
    #expect(throws: DeliveryError.publish(.notPlain(root + "/tmp"))) {
      try outbox(folder).deliver(delivery)
    }
  }

  @Test func aLinkInPlaceOfABodyIsNotFollowed() throws {
    let delivery = try prepared()
    _ = try outbox(folder).deliver(delivery)
    try FileManager.default.removeItem(atPath: root + "/out/\(delivery.id).jdx")
    try FileManager.default.createSymbolicLink(
      atPath: root + "/out/\(delivery.id).jdx", withDestinationPath: "/etc/hostname")
    let error = #expect(throws: DeliveryError.self) { try outbox(folder).deliver(delivery) }
    #expect(error?.failure.code == "publish-not-plain")
  }

  // MARK: - Receipts

  func receipt(_ delivery: Delivery, _ body: String) throws -> DeliveryAnswer {
    try folder.write(body, "lims/ack/\(delivery.id).ack")
    return try outbox(folder).poll(delivery)
  }

  @Test func onlyAReceiptWithTheRightHashConfirms() throws {
    let delivery = try prepared()
    let destination = outbox(folder)
    _ = try destination.deliver(delivery)
    #expect(try destination.poll(delivery) == .handedOver)
    #expect(try receipt(delivery, "") == .accepted)
    #expect(
      try receipt(delivery, "{\"id\":\"\(delivery.id)\",\"status\":\"imported\"}") == .accepted)
    #expect(try folder.names("lims/done") == [])
    let hash = Hash.sha256(of: FolderDestination.ready(for: delivery))
    #expect(
      try receipt(
        delivery, "{\"id\":\"\(delivery.id)\",\"sha256\":\"\(hash)\",\"status\":\"imported\"}")
        == .confirmed)
    #expect(try folder.names("lims/out") == [])
    #expect(try folder.names("lims/done").count == 3)
    // Confirmed once, it is never sent again.
    #expect(try destination.deliver(delivery) == .confirmed)
    #expect(try folder.names("lims/out") == [])
  }

  @Test(arguments: [
    "not json", "{}", "{\"id\":\"other-1\",\"status\":\"imported\"}",
    "{\"id\":\"ID\",\"status\":\"perhaps\"}",
    "{\"id\":\"ID\",\"sha256\":\"00\",\"status\":\"imported\"}",
    "{\"id\":\"ID\",\"status\":\"" + String(repeating: "x", count: 70_000) + "\"}",
  ])
  func anUnclearReceiptConfirmsNothing(body: String) throws {
    let delivery = try prepared()
    _ = try outbox(folder).deliver(delivery)
    let error = #expect(throws: DeliveryError.self) {
      try receipt(delivery, body.replacing("ID", with: "\(delivery.id)"))
    }
    #expect(error?.failure.code == "receipt-unclear")
    #expect(try folder.names("lims/out").count == 3)
  }

  @Test func aRejectionTellsItsReasonInOneHarmlessLine() throws {
    let delivery = try prepared()
    _ = try outbox(folder).deliver(delivery)
    try folder.write("no such\u{1b}[2J sample\r\n\n", "lims/reject/\(delivery.id).rej")
    let error = #expect(throws: DeliveryError.self) { try outbox(folder).poll(delivery) }
    #expect(error?.failure.code == "delivery-rejected")
    #expect(error?.failure.why == "no such [2J sample")
    #expect(error?.failure.exit == .rejected)
    #expect(try folder.names("lims/out").count == 3)
  }

  @Test func aKillWhileMovingToDoneIsMended() throws {
    let delivery = try prepared()
    let hash = Hash.sha256(of: FolderDestination.ready(for: delivery))
    for step in 12..<26 {
      try? FileManager.default.removeItem(atPath: root)
      _ = try outbox(folder).deliver(delivery)
      try folder.write(
        "{\"id\":\"\(delivery.id)\",\"sha256\":\"\(hash)\",\"status\":\"duplicate\"}",
        "lims/ack/\(delivery.id).ack")
      let observer = Observer()
      observer.kill(at: step)
      _ = try? outbox(folder, observer.publisher).poll(delivery)
      #expect(try outbox(folder).deliver(delivery) == .confirmed)
      #expect(try folder.names("lims/out") == [])
      #expect(try folder.names("lims/done").count == 3)
    }
  }
}
