internal import Instruments

/// An emulated instrument that speaks the open stream protocol and plays a recorded run.
///
/// Pure: it knows no port and no clock; every call is given its moment. The first scan comes at once,
/// the others as long after it as they were measured, divided by the speed; a host that reads too
/// slowly gets them later, and none is left out. What would be switched on while it measures is its
/// `detector`.
struct OpenStreamPlayer: EmulatedModel {
  static let modelID = "open-stream/player"
  static let maker = USBDescriptors.maker
  /// Points of a trace that are sent together at most.
  private static let mostTogether = 64
  /// Frames a second that traces are cut for.
  private static let framesPerSecond = 25.0
  /// Bytes that wait for the host at most before the next scan is made.
  private static let room = 1 << 18

  private struct Piece: Sendable {
    var bytes: [UInt8]
    var isScan: Bool
    var taken = 0
  }

  private struct Run: Sendable {
    var id: UInt32
    /// How many scans are wanted, 0 for all.
    var wanted: UInt64
    var began: MonotonicInstant
    var watchdog: Duration?
    /// The place in the recording.
    var place = 0
    var scans: UInt64 = 0
  }

  let recording: PlayedRun
  let serialNumber: String
  let stated: String
  let firmware: String
  let speed: Double
  /// How many points of a trace are one scan.
  let together: Int
  private var orders = OpenStreamOrders()
  private var pieces: [Piece] = []
  private var run: Run?
  private var lastRun: UInt64 = 0
  private var sequence: UInt32 = 0
  private var heard = MonotonicInstant.unknown
  private var tookScan = false
  private(set) var framesSent = 0
  private(set) var answers = 0

  var id: String { Self.modelID }
  /// No UART: the line is as fast as the recording.
  var connection: EmulatedConnection { .serial(baud: 3_000_000) }
  var energised: [String] { run == nil ? [] : ["detector"] }
  var answersSent: Int? { answers }
  func sendsFrames(on endpoint: UInt8) -> Bool { tookScan }

  init(
    recording: PlayedRun, serialNumber: String, stated: String, firmware: String = "1.0",
    speed: Double
  ) {
    self.recording = recording
    self.serialNumber = serialNumber
    self.stated = stated
    self.firmware = firmware
    self.speed = speed
    let length = (recording.times.last ?? 0) - (recording.times.first ?? 0)
    let rate = length > 0 ? Double(recording.count) / length : 1
    let due = rate * speed / Self.framesPerSecond
    together =
      recording.kind == .traces ? Int(min(Double(Self.mostTogether), max(1, due.rounded(.up)))) : 1
  }

  // MARK: What a front calls

  mutating func receive(_ bytes: [UInt8], on endpoint: UInt8, at now: MonotonicInstant) {
    guard endpoint == 0 else { return }
    advance(to: now)
    orders.add(bytes)
    while let order = orders.next() {
      heard = now
      switch order {
      case .text:
        say(Piece(bytes: Array("OPEN-STREAM 1 SN=\(stated)\r\n".utf8), isScan: false))
      case .tooLong(let sequence): complain(sequence, 7, "the order is too long")
      case .frame(let type, let sequence, let payload):
        obey(type, sequence, payload[...], at: now)
      }
    }
  }

  mutating func fetch(
    _ endpoint: UInt8, into buffer: inout MutableSpan<UInt8>, at start: Int, filled: inout Int,
    limit: Int, now: MonotonicInstant
  ) -> ReadProgress? {
    guard endpoint == 0 else { return nil }
    advance(to: now)
    while filled < limit, let piece = pieces.first {
      let count = min(limit - filled, piece.bytes.count - piece.taken)
      for place in 0..<count { buffer[start + filled + place] = piece.bytes[piece.taken + place] }
      filled += count
      tookScan = piece.isScan
      pieces[0].taken += count
      guard pieces[0].taken == piece.bytes.count else { break }
      pieces.removeFirst()
      if piece.isScan { framesSent += 1 } else { answers += 1 }
      advance(to: now)
    }
    return filled >= limit ? .done : .pending(until: nextEvent)
  }

  mutating func restart() {
    (orders, pieces, run) = (OpenStreamOrders(), [], nil)
    (lastRun, sequence) = (0, 0)
  }

  // MARK: Orders

  private mutating func obey(
    _ type: UInt8, _ sequence: UInt32, _ payload: ArraySlice<UInt8>, at now: MonotonicInstant
  ) {
    typealias B = OpenStreamBytes
    switch type {
    case 0x01 where payload.count >= 8:
      let (low, high) = (
        UInt16(truncatingIfNeeded: B.word(payload, 0)), UInt16(B.word(payload, 0) >> 16)
      )
      guard low <= 1, high >= 1 else { return complain(sequence, 6, "only version 1 is spoken") }
      answer(
        0x81, sequence,
        B.number(UInt16(1)) + B.number(UInt16(0)) + B.number(UInt32(4 << 20))
          + B.number(UInt32(OpenStreamOrders.largestPayload)) + B.text(Self.maker)
          + B.text("Player") + B.text(stated, most: 32) + B.text(firmware))
    case 0x02: answer(0x82, sequence, capabilities)
    case 0x03 where payload.count >= 8:
      let (first, count) = (Int(B.word(payload, 0)), Int(B.word(payload, 4)))
      guard first + count <= recording.axis.count, 12 + 8 * count <= 4096 else {
        return complain(sequence, 4, "the axis has \(recording.axis.count) places")
      }
      answer(
        0x83, sequence,
        B.number(UInt32(first)) + B.number(UInt32(count))
          + recording.axis[first..<first + count].flatMap { B.number($0) })
    case 0x04 where payload.count >= 4:
      guard B.word(payload, 0) & 0xFFFF == 0 else {
        return complain(sequence, 5, "this instrument has no settings")
      }
      answer(0x84, sequence, B.number(UInt32(0)))
    case 0x05 where payload.count >= 16:
      guard run == nil else { return complain(sequence, 3, "a run is under way") }
      let watchdog = B.word(payload, 8)
      run = Run(
        id: sequence, wanted: UInt64(B.word(payload, 0)) | UInt64(B.word(payload, 4)) << 32,
        began: now, watchdog: watchdog == 0 ? nil : .milliseconds(Int64(watchdog)))
      answer(0x85, sequence, [])
    case 0x06, 0x07:
      // An abort takes back what has not left; a stop lets it come.
      if type == 0x07 { pieces.removeAll { $0.isScan && $0.taken == 0 } }
      end(type == 0x07 ? 3 : 2, answering: sequence)
    case 0x08: answer(0x88, sequence, B.number(run?.id ?? 0) + B.number(run?.scans ?? lastRun))
    case 0x01...0x08: complain(sequence, 2, "the order has \(payload.count) bytes")
    default: complain(sequence, 1, "order \(type) is not known")
    }
  }

