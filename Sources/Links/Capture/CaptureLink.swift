internal import Foundation
public import Instruments
public import Laboratory

/// A link that writes down everything said over the link it wraps.
///
/// A tool for support and tests: it allocates at every call and writes one line of the file before
/// the call returns, so that the lines of a crashed program are there. A line that cannot be
/// written ends the conversation with `.system`, as a capture with holes is worth nothing.
public struct CaptureLink: ByteLink, ~Copyable {
  /// The wrapped link's canceller.
  public let canceller: LinkCanceller
  /// What the wrapped link says.
  public let reachesEmulator: Bool

  private var base: any ByteLink & ~Copyable
  private let file: FileHandle
  private let started = MonotonicInstant.now

  /// Wraps `base` and begins a new file at `path`; an existing file is not overwritten.
  public init(
    _ base: consuming any ByteLink & ~Copyable, to path: String, header: CaptureHeader
  ) throws(Failure) {
    file = try Self.begin(path, header)
    canceller = base.canceller
    reachesEmulator = base.reachesEmulator
    self.base = base
  }

  private static func begin(
    _ path: String, _ header: CaptureHeader
  ) throws(Failure) -> FileHandle {
    do {
      let line = try CaptureLine.text(of: header) + "\n"
      let url = URL(filePath: path)
      try Data(line.utf8).write(to: url, options: .withoutOverwriting)
      let file = try FileHandle(forWritingTo: url)
      try file.seekToEnd()
      return file
    } catch {
      throw Failure(
        "capture-unwritable", exit: .failed, what: "The capture \(path) cannot be begun.",
        why: error.localizedDescription,
        next: "Choose the name of a new file in a folder that this account may write.")
    }
  }

  /// Prepares the wrapped link; nothing is written.
  public mutating func prepare(_ legs: [Leg], inFlight: Int) throws(LinkError) {
    try base.prepare(legs, inFlight: inFlight)
  }

  /// Sends bytes over the wrapped link.
  public mutating func write(
    _ bytes: Span<UInt8>, to endpoint: UInt8, until deadline: MonotonicInstant
  ) throws(LinkError) {
    let said = CaptureEvent.Operation.write(
      endpoint: endpoint, bytes: bytes.indices.map { bytes[$0] })
    do throws(LinkError) {
      try base.write(bytes, to: endpoint, until: deadline)
    } catch {
      try note(said, error: error)
      throw error
    }
    try note(said)
  }

  /// Starts a read on the wrapped link.
  public mutating func post(_ leg: Leg) throws(LinkError) {
    let said = CaptureEvent.Operation.post(endpoint: leg.endpoint, length: leg.byteCount)
    do throws(LinkError) {
      try base.post(leg)
    } catch {
      try note(said, error: error)
      throw error
    }
    try note(said)
  }

  /// Reads over the wrapped link.
  public mutating func read(
    _ leg: Leg, into buffer: inout MutableSpan<UInt8>, at offset: Int,
    until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    let said = CaptureEvent.Operation.read(endpoint: leg.endpoint, length: leg.byteCount)
    let count: Int
    do throws(LinkError) {
      count = try base.read(leg, into: &buffer, at: offset, until: deadline)
    } catch {
      var left = 0
      if case .timedOut(let received) = error { left = received }
      if case .overflow = error { left = leg.byteCount }
      left = max(0, min(left, leg.byteCount, buffer.count - offset))
      try note(said, received: (0..<left).map { buffer[offset + $0] }, error: error)
      throw error
    }
    try note(said, received: (0..<count).map { buffer[offset + $0] })
    return count
  }

  /// Drains the wrapped link.
  public mutating func drain(
    _ endpoint: UInt8, quiet: Duration, until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    let count: Int
    do throws(LinkError) {
      count = try base.drain(endpoint, quiet: quiet, until: deadline)
    } catch {
      try note(.drain(endpoint: endpoint), error: error)
      throw error
    }
    try note(.drain(endpoint: endpoint), dropped: count)
    return count
  }

  /// Makes a control request over the wrapped link.
  public mutating func control(
    _ request: ControlRequest, data: inout MutableSpan<UInt8>, until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    let fetches = request.type & 0x80 != 0
    let sent = fetches ? [] : data.indices.map { data[$0] }
    let said = CaptureEvent.Operation.control(request, length: data.count, sent: sent)
    let count: Int
    do throws(LinkError) {
      count = try base.control(request, data: &data, until: deadline)
    } catch {
      try note(said, error: error)
      throw error
    }
    // Of a request that sends, the count taken is kept by as many bytes.
    try note(said, received: (0..<count).map { data[$0] })
    return count
  }

  /// Ends a stall on the wrapped link.
  public mutating func clearHalt(_ endpoint: UInt8) throws(LinkError) {
    let said = CaptureEvent.Operation.clearHalt(endpoint: endpoint)
    do throws(LinkError) {
      try base.clearHalt(endpoint)
    } catch {
      try note(said, error: error)
      throw error
    }
    try note(said)
  }

  /// Resets the device behind the wrapped link.
  public mutating func reset() throws(LinkError) {
    do throws(LinkError) {
      try base.reset()
    } catch {
      try note(.reset, error: error)
      throw error
    }
    try note(.reset)
  }

  /// Reads the modem lines of the wrapped link.
  public mutating func modemLines() throws(LinkError) -> ModemLines? {
    let lines: ModemLines?
    do throws(LinkError) {
      lines = try base.modemLines()
    } catch {
      try note(.readLines, error: error)
      throw error
    }
    try note(.readLines, lines: lines)
    return lines
  }

  /// Sets the modem lines of the wrapped link.
  public mutating func setModemLines(_ lines: ModemLines) throws(LinkError) -> Bool {
    let wasTaken: Bool
    do throws(LinkError) {
      wasTaken = try base.setModemLines(lines)
    } catch {
      try note(.setLines(lines), wasTaken: false, error: error)
      throw error
    }
    try note(.setLines(lines), wasTaken: wasTaken)
    return wasTaken
  }

  /// Holds the line of the wrapped link in the break state.
  public mutating func sendBreak(_ length: Duration) throws(LinkError) -> Bool {
    let said = CaptureEvent.Operation.sendBreak(
      microseconds: UInt64(max(0, length.wholeMicroseconds)))
    let wasTaken: Bool
    do throws(LinkError) {
      wasTaken = try base.sendBreak(length)
    } catch {
      try note(said, wasTaken: false, error: error)
      throw error
    }
    try note(said, wasTaken: wasTaken)
    return wasTaken
  }

  /// Closes the wrapped link and the file.
  public mutating func close() {
    base.close()
    // Every line was written when it was made; a second close of the file is refused harmlessly.
    _ = try? file.close()
  }

  /// Writes one event.
  private func note(
    _ operation: CaptureEvent.Operation, received: [UInt8] = [], dropped: Int = 0,
    lines: ModemLines? = nil, wasTaken: Bool = true, error: LinkError? = nil
  ) throws(LinkError) {
    let time = started.duration(to: .now).wholeMicroseconds
    let event = CaptureEvent(
      microseconds: UInt64(max(0, time)), operation, received: received, dropped: dropped,
      lines: lines, wasTaken: wasTaken, error: error)
    do {
      try file.write(contentsOf: Data((try CaptureLine.text(of: CaptureLine(event)) + "\n").utf8))
    } catch let writing {
      throw .system(
        operation: "write the capture", code: 0, text: writing.localizedDescription)
    }
  }
}
