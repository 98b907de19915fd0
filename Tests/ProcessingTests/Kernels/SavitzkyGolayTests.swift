import Processing
import Testing

@Suite struct SavitzkyGolayTests {
  @Test(arguments: [
    (window: 4, order: 2, derivative: 0, spacing: 1.0, name: "window"),
    (0, 0, 0, 1, "window"), (-3, 0, 0, 1, "window"), (100_003, 2, 0, 1, "window"),
    (5, 5, 0, 1, "order"), (5, -1, 0, 1, "order"), (51, 21, 0, 1, "order"),
    (5, 2, 3, 1, "derivative"), (5, 2, -1, 1, "derivative"), (5, 2, 0, 0, "spacing"),
    (5, 2, 0, -1, "spacing"), (5, 2, 0, .nan, "spacing"), (5, 2, 0, .infinity, "spacing"),
  ])
  func whatIsNotDefinedIsRefusedByName(
    window: Int, order: Int, derivative: Int, spacing: Double, name: String
  ) {
    do {
      _ = try SavitzkyGolay(
        window: window, order: order, derivative: derivative, spacing: spacing)
      Issue.record("\(name) was taken")
    } catch {
      guard case .parameter(let refused, _, _) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(refused == name)
    }
  }

  @Test(arguments: [0, 3, 7, 8, 20, 39], [Double.nan, .infinity, -.infinity])
  func aValueThatIsNoNumberIsNamedByItsPlace(index: Int, value: Double) throws {
    let filter = try SavitzkyGolay(window: 7, order: 2)
    for edges in [SavitzkyGolay.Edges.fitted, .mirrored, .nearest, .constant(0), .wrapped] {
      #expect(throws: KernelError.notFinite(what: "the signal", index: index)) {
        try filter.apply(to: spoilt(seededSignal(40, seed: 1), at: index, by: value), edges: edges)
      }
    }
  }

  @Test func aDerivativeWithoutMiddleFactorStillSeesAValueThatIsNoNumber() throws {
    let filter = try SavitzkyGolay(window: 5, order: 2, derivative: 1)
    for index in 0..<5 {
      #expect(throws: KernelError.notFinite(what: "the signal", index: index)) {
        try filter.apply(to: spoilt([1, 2, 3, 4, 5], at: index))
      }
    }
  }

  @Test func valuesBeyondWhatASumCanHoldAreToldAsSuch() throws {
    let filter = try SavitzkyGolay(window: 5, order: 2)
    #expect(throws: KernelError.overflow(what: "the filtered signal")) {
      try filter.apply(to: [1.7e308, -1.7e308, 1.7e308, 1.7e308, 1.7e308, 1.7e308])
    }
    // Where the values themselves can be held they are given, however large two of them together.
    let large = [Double](repeating: 1.5e308, count: 60)
    #expect(try SavitzkyGolay(window: 1, order: 0).apply(to: large) == large)
  }

  @Test(arguments: 0..<5)
  func aSignalShorterThanTheWindowIsRefused(count: Int) throws {
    let filter = try SavitzkyGolay(window: 5, order: 2)
    #expect(throws: KernelError.tooShort(what: "the filter's window", points: count, needed: 5)) {
      try filter.apply(to: [Double](repeating: 1, count: count))
    }
  }

  @Test func theFactorsOfFivePointsAreThoseOfThePaper() throws {
    let smooth = try SavitzkyGolay(window: 5, order: 2).coefficients
    for (found, expected) in zip(smooth, [-3.0, 12, 17, 12, -3]) {
      #expect(abs(found - expected / 35) < 1e-15)
    }
    let slope = try SavitzkyGolay(window: 5, order: 2, derivative: 1, spacing: 0.5).coefficients
    for (found, expected) in zip(slope, [-2.0, -1, 0, 1, 2]) {
      #expect(abs(found - expected / 5) < 1e-15)
    }
    let bend = try SavitzkyGolay(window: 5, order: 2, derivative: 2).coefficients
    for (found, expected) in zip(bend, [2.0, -1, -2, -1, 2]) {
      #expect(abs(found - expected / 7) < 1e-15)
    }
  }

  @Test(arguments: [(5, 2), (7, 3), (11, 4), (21, 3), (101, 2)])
  func aPolynomialOfItsOrderComesOutWithItsDerivativesUpToTheEnds(window: Int, order: Int) throws {
    let spacing = 0.25
    let x = (0..<150).map { Double($0) * spacing - 10 }
    // 2 - x + 0.3 x^2 and, where the order allows, - 0.01 x^3.
    let cubic = order >= 3 ? -0.01 : 0
    let answers: [(Double) -> Double] = [
      { 2 - $0 + 0.3 * $0 * $0 + cubic * $0 * $0 * $0 },
      { -1 + 0.6 * $0 + 3 * cubic * $0 * $0 },
      { 0.6 + 6 * cubic * $0 },
    ]
    let y = x.map(answers[0])
    for derivative in 0...2 {
      let filter = try SavitzkyGolay(
        window: window, order: order, derivative: derivative, spacing: spacing)
      for (place, found) in zip(x, try filter.apply(to: y)) {
        #expect(abs(found - answers[derivative](place)) < 1e-8)
      }
    }
  }

  @Test(arguments: 0..<60)
  func pointByPointGivesTheSameBitsAsAtOnce(seed: UInt64) throws {
    var random = SeededNumbers(seed)
    let window = 2 * Int.random(in: 0...12, using: &random) + 1
    let order = Int.random(in: 0...min(4, window - 1), using: &random)
    let derivative = Int.random(in: 0...min(2, order), using: &random)
    let count = window + Int.random(in: 0...40, using: &random)
    let y = seededSignal(count, seed: seed)
    let filter = try SavitzkyGolay(window: window, order: order, derivative: derivative)
    let whole = try filter.apply(to: y)
    let m = filter.halfWindow
    let single = (m..<count - m).map { i in
      let points = Array(y[i - m...i + m])
      return filter.middle(of: points.span)
    }
    #expect(haveSameBits(Array(whole[m..<count - m]), single))
  }

  @Test func oneWindowAndOnePointWork() throws {
    #expect(try SavitzkyGolay(window: 1, order: 0).apply(to: [3]) == [3])
    let fitted = try SavitzkyGolay(window: 3, order: 0).apply(to: [1, 2, 6])
    for value in fitted { #expect(abs(value - 3) < 1e-15) }
  }

  @Test func itTellsByHowMuchWhiteNoiseShrinks() throws {
    #expect(
      abs(try SavitzkyGolay(window: 5, order: 2).noiseGain - (17.0 / 35).squareRoot()) < 1e-15)
  }
}

