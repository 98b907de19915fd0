import Instruments
import Laboratory
import Testing

@testable import Processing

@Suite struct MassStreamTests {
  // MARK: - Groups

  @Test func groupsHoldTheirOwnScansAndTheRestComesAtTheEnd() {
    let scans = (0..<7).map { massScan([Double($0)], $0) }
    let spectra = massSpectra(scans, .plain([28]), every: 3)
    #expect(spectra.map(\.raw) == [[1], [4], [6]])
    #expect(spectra.map(\.scans) == [3, 3, 1])
    #expect(spectra.map(\.firstScan) == [0, 3, 6])
    #expect(spectra.map(\.lastScan) == [2, 5, 6])
    #expect(massSpectra(scans, .plain([28]), every: 1).count == 7)
    #expect(massSpectra(scans, .plain([28]), every: 0).count == 7)
  }

  @Test func theOrderOfScansDoesNotChangeABit() {
    var random = SeededGenerator(state: 5)
    var scans = (0..<300).map { number in
      massScan(
        (0..<8).map { _ in Double(Int32.random(in: .min ... .max, using: &random)) },
        total: Double(Int32.random(in: .min ... .max, using: &random)), number)
    }
    let layout = MassScanLayout.plain((1...8).map(Double.init))
    let forward = massSpectra(scans, layout)
    scans.shuffle(using: &random)
    let shuffled = massSpectra(scans, layout)
    #expect(forward.map(\.current) == shuffled.map(\.current))
    #expect(forward.map(\.deviation) == shuffled.map(\.deviation))
    #expect(forward.map(\.totalPressure) == shuffled.map(\.totalPressure))
  }

  // MARK: - State

  @Test(arguments: [1000, 1_000_000])
  func theStateOfASpectrumDoesNotGrowWithScans(_ scans: Int) {
    var stage = MassSpectrumStage(layout: .plain([18, 28]), averageEvery: nil)
    let before = stage.stateByteCount
    let scan = massScan([1, 2], total: 3)
    for _ in 0..<scans { _ = stage.step(scan) }
    #expect(stage.stateByteCount == before)
    #expect(before <= 2 * 32 + 512)
    #expect(stage.finish().first?.scans == scans)
  }

  @Test(arguments: [1000, 1_000_000])
  func aTraceTakes24BytesAScan(_ scans: Int) {
    var stage = TotalCurrentStage()
    stage.begin(.plain([18, 28]))
    let before = stage.stateByteCount
    for number in 0..<scans { _ = stage.step(massScan([1, 2], total: 3, number)) }
    #expect(stage.stateByteCount - before == 24 * scans)
  }

  // MARK: - Traces

  @Test func totalAndSumAreTwoTracesWithTimesOfTheScansStarts() throws {
    var stage = TotalCurrentStage()
    stage.begin(.plain([18, 28]))
    _ = stage.step(massScan([100, 28], total: 4321, 0, at: 0))
    _ = stage.step(massScan([-100, 28], total: 1, 1, at: 1_500_000_001))
    let traces = stage.finish()
    #expect(traces.map(\.name) == ["total_current", "total_pressure", "sum_current"])
    #expect(traces.map(\.unit) == [.ampere, .torr, .ampere])
    for trace in traces {
      #expect(trace.times == [0, 1.500000001])
      #expect(trace.scans == [0, 1])
    }
    #expect(agrees(traces[0].values[0], 4.321e-13))
    #expect(agrees(traces[1].values[0], 2.1934010e-08, within: 2.5e-8))
    #expect(traces[2].values == [128 * 1e-16, -72 * 1e-16])
  }

  @Test func whatIsNotKnownHasNoPoint() throws {
    var stage = TotalCurrentStage()
    stage.begin(.plain([28], totalScale: .missing(reason: "the multiplier is on")))
    _ = stage.step(massScan([1], total: 5, 0))
    _ = stage.step(massScan([1], total: nil, 1))
    _ = stage.step(massScan([1], total: 6, 2, flags: .refused))
    _ = stage.step(massScan([1, 2], total: 6, 3))
    _ = stage.step(massScan([1], total: 7, 4, marks: .afterGap))
    let traces = stage.finish()
    #expect(traces.map(\.name) == ["total_current", "sum_current"])
    #expect(traces[0].scans == [0, 4])
    #expect(traces[1].scans == [0, 1, 4])
    #expect(traces[1].flags == [[], [], .afterGap])
    #expect(TotalCurrentStage().finish().isEmpty)
  }

