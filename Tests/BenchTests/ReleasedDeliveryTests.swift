import Foundation
import Laboratory
import Testing

@testable import Bench

/// A destination that takes released runs gets one when it is released, once, and not before.
@Suite struct ReleasedDeliveryTests {
  @Test func aRunGoesThereWhenItIsReleasedAndOnce() async throws {
    let folder = try TemporaryFolder()
    try """
    destinations:
      - {name: outbox, folder: outbox, emulated: accept}
      - {name: lims, folder: lims, mode: no-ack, accepts: released, emulated: accept}
    """.write(toFile: folder.path + "/bench.yaml", atomically: true, encoding: .utf8)
    try FileManager.default.createDirectory(
      atPath: folder.path + "/lims", withIntermediateDirectories: true)
    let emulated = try EmulatedBench(folder: folder)
    let ended = try await emulated.run(emulated.request(scans: 1))
    let record = try #require(ended.record, "\(String(describing: ended.failure))")
    #expect(record.deliveries == ["outbox": .handedOver])
    func there() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: folder.path + "/lims")
    }
    #expect(try there() == [])
    #expect(emulated.bench.runs.unfinished(thorough: true).isEmpty)

    let deliveries = Deliveries(bench: emulated.bench)
    let sent = try deliveries.release(record.run)
    #expect(sent.map(\.report.destination) == ["lims"])
    #expect(sent.first?.report.state == .handedOver)
    #expect(sent.first?.attempt == 1, "it is the delivery that the others have got")
    #expect(try there().count == record.files.count)
    #expect(
      try emulated.bench.runs.read(record.run).deliveries
        == ["outbox": .handedOver, "lims": .handedOver])
    #expect(try deliveries.release(record.run).isEmpty)
    #expect(try there().count == record.files.count)
  }
}
