import Instruments
import Laboratory
import Testing

@testable import Processing

/// A series of random scans, some of them empty.
func randomSeries(_ seed: UInt64, scans: Int, masses: ClosedRange<Double> = 40...450)
  -> MassScanSeries
{
  var random = SeededGenerator(state: seed)
  var series = MassScanSeries()
  for scan in 0..<scans {
    let count = Int.random(in: 0...30, using: &random)
    let mz = (0..<count).map { _ in
      (Double.random(in: masses, using: &random) * 10).rounded() / 10
    }.sorted()
    let intensity = mz.map { _ in Double.random(in: 0...1e6, using: &random) }
    series.append(time: 180 + 0.2857 * Double(scan), massToCharge: mz, intensity: intensity)
  }
  return series
}

@Suite struct IonTraceTests {
  private func bank(_ targets: [IonTarget]) throws -> IonTraceBank {
    try IonTraceBank(targets: targets)
  }

  private func scan(
    _ mz: [Double], _ intensity: [Double], _ number: Int = 0, at time: Double = 1
  ) -> MassPairScan {
    MassPairScan(number: number, time: time, massToCharge: mz, intensity: intensity)
  }

  @Test func totalsBasePeakAndIonsOfAScan() throws {
    var bank = try bank([
      IonTarget(massToCharge: 342.1), IonTarget(massToCharge: 140.2),
      IonTarget(massToCharge: 140.2, tolerance: 0.1),
    ])
    #expect(bank.names == ["tic", "base_peak", "base_peak_mz", "mz342.1", "mz140.2", "mz140.2_2"])
    let rows = bank.step(
      scan([139.6, 139.7, 140.2, 140.7, 140.8, 342], [1, 2, 4, 8, 16, 16], 0, at: 7))
    #expect(rows.map(\.values) == [[47, 16, 140.8, 16, 14, 4]])
    #expect(rows.map(\.time) == [7])
    #expect(rows.map(\.flags) == [[]])
  }

  @Test func theEdgesOfAWindowAreThoseOfThePredicate() throws {
    var random = SeededGenerator(state: 8)
    for _ in 0..<2000 {
      let target = IonTarget(
        massToCharge: (Double.random(in: 1...900, using: &random) * 10).rounded() / 10,
        tolerance: [0.1, 0.3, 0.5, 1e-4].randomElement(using: &random) ?? 0.3)
      guard target.tolerance < target.massToCharge / 2 else { continue }
      let (low, high) = target.edges
      for mass in [low, high] { #expect(abs(mass - target.massToCharge) <= target.tolerance) }
      for mass in [low.nextDown, high.nextUp] {
        #expect(abs(mass - target.massToCharge) > target.tolerance)
      }
    }
  }

  @Test func anEmptyScanHasZerosAndIsAPoint() throws {
    var bank = try bank([IonTarget(massToCharge: 140.2)])
    #expect(bank.step(scan([], [])).map(\.values) == [[0, 0, 0, 0]])
  }

  @Test func whatIsDamagedIsLeftOutCountedAndMarked() throws {
    var bank = try bank([])
    #expect(bank.step(scan([1], [1], 0, at: 1)).count == 1)
    #expect(bank.step(scan([1, .nan], [1, 2], 1, at: 2)).isEmpty)
    #expect(bank.step(scan([1], [.infinity], 2, at: 3)).isEmpty)
    #expect(bank.step(scan([2, 1], [1, 2], 3, at: 4)).isEmpty)
    #expect(bank.step(scan([1], [1], 4, at: 1)).isEmpty)
    #expect(bank.step(scan([1, 2], [1], 5, at: 6)).isEmpty)
    #expect(bank.step(scan([1], [1], 6, at: .nan)).isEmpty)
    let next = bank.step(scan([1], [1], 7, at: 8))
    #expect(next.map(\.flags) == [.afterGap])
    #expect(bank.step(scan([1], [1], 8, at: 9)).map(\.flags) == [[]])
    #expect(bank.refused == [.notFinite: 3, .unsorted: 1, .timeNotRising: 1, .unequal: 1])
  }

  @Test func aJumpOfTheScanNumbersIsAGap() throws {
    var bank = try bank([])
    #expect(bank.step(scan([1], [1], 0, at: 1)).map(\.flags) == [[]])
    #expect(bank.step(scan([1], [1], 5, at: 2)).map(\.flags) == [.afterGap])
    var late = try IonTraceBank(targets: [])
    #expect(late.step(scan([1], [1], 3, at: 1)).map(\.flags) == [.afterGap])
  }

  @Test(arguments: [
    IonTarget(massToCharge: .nan), IonTarget(massToCharge: 0), IonTarget(massToCharge: -3),
    IonTarget(massToCharge: 100, tolerance: -1), IonTarget(massToCharge: 100, tolerance: 60),
    IonTarget(massToCharge: 100, tolerance: .infinity),
  ])
  func aTargetThatIsNoWindowIsRefused(_ target: IonTarget) {
    #expect(throws: MassSpectrumError.self) { _ = try IonTraceBank(targets: [target]) }
  }

  @Test(arguments: 0..<60)
  func anyChunksGiveTheBitsOfTheWholeSeries(_ seed: UInt64) throws {
    let series = randomSeries(seed, scans: 120)
    let targets = (0..<9).map { IonTarget(massToCharge: 80 + 40 * Double($0), tolerance: 30) }
    let whole = try series.traces(of: targets).traces
    var random = SeededGenerator(state: seed &+ 1000)
    var bank = try IonTraceBank(targets: targets)
    var collected = IonTraces(names: bank.names)
    var next = 0
    while next < series.count {
      // Rows are kept in a batch and collected late, as a slow reader does it.
      let size = Int.random(in: 1...40, using: &random)
      let rows = (next..<min(series.count, next + size)).flatMap { bank.step(series.scan($0)) }
      for row in rows { collected.append(row) }
      next += size
    }
    #expect(bank.finish().isEmpty)
    for (a, b) in zip(whole, collected.traces) {
      #expect(a.values.map(\.bitPattern) == b.values.map(\.bitPattern))
      #expect(a.times == b.times && a.scans == b.scans && a.flags == b.flags)
    }
    // One walk gives what looking at every pair for every target gives.
    for (index, target) in targets.enumerated() {
      for scan in 0..<series.count {
        var sum = 0.0
        for pair in series.range(of: scan)
        where abs(series.massToCharge[pair] - target.massToCharge) <= target.tolerance {
          sum += series.intensity[pair]
        }
        #expect(whole[3 + index].values[scan] == sum)
      }
    }
  }

  @Test(arguments: [1000, 100_000])
  func theStateDoesNotGrowWithScans(_ scans: Int) throws {
    var bank = try bank([IonTarget(massToCharge: 140.2)])
    let before = bank.stateByteCount
    for number in 0..<scans { _ = bank.step(scan([140], [1], number, at: Double(number))) }
    #expect(bank.stateByteCount == before)
    #expect(before < 512)
  }
}
