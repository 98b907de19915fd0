import Instruments
import Laboratory
import ScanRing
import Testing

@testable import Bench

/// Numbers by a seed, without any library.
private struct Dice: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state >> 32) | (state << 32)
  }
}

/// The processor of instruments that say what they measure.
@Suite struct SeriesProcessorTests {
  private func process(
    _ layout: SeriesLayout, _ records: [(RecordHeader, [UInt8])], every: Int? = nil
  ) throws -> (SeriesOutput, Laboratory.Measurement) {
    let interpreter = SeriesFrames.interpreter(layout)
    var processor = try RunProcessor(
      .series(interpreter),
      RunProcessor.Recipe(settings: Settings(), averageEvery: every, kind: .frame))
    var gathered = SeriesGathering(interpreter, kind: .frame)
    var output = RunOutput()
    for (header, content) in records {
      output += try processor.consume(header, content)
      try gathered.add(header, content)
    }
    output += processor.finish()
    return (output.series, gathered.measurement)
  }

  /// Points `0..<values.count` in blocks of the sizes given.
  private func blocks(_ sizes: [Int], of traces: [Trace]) -> [(RecordHeader, [UInt8])] {
    var (records, first) = ([(RecordHeader, [UInt8])](), 0)
    for size in sizes {
      let places = first..<first + size
      records.append(
        SeriesFrames.frame(
          UInt64(first), times: places.map { traces[0].times[$0] },
          values: places.flatMap { place in traces.map { $0.values[place] } }))
      first += size
    }
    return records
  }

  @Test func tracesAreTheSameForBlocksOfAnySize() throws {
    var source = SeriesBench.traces(points: 700)
    (source[0].name, source[1].name) = ("a", "b")
    (source[0].unit, source[1].unit) = (Unit("mV"), .one)
    for seed in UInt64(1)...60 {
      var dice = Dice(state: seed)
      var (sizes, left) = ([Int](), 700)
      while left > 0 {
        let size = min(left, Int.random(in: 1...64, using: &dice))
        sizes.append(size)
        left -= size
      }
      let (output, measurement) = try process(SeriesFrames.layout, blocks(sizes, of: source))
      #expect(output.traces == source, "seed \(seed)")
      #expect(measurement.traces == source, "seed \(seed)")
      #expect(output.steps.first?.numbers["scans"] == Double(sizes.count))
    }
  }

  @Test func aHoleInTheNumbersIsMarkedAtThePointBehindIt() throws {
    var records = blocks([3, 2, 4], of: SeriesBench.traces(points: 9))
    records.remove(at: 1)
    records.insert((RecordHeader(kind: .gap), [2, 0, 0, 0, 0, 0, 0, 0]), at: 1)
    let (output, measurement) = try process(SeriesFrames.layout, records)
    #expect(output.traces[1].scans == [0, 1, 2, 5, 6, 7, 8])
    #expect(output.traces[0].flags == [[], [], [], .afterGap, [], [], []])
    #expect(measurement.traces.map(\.values) == output.traces.map(\.values))
    #expect(measurement.traces.map(\.flags) == output.traces.map(\.flags))
  }

  @Test func massScansGiveTheirTotalsAndAreReadAgainWhole() throws {
    let series = SeriesBench.series(scans: 200)
    let records = (0..<200).map { scan in
      SeriesFrames.frame(
        UInt64(scan), times: [series.times[scan]],
        masses: Array(series.massToCharge[series.range(of: scan)]),
        values: Array(series.intensity[series.range(of: scan)]))
    }
    let (output, measurement) = try process(SeriesFrames.masses, records)
    #expect(output.traces.map(\.name) == ["tic", "base_peak", "base_peak_mz"])
    #expect(output.traces[0].times == series.times)
    for scan in 0..<200 {
      let pairs = series.intensity[series.range(of: scan)]
      #expect(output.traces[0].values[scan] == pairs.reduce(0, +))
      #expect(output.traces[1].values[scan] == pairs.max() ?? 0)
    }
    #expect(measurement.massScans == series)
    #expect(measurement.traces.isEmpty && measurement.spectra.isEmpty)
  }

  @Test func spectraAreAveragedAsAskedFor() throws {
    let axis = Axis(kind: .wavelength, values: [400, 401.5, 403])
    let layout = SeriesLayout(
      kind: .spectrum, channels: [.init(name: "absorbance", unit: .one)], axis: axis,
      largestCount: 3)
    let rows = (0..<7).map { [Double($0), Double($0) / 3, 1] }
    let records = rows.enumerated().map {
      SeriesFrames.frame(UInt64($0.offset), times: [Double($0.offset)], values: $0.element)
    }
    let (all, measurement) = try process(layout, records)
    #expect(all.spectra.count == 1 && all.spectra[0].scans == 7)
    #expect(all.spectra[0].intensity[0] == 3 && all.spectra[0].axis == axis)
    let (three, _) = try process(layout, records, every: 3)
    #expect(three.spectra.map(\.scans) == [3, 3, 1])
    #expect(three.spectra[0].intensity == [1, (0 + 1.0 / 3 + 2.0 / 3) / 3, 1])
    #expect(measurement.spectra.map(\.values) == rows)
    #expect(measurement.spectra.allSatisfy { $0.ordinate == .absorbance })
  }

  @Test func darksAreRefusedAndSoIsAFrameThatIsNone() throws {
    let interpreter = SeriesFrames.interpreter(SeriesFrames.layout)
    let failure = #expect(throws: Failure.self) {
      _ = try RunProcessor(
        .series(interpreter), RunProcessor.Recipe(settings: Settings(), kind: .dark))
    }
    #expect(failure?.code == "dark-not-for-stream")
    let damaged = #expect(throws: Failure.self) {
      _ = try process(SeriesFrames.layout, [(RecordHeader(kind: .frame), [1, 2, 3])])
    }
    #expect(damaged?.code == "frame-not-decodable")
  }

  @Test func withoutMassScansKeptAPointTakesItsBytesAndNoMore() throws {
    let interpreter = SeriesFrames.interpreter(SeriesFrames.masses)
    var processor = try SeriesProcessor(
      interpreter: interpreter, averageEvery: nil, kind: .frame, keepsTraces: false)
    var longest = 0
    for scan in 0..<2000 {
      let masses = (0..<50).map { 40 + Double($0) }
      let (header, content) = SeriesFrames.frame(
        UInt64(scan), times: [Double(scan)], masses: masses, values: masses)
      _ = try processor.consume(header, content)
      longest = max(longest, processor.newest.values.capacity)
    }
    #expect(processor.traces.allSatisfy { $0.values.isEmpty })
    #expect(longest <= 128)
    #expect(MemoryLayout<Trace.Flags>.size + 3 * 8 == 25)
  }

  @Test func aLiveViewShowsTheLastPointsAndForgetsOldOnes() throws {
    var eye = LiveEye(
      interpreter: .series(SeriesFrames.interpreter(SeriesFrames.layout)), settings: Settings())
    #expect(eye.picture() == nil)
    for point in 0..<2000 {
      let (header, content) = SeriesFrames.frame(
        UInt64(point), times: [Double(point)], values: [Double(point), 1])
      eye.see(header, content)
      guard point % 250 == 249 else { continue }
      guard case .traces(let traces) = eye.picture() else {
        Issue.record("no picture at \(point)")
        return
      }
      #expect(traces[0].times.last == Double(point))
      #expect(traces[0].times.count == min(point + 1, LiveEye.traceScans))
    }
    #expect(eye.picture() == nil)
  }
}
