import Foundation
import Instruments
import Laboratory
import Methods
import Testing

@testable import Formats

/// A content of everything that tables hold.
func tableContent(sample: String = TableExample.awkward) throws -> ExportContent {
  var content = ExportContent(
    head: try TableExample.head(
      as: .gcms, sample: sample, remark: String(repeating: "Bemerkung, \"10 kB\"; ", count: 500),
      emulated: true, complete: false))
  var third = TableExample.trace("a/b", "uV")
  third.times[5] = third.times[4]
  third.flags[5] = [.timeUnknown]
  content.traces = [
    TableExample.trace("a b", "uV"), TableExample.trace("a/b", "uV", seed: 2), third,
  ]
  content.spectra = [
    TableExample.spectrum("sample", .wavelength, .absorbance, saturated: [3, 4, 9]),
    TableExample.spectrum("Größe", .ramanShift, .counts, falls: true),
  ]
  content.massScans = TableExample.scans()
  content.peaks = TableExample.peaks(of: "a/b", unit: "uV")
  content.pressures = [
    PartialPressure(mass: 28, massToCharge: 28.1, current: 1e-9 / 3, torr: 1e-7, deviation: nil),
    PartialPressure(mass: 32, massToCharge: 32, current: 1e-10, torr: -1e-12, deviation: 1e-9),
  ]
  return content
}

private var comma: ExportOptions {
  var options = ExportOptions()
  options.decimalComma = true
  return options
}

