import Foundation
import Instruments
import Journal
import Laboratory
import ScanRing
import Testing

/// Mass spectrometers by the real program, and its numbers computed again by code of the test's own.
@Suite(
  .timeLimit(.minutes(5)), .enabled(if: Outside.canEmulate, "umockdev is not installed"))
struct MassRunTests {
  private static let port = "serial:/dev/ttyUSB0"

  private func gauger(_ arguments: [String], home: String) throws -> Program.Outcome {
    try Program.emulating(
      ["rga200", "--speed", "100", "--seed", "4"], arguments + ["--home", home])
  }

  /// The cells of a table by column, empty ones as nil; comments left out.
  private func table(_ path: String) throws -> [String: [Double?]] {
    let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    let rows = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
      .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    let heads = try #require(rows.first).map(String.init)
    var columns: [String: [Double?]] = [:]
    for (index, head) in heads.enumerated() {
      columns[head] = rows.dropFirst().map { Double($0[index]) }
    }
    return columns
  }

  @Test func everyNumberFollowsFromTheRawBytes() throws {
    let home = try TemporaryFolder()
    let taken = try gauger(
      [
        "acquire", Self.port, "--sample", "air", "--scans", "4", "--set", "scan_kind=1", "--set",
        "noise_floor=7",
      ], home: home.path)
    #expect(taken.status == 0, "\(taken.errors)")
    let run = try RunFolder(only: home.path)

    // The bytes, by themselves: 50 words and the total, little endian.
    var reader = try JournalReader(path: run.path + "/raw.journal")
    let memory = Dictionary(
      uniqueKeysWithValues: reader.header.instrument.memory.map {
        ($0.name, String(decoding: $0.bytes, as: UTF8.self))
      })
    func sensitivity(_ name: String) throws -> Double {
      let text = try #require(memory[name]).filter { $0.isNumber || $0 == "." }
      return try #require(Double(text))
    }
    var scans: [[Int]] = []
    var requests: [UInt64] = []
    while let record = try reader.next() {
      guard record.header.kind == .frame else { continue }
      requests.append(record.header.requested)
      scans.append(
        stride(from: 0, to: record.content.count, by: 4).map { place in
          let bits = (0..<4).reduce(UInt32(0)) {
            $0 | UInt32(record.content[place + $1]) << UInt32(8 * $1)
          }
          return Int(Int32(bitPattern: bits))
        })
    }
    #expect(scans.map(\.count) == [51, 51, 51, 51])

    let spectrum = try table(run.path + "/files/spectrum.csv")
    #expect(spectrum["mz"] == (1...50).map { Double($0) })
    for point in 0..<50 {
      let counts = scans.map { $0[point] }
      let mean = Double(counts.reduce(0, +)) / 4
      #expect(spectrum["raw_counts"]?[point] == mean)
      #expect(spectrum["ion_current_A"]?[point] == mean * 1e-16)
      let squares = counts.map { (Double($0) - mean) * (Double($0) - mean) }
      let deviation = (squares.reduce(0, +) / 3).squareRoot() * 1e-16
      let found = try #require(spectrum["ion_current_std_A"]?[point])
      #expect(abs(found - deviation) <= 1e-9 * deviation)
    }

    let traces = try table(run.path + "/files/traces.csv")
    let torr = try 1000 / sensitivity("st")
    for (scan, words) in scans.enumerated() {
      let total = Double(words[50]) * 1e-16
      #expect(traces["total_current_A"]?[scan] == total)
      let pressure = try #require(traces["total_pressure_Torr"]?[scan])
      #expect(abs(pressure - total * torr) <= 1e-12 * pressure)
      #expect(
        traces["sum_current_A"]?[scan] == Double(words.dropLast().reduce(0, +)) * 1e-16)
      #expect(traces["time_s"]?[scan] == Double(requests[scan] - requests[0]) / 1e9)
    }

    let sheet = try JSONDecoder().decode(
      ResultSheet.self,
      from: Data(contentsOf: URL(fileURLWithPath: run.path + "/files/result.json")))
    let nitrogen = try #require(sheet.results.first { $0.keyword == "partial-pressure-mz28" })
    let wanted =
      Double(scans.map { $0[27] }.reduce(0, +)) / 4 * 1e-13 / (try sensitivity("sp"))
    #expect(abs((nitrogen.value ?? 0) - wanted) <= 1e-12 * wanted)
    #expect(nitrogen.unit?.symbol == "Torr")
    #expect(nitrogen.flags == ["nitrogen-equivalent"])

    let verified = try Program.gauger(["runs", "verify", "last", "--home", home.path])
    #expect(verified.status == 0, "\(verified.output)")
    let shown = try Program.gauger(["runs", "show", "last", "--home", home.path])
    #expect(shown.output.contains("partial-pressure-mz28: "))
    #expect(shown.output.contains("Torr (nitrogen-equivalent)"))
    // An altered sheet is said, beside everything else that is known.
    try Data("{}".utf8).write(to: URL(fileURLWithPath: run.path + "/files/result.json"))
    let altered = try Program.gauger(["runs", "show", "last", "--home", home.path])
    #expect(altered.status == 10)
    #expect(altered.errors.contains("code: result-sheet-damaged"))
    #expect(altered.output.contains("sample          air"))
  }

  @Test func theTerminalShowsSticksAndTheTotalOverTime() throws {
    let home = try TemporaryFolder()
    let looked = try gauger(
      ["live", Self.port, "--frames", "3", "--set", "scan_kind=1", "--set", "noise_floor=7"],
      home: home.path)
    #expect(looked.status == 0, "\(looked.errors)")
    #expect(looked.output.contains("m/z"))
    #expect(looked.output.contains("total current / A"))
    #expect(looked.output.contains("highest at m/z 28"))
    #expect(looked.output.contains("nothing is recorded"))
  }

  @Test func darksAreRefusedByName() throws {
    let home = try TemporaryFolder()
    let refused = try gauger(
      ["acquire", Self.port, "--sample", "d", "--kind", "dark", "--scans", "1"],
      home: home.path)
    #expect(refused.status == 2)
    #expect(refused.errors.contains("code: dark-not-for-mass"))
  }
}
