/// What learns weights pass by pass: one signal, or eight side by side.
///
/// Totals come in eight numbers, one a signal; for one signal alone all eight are the same. A total
/// is summed in eight parts, point `i` in part `i mod 8`, which are then added pairwise: the same for
/// both, so that a signal's line has the same bits in a batch and alone.
protocol LearningFit {
  /// All weights 1.
  mutating func begin()
  /// Solves for the line with the present weights.
  mutating func solve()
  /// The totals over all points of two terms of signal and distance `y - z`.
  func totals(_ terms: (_ y: Eight, _ d: Eight) -> (Eight, Eight)) -> (Eight, Eight)
  /// Sets new weights by distance; gives the square lengths of their change and of the old ones.
  mutating func learn(_ weight: (_ d: Eight) -> Eight) -> (Eight, Eight)
  /// Whether number `lane` is a signal of its own.
  func isSignal(_ lane: Int) -> Bool
  /// Keeps the present line of signals that have ended.
  mutating func keep(_ lanes: [Int], _ outcome: (Int) -> WhittakerBaseline.Outcome)
}

extension LearningFit {
  /// Makes passes until all signals have ended.
  @inline(__always)
  mutating func run(_ settings: WhittakerBaseline) {
    begin()
    var size = Eight.zero
    if settings.rule == .adaptive { size = totals { y, _ in (magnitude(y), .zero) }.0 }
    var last = Eight.zero
    var open = (0..<8).filter(isSignal)
    for pass in 1...settings.mostPasses where !open.isEmpty {
      solve()
      var tooFew = SIMDMask<SIMD8<Int64>>(repeating: false)
      switch settings.rule {
      case .asymmetric(let weight):
        let (above, below) = (Eight(repeating: weight), Eight(repeating: 1 - weight))
        let (change, length) = learn { d in below.replacing(with: above, where: d .> Eight.zero) }
        last = root(change) / root(length)
      case .adaptive:
        let (below, count) = totals { _, d in negative(d) }
        tooFew = count .< Eight(repeating: 2)
        last.replace(with: -below / size, where: .!tooFew)
        // Those that end now keep their line, whatever their weights become.
        let factor = Eight(repeating: Double(pass)) / below
        _ = learn { d in
          let power = exponential(d * factor)
          return power.replacing(with: Eight.zero, where: d .>= Eight.zero)
        }
      case .reweighted:
        let (below, count) = totals { _, d in negative(d) }
        let mean = below / count
        let (squares, _) = totals { _, d in
          let distance = (d - mean) * (d - mean)
          return (distance.replacing(with: Eight.zero, where: d .>= Eight.zero), .zero)
        }
        let deviation = root(squares / (count - 1))
        tooFew = (count .< Eight(repeating: 2)) .| (deviation .== Eight.zero)
        let middle = 2 * deviation - mean
        let (change, length) = learn { d in
          let one = Eight(repeating: 1)
          return one / (one + exponential(2 * (d - middle) / deviation))
        }
        last.replace(with: root(change) / root(length), where: .!tooFew)
      }
      func ending(_ lane: Int) -> WhittakerBaseline.Ending? {
        if tooFew[lane] { return .tooFewBelow }
        if last[lane] < settings.tolerance { return .converged }
        return pass == settings.mostPasses ? .passesExhausted : nil
      }
      let ended = open.filter { ending($0) != nil }
      guard !ended.isEmpty else { continue }
      keep(ended) {
        .init(passes: pass, lastTolerance: last[$0], ending: ending($0) ?? .converged)
      }
      open.removeAll(where: ended.contains)
    }
  }
}

/// The distance and a one where it is below 0, else nothing.
@inline(__always)
private func negative(_ d: Eight) -> (Eight, Eight) {
  let isNot = d .>= Eight.zero
  return (
    d.replacing(with: Eight.zero, where: isNot),
    Eight(repeating: 1).replacing(with: Eight.zero, where: isNot)
  )
}

@inline(__always)
private func magnitude(_ x: Eight) -> Eight { x.replacing(with: -x, where: x .< Eight.zero) }

@inline(__always)
private func root(_ x: Eight) -> Eight { x.squareRoot() }

/// The power of e, of the nearest argument from -700 to 700.
@inline(__always)
private func exponential(_ x: Eight) -> Eight {
  let (low, high) = (Eight(repeating: -700), Eight(repeating: 700))
  let notBelow = x.replacing(with: low, where: x .< low)
  return Exponential.value(notBelow.replacing(with: high, where: notBelow .> high))
}

/// Sums of eight parts, added pairwise.
@inline(__always)
func pairwise(_ parts: Eight) -> Double {
  ((parts[0] + parts[1]) + (parts[2] + parts[3])) + ((parts[4] + parts[5]) + (parts[6] + parts[7]))
}
