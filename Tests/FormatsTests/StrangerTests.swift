import Foundation
import Instruments
import Laboratory
import Testing

@testable import Formats

/// Readers that are not ours: a Python with the packages `jcamp` and `numpy`.
enum Stranger {
  static let python = ProcessInfo.processInfo.environment["GAUGER_PYTHON"]

  /// Whether they shall be asked: they are there, or their absence is a failure (as in CI).
  static let isWanted =
    python != nil || ProcessInfo.processInfo.environment["GAUGER_STRANGERS"] == "required"

  /// `tools/check-formats` of the shared folder, or nil where it is not there.
  static let checker: String? = {
    let environment = ProcessInfo.processInfo.environment["GAUGER_SHARED"]
    let folder =
      environment.map { URL(filePath: $0) }
      ?? URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared")
    let tool = folder.appending(path: "tools/check-formats").path
    return FileManager.default.fileExists(atPath: tool) ? tool : nil
  }()

  static let noPython: Comment =
    "SKIPPED: no foreign reader (set GAUGER_PYTHON to a Python with jcamp and numpy)"
  static let noChecker: Comment =
    "SKIPPED: no tools/check-formats (set GAUGER_SHARED) or no GAUGER_PYTHON"

  static func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(filePath: try #require(python))
    process.arguments = arguments
    // Four processors are busy with tests; threads of their own only get in each other's way.
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"]
    ) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }
}

/// A folder of its own, removed afterwards.
func withFolder(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appending(path: "formats-\(UUID())")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}

private let samples = [
  "S-2026-0815", "12", "1e5", "Größe µ \"x\" ## $$ \n##END=\n",
  String(repeating: "12345 ", count: 40), "7 " + String(repeating: "x", count: 70),
]

@Test(.enabled(if: Stranger.isWanted, Stranger.noPython), arguments: samples)
private func pythonJcampReadsEqualNumbers(sample: String) throws {
  let spectrum = Example.raman()
  let record = try Example.record(sample: sample, remark: sample, emulated: true)
  try withFolder { folder in
    let file = folder.appending(path: "a.jdx")
    try Data(
      JCAMPWriter.xyPoints(spectrum: spectrum, record: record, journalSHA256: Example.journal)
    ).write(to: file)
    let script = """
      import jcamp, struct, sys
      d = jcamp.readfile(sys.argv[1])
      for v in list(d['x']) + list(d['y']):
          print(struct.pack('>d', v).hex())
      print(d['title'][:9], d['npoints'], d['data type'], d['$laser wavelength nm'], sep='|')
      """
    let (status, output) = try Stranger.run(["-c", script, file.path])
    #expect(status == 0, "\(output.suffix(500))")
    let lines = output.split(separator: "\n")
    let bits = lines.dropLast().map { UInt64($0, radix: 16) }
    #expect(bits == (spectrum.axis.values + spectrum.intensity).map(\.bitPattern))
    #expect(lines.last == "EMULATED:|2048|RAMAN SPECTRUM|785.1")
  }
}

@Test(.enabled(if: Stranger.isWanted, Stranger.noPython), arguments: samples)
private func pythonCSVReadsEqualNumbers(sample: String) throws {
  let spectrum = Example.raman()
  let record = try Example.record(sample: sample, remark: sample)
  try withFolder { folder in
    let file = folder.appending(path: "a.csv")
    try Data(
      CSVWriter.spectrum(spectrum: spectrum, record: record, journalSHA256: Example.journal)
    ).write(to: file)
    let script = """
      import csv, struct, sys, zlib
      text = open(sys.argv[1], encoding='utf-8', newline='').read()
      lines = text.splitlines(keepends=True)
      said = [l for l in lines if l.startswith('# crc32: ')][0].split()[2]
      rest = ''.join(l for l in lines if not l.startswith('# crc32: '))
      assert '%08x' % zlib.crc32(rest.encode()) == said
      for row in csv.DictReader(l for l in lines if not l.startswith('#')):
          for name in ('wavelength_nm', 'raman_shift_per_cm', 'intensity_counts', 'raw_counts'):
              print(struct.pack('>d', float(row[name])).hex())
      """
    let (status, output) = try Stranger.run(["-c", script, file.path])
    #expect(status == 0, "\(output.suffix(500))")
    let bits = output.split(separator: "\n").map { UInt64($0, radix: 16) }
    let wavelengths = try #require(spectrum.wavelengths)
    let wanted = spectrum.intensity.indices.flatMap {
      [wavelengths[$0], spectrum.axis.values[$0], spectrum.intensity[$0], spectrum.raw[$0]]
    }
    #expect(bits == wanted.map(\.bitPattern))
  }
}

@Test(
  .enabled(if: Stranger.isWanted && Stranger.checker != nil, Stranger.noChecker),
  arguments: samples)
private func independentRulesHold(sample: String) throws {
  let record = try Example.record(sample: sample, remark: sample, complete: false)
  let checker = try #require(Stranger.checker)
  try withFolder { folder in
    let jcamp = folder.appending(path: "a.jdx")
    try Data(
      JCAMPWriter.xyPoints(
        spectrum: Example.raman(), record: record, journalSHA256: Example.journal)
    ).write(to: jcamp)
    let ofJCAMP = try Stranger.run([checker, "--strict", "--must", "jcamp", jcamp.path])
    #expect(ofJCAMP.status == 0, "\(ofJCAMP.output)")
    let csv = folder.appending(path: "a.csv")
    try Data(
      CSVWriter.spectrum(
        spectrum: Example.raman(), record: record, journalSHA256: Example.journal)
    ).write(to: csv)
    let ofCSV = try Stranger.run([checker, "--strict", csv.path])
    #expect(ofCSV.status == 0, "\(ofCSV.output)")
  }
}
