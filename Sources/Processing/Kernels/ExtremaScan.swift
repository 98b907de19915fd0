/// All maxima of a signal and the lowest places between them, found in one walk.
struct ExtremaScan: Sendable {
  /// The points of a maximum.
  struct Plateau: Sendable {
    var left: Int
    var right: Int
  }

  /// A lowest place: its first and last point, the same value at both.
  struct Valley: Sendable {
    var first: Int
    var last: Int
  }

  /// The maxima, from left to right.
  private(set) var maxima: [Plateau] = []
  /// The lowest places: before each maximum, and one behind the last.
  private(set) var valleys: [Valley] = []
  /// The maxima that nothing higher has hidden so far, and the lowest place on their near side.
  private var open: [(maximum: Int, lowest: Int)] = []

  /// Walks over the signal once.
  mutating func run(_ y: Lanes) {
    maxima.removeAll(keepingCapacity: true)
    valleys.removeAll(keepingCapacity: true)
    guard y.count > 0 else { return }
    let last = y.count - 1
    var i = 0
    while true {
      // Down, over shelves, to the lowest place.
      var first = i
      while i < last, y[i + 1] <= y[i] {
        if y[i + 1] < y[i] { first = i + 1 }
        i += 1
      }
      valleys.append(Valley(first: first, last: i))
      if i == last { return }
      // Up, over shelves, to the highest.
      var left = i
      while i < last, y[i + 1] >= y[i] {
        if y[i + 1] > y[i] { left = i + 1 }
        i += 1
      }
      // What still rises or is flat at the end is no maximum.
      if i == last { return }
      maxima.append(Plateau(left: left, right: i))
    }
  }

  /// The prominence of all maxima, in time that grows with their number alone.
  ///
  /// Going from left to right, a maximum's lowest place on the left is the lower of the valley before
  /// it and of those before the maxima not above it that it hides; the nearest of equals. A hidden one
  /// is never looked at again. The same from right to left.
  mutating func prominences(_ y: Lanes, into result: inout [LocalMaximum.Prominence]) {
    result.removeAll(keepingCapacity: true)
    open.removeAll(keepingCapacity: true)
    for k in maxima.indices {
      let height = y[maxima[k].left]
      var lowest = valleys[k].last
      while let before = open.last, y[maxima[before.maximum].left] <= height {
        if y[before.lowest] < y[lowest] { lowest = before.lowest }
        open.removeLast()
      }
      open.append((k, lowest))
      result.append(.init(height: height - y[lowest], leftBase: lowest, rightBase: 0))
    }
    open.removeAll(keepingCapacity: true)
    for k in maxima.indices.reversed() {
      let height = y[maxima[k].left]
      var lowest = valleys[k + 1].first
      while let behind = open.last, y[maxima[behind.maximum].left] <= height {
        if y[behind.lowest] < y[lowest] { lowest = behind.lowest }
        open.removeLast()
      }
      open.append((k, lowest))
      result[k].rightBase = lowest
      result[k].height = min(result[k].height, height - y[lowest])
    }
  }
}
