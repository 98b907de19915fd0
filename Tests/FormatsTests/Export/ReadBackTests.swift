import Foundation
import Instruments
import Laboratory
import Testing

@testable import Formats

/// Changes of a reading, each of one kind; the comparison must find every one.
private let differences: [(name: String, change: @Sendable (inout ReadSource) -> Void)] = [
  ("no trace", { $0.measurement.traces.removeLast() }),
  ("one trace more", { $0.measurement.traces.append($0.measurement.traces[0]) }),
  ("traces in another order", { $0.measurement.traces.swapAt(0, 1) }),
  ("a trace's name", { $0.measurement.traces[0].name += " " }),
  ("a trace's unit", { $0.measurement.traces[0].unit = Unit("V") }),
  ("a time", { $0.measurement.traces[0].times[7] = $0.measurement.traces[0].times[7].nextUp }),
  ("a value", { $0.measurement.traces[1].values[32] = $0.measurement.traces[1].values[32].nextUp }),
  ("a lost point", { $0.measurement.traces[0].values.removeLast() }),
  ("a number of a scan", { $0.measurement.traces[0].scans[5] += 1 }),
  ("a flag", { $0.measurement.traces[0].flags[5] = .afterGap }),
  ("no spectrum", { $0.measurement.spectra = [] }),
  ("a spectrum's name", { $0.measurement.spectra[0].name = "dark" }),
  ("an axis", { $0.measurement.spectra[0].axis.kind = .wavenumber }),
  ("an ordinate", { $0.measurement.spectra[0].ordinate = .counts }),
  ("an abscissa", { $0.measurement.spectra[0].axis.values[0] += 1e-9 }),
  ("an ordinate's value", { $0.measurement.spectra[0].values[255] += 1e-9 }),
  ("zero with a sign", { $0.measurement.spectra[0].values[3] = -0.0 }),
  ("NaN", { $0.measurement.spectra[0].values[255] = .nan }),
  ("a saturated point", { $0.measurement.spectra[0].saturated.removeLast() }),
  ("a pressure", { $0.measurement.pressures[0].torr *= 2 }),
  ("a deviation", { $0.measurement.pressures[0].deviation = nil }),
  ("no sample", { $0.identity.samples = [] }),
  ("another sample", { $0.identity.samples[0] = "A/B \"x\" uss" }),
  // The micro sign and the letter mu look the same.
  ("a composed letter", { $0.identity.samples[0] = "A/B \"x\" \u{3bc}ß" }),
  ("a moment", { $0.identity.began = Timestamp(microseconds: 1) }),
  ("no moment", { $0.identity.began = nil }), ("a person", { $0.identity.person = "X" }),
  ("a maker", { $0.identity.maker = nil }), ("a model", { $0.identity.model = "x" }),
  ("a serial number", { $0.identity.serialNumber = "x" }),
  ("the mark of an emulator", { $0.identity.emulated = false }),
  ("a fact", { $0.measurement.facts["safe"] = "unsafe" }),
  ("a fact lost", { $0.measurement.facts["remark"] = nil }),
  ("a fact cut", { $0.measurement.facts["remark"]?.removeLast() }),
]

@Suite struct ReadBackTests {
  /// Everything that can differ in one content.
  private static func content() throws -> ExportContent {
    var content = try ContentExample.uv.content()
    content.spectra = try ContentExample.raman.content().spectra
    content.spectra[0].values[3] = 0
    content.pressures = try Array(ContentExample.residualGas.content().pressures.prefix(3))
    return content
  }

  private static func reading(_ content: ExportContent) throws -> ReadSource {
    var source = try bare(content)
    try ContentFacts.restore(content.exactFacts, into: &source, .mzml)
    return source
  }

  @Test func theSameIsTheSame() throws {
    let content = try Self.content()
    try ReadBack(.mzml).compare(Self.reading(content), with: content)
  }

  @Test(arguments: differences.indices) func eachDifferenceIsFound(index: Int) throws {
    let content = try Self.content()
    var source = try Self.reading(content)
    differences[index].change(&source)
    do throws(FormatError) {
      try ReadBack(.mzml).compare(source, with: content)
      Issue.record("\(differences[index].name) is not found")
    } catch {
      #expect(error.code == "mzml-mismatch" && !error.detail.isEmpty)
    }
  }

  @Test func halfAUnitIsAllowedWhereItIsSaid() throws {
    let content = try Self.content()
    var source = try Self.reading(content)
    source.measurement.spectra[0].values[9] += 0.4
    source.measurement.traces[0].times[3] += 0.004
    var comparison = ReadBack(.jcamp)
    comparison.halfUnit = { _ in 0.5 }
    comparison.halfAxisUnit = { _ in 0.005 }
    try comparison.compare(source, with: content)
    source.measurement.traces[0].times[3] += 0.004
    #expect(throws: FormatError.self) { try comparison.compare(source, with: content) }
    source.measurement.traces[0].times[3] -= 0.004
    source.measurement.spectra[0].values[9] += 0.2
    #expect(throws: FormatError.self) { try comparison.compare(source, with: content) }
    // NaN is near to nothing.
    source.measurement.spectra[0].values[9] = .nan
    #expect(throws: FormatError.self) { try comparison.compare(source, with: content) }
  }
}
