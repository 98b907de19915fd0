import Foundation
import Instruments
import Laboratory
import Testing

@testable import Processing

/// Where the detector could not see, and what it sees again behind gaps and other intervals.
@Suite struct BlindStretchTests {
  private let recipe = ChromatographyRecipe(detection: PeakDetection(expectedWidth: 7))

  private func trace(
    _ times: [Double], _ peaks: [Synthetic.Normal], gaps: Set<Int> = []
  ) -> Trace {
    var trace = Synthetic.trace(times, Synthetic.signal(times, peaks, noise: 0.05))
    for gap in gaps { trace.flags[gap] = .afterGap }
    return trace
  }

  @Test(arguments: [0.1, 0.5], [0.5, 0.1])
  func anIntervalThatChangesInTheRunIsMeasuredAnew(_ first: Double, _ second: Double) throws {
    let early = (0..<Int(200 / first)).map { Double($0) * first }
    let begin = 200 + 3.5 * first
    let times = early + (0..<Int(500 / second)).map { begin + Double($0) * second }
    let peaks = [120.0, 400, 500].map { Synthetic.Normal(time: $0, height: 30, sigma: 3) }
    let found = try recipe.integration(of: trace(times, peaks))
    #expect(found.peaks.map { $0.retentionTime.rounded() } == [120, 400, 500])
    let m = [first, second].map { recipe.detection.halfWindow(interval: $0) }
    let (count, last) = (early.count, times.count - 1)
    // m points without a window and 128 without a noise; the last m of each piece.
    let isSame = first == second
    #expect(
      found.blind == [
        times[0]...times[m[0] + 127],
        times[count - m[0]]...times[count + m[1] + (isSame ? -1 : 127)],
        times[last - m[1] + 1]...times[last],
      ])
  }

  @Test func aGapAtTheSameIntervalKeepsTheNoise() throws {
    let times = Synthetic.times(3000)
    let peaks = [150.0, 215, 400].map { Synthetic.Normal(time: $0, height: 30, sigma: 3) }
    let found = try recipe.integration(of: trace(times, peaks, gaps: [1000]))
    #expect(found.peaks.map { $0.retentionTime.rounded() } == [150, 215, 400])
    #expect(
      found.blind == [
        times[0]...times[133], times[994]...times[1005], times[2994]...times[2999],
      ])
  }

  @Test(arguments: [1, 2, 100])
  func aRunTooShortToBeSeenIsBlindFromEndToEnd(count: Int) throws {
    let times = Synthetic.times(count)
    let found = try recipe.integration(of: trace(times, []))
    #expect(found.peaks.isEmpty)
    #expect(found.blind == [times[0]...times[count - 1]])
  }

  @Test func anEmptyTraceHasNothingBlind() throws {
    #expect(try recipe.integration(of: trace([], [])).blind.isEmpty)
  }

  @Test func anIntervalOfTheMethodThatIsTooShortIsBlindAloud() throws {
    var recipe = recipe
    recipe.detection.interval = 0.1
    let times = Synthetic.times(1000, interval: 0.5)
    let peak = Synthetic.Normal(time: 250, height: 30, sigma: 3)
    let found = try recipe.integration(of: trace(times, [peak]))
    #expect(found.peaks.isEmpty)
    #expect(found.blind == [times[0]...times[999]])
  }

  @Test func piecesOfSinglePointsAreNotHeldBack() throws {
    func run(_ count: Int) throws -> (bytes: Int, blind: [ClosedRange<Double>]) {
      var detector = try PeakDetector(PeakDetection(expectedWidth: 7))
      for index in 0..<count {
        _ = detector.step(TracePoint(time: Double(index), value: 1, isAfterGap: true))
      }
      let bytes = detector.stateByteCount
      _ = detector.end()
      return (bytes, detector.blind)
    }
    let (short, long) = (try run(100), try run(50_000))
    #expect(short.bytes == long.bytes)
    #expect(long.bytes < 16_384)
    #expect(long.blind == [0...49_999])
  }

  @Test func manyBlindStretchesAreMergedAndNoneIsLost() throws {
    func run(_ pieces: Int) throws -> PeakDetector {
      var detector = try PeakDetector(PeakDetection(expectedWidth: 7))
      for index in 0..<pieces * 200 {
        _ = detector.step(
          TracePoint(
            time: Double(index), value: Double(index % 7), isAfterGap: index % 200 == 0))
      }
      return detector
    }
    let (few, many) = (try run(100), try run(1000))
    #expect(many.stateByteCount == few.stateByteCount)
    var detector = many
    _ = detector.end()
    #expect(detector.blind.count == PeakDetector.mostBlindStretches)
    for piece in 0..<1000 {
      let start = Double(piece * 200)
      #expect(detector.blind.contains { $0.contains(start) })
    }
    for (before, after) in zip(detector.blind, detector.blind.dropFirst()) {
      #expect(before.upperBound < after.lowerBound)
    }
  }

  @Test func anIntegrationWithoutThemIsReadAsOneWithoutBlindStretches() throws {
    let found = try recipe.integration(of: trace(Synthetic.times(300), []))
    let data = try JSONEncoder().encode(found)
    #expect(try JSONDecoder().decode(Integration.self, from: data) == found)
    let old = "{\"peaks\":[],\"shapes\":[],\"rejected\":[],\"left_out\":{}}"
    #expect(try JSONDecoder().decode(Integration.self, from: Data(old.utf8)) == Integration())
  }
}
