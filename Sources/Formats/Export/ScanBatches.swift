internal import Laboratory

/// A mass scan as a writer looks at it: its numbers stand in arrays of its own, or in those of a
/// series.
struct ScanView: Sendable {
  let number: Int
  let time: Double
  let massToCharge: ArraySlice<Double>
  var intensity: ArraySlice<Double>

  init(_ scan: MassScan) {
    (number, time) = (scan.number, scan.time)
    (massToCharge, intensity) = (scan.massToCharge[...], scan.intensity[...])
  }

  init(_ series: MassScanSeries, _ scan: Int) {
    let range = series.range(of: scan)
    (number, time) = (scan, series.times[scan])
    (massToCharge, intensity) = (series.massToCharge[range], series.intensity[range])
  }
}

/// Some scans that another thread works on.
enum ScanPiece: Sendable {
  /// Scans that a source gave.
  case scans([MassScan])
  /// Some of a series in memory, which are not copied.
  case series(MassScanSeries, Range<Int>)

  /// The scans in their order.
  var views: [ScanView] {
    switch self {
    case .scans(let scans): scans.map { ScanView($0) }
    case .series(let series, let range): range.map { ScanView(series, $0) }
    }
  }
}

/// Gathers scans to pieces that are worth handing to another thread, and hands them over.
///
/// Memory is that of a few pieces: some ten thousand pairs, or a single scan of more.
struct ScanBatches<Output: Sendable> {
  private let lane: Lane<ScanPiece, Output>
  private var batch: [MassScan] = []
  private var points = 0
  private var waiting = 0

  /// How many pairs make a piece.
  static var enough: Int { 1 << 14 }
  /// How many scans do, however few pairs they have.
  static var most: Int { 1 << 9 }
  /// How many pieces may be worked on or wait.
  static var deepest: Int { 2 }

  init(_ lane: Lane<ScanPiece, Output>) { self.lane = lane }

  /// Hands over all scans of a source, and gives what came of them, piece by piece in their order.
  mutating func run(
    _ source: any MassScanSource, _ body: (Output) throws(Failure) -> Void
  ) throws(Failure) {
    if let series = source as? MassScanSeries {
      var (begin, points) = (0, 0)
      for scan in 0..<series.count {
        points += series.range(of: scan).count
        guard points >= Self.enough || scan + 1 - begin >= Self.most || scan + 1 == series.count
        else { continue }
        hand(.series(series, begin..<scan + 1))
        (begin, points) = (scan + 1, 0)
        if let output = ready() { try body(output) }
      }
    } else {
      // A variable of its own, as `self` cannot go into the closure.
      var batches = self
      try source.forEachScan { (scan) throws(Failure) in
        if let output = batches.add(scan) { try body(output) }
      }
      self = batches
    }
    while let output = rest() { try body(output) }
  }

  /// Adds a scan; what came of an earlier piece where it is time to take it.
  mutating func add(_ scan: MassScan) -> Output? {
    batch.append(scan)
    points += scan.massToCharge.count
    guard points >= Self.enough || batch.count >= Self.most else { return nil }
    handBatch()
    return ready()
  }

  /// What came of the pieces that were not taken yet, one at each call; nil behind the last.
  mutating func rest() -> Output? {
    if !batch.isEmpty { handBatch() }
    guard waiting > 0 else { return nil }
    waiting -= 1
    return lane.take()
  }

  /// What came of the oldest piece where more wait than should; else nil.
  private mutating func ready() -> Output? {
    guard waiting > Self.deepest else { return nil }
    waiting -= 1
    return lane.take()
  }

  private mutating func handBatch() {
    hand(.scans(batch))
    batch = []
    points = 0
  }

  private mutating func hand(_ piece: ScanPiece) {
    lane.give(piece)
    waiting += 1
  }
}
