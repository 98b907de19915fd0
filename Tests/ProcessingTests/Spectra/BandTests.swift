import Testing

@testable import Processing

@Suite struct BandTests {
  private let x = stride(from: 480.0, through: 560, by: 1.7).map { $0 }

  @Test(arguments: [BandFit.Shape.lorentz, .gauss])
  func aBandWithoutNoiseIsFoundToTheLastDigits(shape: BandFit.Shape) throws {
    let y = x.map {
      1000 * (shape == .lorentz ? lorentz($0, 519.84, 7.67) : gauss($0, 519.84, 7.67)) + 50
        + 0.3 * ($0 - 520)
    }
    let fit = try BandFit.fit(x: x, y: y, from: 495, to: 545, shape: shape)
    #expect(abs(fit.centre - 519.84) < 1e-8)
    #expect(abs(fit.width - 7.67) < 1e-7)
    #expect(abs(fit.height - 1000) < 1e-5)
    #expect(abs(fit.level - 50) < 1e-5)
    #expect(abs(fit.slope - 0.3) < 1e-7)
    #expect(fit.centreError < 1e-7)
    let unit = shape == .lorentz ? 1.5707963267948966 : 1.0644670194312262
    #expect(abs(fit.area - 7670 * unit) < 1e-2)
  }

  @Test func aFallingAxisGivesTheSameBand() throws {
    let y = x.map { 500 * lorentz($0, 521, 6) + 10 }
    let rising = try BandFit.fit(x: x, y: y, from: 500, to: 540)
    let falling = try BandFit.fit(x: x.reversed(), y: y.reversed(), from: 500, to: 540)
    #expect(rising == falling)
    let dip = try BandFit.fit(x: x, y: y.map { -$0 }, from: 500, to: 540)
    #expect(abs(dip.height + 500) < 1e-4 && abs(dip.centre - 521) < 1e-8)
  }

  /// The spread over many noisy bands is what one fit says its standard error is.
  @Test func theStandardErrorIsTheSpreadOfRepeatedFits() throws {
    var noise = SeededNoise(3)
    var (centres, errors): ([Double], [Double]) = ([], [])
    for _ in 0..<200 {
      let y = x.map { 1000 * lorentz($0, 520, 8) + 20 + 10 * noise.normal() }
      let fit = try BandFit.fit(x: x, y: y, from: 495, to: 545)
      centres.append(fit.centre)
      errors.append(fit.centreError)
    }
    let mean = centres.reduce(0, +) / 200
    let spread = (centres.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 199).squareRoot()
    let error = errors.reduce(0, +) / 200
    #expect(abs(mean - 520) < 4 * spread / 200.0.squareRoot())
    #expect(spread / error > 0.85 && spread / error < 1.15)
  }

