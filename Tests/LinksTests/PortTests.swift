import Foundation
import Instruments
import Laboratory
import Testing

@testable import Links

@Suite struct PortTests {
  @Test func theMakerOrTheEnvironmentMeansEmulated() {
    #expect(EmulationMark.isEmulated(maker: "Gauger Emulation", environment: [:]))
    #expect(EmulationMark.isEmulated(maker: " Gauger Emulation\n", environment: [:]))
    #expect(EmulationMark.isEmulated(maker: nil, environment: ["GAUGER_EMULATION": "0"]))
    #expect(EmulationMark.isEmulated(maker: "Ocean Optics", environment: ["UMOCKDEV_DIR": "/t"]))
    #expect(!EmulationMark.isEmulated(maker: "Ocean Optics", environment: ["UMOCKDEV_DIR": ""]))
    #expect(!EmulationMark.isEmulated(maker: "Gauger", environment: ["PATH": "/bin"]))
    #expect(!EmulationMark.isEmulated(maker: nil, environment: [:]))
  }

  @Test func anAddressNamesBusAndPortsOnly() {
    #expect(USBAddress.kernelName("usb:1-1") == "1-1")
    #expect(USBAddress.kernelName("usb:10-1.2.14") == "10-1.2.14")
    let others = [
      "", "usb:", "1-1", "usb:1", "usb:1-", "usb:-1", "usb:1-1.", "usb:1-1:1.0", "usb:../x",
      "usb:1-../1", "usb:1-1/2", "usb:1-1-1", "usb:usb1", "USB:1-1", "usb:1-\u{0661}",
      "usb:1-" + String(repeating: "1", count: 100),
    ]
    for text in others { #expect(USBAddress.kernelName(text) == nil, "\(text)") }
  }

  @Test func addressesAreOrderedByNumber() {
    let sorted = ["usb:10-1", "usb:2-1.10", "usb:2-1.2", "usb:2-1", "usb:1-4"].sorted {
      USBAddress.numbers($0).lexicographicallyPrecedes(USBAddress.numbers($1))
    }
    #expect(sorted == ["usb:1-4", "usb:2-1", "usb:2-1.2", "usb:2-1.10", "usb:10-1"])
  }

  @Test func aBadAddressIsRefusedBeforeAnythingIsOpened() {
    let facts = DeviceProfile.USBFacts(
      configuration: 1, interface: 0, endpoints: [:], resetsAtClose: false)
    let refused = error { () throws(LinkError) in
      _ = try USBLink(address: "usb:../../etc", facts: facts)
    }
    guard case .system? = refused else {
      Issue.record("got \(String(describing: refused))")
      return
    }
    let missing = error { () throws(LinkError) in
      _ = try USBLink(address: "usb:250-9.9", facts: facts)
    }
    #expect(missing == .gone)
  }

  @Test func theHolderOfAnOpenFileIsFound() throws {
    let folder = try Folder()
    let path = URL(filePath: folder.file("node")).resolvingSymlinksInPath()
      .path(percentEncoded: false)
    try Data("x".utf8).write(to: URL(filePath: path))
    #expect(NodeHolders.holder(of: path) == nil)
    let handle = try #require(FileHandle(forReadingAtPath: path))
    let holder = try #require(NodeHolders.holder(of: path))
    #expect(holder.hasSuffix(", process \(ProcessInfo.processInfo.processIdentifier)"))
    #expect(NodeHolders.holders(of: [path, "/nowhere"]).count == 1)
    try handle.close()
    #expect(NodeHolders.holder(of: path) == nil)
  }

  @Test func listingWorksWithoutAnyInstrument() throws {
    let ports = try PortList.usb()
    for port in ports { #expect(USBAddress.kernelName(port.address) != nil) }
  }

  @Test(.timeLimit(.minutes(1))) func aStoppedWatcherEndsItsStream() async throws {
    let watcher = try PortWatcher()
    let events = watcher.events()
    watcher.stop()
    watcher.stop()
    for await event in events { Issue.record("\(event)") }
  }
}

@Suite struct LinkFailureTests {
  @Test(arguments: [
    (LinkError.denied(node: "/dev/x"), "usb-denied", Laboratory.ExitStatus.denied),
    (.busy(holder: nil), "usb-busy", .busy), (.busy(holder: "lab, process 7"), "usb-busy", .busy),
    (.gone, "usb-gone", .gone), (.timedOut(received: 3), "usb-timed-out", .timedOut),
    (.stalled(endpoint: 0x82), "usb-stalled", .instrumentFault),
    (.overflow(endpoint: 0x82), "usb-overflow", .instrumentFault),
    (.cancelled, "link-cancelled", .stoppedShort),
    (.system(operation: "a", code: 5, text: "b"), "link-system", .failed),
    (.replayMismatch(event: 1, expected: "a", got: "b"), "replay-mismatch", .damaged),
  ])
  func everyErrorHasItsCode(error: LinkError, code: String, exit: Laboratory.ExitStatus) {
    let failure = error.failure
    #expect(failure.code == code)
    #expect(failure.exit == exit)
    #expect(!failure.what.isEmpty && !failure.why.isEmpty && !failure.next.isEmpty)
  }

  @Test func adviceFitsTheCause() {
    let denied = LinkError.denied(node: "/dev/bus/usb/001/002").failure
    #expect(denied.what.contains("/dev/bus/usb/001/002"))
    #expect(denied.next.contains("60-gauger.rules") && denied.next.contains("61-gauger-access"))
    #expect(denied.next.contains("group gauger"))
    let busy = LinkError.busy(holder: "lab, process 7").failure
    #expect(busy.what.contains("lab, process 7"))
    #expect(!(busy.what + busy.why + busy.next).contains("udev"))
    #expect(!(busy.next).contains("rules"))
  }
}
