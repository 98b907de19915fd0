import Emulation
import Foundation
import Glibc
import Instruments
import Journal
import Laboratory
import Processing
import ScanRing
import Synchronization
import Testing

@testable import Bench

/// However a run ends: it says so once and last, and its record agrees with its journal.
@Suite(.timeLimit(.minutes(5))) struct EndingTests {
  enum Moment: CaseIterable {
    case atOnce, opened, started, progress, spectrum, file, delivered
  }

  @Test(arguments: Moment.allCases)
  func aStopAtAnyMomentEndsTheRunOnceAndLeavesNoOpenRecord(_ moment: Moment) async throws {
    let emulated = try EmulatedBench(speed: 100)
    var request = emulated.request(scans: 20)
    request.dark = .take(scans: 5)
    let handle = emulated.bench.acquire(request)
    if moment == .atOnce { handle.stop() }
    var events: [RunEvent] = []
    for await event in handle.events {
      events.append(event)
      switch (event, moment) {
      case (.opened, .opened), (.started, .started), (.progress, .progress),
        (.spectrum, .spectrum), (.file, .file), (.delivered, .delivered):
        handle.stop()
      default: break
      }
    }
    let ends = events.indices.filter {
      switch events[$0] {
      case .finished, .failed: true
      default: false
      }
    }
    #expect(ends == [events.count - 1])
    switch events.last {
    case .failed(let failure): #expect(failure.exit == .stoppedShort)
    case .finished(let record, let status):
      #expect([.person, .done].contains(record.endedBy))
      #expect(status == (record.endedBy == .person ? .stoppedShort : .done))
      #expect(record.safe == .safe)
      #expect(record.counts.durable == record.counts.all)
    default: Issue.record("no end")
    }
    let runs = emulated.bench.runs.list()
    #expect(runs.problems.isEmpty)
    #expect(runs.runs.allSatisfy { $0.endedBy != .open && $0.safe == .safe })
    // The instrument is free again.
    #expect(try await emulated.run(emulated.request(scans: 1)).status == .done)
  }

  @Test func aRunOfAGivenTimeEndsAlthoughNoTriggerComes() async throws {
    let emulated = try EmulatedBench()
    var request = emulated.request()
    (request.scans, request.duration) = (nil, .milliseconds(50))
    request.settings["trigger_mode"] = 3
    let ended = try await emulated.run(request)
    #expect(ended.record?.endedBy == .done && ended.record?.counts.scans == 0)
    #expect(ended.record?.safe == .safe)
    #expect(ended.record?.failure?.code == "run-empty" && ended.status == .timedOut)
    #expect(ended.record?.complete == false)
  }

  @Test func darksOfDarksAreRefusedBeforeAnythingIsOpened() async throws {
    let emulated = try EmulatedBench()
    var request = emulated.request(scans: 3, kind: .dark)
    request.dark = .take(scans: 3)
    let failure = try await emulated.run(request).failure
    #expect(failure?.code == "dark-of-dark" && failure?.exit == .usage)
    #expect(emulated.device.framesSent == 0)
  }

  @Test func darksBeforeAndAfterAChangeOfExposureAreNotAveragedTogether() throws {
    var processor = ArrayProcessor(
      interpreter: CoreTests.interpreter, recipe: SpectrumRecipe(settings: Settings()),
      kind: .frame, dark: nil)
    func tell(_ kind: RecordKind, _ content: [UInt8]) throws {
      _ = try processor.consume(RecordHeader(kind: kind), content)
    }
    try tell(.settings, Array("{\"integration_us\":10}".utf8))
    try tell(.dark, [100, 0, 100, 0])
    try tell(.settings, Array("{\"integration_us\":20}".utf8))
    try tell(.dark, [2, 0, 4, 0])
    try tell(.dark, [4, 0, 8, 0])
    try tell(.settings, Array("{\"integration_us\":20,\"lamp\":1}".utf8))
    try tell(.frame, [50, 0, 50, 0])
    let spectrum = try #require(processor.finish().first)
    #expect(spectrum.dark == [3, 6])
    #expect(spectrum.steps.first { $0.name == "dark-frame" }?.state == .done)
  }

  /// The refused lock's descriptor was closed twice; the second time it may be somebody else's.
  @Test func aRefusedLockClosesNothingOfOthers() async throws {
    let folder = try TemporaryFolder()
    let held = try InstrumentLock(folder: folder.path, address: "usb:1-1", purpose: "a test")
    let (done, lost) = (Flag(), Flag())
    let other = WorkerThread(name: "test-files") {
      while !done.isUp {
        let descriptor = dup(2)
        for _ in 0..<5 { sched_yield() }
        if fcntl(descriptor, F_GETFD) < 0 || Glibc.close(descriptor) != 0 { lost.raise() }
      }
    }
    for _ in 0..<5000 {
      #expect(throws: Failure.self) {
        try InstrumentLock(folder: folder.path, address: "usb:1-1", purpose: "another")
      }
    }
    done.raise()
    other?.join()
    #expect(!lost.isUp)
    withExtendedLifetime(held) {}
  }

  final class Flag: Sendable {
    private let value = Atomic<Bool>(false)
    var isUp: Bool { value.load(ordering: .acquiring) }
    func raise() { value.store(true, ordering: .releasing) }
  }
}
