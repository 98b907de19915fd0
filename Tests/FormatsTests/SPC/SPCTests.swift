import Foundation
import Instruments
import Laboratory
import Testing

@testable import Formats

private func read(_ bytes: [UInt8], zone: String = "") throws -> ReadSource {
  try MeasurementReader.read(
    bytes, declaration: TableDeclaration(words: zone.isEmpty ? [] : ["zone=\(zone)"]))
}

private let integers: [Int32] = [0x4000_0000, -0x4000_0000, 1, -1, .max, .min, 0]

private func error(_ bytes: [UInt8]) -> FormatError? {
  do throws(FormatError) {
    _ = try SPCReader.read(bytes)
    return nil
  } catch { return error }
}

@Suite struct SPCTests {
  @Test func integersAreFractionsTimesAPowerOfTwo() throws {
    let file = SPCBuilder(exponent: 2, bodies: [.init(integers: integers)]).file()
    let source = try read(file)
    #expect(source.format == .spc)
    let spectrum = try #require(source.measurement.spectra.first)
    // The header's own example: 0x40000000 and exponent 2 are 1.
    let unit = 4.0 / 4_294_967_296
    #expect(spectrum.values == [1, -1, unit, -unit, 2 - unit, -2, 0])
    #expect(spectrum.axis.kind == .wavenumber && spectrum.ordinate == .absorbance)
    #expect(spectrum.axis.values == [4000, 3400, 2800, 2200, 1600, 1000, 400])
    #expect(source.warnings == [])
  }

  @Test func shortIntegersHaveAnotherDivisor() throws {
    let shorts: [Int16] = [0x4000, -0x4000, 1, .max, .min]
    let file = SPCBuilder(flags: 1, exponent: 3, bodies: [.init(shorts: shorts)]).file()
    let values = try read(file).measurement.spectra.first?.values
    #expect(values == [2, -2, 8.0 / 65536, 32767.0 / 8192, -4])
  }

  @Test func storedAbscissaeAreReadAsTheyStand() throws {
    let x: [Float] = [100.5, 101.25, 103, 777]
    let file = SPCBuilder(
      flags: 0x80, technique: 11, x: 13, y: 4, storedX: x,
      bodies: [.init(floats: [1, -0.0, 3.5, 0.1])]
    ).file()
    let spectrum = try #require(try read(file).measurement.spectra.first)
    #expect(spectrum.axis.values == [100.5, 101.25, 103, 777])
    #expect(spectrum.axis.kind == .ramanShift && spectrum.ordinate == .counts)
    let tenth = Double(Float(0.1))
    #expect(spectrum.values == [1, 0, 3.5, tenth])
  }

  @Test func bothOrdersOfBytesAreRead() throws {
    var builder = SPCBuilder(exponent: -3, bodies: [.init(integers: integers)])
    builder.date = SPCBuilder.date(2001, 3, 4, 5, 6)
    builder.comment = "Probe µ"
    let little = try read(builder.file(), zone: "Europe/Rome")
    builder.isBigEndian = true
    let big = try read(builder.file(), zone: "Europe/Rome")
    #expect(big == little)
    #expect(little.identity.samples == ["Probe µ"])
    #expect(little.identity.began?.iso8601 == "2001-03-04T04:06:00.000000Z")
    #expect(little.identity.model == "FTS-7")
    #expect(little.warnings == ["the moment has no zone; Europe/Rome is taken"])
    #expect(little.measurement.facts["method_file"] == "survey.mth")
  }

  @Test func theOldFormHasItsWordsSwapped() throws {
    var builder = SPCBuilder(exponent: 2, bodies: [.init(integers: integers)])
    builder.date = SPCBuilder.date(1989, 12, 31, 23, 59)
    builder.comment = "old"
    let source = try read(builder.oldFile(), zone: "+0000")
    let unit = 4.0 / 4_294_967_296
    #expect(source.measurement.spectra.first?.values == [1, -1, unit, -unit, 2 - unit, -2, 0])
    #expect(source.measurement.spectra.first?.axis.values.last == 400)
    #expect(source.identity.began?.iso8601 == "1989-12-31T23:59:00.000000Z")
    #expect(source.identity.samples == ["old"] && source.measurement.facts["scans"] == "16")
  }