  private var capabilities: [UInt8] {
    typealias B = OpenStreamBytes
    let isMass = recording.kind == .centroids || recording.kind == .profile
    let times = recording.times
    let length = (times.last ?? 0) - (times.first ?? 0)
    let rate = length > 0 ? Double(times.count) / length * speed / Double(together) : speed
    let largest = recording.kind == .traces ? together : recording.largestCount
    var bytes: [UInt8] = [recording.kind.rawValue, 1, isMass ? 1 : 0, 2]
    bytes += B.number(0.0) + B.number(min(1e6, max(1e-3, rate))) + B.number(UInt32(largest))
    bytes += B.number(UInt16(recording.channels.count)) + B.number(UInt16(0))
    bytes += [recording.axisKind, 0, 0, 0]
    for channel in recording.channels {
      bytes += B.text(channel.name, most: 32) + B.text(channel.unit, most: 16) + B.number(1.0)
    }
    return bytes
  }

  // MARK: What happens in the course of time

  /// Makes the scans that are due, as long as there is room for them.
  private mutating func advance(to now: MonotonicInstant) {
    while let current = run {
      if let watchdog = current.watchdog, heard.advanced(by: watchdog) <= now {
        return end(5, answering: current.id)
      }
      guard current.place < recording.count else { return end(4, answering: current.id) }
      if current.wanted > 0, current.scans >= current.wanted {
        return end(1, answering: current.id)
      }
      guard due(current) <= now, waiting < Self.room else { return }
      let count = min(together, recording.count - current.place)
      sequence &+= 1
      say(
        Piece(
          bytes: OpenStreamBytes.frame(
            0x90, sequence, scan(current, count)), isScan: true))
      run?.place += count
      // Traces are counted by points, so that a lost block is seen for what it is.
      run?.scans += UInt64(count)
    }
  }

  private var waiting: Int { pieces.reduce(0) { $0 + $1.bytes.count - $1.taken } }

  private var nextEvent: MonotonicInstant {
    guard let run else { return .never }
    let watchdog = run.watchdog.map { heard.advanced(by: $0) } ?? .never
    return min(watchdog, run.place < recording.count ? due(run) : .unknown)
  }

  /// When the last point of the next scan has been measured.
  private func due(_ run: Run) -> MonotonicInstant {
    let last = min(run.place + together, recording.count) - 1
    let passed = (recording.times[last] - recording.times[0]) / speed
    return run.began.advanced(by: .nanoseconds(Int64(min(passed * 1e9, 9e18))))
  }

  private func scan(_ run: Run, _ count: Int) -> [UInt8] {
    typealias B = OpenStreamBytes
    let isTraces = recording.kind == .traces
    let places = recording.starts[run.place]..<recording.starts[run.place + count]
    var bytes = B.number(run.id) + B.number(UInt32(0)) + B.number(UInt64(run.place))
    bytes += B.number(recording.times[run.place])
    bytes += B.number(UInt32(isTraces ? count : places.count)) + B.number(UInt32(0))
    bytes.reserveCapacity(32 + 16 * places.count)
    for (index, place) in places.enumerated() {
      if isTraces, index % recording.channels.count == 0 {
        bytes += B.number(recording.times[run.place + index / recording.channels.count])
      }
      if !recording.masses.isEmpty { bytes += B.number(recording.masses[place]) }
      bytes += B.number(recording.values[place])
    }
    return bytes
  }

  // MARK: Answers

  private mutating func answer(_ type: UInt8, _ order: UInt32, _ rest: [UInt8]) {
    sequence &+= 1
    say(
      Piece(
        bytes: OpenStreamBytes.frame(type, sequence, OpenStreamBytes.number(order) + rest),
        isScan: false))
  }

  private mutating func complain(_ order: UInt32, _ code: UInt16, _ text: String) {
    answer(
      0x87, order,
      OpenStreamBytes.number(code) + OpenStreamBytes.number(UInt16(0))
        + OpenStreamBytes.text(text, most: 255))
  }

  private mutating func end(_ reason: UInt16, answering order: UInt32) {
    typealias B = OpenStreamBytes
    let ended = run
    run = nil
    lastRun = ended?.scans ?? lastRun
    answer(
      0x86, order,
      B.number(ended?.id ?? 0) + B.number(ended == nil ? UInt16(0) : reason)
        + B.number(UInt16(0)) + B.number(ended?.scans ?? 0))
  }

  private mutating func say(_ piece: Piece) { pieces.append(piece) }
}
