/// All maxima of a signal with the lowest place before each, and how far they stand out.
///
/// Written without branches that depend on the signal where it matters: in noise every third point is
/// a maximum, and a processor guesses none of them.
struct ExtremaScan: Sendable {
  /// A maximum, and the lowest place between the one kept before it and itself.
  struct Entry: Sendable {
    /// The lowest places between two maxima, all of one value.
    struct Low: Sendable {
      /// The last point of the first one.
      var first = 0
      /// The last point of the last one.
      var last = 0
      var value = 0.0
    }

    /// The last point of the maximum.
    var peak = 0
    var height = 0.0
    /// The lowest place before it.
    var low = Low()
  }

  /// The maxima from left to right, and behind them one more entry for the lowest place of the end.
  private(set) var entries: [Entry] = []
  /// How many maxima there are.
  private(set) var count = 0
  private var turns: [Int] = []
  /// The maxima that nothing higher has hidden so far, and the lowest place on their near side.
  private var open: [(maximum: Int, place: Int, low: Double)] = []

  /// Walks over the signal once.
  ///
  /// Where a `prominence` above 0 is given, maxima that stand out less may be left out, and only
  /// those: beside a strictly higher one a maximum's prominence is at most what it rises over the
  /// lowest place between. That cannot change the prominence of one that stands out enough: what is
  /// then looked at beyond is higher still.
  mutating func run(_ y: Lanes, leavingOutBelow prominence: Double) {
    count = 0
    var begin = 0
    while begin < y.count - 1, y[begin + 1] == y[begin] { begin += 1 }
    guard begin < y.count - 1 else { return }
    if turns.count < y.count {
      turns = [Int](repeating: 0, count: y.count)
      entries = [Entry](repeating: Entry(), count: y.count / 2 + 2)
    }
    let isRising = y[begin + 1] > y[begin]
    let found = turnings(y, begin, isRising ? 1 : 0)
    count = Self.pair(y, begin, isRising ? 1 : 0, turns, found, prominence, &entries)
    // Each round leaves about a third of the maxima of noise.
    var before = Int.max
    while prominence > 0, count > 32, count < before - before / 4 {
      before = count
      count = Self.prune(count, prominence, &entries)
    }
  }

  /// Writes down where the direction changes; a flat stretch keeps the direction before it.
  private mutating func turnings(_ y: Lanes, _ begin: Int, _ rising: Int) -> Int {
    var turns = turns.mutableSpan
    var count = 0
    var direction = rising
    var here = y[begin]
    for i in begin..<y.count - 1 {
      let next = y[i + 1]
      let up = next > here ? 1 : 0
      let notDown = next < here ? 0 : 1
      let new = up | (direction & notDown)
      turns[count] = i
      count += new ^ direction
      direction = new
      here = next
    }
    return count
  }

  /// Makes entries of turning points: maxima and lowest places come by turns.
  private static func pair(
    _ y: Lanes, _ begin: Int, _ rising: Int, _ turns: [Int], _ found: Int,
    _ prominence: Double, _ storage: inout [Entry]
  ) -> Int {
    // Before the first maximum and behind the last the lowest place may be an end of the signal.
    let maxima = (found + rising) / 2
    let last = y.count - 1
    func low(_ k: Int) -> Int {
      let turn = 2 * k - rising
      return turn < 0 ? begin : turn < found ? turns[turn] : last
    }
    let turns = turns.span
    var entries = storage.mutableSpan
    var line = Line(y, lowest: low(0), prominence)
    for k in 0..<maxima {
      let peak = turns[2 * k + 1 - rising]
      let next = k + 1 < maxima ? y[turns[2 * k + 3 - rising]] : -Double.infinity
      let behind = low(k + 1)
      line.add(
        peak, y[peak], next, Entry.Low(first: behind, last: behind, value: y[behind]), &entries)
    }
    line.end(&entries)
    return line.count
  }

