import Foundation
import Instruments
import Laboratory
import Testing

@testable import Formats

/// Files of every format, small and whole.
private func files() throws -> [(name: String, bytes: [UInt8], words: [String])] {
  let jcamp = jcampFile(
    "400AJJJJJJJ\n407HJJJJ\n411A2", points: 12, last: 411,
    head: "##MAXY= 12\n##MINY= 1\n##FIRSTY= 1\n")
  var indexed = String(
    decoding: MzML.file(
      MzML.spectrum("1", [50, 60], [10, 20]) + MzML.spectrum("2", [51], [30])), as: UTF8.self)
  indexed = indexed.replacing("<mzML", with: "<indexedmzML><mzML")
    .replacing("</mzML>\n", with: "</mzML><fileChecksum>")
  indexed += SHA1.text(Array(indexed.utf8)[...]) + "</fileChecksum></indexedmzML>"
  let table = "time,signal\n" + (0..<60).map { "\($0),\($0 * 7 % 11).25\n" }.joined()
  return [
    ("andi-ms", andiMass().file(), []), ("andi", andiChromatography().file(), []),
    ("jcamp", jcamp, []), ("mzml", Array(indexed.utf8), []), ("jaz", Array(jazText.utf8), []),
    ("bwtek", Array(bwtekText.utf8), []),
    ("table", Array(table.utf8), ["time=1", "unit=s", "value=2"]),
  ]
}

/// What a reading holds in numbers.
private func numbers(_ source: ReadSource) -> [Double] {
  let series = source.measurement.massScans
  return (series?.times ?? []) + (series?.massToCharge ?? []) + (series?.intensity ?? [])
    + source.measurement.traces.flatMap { $0.times + $0.values }
    + source.measurement.spectra.flatMap { $0.axis.values + $0.values }
}

@Suite(.timeLimit(.minutes(2))) struct SourceDamageTests {
  @Test func filesCutAnywhereAreRefusedOrSayWhatIsLost() throws {
    for (name, bytes, words) in try files() {
      let declaration = try TableDeclaration(words: words)
      let whole = try MeasurementReader.read(bytes, declaration: declaration)
      let step = bytes.count > 600 ? 64 : 7
      for length in stride(from: 0, to: bytes.count, by: step) {
        do throws(FormatError) {
          let cut = try MeasurementReader.read(Array(bytes[..<length]), declaration: declaration)
          // Only line ends and the like may be missing without a word.
          let isSaid = !Set(cut.warnings).subtracting(whole.warnings).isEmpty
          #expect(
            isSaid || numbers(cut) == numbers(whole)
              || (name == "table" && bytes[length - 1] == 10), "\(name) \(length)")
        } catch {
          #expect(!error.detail.isEmpty, "\(name) \(length)")
        }
      }
    }
  }

  @Test func flippedBitsAreRefusedOrGiveFiniteNumbersInOrder() throws {
    var generator = SeededGenerator(state: 2026)
    for (name, bytes, words) in try files() {
      let declaration = try TableDeclaration(words: words)
      for _ in 0..<400 {
        var damaged = bytes
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
          let place = Int.random(in: 0..<damaged.count, using: &generator)
          damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        }
        do throws(FormatError) {
          let source = try MeasurementReader.read(damaged, declaration: declaration)
          let isFinite = numbers(source).allSatisfy { $0.isFinite }
          #expect(isFinite, "\(name)")
          for trace in source.measurement.traces {
            #expect(zip(trace.times, trace.times.dropFirst()).allSatisfy { $0 < $1 }, "\(name)")
          }
          let times = source.measurement.massScans?.times ?? []
          #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 }, "\(name)")
        } catch {
          #expect(!error.detail.isEmpty, "\(name)")
        }
      }
    }
  }

  @Test func aFileWithAChecksumOfItsOwnBearsNoFlippedBit() throws {
    let file = try #require(try files().first { $0.name == "mzml" })
    let whole = numbers(try MeasurementReader.read(file.bytes))
    for place in stride(from: 0, to: file.bytes.count - 70, by: 3) {
      var damaged = file.bytes
      damaged[place] ^= 1
      if let source = try? MeasurementReader.read(damaged) {
        #expect(numbers(source) == whole, "\(place)")
      }
    }
  }
}
