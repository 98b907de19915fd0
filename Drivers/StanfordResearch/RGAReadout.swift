public import Instruments

extension ResidualGasAnalyzer {
  /// How many damaged frames in a row are one too many.
  private static let patience = 4

  /// Reads one frame into `slot`: the words of all points, then the total's.
  ///
  /// Waits at most for the measuring with its margin, twice the time on the line, and the grace;
  /// then the profile's time for bytes too many. A frame behind which STATUS tells a fault, or
  /// cannot be read, is refused (`failedCheck`); the fault itself is thrown by `resynchronize`.
  public mutating func readFrame(
    into slot: inout MutableSpan<UInt8>
  ) throws(DriverError) -> FrameReadout {
    guard slot.count >= largestFrame else {
      throw .truncated(what: "slot for a frame", got: slot.count, expected: largestFrame)
    }
    if damage != nil || !fault.isEmpty || held != nil { try resynchronize() }
    guard isReady else {
      throw .unexpectedAnswer(
        what: "The order of calls", detail: "a frame was asked for before settings were applied")
    }
    let requested = MonotonicInstant.now
    var readout = FrameReadout(
      outcome: .partial, byteCount: 0, requested: requested, firstByte: .unknown,
      lastByte: .unknown)
    do throws(LinkError) {
      try exchange(into: &slot, &readout)
      readout.lastByte = .now
      if damage == nil { try keepWhole(&readout) }
      if readout.outcome == .complete, isWithoutNoise(slot, readout.byteCount) {
        readout.outcome = .refused(.failedCheck)
        damage = .desynchronized
      }
    } catch {
      conversation.isInStep = false
      guard case .timedOut(let received) = error else {
        // A cancelled link carries nothing until it is armed again, which is its owner's to do.
        if error != .cancelled { switchOffAtOnce() }
        throw .link(error, step: "read scan")
      }
      readout.byteCount = min(slot.count, readout.byteCount + max(0, received))
      damage = .timedOut
    }
    if readout.lastByte == .unknown { readout.lastByte = .now }
    if readout.firstByte == .unknown { readout.firstByte = readout.lastByte }
    damagedInARow = damage == nil && fault.isEmpty && held == nil ? 0 : damagedInARow + 1
    return readout
  }

  /// Says the commands of a frame and takes exactly the bytes that belong to each.
  private mutating func exchange(
    into slot: inout MutableSpan<UInt8>, _ readout: inout FrameReadout
  ) throws(LinkError) {
    conversation.isInStep = false
    let endpoint = RGAConversation.endpoint
    for index in triggers.indices {
      let trigger = triggers[index]
      let deadline = MonotonicInstant.now.advanced(by: trigger.wait)
      do {
        try conversation.link.write(trigger.command.span, to: endpoint, until: deadline)
      } catch {
        // What a write reports is not part of a frame.
        if case .timedOut = error { throw .timedOut(received: 0) }
        throw error
      }
      var left = trigger.byteCount
      while left > 0 {
        // The first byte alone, for its time; then the rest.
        let wanted = readout.firstByte == .unknown ? 1 : left
        let got = try conversation.link.read(
          Leg(endpoint: endpoint, byteCount: wanted), into: &slot, at: readout.byteCount,
          until: deadline)
        readout.byteCount += got
        if got > 0, readout.firstByte == .unknown { readout.firstByte = .now }
        guard got == wanted else {
          damage = .desynchronized
          return
        }
        left -= got
      }
    }
  }

  /// Looks behind a scan whose bytes are all there; a stop or unplug then must not cost the scan.
  ///
  /// It is kept as refused, since nobody could ask how the head was, and the error comes next.
  private mutating func keepWhole(_ readout: inout FrameReadout) throws(LinkError) {
    do {
      try lookBehind(&readout)
    } catch {
      if case .timedOut = error { throw error }
      conversation.isInStep = false
      if error != .cancelled { switchOffAtOnce() }
      readout.outcome = .refused(.failedCheck)
      held = error
    }
  }