  @Test func theOldFormHoldsSeveral() throws {
    var builder = SPCBuilder(flags: 4, exponent: 2)
    builder.bodies = (0..<3).map { index in
      .init(exponent: Int8(index), integers: [0x4000_0000, 0x2000_0000])
    }
    let spectra = try read(builder.oldFile()).measurement.spectra
    #expect(spectra.map(\.values) == [[0.25, 0.125], [0.5, 0.25], [1, 0.5]])
    #expect(spectra.map(\.name) == ["sample", "sample_2", "sample_3"])
    #expect(error(builder.oldFile().dropLast(3).map { $0 })?.problem == .truncated)
    builder.flags = 5
    builder.bodies = [.init(exponent: 1, shorts: [0x4000])]
    builder.last = 4000
    #expect(try read(builder.oldFile()).measurement.spectra.first?.values == [0.5])
  }

  @Test func severalSubfilesHaveTheirOwnExponents() throws {
    var builder = SPCBuilder(flags: 4, exponent: 9, zStep: 0.5)
    builder.z = 5
    builder.bodies = [
      .init(exponent: 2, time: 1, next: 2, integers: [0x4000_0000, 0]),
      .init(exponent: -128, floats: [7.5, 8]),
      .init(exponent: 0, integers: [0x4000_0000, 0x2000_0000]),
    ]
    let source = try read(builder.file())
    #expect(source.measurement.spectra.map(\.values) == [[1, 0], [7.5, 8], [0.25, 0.125]])
    #expect(source.measurement.facts["z"] == "1 1.5 2")
    builder.zStep = 0
    #expect(try read(builder.file()).measurement.facts["z"] == "1 2 3")
    for flag in [UInt8(0x10), 0x08] {
      builder.flags = 4 | flag
      #expect(try read(builder.file()).measurement.facts["z"] == "1 0 0")
    }
  }

  @Test func floatsThatTheHeaderAloneNamesAreSaid() throws {
    var builder = SPCBuilder(flags: 4)
    builder.bodies = [.init(exponent: 0, floats: [1, 2]), .init(exponent: 0, floats: [3, 4])]
    let source = try read(builder.file())
    #expect(source.measurement.spectra.map(\.values) == [[1, 2], [3, 4]])
    #expect(source.warnings.contains { $0.contains("in the heads") || $0.contains("floats") })
  }

  @Test(arguments: [false, true]) func massScansHaveMassesOfTheirOwn(hasDirectory: Bool) throws {
    var builder = SPCBuilder(flags: 0xc4, technique: 9, hasDirectory: hasDirectory)
    (builder.x, builder.y, builder.z) = (9, 4, 5)
    builder.bodies = [
      .init(time: 1.5, ownX: [50.25, 77], points: 2, floats: [10, 20]),
      .init(time: 2, ownX: [], points: 0, floats: []),
      .init(
        exponent: 4, time: 2.5, ownX: [80, 51], points: 2, integers: [0x1000_0000, 0x2000_0000]),
    ]
    let source = try read(builder.file())
    let series = try #require(source.measurement.massScans)
    #expect(series.times == [90, 120, 150] && series.starts == [0, 2, 2, 4])
    #expect(series.massToCharge == [50.25, 77, 51, 80] && series.intensity == [10, 20, 2, 1])
    #expect(series.kind == .centroid && series.unit == "counts")
    #expect(source.warnings == ["1 scans did not rise in mass and were put in order"])
  }

  @Test func aDirectorySaysTheOrder() throws {
    var builder = SPCBuilder(flags: 0xc4, hasDirectory: true, directoryOrder: [1, 0])
    builder.bodies = [
      .init(time: 1, ownX: [1, 2], points: 2, floats: [10, 20]),
      .init(time: 0, ownX: [3, 4, 5], points: 3, floats: [30, 40, 50]),
    ]
    let spectra = try read(builder.file()).measurement.spectra
    #expect(spectra.map(\.values) == [[30, 40, 50], [10, 20]])
    #expect(spectra.map(\.axis.values) == [[3, 4, 5], [1, 2]])
    builder.directoryOrder = [0, 0]
    #expect(error(builder.file())?.problem == .inconsistent)
  }

  @Test func shortIntegersWithTheirOwnAbscissae() throws {
    var builder = SPCBuilder(flags: 0xc5)
    builder.bodies = [
      .init(exponent: 1, ownX: [1, 2, 3], points: 3, shorts: [0x4000, 0x2000, 0]),
      .init(exponent: -128, ownX: [5], points: 1, floats: [6]),
    ]
    let spectra = try read(builder.file()).measurement.spectra
    #expect(spectra.map(\.values) == [[0.5, 0.25, 0], [6]])
  }

