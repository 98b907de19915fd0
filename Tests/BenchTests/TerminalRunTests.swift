import Emulation
import Foundation
import Instruments
import Laboratory
import Links
import Profiles
import Testing

@testable import Bench

/// Whole runs over a pseudo-terminal, with the reach that the program itself has.
@Suite(.timeLimit(.minutes(3))) struct TerminalRunTests {
  /// An emulated analyser at a pseudo-terminal, and a home of its own.
  private struct Stand {
    let front: PtyFront
    let folder: TemporaryFolder
    let serialNumber: String

    init(_ model: String = "rga200", serialNumber: String = "00042") throws {
      let device = try EmulatedCatalogue.make(
        EmulatedSetup(
          model: "stanford-research/\(model)", seed: 7, speed: 1e4, serialNumber: serialNumber))
      front = try PtyFront(device: device)
      folder = try TemporaryFolder()
      self.serialNumber = serialNumber
    }

    func write(_ yaml: String) throws {
      try Data(yaml.utf8).write(to: URL(fileURLWithPath: folder.path + "/bench.yaml"))
    }

    func bench() throws -> Bench {
      try Bench(
        home: Home(explicit: folder.path, environment: [:]),
        profiles: ProfileStore.load(folders: [EmulatedBench.profiles]))
    }

    func run(_ address: String) async throws -> EmulatedBench.Ended {
      var ended = EmulatedBench.Ended()
      let request = AcquireRequest(
        address: address, sample: Sample(id: "S-1"), scans: 2,
        settings: Settings(["first_mass_amu": 1, "last_mass_amu": 5]), person: "tester")
      for await event in try bench().acquire(request).events {
        switch event {
        case .finished(let record, let status): (ended.record, ended.status) = (record, status)
        case .failed(let failure): ended.failure = failure
        default: break
        }
      }
      return ended
    }
  }

  @Test func aNamedLineIsAskedRunAndFoundAgainByItsSerialNumber() async throws {
    let stand = try Stand()
    let ended = try await stand.run(stand.front.address)
    let record = try #require(ended.record, "\(String(describing: ended.failure))")
    #expect(ended.status == .done, "\(String(describing: record.failure))")
    #expect(record.instrument.model == "stanford-research/rga200")
    #expect(record.instrument.address == stand.front.address)
    #expect(record.counts.scans == 2 && record.complete && record.safe == .safe)
    #expect(record.emulated)
    // A pseudo-terminal is listed where bench.yaml names it; then the serial number suffices.
    try stand.write("instruments: {ms: \"\(stand.front.address)\"}")
    let listed = try stand.bench().instruments().filter { $0.port.kind == .pty }
    #expect(listed.map(\.serialNumber) == [record.instrument.serialNumber])
    let again = try await stand.run("rga200:\(record.instrument.serialNumber)")
    #expect(again.status == .done, "\(String(describing: again.failure))")
  }

  @Test func aStatedModelIsOpenedWithoutAQuestion() async throws {
    let stand = try Stand()
    try stand.write(
      "instruments: {ms: {address: \"\(stand.front.address)\", model: rga200, bridged: true}}")
    let ended = try await stand.run("ms")
    let record = try #require(ended.record, "\(String(describing: ended.failure))")
    #expect(ended.status == .done, "\(String(describing: record.failure))")
    // The site says that a real instrument is behind it.
    #expect(!record.emulated)
    #expect(record.run.text.contains("-ms-"))
  }

  @Test func theWrongStatedModelIsRefused() async throws {
    let stand = try Stand()
    try stand.write(
      "instruments: {ms: {address: \"\(stand.front.address)\", model: rga300}}")
    let ended = try await stand.run("ms")
    #expect(ended.failure?.code == "instrument-not-this", "\(String(describing: ended.failure))")
  }

  @Test func aLineThatWentAwayDuringTheRunEndsItGoneWithWhatWasTaken() async throws {
    let stand = try Stand()
    let request = AcquireRequest(
      address: stand.front.address, sample: Sample(id: "S-1"), scans: 1_000_000,
      settings: Settings(["first_mass_amu": 1, "last_mass_amu": 5]), person: "tester")
    var failure: Failure?
    var record: RunRecord?
    for await event in try stand.bench().acquire(request).events {
      switch event {
      case .progress(let progress) where progress.counts.scans > 0: stand.front.stop()
      case .finished(let ended, _): (record, failure) = (ended, ended.failure)
      case .failed(let ended): failure = ended
      default: break
      }
    }
    #expect(
      failure?.code == "serial-gone" && failure?.exit == .gone, "\(String(describing: failure))")
    let kept = try #require(record)
    #expect(kept.endedBy == .unplug && kept.counts.scans > 0 && !kept.complete)
    #expect(kept.safe == .unknown)
  }
}
