internal import Foundation

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): small, fast, the same everywhere.
struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// A stream of its own for one purpose or frame of a seed.
  init(seed: UInt64, stream: UInt64) {
    var mixer = SplitMix64(seed: seed ^ (stream &+ 1) &* 0xD1B5_4A32_D192_ED03)
    state = mixer.next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}

/// Normal deviates by table: 4,096 quantile midpoints, scaled to variance 1, so none beyond 3.7.
struct NormalTable: Sendable {
  static let shared = NormalTable()
  static let size = 4096
  let values: [Double]

  private init() {
    let raw = (0..<Self.size).map { Self.quantile((Double($0) + 0.5) / Double(Self.size)) }
    let variance = raw.reduce(0) { $0 + $1 * $1 } / Double(Self.size)
    values = raw.map { $0 / variance.squareRoot() }
  }

  /// The inverse of the normal distribution function, by bisection on `erfc`: made once.
  private static func quantile(_ probability: Double) -> Double {
    var (low, high) = (-8.0, 8.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if 0.5 * erfc(-middle / 2.0.squareRoot()) < probability {
        low = middle
      } else {
        high = middle
      }
    }
    return (low + high) / 2
  }
}