  /// Waits for bytes that do not belong there, then asks how the head is.
  private mutating func lookBehind(_ readout: inout FrameReadout) throws(LinkError) {
    var spare: [4 of UInt8] = [0, 0, 0, 0]
    var span = spare.mutableSpan
    let quiet = Duration.milliseconds(model.facts.waiting.surplus_wait_ms)
    var surplus = 0
    do {
      surplus = try conversation.link.read(
        Leg(endpoint: RGAConversation.endpoint, byteCount: 1), into: &span, at: 0,
        until: .now.advanced(by: quiet))
    } catch {
      guard case .timedOut(let received) = error else { throw error }
      surplus = received
    }
    guard surplus == 0 else {
      readout.outcome = .refused(.overlong)
      damage = .desynchronized
      return
    }
    let deadline = MonotonicInstant.now.advanced(by: model.reply)
    var status: RGAStatus = []
    do throws(LinkError) {
      try conversation.link.write(
        Self.statusQuestion.span, to: RGAConversation.endpoint, until: deadline)
    } catch {
      guard case .timedOut = error else { throw error }
      readout.outcome = .refused(.failedCheck)
      damage = .timedOut
      return
    }
    do throws(DriverError) {
      status = try conversation.readStatus("ask ER?", until: deadline)
    } catch {
      readout.outcome = .refused(.failedCheck)
      damage = .desynchronized
      if case .link(let cause, _) = error {
        guard case .timedOut = cause else { throw cause }
        damage = .timedOut
      }
      return
    }
    conversation.isInStep = true
    fault = status.intersection(watched)
    readout.outcome = fault.isEmpty ? .complete : .refused(.failedCheck)
    // Off now: what the fault is can be asked afterwards.
    if !fault.isEmpty { switchOffAtOnce() }
  }

  /// Whether all bytes are 00 or all are FF: nothing measured looks like that.
  ///
  /// The quietest noise floor is 70 counts. A few words alone could be so by chance.
  private func isWithoutNoise(_ slot: borrowing MutableSpan<UInt8>, _ count: Int) -> Bool {
    guard count >= 8 * RGADecoding.word, slot[0] == 0x00 || slot[0] == 0xFF else { return false }
    for place in 1..<count where slot[place] != slot[0] { return false }
    return true
  }

  private mutating func switchOffAtOnce() {
    isReady = false
    inForce[RGASetting.emission] = nil
    inForce[RGASetting.multiplier] = nil
    // A line that does not carry shows in the next call; nothing more can be done here.
    try? conversation.sendOff(until: .now.advanced(by: model.profile.limits.makeSafeWithin))
    conversation.isInStep = false
  }

  private static let statusQuestion: [UInt8] = Array("ER?".utf8) + [RGAConversation.cr]

  /// Gets back in step: stops the scan, drains the line, `ID?`, `IN0`, and what `IN0` undid again.
  ///
  /// Throws the named fault where STATUS told one, and gives up after a few damaged frames in a
  /// row; multiplier and filament are then off.
  public mutating func resynchronize() throws(DriverError) {
    if let error = held {
      held = nil
      throw .link(error, step: "read scan")
    }
    do throws(DriverError) {
      if !fault.isEmpty {
        _ = try conversation.getInStep()
        let found = try conversation.fault(fault, during: "after a scan")
        fault = []
        throw found
      }
      guard damage != nil else { return }
      if damagedInARow >= Self.patience {
        if damage == .timedOut {
          throw DriverError.link(
            .timedOut(received: 0), step: "read scan, \(damagedInARow) times in a row")
        }
        throw DriverError.unexpectedAnswer(
          what: "The scan", detail: "\(damagedInARow) damaged ones in a row")
      }
      _ = try conversation.getInStep()
      try conversation.act(
        "IN0", within: model.facts.waiting.initialize_ms, watching: RGAStatus.hardware)
      try restore()
    } catch {
      throw offAfter(error)
    }
    damage = nil
  }

  /// Looks what is still in force and puts the rest in force once more.
  private mutating func restore() throws(DriverError) {
    for (name, value) in try conversation.askSettings() { inForce[name] = value }
    let emission = try conversation.askNumber("FL?")
    if emission < model.facts.emission.lowest_mA { inForce[RGASetting.emission] = 0 }
    if conversation.hasMultiplier == true {
      inForce[RGASetting.multiplier] = try conversation.askNumber("HV?")
    }
    measuresTotal = false
    try change(to: asked, plan)
  }
}
