/// An axis as first, last and number of points in even steps, which is all that XYDATA holds of one.
struct JCAMPAbscissae {
  var first: Double
  var last: Double
  let count: Int
  /// To how many decimals a reader of ours rounds each step, which gives the very axis; nil where
  /// the steps are it, or nothing makes it of them.
  var decimals: Int?
  /// The largest difference of a step from the axis, which every other reader sees.
  var maxError = 0.0

  /// The largest difference of what a reader of ours makes of it.
  var maxOwnError: Double { decimals == nil ? maxError : 0 }

  /// Finds the even steps of an axis; nil where it has none.
  ///
  /// Even is what differs by no more than half a unit of the last decimal that it is given with (and
  /// that is fine beside a step), or by the rounding of its own arithmetic (4 units in the last place
  /// of the largest).
  init?(_ x: [Double]) {
    guard x.count > 1, let first = x.first, let last = x.last, first != last,
      x.allSatisfy(\.isFinite), (last - first).isFinite
    else { return nil }
    (self.first, self.last, count) = (first, last, x.count)
    let step = abs(last - first) / Double(x.count - 1)
    maxError = error(x)
    guard maxError > 0 else { return }
    if maxError <= 4 * max(abs(first), abs(last)).ulp { return }
    guard maxError < step / 10 else { return nil }
    let decimals = x.reduce(0) { max($0, Self.decimals($1)) }
    let half = 0.5 / Self.power(decimals)
    guard decimals <= 12, half <= step / 20 else { return nil }
    if maxError > half { fit(x, decimals, half) }
    guard maxError <= half else { return nil }
    let power = Self.power(decimals)
    let isExact = x.indices.allSatisfy { (self[$0] * power).rounded() / power == x[$0] }
    if isExact { self.decimals = decimals }
  }

  /// The abscissa of a point.
  subscript(index: Int) -> Double { first + Double(index) * (last - first) / Double(count - 1) }

  /// All of them, as every other reader sees them.
  var values: [Double] { (0..<count).map { self[$0] } }

  static func power(_ decimals: Int) -> Double {
    (0..<decimals).reduce(1.0) { power, _ in power * 10 }
  }

  private func error(_ x: [Double]) -> Double {
    var error = 0.0
    for (index, value) in x.enumerated() { error = max(error, abs(self[index] - value)) }
    return error
  }

  /// Takes the line from which the largest difference is least: first and last are rounded too.
  private mutating func fit(_ x: [Double], _ decimals: Int, _ half: Double) {
    func spread(_ slope: Double) -> (least: Double, most: Double) {
      var (least, most) = (Double.infinity, -Double.infinity)
      for (index, value) in x.enumerated() {
        let rest = value - first - slope * Double(index)
        (least, most) = (min(least, rest), max(most, rest))
      }
      return (least, most)
    }
    let (begin, end) = (first, last)
    let slope = (end - begin) / Double(count - 1)
    // The spread is convex in the slope.
    var (low, high) = (slope - 4 * half / Double(count - 1), slope + 4 * half / Double(count - 1))
    for _ in 0..<48 {
      let (a, b) = (low + (high - low) / 3, high - (high - low) / 3)
      let (ofA, ofB) = (spread(a), spread(b))
      if ofA.most - ofA.least < ofB.most - ofB.least { high = b } else { low = a }
    }
    let best = (low + high) / 2
    let (least, most) = spread(best)
    let start = begin + (least + most) / 2
    // As few digits as do it.
    for more in 1...6 {
      let power = Self.power(decimals + more)
      first = (start * power).rounded() / power
      last = ((start + best * Double(count - 1)) * power).rounded() / power
      maxError = error(x)
      if maxError <= half { return }
    }
  }

  /// How many digits stand behind the point.
  private static func decimals(_ value: Double) -> Int {
    let text = DecimalText.shortest(value).utf8
    guard let point = text.firstIndex(of: UInt8(ascii: ".")) else { return 0 }
    return text.distance(from: point, to: text.endIndex) - 1
  }
}
