import Foundation
import Instruments
import Laboratory
import Testing

@testable import Formats

/// An SPA file for tests, by the published description and by no code of the reader.
struct SPABuilder {
  var title = "Probe 7/µ"
  /// Seconds since 1899-12-31.
  var date: UInt32 = 0
  var abscissa: UInt8 = 1
  var ordinate: UInt8 = 17
  var first: Float = 4000
  var last: Float = 400
  var values: [Float] = [0.5, 0.25, 1, 2]
  var count: Int?
  var more: [(key: UInt8, bytes: [UInt8])] = []

  static func little(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(value >> (8 * $0) & 0xff) }
  }

  func head() -> [UInt8] {
    var head: [UInt8] = [1, 0, 0, 0] + Self.little(UInt32(count ?? values.count))
    head += [abscissa, 0, 0, 0, ordinate, 0, 0, 0]
    head += Self.little(first.bitPattern) + Self.little(last.bitPattern) + Self.little(0)
    head += Self.little(8480) + Self.little(4000) + Self.little(32)
    head += [UInt8](repeating: 0, count: 12) + Self.little(64) + Self.little(Float(1).bitPattern)
    head += [UInt8](repeating: 0, count: 20) + Self.little(Float(15798.26).bitPattern)
    return head + [UInt8](repeating: 0, count: 256 - head.count)
  }

  func file() -> [UInt8] {
    let data = values.flatMap { Self.little($0.bitPattern) }
    return file([(2, head()), (0x6a, Array(repeating: 0, count: 20))] + more + [(3, data)])
  }

  func file(_ parts: [(key: UInt8, bytes: [UInt8])]) -> [UInt8] {
    var bytes = Array("Spectral Data File".utf8) + [UInt8](repeating: 0, count: 12)
    bytes += Array(title.utf8) + [UInt8](repeating: 0, count: 264 - title.utf8.count)
    bytes += [UInt8(parts.count & 0xff), UInt8(parts.count >> 8)] + Self.little(date)
    bytes += [UInt8](repeating: 0, count: 4)
    var place = 304 + 16 * (parts.count + 1)
    for part in parts {
      bytes += [part.key, 0] + Self.little(UInt32(place)) + Self.little(UInt32(part.bytes.count))
      bytes += [UInt8](repeating: 0, count: 6)
      place += part.bytes.count
    }
    return bytes + [UInt8](repeating: 0, count: 16) + parts.flatMap(\.bytes)
  }
}

private func error(_ bytes: [UInt8]) -> FormatError? {
  do throws(FormatError) {
    _ = try MeasurementReader.read(bytes)
    return nil
  } catch { return error }
}

@Suite struct SPATests {
  @Test func aSpectrumIsReadWithItsWords() throws {
    var builder = SPABuilder(date: 3_800_000_000)
    builder.more = [
      (4, Array("two\r\nlines\0".utf8)), (0x1b, [0x4d, 0xfc, 0x6c, 0x6c, 0x65, 0x72, 0]),
      (0x66, [1, 2, 3, 4]),
    ]
    let source = try MeasurementReader.read(builder.file())
    #expect(source.format == .spa)
    let spectrum = try #require(source.measurement.spectra.first)
    #expect(spectrum.axis.kind == .wavenumber && spectrum.axis.values == [4000, 2800, 1600, 400])
    #expect(spectrum.ordinate == .absorbance && spectrum.values == [0.5, 0.25, 1, 2])
    #expect(source.identity.samples == ["Probe 7/µ"] && source.identity.maker == "Thermo")
    // 3.8e9 s behind 1899-12-31, by Python's datetime.
    #expect(source.identity.began?.iso8601 == "2020-05-31T11:33:20.000000Z")
    let facts = source.measurement.facts
    #expect(facts["history"] == "Müller" && facts["remark"] == "two  lines")
    #expect(facts["sample_scans"] == "32" && facts["background_scans"] == "64")
    #expect(facts["laser_per_cm"] == "15798.259765625")
    #expect(source.warnings == ["1 interferograms are not read"])
  }

  @Test(arguments: [
    (UInt8(17), MeasuredSpectrum.Ordinate.absorbance, 1.0, 0), (16, .transmittance, 100, 0),
    (11, .reflectance, 100, 0), (21, .reflectance, 1, 0), (31, .intensity, 1, 0),
    (22, .intensity, 1, 1), (99, .intensity, 1, 1),
  ])
  func ordinatesAreKnownByTheirCode(
    code: UInt8, ordinate: MeasuredSpectrum.Ordinate, divisor: Double, warnings: Int
  ) throws {
    let source = try MeasurementReader.read(SPABuilder(ordinate: code).file())
    #expect(source.measurement.spectra.first?.ordinate == ordinate)
    #expect(source.measurement.spectra.first?.values.first == 0.5 / divisor)
    #expect(source.warnings.count == warnings)
  }