@Suite struct ContentTableTests {
  @Test func everyTableReadsBackAsItWasInBothDialects() throws {
    for options in [ExportOptions(), comma] {
      let content = try tableContent()
      let files = try TableExample.files(content, .csv, options)
      #expect(
        files.map(\.part.name) == [
          "a_b", "a_b-2", "sample", "grosse", "scans", "peaks", "pressures",
        ]
          || files.map(\.part.name)
            == ["a_b", "a_b-2", "sample", "groesse", "scans", "peaks", "pressures"]
      )
      for (part, bytes) in files {
        #expect(MeasurementReader.recognise(bytes) == .gaugerCSV)
        let found = try MeasurementReader.read(bytes)
        #expect(found.measurement.traces == part.content.traces)
        #expect(found.measurement.spectra == part.content.spectra)
        #expect(found.measurement.reportedPeaks == part.content.peaks)
        #expect(found.measurement.pressures == part.content.pressures)
        #expect(found.measurement.massScans == part.content.massScans as? MassScanSeries)
        #expect(found.identity.samples == [TableExample.awkward])
        #expect(found.identity.emulated)
        #expect(found.measurement.facts["remark"]?.utf8.count == 10_000)
        #expect(found.measurement.facts["complete"] == "no")
      }
    }
  }

  @Test func theChecksumIsThatOfAnyOtherProgram() throws {
    let file = try #require(try TableExample.files(try tableContent(), .csv).last)
    let lines = String(decoding: file.bytes, as: UTF8.self).split(separator: "\n")
    var sum = Checksum()
    for line in lines where !line.hasPrefix("# crc32: ") { sum.add((line + "\n").utf8) }
    #expect(lines.contains("# crc32: \(sum.text)"))
    // The same reader takes it as a table of the older kind.
    let document = try CSVReader.read(file.bytes)
    #expect(document.columns == ["mass", "mz", "current_A", "pressure_Torr", "deviation_Torr"])
  }

  @Test func noCellIsATextAndNoLineAFormula() throws {
    let content = try tableContent(sample: "=cmd|' /C calc'!A0,;\t+1")
    for options in [ExportOptions(), comma] {
      for (_, bytes) in try TableExample.files(content, .csv, options) {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        let head = lines.prefix { $0.hasPrefix("# ") }
        #expect(head.allSatisfy { !$0.contains(where: { ",;\"\t".contains($0) }) })
        for line in lines.dropFirst(head.count + 1) {
          let isNumbers = line.allSatisfy { $0.isASCII && ($0.isNumber || "+-.,;e".contains($0)) }
          #expect(isNumbers, "\(line)")
        }
      }
    }
  }

  @Test func wrongNumbersAreRefusedByName() throws {
    func code(_ change: (inout ExportContent) -> Void) throws -> String? {
      var content = ExportContent(head: try TableExample.head())
      change(&content)
      let part = try #require(try MeasurementWriter.plan(content, as: .csv).parts.first)
      return #expect(throws: Failure.self) {
        try MeasurementWriter.write(part, to: MemoryFile())
      }?.code
    }
    var trace = TableExample.trace("a", "pA", points: 5)
    trace.values[1] = .nan
    #expect(try code { $0.traces = [trace] } == "csv-not-finite")
    trace.values[1] = 0
    trace.times[3] = 0
    #expect(try code { $0.traces = [trace] } == "csv-axis")
    func scans(_ mz: [Double], _ values: [Double], _ time: Double = 2) -> MassScanSeries {
      var series = MassScanSeries()
      series.append(time: 1, massToCharge: [1], intensity: [1])
      series.append(time: time, massToCharge: mz, intensity: values)
      return series
    }
    #expect(try code { $0.massScans = scans([2, 1], [1, 1]) } == "csv-axis")
    #expect(try code { $0.massScans = scans([1], [.infinity]) } == "csv-not-finite")
    #expect(try code { $0.massScans = scans([1], [1], 0.5) } == "csv-axis")
    var peak = TableExample.peaks(of: "a", unit: "pA")[0]
    peak.area = .nan
    #expect(try code { $0.peaks = [peak] } == "csv-not-finite")
    let empty = try MeasurementWriter.plan(
      ExportContent(head: try TableExample.head()), as: .csv)
    #expect(empty.parts.isEmpty && empty.losses.count == 1)
  }

  @Test func emptyAndSinglePointsAreHeld() throws {
    for points in [0, 1] {
      var content = ExportContent(head: try TableExample.head())
      content.traces = [TableExample.trace("a", "mAU", points: points)]
      content.spectra = [TableExample.spectrum("s", .channel, .counts, points: points)]
      content.massScans = TableExample.scans(points)
      for (part, bytes) in try TableExample.files(content, .csv) {
        let found = try MeasurementReader.read(bytes).measurement
        #expect(found.traces == part.content.traces && found.spectra == part.content.spectra)
        #expect(found.massScans == part.content.massScans as? MassScanSeries)
      }
    }
  }

  @Test func columnsThatAPersonDeclaresAreReadAsDeclared() throws {
    var content = ExportContent(head: try TableExample.head(emulated: true))
    content.traces = [TableExample.trace("a", "pA", points: 9)]
    for options in [ExportOptions(), comma] {
      let file = try #require(try TableExample.files(content, .csv, options).first)
      let declaration = try TableDeclaration(words: [
        "time": "time_s", "unit": "s", "value": "a_pA",
        "decimal": options.decimalComma ? "comma" : "dot",
      ])
      let found = try MeasurementReader.read(file.bytes, declaration: declaration)
      #expect(found.format == .table)
      #expect(found.measurement.traces[0].values == content.traces[0].values)
      #expect(found.identity.emulated)
    }
  }

  @Test func aDifferenceFromTheSourceIsFound() throws {
    let content = try tableContent()
    for (part, bytes) in try TableExample.files(content, .csv) {
      var others: [FilePart] = []
      func change(_ edit: (inout ExportContent) -> Void) {
        var other = part
        edit(&other.content)
        others.append(other)
      }
      if !part.content.traces.isEmpty {
        change { $0.traces[0].values[3] += 1e-16 }
        change { $0.traces[0].flags[9] = [.afterGap] }
      }
      if !part.content.spectra.isEmpty { change { $0.spectra[0].name = "x" } }
      if !part.content.pressures.isEmpty { change { $0.pressures[0].torr *= 2 } }
      if !part.content.peaks.isEmpty { change { $0.peaks[0].isManual = false } }
      change { $0.head.person = "another" }
      if part.content.massScans != nil { change { $0.massScans = TableExample.scans(39) } }
      for other in others {
        #expect(throws: Failure.self) {
          try MeasurementWriter.check(MemoryFile(bytes), holds: other)
        }
      }
    }
  }
}