  @Test func aWindowWithoutABandIsRefused() {
    #expect(throws: SpectrumError.noBand(from: 500, to: 540)) {
      try BandFit.fit(x: x, y: x.map { 3 * $0 }, from: 500, to: 540)
    }
    #expect(throws: SpectrumError.self) {
      try BandFit.fit(x: x, y: x.map { _ in 5 }, from: 500, to: 540)
    }
    #expect(throws: SpectrumError.tooFewPoints(what: "window", count: 3, needed: 7)) {
      try BandFit.fit(x: x, y: x, from: 500, to: 504)
    }
    #expect(throws: SpectrumError.self) { try BandFit.fit(x: x, y: x, from: 900, to: 1000) }
    #expect(throws: SpectrumError.self) { try BandFit.fit(x: x, y: x, from: 540, to: 500) }
    #expect(
      throws: SpectrumError.lengthsDiffer(
        what: "spectrum", count: 1, other: "axis", otherCount: x.count)
    ) {
      try BandFit.fit(x: x, y: [1], from: 500, to: 540)
    }
    var y = x.map { lorentz($0, 520, 8) }
    y[20] = .nan
    #expect(throws: SpectrumError.notFinite(what: "spectrum", index: 20)) {
      try BandFit.fit(x: x, y: y, from: 500, to: 540)
    }
    // A point that is left out may be anything.
    #expect(throws: Never.self) {
      try BandFit.fit(x: x, y: y, from: 500, to: 540, excluded: [20])
    }
    var twice = x
    twice[5] = twice[4]
    #expect(throws: SpectrumError.axisNotMonotone(index: 5)) {
      try BandFit.fit(x: twice, y: y, from: 500, to: 540)
    }
  }

  @Test func theCentroidOfASymmetricBandIsItsCentre() throws {
    let fine = stride(from: 500.0, through: 540, by: 0.5).map { $0 }
    let y = fine.map { 100 * lorentz($0, 520, 8) + 7 + 0.5 * $0 }
    let found = try BandPosition.centroid(x: fine, y: y, from: 505, to: 535)
    #expect(abs(found - 520) < 1e-9)
    // Off the grid: within a hundredth of the step's own error.
    let off = fine.map { 100 * gauss($0, 520.2, 8) }
    #expect(abs(try BandPosition.centroid(x: fine, y: off, from: 500, to: 540) - 520.2) < 0.01)
    #expect(throws: SpectrumError.noBand(from: 500, to: 512)) {
      try BandPosition.centroid(x: fine, y: off, from: 500, to: 512)
    }
  }

  @Test func theCentroidMovesSmoothlyWithOnePoint() throws {
    let fine = stride(from: 510.0, through: 530, by: 1).map { $0 }
    var y = fine.map { 100 * gauss($0, 520, 8) }
    // One point is lifted across half of the height in small steps.
    let start = y[6]
    var last = try BandPosition.centroid(x: fine, y: y, from: 510, to: 530)
    for step in 1...40 {
      y[6] = start + Double(step)
      let now = try BandPosition.centroid(x: fine, y: y, from: 510, to: 530)
      #expect(abs(now - last) < 0.05, "step \(step)")
      last = now
    }
  }

  @Test func areaAndHeightFollowTheRuleForTheEnds() throws {
    let axis = [0.0, 1, 2, 3, 4, 5, 6]
    let y = [0.0, 1, 5, 9, 5, 1, 0]
    // The line from (0.5, 0.5) to (5.5, 0.5).
    let between = try BandMeasure.measure(x: axis, y: y, from: 0.5, to: 5.5)
    #expect(between.levelFrom == 0.5 && between.levelTo == 0.5)
    #expect(abs(between.area - 18.25) < 1e-12)
    #expect(between.height == 8.5 && between.maximumAt == 3)
    let inside = try BandMeasure.measure(
      x: axis, y: y, from: 0.5, to: 5.5, ends: .firstAndLastInside)
    #expect(inside.from == 1 && inside.to == 5)
    #expect(abs(inside.area - 16) < 1e-12 && inside.height == 8)
    let nearest = try BandMeasure.measure(
      x: axis, y: y, from: 0.4, to: 5.6, ends: .nearestSample)
    #expect(nearest.from == 0 && nearest.to == 6 && nearest.area == 21)
    #expect(abs(between.centroid - 3) < 1e-12)
    let falling = try BandMeasure.measure(
      x: axis.reversed(), y: y.reversed(), from: 0.5, to: 5.5)
    #expect(falling == between)
  }

  @Test func aWindowBeyondTheAxisIsRefused() {
    let axis = [0.0, 1, 2, 3]
    #expect(throws: SpectrumError.windowOutside(from: 1, to: 4, axisFrom: 0, axisTo: 3)) {
      try BandMeasure.measure(x: axis, y: axis, from: 1, to: 4)
    }
    #expect(throws: SpectrumError.tooFewPoints(what: "spectrum", count: 0, needed: 3)) {
      try BandMeasure.measure(x: [], y: [], from: 0, to: 1)
    }
    #expect(throws: SpectrumError.self) {
      try BandMeasure.measure(
        x: axis, y: axis, from: 1.2, to: 1.8, ends: .firstAndLastInside)
    }
  }

  @Test func bandsOfAStandardAreFoundWhereTheyStand() throws {
    let shifts = stride(from: 500.0, through: 1700, by: 1.5).map { $0 }
    let counts = shifts.map { shift in
      ShiftStandard.polystyrene.bands.reduce(100) { $0 + 1000 * lorentz(shift, $1 + 0.4, 6) }
    }
    let found = try ShiftStandard.polystyrene.find(shifts: shifts, counts: counts)
    // Those beyond 1700 are not on the axis.
    #expect(found.map(\.band) == Array(ShiftStandard.polystyrene.bands.prefix(8)))
    // Bands that stand alone are found to a tenth, pairs nearly so.
    #expect(
      found.filter { [620.9, 795.8, 1155.3, 1450.5].contains($0.band) }
        .allSatisfy { abs($0.difference - 0.4) < 0.05 })
  }
}
