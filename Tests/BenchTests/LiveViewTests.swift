import Emulation
import Instruments
import Laboratory
import Testing

@testable import Bench

/// The live view, and every way in which it ends.
@Suite(.timeLimit(.minutes(5))) struct LiveViewTests {
  static let settings = Settings(["integration_us": 10_000, "laser_nm": 785])

  @Test func picturesComeUntilSomebodyStopsThem() async throws {
    let emulated = try EmulatedBench(speed: 10)
    let view = LiveView(bench: emulated.bench, address: "usb:9-1", settings: Self.settings)
    var shown = 0
    for try await picture in view.pictures {
      guard case .spectrum(let spectrum) = picture else {
        Issue.record("an array spectrometer shows spectra")
        break
      }
      #expect(spectrum.raw.count == 2048)
      shown += 1
      if shown == 3 { view.stop() }
    }
    #expect(shown >= 3)
    // Free again.
    #expect(try await emulated.run(emulated.request(scans: 1)).status == .done)
  }

  @Test func unpluggingEndsTheViewByName() async throws {
    let emulated = try EmulatedBench(speed: 10)
    let view = LiveView(bench: emulated.bench, address: "usb:9-1", settings: Self.settings)
    let failure = await #expect(throws: Failure.self) {
      for try await _ in view.pictures { emulated.device.unplug() }
    }
    #expect(failure?.code == "usb-gone" && failure?.exit == .gone)
  }

  @Test func anInstrumentThatCannotBeOpenedEndsTheViewByName() async throws {
    let emulated = try EmulatedBench()
    emulated.device.unplug()
    let view = LiveView(bench: emulated.bench, address: "usb:9-1", settings: Self.settings)
    let failure = await #expect(throws: Failure.self) { for try await _ in view.pictures {} }
    #expect(failure?.exit == .gone)
  }

  @Test func aStopBeforeOrDuringOpeningIsNoFailure() async throws {
    let emulated = try EmulatedBench()
    let view = LiveView(bench: emulated.bench, address: "usb:9-1", settings: Self.settings)
    view.stop()
    for try await _ in view.pictures {}
    #expect(try await emulated.run(emulated.request(scans: 1)).status == .done)
  }

  @Test func aViewerThatGoesAwayEndsTheView() async throws {
    let emulated = try EmulatedBench(speed: 10)
    do {
      let view = LiveView(bench: emulated.bench, address: "usb:9-1", settings: Self.settings)
      let viewer = Task { for try await _ in view.pictures {} }
      try await Task.sleep(for: .milliseconds(20))
      viewer.cancel()
      _ = await viewer.result
    }
    var ended = try await emulated.run(emulated.request(scans: 1))
    while ended.failure?.exit == .busy {
      try await Task.sleep(for: .milliseconds(10))
      ended = try await emulated.run(emulated.request(scans: 1))
    }
    #expect(ended.status == .done)
  }
}
