import Foundation
import Instruments
import Laboratory

@testable import Formats

/// Runs and spectra that the tests write.
enum Example {
  static let journal = String(repeating: "0123456789abcdef", count: 4)

  static func record(
    sample: String = "S-2026-0815", remark: String? = nil, emulated: Bool = false,
    complete: Bool = true
  ) throws -> RunRecord {
    struct NoRun: Error {}
    guard let run = RunID("20261120T101500Z-usb2000plus-abcd") else { throw NoRun() }
    guard let started = Timestamp(iso8601: "2026-11-20T10:15:00.250000Z") else { throw NoRun() }
    var record = RunRecord(
      run: run, kind: .sample, sample: Sample(id: sample, position: "A7", remark: remark),
      person: "J. Weber",
      instrument: RunInstrument(
        address: "usb:1-1.2", model: "ocean-optics/usb2000plus", name: "USB2000+",
        maker: "Ocean Optics", serialNumber: "USB2+H01234", firmware: "3.0.5",
        driver: "ocean-optics-ooi"),
      settings: Settings(["integration_us": 100_000, "laser_nm": 785.1, "electric_dark": 1]),
      scansAsked: 50, started: started, timeZone: "Europe/Berlin", emulated: emulated,
      profileSHA256: String(repeating: "fe", count: 32), software: "Gauger 0.1.0")
    record.ended = Timestamp(microseconds: started.microseconds + 5_000_000)
    record.endedBy = complete ? .done : .unplug
    record.complete = complete
    record.counts.scans = 50
    record.darkSource = "20261120T101000Z-usb2000plus-efgh"
    record.computedBy = "Gauger 0.1.0, processing 1, maths 0123456789abcdef"
    record.warnings = ["the detector was 3 K warmer than at the last check, see the log"]
    return record
  }

  /// Bands on a falling background, uneven Raman axis, two saturated channels.
  static func raman(channels: Int = 2048) -> Spectrum {
    let wavelengths = (0..<channels).map { p in
      let p = Double(p) * 2047 / Double(max(1, channels - 1))
      return 781.3 + p * (0.137 + p * (-3.1e-6 - p * 4.6e-10))
    }
    let shift = wavelengths.map { 1e7 / 785.1 - 1e7 / $0 }
    let bands: [(Double, Double, Double)] = [
      (0, 30_000, 6), (620.9, 3000, 5), (1001.4, 21_000, 4), (1031.8, 6000, 5), (1602.3, 7800, 7),
      (3054.3, 5200, 12),
    ]
    let dark = (0..<channels).map { 1020 + Double(($0 * 7919) % 31) / 3 }
    let signal = shift.map { x in
      bands.reduce(900 * exp(-x / 2500)) { sum, band in
        let d = (x - band.0) / band.2
        return sum + band.1 / (1 + d * d)
      }
    }
    let raw = zip(signal, dark).map { $0 + $1 }
    return Spectrum(
      axis: Axis(kind: .ramanShift, values: shift), wavelengths: wavelengths,
      intensity: zip(raw, dark).map { $0 - $1 }, unit: .counts, raw: raw, dark: dark,
      saturated: channels > 60 ? [27, 28] : [], scans: 50,
      steps: [
        ProcessingStep(
          "average", .done, "mean of the raw counts of 50 scans", numbers: ["scans": 50]),
        ProcessingStep("electric-dark", .skipped, "switched off"),
        ProcessingStep("raman-shift", .done, "1/cm", numbers: ["laser_nm": 785.1]),
      ])
  }

  /// A spectrum without calibration whose values are hard to print.
  static func awkwardNumbers() -> Spectrum {
    let y = [
      0, -0.0, 0.1, -1e-7, .leastNonzeroMagnitude, 1.7976931348623157e308, -2.2250738585072014e-308,
      1.0 / 3,
      9_007_199_254_740_992, 65535, 1e21, 123_456.789e-12, 1e22, -4.35e-30,
    ]
    return Spectrum(
      axis: Axis(kind: .channel, values: y.indices.map(Double.init)), wavelengths: nil,
      intensity: y, unit: .counts, raw: y, dark: nil, saturated: [], scans: 1, steps: [])
  }
}

/// SplitMix64: the same numbers in every run of a test.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
