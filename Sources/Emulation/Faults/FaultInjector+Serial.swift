internal import Instruments

extension FaultInjector {
  /// What a fault has done to a serial line so far.
  struct Line: Sendable {
    /// Nothing is sent any more.
    var isMute = false
    /// Bytes to be sent before the model's own, from a moment on.
    var surplus: [UInt8] = []
    var surplusFrom = MonotonicInstant.unknown
    /// The last bytes of an answer that will be short, not sent yet.
    var tail: [UInt8] = []
    /// Bytes of the frame or answer under way.
    var bytes = 0
    /// Whether a delay was already made in the frame or answer under way.
    var isLate = false
    /// Whether the host is in the middle of a command, and what befell it.
    var isWithinCommand = false
    var dropsCommand = false
  }

  private static let carriageReturn: UInt8 = 0x0D
  private static let tailLength = 3
  private static let surplusLength = 8

  /// Passes on what came over a serial line; a command ends with CR, or is what came together where
  /// the instrument's commands are no text.
  mutating func receiveLine(
    _ bytes: [UInt8], at now: MonotonicInstant, by model: inout any EmulatedModel
  ) {
    var passed: [UInt8] = []
    line.isWithinCommand = line.isWithinCommand && model.answersSent == nil
    for byte in bytes {
      if !line.isWithinCommand {
        line.isWithinCommand = true
        let fault = beginCommand()?.fault
        line.dropsCommand = fault == .silent || fault == .stuckOut
      }
      if !line.dropsCommand { passed.append(byte) }
      if byte == Self.carriageReturn, model.answersSent == nil { line.isWithinCommand = false }
    }
    if !passed.isEmpty { model.receive(passed, on: 0, at: now) }
  }

  /// Fetches from a serial line byte by byte, so that it is known where frames and answers end.
  mutating func fetchLine(
    into buffer: inout MutableSpan<UInt8>, at start: Int, filled: inout Int, limit: Int,
    now: MonotonicInstant, from model: inout any EmulatedModel
  ) -> ReadProgress? {
    while filled < limit {
      if line.isMute || pullsPlug { return .pending(until: .never) }
      if !line.surplus.isEmpty {
        guard line.surplusFrom <= now else { return .pending(until: line.surplusFrom) }
        buffer[start + filled] = line.surplus.removeFirst()
        filled += 1
        continue
      }
      let (sent, answered) = (model.framesSent, model.answersSent)
      guard
        let progress = model.fetch(
          0, into: &buffer, at: start, filled: &filled, limit: filled + 1, now: now)
      else { return nil }
      if case .pending = progress { return progress }
      let byte = buffer[start + filled - 1]
      filled -= 1
      let isFrame = model.sendsFrames(on: 0)
      let ends =
        isFrame
        ? model.framesSent > sent
        : answered.map { model.answersSent ?? 0 > $0 } ?? (byte == Self.carriageReturn)
      line.bytes += 1
      let rule = isFrame ? decide(frameAfter: sent) : answerRule
      if let byte = befall(rule, byte, isFrame: isFrame, ends: ends, now) {
        buffer[start + filled] = byte
        filled += 1
      }
      if ends {
        (line.bytes, line.isLate, line.tail) = (0, false, [])
        if !isFrame { answerRule = nil }
      }
    }
    return .done
  }

  /// What is sent instead of a byte of a frame or answer; nil for nothing now.
  private mutating func befall(
    _ rule: FaultPlan.Rule?, _ byte: UInt8, isFrame: Bool, ends: Bool, _ now: MonotonicInstant
  ) -> UInt8? {
    guard let rule else { return byte }
    switch rule.fault {
    case .silent: return nil
    case .stall:
      line.isMute = true
      return nil
    case .unplug:
      pullsPlug = true
      return nil
    case .short:
      line.tail.append(byte)
      return line.tail.count > Self.tailLength ? line.tail.removeFirst() : nil
    case .babble:
      if ends {
        var dice = dice()
        line.surplus = (0..<Self.surplusLength).map { _ in .random(in: 0...255, using: &dice) }
        line.surplusFrom = now
      }
      return byte
    case .slow:
      if line.isLate { return byte }
      line.isLate = true
      line.surplus = [byte]
      line.surplusFrom = now.advanced(by: rule.delay)
      return nil
    case .bitRot:
      var dice = dice()
      let place = Int.random(in: 1...4, using: &dice)
      return line.bytes == place ? byte ^ 1 << UInt8.random(in: 0..<8, using: &dice) : byte
    case .missingSync:
      // A frame has no mark, so a byte of it is lost; an answer lacks the CR that ends it.
      return (isFrame ? line.bytes == 1 : ends) ? nil : byte
    case .busy, .stuckOut, .wrongSerial, .oldFirmware: return byte
    }
  }
}
