import Instruments
import Laboratory
import Testing

@testable import Formats

/// Three scans of two, none and three points, stored as shorts with a factor.
func andiMass(
  masses: [Int16] = [500, 770, 1540, 1520, 1530], counts: [Int32] = [2, 0, 3],
  index: [Int32] = [0, 2, 2], times: [Double] = [181.2, 181.5, 181.8],
  total: [Double] = [30, 0, 120], flags: [Int32] = [0, 0, 0]
) -> NetCDFBuilder {
  var file = NetCDFBuilder()
  file.dimensions = [
    ("point_number", 0), ("scan_number", times.count), ("instrument_number", 1),
    ("_32_byte_string", 32),
  ]
  file.records = masses.count
  file.attributes = [
    ("experiment_title", .text("24-0117\0")), ("operator_name", .text("jdoe")),
    ("experiment_date_time_stamp", .text("20261120083000+0100")),
    ("experiment_type", .text("Centroided Mass Spectrum")),
  ]
  file.add("scan_acquisition_time", ["scan_number"], .doubles(times))
  file.add("scan_index", ["scan_number"], .ints(index))
  file.add("point_count", ["scan_number"], .ints(counts))
  file.add("flag_count", ["scan_number"], .ints(flags))
  file.add("total_intensity", ["scan_number"], .doubles(total))
  file.add("mass_values", ["point_number"], .shorts(masses), [("scale_factor", .doubles([0.1]))])
  file.add(
    "time_values", ["point_number"], .floats(masses.map { _ in Float(0x1.ep+122) }),
    [("scale_factor", .doubles([1]))])
  file.add(
    "intensity_values", ["point_number"], .floats((1...masses.count).map { Float($0 * 10 - 5) }),
    [
      ("scale_factor", .doubles([1])), ("add_offset", .doubles([5])),
      ("units", .text("Total Counts")),
    ])
  file.add(
    "instrument_model", ["instrument_number", "_32_byte_string"],
    .text("5977B" + String(repeating: "\0", count: 27)))
  return file
}

@Suite struct ANDIMassTests {
  @Test func scansAreCutByTheirPlacesAndScaled() throws {
    let source = try MeasurementReader.read(andiMass().file())
    let series = try #require(source.measurement.massScans)
    #expect(source.format == .andiMS)
    #expect(series.times == [181.2, 181.5, 181.8])
    #expect(series.starts == [0, 2, 2, 5])
    // The third scan falls in its first pair and is put in order.
    let raw: [Double] = [500, 770, 1520, 1530, 1540]
    let masses = raw.map { $0 * 0.1 }
    #expect(series.massToCharge == masses)
    #expect(series.intensity == [10, 20, 40, 50, 30])
    #expect(series.unit == "counts" && series.kind == .centroid)
    #expect(source.identity.samples.first == "24-0117")
    #expect(source.identity.person == "jdoe" && source.identity.model == "5977B")
    #expect(source.identity.began?.iso8601 == "2026-11-20T07:30:00.000000Z")
    #expect(source.warnings == ["1 scans did not rise in mass and were put in order"])
  }

  @Test func aTotalThatIsNotTheSumIsSaid() throws {
    let source = try MeasurementReader.read(andiMass(total: [30, 0, 121]).file())
    #expect(source.warnings.contains { $0.hasPrefix("the file's total of 1 scans") })
  }

  @Test func flagsOfPeaksBelongToNoScan() throws {
    let source = try MeasurementReader.read(
      andiMass(counts: [1, 0, 3], total: [10, 0, 120], flags: [1, 0, 0]).file())
    let series = try #require(source.measurement.massScans)
    #expect(series.starts == [0, 1, 1, 4])
    #expect(source.warnings.contains("1 flags of peaks are not read"))
  }

  @Test func pointsMarkedAsAbsentAreLeftOutAndCounted() throws {
    var file = andiMass()
    let place = try #require(file.variables.firstIndex { $0.name == "intensity_values" })
    file.variables[place].value = .floats([10, -9999, 0x1.ep+122, 40, 50])
    file.variables[place].attributes = []
    let source = try MeasurementReader.read(file.file())
    #expect(source.measurement.massScans?.intensity == [10, 40, 50])
    #expect(source.warnings.contains("2 points are marked as absent and left out"))
  }

  @Test(
    arguments: [
      ([2, 0, 9], [0, 2, 2], [1.0, 2, 3]), ([2, 0, 3], [0, 2, 1], [1.0, 2, 3]),
      ([2, 0, -3], [0, 2, 2], [1.0, 2, 3]), ([2, 0, 3], [0, 2, 2], [1.0, 3, 2]),
      ([2, 0, 3], [0, 2, 2], [1.0, -9999, 3]),
    ] as [([Int32], [Int32], [Double])])
  func contradictionsAreRefused(counts: [Int32], index: [Int32], times: [Double]) {
    #expect {
      try MeasurementReader.read(andiMass(counts: counts, index: index, times: times).file())
    } throws: { ($0 as? FormatError)?.code == "netcdf-inconsistent" }
  }

  @Test func numbersThatAreNoneAreRefusedByName() throws {
    for wrong in [Float.nan, .infinity] {
      var file = andiMass()
      let place = try #require(file.variables.firstIndex { $0.name == "intensity_values" })
      file.variables[place].value = .floats([1, 2, wrong, 4, 5])
      #expect { try MeasurementReader.read(file.file()) } throws: {
        guard let error = $0 as? FormatError else { return false }
        return error.code == "netcdf-bad-number" && error.detail.contains("intensity_values[2]")
      }
    }
  }
}

