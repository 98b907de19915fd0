internal import Instruments

/// One emulated spectrometer of the OOI command family: takes commands, queues answers.
///
/// Pure: it knows no USB library and no clock; every call is given its moment.
/// Source: the protocol page, sections 2 to 5 and its emulator rules (section 7).
///
/// - Free running: `framesUnderWay` exposures have always begun already, so that many frames
///   after a change of settings still show the old ones.
/// - After power-up and after opcode 01 the light is on, until the lamp line says otherwise.
/// - Modes 1 and 4 expose on request. Modes 2 and 3 wait for a trigger that never comes.
struct OOIDevice: EmulatedModel {
  /// What a spectrum is exposed with.
  struct Exposure: Sendable, Hashable {
    /// Microseconds.
    var integration: Int
    var lampOn: Bool
  }

  static let powerUp = Exposure(integration: 100_000, lampOn: true)

  let model: OOIModel
  let descriptors: USBDescriptors
  let speed: Double
  private(set) var memory: OOIMemory
  private(set) var source: FrameSource
  private(set) var exposure = powerUp
  private(set) var triggerMode: UInt16 = 0
  /// Counts frames since the last command 02; the noise of a frame depends on it and the seed.
  private(set) var frameNumber = 0
  /// Spectra fetched to their last byte.
  private(set) var framesSent = 0

  private var underWay: [Exposure] = []
  private var registers: [UInt8: UInt16] = [:]
  private var exposureEnds = MonotonicInstant.unknown
  private var queues: [UInt8: AnswerQueue] = [:]
  private var counts: [UInt16]
  private var frame: [UInt8]
  /// Frame buffers that were fetched, to be filled again without allocating.
  private var spare: [[UInt8]] = []

  var id: String { model.id }
  var serialNumber: String { descriptors.serialNumber }
  var connection: EmulatedConnection { .usb(descriptors, endpoints: model.endpoints) }

  init(
    model: OOIModel, memory: OOIMemory, serialNumber: String, source: FrameSource, speed: Double
  ) {
    self.model = model
    self.memory = memory
    self.source = source
    self.speed = speed
    descriptors = USBDescriptors(model: model, serialNumber: serialNumber)
    counts = Array(repeating: 0, count: model.pixelsOnWire)
    frame = Array(repeating: 0, count: model.frameByteCount)
    for endpoint in model.endpoints where endpoint & 0x80 != 0 {
      queues[endpoint] = AnswerQueue(maxPacket: model.maxPacket)
    }
    restart()
  }

  // MARK: What a front calls

  /// Takes one OUT transfer.
  mutating func receive(_ command: [UInt8], on endpoint: UInt8, at now: MonotonicInstant) {
    guard endpoint == model.commandOut, let opcode = command.first else { return }
    switch opcode {
    case 0x01: initialize(at: now)
    case 0x02: setIntegration(command)
    case 0x03: if let value = operand(command) { exposure.lampOn = value != 0 }
    case 0x05: if command.count >= 2 { answerSlot(command[1], at: now) }
    case 0x06: writeSlot(command)
    case 0x09: requestSpectrum(at: now)
    case 0x0A: setTriggerMode(command, at: now)
    case 0x0B: reply([0], at: now)
    case 0x0C: reply([UInt8](repeating: 0, count: 7), at: now)
    case 0xFE where model.answersStatus: reply(status, at: now)
    // -10.1 degrees Celsius in tenths.
    case 0x72 where model.isCooled: reply([0x9B, 0xFF], at: now)
    case 0x08 where !model.isHighSpeed: reply([0x08] + memory.bytes(0) + [0], at: now)
    case 0x6A, 0x6B, 0x6C, 0x6D: fpga(command, at: now)
    default: break
    }
  }

