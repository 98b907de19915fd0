import Emulation
import Foundation
import Testing

/// The plug is pulled while a run goes on, under the real USB library and the real program.
@Suite(.serialized, .enabled(if: Outside.canEmulate, "umockdev is not installed"))
struct UnplugTests {
  @Test func pullingThePlugKeepsEveryScanAndExits6() throws {
    let home = try TemporaryFolder()
    let device = try EmulatedCatalogue.make(EmulatedSetup(model: "ocean-optics/usb4000"))
    let bench = try PreloadBench(devices: [device])
    defer { bench.stop() }
    Thread.detachNewThread {
      while device.framesSent < 12, device.isPlugged { Thread.sleep(forTimeInterval: 0.01) }
      bench.unplug(0)
    }
    let gauger = try #require(Program.path)
    let status = try bench.run([
      "/usr/bin/timeout", "60", gauger, "acquire", "usb4000", "--sample", "pulled", "--scans",
      "100000", "--set", "integration_us=20000", "--home", home.path,
    ])
    #expect(status == 6)
    let run = try RunFolder(only: home.path)
    #expect(run.record["ended_by"] as? String == "unplug")
    #expect(run.record["safe"] as? String == "unknown")
    #expect((run.record["failure"] as? [String: Any])?["code"] as? String == "usb-gone")
    let scans = try #require(run.counts["scans"])
    // The last frame sent may have been on its way when the plug was pulled.
    #expect(scans >= 10)
    #expect(
      run.counts["durable"] == scans + (run.counts["stale"] ?? 0) + (run.counts["partial"] ?? 0))
    let spectrum = try run.spectrum()
    #expect(spectrum.raw.count == 3648)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: home.path + "/outbox/out")
        .filter { $0.hasSuffix(".ready") }.count == 1)
    #expect(try Program.gauger(["runs", "verify", "last", "--home", home.path]).status == 0)
  }
  /// The table of faults has the same by plan; here the bus itself moves it, while nothing runs.
  @Test func anInstrumentAtAnotherPlaceIsFoundByItsSerialNumber() throws {
    let home = try TemporaryFolder()
    let device = try EmulatedCatalogue.make(
      EmulatedSetup(model: "ocean-optics/usb4000", speed: 100))
    let bench = try PreloadBench(devices: [device])
    defer { bench.stop() }
    let gauger = try #require(Program.path)
    var addresses: Set<String> = []
    for place in [1, 5, 3] {
      bench.unplug(0)
      try bench.plug(0, at: place)
      let folder = "\(home.path)/\(place)"
      let status = try bench.run([
        "/usr/bin/timeout", "60", gauger, "acquire", "ocean-optics-ooi:EMU00042", "--sample",
        "moved", "--scans", "2", "--home", folder,
      ])
      #expect(status == 0)
      let instrument = try RunFolder(only: folder).record["instrument"] as? [String: Any]
      addresses.insert(try #require(instrument?["address"] as? String))
    }
    #expect(addresses == ["usb:9-1", "usb:9-5", "usb:9-3"])
  }
}