/// A chromatogram of five points with one peak.
func andiChromatography(
  unit: String? = "minutes", values: [Float] = [1, 1.5, 9.25, 4, 1], interval: Float = 0.1
) -> NetCDFBuilder {
  var file = NetCDFBuilder()
  file.dimensions = [
    ("point_number", values.count), ("peak_number", 2), ("_2_byte_string", 2),
    ("_32_byte_string", 32),
  ]
  file.attributes = [
    ("sample_id", .text("24-0117")), ("detector_unit", .text("pA")),
    ("injection_date_time_stamp", .text("20261120083000+0000")),
  ]
  if let unit { file.attributes.append(("retention_unit", .text(unit))) }
  file.add("actual_sampling_interval", [], .floats([interval]))
  file.add("actual_delay_time", [], .floats([2]))
  file.add("actual_run_time_length", [], .floats([2.4]))
  file.add(
    "ordinate_values", ["point_number"], .floats(values), [("uniform_sampling_flag", .text("Y"))])
  file.add("peak_retention_time", ["peak_number"], .floats([2.25, 2.5]))
  file.add("peak_start_time", ["peak_number"], .floats([2.125, -9999]))
  file.add("peak_end_time", ["peak_number"], .floats([2.375, -9999]))
  file.add("peak_area", ["peak_number"], .floats([1.5, 2]))
  file.add("peak_height", ["peak_number"], .floats([8.25, 7]))
  file.add("baseline_start_time", ["peak_number"], .floats([2.125, -9999]))
  file.add("baseline_start_value", ["peak_number"], .floats([1, -9999]))
  file.add("baseline_stop_time", ["peak_number"], .floats([2.375, -9999]))
  file.add("baseline_stop_value", ["peak_number"], .floats([1.25, -9999]))
  file.add("peak_start_detection_code", ["peak_number", "_2_byte_string"], .text("B\0B\0"))
  file.add("peak_stop_detection_code", ["peak_number", "_2_byte_string"], .text("V\0B\0"))
  file.add(
    "peak_name", ["peak_number", "_32_byte_string"],
    .text("cocaine" + String(repeating: "\0", count: 57)))
  return file
}

@Suite struct ANDIChromatographyTests {
  @Test func timesAreMultipliedAndInSeconds() throws {
    let source = try MeasurementReader.read(andiChromatography().file())
    let trace = try #require(source.measurement.traces.first)
    #expect(source.format == .andiChromatography)
    let interval = Double(Float(0.1))
    let times: [Double] = (0..<5).map { (2 + Double($0) * interval) * 60 }
    #expect(trace.times == times)
    #expect(trace.values == [1, 1.5, 9.25, 4, 1] && trace.scans == [0, 1, 2, 3, 4])
    #expect(trace.unit.symbol == "pA" && trace.name == "signal")
    #expect(source.warnings == [])
  }

  @Test func peaksAreAsReportedAndWholeOnesAreOurs() throws {
    let peaks = try MeasurementReader.read(andiChromatography().file()).measurement.reportedPeaks
    #expect(peaks.count == 2)
    let peak = try #require(peaks.first)
    #expect(peak.name == "cocaine" && peak.retentionTime == 135 && peak.areaUnit == "pA*min")
    #expect(peak.baseline == [.init(time: 127.5, level: 1), .init(time: 142.5, level: 1.25)])
    #expect(peak.integrated?.code == "BV" && peak.integrated?.area == 1.5)
    #expect(peaks[1].start == nil && peaks[1].integrated == nil && peaks[1].name == nil)
  }

  @Test func heightsOfMinusOneAreNotKnown() throws {
    var file = andiChromatography()
    let place = try #require(file.variables.firstIndex { $0.name == "peak_height" })
    file.variables[place].value = .floats([-1, -1])
    let peaks = try MeasurementReader.read(file.file()).measurement.reportedPeaks
    #expect(peaks.map(\.height) == [nil, nil])
  }

  @Test func aMissingUnitOfTimeIsSaidAndAStrangeOneRefused() throws {
    let source = try MeasurementReader.read(andiChromatography(unit: nil).file())
    #expect(source.measurement.traces.first?.times.first == 2)
    #expect(source.warnings.contains { $0.contains("seconds are taken") })
    #expect { try MeasurementReader.read(andiChromatography(unit: "fortnights").file()) } throws: {
      ($0 as? FormatError)?.code == "netcdf-unsupported"
    }
  }

  @Test func unevenTimesMustRise() throws {
    func file(_ times: [Float]) throws -> [UInt8] {
      var file = andiChromatography()
      let place = try #require(file.variables.firstIndex { $0.name == "ordinate_values" })
      file.variables[place].attributes = [("uniform_sampling_flag", .text("N"))]
      file.add("raw_data_retention", ["point_number"], .floats(times))
      return file.file()
    }
    let source = try MeasurementReader.read(file([1, 2, 4, 8, 16]))
    #expect(source.measurement.traces.first?.times == [60, 120, 240, 480, 960])
    #expect(throws: FormatError.self) { try MeasurementReader.read(file([1, 2, 2, 8, 16])) }
    #expect(throws: FormatError.self) { try MeasurementReader.read(file([1, 2, .nan, 8, 16])) }
  }

  @Test func absentPointsLeaveAHoleAndAnIntervalOfNothingIsRefused() throws {
    let source = try MeasurementReader.read(
      andiChromatography(values: [1, -9999, 3, 0x1.ep+122, 5]).file())
    #expect(source.measurement.traces.first?.scans == [0, 2, 4])
    #expect(source.warnings.contains("2 points are marked as absent and left out"))
    for wrong in [Float(0), -1] {
      #expect(throws: FormatError.self) {
        try MeasurementReader.read(andiChromatography(interval: wrong).file())
      }
    }
  }
}