  /// Goes on with a host's read of an IN end point; nil for an end point that does not exist.
  mutating func fetch(
    _ endpoint: UInt8, into buffer: inout MutableSpan<UInt8>, at start: Int, filled: inout Int,
    limit: Int, now: MonotonicInstant
  ) -> ReadProgress? {
    guard var queue = queues.removeValue(forKey: endpoint) else { return nil }
    let progress = queue.fetch(
      into: &buffer, at: start, filled: &filled, limit: limit, now: now
    ) { answer in
      if answer.endsFrame { framesSent += 1 }
      if answer.endsFrame, spare.count < 3 { spare.append(answer.bytes) }
    }
    queues[endpoint] = queue
    return progress
  }

  func sendsFrames(on endpoint: UInt8) -> Bool {
    endpoint == model.spectrumIn || endpoint == model.secondSpectrumIn
  }

  var energised: [String] { exposure.lampOn ? ["lamp"] : [] }

  /// Forgets everything that was told and asked since power-up (USB reset, or plugged in again).
  mutating func restart() {
    exposure = Self.powerUp
    underWay = Array(repeating: exposure, count: model.framesUnderWay)
    triggerMode = 0
    frameNumber = 0
    exposureEnds = .unknown
    registers = [:]
    for endpoint in queues.keys { queues[endpoint]?.answers.removeAll(keepingCapacity: true) }
  }

  // MARK: Every answer passes here

  /// Queues an answer for the host: the one door out.
  ///
  /// What a host never fetches is bounded: the 65th answer on an end point is dropped.
  private mutating func emit(_ answer: consuming Answer, on endpoint: UInt8) {
    guard queues[endpoint]?.answers.count ?? 0 < 64 else { return }
    queues[endpoint]?.answers.append(answer)
  }

  private mutating func reply(_ bytes: [UInt8], at now: MonotonicInstant) {
    emit(Answer(bytes: bytes, readyAt: now), on: model.controlIn)
  }

  // MARK: Settings

  private mutating func initialize(at now: MonotonicInstant) {
    exposure = Self.powerUp
    triggerMode = 0
    exposureEnds = .unknown
    underWay = Array(repeating: exposure, count: model.framesUnderWay)
    // Exposures under way end here; what lies ready in the end points stays there.
    for endpoint in [model.spectrumIn, model.secondSpectrumIn] {
      queues[endpoint]?.answers.removeAll { $0.readyAt > now }
    }
    // The AN2131 models take one spectrum by themselves, which the host must fetch and drop.
    if !model.isHighSpeed { expose(exposure, from: now) }
  }

  private mutating func setIntegration(_ command: [UInt8]) {
    // Two bytes of milliseconds on the AN2131, which ignores the others; four on the FX2.
    let size = model.isHighSpeed ? 4 : 2
    guard command.count >= 1 + size else { return }
    if model.takesShortIntegrationOnly, command.count != 1 + size { return }
    let ticks = command[1...size].reversed().reduce(0) { $0 << 8 | Int($1) }
    frameNumber = 0
    let time = ticks * model.integrationUnit
    guard model.integrationLimits.contains(time) else { return }
    exposure.integration = time
  }

  private mutating func setTriggerMode(_ command: [UInt8], at now: MonotonicInstant) {
    guard let mode = operand(command), model.triggerModes.contains(mode) else { return }
    triggerMode = mode
    guard mode != 2, mode != 3 else { return }
    // What waited for a trigger is exposed now.
    let ready = max(now, exposureEnds).advanced(by: duration(of: exposure))
    for endpoint in [model.spectrumIn, model.secondSpectrumIn] {
      guard var queue = queues.removeValue(forKey: endpoint) else { continue }
      for index in queue.answers.indices where queue.answers[index].readyAt == .never {
        queue.answers[index].readyAt = ready
        exposureEnds = ready
      }
      queues[endpoint] = queue
    }
  }

  /// The little-endian operand of a three-byte command.
  private func operand(_ command: [UInt8]) -> UInt16? {
    command.count >= 3 ? UInt16(command[1]) | UInt16(command[2]) << 8 : nil
  }

  // MARK: Questions

  private mutating func answerSlot(_ slot: UInt8, at now: MonotonicInstant) {
    reply([0x05, slot] + memory.bytes(slot), at: now)
  }

