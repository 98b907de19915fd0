import Instruments
import Laboratory
import Processing
import Testing

@testable import Formats

@Suite struct MSPContentTests {
  @Test(arguments: [
    Spoiled("msp-not-finite") { $0.intensity[0] = .nan },
    Spoiled("msp-not-finite") { $0.time = .infinity },
    Spoiled("msp-axis") { $0.massToCharge[0] = 1000 },
    Spoiled("msp-axis") { $0.time = 0 },
    Spoiled("msp-shape") { $0.intensity[0] = -1 },
    Spoiled("msp-shape") { $0.intensity.removeLast() },
  ])
  func scansThatNoLibraryProgramTakesAreRefusedByName(_ spoiled: Spoiled) throws {
    let content = try JCAMPExample.content(scans: spoiled.scans)
    #expect(fails(spoiled.code) { _ = try JCAMPExample.written(content, as: .msp) })
  }

  @Test func aLibraryIsNoMeasurement() throws {
    let library = "Name: cocaine\nCASNO: 50-36-2\nNum Peaks: 2\n82 999\n182 700\n\n"
    #expect(MeasurementReader.recognise(Array(library.utf8)) == .msp)
    do throws(FormatError) {
      _ = try MeasurementReader.read(Array(library.utf8))
      Issue.record("it was read")
    } catch {
      #expect(error.code == "msp-unsupported")
      #expect(error.failure.next.contains("gauger library import"))
    }
  }

  @Test func whatHasNoPlaceIsSaidBefore() throws {
    var content = try JCAMPExample.content([JCAMPExample.infrared()])
    content.traces = [Trace(name: "fid", unit: Unit("A"))]
    let plan = try MeasurementWriter.plan(content, as: .msp)
    #expect(plan.parts.isEmpty && plan.losses.count == 2)
  }

  private var spectrum: MeasuredSpectrum {
    MeasuredSpectrum(
      name: "apex / µ", axis: Axis(kind: .massToCharge, values: [41, 82.5, 182]),
      ordinate: .counts, values: [10, 999, 0.1], saturated: [1])
  }

  @Test func scansAndSpectraComeBackToTheBit() throws {
    let scans = JCAMPExample.Scans(unit: "A", count: 30, missing: [7], emptyEvery: 99)
    var content = try JCAMPExample.content(scans: scans)
    content.spectra = [spectrum]
    let file = try #require(try JCAMPExample.written(content, as: .msp).first)
    let source = try MeasurementReader.read(file.bytes)
    let series = try #require(source.measurement.massScans)
    #expect(series.count == 29 && series.unit == "A" && series.kind == .centroid)
    #expect(source.measurement.spectra == [spectrum] && source.format == .msp)
    #expect(source.warnings == ["scans of the run are missing at 1 places of the series"])
    var index = 0
    try scans.forEachScan { scan throws(Failure) in
      let range = series.range(of: index)
      let isSame =
        series.times[index] == scan.time && Array(series.massToCharge[range]) == scan.massToCharge
        && Array(series.intensity[range]) == scan.intensity
      #expect(isSame, "\(index)")
      index += 1
    }
    #expect(file.bytes.allSatisfy { $0 == 10 || (32...126).contains($0) })
  }

