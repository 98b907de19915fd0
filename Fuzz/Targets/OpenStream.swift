internal import Foundation
internal import Instruments
internal import OpenStream
internal import Profiles

private let streams: [DeviceProfile] = {
  let folder = ProcessInfo.processInfo.environment["GAUGER_PROFILES"] ?? "DeviceProfiles"
  return ProfileStore.load(folders: [folder]).profiles
    .filter { $0.driver == OpenStreamInstrument.entry.id }
}()

/// What an instrument says that it measures, the length of it first; then the payload of a scan, which
/// is given the header and the checks that it would have on the line.
@Sendable func fuzzOpenStream(_ bytes: [UInt8]) {
  guard let first = bytes.first, let profile = streams.first else { return }
  let cut = min(Int(first) + 1, bytes.count)
  let payload = Array(bytes[cut...])
  let record = InstrumentRecord(
    model: profile.id, serialNumber: "FUZZ",
    memory: [
      .init(name: "capabilities", bytes: Array(bytes[1..<cut])),
      .init(name: "axis", bytes: payload),
    ])
  guard let interpreter = try? OpenStreamInstrument.interpret(profile, record) else { return }
  FuzzTargets.demand(interpreter.layout.largestCount <= 4 << 20, "a scan is bounded")
  func little(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
  }
  func check(_ bytes: [UInt8]) -> [UInt8] {
    little(
      ~bytes.reduce(UInt32.max) { sum, byte in
        (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in
          sum >> 1 ^ (sum & 1 == 1 ? 0x82F6_3B78 : 0)
        }
      })
  }
  let head: [UInt8] = [0x47, 0xA5, 0x90, 0] + little(1) + little(UInt32(payload.count))
  let frame = head + check(head) + payload + check(head + payload)
  var scan = SeriesScan()
  do { try interpreter.decode(frame.span, &scan) } catch { return }
  FuzzTargets.demand(
    (scan.values + scan.times + scan.massToCharge).allSatisfy(\.isFinite), "numbers are finite")
}