  private mutating func writeSlot(_ command: [UInt8]) {
    guard command.count >= 2 else { return }
    memory.program(Int(command[1]), bytes: Array(command[2...]))
  }

  /// FPGA registers (04 is the version), board temperature and irradiance table.
  private mutating func fpga(_ command: [UInt8], at now: MonotonicInstant) {
    guard case .fx2(let version) = model.firmware else { return }
    switch (command[0], command.count) {
    case (0x6A, 4...) where version != nil:
      registers[command[1]] = UInt16(command[2]) | UInt16(command[3]) << 8
    case (0x6B, 2...) where version != nil:
      let value = command[1] == 0x04 ? version ?? 0 : registers[command[1]] ?? 0
      reply([command[1], UInt8(truncatingIfNeeded: value), UInt8(value >> 8)], at: now)
    case (0x6C, _) where model.hasThermometer:
      // 25.0 degrees Celsius in steps of 0.003906.
      reply([0x08, 0x00, 0x19], at: now)
    case (0x6D, 3...) where version != nil:
      reply([UInt8](repeating: 0xFF, count: 60), at: now)
    default:
      break
    }
  }

  /// The 16 bytes of the status packet.
  private var status: [UInt8] {
    let pixels = UInt16(model.pixelsOnWire)
    let lamp: UInt8 = exposure.lampOn ? 1 : 0
    let mode = UInt8(truncatingIfNeeded: triggerMode)
    let head = [UInt8(truncatingIfNeeded: pixels), UInt8(pixels >> 8)]
    guard model.isHighSpeed else {
      let time = exposure.integration / 1000
      let ready: UInt8 = queues[model.spectrumIn]?.framesWaiting ?? 0 > 0 ? 1 : 0
      return head + [UInt8(truncatingIfNeeded: time >> 8), UInt8(truncatingIfNeeded: time)]
        + [lamp, mode, 0, 0, ready] + [UInt8](repeating: 0, count: 7)
    }
    let time = UInt32(exposure.integration)
    let packets = UInt8(2 * model.pixelsOnWire / model.maxPacket)
    return head + (0..<4).map { UInt8(truncatingIfNeeded: time >> (8 * $0)) }
      + [lamp, mode, 0, packets, 1, 0, 0, 0, 0x80, 0]
  }

  // MARK: Spectra

  private mutating func requestSpectrum(at now: MonotonicInstant) {
    // One may wait while another is under way; further requests are dropped.
    guard queues[model.spectrumIn]?.framesWaiting ?? 0 < 2 else { return }
    switch triggerMode {
    case 0:
      underWay.append(exposure)
      expose(underWay.removeFirst(), from: now)
    case 2, 3:
      expose(exposure, readyAt: .never)
    default:
      expose(exposure, from: now)
    }
  }

  private func duration(of exposure: Exposure) -> Duration {
    Duration.microseconds(exposure.integration) / speed
  }

  /// Takes a spectrum after the one before it.
  private mutating func expose(_ exposure: Exposure, from now: MonotonicInstant) {
    exposureEnds = max(now, exposureEnds).advanced(by: duration(of: exposure))
    expose(exposure, readyAt: exposureEnds)
  }

  /// Makes a spectrum with this exposure and queues its bytes.
  private mutating func expose(_ exposure: Exposure, readyAt moment: MonotonicInstant) {
    source.counts(of: frameNumber, exposure: exposure, model: model, into: &counts)
    frameNumber += 1
    model.encode(counts, into: &frame)
    let head = model.secondEndpointBytes
    if head > 0 {
      emit(
        Answer(bytes: Array(frame[..<head]), readyAt: moment), on: model.secondSpectrumIn)
    }
    var bytes = spare.popLast() ?? []
    bytes.removeAll(keepingCapacity: true)
    bytes.append(contentsOf: frame[head...])
    emit(Answer(bytes: bytes, readyAt: moment, endsFrame: true), on: model.spectrumIn)
  }
}
