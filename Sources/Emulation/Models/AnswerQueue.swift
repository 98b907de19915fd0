internal import Instruments

/// Bytes that an instrument has for its host on one IN end point.
struct Answer: Sendable {
  var bytes: [UInt8]
  /// From when on the host can fetch them; `.never` while a trigger is awaited.
  var readyAt: MonotonicInstant
  /// Whether the last byte ends a spectrum.
  var endsFrame = false
  /// How many bytes were fetched; a multiple of the packet size until the end.
  var taken = 0
}

/// How far a host's read of one end point has come.
enum ReadProgress: Sendable, Equatable {
  /// The transfer ended: a short packet came or the buffer is full.
  case done
  /// More is needed; the next bytes are there at this moment (`.never`: none are under way).
  case pending(until: MonotonicInstant)
  /// A packet came that was larger than the room left; it is lost.
  case overflow
  /// The end point refuses until its stall is cleared.
  case stalled
}

/// The answers waiting on one IN end point, cut into USB packets when they are fetched.
struct AnswerQueue: Sendable {
  var answers: [Answer] = []
  let maxPacket: Int

  init(maxPacket: Int) {
    self.maxPacket = maxPacket
    answers.reserveCapacity(8)
  }

  /// Spectra that the host has not fetched to the end.
  var framesWaiting: Int { answers.count(where: \.endsFrame) }

  /// Fetches ready bytes into `buffer[start + filled...]` as one bulk transfer of `limit` bytes.
  ///
  /// A transfer ends at a packet shorter than the end point's size, so an answer of full packets
  /// runs on into the next answer. Calls `finished` with every answer fetched to its end.
  mutating func fetch(
    into buffer: inout MutableSpan<UInt8>, at start: Int, filled: inout Int, limit: Int,
    now: MonotonicInstant, finished: (consuming Answer) -> Void
  ) -> ReadProgress {
    while filled < limit {
      guard let first = answers.first else { return .pending(until: .never) }
      guard first.readyAt <= now else { return .pending(until: first.readyAt) }
      let left = first.bytes.count - first.taken
      let room = limit - filled
      let count = left <= room ? left : room / maxPacket * maxPacket
      for offset in 0..<count {
        buffer[start + filled + offset] = answers[0].bytes[answers[0].taken + offset]
      }
      filled += count
      answers[0].taken += count
      if left > room {
        guard room % maxPacket != 0 else { return .done }
        dropPacket(finished)
        return .overflow
      }
      let endsShort = answers[0].bytes.count % maxPacket != 0
      finished(answers.removeFirst())
      if endsShort { return .done }
    }
    return .done
  }

  private mutating func dropPacket(_ finished: (consuming Answer) -> Void) {
    answers[0].taken = min(answers[0].taken + maxPacket, answers[0].bytes.count)
    if answers[0].taken == answers[0].bytes.count { finished(answers.removeFirst()) }
  }
}