  /// Leaves out more of what is there.
  private static func prune(
    _ count: Int, _ prominence: Double, _ storage: inout [Entry]
  ) -> Int {
    var entries = storage.mutableSpan
    var line = Line(entries[0].low, prominence)
    for k in 0..<count {
      let entry = entries[k]
      let next = entries[k + 1]
      line.add(
        entry.peak, entry.height, k + 1 < count ? next.height : -Double.infinity, next.low, &entries
      )
    }
    line.end(&entries)
    return line.count
  }

  /// What is kept of a row of maxima, written over the row.
  private struct Line {
    let prominence: Double
    var count = 0
    /// The lowest place since the last maximum that was kept.
    var low: Entry.Low
    /// The value of the lowest place since the last maximum.
    var before: Double
    var previous = -Double.infinity

    init(_ low: Entry.Low, _ prominence: Double) {
      self.low = low
      self.prominence = prominence
      before = low.value
    }

    init(_ y: Lanes, lowest: Int, _ prominence: Double) {
      self.init(Entry.Low(first: lowest, last: lowest, value: y[lowest]), prominence)
    }

    /// One maximum: `next` is the height of the one behind it, `behind` the lowest place between.
    @inline(__always)
    mutating func add(
      _ peak: Int, _ height: Double, _ next: Double, _ behind: Entry.Low,
      _ entries: inout MutableSpan<Entry>
    ) {
      entries[count] = Entry(peak: peak, height: height, low: low)
      let isHidden =
        ((previous > height ? 1 : 0) & (height - before < prominence ? 1 : 0))
        | ((next > height ? 1 : 0) & (height - behind.value < prominence ? 1 : 0))
      let isKept = isHidden == 0
      count += 1 - isHidden
      let isLower = isKept || behind.value < low.value
      let isAsLow = isKept || behind.value <= low.value
      low = Entry.Low(
        first: isLower ? behind.first : low.first, last: isAsLow ? behind.last : low.last,
        value: isAsLow ? behind.value : low.value)
      before = behind.value
      previous = height
    }

    @inline(__always)
    mutating func end(_ entries: inout MutableSpan<Entry>) {
      entries[count] = Entry(peak: 0, height: 0, low: low)
    }
  }

  /// The first point of the flat stretch that ends at `i`.
  static func beginning(_ i: Int, _ y: Lanes) -> Int {
    var first = i
    while first > 0, y[first - 1] == y[i] { first -= 1 }
    return first
  }

  /// The prominence of all maxima that are there, in time that grows with their number alone.
  ///
  /// Going from left to right, a maximum's lowest place on the left is the lower of the one before it
  /// and of those before the maxima not above it that it hides; the nearest of equals. A hidden one is
  /// never looked at again. The same from right to left.
  mutating func prominences(_ y: Lanes, into result: inout [LocalMaximum.Prominence]) {
    result.removeAll(keepingCapacity: true)
    open.removeAll(keepingCapacity: true)
    for k in 0..<count {
      let entry = entries[k]
      var (place, low) = (entry.low.last, entry.low.value)
      while let before = open.last, entries[before.maximum].height <= entry.height {
        if before.low < low { (place, low) = (before.place, before.low) }
        open.removeLast()
      }
      open.append((k, place, low))
      result.append(.init(height: entry.height - low, leftBase: place, rightBase: 0))
    }
    open.removeAll(keepingCapacity: true)
    for k in (0..<count).reversed() {
      let height = entries[k].height
      var (place, low) = (entries[k + 1].low.first, entries[k + 1].low.value)
      while let behind = open.last, entries[behind.maximum].height <= height {
        if behind.low < low { (place, low) = (behind.place, behind.low) }
        open.removeLast()
      }
      open.append((k, place, low))
      result[k].rightBase = Self.beginning(place, y)
      result[k].height = min(result[k].height, height - low)
    }
  }
}
