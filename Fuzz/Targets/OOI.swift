internal import Foundation
internal import Instruments
internal import OceanOptics
internal import Profiles

/// The profiles of the checkout, in the order of their ids; the first byte of an input chooses.
let profiles: [DeviceProfile] = {
  let folder = ProcessInfo.processInfo.environment["GAUGER_PROFILES"] ?? "DeviceProfiles"
  return ProfileStore.load(folders: [folder]).profiles
    .filter { $0.driver == OOISpectrometer.entry.id }.sorted { $0.id < $1.id }
}()

private func choose(_ bytes: [UInt8]) -> (DeviceProfile, ArraySlice<UInt8>)? {
  guard let first = bytes.first, !profiles.isEmpty else { return nil }
  return (profiles[Int(first) % profiles.count], bytes.dropFirst())
}

private func record(_ profile: DeviceProfile, _ bytes: ArraySlice<UInt8>) -> InstrumentRecord {
  var blocks: [InstrumentRecord.MemoryBlock] = []
  var rest = bytes
  while !rest.isEmpty {
    blocks.append(.init(name: "block-\(blocks.count)", bytes: Array(rest.prefix(17))))
    rest = rest.dropFirst(17)
  }
  return InstrumentRecord(model: profile.id, serialNumber: "FUZZ", memory: blocks)
}

/// The memory of an instrument: whole answers of 17 bytes, one behind the other.
@Sendable func fuzzMemory(_ bytes: [UInt8]) {
  guard let (profile, rest) = choose(bytes),
    let interpreter = try? OOISpectrometer.interpret(profile, record(profile, rest))
  else { return }
  let detector = interpreter.detector
  FuzzTargets.demand(detector.gain.isFinite && detector.gain >= 1, "a gain is finite, at least 1")
  FuzzTargets.demand(
    detector.saturationCount > 0 && detector.saturationCount <= detector.fullScale,
    "a saturation lies within full scale")
  for calibration in [detector.wavelength, detector.nonlinearity] {
    guard case .coefficients(let coefficients) = calibration else { continue }
    FuzzTargets.demand(
      coefficients.allSatisfy(\.isFinite) && !coefficients.isEmpty, "coefficients are finite")
  }
}

/// One frame of any model.
@Sendable func fuzzFrame(_ bytes: [UInt8]) {
  guard let (profile, rest) = choose(bytes),
    let interpreter = try? OOISpectrometer.interpret(profile, record(profile, []))
  else { return }
  let frame = Array(rest)
  var counts = [Double](repeating: -1, count: interpreter.detector.channelCount)
  var span = counts.mutableSpan
  do {
    try interpreter.decode(frame.span, &span)
  } catch {
    return
  }
  FuzzTargets.demand(
    counts.allSatisfy { (0...65_535).contains($0) }, "decoded counts are 16-bit counts")
}

/// A whole session with a far side that answers whatever it likes.
@Sendable func fuzzConversation(_ bytes: [UInt8]) {
  guard let (profile, rest) = choose(bytes), let quick = impatient(profile) else { return }
  do {
    var spectrometer = try OOISpectrometer(
      link: BabblingLink(answers: Array(rest)), profile: quick)
    _ = try spectrometer.apply(Settings(["integration_us": 100_000, "lamp": 1]))
    var buffer = [UInt8](repeating: 0, count: spectrometer.largestFrame)
    for _ in 0..<6 {
      var slot = buffer.mutableSpan
      let readout = try spectrometer.readFrame(into: &slot)
      FuzzTargets.demand(
        readout.outcome != .complete || readout.byteCount == spectrometer.largestFrame,
        "a complete frame has all its bytes")
    }
    try spectrometer.close()
  } catch {
    return
  }
}

/// The same model without the rest after an initialization, which is time alone.
private func impatient(_ profile: DeviceProfile) -> DeviceProfile? {
  var profile = profile
  guard case .map(var facts) = profile.facts, case .map(var opening) = facts["opening"] else {
    return nil
  }
  opening["settle_ms"] = .integer(0)
  facts["opening"] = .map(opening)
  profile.facts = .map(facts)
  return profile
}

/// A far side made of bytes: each read takes a length byte and as many bytes; some values fail.
struct BabblingLink: ByteLink, ~Copyable {
  var answers: [UInt8]
  var place = 0
  let canceller = LinkCanceller()
  let reachesEmulator = true

  init(answers: [UInt8]) { self.answers = answers }

  private mutating func take() -> UInt8? {
    guard place < answers.count else { return nil }
    place += 1
    return answers[place - 1]
  }

  private mutating func fail() throws(LinkError) {
    switch take() {
    case nil: throw .gone
    case 0xF0: throw .timedOut(received: Int(take() ?? 0))
    case 0xF1: throw .stalled(endpoint: 0x82)
    case 0xF2: throw .overflow(endpoint: 0x82)
    case 0xF3: throw .gone
    default: return
    }
  }

  mutating func prepare(_ legs: [Leg], inFlight: Int) throws(LinkError) {}

  mutating func write(
    _ bytes: Span<UInt8>, to endpoint: UInt8, until deadline: MonotonicInstant
  ) throws(LinkError) { try fail() }

  mutating func post(_ leg: Leg) throws(LinkError) {}

  mutating func read(
    _ leg: Leg, into buffer: inout MutableSpan<UInt8>, at offset: Int,
    until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    try fail()
    // Whole answers are common, so that a session gets somewhere.
    let shape = take() ?? 0
    let count = shape < 0xC0 ? leg.byteCount : min(leg.byteCount, Int(shape) - 0xC0)
    for index in 0..<count { buffer[offset + index] = take() ?? 0x69 }
    return count
  }

  mutating func drain(
    _ endpoint: UInt8, quiet: Duration, until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    try fail()
    return 0
  }

  mutating func control(
    _ request: ControlRequest, data: inout MutableSpan<UInt8>, until deadline: MonotonicInstant
  ) throws(LinkError) -> Int { 0 }

  mutating func clearHalt(_ endpoint: UInt8) throws(LinkError) { try fail() }

  mutating func reset() throws(LinkError) { try fail() }

  mutating func close() {}
}