  @Test func aSignalOverTimeIsATrace() throws {
    var builder = SPCBuilder(
      technique: 1, first: 0, last: 2, bodies: [.init(floats: [1, 2, 3, 4, 5])])
    (builder.x, builder.y) = (5, 9)
    let trace = try #require(try read(builder.file()).measurement.traces.first)
    #expect(trace.times == [0, 30, 60, 90, 120] && trace.values == [1, 2, 3, 4, 5])
    #expect(trace.unit.symbol == "mV" && trace.scans == [0, 1, 2, 3, 4])
    (builder.first, builder.last) = (2, 0)
    #expect(error(builder.file())?.problem == .inconsistent)
  }

  @Test(arguments: [
    (1, Axis.Kind.wavenumber, 1.0), (2, .wavelength, 1000), (3, .wavelength, 1),
    (9, .massToCharge, 1), (13, .ramanShift, 1), (17, .channel, 1), (0, .channel, 1),
  ]) func abscissaeAreKnownByTheirCode(code: Int, kind: Axis.Kind, factor: Double) throws {
    var builder = SPCBuilder(first: 1, last: 3, bodies: [.init(floats: [1, 2, 3])])
    builder.x = UInt8(code)
    let source = try read(builder.file())
    let axis = try #require(source.measurement.spectra.first?.axis)
    #expect(axis.kind == kind && axis.values == [factor, 2 * factor, 3 * factor])
    #expect(source.warnings.isEmpty == (code != 0))
  }

  @Test(arguments: [6, 10, 12, 14, 18, 19, 26, 28, 255]) func otherAbscissaeAreRefused(code: Int) {
    var builder = SPCBuilder(first: 1, last: 3, bodies: [.init(floats: [1, 2, 3])])
    builder.x = UInt8(code)
    let refusal = error(builder.file())
    #expect(refusal?.code == "spc-unsupported" && refusal?.offset == 28)
  }

  @Test(arguments: [
    (0, MeasuredSpectrum.Ordinate.intensity, 50.0, 0), (2, .absorbance, 50, 0),
    (3, .intensity, 50, 1), (4, .counts, 50, 0), (11, .transmittance, 0.5, 1),
    (128, .transmittance, 50, 1), (129, .reflectance, 50, 1), (131, .intensity, 50, 1),
  ])
  func ordinatesAreKnownByTheirCode(
    code: Int, ordinate: MeasuredSpectrum.Ordinate, value: Double, warnings: Int
  ) throws {
    var builder = SPCBuilder(bodies: [.init(floats: [50, 1])])
    builder.y = UInt8(code)
    let source = try read(builder.file())
    #expect(source.measurement.spectra.first?.ordinate == ordinate)
    #expect(source.measurement.spectra.first?.values.first == value)
    #expect(source.warnings.count == warnings, "\(source.warnings)")
  }

  @Test func labelsCountMoreThanCodes() throws {
    var builder = SPCBuilder(flags: 0x20, bodies: [.init(floats: [50, 1])])
    builder.labels = ["Raman Shift (cm-1)", "", "z"]
    let source = try read(builder.file())
    #expect(source.measurement.spectra.first?.axis.kind == .ramanShift)
    #expect(source.warnings.count == 1 && source.measurement.facts["label_z"] == "z")
    builder.labels = ["furlongs", "Kelvin"]
    let other = try read(builder.file())
    #expect(other.measurement.spectra.first?.axis.kind == .wavenumber && other.warnings.count == 2)
  }

  @Test func theLogBecomesFacts() throws {
    let builder = SPCBuilder(bodies: [.init(floats: [50, 1])]).withLog(
      "Sample ID=24-0117\r\nOperator=M. Rossi\r\nSERIAL NUMBER=FT 77\r\nfree words\r\n=x\r\na=b=c\r\n"
    )
    let source = try read(builder.file())
    #expect(source.measurement.facts["a"] == "b=c")
    #expect(source.measurement.facts["log"] == "free words; =x")
    #expect(source.identity.samples == ["24-0117"] && source.identity.person == "M. Rossi")
    #expect(source.identity.serialNumber == "FT 77" && source.warnings == [])
    // Cut within: the numbers are whole, and it is said.
    let cut = try read(builder.file().dropLast(5).map { $0 })
    #expect(cut.measurement.spectra == source.measurement.spectra)
    #expect(cut.warnings.contains { $0.contains("log at byte") })
  }

  @Test func bytesBehindTheDataAreSaid() throws {
    let file = SPCBuilder(bodies: [.init(floats: [50, 1])]).file()
    #expect(try read(file + [0, 0, 0]).warnings == [])
    #expect(try read(file + [0, 7, 0]).warnings == ["3 bytes behind the data are not read"])
  }
}
