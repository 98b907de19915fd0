internal import Foundation
internal import Processing

/// Retention indices of 961 times on a ladder of 30 alkanes.
enum RetentionProofs {
  static let folder = "retention-index"

  static let proof = Proof(folder) {
    let standards = try SharedMaterial.table("\(folder)/alkanes.csv").map { row in
      RetentionLadder.Standard(
        number: row["Carbon_Number"].flatMap(Double.init) ?? .nan,
        time: row["RT"].flatMap(Double.init) ?? .nan)
    }
    let rows = try SharedMaterial.table("\(folder)/expected_ri.csv").map { row in
      (
        row["rt_min"].flatMap(Double.init) ?? .nan, row["ri_linear"].flatMap(Double.init) ?? .nan,
        row["ri_cubic"].flatMap(Double.init) ?? .nan
      )
    }
    let linear = try RetentionLadder(standards: standards)
    let cubic = try RetentionLadder(interpolation: .cubic, standards: standards)
    // The answers' times have ten decimals, which moves an index by up to 1e-7.
    var (inside, worstLinear, worstCubic) = (0, 0.0, 0.0)
    for (time, ofLinear, ofCubic) in rows {
      guard let index = linear.index(at: time), let curved = cubic.index(at: time) else { continue }
      inside += 1
      worstLinear = max(worstLinear, abs(index - ofLinear))
      worstCubic = max(worstCubic, abs(curved - ofCubic))
    }
    return [
      Figure("times", Double(rows.count), 961, .exact),
      Figure("times inside the ladder", Double(inside), 957, .exact),
      Figure("linear, largest distance", worstLinear, 1e-7, .atMost),
      Figure("cubic, largest distance", worstCubic, 1e-7, .atMost),
      Figure("behind the last alkane there is none", linear.index(at: 10.711) == nil),
      Figure("before the first there is none", cubic.index(at: 2.079) == nil),
    ]
  }
}