  @Test func aChangeOfTheScaleAppliesFromItsScanOn() throws {
    var stage = TotalCurrentStage()
    stage.begin(.plain([28], totalScale: .torrPerAmpere(2)))
    stage.begin(.plain([28], totalScale: .torrPerAmpere(1)))
    _ = stage.step(massScan([1], total: 1, 0))
    stage.begin(.plain([17, 28], totalScale: .torrPerAmpere(10)))
    _ = stage.step(massScan([1, 1], total: 1, 1, marks: .afterChange))
    let pressure = try #require(stage.finish().first { $0.name == "total_pressure" })
    #expect(pressure.values == [1e-16, 1e-16 * 10])
    #expect(pressure.flags == [[], .afterChange])
  }

  @Test func selectedMassesHaveOneTraceEachAtTheirOwnTimes() throws {
    var stage = SelectedIonStage()
    stage.begin(.plain(.selected, [28, 18, 28], total: false, pointTime: .milliseconds(33)))
    _ = stage.step(massScan([1, 2, 3], 0, at: 0))
    _ = stage.step(massScan([4, 5, 6], 1, at: 100_000_000))
    stage.begin(.plain(.selected, [18], total: false, pointTime: .milliseconds(20)))
    _ = stage.step(massScan([7], 2, at: 250_000_000, marks: .afterChange))
    let traces = stage.finish()
    #expect(traces.map(\.name) == ["mz28", "mz18", "mz28_2"])
    #expect(traces[0].times == [0, 0.1])
    #expect(traces[1].times == [0.033, 0.133, 0.25])
    #expect(traces[1].values == [2, 5, 7].map { $0 * 1e-16 })
    #expect(traces[1].flags == [[], [], .afterChange])
    #expect(traces[2].times == [0.066, 0.166])
    #expect(traces[2].values == [3, 6].map { $0 * 1e-16 })
  }

  @Test func otherScansHaveNoSelectedTraces() {
    var stage = SelectedIonStage()
    stage.begin(.plain(.profile, [27, 28]))
    _ = stage.step(massScan([1, 2]))
    #expect(stage.finish().isEmpty)
  }

  // MARK: - When and which

  @Test func timesAreThoseOfRequestsSinceTheFirstAndNumbersCountWhatIsMissing() {
    var clock = MassScanClock()
    clock.change()
    let first = clock.place(MonotonicInstant(nanoseconds: 7_000))
    #expect(first.number == 0)
    #expect(first.nanoseconds == 0)
    #expect(first.marks == [])
    clock.skip(MonotonicInstant(nanoseconds: 8_000))
    clock.lose(3)
    clock.change()
    let second = clock.place(MonotonicInstant(nanoseconds: 9_500))
    #expect(second.number == 5)
    #expect(second.nanoseconds == 2_500)
    #expect(second.marks == [.afterGap, .afterChange])
    let unknown = clock.place(.unknown)
    #expect(unknown.number == 6)
    #expect(unknown.nanoseconds == 2_500)
    #expect(unknown.marks == .timeUnknown)
  }

  @Test func aRunThatBeginsWithADamagedScanCountsTimeFromIt() {
    var clock = MassScanClock()
    clock.skip(MonotonicInstant(nanoseconds: 1_000))
    let first = clock.place(MonotonicInstant(nanoseconds: 4_000))
    #expect(first.number == 1)
    #expect(first.nanoseconds == 3_000)
    #expect(first.marks == .afterGap)
  }

  @Test func absurdCountsOfLostScansDoNotStopTheRun() {
    var clock = MassScanClock()
    clock.lose(.max)
    clock.lose(.max)
    #expect(clock.place(MonotonicInstant(nanoseconds: 1)).number == .max)
    #expect(clock.place(MonotonicInstant(nanoseconds: 2)).number == .max)
  }
}
