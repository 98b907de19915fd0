import Laboratory
import Testing

@testable import Formats

@Suite struct JCAMPScansTests {
  private func read(
    _ scans: JCAMPExample.Scans
  ) throws -> (text: String, source: ReadSource) {
    let files = try JCAMPExample.written(
      try JCAMPExample.content(scans: scans), as: .jcamp)
    let file = try #require(files.first)
    return (JCAMPExample.text(file.bytes), try MeasurementReader.read(file.bytes))
  }

  @Test func scansOverTimeComeBackToTheBit() throws {
    for kind in [MassScanSeries.Kind.centroid, .profile] {
      let scans = JCAMPExample.Scans(kind: kind, unit: "counts_per_s", count: 40)
      let (text, source) = try read(scans)
      let series = try #require(source.measurement.massScans)
      #expect(series.kind == kind && series.unit == "counts_per_s" && series.count == 40)
      var number = 0
      try scans.forEachScan { scan throws(Failure) in
        let range = series.range(of: number)
        let isSame =
          series.times[number] == scan.time
          && Array(series.massToCharge[range]) == scan.massToCharge
          && Array(series.intensity[range]) == scan.intensity
        #expect(isSame, "\(number)")
        number += 1
      }
      #expect(text.contains("##VAR_DIM= , , 40\r\n") && text.contains("##JCAMP-DX= 5.00\r\n"))
      #expect(
        text.contains("##FIRST= , , 181.2\r\n") && text.contains("##UNITS= M/Z, COUNTS PER S,"))
      #expect(source.warnings == [])
    }
  }

  @Test func aRunWithoutScansIsRefusedByName() throws {
    let content = try JCAMPExample.content(scans: JCAMPExample.Scans(count: 0))
    #expect(fails("jcamp-shape") { _ = try JCAMPExample.written(content, as: .jcamp) })
    #expect(try MeasurementWriter.plan(content, as: .msp).parts.isEmpty)
  }

  @Test(arguments: [1, 2]) func fewScansComeBack(count: Int) throws {
    let content = try JCAMPExample.content(scans: JCAMPExample.Scans(count: count))
    let files = try JCAMPExample.written(content, as: .jcamp)
    let source = try MeasurementReader.read(try #require(files.first).bytes)
    #expect(source.measurement.massScans?.count == count)
  }

  @Test func scansThatWereLostAreStillMissing() throws {
    let (text, source) = try read(JCAMPExample.Scans(count: 12, missing: [0, 4, 5, 9]))
    #expect(source.measurement.massScans?.count == 8)
    #expect(source.warnings == ["scans of the run are missing at 3 places of the series"])
    let said = text.split(separator: "\r\n").filter { $0.hasPrefix("##$GAUGER SCAN=") }
    #expect(said == ["##$GAUGER SCAN= 1", "##$GAUGER SCAN= 6", "##$GAUGER SCAN= 10"])
  }

  @Test func partialPressuresGoWithTheScans() throws {
    var content = try JCAMPExample.content(scans: JCAMPExample.Scans(count: 3))
    content.pressures = [
      PartialPressure(mass: 28, massToCharge: 28.1, current: 1.5e-10, torr: 2e-6, deviation: 1e-8)
    ]
    let file = try #require(try JCAMPExample.written(content, as: .jcamp).first)
    #expect(try MeasurementReader.read(file.bytes).measurement.pressures == content.pressures)
  }

  @Test func aFileThatIsNotOfTheScansIsNoticed() throws {
    let content = try JCAMPExample.content(scans: JCAMPExample.Scans(count: 9))
    let file = try #require(try JCAMPExample.written(content, as: .jcamp).first)
    for other in [
      JCAMPExample.Scans(count: 8), JCAMPExample.Scans(count: 10),
      JCAMPExample.Scans(count: 9, missing: [4]),
      JCAMPExample.Scans(count: 9) { if $0.number == 8 { $0.time += 1e-9 } },
      JCAMPExample.Scans(count: 9) { if $0.number == 8 { $0.intensity[0] += 1e-9 } },
      JCAMPExample.Scans(count: 9) { if $0.number == 8 { $0.massToCharge[0] -= 1e-9 } },
      JCAMPExample.Scans(kind: .profile, count: 9), JCAMPExample.Scans(unit: "A", count: 9),
    ] {
      var part = file.part
      part.content.massScans = other
      #expect(
        fails("jcamp-mismatch") {
          try MeasurementWriter.check(MemoryFile(file.bytes), holds: part)
        })
    }
    var part = file.part
    part.content.head.isEmulated = true
    #expect(
      fails("jcamp-mismatch") {
        try MeasurementWriter.check(MemoryFile(file.bytes), holds: part)
      })
  }

  /// A file that keeps nothing but what was written last, and one that is computed.
  private final class Largest: ByteSink {
    var most = 0
    var size = 0
    func write(_ bytes: [UInt8], at place: Int) throws(Failure) {
      most = max(most, bytes.count)
      size = max(size, place + bytes.count)
    }
  }

  @Test(arguments: [FileFormat.jcamp, .msp])
  func piecesAreAsSmallForManyScansAsForFew(format: FileFormat) throws {
    var sizes: [Int] = []
    for count in [1000, 20_000] {
      let content = try JCAMPExample.content(scans: JCAMPExample.Scans(count: count))
      let plan = try MeasurementWriter.plan(content, as: format)
      let sink = Largest()
      try MeasurementWriter.write(try #require(plan.parts.first), to: sink)
      #expect(sink.size > count * 50)
      sizes.append(sink.most)
    }
    #expect(sizes.allSatisfy { $0 < 1 << 17 })
  }
}
