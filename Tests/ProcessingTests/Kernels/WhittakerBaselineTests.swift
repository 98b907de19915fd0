import Foundation
import Processing
import Testing

@Suite struct WhittakerBaselineTests {
  private static let rules: [WhittakerBaseline.Rule] = [.asymmetric(0.01), .adaptive, .reweighted]

  @Test func whatIsNotDefinedIsRefused() {
    for smoothness in [0, -1, .nan, .infinity, 1e16] {
      #expect(throws: KernelError.self) {
        try WhittakerBaseline(.adaptive, smoothness: smoothness)
      }
    }
    for weight in [0, 1, -0.1, 2, Double.nan] {
      #expect(throws: KernelError.self) {
        try WhittakerBaseline(.asymmetric(weight), smoothness: 1)
      }
    }
    #expect(throws: KernelError.self) {
      try WhittakerBaseline(.adaptive, smoothness: 1, tolerance: -1)
    }
    #expect(throws: KernelError.self) {
      try WhittakerBaseline(.adaptive, smoothness: 1, mostPasses: 0)
    }
    #expect(throws: KernelError.self) { try WhittakerBaseline.smoothness(1e5, onStep: 0) }
  }

  @Test(arguments: rules)
  func badSignalsAreRefused(rule: WhittakerBaseline.Rule) throws {
    let settings = try WhittakerBaseline(rule, smoothness: 100)
    for count in 0..<3 {
      #expect(throws: KernelError.tooShort(what: "a baseline", points: count, needed: 3)) {
        try settings.fit([Double](repeating: 1, count: count))
      }
    }
    #expect(throws: KernelError.notFinite(what: "the signal", index: 17)) {
      try settings.fit(spoilt(seededSignal(30, seed: 1), at: 17))
    }
    #expect(throws: KernelError.countsDiffer(what: "the signals of a batch", 30, 31)) {
      try settings.fit(all: [seededSignal(30, seed: 1), seededSignal(31, seed: 1)])
    }
    #expect(throws: KernelError.overflow(what: "the baseline")) {
      try settings.fit([1e308, -1e308, 1.7e308, 1.7e308, -1.7e308, 1e308])
    }
    #expect(try settings.fit(all: []).isEmpty)
  }

  @Test(arguments: rules)
  func aConstantOrStraightSignalIsItsOwnBaseline(rule: WhittakerBaseline.Rule) throws {
    let settings = try WhittakerBaseline(rule, smoothness: 1e4)
    for slope in [0.0, 0.5, -3] {
      let y = (0..<60).map { 7 + slope * Double($0) }
      let fit = try settings.fit(y)
      for (found, value) in zip(fit.baseline, y) { #expect(abs(found - value) < 1e-6) }
    }
    // Not even rounding lies below: nothing to learn from, and told so.
    let zeros = try settings.fit([Double](repeating: 0, count: 9))
    #expect(zeros.baseline == [Double](repeating: 0, count: 9))
    if rule != .asymmetric(0.01) { #expect(zeros.outcome.ending == .tooFewBelow) }
  }

  /// The same rules with a full matrix and the maths library's exponential.
  private func dense(
    _ y: [Double], _ rule: WhittakerBaseline.Rule, _ smoothness: Double, _ passes: Int
  )
    -> [Double]
  {
    let n = y.count
    var w = [Double](repeating: 1, count: n)
    var z = y
    for pass in 1...passes {
      var matrix = [[Double]](repeating: [Double](repeating: 0, count: n + 1), count: n)
      for row in 0..<n - 2 {
        for (a, factor) in [1.0, -2, 1].enumerated() {
          for (b, other) in [1.0, -2, 1].enumerated() {
            matrix[row + a][row + b] += smoothness * factor * other
          }
        }
      }
      for i in 0..<n {
        matrix[i][i] += w[i]
        matrix[i][n] = w[i] * y[i]
      }
      for column in 0..<n {
        let best = (column..<n).max { abs(matrix[$0][column]) < abs(matrix[$1][column]) } ?? column
        matrix.swapAt(column, best)
        for row in 0..<n where row != column {
          let factor = matrix[row][column] / matrix[column][column]
          for k in column...n { matrix[row][k] -= factor * matrix[column][k] }
        }
      }
      z = (0..<n).map { matrix[$0][n] / matrix[$0][$0] }
      let d = zip(y, z).map { $0 - $1 }
      let below = d.filter { $0 < 0 }
      switch rule {
      case .asymmetric(let weight): w = d.map { $0 > 0 ? weight : 1 - weight }
      case .adaptive:
        let sum = below.reduce(0) { $0 + abs($1) }
        w = d.map { $0 >= 0 ? 0 : exp(Double(pass) * abs($0) / sum) }
      case .reweighted:
        let mean = below.reduce(0, +) / Double(below.count)
        let squares = below.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let deviation = (squares / Double(below.count - 1)).squareRoot()
        w = d.map { 1 / (1 + exp(2 * ($0 - (2 * deviation - mean)) / deviation)) }
      }
    }
    return z
  }

  @Test(arguments: rules, [3, 4, 5, 6, 17, 50])
  func itIsWhatAFullMatrixGives(rule: WhittakerBaseline.Rule, count: Int) throws {
    let y = seededSignal(count, seed: 3, noise: 5)
    for passes in 1...4 {
      let settings = try WhittakerBaseline(
        rule, smoothness: 30, tolerance: 0, mostPasses: passes)
      let fit = try settings.fit(y)
      let expected = dense(y, rule, 30, fit.outcome.passes)
      for (found, answer) in zip(fit.baseline, expected) {
        #expect(abs(found - answer) < 1e-9 * abs(answer))
      }
    }
  }

  @Test(arguments: rules, 0..<25)
  func inABatchEachHasTheBitsThatItHasAlone(rule: WhittakerBaseline.Rule, seed: UInt64) throws {
    var random = SeededNumbers(seed)
    let count = Int.random(in: 3...70, using: &random)
    // Different shapes, so that they end after different numbers of passes.
    let signals = (0..<Int.random(in: 1...19, using: &random)).map { k in
      seededSignal(count, seed: seed * 100 + UInt64(k), noise: Double(k))
    }
    let settings = try WhittakerBaseline(rule, smoothness: 1000, mostPasses: 20)
    var workspace = WhittakerBaseline.Workspace()
    let batch = try settings.fit(all: signals, workspace: &workspace)
    #expect(batch.count == signals.count)
    for (fit, signal) in zip(batch, signals) {
      let single = try settings.fit(signal)
      #expect(haveSameBits(fit.baseline, single.baseline))
      #expect(fit.outcome == single.outcome)
    }
  }

  @Test func memoryOfABiggerFitChangesNothing() throws {
    let settings = try WhittakerBaseline(.reweighted, smoothness: 1000)
    var workspace = WhittakerBaseline.Workspace()
    var line = [Double](repeating: 0, count: 500)
    do {
      var target = line.mutableSpan
      _ = try settings.fit(seededSignal(500, seed: 1).span, into: &target, workspace: &workspace)
    }
    let y = seededSignal(100, seed: 2)
    line = [Double](repeating: 0, count: 100)
    var target = line.mutableSpan
    _ = try settings.fit(y.span, into: &target, workspace: &workspace)
    let alone = try settings.fit(y).baseline
    #expect(haveSameBits(line, alone))
  }

  @Test func itEndsByToleranceOrByTheNumberOfPassesAndSaysSo() throws {
    let y = seededSignal(300, seed: 9)
    let fit = try WhittakerBaseline(.reweighted, smoothness: 1e5).fit(y)
    #expect(fit.outcome.ending == .converged)
    #expect(fit.outcome.lastTolerance < 1e-3)
    let short = try WhittakerBaseline(.reweighted, smoothness: 1e5, mostPasses: 2).fit(y)
    #expect(short.outcome.ending == .passesExhausted)
    #expect(short.outcome.passes == 2)
    #expect(short.outcome.lastTolerance > 1e-3)
  }

  @Test func onHalfTheStepSixteenTimesTheSmoothnessGivesTheSameLine() throws {
    #expect(try WhittakerBaseline.smoothness(1e5, onStep: 0.5) == 16e5)
    func curve(_ x: Double) -> Double {
      let t = (x - 150) / 6
      return 100 + 0.2 * x + 70 / (1 + t * t * t * t)
    }
    let coarse = try WhittakerBaseline(.asymmetric(0.01), smoothness: 1e5)
      .fit((0...300).map { curve(Double($0)) })
    let fine = try WhittakerBaseline(.asymmetric(0.01), smoothness: 16e5)
      .fit((0...600).map { curve(Double($0) / 2) })
    for i in 20...280 {
      #expect(abs(coarse.baseline[i] - fine.baseline[2 * i]) < 0.2)
    }
  }
}

@Suite struct SnipTests {
  @Test func badSettingsAndSignalsAreRefused() throws {
    #expect(throws: KernelError.self) { try Snip(halfWidth: 0) }
    let snip = try Snip(halfWidth: 4)
    #expect(throws: KernelError.tooShort(what: "clipping", points: 8, needed: 9)) {
      try snip.fit([Double](repeating: 1, count: 8))
    }
    #expect(throws: KernelError.notFinite(what: "the signal", index: 3)) {
      try snip.fit(spoilt(seededSignal(20, seed: 1), at: 3))
    }
  }

  @Test func aStraightLineStaysAndAPeakGoes() throws {
    let line = (0..<60).map { 5 + 2 * Double($0) }
    var y = line
    for (k, height) in [10.0, 80, 200, 80, 10].enumerated() { y[28 + k] += height }
    for direction in [Snip.Direction.decreasing, .increasing] {
      let found = try Snip(halfWidth: 6, direction: direction).fit(y)
      for (value, expected) in zip(found, line) { #expect(abs(value - expected) < 1e-9) }
    }
  }

  @Test(arguments: 0..<20)
  func itIsWhatTheDefinitionGivesPointByPoint(seed: UInt64) throws {
    var random = SeededNumbers(seed)
    let m = Int.random(in: 2...12, using: &random)
    let y = seededSignal(2 * m + 1 + Int.random(in: 0...50, using: &random), seed: seed)
    func line(_ points: ArraySlice<Double>, at place: Double) -> Double {
      let n = Double(points.count)
      let xs = points.indices.map(Double.init)
      let (mx, my) = (xs.reduce(0, +) / n, points.reduce(0, +) / n)
      let slope =
        zip(xs, points).reduce(0) { $0 + ($1.0 - mx) * ($1.1 - my) }
        / xs.reduce(0) { $0 + ($1 - mx) * ($1 - mx) }
      return my + slope * (place - mx)
    }
    var v =
      (-m..<0).map { line(y.prefix(m), at: Double($0)) } + y
      + (y.count..<y.count + m).map { line(y.suffix(m), at: Double($0)) }
    for p in (1...m).reversed() {
      let old = v
      for i in p..<v.count - p { v[i] = min(old[i], (old[i - p] + old[i + p]) / 2) }
    }
    for (found, expected) in zip(try Snip(halfWidth: m).fit(y), v[m...]) {
      #expect(abs(found - expected) < 1e-11)
    }
  }

  @Test func theTransformKeepsAFlatSignalAndTakesNegativeCountsAsNone() throws {
    let snip = try Snip(halfWidth: 3, isTransformed: true)
    for value in try snip.fit([Double](repeating: 900, count: 20)) {
      #expect(abs(value - 900) < 1e-9)
    }
    for value in try snip.fit([Double](repeating: -5, count: 20)) { #expect(abs(value) < 1e-12) }
  }
}
