internal import Emulation
internal import Foundation

/// Runs a case with the program itself, over a pseudo-terminal that this process serves.
struct PtyRunner {
  let program: String
  let fault: FaultCase
  let folder: String

  func run() async throws -> FaultRow {
    var row = FaultRow(fault)
    var setup = EmulatedSetup(model: fault.modelID, speed: 100)
    setup.faults = try FaultPlan(fault.plan)
    let device = try EmulatedCatalogue.make(setup)
    let front = try PtyFront(device: device)
    defer { front.stop() }
    row.exit = try await acquire("first", FaultCase.scans, front.address)
    row.nextWorks = try await acquire("second", 2, front.address) == 0
    row.takeCode(from: Child.text(folder + "/first"))
    if row.exit == 124 { row.code = "HANGS" }
    try row.takeRun(home: folder + "/home")
    row.injected = device.faultsInjected.count
    row.leftOn = device.leftEachTime.map { $0.joined(separator: "+") }
    return row
  }

  private func acquire(_ sample: String, _ scans: Int, _ address: String) async throws -> Int32 {
    try await Child.run(
      [program, "acquire", address, "--sample", sample, "--scans", "\(scans)"]
        + fault.words(home: folder + "/home"),
      saying: "\(folder)/\(sample)")
  }
}