@Suite(.timeLimit(.minutes(3))) struct ContentTableDamageTests {
  @Test func cutAndFlippedTablesAreRefused() throws {
    var generator = SeededGenerator(state: 3)
    var content = try tableContent(sample: "S")
    content.head.facts.removeAll { $0.name == "remark" }
    for options in [ExportOptions(), comma] {
      for (part, bytes) in try TableExample.files(content, .csv, options) {
        let whole = try MeasurementReader.read(bytes)
        for length in stride(from: 0, to: bytes.count, by: 64) {
          #expect(throws: FormatError.self, "\(part.name) \(length)") {
            try MeasurementReader.read(Array(bytes[..<length]))
          }
        }
        for _ in 0..<100 {
          var damaged = bytes
          let place = Int.random(in: 0..<bytes.count, using: &generator)
          damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
          do throws(FormatError) {
            let found = try MeasurementReader.read(damaged)
            #expect(found.measurement == whole.measurement, "\(part.name) \(place)")
          } catch {
            #expect(!error.detail.isEmpty)
          }
        }
      }
    }
  }

  @Test func hostileTablesAreRefused() throws {
    let head = "# gauger: content-mass-scans 1\n# content_emulated: no\n"
    for (rows, code) in [
      ("a,b\n1,2\n", "csv-missing"), ("# crc32: 00000000\nscan,time_s,mz,i\n", "csv-checksum"),
      ("# crc32: 0\n# crc32: 0\nscan\n", "csv-malformed"),
      ("# crc32: 0\nscan,time_s,mz,i\n1,1,2\n", "csv-inconsistent"),
      ("# crc32: 0\nscan,time_s,mz,i\n1,1,2,3,4\n", "csv-inconsistent"),
      ("# crc32: 0\nscan,time_s,mz,i\n1,1,nan,3\n", "csv-bad-number"),
      ("# crc32: 0\nscan,time_s,mz,i\n1,1,2,\n", "csv-missing"),
      ("# crc32: 0\nscan,time_s,mz,i\n2,1,2,1\n1,1,2,1\n", "csv-inconsistent"),
      ("# crc32: 0\nscan,time_s,mz,i\n2,1,2,1\n2,1,1,1\n", "csv-inconsistent"),
      ("# crc32: 0\nscan,scan\n", "csv-malformed"),
      ("# crc32: 0\nscan,time_s,mz,i", "csv-truncated"),
      ("# crc32: 0\n", "csv-truncated"),
    ] {
      let error = #expect(throws: FormatError.self) {
        try MeasurementReader.read(Array((head + rows).utf8))
      }
      #expect(error?.code == code, "\(rows)")
    }
  }

  @Test func aPointIsNoDecimalCommaAndACommaNoPoint() throws {
    for (dialect, row) in [("# dialect: semicolon-comma\n", "1;1;1.5;2\n"), ("", "1,1,1;5,2\n")] {
      let title = dialect.isEmpty ? "scan,time_s,mz,i\n" : "scan;time_s;mz;i\n"
      let text =
        "# gauger: content-mass-scans 1\n\(dialect)# content_emulated: no\n# crc32: 0\n\(title)\(row)"
      let error = #expect(throws: FormatError.self) { try MeasurementReader.read(Array(text.utf8)) }
      #expect(error?.code == "csv-bad-number")
    }
  }

  @Test func aMillionScansNeedNoMoreMemoryThanAThousand() throws {
    // The writer asks for scans one by one and gives pieces: no piece grows with the run.
    final class Pieces: ByteSink {
      var largest = 0
      var size = 0
      func write(_ bytes: [UInt8], at place: Int) throws(Failure) {
        largest = max(largest, bytes.count)
        size = max(size, place + bytes.count)
      }
    }
    struct Run: MassScanSource {
      var count: Int
      var kind: MassScanSeries.Kind { .centroid }
      var hasSelectedMasses: Bool { false }
      var unit: String { "counts" }
      func forEachScan(_ body: (MassScan) throws(Failure) -> Void) throws(Failure) {
        for scan in 0..<count {
          try body(
            MassScan(
              number: scan, time: Double(scan), massToCharge: [40, 41], intensity: [1, 2]))
        }
      }
    }
    var largest: [Int] = []
    for count in [10_000, 40_000] {
      var content = ExportContent(head: try TableExample.head(as: .gcms))
      content.massScans = Run(count: count)
      let part = try #require(try MeasurementWriter.plan(content, as: .csv).parts.first)
      let sink = Pieces()
      try MeasurementWriter.write(part, to: sink)
      largest.append(sink.largest)
    }
    #expect(largest[1] <= largest[0] + 100 && largest[1] < 1 << 17)
  }
}