  @Test(arguments: [
    (UInt8(1), Axis.Kind.wavenumber, 1.0), (2, .channel, 1), (3, .wavelength, 1),
    (4, .wavelength, 1000), (32, .ramanShift, 1),
  ]) func abscissaeAreKnownByTheirCode(code: UInt8, kind: Axis.Kind, factor: Double) throws {
    let builder = SPABuilder(abscissa: code, first: 1, last: 4)
    let axis = try MeasurementReader.read(builder.file()).measurement.spectra.first?.axis
    #expect(axis?.kind == kind && axis?.values == [1, 2, 3, 4].map { $0 * factor })
  }

  @Test func blankedPointsAreLeftOutAndCounted() throws {
    let source = try MeasurementReader.read(SPABuilder(values: [1, .nan, 3, .nan]).file())
    #expect(source.measurement.spectra.first?.axis.values == [4000, 1600])
    #expect(source.measurement.spectra.first?.values == [1, 3])
    #expect(source.warnings == ["2 points are blanked and left out"])
  }

  @Test func aGroupHoldsSeveralSpectra() throws {
    let builder = SPABuilder()
    let data = builder.values.flatMap { SPABuilder.little($0.bitPattern) }
    let title = Array("first".utf8) + [UInt8](repeating: 0, count: 251)
    let parts: [(key: UInt8, bytes: [UInt8])] = [
      (2, builder.head()), (3, data), (0x6b, title + SPABuilder.little(3_800_000_000)),
      (2, builder.head()), (3, data.reversed()),
    ]
    let source = try MeasurementReader.read(builder.file(parts))
    #expect(source.measurement.spectra.map(\.name) == ["sample", "sample_2"])
    #expect(source.measurement.facts["title_1"] == "first")
    #expect(source.measurement.facts["started_1"] == "2020-05-31T11:33:20.000000Z")
    #expect(source.identity.began == nil)
  }

  @Test func whatContradictsItselfIsRefused() {
    #expect(error(SPABuilder(count: 5).file())?.code == "spa-inconsistent")
    #expect(error(SPABuilder(count: 0).file())?.code == "spa-inconsistent")
    #expect(error(SPABuilder(count: 1 << 30).file())?.code == "spa-inconsistent")
    #expect(error(SPABuilder(first: 400, last: 400).file())?.code == "spa-inconsistent")
    #expect(error(SPABuilder(first: .nan).file())?.code == "spa-bad-number")
    #expect(error(SPABuilder(values: [1, .infinity]).file())?.code == "spa-bad-number")
    #expect(error(SPABuilder(values: [.nan]).file())?.code == "spa-missing")
    #expect(error(SPABuilder(abscissa: 77).file())?.code == "spa-unsupported")
    #expect(error(SPABuilder().file([]))?.code == "spa-missing")
    let head = SPABuilder().head()
    #expect(error(SPABuilder().file([(2, head)]))?.code == "spa-inconsistent")
    #expect(error(SPABuilder().file([(2, [1]), (3, [])]))?.format == .spa)
  }
}

@Suite(.timeLimit(.minutes(1))) struct SPADamageTests {
  private static let bytes = {
    var builder = SPABuilder(date: 3_800_000_000)
    builder.more = [(4, Array("remark\0".utf8)), (0x1b, Array("history\0".utf8))]
    return builder.file()
  }()

  @Test func filesCutAtAnyByteAreRefused() {
    for length in 0..<Self.bytes.count {
      let refusal = error(Array(Self.bytes[..<length]))
      #expect(refusal != nil && (length < 18 || refusal?.offset != nil), "\(length)")
    }
  }

  @Test func flippedBitsAreRefusedOrGiveFiniteNumbersInOrder() throws {
    var generator = SeededGenerator(state: 815)
    for _ in 0..<20_000 {
      var damaged = Self.bytes
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: 18..<damaged.count, using: &generator)
        damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      }
      do throws(FormatError) {
        let source = try SPAReader.read(damaged)
        for spectrum in source.measurement.spectra {
          let x = spectrum.axis.values
          let isOrdered =
            zip(x, x.dropFirst()).allSatisfy { $0 < $1 }
            || zip(x, x.dropFirst()).allSatisfy { $0 > $1 }
          let areFinite = (x + spectrum.values).allSatisfy { $0.isFinite }
          #expect(isOrdered && areFinite && x.count == spectrum.values.count)
        }
      } catch {
        #expect(!error.detail.isEmpty)
      }
    }
  }
}
