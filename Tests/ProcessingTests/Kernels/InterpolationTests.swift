import Processing
import Testing

@Suite struct InterpolationTests {
  private let x = [0.5, 1.25, 2, 3.75, 4, 6.5]
  private let y = [1, -2, 0.5, 3, 2.75, -1]

  @Test func axesThatDoNotRiseAreRefusedWithTheirPlace() {
    for (axis, index) in [([1, 1, 2], 1), ([1, 3, 2], 2), ([3.0, 2, 1], 1)] {
      #expect(throws: KernelError.notIncreasing(what: "the axis", index: index)) {
        try Interpolation.linear(axis, [1, 2, 3], at: [1])
      }
      #expect(throws: KernelError.notIncreasing(what: "the axis", index: index)) {
        try CubicSpline(axis, [1, 2, 3], ends: .natural)
      }
      #expect(throws: KernelError.notIncreasing(what: "the new axis", index: index)) {
        try Interpolation.resample([0, 9], [1, 2], onto: axis)
      }
    }
  }

  @Test func otherBadInputIsRefused() {
    #expect(throws: KernelError.countsDiffer(what: "axis and values", 2, 1)) {
      try Interpolation.linear([1, 2], [1], at: [1])
    }
    #expect(throws: KernelError.tooShort(what: "the axis", points: 1, needed: 2)) {
      try Interpolation.linear([1], [1], at: [1])
    }
    #expect(throws: KernelError.notFinite(what: "the values", index: 1)) {
      try Interpolation.resample([1, 2], [1, .infinity], onto: [1])
    }
    #expect(throws: KernelError.tooShort(what: "a spline", points: 1, needed: 2)) {
      try CubicSpline([1], [1], ends: .notAKnot)
    }
    #expect(throws: KernelError.notFinite(what: "the values", index: 0)) {
      try CubicSpline([1, 2], [.nan, 1], ends: .notAKnot)
    }
    #expect(throws: KernelError.noOverlap(first: 1...2, second: 0.5...1.5)) {
      try Interpolation.linear([1, 2], [1, 2], at: [0.5, 1.5])
    }
    #expect(throws: KernelError.tooShort(what: "the new axis", points: 0, needed: 1)) {
      try Interpolation.resample([1, 2], [1, 2], onto: [])
    }
  }

  @Test func linesBetweenPointsGoThroughThePointsToTheBit() throws {
    #expect(try haveSameBits(Interpolation.linear(x, y, at: x), y))
    #expect(Interpolation.linear(x, y, at: 1.625) == -0.75)
    #expect(Interpolation.linear(x, y, at: 0.4) == nil)
    #expect(Interpolation.linear(x, y, at: 6.6) == nil)
    #expect(Interpolation.linear(x, y, at: .nan) == nil)
    for (place, value) in zip(x, y) {
      #expect(Interpolation.linear(x, y, at: place) == value)
    }
  }

  @Test func onlyTheOverlapIsResampled() throws {
    let found = try Interpolation.resample([2, 4, 6], [10, 20, 0], onto: [1, 2, 3, 5, 6, 7])
    #expect(found.range == 1..<5)
    #expect(found.values == [10, 15, 10, 0])
    #expect(throws: KernelError.noOverlap(first: 2...6, second: 7...8)) {
      try Interpolation.resample([2, 4, 6], [10, 20, 0], onto: [7, 8])
    }
    #expect(throws: KernelError.noOverlap(first: 2...6, second: 1...7)) {
      try Interpolation.resample([2, 4, 6], [10, 20, 0], onto: [1, 7])
    }
  }

  @Test func aCommonGridIsOfWholeSteps() throws {
    #expect(try Interpolation.commonGrid(0.9...4.2, 2...9, step: 0.5) == [2, 2.5, 3, 3.5, 4])
    #expect(try Interpolation.commonGrid(0...0.3, 0...0.3, step: 0.1).count == 3)
    #expect(throws: KernelError.noOverlap(first: 0...1, second: 2...3)) {
      try Interpolation.commonGrid(0...1, 2...3, step: 0.5)
    }
    #expect(throws: KernelError.noOverlap(first: 1.1...1.2, second: 1.1...1.2)) {
      try Interpolation.commonGrid(1.1...1.2, 1.1...1.2, step: 1)
    }
    for step in [0, -1, .nan, .infinity, 1e-9] {
      #expect(throws: KernelError.self) { try Interpolation.commonGrid(0...9, 0...9, step: step) }
    }
  }

  // Answers of scipy 1.17.1 `CubicSpline` for the points above.
  @Test func splinesAgreeWithThoseOfAnotherHand() throws {
    let places = [0.5, 0.9, 1.25, 2.6, 3.9, 5, 6.5]
    let notAKnot = [
      1.0, -1.7207333160666491, -2.0, 2.2681142796597347, 2.8648764266036992, 0.9386333363606101,
      -1.0,
    ]
    let notAKnotSlopes = [
      -10.853841865205503, -3.20311185447549, 1.2602542659360851, 2.1061987002896094,
      -1.054260840169931, -2.0710640369731266, 0.1871323121323094,
    ]
    let natural = [
      1.0, -1.1603337849846325, -2.0, 2.4047564002928934, 2.8583971824785386, 1.4341250275148583,
      -1.0,
    ]
    let naturalSlopes = [
      -5.957687913377986, -4.287127560628771, -0.08462417324402811, 2.1252167571849343,
      -1.0421187174407514, -1.484656247707095, -1.6917969036613107,
    ]
    for (ends, values, slopes) in [
      (CubicSpline.Ends.notAKnot, notAKnot, notAKnotSlopes), (.natural, natural, naturalSlopes),
    ] {
      let spline = try CubicSpline(x, y, ends: ends)
      for (place, (value, slope)) in zip(places, zip(values, slopes)) {
        #expect(abs(try #require(spline.value(at: place)) - value) < 1e-13)
        #expect(abs(try #require(spline.slope(at: place)) - slope) < 1e-13)
      }
      #expect(spline.value(at: 0.49) == nil)
      #expect(spline.value(at: 6.51) == nil)
    }
  }

  @Test func withoutKnotsACubicComesOutAndWithThreePointsAParabola() throws {
    let cubic = { (t: Double) in 1 - t + 0.5 * t * t - 0.1 * t * t * t }
    let spline = try CubicSpline(x, x.map(cubic), ends: .notAKnot)
    for place in stride(from: 0.5, through: 6.5, by: 0.25) {
      #expect(abs(try #require(spline.value(at: place)) - cubic(place)) < 1e-13)
    }
    let parabola = try CubicSpline(Array(x.prefix(3)), Array(y.prefix(3)), ends: .notAKnot)
    #expect(abs(try #require(parabola.value(at: 0.9)) + 1.2844444444444445) < 1e-14)
    let line = try CubicSpline([1, 3], [2, 6], ends: .notAKnot)
    #expect(line.value(at: 2) == 4)
    #expect(line.slope(at: 3) == 2)
  }
}
