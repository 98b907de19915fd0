import Emulation
import Foundation
import Instruments
import Journal
import Laboratory
import ScanRing
import Testing

@testable import Bench

/// Whole runs on emulated instruments in this process: what is kept, what is said, what is delivered.
@Suite struct AcquireTests {
  @Test(arguments: EmulatedBench.ports.keys.sorted())
  func aRunOfEveryModelIsKeptVerifiedAndDelivered(_ model: String) async throws {
    let emulated = try EmulatedBench(model)
    var request = emulated.request(scans: 4)
    request.dark = .take(scans: 3)
    let ended = try await emulated.run(request)
    let record = try #require(ended.record, "\(String(describing: ended.failure))")
    #expect(ended.status == .done)
    #expect(record.complete)
    #expect(record.emulated)
    #expect(record.safe == .safe)
    #expect(record.counts.scans == 7)
    #expect(record.counts.dark == 3)
    #expect(record.counts.durable == 7 + record.counts.stale)
    #expect(record.counts.lost == 0)
    #expect(record.deliveries == ["outbox": .handedOver])
    #expect(ended.spectra.count == 1)
    #expect(ended.spectra.first?.scans == 4)
    #expect(ended.spectra.first?.axis.kind == .ramanShift)
    let report = Verification(bench: emulated.bench).verify(record.run)
    #expect(report.passed, "\(report.checks.filter { !$0.passed })")
    #expect(report.checks.count == 3 + 2 * record.files.count)
  }

