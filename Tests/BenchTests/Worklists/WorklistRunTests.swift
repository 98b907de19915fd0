import Foundation
import Laboratory
import Testing

@testable import Bench

/// A run for an entry of a worklist keeps where it came from, and the entry what became of it.
@Suite(.timeLimit(.minutes(3))) struct WorklistRunTests {
  private func stand(_ yaml: String, _ list: String) throws -> (EmulatedBench, Worklists) {
    let folder = try TemporaryFolder()
    try Data(yaml.utf8).write(to: URL(fileURLWithPath: folder.path + "/bench.yaml"))
    let stand = try EmulatedBench(folder: folder)
    let path = folder.path + "/list.csv"
    try Data(list.utf8).write(to: URL(fileURLWithPath: path))
    let worklists = Worklists(bench: stand.bench, person: "tester")
    _ = try worklists.add(path)
    return (stand, worklists)
  }

  private func request(
    _ stand: EmulatedBench, _ worklists: Worklists, scans: Int = 5
  ) throws -> AcquireRequest {
    let offer = try worklists.offer(on: nil)
    var request = stand.request(scans: scans, kind: offer.item.entry.kind)
    request.sample = offer.item.entry.sample
    request.taken = try worklists.take(offer.item, by: "tester")
    return request
  }

  @Test func aWholeRunEndsItsEntryAndKeepsTheUnknownColumns() async throws {
    let (stand, worklists) = try stand("", "sample,mass_mg,client\nA,3.5,=ACME\n")
    let ended = try await stand.run(try request(stand, worklists))
    let record = try #require(ended.record)
    #expect(record.sample == Sample(id: "A", massMilligrams: 3.5))
    #expect(record.worklist?.list == 1 && record.worklist?.entry == 1)
    #expect(record.worklist?.columns == ["client": "=ACME"])
    #expect(record.worklist?.source == "list.csv" && record.worklist?.sha256.count == 64)
    #expect(try stand.bench.runs.read(record.run).worklist == record.worklist)
    let item = try #require(try worklists.items().first)
    #expect(item.state == .done && item.run == record.run)
  }

  @Test func aRunThatEndsEarlyGivesItsEntryBack() async throws {
    let (stand, worklists) = try stand("", "sample\nA\n")
    let ended = try await stand.run(try request(stand, worklists, scans: 1_000_000)) {
      if case .progress = $0 { $1.stop() }
    }
    #expect(ended.record?.complete == false)
    let item = try #require(try worklists.items().first)
    #expect(item.state == .open && item.run == ended.record?.run)
    #expect(item.reason?.contains("person") == true)
  }

  @Test func aRunThatIsRefusedGivesItsEntryBack() async throws {
    let (stand, worklists) = try stand("", "sample\nA\n")
    var asked = try request(stand, worklists)
    asked.address = "usb:1-9"
    let ended = try await stand.run(asked)
    #expect(ended.failure?.code == "instrument-not-found")
    #expect(try worklists.items().first?.state == .open)
  }

  @Test func aSampleThatWasMeasuredBeforeIsAskedAbout() async throws {
    let (stand, _) = try stand("samples: {pattern: 'S-[0-9]+'}\n", "sample\nS-9\n")
    var request = stand.request()
    #expect(try await stand.run(request).record?.complete == true)
    let again = try await stand.run(request)
    #expect(again.failure?.code == "sample-again" && again.failure?.exit == .refused)
    #expect(again.failure?.next.contains("--again replicate") == true)
    request.again = .replicate
    #expect(try await stand.run(request).record?.sample.replicate == 2)
    request.again = .secondSampling
    let second = try #require(try await stand.run(request).record)
    #expect(second.again == .secondSampling && second.sample.replicate == nil)
    request.again = nil
    request.sample.replicate = 2
    #expect(try await stand.run(request).failure?.code == "sample-again")
    request.sample.replicate = 3
    #expect(try await stand.run(request).record?.sample.replicate == 3)
    request.sample = Sample(id: "x")
    #expect(try await stand.run(request).failure?.code == "sample-id-pattern")
    request.kind = .blank
    #expect(try await stand.run(request).failure == nil)
  }

  @Test func withoutARuleNobodyIsAsked() async throws {
    let (stand, _) = try stand("", "sample\nA\n")
    for _ in 0..<2 { #expect(try await stand.run(stand.request(scans: 2)).failure == nil) }
  }
}
