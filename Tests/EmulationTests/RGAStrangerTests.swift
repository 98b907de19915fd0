import Foundation
import Instruments
import Laboratory
import Testing

@testable import Emulation

/// The maker's own driver, `srsinst.rga`, unmodified, talks to the emulated analyser.
@Suite(.serialized) struct RGAStrangerTests {
  /// Where the stranger finds the port.
  enum Port: String, Sendable, CaseIterable { case pseudoTerminal, preloadBench }

  /// What it says, as JSON.
  struct Account: Decodable {
    var id: [String]
    /// Whether DSR is raised; a pseudo-terminal has none.
    var online: Bool?
    var status: Int
    var parameters: [Int]
    var axis: [Double]
    var analog: [[Double]]
    var totals: [Int32]
    var histogram: [Double]
    var histogramTotal: Int32
    var masses: [Double]
    var total: Int32
    var partialFactor: Double
    var partial: [Double]
    var totalTorr: Double
    var volts: Int
    var multiplied: Int32
    var errors: String
  }

  static let script = """
    import json, sys
    from srsinst.rga import RGA100
    r = RGA100("serial", sys.argv[1], 28800, True)
    r.comm.set_timeout(1.0)
    out = dict(id=r.check_id())
    try: out["online"] = bool(r.check_head_online())
    except OSError: out["online"] = None
    r.filament.turn_on()
    out["status"] = r.filament.last_set_status
    r.scan.set_parameters(1, 50, 7, 10)
    out["parameters"] = r.scan.get_parameters()
    out["axis"] = r.scan.get_mass_axis(True).tolist()
    out["analog"], out["totals"] = [], []
    for _ in range(2):
      out["analog"].append(r.scan.get_analog_scan().tolist())
      out["totals"].append(r.scan.total_current)
    out["histogram"] = r.scan.get_histogram_scan().tolist()
    out["histogramTotal"] = r.scan.total_current
    out["masses"] = r.scan.get_multiple_mass_scan([2, 18, 28, 32, 44, 28]).tolist()
    out["total"] = r.pressure.total_pressure
    out["partialFactor"] = r.pressure.get_partial_pressure_sensitivity_in_torr()
    out["partial"] = r.scan.get_partial_pressure_corrected_spectrum(r.scan.spectrum).tolist()
    out["totalTorr"] = r.pressure.get_total_pressure_in_torr()
    r.cem.turn_on()
    out["volts"] = r.cem.voltage
    out["multiplied"] = r.scan.get_single_mass_scan(28)
    r.cem.turn_off()
    out["errors"] = r.status.get_errors()
    r.filament.turn_off()
    r.disconnect()
    json.dump(out, open(sys.argv[2], "w"))
    """

  @Test(.tags(.slow), .timeLimit(.minutes(2)), arguments: Port.allCases)
  func srsinstReadsTheEmulatorsOwnTruth(port: Port) throws {
    let environment = ProcessInfo.processInfo.environment
    guard let python = environment["GAUGER_PYTHON"] else {
      try #require(
        environment["GAUGER_STRANGERS"] != "required",
        "GAUGER_PYTHON names no python that has srsinst.rga")
      print("skipped: GAUGER_PYTHON names no python that has srsinst.rga")
      return
    }
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "account.json").path
    let device = try EmulatedCatalogue.make(
      EmulatedSetup(model: "stanford-research/rga200", seed: 9, speed: 50))
    switch port {
    case .preloadBench:
      let bench = try PreloadBench(devices: [device])
      defer { bench.stop() }
      #expect(try bench.run([python, "-c", Self.script, bench.ports[0], file]) == 0)
    case .pseudoTerminal:
      let front = try PtyFront(device: device)
      defer { front.stop() }
      let status = try ChildProcess.run(
        [python, "-c", Self.script, front.path, file], environment: environment)
      #expect(status == 0)
    }
    let account = try JSONDecoder().decode(
      Account.self, from: Data(contentsOf: URL(fileURLWithPath: file)))
    #expect(account.id == ["SRSRGA200", "00042", "0.24"])
    #expect(account.online == (port == .preloadBench ? true : nil))
    #expect(account.status == 0)
    #expect(account.parameters == [1, 50, 7, 10])
    #expect(account.axis.count == 491)
    #expect(zip(account.axis, 0..<491).allSatisfy { abs($0 - (1 + Double($1) / 10)) < 1e-9 })
    #expect(account.errors == "NE")
    try checkNumbers(of: account)
    // Filament and multiplier were switched off, and the head says so too.
    for _ in 0..<1000 where device.leftOn != [] { Thread.sleep(forTimeInterval: 0.005) }
    #expect(device.leftOn == [])
    #expect(device.framesSent == 2 + 1 + 6 + 2 + 1)
  }

  /// Compares every number, to the last step of 1e-16 A, with a second head of the same seed that is
  /// asked the same without any port.
  private func checkNumbers(of account: Account) throws {
    var twin = RGABench(seed: 9)
    for command in ["MF50", "NF7"] { twin.send(command) }
    #expect(twin.ask("FL1.0") == "0")
    for scan in 0..<2 {
      let words = twin.words("SC1", 492)
      #expect(account.analog[scan] == words.dropLast().map(Double.init))
      #expect(account.totals[scan] == words.last)
    }
    let histogram = twin.words("HS1", 51)
    #expect(account.histogram == histogram.dropLast().map(Double.init))
    #expect(account.histogramTotal == histogram.last)
    let masses = [2, 18, 28, 32, 44, 28].map { twin.words("MR\($0)", 1)[0] }
    #expect(account.masses == masses.map(Double.init))
    #expect(account.total == twin.words("TP?", 1)[0])
    #expect(abs(account.partialFactor / 9.680_542_11e-13 - 1) < 1e-9)
    for (torr, raw) in zip(account.partial, masses) {
      #expect(abs(torr / (Double(raw) * 1e-13 / 0.1033) - 1) < 1e-12)
    }
    let total = Double(twin.words("TP?", 1)[0])
    #expect(abs(account.totalTorr / (total * 1e-13 / 0.0197) - 1) < 1e-12)
    #expect(twin.ask("HV1400") == "0")
    #expect(account.volts == 1400)
    #expect(account.multiplied == twin.words("MR28", 1)[0])
  }
}
