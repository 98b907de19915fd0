internal import Foundation

/// The non-linearity of a detector: measured = true * p(measured), as eight coefficients.
///
/// A made-up but ordinary shape (0.96 at nothing, 0.98 at a third, 0.93 near full scale) whose
/// coefficients are scaled to the model's counts; the same text stands in the EEPROM.
struct Nonlinearity: Sendable {
  let coefficients: [Double]

  init(fullScale: Int) {
    let at16Bit = [0.96, 2.4e-6, -6.0e-11, 1.0e-16, -1.0e-22, 1.0e-28, 1.0e-34, -1.0e-40]
    let step = 65_535 / Double(fullScale)
    // As the EEPROM says it: rounded to its digits.
    coefficients = at16Bit.enumerated().map { power, value in
      let scaled = value * pow(step, Double(power))
      return Double(OOIMemory.makersNotation(scaled)) ?? scaled
    }
  }

  func polynomial(_ counts: Double) -> Double {
    coefficients.reversed().reduce(0) { $0 * counts + $1 }
  }

  /// The dark-corrected counts that a true signal is measured as.
  func measured(of signal: Double) -> Double {
    var counts = signal * coefficients[0]
    for _ in 0..<40 { counts = signal * polynomial(counts) }
    return counts
  }
}

/// Turns the light of a scene into the raw counts of one model's detector.
///
/// Published counts = offset + dark current * t + measured(light * t) + noise, clipped; raw counts
/// are those divided by the scale of slot 17. All figures are at 16 bit and scaled to the model:
/// offset 1,500 with a fixed pattern of 12, dark current 600 a second, read noise 30, one electron
/// a count. At 100 ms the brightest pixel of any lit scene stands at about 40,000.
struct Detector: Sendable {
  private struct Means: Sendable {
    var exposure: OOIDevice.Exposure
    var mean: [Double]
    var sigma: [Double]
  }

  static let offset = 1500.0
  static let pattern = 12.0
  static let darkPerSecond = 600.0
  static let readNoise = 30.0
  static let brightest = 40_000.0

  private let seed: UInt64
  /// True signal counts a second, one a wire pixel.
  private let light: [Double]
  private let fixedPattern: [Double]
  private let nonlinearity: Nonlinearity
  private var known: [Means] = []

  init(scene: Scene, model: OOIModel, seed: UInt64) {
    self.seed = seed
    let full = Double(model.fullScale) / 65_535
    nonlinearity = Nonlinearity(fullScale: model.fullScale)
    let shape = (0..<model.pixelsOnWire).map { pixel in
      model.lit.contains(pixel) ? scene.light(at: model.wavelength(of: pixel)) : 0
    }
    let top = shape.max() ?? 0
    // What must fall on the brightest pixel so that it reads `brightest` in 0.1 s.
    let measured = (Self.brightest - Self.offset - 0.1 * Self.darkPerSecond) * full
    let signal = measured / nonlinearity.polynomial(measured) / 0.1
    light = shape.map { top > 0 ? $0 / top * signal : 0 }
    var generator = SplitMix64(seed: seed, stream: .max)
    fixedPattern = shape.map { _ in
      NormalTable.shared.values[Int(generator.next() & 4095)] * Self.pattern * full
    }
  }

  /// The raw counts of one frame, one a wire pixel.
  mutating func counts(
    of frame: Int, exposure: OOIDevice.Exposure, model: OOIModel, into counts: inout [UInt16]
  ) {
    let index = indexOfMeans(exposure, model)
    let ceiling = Double(model.ceiling)
    var generator = SplitMix64(seed: seed, stream: UInt64(frame))
    let normal = NormalTable.shared.values
    var bits: UInt64 = 0
    for pixel in 0..<counts.count {
      bits = pixel & 3 == 0 ? generator.next() : bits >> 16
      let value = known[index].mean[pixel] + known[index].sigma[pixel] * normal[Int(bits & 4095)]
      counts[pixel] = UInt16(min(max(value.rounded(), 0), ceiling))
    }
  }

  private mutating func indexOfMeans(_ exposure: OOIDevice.Exposure, _ model: OOIModel) -> Int {
    if let index = known.firstIndex(where: { $0.exposure == exposure }) { return index }
    // The settings before and those now are all that a free-running detector needs.
    if known.count >= 4 { known.removeFirst() }
    let full = Double(model.fullScale) / 65_535
    let seconds = Double(exposure.integration) * 1e-6
    let dark = (Self.offset + Self.darkPerSecond * seconds) * full
    var means = Means(exposure: exposure, mean: [], sigma: [])
    // Beyond four times full scale it is clipped anyhow, and the polynomial is not valid there.
    let most = Double(model.fullScale) * 4
    for (rate, pattern) in zip(light, fixedPattern) {
      let signal = exposure.lampOn ? min(rate * seconds, most) : 0
      let measured = signal < Double(model.fullScale) ? nonlinearity.measured(of: signal) : signal
      let variance = pow(Self.readNoise * full, 2) + measured * full
      means.mean.append((dark + pattern + measured) / model.publishedPerRaw)
      means.sigma.append(variance.squareRoot() / model.publishedPerRaw)
    }
    known.append(means)
    return known.count - 1
  }
}

extension OOIModel {
  /// The wavelength of a pixel in nm, by the model's polynomial.
  func wavelength(of pixel: Int) -> Double {
    wavelengths.reversed().reduce(0) { $0 * Double(pixel - wavelengthOrigin) + $1 }
  }
}

/// Where the counts of an emulated spectrometer come from.
enum FrameSource: Sendable {
  case scene(Detector)
  case recording(Recording)

  /// The raw counts of one frame, one a wire pixel.
  mutating func counts(
    of frame: Int, exposure: OOIDevice.Exposure, model: OOIModel, into counts: inout [UInt16]
  ) {
    switch self {
    case .scene(var detector):
      // Taken out and put back, so that its tables are not copied.
      self = .none
      detector.counts(of: frame, exposure: exposure, model: model, into: &counts)
      self = .scene(detector)
    case .recording(let recording):
      recording.counts(of: frame, lampOn: exposure.lampOn, into: &counts)
    case .none:
      break
    }
  }

  /// Nothing; only while a source is lent out.
  case none
}
