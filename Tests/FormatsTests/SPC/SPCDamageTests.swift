import Foundation
import Instruments
import Laboratory
import Testing

@testable import Formats

private func error(_ bytes: [UInt8]) -> FormatError? {
  do throws(FormatError) {
    _ = try MeasurementReader.read(bytes)
    return nil
  } catch { return error }
}

/// Files of every form, small.
private let files: [(name: String, bytes: [UInt8])] = {
  var even = SPCBuilder(exponent: 2, bodies: [.init(integers: [5, 1 << 20, -7, 1 << 30])])
  even.comment = "Probe"
  var big = even
  big.isBigEndian = true
  var own = SPCBuilder(flags: 0xc4, technique: 9, hasDirectory: true)
  (own.x, own.y, own.z) = (9, 4, 5)
  own.bodies = (0..<4).map { scan in
    .init(
      time: Float(scan), ownX: [50, 60.5, 77], points: 3, floats: [1, Float(scan), 1e6])
  }
  var loose = own
  loose.hasDirectory = false
  var many = SPCBuilder(flags: 0x84, storedX: [1, 2, 4])
  many.bodies = (0..<3).map { .init(time: Float($0), next: 1, floats: [1, 2, Float($0)]) }
  var old = SPCBuilder(flags: 4, exponent: 3)
  old.bodies = [.init(exponent: 1, integers: [1, 2]), .init(exponent: 2, integers: [3, 4])]
  return [
    ("even", even.withLog("a=1\r\nb\r\n").file()), ("big", big.file()), ("own", own.file()),
    ("loose", loose.file()), ("many", many.file()), ("old", old.oldFile()),
  ]
}()

private func numbers(_ source: ReadSource) -> [Double] {
  let series = source.measurement.massScans
  return (series?.times ?? []) + (series?.massToCharge ?? []) + (series?.intensity ?? [])
    + source.measurement.traces.flatMap { $0.times + $0.values }
    + source.measurement.spectra.flatMap { $0.axis.values + $0.values }
}

