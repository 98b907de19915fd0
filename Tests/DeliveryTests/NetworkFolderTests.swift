import Foundation
import Laboratory
import Testing

@testable import Delivery

@Suite struct NetworkFolderTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder(inMemory: true) }

  func network(
    _ script: String, bound: Duration = .seconds(20), name: String = "net"
  ) -> NetworkFolderDestination {
    NetworkFolderDestination(
      FlatFolderDestination(
        name: name, root: folder.path + "/share", hasReceipts: true, acceptsEmulated: false),
      bound: bound
    ) { step, id in ["/bin/sh", "-c", script, step.rawValue, id.description] }
  }

  func desk(_ destination: any Destination) -> DeliveryDesk {
    DeliveryDesk(
      spool: Spool(home: folder.path), destinations: [destination], patience: .zero)
  }

  @Test func aWriterThatHangsIsLeftBehindAndNoOtherIsStarted() throws {
    // It waits for the other end of a pipe that nobody opens, as one waits for a dead server.
    try run("/usr/bin/mkfifo", folder.path + "/never")
    let name = "hanging"
    let script = "echo x >> '\(folder.path)/started'; read line < '\(folder.path)/never'"
    let hung = network(script, bound: .milliseconds(300), name: name)
    let states = try desk(hung).submit(try deliverable())
    #expect(states.map(\.state) == [.spooled])
    #expect(states.first?.failure?.code == "destination-hangs")
    #expect(states.first?.failure?.exit == .deliveryWaits)
    #expect(try folder.text("started") == "x\n")
    #expect(try folder.names() == ["never", "spool", "started"], "the parent touched no share")
  }

  @Test func whatTheWriterSaysIsTaken() throws {
    let said = """
      {"isNoticed":true,"reference":"R-1","staged":"note","state":"handed_over"}
      """
    let states = try desk(network("echo '\(said)'")).submit(try deliverable())
    #expect(states.map(\.state) == [.handedOver])
    #expect(states.first?.staged == "note")
    #expect(states.first?.reference == "R-1")
    #expect(states.first?.noticed != nil)
  }

  @Test(arguments: ["true", "false", "echo", "echo nonsense", "kill -9 $$", "echo '{}'"])
  func aWriterWithoutAWordIsTriedAgain(script: String) throws {
    let states = try desk(network(script)).submit(try deliverable())
    #expect(states.map(\.state) == [.spooled])
    #expect(states.first?.failure?.code == "destination-unreachable")
  }

  @Test func aWriterThatDoesNotExistIsTold() throws {
    let none = NetworkFolderDestination(
      FlatFolderDestination(name: "n", root: "/x", hasReceipts: true, acceptsEmulated: false)
    ) { _, _ in ["/no/such/program"] }
    #expect(
      try desk(none).submit(try deliverable()).first?.failure?.code == "destination-unreachable")
  }

  @Test func theStepsOfTheWriterAreThoseOfTheFolderItself() throws {
    try FileManager.default.createDirectory(
      atPath: folder.path + "/share", withIntermediateDirectories: true)
    let flat = FlatFolderDestination(
      name: "net", root: folder.path + "/share", hasReceipts: true, acceptsEmulated: false)
    let spool = Spool(home: folder.path)
    let delivery = try spool.put(try deliverable(), for: ["net"])
    func step(_ step: NetworkFolderDestination.Step) -> NetworkFolderDestination.Word {
      NetworkFolderDestination.perform(step, delivery.id, to: flat, home: folder.path)
    }
    do {
      // A writer that an earlier program left behind hanging keeps the others away.
      let hanging = try #require(try spool.writerLock("net"))
      #expect(step(.stage).failure?.code == "destination-hangs")
      withExtendedLifetime(hanging) {}
    }
    #expect(step(.stage).staged == "staged")
    #expect(step(.deliver).state == .handedOver)
    try folder.write("", "share/\(delivery.id).ack")
    #expect(step(.poll).state == .accepted)
    try folder.write("bad", "share/\(delivery.id).rej")
    let refused = step(.poll)
    #expect(refused.failure?.code == "delivery-rejected")
    #expect(refused.isRejected == true && refused.holdsUp == false)
    try FileManager.default.removeItem(atPath: folder.path + "/share")
    let away = step(.poll)
    #expect(away.failure?.code == "destination-not-mounted")
    #expect(away.isRejected == false && away.holdsUp == true)
  }
}
