internal import Instruments

/// One emulated residual gas analyser: takes commands, measures, sends at the pace of its line.
///
/// Pure: it knows no port and no clock; every call is given its moment.
/// Source: as `RGAModel`; grammar, commands and answers are those of the protocol page.
///
/// - Commands are carried out one after the other; those that switch something take their time.
/// - Any byte from the host ends a measurement under way: what is on the wire arrives, the rest does
///   not.
/// - The head holds one scan: the next begins when the last byte of the one before has left.
/// - Electron energy, ion energy and focus are kept, and change no current here.
struct RGAHead: EmulatedModel {
  let model: RGAModel
  let serialNumber: String
  let options: RGAOptions
  let firmware: String
  let speed: Double
  var source: IonSource
  var settings: RGASettings
  var output: SerialOutput
  /// The bytes behind `EC?`, `EF?` and `EM?`.
  var lineErrors: UInt8 = 0
  var filamentErrors: UInt8 = 0
  var multiplierErrors: UInt8 = 0
  /// Until when an action lasts that holds back later commands.
  var busyUntil = MonotonicInstant.unknown
  /// The scans that follow the one being sent; nil for no end.
  var scansLeft: Int? = 0
  var scanKind = IonSource.Kind.analog
  var emissionReadings = 0
  /// What the host did with its lines; a head heeds none of them.
  private(set) var lines: ModemLines = []
  private(set) var breaks = 0
  private(set) var framesSent = 0

  /// Bytes on their way to the head.
  private var incoming: [(byte: UInt8, at: MonotonicInstant)] = []
  private var incomingFree = MonotonicInstant.unknown
  /// The command being received.
  private var typing: [UInt8] = []
  /// Whole commands that wait for their turn.
  private var commands: [(text: [UInt8], at: MonotonicInstant)] = []

  var id: String { model.id }
  func sendsFrames(on endpoint: UInt8) -> Bool { output.tookFrame }
  var energised: [String] {
    (settings.emission > 0 ? ["filament"] : []) + (settings.multiplier > 0 ? ["multiplier"] : [])
  }
  var connection: EmulatedConnection { .serial(baud: RGAModel.baud) }

  init(
    model: RGAModel, serialNumber: String, source: IonSource, speed: Double = 1,
    options: RGAOptions = RGAOptions(), firmware: String = RGAModel.firmware
  ) {
    self.model = model
    self.serialNumber = serialNumber
    self.source = source
    self.speed = speed
    self.options = options
    self.firmware = firmware
    settings = RGASettings(model)
    output = SerialOutput(byteTime: .nanoseconds(10_000_000_000 / RGAModel.baud) / speed)
  }

  // MARK: What a front calls

  mutating func receive(_ bytes: [UInt8], on endpoint: UInt8, at now: MonotonicInstant) {
    guard endpoint == 0 else { return }
    advance(to: now)
    for byte in bytes {
      incomingFree = max(incomingFree, now).advanced(by: output.byteTime)
      incoming.append((byte, incomingFree))
    }
  }

  mutating func fetch(
    _ endpoint: UInt8, into buffer: inout MutableSpan<UInt8>, at start: Int, filled: inout Int,
    limit: Int, now: MonotonicInstant
  ) -> ReadProgress? {
    guard endpoint == 0 else { return nil }
    advance(to: now)
    framesSent += output.take(into: &buffer, at: start, filled: &filled, limit: limit)
    if filled >= limit { return .done }
    return .pending(until: min(nextEvent, output.nextArrival))
  }

  mutating func hear(_ lines: ModemLines, isBreak: Bool) {
    self.lines = lines
    breaks += isBreak ? 1 : 0
  }

  mutating func restart() {
    var fresh = RGASettings(model)
    fresh.partialSensitivity = settings.partialSensitivity
    fresh.totalSensitivity = settings.totalSensitivity
    fresh.gain = settings.gain
    fresh.gainVoltage = settings.gainVoltage
    settings = fresh
    output = SerialOutput(byteTime: output.byteTime)
    (lineErrors, filamentErrors, multiplierErrors) = (0, 0, 0)
    (busyUntil, incomingFree) = (.unknown, .unknown)
    scansLeft = 0
    incoming.removeAll()
    typing.removeAll()
    commands.removeAll()
  }

  // MARK: What happens in the course of time

  private var nextByte: MonotonicInstant { incoming.first?.at ?? .never }
  private var nextCommand: MonotonicInstant {
    commands.first.map { max($0.at, busyUntil) } ?? .never
  }
  private var nextEvent: MonotonicInstant { min(nextByte, nextCommand) }

  /// Lets everything happen that does until `now`, in its order.
  private mutating func advance(to now: MonotonicInstant) {
    while true {
      let (byteAt, commandAt) = (nextByte, nextCommand)
      let next = min(byteAt, commandAt)
      if let ended = output.settle(to: min(next, now)) {
        startNextScan(at: ended)
        continue
      }
      guard next <= now, next != .never else { return }
      if byteAt <= commandAt {
        hear(incoming.removeFirst().byte, at: byteAt)
      } else {
        carryOut(RGACommand(commands.removeFirst().text), at: commandAt)
      }
    }
  }

  private mutating func hear(_ byte: UInt8, at moment: MonotonicInstant) {
    scansLeft = 0
    output.flush(.atByte)
    switch byte {
    case 0x0A: break
    case 0x0D where typing.isEmpty: break
    case 0x0D:
      output.flush(.atCommand)
      if typing.count > RGAModel.longestCommand {
        lineErrors |= RGAError.tooLong
      } else {
        commands.append((typing, moment))
      }
      typing.removeAll()
    case _ where typing.count + commands.reduce(0) { $0 + $1.text.count } >= RGAModel.inputBuffer:
      lineErrors |= RGAError.received
    default: typing.append(byte)
    }
  }

  /// Drops what came and was not carried out.
  mutating func dropInput() {
    typing.removeAll()
    commands.removeAll()
  }

  // MARK: Answers

  /// The status byte.
  var status: UInt8 {
    (lineErrors != 0 ? RGAError.line : 0)
      // Operation with one filament of two is no fault.
      | (filamentErrors & ~1 != 0 ? RGAError.filament : 0)
      | (multiplierErrors != 0 ? RGAError.multiplier : 0)
  }

  /// Answers with a text: LF comes before CR.
  mutating func reply(
    _ text: String, at moment: MonotonicInstant, ends: SerialOutput.Ends = .never
  ) {
    output.append(
      SerialOutput.Answer(bytes: Array(text.utf8) + [0x0A, 0x0D], readyAt: moment, ends: ends))
  }

  /// Does something that takes this many seconds, then answers with the status byte.
  mutating func act(_ seconds: Double, at moment: MonotonicInstant) {
    busyUntil = moment.advanced(by: .seconds(seconds * options.actionTime) / speed)
    reply("\(status)", at: busyUntil)
  }

  mutating func refuse(_ error: UInt8) { lineErrors |= error }
}
