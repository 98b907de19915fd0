internal import Bench
internal import Emulation
internal import Foundation
internal import Instruments
internal import Laboratory
internal import Links
internal import Profiles

/// Runs a case with a bench in this process, whose one instrument is emulated here too.
struct InProcessRunner {
  let fault: FaultCase
  let folder: String
  let profiles: String
  private static let line = "serial:/dev/ttyUSB9"

  func run() async throws -> FaultRow {
    var row = FaultRow(fault)
    var setup = EmulatedSetup(model: fault.modelID, speed: 100)
    setup.faults = try FaultPlan(fault.plan)
    let device = try EmulatedCatalogue.make(setup)
    let first = try await acquire("first", scans: FaultCase.scans, from: device)
    row.exit = first.exit.rawValue
    row.code = first.failure?.code ?? ""
    try row.takeRun(home: folder + "/home")
    row.nextWorks = try await acquire("second", scans: 2, from: device).exit == .done
    row.injected = device.faultsInjected.count
    row.leftOn = device.leftEachTime.map { $0.joined(separator: "+") }
    return row
  }

  private func acquire(
    _ sample: String, scans: Int, from device: EmulatedDevice
  ) async throws -> (exit: Laboratory.ExitStatus, failure: Failure?) {
    let products: [String: UInt16] = ["usb2000plus": 0x101E, "usb4000": 0x1022]
    let product = products[fault.model] ?? 0
    // The site says what is on the line, so that nothing has to be asked there.
    let site = "instruments:\n  analyser: {address: \(Self.line), model: \(fault.profileID)}\n"
    let home = folder + "/home"
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
    if fault.isSerial {
      try site.write(toFile: home + "/bench.yaml", atomically: false, encoding: .utf8)
    }
    let bench = try Bench(
      home: Home(explicit: home, environment: [:]),
      profiles: ProfileStore.load(folders: [profiles]),
      reach: Bench.Reach(
        list: { () throws(Failure) in
          guard device.isPlugged else { return [] }
          return [
            fault.isSerial
              ? InstrumentPort(
                address: Self.line, node: "/dev/null", kind: .serial,
                isEmulated: true, state: .ready)
              : InstrumentPort(
                address: "usb:9-1", node: "/dev/null", vendor: 0x2457, product: product,
                serialText: device.serialNumber, isEmulated: true, state: .ready)
          ]
        },
        connect: { (_, _) throws(LinkError) in device.inProcessLink() },
        line: { (_) throws(Failure) in nil }))
    let handle = bench.acquire(
      AcquireRequest(
        address: fault.isSerial ? Self.line : fault.address, sample: Sample(id: sample),
        scans: scans,
        settings: Settings(fault.settings), person: "test"))
    for await event in handle.events {
      switch event {
      case .finished(let record, let status): return (status, record.failure)
      case .failed(let failure): return (failure.exit, failure)
      default: continue
      }
    }
    return (.failed, nil)
  }
}
