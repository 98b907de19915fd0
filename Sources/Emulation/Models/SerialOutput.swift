internal import Instruments

/// What an instrument sends over a serial line, byte by byte at the line's speed.
///
/// A byte leaves when it exists and the one before it has left. The moments follow from the answers
/// alone, not from when a host looks.
struct SerialOutput: Sendable {
  /// Bytes to be sent: all there from `readyAt` on, or `grain` of them after every `step`.
  struct Answer: Sendable {
    var bytes: [UInt8]
    /// When the first grain exists.
    var readyAt: MonotonicInstant
    /// How many bytes come into being together.
    var grain = Int.max
    /// How long after a grain the next one exists.
    var step = Duration.zero
    /// How many grains wait for such a step; the others come with the last of them.
    var steps = Int.max
    /// What the host does to end it before its time.
    var ends = Ends.never
    /// Whether its last byte ends a scan.
    var endsFrame = false
  }

  private struct Piece: Sendable {
    var end: Int
    var isFrame: Bool
    /// Whether it goes up to the last byte of its answer.
    var isWhole = false
  }

  /// What ends an answer that has not left.
  enum Ends: Sendable { case never, atCommand, atByte }

  /// How long one byte is on the wire.
  let byteTime: Duration
  /// Answers not sent to the end, the first one partly.
  private var answers: [Answer] = []
  private var sent = 0
  /// When the last byte sent had left.
  private var free = MonotonicInstant.unknown
  /// Bytes that have left and that the host has not taken.
  private var arrived: [UInt8] = []
  private var taken = 0
  /// What `arrived` consists of, up to which place each.
  private var pieces: [Piece] = []
  /// Whether the byte taken last belongs to a frame.
  private(set) var tookFrame = false
  /// The handshake stops the line when so many bytes were not taken.
  private static let room = 65_536

  init(byteTime: Duration) { self.byteTime = byteTime }

  mutating func append(_ answer: Answer) { answers.append(answer) }

  /// Sends what can have left by `now`; returns when the last byte of a scan left, if one did, and
  /// goes no further then.
  mutating func settle(to now: MonotonicInstant) -> MonotonicInstant? {
    while let moment = nextMoment(after: sent, free: free), moment <= now,
      arrived.count - taken < Self.room
    {
      arrived.append(answers[0].bytes[sent])
      note(isFrame: answers[0].endsFrame, startsAnswer: sent == 0)
      sent += 1
      free = moment
      guard sent == answers[0].bytes.count else { continue }
      pieces[pieces.count - 1].isWhole = true
      sent = 0
      if answers.removeFirst().endsFrame { return moment }
    }
    return nil
  }

  /// Notes what the byte just arrived belongs to.
  private mutating func note(isFrame: Bool, startsAnswer: Bool) {
    if startsAnswer || pieces.isEmpty { pieces.append(Piece(end: 0, isFrame: isFrame)) }
    pieces[pieces.count - 1].end = arrived.count
  }

  /// Drops the answers that end this way and have not left; what is on the wire arrives.
  mutating func flush(_ ends: Ends) {
    if answers.first?.ends == ends { sent = 0 }
    answers.removeAll { $0.ends == ends }
  }

  /// Drops everything that has not left.
  mutating func flush() {
    answers.removeAll()
    sent = 0
  }

  /// Takes bytes that have arrived; returns how many scans they complete.
  mutating func take(
    into buffer: inout MutableSpan<UInt8>, at start: Int, filled: inout Int, limit: Int
  ) -> Int {
    let before = taken
    while filled < limit, taken < arrived.count {
      buffer[start + filled] = arrived[taken]
      filled += 1
      taken += 1
    }
    guard taken > before else { return 0 }
    var (frames, over) = (0, 0)
    for piece in pieces {
      tookFrame = piece.isFrame
      guard piece.end <= taken else { break }
      if piece.isFrame, piece.isWhole { frames += 1 }
      over += 1
      if piece.end == taken { break }
    }
    pieces.removeFirst(over)
    if taken == arrived.count {
      arrived.removeAll(keepingCapacity: true)
      taken = 0
    }
    return frames
  }

  /// When what is being sent together (a reply, a word) will have left; `.never` if nothing is.
  var nextArrival: MonotonicInstant {
    guard let first = answers.first else { return .never }
    let whole = min(first.bytes.count, first.grain)
    guard whole > 0 else { return .never }
    let end = min(first.bytes.count, (sent / whole + 1) * whole)
    var moment = free
    for index in sent..<end { moment = nextMoment(after: index, free: moment) ?? moment }
    return moment
  }

  /// When the byte at `index` of the first answer leaves.
  private func nextMoment(after index: Int, free: MonotonicInstant) -> MonotonicInstant? {
    guard let first = answers.first, !first.bytes.isEmpty else { return nil }
    let exists = first.readyAt.advanced(by: first.step * min(index / first.grain, first.steps))
    return max(exists, free).advanced(by: byteTime)
  }
}
