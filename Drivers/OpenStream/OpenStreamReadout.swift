public import Instruments

extension OpenStreamInstrument {
  /// How long a readout waits for a scan to begin, before the host looks what else is to be done.
  private static let patience = Duration.milliseconds(100)

  /// Reads one scan into `slot`, as a whole frame; starts the run where none is under way.
  ///
  /// Waits a tenth of a second, and says `.nothingYet` then: an instrument may wait for an injection.
  /// Asks for a sign of life as often as the profile says, and throws where none comes. Scans that did
  /// not come whole are told as lost before the one that shows it.
  public mutating func readFrame(
    into slot: inout MutableSpan<UInt8>
  ) throws(DriverError) -> FrameReadout {
    guard slot.count >= largestFrame else {
      throw .truncated(what: "slot for a frame", got: slot.count, expected: largestFrame)
    }
    var readout = FrameReadout(
      outcome: .nothingYet, byteCount: 0, requested: .now, firstByte: .unknown, lastByte: .unknown)
    if let total = ended { return finish(total, readout) }
    if run == nil { try start() }
    let arrival: OpenStreamReceiver.Arrival
    var broken: LinkError?
    // A line that takes nothing any more may still hold scans that came: those are read first.
    do throws(LinkError) { try keepAlive() } catch { broken = error }
    let patience = broken == nil ? Self.patience : .zero
    do throws(LinkError) {
      arrival = try conversation.receiver.next(
        into: &slot, until: readout.requested.advanced(by: patience))
    } catch {
      throw .link(broken ?? error, step: "read scan")
    }
    switch arrival {
    case .nothing:
      if let broken { throw .link(broken, step: "read scan") }
      try expectLife()
    case .damaged(let outcome, let count):
      (readout.outcome, readout.byteCount) = (outcome, count)
    case .frame(let type, let count):
      conversation.hear()
      asked = nil
      if type == OpenStreamWire.Reply.scan.rawValue {
        judge(slot, count, &readout)
      } else {
        try heed(type, slot, count)
      }
    }
    readout.lastByte = .now
    readout.firstByte =
      conversation.receiver.began == .unknown ? readout.lastByte : conversation.receiver.began
    return readout
  }

  /// Starts a run without an end of its own.
  ///
  /// Payload: scans (8), 0 for no end; milliseconds after which a lost host is noticed (4); 0 (4).
  private mutating func start() throws(DriverError) {
    guard isReady else {
      throw .unexpectedAnswer(
        what: "The order of calls", detail: "a frame was asked for before settings were applied")
    }
    let payload =
      OpenStreamWire.little(UInt64(0))
      + OpenStreamWire.little(UInt32(model.facts.waiting.host_lost_ms))
      + OpenStreamWire.little(UInt32(0))
    let answer = try conversation.ask(.start, payload, for: .started)
    run = OpenStreamWire.word(answer.span, at: 0)
    (expected, asked) = (0, nil)
  }

  /// What a whole scan is worth: its shape, its run, its number, its values.
  private mutating func judge(
    _ slot: borrowing MutableSpan<UInt8>, _ count: Int, _ readout: inout FrameReadout
  ) {
    let scan = OpenStreamScan(slot.span.extracting(first: count), capabilities)
    guard let scan else {
      (readout.outcome, readout.byteCount) = (.refused(.impossible), count)
      return
    }
    // Of a run that was ended: on its way when the next began.
    guard scan.run == run else { return }
    if scan.number > expected {
      // Told first; the scan that shows it comes with the next readout.
      readout.lost = scan.number - expected
      expected = scan.number
      conversation.receiver.putBack(slot, count)
      return
    }
    readout.byteCount = count
    guard scan.number == expected else {
      readout.outcome = .refused(.repeated)
      return
    }
    guard scan.isPlausible(slot.span.extracting(first: count), capabilities) else {
      // Its number stays open, so that the next scan shows it as lost.
      readout.outcome = .refused(.impossible)
      return
    }
    expected += scan.places
    readout.outcome = .complete
  }

  /// What the instrument says between scans.
  private mutating func heed(
    _ type: UInt8, _ slot: borrowing MutableSpan<UInt8>, _ count: Int
  ) throws(DriverError) {
    let end = count - OpenStreamWire.checkSize
    let size = end - OpenStreamWire.headerSize
    func word(_ place: Int) -> UInt32 {
      OpenStreamWire.word(slot.span, at: OpenStreamWire.headerSize + place)
    }
    func long(_ place: Int) -> UInt64 { UInt64(word(place)) | UInt64(word(place + 4)) << 32 }
    switch OpenStreamWire.Reply(rawValue: type) {
    case .end where size >= 20 && word(4) == run:
      switch OpenStreamWire.End(rawValue: UInt16(truncatingIfNeeded: word(8))) {
      case .hostLost:
        throw .instrumentFault(
          detail: "it ended the run, because it did not hear from this computer")
      case .fault: throw .instrumentFault(detail: "it ended the run by a fault of its own")
      default: ended = long(12)
      }
    // The end itself did not come whole.
    case .pong where size >= 16 && word(4) != run: ended = max(expected, long(8))
    case .error where size >= 9:
      var payload: [UInt8] = []
      for place in OpenStreamWire.headerSize..<end { payload.append(slot[place]) }
      let complaint = OpenStreamConversation.complaint(payload)
      if case .instrumentFault = complaint { throw complaint }
    default: break
    }
  }

  /// What is left to be told of a run that the instrument ended.
  private mutating func finish(_ total: UInt64, _ begun: FrameReadout) -> FrameReadout {
    var readout = begun
    if total > expected {
      readout.lost = total - expected
      expected = total
    } else {
      readout.outcome = .ended
    }
    return readout
  }

  /// Lets the instrument hear from us, as often as the profile says.
  private mutating func keepAlive() throws(LinkError) {
    guard conversation.spoke.advanced(by: model.keepAlive).hasPassed else { return }
    asked = asked ?? .now
    try conversation.ping()
  }

  /// Throws where a sign of life that was asked for has not come.
  private func expectLife() throws(DriverError) {
    if let asked, asked.advanced(by: model.reply).hasPassed {
      throw .link(.timedOut(received: 0), step: "hear from the instrument")
    }
  }
}
