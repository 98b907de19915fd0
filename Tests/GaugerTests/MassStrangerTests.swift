import Emulation
import Foundation
import Testing

/// The maker's driver `srsinst.rga` and ours measure the same: one emulated analyser each, of one seed.
@Suite(.serialized) struct MassStrangerTests {
  /// Where both find the port.
  enum Port: String, Sendable, CaseIterable { case preloadBench, pseudoTerminal }

  struct Reading: Decodable {
    var id: [String]
    var analog: [[Double]]
    var histogram: [[Double]]
    var single: [[Double]]
    var errors: String
  }

  private static let seed: UInt64 = 9

  @Test(
    .enabled(if: Outside.strangersWanted && Outside.canEmulate, "no GAUGER_PYTHON or no umockdev"),
    .timeLimit(.minutes(3)), arguments: Port.allCases)
  func srsinstAndGaugerReadTheSameCurrents(port: Port) throws {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "Strangers/read_masses.py").path
    let theirs = try onPort(port) { address in
      [
        try #require(Outside.python), script, address, "1", "50", "7", "10", "18,28,32,40,44",
        "2",
      ]
    }
    let reading = try JSONDecoder().decode(Reading.self, from: Data(theirs.utf8))
    #expect(reading.id == ["SRSRGA200", "00042", "0.24"])
    #expect(reading.errors == "NE")
    for (kind, scans) in [reading.analog, reading.histogram, reading.single].enumerated() {
      let home = try TemporaryFolder()
      _ = try onPort(port) { address in
        [
          try #require(Program.path), "acquire",
          (port == .preloadBench ? "serial:" : "pty:") + address, "--home", home.path, "--sample",
          "compare", "--scans", "2", "--each", "--set", "noise_floor=7", "--set",
          "scan_kind=\(kind)",
        ]
      }
      let run = try RunFolder(only: home.path)
      #expect(run.record["emulated"] as? Bool == true)
      for scan in 1...2 {
        let raw = try column("raw_counts", of: "\(run.path)/files/spectrum-0000\(scan).csv")
        #expect(raw.count == [491, 50, 5][kind])
        #expect(raw == scans[scan - 1], "kind \(kind), scan \(scan)")
        // The table's currents are those counts, 1e-16 A each.
        let currents = try column(
          "ion_current_A", of: "\(run.path)/files/spectrum-0000\(scan).csv")
        #expect(zip(currents, raw).allSatisfy { abs($0 - $1 * 1e-16) <= 1e-28 })
      }
    }
  }

  /// What `gauger acquire` wrote is played again to the last count.
  @Test(
    .enabled(if: Outside.canEmulate, "no umockdev"), .timeLimit(.minutes(2)),
    arguments: ["0", "1"])
  func ownTablesArePlayedToTheLastCount(kind: String) throws {
    let first = try TemporaryFolder()
    let arguments = [
      "acquire", "serial:/dev/ttyUSB0", "--sample", "s", "--scans", "1", "--set", "noise_floor=7",
      "--set", "scan_kind=\(kind)", "--home",
    ]
    let taken = try Program.emulating(
      ["rga200", "--scene", "solvent", "--speed", "50"], arguments + [first.path])
    #expect(taken.status == 0, "\(taken.errors)")
    let table = try RunFolder(only: first.path).path + "/files/spectrum.csv"
    let second = try TemporaryFolder()
    let played = try Program.emulating(
      ["rga200", "--play", table, "--speed", "50"], arguments + [second.path])
    #expect(played.status == 0, "\(played.errors)")
    let again = try RunFolder(only: second.path).path + "/files/spectrum.csv"
    #expect(try column("raw_counts", of: again) == column("raw_counts", of: table))
  }

  /// Runs a command that finds a fresh analyser at the port and gives its output.
  private func onPort(_ port: Port, _ command: (String) throws -> [String]) throws -> String {
    let outcome: Program.Outcome
    switch port {
    case .preloadBench:
      outcome = try Program.run(
        [
          try #require(Program.path), "emulate", "rga200", "--speed", "50", "--seed",
          "\(Self.seed)", "--",
        ] + command("/dev/ttyUSB0"))
    case .pseudoTerminal:
      let device = try EmulatedCatalogue.make(
        EmulatedSetup(model: "stanford-research/rga200", seed: Self.seed, speed: 50))
      let front = try PtyFront(device: device)
      defer { front.stop() }
      outcome = try Program.run(command(front.path))
    }
    try #require(outcome.status == 0, "\(outcome.errors)")
    return outcome.output
  }

  private func column(_ name: String, of path: String) throws -> [Double] {
    let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    let rows = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("#") }
      .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    let place = try #require(rows.first?.firstIndex(of: Substring(name)))
    return try rows.dropFirst().map { try #require(Double($0[place])) }
  }
}
