import Foundation
import Laboratory
import Testing

@testable import Delivery

@Suite struct FlatFolderTests {
  let folder: TestFolder
  var root: String { folder.path + "/lims" }
  let id = "20261120T101500Z-usb4000-abcd-1"

  init() throws { folder = try TestFolder(inMemory: true) }

  func flat(
    receipts: Bool = true, sentinel: String? = nil, _ publisher: Publisher = Publisher()
  ) -> FlatFolderDestination {
    var destination = FlatFolderDestination(
      name: "lims", root: root, sentinel: sentinel, hasReceipts: receipts, acceptsEmulated: false)
    destination.publisher = publisher
    return destination
  }

  func desk(
    _ destination: any Destination, _ publisher: Publisher = Publisher()
  ) -> DeliveryDesk {
    var spool = Spool(home: folder.path + "/home")
    spool.publisher = publisher
    return DeliveryDesk(spool: spool, destinations: [destination], patience: .zero)
  }

  func mount() throws {
    for inner in ["home", "lims"] {
      try FileManager.default.createDirectory(
        atPath: folder.path + "/" + inner, withIntermediateDirectories: true)
    }
  }

  @Test func aFolderWithoutItsSentinelIsAShareThatIsNotMounted() throws {
    try mount()
    let waits = try desk(flat(sentinel: "lims-1")).submit(try deliverable())
    #expect(waits.map(\.state) == [.spooled])
    #expect(waits.first?.failure?.code == "destination-not-mounted")
    #expect(try folder.names("lims") == [])
    for wrong in ["lims-2", "lims-1 ", "lims-1\n\n", "", "LIMS-1"] {
      try folder.write(wrong, "lims/.gauger-destination")
      let states = try desk(flat(sentinel: "lims-1")).retry()
      #expect(states.map(\.state) == [.spooled], "\(wrong.debugDescription)")
      #expect(states.first?.failure?.code == "destination-not-mounted")
    }
    try FileManager.default.removeItem(atPath: root + "/.gauger-destination")
    let disk = Disk()
    try Sentinel.write("lims-1", in: try disk.open(root), of: "lims", Publisher())
    #expect(try folder.text("lims/.gauger-destination") == "lims-1\n")
    #expect(try desk(flat(sentinel: "lims-1")).retry().map(\.state) == [.handedOver])
    #expect(throws: DeliveryError.self) {
      try Sentinel.write("other", in: try disk.open(root), of: "lims", Publisher())
    }
    #expect(try folder.text("lims/.gauger-destination") == "lims-1\n")
  }

  @Test func theMarkerIsLastAndReceiptsAreReadBesideTheFiles() throws {
    try mount()
    let observer = Observer()
    let destination = flat(observer.publisher)
    #expect(try desk(destination).submit(try deliverable()).map(\.state) == [.handedOver])
    let shown = observer.calls.compactMap { call -> String? in
      guard case .rename(_, let to) = call else { return nil }
      return String(to.dropFirst(root.count + 1))
    }
    #expect(shown == ["\(id).jdx", "\(id).result.csv", "\(id).ready"])
    #expect(try folder.names("lims") == ["\(id).jdx", "\(id).ready", "\(id).result.csv"])
    let hash = Hash.sha256(of: Array(try folder.text("lims/\(id).ready").utf8))
    try folder.write(
      "{\"id\":\"\(id)\",\"sha256\":\"\(hash)\",\"status\":\"imported\",\"lims_ref\":\"L-7\"}",
      "lims/\(id).ack")
    let states = try desk(flat()).retry()
    #expect(states.map(\.state) == [.confirmed])
    #expect(states.first?.reference == "L-7")
  }

  @Test func everythingIsOnTheDiskBeforeItIsShownAndTheNameAfter() throws {
    try mount()
    let observer = Observer()
    let spooling = desk(flat(observer.publisher), observer.publisher)
    _ = try spooling.submit(try deliverable())
    var steps: [String] = []
    for call in observer.calls {
      switch call {
      case .create(let path) where path.hasPrefix(root): steps.append("create")
      case .sync(let path) where path.hasPrefix(root): steps.append("sync")
      case .syncFolder(root): steps.append("keep")
      case .rename(_, let to) where to.hasSuffix("/to-lims.json"): steps.append("note")
      case .rename(_, let to) where to.hasPrefix(root): steps.append("show")
      default: break
      }
    }
    // The first note is that it waits; the last that it was handed over.
    #expect(
      steps == [
        "note", "create", "sync", "create", "sync", "create", "sync", "keep", "note", "show",
        "keep", "show", "keep", "show", "keep", "note",
      ])
  }

  @Test func withoutReceiptsItEndsAtHandedOver() throws {
    try mount()
    let silent = desk(flat(receipts: false))
    #expect(try silent.submit(try deliverable()).map(\.state) == [.handedOver])
    #expect(try folder.names("lims") == ["\(id).jdx", "\(id).result.csv"])
    // Neither an answer nor the absence of the files changes that, and nothing is sent again.
    try folder.write("", "lims/\(id).ack")
    for name in ["jdx", "result.csv"] {
      try FileManager.default.removeItem(atPath: root + "/\(id).\(name)")
    }
    #expect(try silent.retry().map(\.state) == [.handedOver])
    #expect(try silent.submit(try deliverable()).map(\.state) == [.handedOver])
    #expect(try folder.names("lims") == ["\(id).ack"])
  }

  @Test(arguments: [true, false])
  func aReaderThatTakesFilesAwaySeesEachOnceWhereverWeAreKilled(receipts: Bool) throws {
    try mount()
    let whole = Observer()
    _ = try desk(flat(receipts: receipts, whole.publisher), whole.publisher)
      .submit(try deliverable())
    let expected = receipts ? 3 : 2
    try #require(whole.calls.count > 40)
    for step in 0..<whole.calls.count {
      for name in try folder.names() {
        try FileManager.default.removeItem(atPath: folder.path + "/" + name)
      }
      try mount()
      let killed = Observer()
      killed.kill(at: step)
      _ = try? desk(flat(receipts: receipts, killed.publisher), killed.publisher)
        .submit(try deliverable())
      var taken = try take()
      let later = desk(flat(receipts: receipts))
      _ = try later.submit(try deliverable())
      taken += try take()
      #expect(try later.retry().map(\.state) == [.handedOver], "killed at \(step)")
      taken += try take()
      #expect(
        Set(taken).count == expected && taken.count == expected, "killed at \(step): \(taken)")
    }
  }

  /// A reader that takes whatever it sees, and takes it away.
  private func take() throws -> [String] {
    let seen = try folder.names("lims").filter { !$0.hasPrefix(".") }
    for name in seen { try FileManager.default.removeItem(atPath: root + "/" + name) }
    return seen
  }

  @Test func aNameThatIsTakenIsNeverOverwritten() throws {
    try mount()
    try folder.write("mine", "lims/\(id).jdx")
    let states = try desk(flat()).submit(try deliverable())
    #expect(states.map(\.state) == [.spooled])
    #expect(states.first?.failure?.code == "publish-exists")
    #expect(try folder.text("lims/\(id).jdx") == "mine")
  }

  @Test func whatWasAlteredWhileStagedIsNotShown() throws {
    try mount()
    var delivery = try Spool(home: folder.path + "/home").put(try deliverable(), for: ["lims"])
    delivery.staged = try flat().stage(delivery)
    try folder.write("other", "lims/.\(id).jdx.part")
    let error = #expect(throws: DeliveryError.self) { try flat().deliver(delivery) }
    #expect(error?.failure.code == "delivery-staged-altered")
    #expect(try folder.names("lims").filter { !$0.hasPrefix(".") } == [])
  }
}