  @Test func theStrongestBandOfPolystyreneIsWhereTheStandardHasIt() async throws {
    let emulated = try EmulatedBench()
    var request = emulated.request(scans: 10)
    request.settings["integration_us"] = 100_000
    request.dark = .take(scans: nil)
    let ended = try await emulated.run(request)
    let spectrum = try #require(ended.spectra.first)
    let strongest = try #require(
      spectrum.intensity.indices.filter { spectrum.axis.values[$0] > 200 }
        .max { spectrum.intensity[$0] < spectrum.intensity[$1] })
    // ASTM E1840: 1001.4 1/cm; a channel is 2.2 1/cm wide there.
    #expect(abs(spectrum.axis.values[strongest] - 1001.4) < 2.5)
  }

  @Test func scansAreAveragedInGroupsWhereAsked() async throws {
    let emulated = try EmulatedBench()
    var request = emulated.request(scans: 7)
    request.averageEvery = 3
    let ended = try await emulated.run(request)
    #expect(ended.spectra.map(\.scans) == [3, 3, 1])
    #expect(
      ended.record?.files.map(\.name).filter { $0.hasSuffix(".jdx") }
        == ["spectrum-00001.jdx", "spectrum-00002.jdx", "spectrum-00003.jdx"])
    let record = try #require(ended.record)
    #expect(Verification(bench: emulated.bench).verify(record.run).passed)
  }

  @Test func darksOfAnEarlierRunAreSubtractedAndNamed() async throws {
    let emulated = try EmulatedBench(scene: .broadband)
    let dark = emulated.request(scans: 6, kind: .dark)
    let darkRun = try #require(try await emulated.run(dark).record)
    var request = emulated.request(scans: 4)
    request.dark = .run(darkRun.run)
    let ended = try await emulated.run(request)
    let record = try #require(ended.record)
    #expect(darkRun.settings["lamp"] == 0)
    #expect(record.darkSource == darkRun.run.text)
    let spectrum = try #require(ended.spectra.first)
    #expect(spectrum.dark != nil)
    #expect(spectrum.steps.first { $0.name == "dark-frame" }?.state == .done)
    #expect(Verification(bench: emulated.bench).verify(record.run).passed)
  }

  @Test func aDarkTakenWithTheLightOnIsNoticed() async throws {
    let emulated = try EmulatedBench()
    // The lamp stays on because somebody says so, and nobody covered the light.
    var lit = emulated.request(scans: 6, kind: .dark)
    lit.settings["lamp"] = 1
    let darkRun = try #require(try await emulated.run(lit).record)
    var request = emulated.request(scans: 6)
    request.dark = .run(darkRun.run)
    let ended = try await emulated.run(request)
    #expect(ended.record?.warnings.contains { $0.contains("shape of the sample") } == true)
    var proper = emulated.request(scans: 6)
    proper.dark = .take(scans: nil)
    let fine = try await emulated.run(proper)
    #expect(fine.record?.warnings.contains { $0.contains("shape of the sample") } == false)
  }

  @Test func aDarkOfAnotherExposureIsRefusedByName() async throws {
    let emulated = try EmulatedBench()
    var dark = emulated.request(scans: 3, kind: .dark)
    dark.settings["integration_us"] = 20_000
    let darkRun = try #require(try await emulated.run(dark).record)
    var request = emulated.request(scans: 3)
    request.dark = .run(darkRun.run)
    let ended = try await emulated.run(request)
    let step = ended.spectra.first?.steps.first { $0.name == "dark-frame" }
    #expect(step?.state == .refused)
    #expect(ended.record?.warnings.contains { $0.contains("dark-frame") } == true)
  }

  @Test func unpluggingEndsTheRunKeepsItsScansAndSaysSo() async throws {
    let emulated = try EmulatedBench(speed: 10)
    let device = emulated.device
    let ended = try await emulated.run(emulated.request(scans: 100_000)) { event, _ in
      if case .progress(let progress) = event, progress.counts.scans > 20 { device.unplug() }
    }
    let record = try #require(ended.record)
    #expect(ended.status == .gone)
    #expect(record.endedBy == .unplug)
    #expect(record.failure?.code == "usb-gone")
    #expect(record.safe == .unknown)
    #expect(!record.complete)
    #expect(record.counts.scans > 20)
    #expect(record.counts.durable >= record.counts.scans)
    #expect(record.deliveries == ["outbox": .handedOver])
    let jdx = try #require(
      FileManager.default.contents(
        atPath: emulated.bench.home.folder(of: record.run) + "/files/spectrum.jdx"))
    #expect(String(decoding: jdx.prefix(200), as: UTF8.self).contains("INCOMPLETE"))
  }

  @Test func stoppingEndsInOrder() async throws {
    let emulated = try EmulatedBench(speed: 10)
    var request = emulated.request()
    (request.scans, request.duration) = (nil, .seconds(3600))
    let ended = try await emulated.run(request) { event, handle in
      if case .progress(let progress) = event, progress.counts.scans > 5 { handle.stop() }
    }
    #expect(ended.status == .stoppedShort)
    #expect(ended.record?.endedBy == .person)
    #expect(ended.record?.safe == .safe)
  }

  @Test func aSecondRunOnABusyInstrumentIsRefusedAndNamesTheFirst() async throws {
    let emulated = try EmulatedBench(speed: 10)
    let other = emulated.bench
    let again = emulated.request(scans: 1)
    var second: [RunEvent] = []
    var asked = false
    let handle = emulated.bench.acquire(emulated.request(scans: 1_000_000))
    for await event in handle.events {
      if case .started = event, !asked {
        asked = true
        for await answer in other.acquire(again).events { second.append(answer) }
        handle.stop()
      }
    }
    guard case .failed(let failure) = try #require(second.last) else {
      Issue.record("the second run was not refused")
      return
    }
    #expect(failure.code == "instrument-busy")
    #expect(failure.exit == .busy)
    #expect(failure.what.contains("process \(ProcessInfo.processInfo.processIdentifier)"))
  }

  @Test func settingsChangedDuringARunAreRecordedAndStaleFramesLeftOut() async throws {
    let emulated = try EmulatedBench(speed: 10)
    var changed = false
    let ended = try await emulated.run(emulated.request(scans: 60)) { event, handle in
      // Early enough that the run cannot be over; seen between its first two frames.
      if case .opened = event, !changed {
        changed = true
        do { try handle.change(Settings(["integration_us": 20_000])) } catch {
          Issue.record("\(error)")
        }
      }
    }
    let record = try #require(ended.record)
    #expect(record.counts.scans == 60)
    var reader = try JournalReader(
      path: emulated.bench.home.folder(of: record.run) + "/raw.journal")
    var exposures: [Double] = []
    while let entry = try reader.next() {
      guard entry.header.kind == .settings else { continue }
      let settings = try JSONDecoder().decode(Settings.self, from: Data(entry.content))
      exposures.append(try #require(settings["integration_us"]))
    }
    #expect(exposures == [10_000, 20_000])
    #expect(record.counts.stale >= 1)
    #expect(Verification(bench: emulated.bench).verify(record.run).passed)
  }

  @Test func anEmptyHomeFolderIsMadeAndAFileInItsPlaceIsRefused() async throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/home"
    try Data("not a folder".utf8).write(to: URL(fileURLWithPath: file))
    let home = Home(explicit: file, environment: [:])
    #expect(throws: Failure.self) { try home.prepare() }
    do { try home.prepare() } catch {
      #expect(error.code == "home-not-writable")
      #expect(error.exit == .denied)
      #expect(error.what.contains(file))
    }
  }
}