@Suite struct BoxcarTests {
  @Test func badWidthsAndValuesAreRefused() throws {
    #expect(throws: KernelError.self) { try Boxcar(halfWidth: -1) }
    #expect(throws: KernelError.notFinite(what: "the signal", index: 2)) {
      try Boxcar(halfWidth: 1).apply(to: [1, 2, .infinity])
    }
    #expect(throws: KernelError.overflow(what: "a running mean")) {
      try Boxcar(halfWidth: 1).apply(to: [1e308, 1e308, 1e308])
    }
  }

  @Test func theWindowShrinksAtTheEnds() throws {
    #expect(try Boxcar(halfWidth: 1).apply(to: [1, 2, 6, 5]) == [1.5, 3, 13.0 / 3, 5.5])
    #expect(try Boxcar(halfWidth: 9).apply(to: [1, 2, 6]) == [3, 3, 3])
    #expect(try Boxcar(halfWidth: 0).apply(to: [1, 2, 6]) == [1, 2, 6])
    #expect(try Boxcar(halfWidth: 3).apply(to: []) == [])
  }

  @Test(arguments: 0..<50)
  func eachMeanIsThatOfItsOwnWindowToTheBit(seed: UInt64) throws {
    var random = SeededNumbers(seed)
    let width = Int.random(in: 0...20, using: &random)
    let y = seededSignal(Int.random(in: 1...90, using: &random), seed: seed)
    let expected = y.indices.map { i in
      let window = y[max(0, i - width)...min(y.count - 1, i + width)]
      return window.dropFirst().reduce(window[window.startIndex], +) / Double(window.count)
    }
    #expect(haveSameBits(try Boxcar(halfWidth: width).apply(to: y), expected))
  }
}
