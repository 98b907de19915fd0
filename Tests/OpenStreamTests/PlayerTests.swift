import DriverDamage
import Emulation
import Foundation
import Instruments
import Laboratory
import Testing

@testable import OpenStream

/// The driver and the emulated player, two readings of one page.
@Suite struct PlayerTests {
  static func run(_ measurement: Laboratory.Measurement) throws -> PlayedRun {
    try PlayedRun(measurement, name: "made up")
  }

  /// Everything that a player gives by the driver, decoded.
  private func play(_ run: PlayedRun?, speed: Double = 1e6) throws -> (SeriesLayout, [SeriesScan]) {
    var setup = EmulatedSetup(model: "open-stream/player", speed: speed)
    setup.run = run
    let device = try EmulatedCatalogue.make(setup)
    let profile = try Stand.profile()
    var instrument = try OpenStreamInstrument(link: device.inProcessLink(), profile: profile)
    let interpreter = try OpenStreamInstrument.interpret(profile, instrument.record)
    _ = try instrument.apply(Settings())
    var scans: [SeriesScan] = []
    while true {
      let (readout, bytes) = try instrument.next()
      #expect(readout.lost == 0)
      if readout.outcome == .ended { break }
      guard readout.outcome != .nothingYet else { continue }
      try #require(readout.outcome == .complete)
      var scan = SeriesScan()
      try interpreter.decode(bytes.span, &scan)
      scans.append(scan)
    }
    try instrument.close()
    #expect(device.leftOn == [])
    #expect(instrument.record.remarks["maker"] == "Gauger Emulation")
    return (interpreter.layout, scans)
  }

  @Test func massScansArriveToTheLastBit() throws {
    var series = MassScanSeries(kind: .centroid, unit: "counts")
    for scan in 0..<60 {
      let masses = (0..<scan % 7).map { 40.1 + Double($0) * 0.3 + Double(scan) / 3 }
      series.append(
        time: 3.0917 * 60 + Double(scan) / 7, massToCharge: masses,
        intensity: masses.map { 1e3 / $0 })
    }
    let (layout, scans) = try play(try Self.run(.init(massScans: series)))
    #expect(layout.kind == .massCentroids && layout.channels[0].unit == .counts)
    #expect(layout.largestCount == 6)
    var found = MassScanSeries(kind: .centroid, unit: "counts")
    for scan in scans {
      found.append(
        time: scan.times[0], massToCharge: scan.massToCharge, intensity: scan.values)
    }
    #expect(found == series)
  }

  @Test(arguments: [1e3, 1e5, 1e6]) func tracesArriveToTheLastBitInBlocksOfAnySize(
    speed: Double
  ) throws {
    var traces = [Trace(name: "uv/254 nm", unit: Unit("mAU")), Trace(name: "ri", unit: .one)]
    for point in 0..<1000 {
      for signal in 0..<2 {
        traces[signal].append(
          scan: point, time: Double(point) / 3 * 0.1,
          value: sin(Double(point) / (7 + Double(signal))),
          flags: [])
      }
    }
    let (layout, scans) = try play(try Self.run(.init(traces: traces)), speed: speed)
    #expect(layout.channels.map(\.name) == ["uv_254_nm", "ri"])
    #expect(scans.flatMap(\.times) == traces[0].times)
    #expect(
      scans.flatMap(\.values)
        == (0..<1000).flatMap { [traces[0].values[$0], traces[1].values[$0]] })
    #expect(scans.map(\.times.count).reduce(0, +) == 1000)
    #expect(speed < 1e4 || scans.count < 1000)
  }

  @Test func spectraArriveWithTheirAxis() throws {
    let axis = Axis(kind: .ramanShift, values: (0..<700).map { 100.5 + Double($0) * 2 / 3 })
    let spectra = (0..<3).map { number in
      MeasuredSpectrum(
        name: "\(number)", axis: axis, ordinate: .counts,
        values: axis.values.map { sin($0) * Double(number + 1) })
    }
    let (layout, scans) = try play(try Self.run(.init(spectra: spectra)))
    #expect(layout.kind == .spectrum && layout.axis == axis)
    #expect(layout.channels == [.init(name: "counts", unit: .counts)])
    #expect(scans.map(\.values) == spectra.map(\.values))
    #expect(scans.map(\.times) == [[0], [1], [2]])
  }

  @Test func darkAndReferenceAreNotPlayedAsTheSample() throws {
    let axis = Axis(kind: .wavelength, values: [400, 401, 402])
    let spectra = ["dark", "sample", "reference", "processed"].enumerated().map {
      MeasuredSpectrum(
        name: $0.element, axis: axis, ordinate: $0.offset == 3 ? .absorbance : .counts,
        values: [Double($0.offset), 1, 2])
    }
    let scans = try play(try Self.run(.init(spectra: spectra))).1
    #expect(scans.map(\.values) == [[1, 1, 2]])
  }

  @Test func whatCannotBePlayedIsRefused() {
    for measurement in [
      Laboratory.Measurement(),
      .init(traces: [
        Trace(
          name: "a", unit: .one, scans: [0, 1], times: [1, 0], values: [0, 0], flags: [[], []])
      ]),
      .init(traces: [
        Trace(name: "a", unit: .one, scans: [0], times: [0], values: [.nan], flags: [[]])
      ]),
    ] {
      #expect(throws: Failure.self) { try PlayedRun(measurement, name: "made up") }
    }
  }

  @Test func anAbortStopsAtOnceAndTheNextRunBeginsAnew() throws {
    let device = try EmulatedCatalogue.make(
      EmulatedSetup(model: "open-stream/player", speed: 100))
    var instrument = try OpenStreamInstrument(
      link: device.inProcessLink(), profile: try Stand.profile())
    for _ in 0..<2 {
      _ = try instrument.apply(Settings())
      var readout = try instrument.next()
      while readout.0.outcome == .nothingYet { readout = try instrument.next() }
      #expect(readout.0.outcome == .complete)
      let scan = OpenStreamScan(readout.1.span, instrument.capabilities)
      #expect(scan?.number == 0)
      try instrument.makeSafe()
    }
    try instrument.close()
    #expect(device.leftOn == [])
  }
}
