internal import Instruments
internal import Laboratory

/// The file in the making, and which of its variables is which.
struct ANDIMassPass {
  private var writer: NetCDFWriter
  private let part: FilePart
  private let scans: any MassScanSource
  private let isNarrow: Bool
  private let time, number, total, index, count, mass, intensity: Int
  private let constants: [(variable: Int, value: Double)]
  private var (points, given, filled) = (0, 0, 0)

  init(
    _ part: FilePart, _ scans: any MassScanSource, _ survey: MassSurvey, _ isNarrow: Bool,
    to sink: any ByteSink
  ) throws(Failure) {
    (self.part, self.scans, self.isNarrow) = (part, scans, isNarrow)
    let layout = ANDIMassLayout(
      part.content, scans, survey, isNarrow: isNarrow, roundings: part.roundings)
    do throws(FormatError) {
      writer = try NetCDFWriter(layout.file, to: sink)
    } catch { throw error.failure }
    guard let time = layout.columns[.time], let number = layout.columns[.number],
      let total = layout.columns[.total], let index = layout.columns[.index],
      let count = layout.columns[.count], let mass = layout.columns[.mass],
      let intensity = layout.columns[.intensity]
    else { throw FormatError(.netcdf, .shape, "a variable of the standard").failure }
    (self.time, self.number, self.total, self.index) = (time, number, total, index)
    (self.count, self.mass, self.intensity) = (count, mass, intensity)
    for (variable, text) in layout.texts { try writer.put(text: text, to: variable) }
    constants = layout.constants
  }

  /// Adds a scan; its total is the sum of what is written, from the first to the last.
  mutating func put(_ scan: ScanView, total sum: Double) throws(Failure) {
    try writer.put(scan.time, to: time)
    try writer.put(Double(scan.number), to: number)
    try writer.put(
      isNarrow ? scan.intensity.reduce(0) { $0 + Double(Float($1)) } : sum, to: total)
    try writer.put(Double(points), to: index)
    try writer.put(Double(scan.massToCharge.count), to: count)
    try writer.put(scan.massToCharge, to: mass)
    try writer.put(scan.intensity, to: intensity)
    points += scan.massToCharge.count
    given += 1
  }

  /// Brings what is the same for every scan as far as the scans are.
  mutating func fill() throws(Failure) {
    for (variable, value) in constants {
      try writer.fill(value, count: given - filled, variable)
    }
    filled = given
  }

  mutating func finish(_ survey: MassSurvey) throws(Failure) {
    let layout = ANDIMassLayout(
      part.content, scans, survey, isNarrow: isNarrow, roundings: part.roundings)
    writer.takeAttributes(of: layout.file)
    try writer.finish()
  }
}

extension ANDIMassWriter {
  /// Looks at scans and packs them beside the writing of what was packed before.
  struct Work {
    private typealias Packed = Result<[GatheredBytes.Piece], Failure>

    private let state: Guarded<State>
    private let lane: Lane<ScanPiece, Packed>
    private let scans: any MassScanSource
    /// Buffers that were written and can be filled again.
    private let spare = Guarded<[[UInt8]]>([])

    /// Makes the work on scans of which all is known, or the extent alone.
    init(
      _ part: FilePart, _ scans: any MassScanSource, _ isNarrow: Bool,
      supposed: MassSurvey? = nil, extent: (scans: Int, points: Int) = (0, 0)
    ) {
      let guarded = Guarded(State(part, scans, isNarrow, supposed, extent, spare))
      state = guarded
      self.scans = scans
      lane = Lane("andi") { piece in
        guarded.withLock { state in
          do throws(Failure) {
            try state.take(piece.views)
            return .success(state.gathered.take())
          } catch { return .failure(error) }
        }
      }
    }

    /// Writes all scans; nil where one of them is not as was supposed, and nothing is whole then.
    func run(to sink: any ByteSink) throws(Failure) -> MassSurvey? {
      var batches = ScanBatches(lane)
      try batches.run(scans) { (packed) throws(Failure) in try write(packed.get(), to: sink) }
      return state.withLock { $0.isWrong ? nil : $0.survey }
    }

    /// Writes what is left, and the header.
    func finish(_ survey: MassSurvey, to sink: any ByteSink) throws(Failure) {
      let pieces = try state.withLock { (state) throws(Failure) in
        try state.pass?.finish(survey)
        return state.gathered.take()
      }
      try write(pieces, to: sink)
    }

    private func write(
      _ pieces: [GatheredBytes.Piece], to sink: any ByteSink
    ) throws(Failure) {
      for piece in pieces { try sink.write(piece.bytes, at: piece.place) }
      // The oldest is used first: one that somebody still holds would be copied when it is filled.
      let used = pieces.map(\.bytes).filter { $0.count >= NetCDFCursor.smallBufferSize }
      if !used.isEmpty { spare.withLock { $0 += used.prefix(8 - min(8, $0.count)) } }
    }
  }

  /// What is known of the scans so far, and the file in the making.
  private struct State {
    private let part: FilePart
    private let scans: any MassScanSource
    private let isNarrow: Bool
    /// What is known of all scans before the first is written; else only how many they are.
    private let known: MassSurvey?
    private let extent: (scans: Int, points: Int)
    private var isSupposed = (mass: true, intensity: true)
    private(set) var survey = MassSurvey()
    private(set) var isWrong = false
    var pass: ANDIMassPass?
    let gathered: GatheredBytes

    init(
      _ part: FilePart, _ scans: any MassScanSource, _ isNarrow: Bool, _ known: MassSurvey?,
      _ extent: (scans: Int, points: Int), _ spare: Guarded<[[UInt8]]>
    ) {
      gathered = GatheredBytes(spare)
      (self.part, self.scans, self.isNarrow) = (part, scans, isNarrow)
      (self.known, self.extent) = (known, extent)
    }

    mutating func take(_ scans: [ScanView]) throws(Failure) {
      for scan in scans where !isWrong {
        try survey.take(scan)
        if pass == nil { try begin() }
        isWrong =
          known == nil && !isNarrow
          && isSupposed != (survey.isMassNarrow, survey.isIntensityNarrow)
        if !isWrong { try pass?.put(scan, total: survey.total) }
      }
      if !isWrong { try pass?.fill() }
    }

    private mutating func begin() throws(Failure) {
      isSupposed = (survey.isMassNarrow, survey.isIntensityNarrow)
      let start =
        known
        ?? MassSurvey(
          scans: extent.scans, points: extent.points, isMassNarrow: isSupposed.mass,
          isIntensityNarrow: isSupposed.intensity)
      pass = try ANDIMassPass(part, scans, start, isNarrow, to: gathered)
    }
  }
}

/// Where bytes wait that another thread writes.
private final class GatheredBytes: ByteSink, BufferKeeper {
  /// Bytes, and where they stand.
  struct Piece: Sendable {
    var bytes: [UInt8]
    var place: Int
  }

  private var pieces: [Piece] = []
  private let spare: Guarded<[[UInt8]]>

  /// Makes a place for bytes; `spare` has buffers that were written.
  init(_ spare: Guarded<[[UInt8]]>) { self.spare = spare }

  func write(_ bytes: [UInt8], at place: Int) { pieces.append(Piece(bytes: bytes, place: place)) }

  func spare(_ size: Int) -> [UInt8]? {
    spare.withLock { buffers in
      buffers.firstIndex { $0.count == size }.map { buffers.remove(at: $0) }
    }
  }

  /// Gives what was gathered, and forgets it.
  func take() -> [Piece] {
    defer { pieces = [] }
    return pieces
  }
}
