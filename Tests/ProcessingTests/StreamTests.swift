import Instruments
import Laboratory
import Testing

@testable import Processing

private func randomScans(_ count: Int, channels: Int, seed: UInt64) -> [Scan] {
  var generator = SeededGenerator(state: seed)
  return (0..<count).map { index in
    scan((0..<channels).map { _ in Double(Int.random(in: 0...65535, using: &generator)) }, index)
  }
}

@Test func meanIsTheExactSumDividedOnce() throws {
  let scans = randomScans(997, channels: 33, seed: 1)
  let result = try spectrum(scans, .plain(channels: 33))
  for channel in 0..<33 {
    let sum = scans.reduce(0) { $0 + Int($1.counts[channel]) }
    #expect(result.raw[channel].bitPattern == (Double(sum) / 997).bitPattern)
  }
  #expect(result.scans == 997)
}

@Test(arguments: [nil, 1, 7, 100, 1000])
func anyOrderOfBatchesGivesTheSameBits(group: Int?) throws {
  let scans = randomScans(300, channels: 64, seed: 2)
  let detector = ArrayDetector.plain(
    channels: 64, gain: 1.1, darkChannels: [0, 1, 2], wavelength: .coefficients([780, 0.1]))
  let dark = DarkFrame(
    rawCounts: randomScans(1, channels: 64, seed: 3)[0].counts, scans: 3,
    integrationMicroseconds: 10, source: "this")
  let recipe = SpectrumRecipe(electricDark: true, laserNanometres: 785, averageEvery: group)
  func run(batches: [Int]) -> [Spectrum] {
    var stage = SpectrumStage(detector: detector, recipe: recipe, dark: dark, exposure: 10)
    var output: [Spectrum] = []
    var rest = scans[...]
    var turn = 0
    while !rest.isEmpty {
      let batch = rest.prefix(batches[turn % batches.count])
      // A copy of the stage half-way goes on alike: nothing is shared.
      var copy = stage
      for scan in batch { output += copy.step(scan) }
      stage = copy
      rest = rest.dropFirst(batch.count)
      turn += 1
    }
    return output + stage.finish()
  }
  let whole = run(batches: [300])
  #expect(whole.count == [nil: 1, 1: 300, 7: 43, 100: 3, 1000: 1][group])
  for batches in [[1], [2, 3], [50, 1, 249], [7]] { #expect(run(batches: batches) == whole) }
  // Whole counts: the order of the scans of one group does not matter either.
  if group == nil {
    var stage = SpectrumStage(detector: detector, recipe: recipe, dark: dark, exposure: 10)
    for scan in scans.reversed() { _ = stage.step(scan) }
    #expect(stage.finish() == whole)
  }
}

@Test func groupsAreSpectraOfTheirOwn() {
  var stage = SpectrumStage(
    detector: .plain(channels: 2), recipe: SpectrumRecipe(averageEvery: 2), dark: nil,
    exposure: nil)
  #expect(stage.step(scan([1, 65535], 0)).isEmpty)
  #expect(stage.step(scan([9, 9], 1, flags: .stale)).isEmpty)
  let first = stage.step(scan([3, 5], 2))
  #expect(first.first?.raw == [2, 32770])
  #expect(first.first?.saturated == [1])
  #expect(first.first?.step("average")?.numbers["left_out_stale"] == 1)
  #expect(stage.step(scan([10, 20], 3)).isEmpty)
  let last = stage.finish()
  #expect(last.first?.raw == [10, 20])
  #expect(last.first?.scans == 1)
  #expect(last.first?.saturated == [])
  #expect(last.first?.step("average")?.numbers["left_out_stale"] == nil)
}

@Test func scansThatAreNotBelievedStayOutOfTheMean() throws {
  let scans = [
    scan([1, 2]), scan([100, 200], flags: .partial), scan([100, 200], flags: .refused),
    scan([100, 200], flags: .stale), scan([100]), scan([100, 200, 300]), scan([.nan, 1]),
    scan([1, .infinity]), scan([3, 4]),
  ]
  let result = try spectrum(scans, .plain(channels: 2))
  #expect(result.raw == [2, 3])
  #expect(result.scans == 2)
  let numbers = try #require(result.step("average")?.numbers)
  #expect(numbers["left_out_partial"] == 1)
  #expect(numbers["left_out_refused"] == 1)
  #expect(numbers["left_out_stale"] == 1)
  #expect(numbers["left_out_unusable"] == 4)
  var stage = SpectrumStage(
    detector: .plain(channels: 2), recipe: SpectrumRecipe(), dark: nil, exposure: nil)
  _ = stage.step(scan([1, 2], flags: .refused))
  #expect(stage.finish().isEmpty)
}

@Test func oneSaturatedScanMarksTheChannel() throws {
  let scans = (0..<100).map { scan([10, $0 == 50 ? 65535 : 10, 65534], $0) }
  #expect(try spectrum(scans, .plain(channels: 3)).saturated == [1])
}

@Test func darkStageGivesTheMeanOfItsScans() throws {
  var stage = DarkStage(detector: .plain(channels: 2), exposure: 500, source: "this")
  #expect(stage.step(scan([1, 2])).isEmpty)
  #expect(stage.step(scan([9, 9], flags: .partial)).isEmpty)
  #expect(stage.step(scan([2, 65535])).isEmpty)
  #expect(stage.leftOut.partial == 1)
  #expect(
    stage.finish() == [
      DarkFrame(
        rawCounts: [1.5, 32768.5], scans: 2, integrationMicroseconds: 500, source: "this",
        saturated: [1])
    ])
  let empty = DarkStage(detector: .plain(channels: 2), exposure: nil, source: "this")
  #expect(empty.finish().isEmpty)
}

@Test func stateDoesNotGrowWithTheRun() {
  let counts = (0..<16).map(Double.init)
  var stage = SpectrumStage(
    detector: .plain(channels: 16), recipe: SpectrumRecipe(), dark: nil, exposure: nil)
  for _ in 0..<1000 { _ = stage.step(counts: counts.span, flags: []) }
  let afterThousand = stage.stateByteCount
  for _ in 1000..<1_000_000 { _ = stage.step(counts: counts.span, flags: []) }
  #expect(stage.stateByteCount == afterThousand)
  #expect(afterThousand < 16 * 9 + 512)
  #expect(stage.pendingScans == 1_000_000)
  #expect(stage.finish().first?.raw == counts)
}

@Test func fingerprintIsTheSameEachTime() {
  #expect(MathsFingerprint.current.count == 16)
  #expect(MathsFingerprint.current == MathsFingerprint.compute())
  #expect(MathsFingerprint.signature.contains("maths \(MathsFingerprint.current)"))
}
