import Foundation
import Instruments
import Laboratory

@testable import Processing

extension ArrayDetector {
  /// A 16-bit detector without gain, dark channels and calibration, but for what is given.
  static func plain(
    channels: Int, gain: Double = 1, darkChannels: [Int] = [],
    wavelength: Calibration = .missing(reason: "never programmed"), origin: Double = 0,
    nonlinearity: Calibration = .missing(reason: "never programmed"), saturation: Double = 65535
  ) -> ArrayDetector {
    ArrayDetector(
      channelCount: channels, fullScale: 65535, saturationCount: saturation, gain: gain,
      darkChannels: darkChannels, wavelength: wavelength, wavelengthOrigin: origin,
      nonlinearity: nonlinearity)
  }
}

func scan(_ counts: [Double], _ sequence: Int = 0, flags: ScanFlags = []) -> Scan {
  Scan(
    sequence: UInt64(sequence), requested: MonotonicInstant(nanoseconds: 0),
    received: MonotonicInstant(nanoseconds: 1), flags: flags, counts: counts)
}

/// The spectrum of some scans.
func spectrum(
  _ scans: [Scan], _ detector: ArrayDetector, _ recipe: SpectrumRecipe = SpectrumRecipe(),
  dark: DarkFrame? = nil, exposure: Double? = nil
) throws -> Spectrum {
  var stage = SpectrumStage(detector: detector, recipe: recipe, dark: dark, exposure: exposure)
  for scan in scans { _ = stage.step(scan) }
  struct NoSpectrum: Error {}
  guard let spectrum = stage.finish().first else { throw NoSpectrum() }
  return spectrum
}

extension Spectrum {
  func step(_ name: String) -> ProcessingStep? { steps.first { $0.name == name } }
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
