internal import Instruments

/// Takes frames from a line, and finds the next one after damage.
///
/// What was read too far is put back and read again, so that a byte lost costs its own frame alone.
struct OpenStreamReceiver: ~Copyable {
  /// What came.
  enum Arrival {
    /// A whole frame of this type and many bytes, at the beginning of the buffer.
    case frame(type: UInt8, byteCount: Int)
    /// Bytes that are no frame, at the beginning of the buffer.
    case damaged(FrameOutcome, byteCount: Int)
    /// Nothing, or the beginning of a frame.
    case nothing
  }

  /// A serial line has one end point for both directions.
  static let endpoint: UInt8 = 0

  var link: any ByteLink & ~Copyable
  private let line: SerialFacts
  private let grace: Duration
  /// Bytes to be read before those of the line, from `taken` on.
  private var carry: [UInt8] = []
  private var taken = 0
  /// When the header of the last frame was in hand.
  private(set) var began = MonotonicInstant.unknown

  init(link: consuming any ByteLink & ~Copyable, model: OpenStreamModel) {
    self.link = link
    line = model.line
    grace = model.grace
  }

  /// Makes room, so that no frame up to this size needs memory while it is received.
  mutating func reserve(_ byteCount: Int) { carry.reserveCapacity(byteCount) }

  /// Forgets what was read too far.
  mutating func forget() {
    carry.removeAll(keepingCapacity: true)
    taken = 0
  }

  /// Takes the next frame into `slot`; waits until `deadline` for its beginning, then as long as the
  /// rest may be on the wire and the profile's grace.
  mutating func next(
    into slot: inout MutableSpan<UInt8>, until deadline: MonotonicInstant
  ) throws(LinkError) -> Arrival {
    let noise = try findHeader(in: &slot, until: deadline)
    guard noise.isFound else {
      return noise.byteCount == 0
        ? .nothing : .damaged(.refused(.lostSync), byteCount: noise.byteCount)
    }
    began = .now
    let whole = OpenStreamWire.overhead + Int(OpenStreamWire.word(slot.span, at: 8))
    guard whole <= slot.count else {
      return .damaged(.refused(.overlong), byteCount: OpenStreamWire.headerSize)
    }
    let rest = whole - OpenStreamWire.headerSize
    let limit = began.advanced(by: grace + line.wireTime(of: rest) * 2)
    let got =
      OpenStreamWire.headerSize
      + (try take(rest, into: &slot, at: OpenStreamWire.headerSize, until: limit))
    guard got == whole else {
      return .damaged(.partial, byteCount: putBackNext(of: &slot, got))
    }
    guard OpenStreamWire.isWhole(slot.span.extracting(first: whole)) else {
      return .damaged(.refused(.failedCheck), byteCount: putBackNext(of: &slot, whole))
    }
    return .frame(type: slot[2], byteCount: whole)
  }

  /// Puts the bytes before `count` back, to be read again.
  mutating func putBack(_ slot: borrowing MutableSpan<UInt8>, from start: Int = 0, _ count: Int) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count - start)
    for place in start..<count { bytes.append(slot[place]) }
    carry.replaceSubrange(0..<taken, with: bytes)
    taken = 0
  }

  /// Reads until a sound header is at the beginning of `slot`, or until noise ends before one.
  ///
  /// Noise is what stands before; a header behind it is put back.
  private mutating func findHeader(
    in slot: inout MutableSpan<UInt8>, until deadline: MonotonicInstant
  ) throws(LinkError) -> (isFound: Bool, byteCount: Int) {
    var (count, place) = (0, 0)
    let size = OpenStreamWire.headerSize
    while place + size <= slot.count {
      if count < place + size {
        let wanted = place + size - count
        let came = try take(wanted, into: &slot, at: count, until: deadline)
        count += came
        if came < wanted { break }
      }
      if OpenStreamWire.isHeader(slot.span.extracting(place..<place + size)) {
        if place == 0 { return (true, 0) }
        putBack(slot, from: place, count)
        return (false, place)
      }
      place = Self.nextMark(in: slot, from: place + 1, to: count)
    }
    // What may be the beginning of a header is read again.
    place = min(place, count)
    putBack(slot, from: place, count)
    return (false, place)
  }

  /// Puts back what may be the next frame within the bytes of a damaged one; says where it begins.
  private mutating func putBackNext(of slot: inout MutableSpan<UInt8>, _ count: Int) -> Int {
    var place = OpenStreamWire.headerSize
    while true {
      place = Self.nextMark(in: slot, from: place, to: count)
      guard place + OpenStreamWire.headerSize <= count else { break }
      let candidate = slot.span.extracting(place..<place + OpenStreamWire.headerSize)
      if OpenStreamWire.isHeader(candidate) { break }
      place += 1
    }
    if place < count { putBack(slot, from: place, count) }
    return place
  }

  /// Where the next start mark is, whole or cut by the end; `end` where there is none.
  private static func nextMark(
    in slot: borrowing MutableSpan<UInt8>, from start: Int, to end: Int
  ) -> Int {
    var place = start
    while place < end {
      if slot[place] == OpenStreamWire.mark.0,
        place + 1 == end || slot[place + 1] == OpenStreamWire.mark.1
      {
        return place
      }
      place += 1
    }
    return end
  }

  /// Takes so many bytes, those put back first; fewer where the deadline passes.
  private mutating func take(
    _ count: Int, into slot: inout MutableSpan<UInt8>, at start: Int,
    until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    var came = 0
    while came < count, taken < carry.count {
      slot[start + came] = carry[taken]
      came += 1
      taken += 1
    }
    if taken == carry.count, taken > 0 { forget() }
    guard came < count else { return came }
    do throws(LinkError) {
      return came
        + (try link.read(
          Leg(endpoint: Self.endpoint, byteCount: count - came), into: &slot, at: start + came,
          until: deadline))
    } catch {
      if case .timedOut(let received) = error { return came + max(0, received) }
      if came > 0 { putBack(slot, from: start, start + came) }
      throw error
    }
  }
}
