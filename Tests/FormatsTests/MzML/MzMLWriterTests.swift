import Foundation
import Instruments
import Laboratory
import Methods
import Testing

@testable import Formats

private func code(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch { return (error as? Failure)?.code ?? (error as? FormatError)?.code ?? "\(error)" }
}

@Suite struct MzMLWriterTests {
  @Test func everyRunComesBackToTheBitAndIsChecked() throws {
    for (name, content) in try MzMLSample.all() {
      for level in [1, 6, 12] {
        var options = ExportOptions()
        options.compression = level
        let part = try MzMLSample.part(content)
        let file = try MzMLSample.file(content, options)
        try MeasurementWriter.check(file, holds: part, options)
        let found = try MeasurementReader.read(file.bytes)
        #expect(found.format == .mzML && found.warnings == [], "\(name) \(found.warnings)")
        if let scans = content.massScans as? MadeScans {
          #expect(try found.measurement.massScans == scans.series, "\(name)")
        } else {
          #expect(found.measurement.massScans == nil, "\(name)")
        }
        #expect(found.measurement.traces == content.traces, "\(name)")
        #expect(found.measurement.spectra == content.spectra, "\(name)")
        #expect(found.measurement.pressures == content.pressures, "\(name)")
        let facts = Dictionary(
          content.head.facts.map { ($0.name, $0.value) }, uniquingKeysWith: { a, _ in a })
        for (fact, value) in facts {
          #expect(found.measurement.facts[fact] == value, "\(name) \(fact)")
        }
        #expect(found.identity.emulated == content.head.isEmulated, "\(name)")
        #expect(found.identity.samples == content.head.names, "\(name)")
        #expect(found.identity.began == content.head.started, "\(name)")
      }
    }
  }

  @Test func theSameRunGivesTheSameBytes() throws {
    for (name, content) in try MzMLSample.all() {
      let file = try MzMLSample.file(content)
      #expect(try MzMLSample.file(content).bytes == file.bytes, "\(name)")
    }
  }

  @Test func marksAreSeenWherePeopleLook() throws {
    let content = try #require(try MzMLSample.all().first { $0.name == "profile" }).content
    let text = String(decoding: try MzMLSample.file(content).bytes, as: UTF8.self)
    #expect(text.contains("<run id=\"EMULATED_INCOMPLETE_20261120T101500Z-usb2000plus-abcd\""))
    #expect(text.contains("<sample id=\"sample_1\" name=\"EMULATED, INCOMPLETE: 24-0117, sample\""))
    #expect(text.contains("<userParam name=\"EMULATED\" value=\"no real instrument"))
    #expect(text.contains("raw journal SHA-256 \(Example.journal)"))
    #expect(text.contains("startTimeStamp=\"2026-11-20T10:15:00.250000Z\""))
    #expect(text.contains("value=\"USB2+H01234\""))
  }