  @Test func scansWithoutAPeakAreSaidToBeLeftOut() throws {
    var content = try JCAMPExample.content(scans: JCAMPExample.Scans(count: 12))
    content.spectra = [spectrum]
    content.spectra[0].axis.values = []
    content.spectra[0].values = []
    let plan = try MeasurementWriter.plan(content, as: .msp)
    #expect(
      plan.losses == [
        "1 spectrum without a peak: MSP has no place for it",
        "3 scans: without a peak; MSP has no place for it, its time is not kept",
      ])
    let file = try #require(try JCAMPExample.written(content, as: .msp).first)
    let source = try MeasurementReader.read(file.bytes)
    #expect(source.measurement.massScans?.count == 9)
    // Nothing shows the one behind the last.
    #expect(source.warnings == ["scans of the run are missing at 2 places of the series"])
    let none = try JCAMPExample.content(scans: JCAMPExample.Scans(count: 9, emptyEvery: 1))
    #expect(try MeasurementWriter.plan(none, as: .msp).losses.count == 1)
  }

  /// The checksum as any other program computes it.
  @Test func aRecordByHandIsRead() throws {
    let text = """
      Name: S-1, scan 0, 1.5 s
      RetentionTime: 1.5
      Comments: gauger_record="0" gauger_records="1" gauger_scan="0" gauger_source="run a" \
      gauger_content_emulated="no" gauger_content_mass_kind="centroid" gauger_content_mass_unit="counts" gauger_crc32="8cc8c280"
      Num Peaks: 2
      50 120
      77.5 9000
      """
    let source = try MeasurementReader.read(Array(text.utf8))
    #expect(source.measurement.massScans?.massToCharge == [50, 77.5])
    #expect(source.measurement.massScans?.times == [1.5])
  }

  @Test func spectraAloneComeBack() throws {
    let file = try #require(
      try JCAMPExample.written(try JCAMPExample.content([spectrum]), as: .msp).first)
    let source = try MeasurementReader.read(file.bytes)
    #expect(source.measurement.spectra == [spectrum] && source.measurement.massScans == nil)
  }

  @Test func theLibraryReaderTakesTheScansToo() throws {
    let content = try JCAMPExample.content(scans: JCAMPExample.Scans(count: 12))
    let file = try #require(try JCAMPExample.written(content, as: .msp).first)
    let library = try MSPReader.read(file.bytes)
    // The scans without a peak are no spectra of a library.
    #expect(library.entries.count == 9 && library.refusedCount == 0)
    #expect(library.entries.first?.record.name == "S-2026-0815, scan 0, 181.2 s")
  }

  @Test(arguments: JCAMPExample.texts)
  func everyFactComesBackExactly(text: String) throws {
    let about = [
      FileFact("total_current_A", text), FileFact("a=b\\c", text), FileFact("", text),
      FileFact("scan", "x"), FileFact("crc32", "0"), FileFact("fact_1", "y"),
    ]
    let head = try JCAMPExample.head(
      sample: text, remark: text, emulated: true, complete: false, about: about)
    let scans = JCAMPExample.Scans(unit: text, count: 3, emptyEvery: 99)
    let content = try JCAMPExample.content(scans: scans, head)
    let file = try #require(try JCAMPExample.written(content, as: .msp).first)
    let source = try MeasurementReader.read(file.bytes)
    for fact in content.head.facts {
      let found = source.measurement.facts[fact.name]
      #expect(found.map { Array($0.unicodeScalars) } == Array(fact.value.unicodeScalars))
    }
    #expect(source.identity.samples == [text] && source.identity.emulated)
    let names = JCAMPExample.text(file.bytes).split(separator: "\n").filter {
      $0.hasPrefix("Name: ")
    }
    #expect(names.count == 3 && names.allSatisfy { $0.hasPrefix("Name: EMULATED, INCOMPLETE: ") })
  }

  @Test func aRecordThatIsMissingOrStrangeIsNoticed() throws {
    let content = try JCAMPExample.content(scans: JCAMPExample.Scans(count: 4, emptyEvery: 99))
    let file = try #require(try JCAMPExample.written(content, as: .msp).first)
    let all = JCAMPExample.text(file.bytes).split(separator: "\n\n").map { "\($0)\n\n" }
    #expect(all.count == 4)
    func read(_ parts: [String]) throws {
      _ = try MeasurementReader.read(Array(parts.joined().utf8))
    }
    #expect(throws: Never.self) { try read(all) }
    #expect(throws: FormatError.self) { try read(Array(all.dropLast())) }
    #expect(throws: FormatError.self) { try read(Array(all.dropFirst())) }
    #expect(throws: FormatError.self) { try read([all[0], all[2], all[1], all[3]]) }
    #expect(throws: FormatError.self) { try read(all + [all[3]]) }
    var part = file.part
    part.content.massScans = JCAMPExample.Scans(count: 4, emptyEvery: 99) {
      if $0.number == 3 { $0.time += 1 }
    }
    #expect(
      fails("msp-mismatch") {
        try MeasurementWriter.check(MemoryFile(file.bytes), holds: part)
      })
  }
}
