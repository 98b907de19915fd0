internal import Instruments

/// Stands between an emulated model and its fronts, and makes what the plan says go wrong.
///
/// Pure, like the model. A fault at a frame or an answer falls upon bytes that the model has ready,
/// so that it comes when they would have come.
struct FaultInjector: Sendable {
  /// What happened: `fault short at frame 5`.
  private(set) var injected: [String] = []
  let plan: FaultPlan
  /// Whether a fault has just pulled the plug; the device takes this up.
  var pullsPlug = false

  private var commands = 0
  private var claims = 0
  /// The frame that was decided upon last.
  private var frame = 0
  /// Frames of which a restart took the rest.
  private var framesLost = 0
  private var frameRule: FaultPlan.Rule?
  /// What falls upon the next answer that is no frame.
  var answerRule: FaultPlan.Rule?
  private var halted: Set<UInt8> = []
  private var held: [UInt8: Held] = [:]
  /// The state of a serial line.
  var line = Line()

  /// An answer that is kept back.
  private struct Held {
    var bytes: [UInt8]
    var until: MonotonicInstant
    var progress: ReadProgress
  }

  init(plan: FaultPlan) {
    self.plan = plan
    injected = plan.rules.filter { $0.unit == nil }.map {
      "fault \($0.fault.rawValue) from the beginning"
    }
  }

  /// Forgets what is under way; counts go on.
  mutating func restart(framesSent: Int) {
    if frame == framesSent + framesLost + 1 { framesLost += 1 }
    halted.removeAll()
    held.removeAll()
    answerRule = nil
    line = Line()
  }

  /// Ends the stalled state of an end point.
  mutating func clearHalt(_ endpoint: UInt8) { halted.remove(endpoint) }

  /// Whether another program has the instrument; asked once for each claim.
  mutating func refusesClaim() -> Bool {
    claims += 1
    return begin(.claim, claims) != nil
  }

  /// Passes a USB command on; false when it is never taken.
  mutating func receive(
    _ bytes: [UInt8], on endpoint: UInt8, at now: MonotonicInstant,
    by model: inout any EmulatedModel
  ) -> Bool {
    if plan.isEmpty {
      model.receive(bytes, on: endpoint, at: now)
      return true
    }
    if case .serial = model.connection {
      receiveLine(bytes, at: now, by: &model)
      return true
    }
    let rule = beginCommand()
    if rule?.fault == .stuckOut { return false }
    if rule?.fault != .silent { model.receive(bytes, on: endpoint, at: now) }
    return true
  }

  /// Counts a command and arms what falls upon its answer; returns the rule.
  mutating func beginCommand() -> FaultPlan.Rule? {
    commands += 1
    guard let rule = begin(.command, commands) else { return nil }
    switch rule.fault {
    case .unplug: pullsPlug = true
    case .stuckOut, .silent: break
    default: answerRule = rule
    }
    return rule
  }

  /// The fault that falls upon bytes of the frame after so many.
  mutating func decide(frameAfter framesSent: Int) -> FaultPlan.Rule? {
    let number = framesSent + framesLost + 1
    if number != frame {
      frame = number
      frameRule = begin(.frame, number)
    }
    return frameRule
  }

  private mutating func begin(_ unit: Fault.Unit, _ count: Int) -> FaultPlan.Rule? {
    guard let rule = plan.rule(at: count, of: unit) else { return nil }
    injected.append("fault \(rule.fault.rawValue) at \(unit.rawValue) \(count)")
    return rule
  }

  /// Numbers for one place of the plan.
  func dice() -> SplitMix64 { SplitMix64(seed: plan.seed, stream: UInt64(injected.count)) }

  // MARK: USB

  /// Goes on with a read of an IN end point, as the model does.
  mutating func fetch(
    _ endpoint: UInt8, into buffer: inout MutableSpan<UInt8>, at start: Int, filled: inout Int,
    limit: Int, now: MonotonicInstant, from model: inout any EmulatedModel
  ) -> ReadProgress? {
    if plan.isEmpty {
      return model.fetch(
        endpoint, into: &buffer, at: start, filled: &filled, limit: limit, now: now)
    }
    if case .serial = model.connection {
      return fetchLine(
        into: &buffer, at: start, filled: &filled, limit: limit, now: now, from: &model)
    }
    while true {
      if pullsPlug { return .pending(until: .never) }
      if halted.contains(endpoint) { return .stalled }
      if let held = held[endpoint] {
        guard held.until <= now else { return .pending(until: held.until) }
        self.held[endpoint] = nil
        guard held.bytes.count <= limit - filled else { return .overflow }
        for (offset, byte) in held.bytes.enumerated() { buffer[start + filled + offset] = byte }
        filled += held.bytes.count
        return held.progress
      }
      let (before, sent) = (filled, model.framesSent)
      guard
        let progress = model.fetch(
          endpoint, into: &buffer, at: start, filled: &filled, limit: limit, now: now)
      else { return nil }
      guard filled > before else { return progress }
      let rule: FaultPlan.Rule?
      if model.sendsFrames(on: endpoint) {
        rule = decide(frameAfter: sent)
        // A frame over two end points is one: what befalls its bytes befalls those that end it.
        if let rule, !rule.fault.fallsUponBeginning, model.framesSent == sent { return progress }
      } else {
        rule = answerRule
        answerRule = nil
      }
      guard let rule else { return progress }
      let isFrame = model.sendsFrames(on: endpoint)
      switch befall(rule, isFrame, &buffer, start + before..<start + filled) {
      case .nothing: return progress
      case .vanish:
        filled = before
        continue
      case .cut(let count):
        filled = before + count
        return .done
      case .stall:
        filled = before
        halted.insert(endpoint)
        frameRule = nil
        return .stalled
      case .overflow:
        filled = before
        return .overflow
      case .hold:
        let bytes = (start + before..<start + filled).map { buffer[$0] }
        filled = before
        held[endpoint] = Held(
          bytes: bytes, until: now.advanced(by: rule.delay), progress: progress)
        return .pending(until: now.advanced(by: rule.delay))
      }
    }
  }

  private enum Effect {
    case nothing, vanish, stall, overflow, hold
    case cut(Int)
  }

  /// Changes the bytes in `range` where the fault does that, and says what else happens to them.
  private mutating func befall(
    _ rule: FaultPlan.Rule, _ isFrame: Bool, _ buffer: inout MutableSpan<UInt8>, _ range: Range<Int>
  ) -> Effect {
    switch rule.fault {
    case .silent: return .vanish
    case .unplug:
      pullsPlug = true
      return .vanish
    case .stall: return .stall
    case .short: return .cut(range.count * 3 / 8)
    case .babble: return .overflow
    case .slow: return .hold
    case .bitRot:
      var dice = dice()
      let place = Int.random(in: range, using: &dice)
      buffer[place] ^= 1 << UInt8.random(in: 0..<8, using: &dice)
      return .nothing
    case .missingSync:
      // A frame ends with its mark, an answer begins with its echo.
      buffer[isFrame ? range.upperBound - 1 : range.lowerBound] ^= 0xFF
      return .nothing
    case .busy, .stuckOut, .wrongSerial, .oldFirmware: return .nothing
    }
  }
}

extension Fault {
  /// Whether it shows at the first bytes of a frame, and not at those that end it.
  fileprivate var fallsUponBeginning: Bool { [.silent, .stall, .unplug].contains(self) }
}
