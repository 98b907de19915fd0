internal import Foundation
internal import Instruments
internal import Profiles
internal import StanfordResearch

private let analyzers: [DeviceProfile] = {
  let folder = ProcessInfo.processInfo.environment["GAUGER_PROFILES"] ?? "DeviceProfiles"
  return ProfileStore.load(folders: [folder]).profiles
    .filter { $0.driver == ResidualGasAnalyzer.entry.id }.sorted { $0.id < $1.id }
}()

/// What a residual gas analyzer says: its stored numbers, one line each, then the bytes of a frame.
@Sendable func fuzzRGA(_ bytes: [UInt8]) {
  guard let first = bytes.first, !analyzers.isEmpty else { return }
  let profile = analyzers[Int(first) % analyzers.count]
  var rest = bytes.dropFirst()
  var blocks: [InstrumentRecord.MemoryBlock] = []
  for name in ["sp", "st", "mg", "mv", "mo", "nf"] {
    let line = rest.prefix { $0 != 0x0D }
    blocks.append(.init(name: name, bytes: line + [0x0D]))
    rest = rest.dropFirst(line.count + 1)
  }
  let record = InstrumentRecord(model: profile.id, serialNumber: "FUZZ", memory: blocks)
  let kind = Double(first / 3 % 3)
  guard let interpreter = try? ResidualGasAnalyzer.interpret(profile, record),
    let layout = try? interpreter.layout(
      Settings(["scan_kind": kind, "first_mass_amu": 1, "last_mass_amu": 3]))
  else { return }
  for scale in [layout.partialPressure, layout.totalPressure] {
    guard case .torrPerAmpere(let factor) = scale else { continue }
    FuzzTargets.demand(factor.isFinite && factor > 0, "a pressure factor is finite and above 0")
  }
  let frame = Array(rest)
  var counts = [Double](repeating: .nan, count: layout.massToCharge.count)
  var span = counts.mutableSpan
  do {
    _ = try interpreter.decode(frame.span, layout, &span)
  } catch {
    return
  }
  FuzzTargets.demand(counts.allSatisfy(\.isFinite), "every point of a decoded frame has a count")
}
