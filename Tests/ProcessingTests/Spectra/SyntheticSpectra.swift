/// A generator of numbers that are the same everywhere (Knuth's MMIX).
struct SeededNoise {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 2 &+ 1 }

  /// From 0 to below 1.
  mutating func unit() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 11) / 9_007_199_254_740_992
  }

  /// Near to a normal distribution of standard deviation 1: the sum of twelve.
  mutating func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + unit() } }
}

func lorentz(_ x: Double, _ centre: Double, _ width: Double) -> Double {
  let u = (x - centre) / width
  return 1 / (1 + 4 * u * u)
}

func gauss(_ x: Double, _ centre: Double, _ width: Double) -> Double {
  // exp by halving its argument: no library needed for a test's shape.
  let u = (x - centre) / width
  let z = -2.772588722239781 * u * u / 1024
  var value = 1 + z + z * z / 2 + z * z * z / 6 + z * z * z * z / 24
  for _ in 0..<10 { value *= value }
  return value
}
