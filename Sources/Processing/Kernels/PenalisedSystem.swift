/// Solves `(W + smoothness * D'D) z = W y`, D the second differences: five diagonals, symmetric.
///
/// Cholesky as `L diagonal L'` of the band, one division and some ten other operations a point, one
/// way forth and one back. `D'D` has rows `1 -4 6 -4 1`; the first two and last two are shorter.
struct PenalisedSystem<Number: Arithmetic> {
  let count: Int
  let smoothness: Number
  private let (first, second, inner): (Number, Number, Number)
  private let (outerPair, innerPair): (Number, Number)

  /// Makes a system for 3 points or more.
  init(count: Int, smoothness: Double) {
    self.count = count
    self.smoothness = Number(repeating: smoothness)
    first = Number(repeating: smoothness)
    second = Number(repeating: smoothness * (count > 3 ? 5 : 4))
    inner = Number(repeating: smoothness * 6)
    outerPair = Number(repeating: smoothness * -2)
    innerPair = Number(repeating: smoothness * -4)
  }

  /// What is on the diagonal besides the weight.
  @inline(__always)
  private func diagonal(_ i: Int) -> Number {
    if i == 0 || i == count - 1 { return first }
    return i == 1 || i == count - 2 ? second : inner
  }

  /// What couples `i` with the point before it.
  @inline(__always)
  private func coupling(_ i: Int) -> Number {
    i == 1 || i == count - 1 ? outerPair : innerPair
  }

  /// The state of the way forth: what the last two points left.
  struct Front {
    /// The inverse pivots of the last two points.
    var (r1, r2) = (Number.zero, Number.zero)
    /// The last point's factor towards the one before it.
    var q = Number.zero
    /// The last two right sides.
    var (s1, s2) = (Number.zero, Number.zero)
  }

  /// Solves for `z`; `q` and `r` are memory for the factors and inverse pivots.
  @inline(__always)
  func solve(_ y: Lanes, _ w: MutableLanes, _ z: MutableLanes, _ q: MutableLanes, _ r: MutableLanes)
  {
    var front = Front()
    @inline(__always)
    func forth(_ i: Int, _ far: Number, _ near: Number, _ diagonal: Number) {
      step(&front, far, near, diagonal, Number.at(i, of: w), Number.at(i, of: y))
      front.q.set(at: i, of: q)
      front.r1.set(at: i, of: r)
      front.s1.set(at: i, of: z)
    }
    for i in 0..<2 { forth(i, .zero, i > 0 ? coupling(i) : .zero, diagonal(i)) }
    var i = 2
    while i < count - 2 {
      forth(i, smoothness, innerPair, inner)
      i += 1
    }
    while i < count {
      forth(i, smoothness, coupling(i), diagonal(i))
      i += 1
    }
    var (x1, x2) = (Number.zero, Number.zero)
    var factor = Number.zero
    while i > 0 {
      i -= 1
      let inverse = Number.at(i, of: r)
      let value = inverse * (Number.at(i, of: z) - smoothness * x2) - factor * x1
      value.set(at: i, of: z)
      factor = Number.at(i, of: q)
      x2 = x1
      x1 = value
    }
  }
  @inline(__always)
  private func step(
    _ front: inout Front, _ far: Number, _ near: Number, _ diagonal: Number, _ weight: Number,
    _ value: Number
  ) {
    let p = far * front.r2
    let g = near - far * front.q
    let q = g * front.r1
    let pivot = ((diagonal + weight) - p * far) - q * g
    let right = (weight * value - p * front.s2) - q * front.s1
    front.r2 = front.r1
    front.r1 = Number(repeating: 1) / pivot
    front.q = q
    front.s2 = front.s1
    front.s1 = right
  }
}
