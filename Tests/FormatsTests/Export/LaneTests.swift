import Laboratory
import Synchronization
import Testing

@testable import Formats

@Suite struct LaneTests {
  private func scan(_ number: Int, points: Int) -> MassScan {
    let mz = (0..<points).map { 50 + Double($0) }
    return MassScan(
      number: number, time: Double(number), massToCharge: mz,
      intensity: mz.map { $0 + Double(number) })
  }

  @Test func whatComesOutHasTheOrderOfWhatWentIn() {
    let lane = Lane<Int, Int>("test") { $0 * $0 }
    for number in 0..<1000 { lane.give(number) }
    for number in 0..<1000 { #expect(lane.take() == number * number) }
  }

  @Test(arguments: [1, 100, 20_000]) func everyScanComesOnceAndFewWait(points: Int) {
    let worked = Atomic(0)
    var batches = ScanBatches(
      Lane<ScanPiece, [Int]>("test") { piece in
        worked.add(piece.views.count, ordering: .relaxed)
        return piece.views.map(\.number)
      })
    let most = max(
      1, min(ScanBatches<[Int]>.most, (ScanBatches<[Int]>.enough + points - 1) / points))
    var found: [Int] = []
    for number in 0..<3000 {
      if let numbers = batches.add(scan(number, points: points == 20_000 ? 16_384 : points)) {
        found += numbers
      }
      // What was given and not taken: the pieces on their way, and the one that is gathered.
      #expect(number + 1 - found.count <= (ScanBatches<[Int]>.deepest + 1) * most)
      if points == 20_000, number == 20 { break }
    }
    while let numbers = batches.rest() { found += numbers }
    #expect(found == Array(0..<(points == 20_000 ? 21 : 3000)))
    #expect(worked.load(ordering: .relaxed) == found.count)
  }

  /// The same scans as a source that is asked for them one by one.
  private struct OneByOne: MassScanSource {
    let series: MassScanSeries
    var kind: MassScanSeries.Kind { series.kind }
    var hasSelectedMasses: Bool { false }
    var unit: String { series.unit }

    func forEachScan(_ body: (MassScan) throws(Failure) -> Void) throws(Failure) {
      try series.forEachScan(body)
    }
  }

  /// A disk that is full from some byte on.
  private final class Full: ByteSink {
    static let failure = Failure(
      "test-full", exit: .failed, what: "Full.", why: "As asked.", next: "Nothing.")

    func write(_ bytes: [UInt8], at place: Int) throws(Failure) {
      if place + bytes.count > 300_000 { throw Self.failure }
    }
  }

  private func series(wideAt wide: Int? = nil) -> MassScanSeries {
    var series = MassScanSeries()
    for number in 0..<700 {
      var scan = scan(number, points: number % 97 == 5 ? 0 : 100 + number % 50)
      if number == wide { scan.intensity[3] += 1e-9 }
      series.append(
        time: scan.time, massToCharge: scan.massToCharge, intensity: scan.intensity)
    }
    return series
  }

  @Test(arguments: [FileFormat.mzML, .andiMS], [nil, 0, 650])
  func scansInMemoryAndScansAskedForGiveTheSameBytes(format: FileFormat, wide: Int?) throws {
    let series = series(wideAt: wide)
    var content = ExportContent(head: ExportHead())
    var files: [[UInt8]] = []
    for source in [series, OneByOne(series: series)] as [any MassScanSource] {
      content.massScans = source
      let part = try #require(try MeasurementWriter.plan(content, as: format).parts.first)
      let file = MemoryFile()
      try MeasurementWriter.write(part, to: file)
      try MeasurementWriter.check(file, holds: part)
      files.append(file.bytes)
    }
    #expect(files[0] == files[1])
  }

  @Test(arguments: [FileFormat.mzML, .andiMS]) func aFullDiskIsToldAsItIs(format: FileFormat) throws
  {
    var content = ExportContent(head: ExportHead())
    content.massScans = series()
    let part = try #require(try MeasurementWriter.plan(content, as: format).parts.first)
    #expect(throws: Full.failure) { try MeasurementWriter.write(part, to: Full()) }
  }
}