  @Test func whatHasNoTermIsSaidBefore() throws {
    var content = ExportContent(head: try MzMLSample.head(.gc))
    content.traces = [
      MzMLSample.trace("tcd", "mV"), MzMLSample.trace("tic", "counts"),
      MzMLSample.trace("still", "A", count: 2), MzMLSample.trace("pump", "Pa"),
    ]
    content.traces[2].times = [1, 1]
    content.spectra = MzMLSample.wavelengths(2, .transmittance)
    content.spectra.append(
      MeasuredSpectrum(
        name: "r", axis: Axis(kind: .ramanShift, values: [1, 2]), ordinate: .counts, values: [1, 2])
    )
    content.peaks = [ReportedPeak(trace: "tic", retentionTime: 1, areaUnit: "counts")]
    let plan = try MeasurementWriter.plan(content, as: .mzML)
    #expect(
      plan.losses == [
        "1 spectrum: the vocabulary of mzML has no axis of raman_shift",
        "2 spectra: the vocabulary of mzML has no unit for transmittance",
        "signal tcd: the vocabulary of mzML has no term for what it is, or no old one",
        "signal still: several points have the same time",
        "signal pump: the vocabulary of mzML has no term for what it is, or no old one",
        "1 peaks of a report: mzML has no place for them",
      ])
    #expect(plan.parts.map { $0.content.traces.map(\.name) } == [["tic"]])
    content.traces = []
    #expect(try MeasurementWriter.plan(content, as: .mzML).parts.isEmpty)
  }

  @Test func numbersThatTheFormatCannotHoldAreRefusedByName() throws {
    let head = try MzMLSample.head(.gcms)
    func refused(_ unit: String = "counts", _ change: @escaping @Sendable (inout MassScan) -> Void)
      -> String?
    {
      var content = ExportContent(head: head)
      content.massScans = MadeScans(unit: unit, change: change)
      return code { _ = try MzMLSample.file(content) }
    }
    #expect(refused { $0.intensity[1] = .nan } == "mzml-not-finite")
    #expect(refused { $0.massToCharge[1] = .infinity } == "mzml-not-finite")
    #expect(refused { $0.time = .nan } == "mzml-not-finite")
    #expect(refused { $0.massToCharge[1] = 1 } == "mzml-axis")
    #expect(refused { $0.massToCharge[0] = -1 } == "mzml-axis")
    #expect(refused { $0.time = -Double($0.number) } == "mzml-axis")
    #expect(refused { $0.number = 5 } == "mzml-shape")
    #expect(refused { $0.intensity.removeLast() } == "mzml-shape")
    #expect(refused("V") { $0.intensity[0] = 1e308 } == "mzml-not-finite")
    #expect(refused("A") { $0.intensity[0] = .greatestFiniteMagnitude } == "mzml-not-finite")
    #expect(refused { $0.intensity[0] = .greatestFiniteMagnitude } == nil)
    var content = ExportContent(head: head)
    content.traces = [MzMLSample.trace("tic", "counts") { $0 == 3 ? .nan : 1 }]
    #expect(code { _ = try MzMLSample.file(content) } == "mzml-not-finite")
    content.traces = [MzMLSample.trace("tic", "counts")]
    content.traces[0].times[4] = 0
    #expect(code { _ = try MzMLSample.file(content) } == "mzml-axis")
    content.traces = []
    content.massScans = MadeScans(count: 0)
    #expect(code { _ = try MzMLSample.file(content) } == "mzml-shape")
    content.traces = [MzMLSample.trace("tic", "counts")]
    let file = try MzMLSample.file(content)
    #expect(try MeasurementReader.read(file.bytes).measurement.massScans?.count == 0)
    try MeasurementWriter.check(file, holds: try MzMLSample.part(content))
  }

  @Test func intensitiesTakeThirtyTwoBitsOnlyWhereAllAreExact() throws {
    var content = ExportContent(head: try MzMLSample.head(.gcms))
    for (change, term) in [
      (16_777_216.0, "MS:1000521"), (16_777_217, "MS:1000523"), (0.1, "MS:1000523"),
      (-0.0, "MS:1000521"), (.leastNonzeroMagnitude, "MS:1000523"), (1e300, "MS:1000523"),
    ] {
      content.massScans = MadeScans { if $0.number == 2 { $0.intensity[3] = change } }
      let file = try MzMLSample.file(content)
      let text = String(decoding: file.bytes, as: UTF8.self)
      #expect(text.contains("accession=\"MS:1000521\"") == (term == "MS:1000521"), "\(change)")
      let found = try #require(try MeasurementReader.read(file.bytes).measurement.massScans)
      #expect(found.intensity.last?.bitPattern == change.bitPattern)
    }
  }

  @Test func aWrongNumberPlaceOrMarkIsFoundByTheCheck() throws {
    for (name, content) in try MzMLSample.all() {
      let part = try MzMLSample.part(content)
      let file = try MzMLSample.file(content)
      // Every eleventh byte but those of the first lines, which say nothing of the run.
      for place in stride(from: 700, to: file.size, by: 11) {
        var bytes = file.bytes
        bytes[place] ^= 1
        #expect(
          code { try MeasurementWriter.check(MemoryFile(bytes), holds: part) } != nil,
          "\(name) \(place)")
      }
      for length in stride(from: 0, to: file.size, by: 997) {
        let cut = MemoryFile(Array(file.bytes[..<length]))
        #expect(code { try MeasurementWriter.check(cut, holds: part) } != nil, "\(name) \(length)")
      }
    }
    // Another run's file, of the same form.
    var content = ExportContent(head: try MzMLSample.head(.gcms))
    content.massScans = MadeScans()
    let file = try MzMLSample.file(content)
    for other in [
      MadeScans(count: 2), MadeScans(count: 4), MadeScans { $0.intensity[2] += 1 },
      MadeScans { $0.massToCharge[3] += 1e-9 }, MadeScans { $0.time += 1e-9 },
      MadeScans { $0.number += 1 }, MadeScans(kind: .profile), MadeScans(unit: "counts_per_s"),
    ] {
      content.massScans = other
      let part = try MzMLSample.part(content)
      #expect(code { try MeasurementWriter.check(file, holds: part) } == "mzml-mismatch")
    }
  }

  @Test func filesCutOrFlippedAreRefusedOrReadAsWhole() throws {
    var generator = SeededGenerator(state: 5)
    for (name, content) in try MzMLSample.all() where name != "umlauts" {
      let file = try MzMLSample.file(content)
      let whole = try MeasurementReader.read(file.bytes).measurement
      for length in stride(from: 0, to: file.size, by: Damage.step(64)) {
        let cut = try? MeasurementReader.read(Array(file.bytes[..<length]))
        #expect(cut == nil || cut?.measurement == whole, "\(name) \(length)")
      }
      for _ in 0..<Damage.count(100) {
        var bytes = file.bytes
        let place = Int.random(in: 0..<bytes.count - 70, using: &generator)
        bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        let found = try? MeasurementReader.read(bytes)
        #expect(found == nil || found?.measurement == whole, "\(name) \(place)")
      }
    }
  }

  @Test func placesOfAMillionScansTakeLittleMemory() {
    var numbers = CompactNumbers()
    for index in 0..<1_000_000 { numbers.append(index * 17_001) }
    #expect(numbers.count == 1_000_000 && numbers.memory < 3_500_000)
    var expected = 0
    for number in numbers {
      #expect(number == expected)
      guard number == expected else { break }
      expected += 17_001
    }
    #expect(expected == 17_001_000_000)
  }

  @Test func base64OfEveryLengthComesBack() throws {
    for count in 0..<70 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ count) }
      let text = Array(Data(bytes).base64EncodedString().utf8)
      #expect(Base64Bytes.decode(text[...]) == bytes)
      let broken = text.map { $0 == UInt8(ascii: "=") ? UInt8(ascii: "!") : $0 }
      #expect(Base64Bytes.decode(broken[...]) == (count % 3 == 0 ? bytes : nil))
    }
    #expect(Base64Bytes.decode(Array("A===".utf8)[...]) == nil)
    #expect(Base64Bytes.decode(Array("AA=A".utf8)[...]) == nil)
    #expect(Base64Bytes.decode(Array("AAA".utf8)[...]) == nil)
  }
}