@Suite(.timeLimit(.minutes(10))) struct SPCDamageTests {
  @Test func filesCutAtAnyByteAreRefusedOrSayWhatIsLost() throws {
    for (name, bytes) in files {
      let whole = try MeasurementReader.read(bytes)
      for length in 0..<bytes.count {
        do throws(FormatError) {
          let cut = try MeasurementReader.read(Array(bytes[..<length]))
          // A cut between two subfiles of the old form leaves a whole file: it counts none.
          let isWholeOld = name == "old" && length == 264
          #expect(numbers(cut) == numbers(whole) || isWholeOld, "\(name) \(length)")
          #expect(
            !Set(cut.warnings).subtracting(whole.warnings).isEmpty || isWholeOld,
            "\(name) \(length)")
        } catch {
          #expect(
            !error.detail.isEmpty && (length < 32 || error.offset != nil), "\(name) \(length)")
        }
      }
    }
  }

  @Test func flippedBitsAreRefusedOrGiveFiniteNumbersInOrder() throws {
    var generator = SeededGenerator(state: 4711)
    for (name, bytes) in files {
      for _ in 0..<3000 {
        var damaged = bytes
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
          let place = Int.random(in: 0..<damaged.count, using: &generator)
          damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        }
        do throws(FormatError) {
          let source = try SPCReader.read(damaged)
          let areFinite = numbers(source).allSatisfy { $0.isFinite }
          #expect(areFinite, "\(name)")
          for spectrum in source.measurement.spectra {
            let x = spectrum.axis.values
            let isOrdered =
              zip(x, x.dropFirst()).allSatisfy { $0 < $1 }
              || zip(x, x.dropFirst()).allSatisfy { $0 > $1 }
            #expect(isOrdered && x.count == spectrum.values.count, "\(name)")
          }
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

  @Test func numbersThatAreNoneAreRefusedWithTheirPlace() {
    var builder = SPCBuilder(bodies: [.init(floats: [1, .nan, 3])])
    #expect(error(builder.file())?.offset == 512 + 32 + 4)
    builder = SPCBuilder(flags: 0x80, storedX: [1, .infinity], bodies: [.init(floats: [1, 2])])
    #expect(error(builder.file())?.offset == 516)
    builder = SPCBuilder(flags: 0x80, storedX: [1, 3, 2], bodies: [.init(floats: [1, 2, 3])])
    #expect(error(builder.file())?.problem == .inconsistent)
    builder = SPCBuilder(first: 5, last: 5, bodies: [.init(floats: [1, 2, 3])])
    #expect(error(builder.file())?.problem == .inconsistent)
    builder = SPCBuilder(points: 0, bodies: [.init(floats: [1])])
    #expect(error(builder.file())?.code == "spc-bad-number")
  }

  @Test func countsBeyondTheFileAreRefusedAtOnce() {
    var builder = SPCBuilder(points: 1 << 29, bodies: [.init(floats: [1])])
    #expect(error(builder.file())?.format == .spc)
    builder = SPCBuilder(flags: 4, subfileCount: 1 << 23, bodies: [.init(floats: [1, 2])])
    #expect(error(builder.file())?.code == "spc-truncated")
    builder = SPCBuilder(
      flags: 0xc4, points: 0xffff_ff, bodies: [.init(ownX: [1], points: 1, floats: [1])])
    #expect(error(builder.file())?.code == "spc-truncated")
    builder = SPCBuilder(flags: 0xc4, bodies: [.init(ownX: [1], points: 1 << 31, floats: [1])])
    #expect(error(builder.file())?.code == "spc-truncated")
    builder = SPCBuilder(flags: 0x44, bodies: [.init(floats: [1])])
    #expect(error(builder.file())?.code == "spc-inconsistent")
  }

  @Test func aSubfileThatContradictsTheHeaderIsRefused() {
    let builder = SPCBuilder(
      flags: 4, bodies: [.init(points: 2, floats: [1, 2]), .init(points: 3, floats: [1, 2])])
    #expect(error(builder.file())?.offset == 512 + 32 + 8 + 16)
  }

  @Test func nothingElseIsTakenForSPC() {
    let zip: [UInt8] = [0x50, 0x4b, 3, 4, 20, 0, 0, 0, 8, 0] + [UInt8](repeating: 0, count: 600)
    let bitmap: [UInt8] =
      [0x42, 0x4d, 0x36, 0x10, 0, 0, 0, 0, 0, 0, 0x36, 0, 0, 0, 0x28, 0]
      + [UInt8](repeating: 0, count: 600)
    let tiff: [UInt8] = [0x4d, 0x4d, 0, 0x2a, 0, 0, 0, 8] + [UInt8](repeating: 7, count: 600)
    for bytes in [zip, bitmap, tiff] { #expect(MeasurementReader.recognise(bytes) == nil) }
    for second in ["K", "L", "M"] {
      for first in 0..<128 {
        let text = [UInt8(first)] + Array("\(second)\n1,2\n3,4\n".utf8)
        let long = text + Array(String(repeating: "\t\n\r 12.5\n", count: 80).utf8)
        #expect(MeasurementReader.recognise(long) != .spc, "\(first)")
        let blank = text.prefix(2) + [UInt8](repeating: 10, count: 600)
        #expect(MeasurementReader.recognise(Array(blank)) != .spc, "\(first)")
      }
    }
    var generator = SeededGenerator(state: 99)
    var taken = 0
    for index in 0..<Damage.count(100_000) {
      var noise = (0..<64).map { _ in UInt8.random(in: 0...255, using: &generator) }
      noise[1] = [0x4b, 0x4c, 0x4d][index % 3]
      if MeasurementReader.recognise(noise) == .spc { taken += 1 }
    }
    #expect(taken < Damage.count(5))
  }
}
