import Processing
import Testing

@Suite struct FrameDespikingTests {
  private func frames(_ count: Int) -> [[Double]] {
    (0..<count).map { k in
      var random = SeededNumbers(UInt64(k) + 7)
      return (0..<200).map { i in
        1000 + Double(i) + Double.random(in: -10...10, using: &random)
      }
    }
  }

  @Test func badInputIsRefused() throws {
    #expect(throws: KernelError.self) { try FrameDespiking(threshold: 0) }
    #expect(throws: KernelError.self) {
      try FrameDespiking(noise: .model(read: -1, gain: 1))
    }
    let byFrames = try FrameDespiking()
    #expect(
      throws: KernelError.tooShort(
        what: "cosmic rays by comparison of frames", points: 2, needed: 3)
    ) { try byFrames.apply(to: frames(2)) }
    #expect(throws: KernelError.countsDiffer(what: "the frames", 1, 2)) {
      try byFrames.apply(to: [[1], [1, 2], [1]])
    }
    #expect(throws: KernelError.notFinite(what: "a frame", index: 1)) {
      try byFrames.apply(to: [[1, 2], [1, .nan], [1, 2]])
    }
  }

  @Test func aSpikeInOneFrameIsReplacedByTheMedianAndRecorded() throws {
    var taken = frames(5)
    let median = taken.map { $0[50] }.sorted()[2]
    taken[3][50] = 9000
    let result = try FrameDespiking().apply(to: taken)
    let ray = try #require(result.rays.first { $0.index == 50 })
    #expect((ray.frame, ray.original) == (3, 9000))
    #expect(abs(ray.replacement - median) <= 20)
    #expect(result.frames[3][50] == ray.replacement)
    // Everything else is as it was.
    for ray in result.rays { taken[ray.frame][ray.index] = ray.replacement }
    #expect(result.frames == taken)
    #expect(result.rays.count <= 3)
    #expect(result.withoutNoise == 0)
  }

  @Test func threeFramesDoNotTakeNoiseForRays() throws {
    // Two of three values are often close by chance; alone, their spread would flag one in ten.
    let result = try FrameDespiking().apply(to: frames(3))
    #expect(result.rays.count <= 6)
  }

  @Test func twoFramesDoWithAModelOfTheNoise() throws {
    let despiking = try FrameDespiking(noise: .model(read: 10, gain: 1))
    let result = try despiking.apply(to: [[100, 5000, -3], [101, 100, -3]])
    // The median of the middle pixel is 2550, its noise 51.5: 2450 above it.
    #expect(result.rays.map(\.index) == [1])
    #expect(result.frames[0][1] == 2550)
    #expect(result.frames[1] == [101, 100, -3])
  }

  @Test func pixelsThatNeverChangeCannotBeJudgedAndAreCounted() throws {
    let result = try FrameDespiking().apply(to: [[5, 5], [5, 5], [5, 900]])
    #expect(result.rays.isEmpty)
    #expect(result.withoutNoise == 2)
  }
}

@Suite struct SpikeRemovalTests {
  private let base: [Double] = {
    var random = SeededNumbers(4)
    return (0..<60).map { _ in 100 + Double.random(in: -3...3, using: &random) }
  }()

  @Test func badInputIsRefused() throws {
    #expect(throws: KernelError.self) { try SpikeRemoval(threshold: -1) }
    let removal = try SpikeRemoval()
    #expect(throws: KernelError.tooShort(what: "the search for spikes", points: 4, needed: 5)) {
      try removal.apply(to: [1, 2, 3, 4])
    }
    #expect(throws: KernelError.notFinite(what: "the spectrum", index: 0)) {
      try removal.apply(to: spoilt(base, at: 0))
    }
  }

  @Test(arguments: [0, 1, 30, 57, 58, 59])
  func aSpikeOfOnePixelTakesOnePixel(index: Int) throws {
    var y = base
    y[index] += 500
    let result = try SpikeRemoval().apply(to: y)
    // At the first pixel it only falls, at the last it only rises: no spike by the rule.
    guard index > 0, index < 59 else {
      #expect(result.rays.isEmpty)
      #expect(result.kept == (index == 59 ? [59] : []))
      return
    }
    #expect(result.rays.map(\.index) == [index])
    #expect(result.rays.first?.original == y[index])
    let near = [-3, -2, -1, 1, 2, 3].map { index + $0 }.filter { $0 >= 0 && $0 < 60 }
    let mean = near.map { y[$0] }.reduce(0, +) / Double(near.count)
    #expect(abs(result.values[index] - mean) < 1e-9)
    #expect(result.kept.isEmpty)
  }

  @Test func twoPixelsAreASpikeAndThreeAreABand() throws {
    var y = base
    y[30] += 500
    y[31] += 450
    #expect(try SpikeRemoval().apply(to: y).rays.map(\.index) == [30, 31])
    y[31] += 47
    y[32] += 495
    let band = try SpikeRemoval().apply(to: y)
    #expect(band.rays.isEmpty)
    #expect(band.kept == [30])
    #expect(band.values == y)
  }

  @Test func replacementsComeFromOriginalValuesOnly() throws {
    var y = base
    for (index, height) in [(20, 500.0), (22, 900), (24, 700)] { y[index] += height }
    let result = try SpikeRemoval().apply(to: y)
    #expect(result.rays.map(\.index) == [20, 22, 24])
    let near = [19, 21, 23, 25].map { y[$0] }
    #expect(abs(result.values[22] - near.reduce(0, +) / 4) < 1e-9)
  }

  @Test func aStepUpIsKeptAndTold() throws {
    let y = base.enumerated().map { $0.offset < 30 ? $0.element : $0.element + 500 }
    let result = try SpikeRemoval().apply(to: y)
    #expect(result.rays.isEmpty)
    #expect(result.kept == [30])
  }

  @Test func aSpectrumWithoutSpreadIsSkippedAndSaysSo() throws {
    let result = try SpikeRemoval().apply(to: [1, 1, 1, 1, 50, 1, 1, 1, 1])
    #expect(result.isSkipped)
    #expect(result.values[4] == 50)
  }

  @Test func aRiseBehindWhichAnotherSpikeStandsDoesNotHideIt() throws {
    var y = base
    // Up at 20 for good, and one spike three pixels on.
    for i in 20..<60 { y[i] += 300 }
    y[23] += 600
    let result = try SpikeRemoval().apply(to: y)
    #expect(result.kept == [20])
    #expect(result.rays.map(\.index) == [23])
  }
}
