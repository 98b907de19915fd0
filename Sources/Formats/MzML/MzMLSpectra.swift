internal import Instruments

/// The arrays of some mass spectra, unpacked, up to the first that is wrong.
struct MzMLUnpacked: Sendable {
  /// A spectrum: where its pairs end, and whether they had to be put in order.
  struct Scan {
    var end: Int
    var wasTurned: Bool
  }

  private(set) var masses: [Double] = []
  private(set) var intensities: [Double] = []
  private(set) var scans: [Scan] = []
  /// What is wrong with the spectrum behind `scans`.
  private(set) var failure: FormatError?

  /// Unpacks spectra of mass and intensity, or of nothing, in their order.
  init(_ items: [MzMLItem], by unpacker: MzMLUnpacker) {
    let pairs = items.reduce(0) { $0 + min($1.length, $1.characters) }
    masses.reserveCapacity(pairs)
    intensities.reserveCapacity(pairs)
    do throws(FormatError) {
      for item in items { try add(item, unpacker) }
    } catch { failure = error }
  }

  private mutating func add(
    _ item: MzMLItem, _ unpacker: MzMLUnpacker
  ) throws(FormatError) {
    let begin = scans.last?.end ?? 0
    if let intensity = item.array("MS:1000515"), let mass = item.array("MS:1000514") {
      try unpacker.append(intensity, item.length, to: &intensities)
      try unpacker.append(mass, item.length, to: &masses)
    }
    let rises = MzMLNumbers.neverFall(masses[begin...])
    guard masses.count == intensities.count, rises || masses[begin...].allSatisfy({ $0 >= 0 })
    else {
      throw FormatError(
        .mzml, .inconsistent, at: item.offset,
        "\(masses.count - begin) masses and \(intensities.count - begin) intensities, "
          + "or a mass below zero")
    }
    if !rises { turn(begin) }
    scans.append(Scan(end: masses.count, wasTurned: !rises))
  }

  /// Puts the pairs from a place on in the order of their masses.
  private mutating func turn(_ begin: Int) {
    let (mz, values) = (Array(masses[begin...]), Array(intensities[begin...]))
    let order = mz.indices.sorted { mz[$0] == mz[$1] ? $0 < $1 : mz[$0] < mz[$1] }
    for (place, index) in order.enumerated() {
      masses[begin + place] = mz[index]
      intensities[begin + place] = values[index]
    }
  }
}

/// Has mass spectra unpacked, beside the reading of those behind them where the file is long.
///
/// What comes out, and which error, is that of one spectrum after the other, however the threads
/// take turns: pieces are taken in the order in which they were given. Memory is that of a few
/// pieces beside the file and its numbers.
struct MzMLSpectra {
  /// Some spectra, and what came of them.
  typealias Piece = (items: [MzMLItem], unpacked: MzMLUnpacked)

  /// How many stated values, or characters of base64, make a piece, however few spectra they are.
  private static let enough = (values: 1 << 15, characters: 1 << 19)
  /// How many pieces a lane may work on or have waiting.
  private static let deepest = 2
  /// How many values may wait behind the oldest piece.
  private static let mostWaiting = 1 << 21

  private let unpacker = MzMLUnpacker()
  private let lanes: [Lane<[MzMLItem], MzMLUnpacked>]
  private var gathered: [MzMLItem] = []
  private var (values, characters) = (0, 0)
  private var given: [(items: [MzMLItem], values: Int)] = []
  /// How many values are worked on or wait.
  private var waiting = 0
  /// Which lane gets the next piece, and which has the oldest.
  private var (next, oldest) = (0, 0)

  /// How many spectra make a piece.
  private let most: Int

  /// Unpacks on so many other threads; where there is none, on that of the caller.
  init(lanes count: Int = 0, piece most: Int = 512) {
    self.most = most
    lanes = (0..<count).map { _ in
      let unpacker = Guarded(MzMLUnpacker())
      return Lane("mzml.read") { items in unpacker.withLock { MzMLUnpacked(items, by: $0) } }
    }
  }

  /// Unpacks a single array at once.
  func values(_ array: MzMLArray, _ standard: Int) throws(FormatError) -> [Double] {
    try array.values(standard, by: unpacker)
  }

  /// Takes a spectrum.
  mutating func add(_ item: MzMLItem) {
    gathered.append(item)
    values += item.values
    characters += item.characters
    guard
      lanes.isEmpty || values >= Self.enough.values || characters >= Self.enough.characters
        || gathered.count >= most
    else { return }
    hand()
  }

  /// The oldest piece where more wait than should; else nil.
  mutating func ready() -> Piece? {
    guard let first = given.first else { return nil }
    let isFull =
      given.count > Self.deepest * lanes.count || waiting - first.values > Self.mostWaiting
    return isFull ? take() : nil
  }

  /// The oldest piece that was not taken yet; nil behind the last.
  mutating func rest() -> Piece? {
    if !gathered.isEmpty { hand() }
    return given.isEmpty ? nil : take()
  }

  private mutating func hand() {
    if !lanes.isEmpty {
      lanes[next].give(gathered)
      next = (next + 1) % lanes.count
    }
    given.append((gathered, values))
    waiting += values
    gathered = []
    (values, characters) = (0, 0)
  }

  private mutating func take() -> Piece {
    let (items, values) = given.removeFirst()
    waiting -= values
    guard !lanes.isEmpty else { return (items, MzMLUnpacked(items, by: unpacker)) }
    let unpacked = lanes[oldest].take()
    oldest = (oldest + 1) % lanes.count
    return (items, unpacked)
  }
}
