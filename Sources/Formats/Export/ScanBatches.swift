/// Gathers scans to pieces that are worth handing to another thread, and hands them over.
///
/// Memory is that of a few pieces: some ten thousand pairs, or a single scan of more.
struct ScanBatches<Output: Sendable> {
  private let lane: Lane<[MassScan], Output>
  private var batch: [MassScan] = []
  private var points = 0
  private var waiting = 0

  /// How many pairs make a piece.
  static var enough: Int { 1 << 14 }
  /// How many scans do, however few pairs they have.
  static var most: Int { 1 << 9 }
  /// How many pieces may be worked on or wait.
  static var deepest: Int { 2 }

  init(_ lane: Lane<[MassScan], Output>) { self.lane = lane }

  /// Adds a scan; what came of an earlier piece where it is time to take it.
  mutating func add(_ scan: MassScan) -> Output? {
    batch.append(scan)
    points += scan.massToCharge.count
    guard points >= Self.enough || batch.count >= Self.most else { return nil }
    hand()
    guard waiting > Self.deepest else { return nil }
    waiting -= 1
    return lane.take()
  }

  /// What came of the pieces that were not taken yet, one at each call; nil behind the last.
  mutating func rest() -> Output? {
    if !batch.isEmpty { hand() }
    guard waiting > 0 else { return nil }
    waiting -= 1
    return lane.take()
  }

  private mutating func hand() {
    lane.give(batch)
    batch = []
    points = 0
    waiting += 1
  }
}
