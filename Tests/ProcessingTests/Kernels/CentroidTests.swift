import Foundation
import Processing
import Testing

@Suite struct CentroidTests {
  /// An axis whose points are not equally far apart.
  private let axis: [Double] = (0..<80).map { (i: Int) -> Double in
    let shift = 0.01 * Double((i * 7) % 3)
    return 100 + Double(i) * 0.05 + shift
  }

  private func gauss(_ x: Double, _ centre: Double, _ width: Double, _ height: Double) -> Double {
    let t = (x - centre) / width
    return height * exp(-0.5 * t * t)
  }

  @Test func badInputIsRefused() throws {
    #expect(throws: KernelError.self) { try SplineCentroids(signalToNoise: -1) }
    #expect(throws: KernelError.self) { try ProfileCentroids(level: .nan) }
    let flat = [Double](repeating: 1, count: 6)
    let rising: [Double] = [1, 2, 3, 4, 5, 6]
    for isSpline in [true, false] {
      func pick(_ x: [Double], _ y: [Double]) throws -> [Centroid] {
        isSpline ? try SplineCentroids().pick(x, y) : try ProfileCentroids().pick(x, y)
      }
      #expect(throws: KernelError.countsDiffer(what: "axis and spectrum", 6, 5)) {
        try pick(rising, Array(flat.dropLast()))
      }
      #expect(throws: KernelError.notIncreasing(what: "the axis", index: 3)) {
        try pick([1, 2, 3, 3, 5, 6], flat)
      }
      #expect(throws: KernelError.notFinite(what: "the axis", index: 1)) {
        try pick(spoilt(rising, at: 1), flat)
      }
      #expect(throws: KernelError.self) { try pick(rising, spoilt(flat, at: 2)) }
      #expect(try pick([], []).isEmpty)
      #expect(try pick([1], [1]).isEmpty)
      #expect(try pick(rising, flat).isEmpty)
    }
  }

  @Test(arguments: [101.0, 101.513, 102.02, 103.1])
  func theParabolaInTheLogarithmIsExactForAGaussCurveOnAnyAxis(centre: Double) throws {
    let y = axis.map { gauss($0, centre, 0.12, 5000) }
    let found = try ProfileCentroids(level: 1).pick(axis, y)
    #expect(found.count == 1)
    #expect(abs(found[0].place - centre) < 1e-9)
    #expect(abs(found[0].height - 5000) < 1e-6)
    let area: Double = 5000 * 0.12 * (2 * Double.pi).squareRoot()
    #expect(abs(found[0].area - area) < 2)
  }

  @Test func theWeightedMeanTakesThePointsAboveHalfOfTheHeight() throws {
    let found = try ProfileCentroids(centre: .weightedMean)
      .pick([1, 2, 3, 4, 5, 6, 7], [0, 1, 6, 10, 8, 2, 0])
    #expect(found.count == 1)
    let mean: Double = (3 * 6 + 4 * 10 + 5 * 8) / 24
    #expect(abs(found[0].place - mean) < 1e-12)
    #expect(found[0].height == 10)
    // Down to the last points above the level, which is 0.
    #expect((found[0].first, found[0].last) == (1, 5))
    #expect(found[0].area == 25.5)
  }

  @Test func aFlatTopIsToldAndANeighbourOfZeroTakesTheMean() throws {
    let saturated = try ProfileCentroids().pick([1, 2, 3, 4, 5], [1, 9, 9, 9, 1])
    #expect(saturated.map(\.isFlat) == [true])
    #expect(abs(saturated[0].place - 3) < 1e-12)
    let lone = try ProfileCentroids().pick([1, 2, 3], [0, 4, 0])
    #expect(lone.map(\.place) == [2])
    #expect(try ProfileCentroids(level: 4).pick([1, 2, 3], [0, 4, 0]).isEmpty)
  }

  @Test func theSplineFindsASymmetricPeakInItsMiddle() throws {
    let x = (0..<21).map { 10 + Double($0) * 0.5 }
    let y = x.map { gauss($0, 15, 1, 100) + 0.5 }
    let found = try SplineCentroids().pick(x, y)
    #expect(found.count == 1)
    #expect(abs(found[0].place - 15) < 1e-9)
    #expect(abs(found[0].height - 100.5) < 1e-9)
    let shifted = try SplineCentroids().pick(x, x.map { gauss($0, 15.2, 1, 100) })
    #expect(abs(shifted[0].place - 15.2) < 0.002)
  }

  @Test func theSplinesTopIsItsTop() throws {
    // Beside the same curve laid by `CubicSpline` through the same points, walked in small steps.
    for seed in 0..<20 as Range<UInt64> {
      var random = SeededNumbers(seed)
      var x = [5.0]
      for _ in 0..<8 { x.append(x[x.count - 1] + Double.random(in: 0.8...1.1, using: &random)) }
      let y = [1.0, 3, 8, 20, 30, 22, 9, 4, 1].map { (value: Double) -> Double in
        value + Double.random(in: -0.4...0.4, using: &random)
      }
      let found = try SplineCentroids().pick(x, y)
      #expect(found.count == 1)
      let spline = try CubicSpline(x, y, ends: .natural)
      let value = try #require(spline.value(at: found[0].place))
      #expect(abs(value - found[0].height) < 1e-9)
      for step in 0...1000 {
        let place = x[3] + (x[5] - x[3]) * Double(step) / 1000
        #expect(try #require(spline.value(at: place)) <= found[0].height + 1e-9)
      }
    }
  }

  @Test func ringingAndZeroNeighboursAreNoPeaks() throws {
    let x = (0..<9).map(Double.init)
    #expect(try SplineCentroids().pick(x, [1, 9, 3, 1, 2, 1, 3, 9, 1]).isEmpty)
    #expect(try SplineCentroids().pick(x, [0, 0, 0, 0, 5, 0, 0, 0, 0]).isEmpty)
  }
}
