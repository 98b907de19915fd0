import Foundation
import Instruments
import Laboratory
import Testing

@testable import Formats

/// Files of ours that were cut or altered: never other numbers or names without a word.
@Suite(.timeLimit(.minutes(10))) struct WrittenDamageTests {
  /// One content of each kind, with short names, in every format and packing.
  static let cases = MatrixCase.all(isPlain: true).filter {
    [.gcms, .fid, .raman, .infrared, .foreign].contains($0.example)
  }

  private static func files(_ given: MatrixCase) throws -> [(bytes: [UInt8], whole: ReadSource)] {
    var content = try given.example.content(isPlain: true)
    // A smaller file, so that more of it is tried.
    content.spectra = content.spectra.map { spectrum in
      var part = spectrum
      part.axis.values = Array(spectrum.axis.values.prefix(40))
      part.values = Array(spectrum.values.prefix(40))
      part.saturated = spectrum.saturated.filter { $0 < 40 }
      return part
    }
    let plan = try MeasurementWriter.plan(content, as: given.format, given.options)
    var files: [(bytes: [UInt8], whole: ReadSource)] = []
    for part in plan.parts.prefix(1) {
      let file = MemoryFile()
      try MeasurementWriter.write(part, given.options, to: file)
      files.append((file.bytes, try MeasurementReader.read(file.bytes)))
    }
    return files
  }

  /// What is other in a damaged file without a word of it; nil where nothing is, or it is refused.
  private static func silence(_ damaged: [UInt8], _ whole: ReadSource) -> String? {
    do throws(FormatError) {
      let found = try MeasurementReader.read(damaged)
      guard Set(found.warnings).subtracting(whole.warnings).isEmpty else { return nil }
      if found.measurement.traces != whole.measurement.traces { return "traces" }
      if found.measurement.spectra != whole.measurement.spectra { return "spectra" }
      if found.measurement.massScans != whole.measurement.massScans { return "scans" }
      if found.measurement.reportedPeaks != whole.measurement.reportedPeaks { return "peaks" }
      if found.measurement.pressures != whole.measurement.pressures { return "pressures" }
      if found.identity != whole.identity { return "identity" }
      let (a, b) = (found.measurement.facts, whole.measurement.facts)
      return Set(a.keys).union(b.keys).first { a[$0] != b[$0] }.map { "fact \($0)" }
    } catch {
      return error.detail.isEmpty ? "no reason" : nil
    }
  }

  @Test(arguments: cases) func cutFilesAreRefusedOrSayWhatIsLost(given: MatrixCase) throws {
    for (bytes, whole) in try Self.files(given) {
      // Every 64 bytes; of long files some hundred of these places (three hundred where all damage
      // is tried), and those near the end.
      let places = Array(stride(from: 0, to: bytes.count, by: 64))
      let step = max(1, places.count / Damage.count(300))
      let chosen = places.enumerated().filter {
        $0.offset % step == 0 || $0.offset > places.count - Damage.count(40)
      }
      .map(\.element)
      var silent: [String] = []
      for length in chosen + Array(max(0, bytes.count - Damage.count(80))..<bytes.count) {
        if let what = Self.silence(Array(bytes[..<length]), whole) {
          silent.append("\(length) of \(bytes.count): \(what)")
        }
      }
      #expect(silent.isEmpty, "\(given.testDescription): \(silent.count), \(silent.prefix(5))")
    }
  }

  @Test(arguments: cases) func flippedBitsAreRefusedOrSaid(given: MatrixCase) throws {
    var generator = SeededGenerator(state: 5)
    for (bytes, whole) in try Self.files(given) {
      var silent: [String] = []
      for _ in 0..<Damage.count(200) {
        var damaged = bytes
        let place = Int.random(in: 0..<damaged.count, using: &generator)
        let bit = UInt8.random(in: 0..<8, using: &generator)
        damaged[place] ^= 1 << bit
        if let what = Self.silence(damaged, whole) {
          silent.append("byte \(place) of \(bytes.count), bit \(bit): \(what)")
        }
      }
      #expect(silent.isEmpty, "\(given.testDescription): \(silent.count), \(silent.prefix(5))")
    }
  }
}
