import Processing
import Testing

/// Numbers that are the same in every run for one seed (Knuth's MMIX).
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 1 }

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let mixed = (state ^ (state >> 33)) &* 0xff51_afd7_ed55_8ccd
    return mixed ^ (mixed >> 29)
  }
}

/// Peaks on a slope with noise.
func seededSignal(_ count: Int, seed: UInt64, noise: Double = 1) -> [Double] {
  var random = SeededNumbers(seed)
  var y = (0..<count).map {
    50 + Double($0) * 0.1 + noise * Double.random(in: -1...1, using: &random)
  }
  for centre in stride(from: 15, to: count, by: 40) {
    let height = Double.random(in: 20...300, using: &random)
    for i in max(0, centre - 12)..<min(count, centre + 12) {
      let t = Double(i - centre) / 3
      y[i] += height / (1 + t * t * t * t)
    }
  }
  return y
}

/// The values with one of them no number.
func spoilt(_ y: [Double], at index: Int, by value: Double = .nan) -> [Double] {
  var result = y
  result[index] = value
  return result
}

/// Whether two series are the same to the bit.
func haveSameBits(_ first: [Double], _ second: [Double]) -> Bool {
  first.map(\.bitPattern) == second.map(\.bitPattern)
}
