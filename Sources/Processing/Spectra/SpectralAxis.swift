public import Instruments
public import Laboratory

/// The horizontal axis of a detector's spectra, and the steps that led to it.
///
/// Depends on calibration and laser alone, so it is computed once a run.
public struct SpectralAxis: Sendable, Hashable {
  /// The axis that results are given on.
  public var axis: Axis
  /// Wavelengths in nm; none where they are not known.
  public var wavelengths: [Double]?
  /// `wavelength` and `raman-shift`: done, skipped or refused.
  public var steps: [ProcessingStep]

  /// The laser wavelengths that are believed, nm; outside, the number is a slip of the unit.
  public static let believedLaser = 150.0...5000.0

  /// Computes the axis of a detector.
  public init(detector: ArrayDetector, laserNanometres: Double?) {
    let channels = (0..<max(0, detector.channelCount)).map(Double.init)
    axis = Axis(kind: .channel, values: channels)
    steps = []
    let found = Self.wavelengths(of: detector, channels: channels)
    wavelengths = found.values
    steps.append(found.step)
    if let found = found.values { axis = Axis(kind: .wavelength, values: found) }
    let shift = Self.ramanShift(laser: laserNanometres, wavelengths: wavelengths)
    steps.append(shift.step)
    if let values = shift.values { axis = Axis(kind: .ramanShift, values: values) }
  }

  private static func wavelengths(
    of detector: ArrayDetector, channels: [Double]
  ) -> (values: [Double]?, step: ProcessingStep) {
    func refused(_ reason: String) -> (values: [Double]?, step: ProcessingStep) {
      (nil, ProcessingStep("wavelength", .refused, "\(reason) (the axis is the channel number)"))
    }
    switch detector.wavelength {
    case .missing(let reason): return refused("no wavelength coefficients: \(reason)")
    case .absurd(let reason): return refused("wavelength coefficients cannot be right: \(reason)")
    case .coefficients(let coefficients):
      let origin = detector.wavelengthOrigin
      let values = channels.map { Polynomial.value(coefficients, at: $0 - origin) }
      guard values.allSatisfy({ $0.isFinite && $0 > 0 }) else {
        return refused("wavelength coefficients give a wavelength that is not above 0 nm")
      }
      guard isStrictlyMonotone(values) else {
        return refused("wavelength coefficients give an axis that neither rises nor falls strictly")
      }
      var numbers = named("c", coefficients)
      numbers["origin"] = origin
      return (
        values,
        ProcessingStep(
          "wavelength", .done,
          "nm in air = c0 + c1 p + c2 p^2 + ... with p = channel - origin and channels from 0",
          numbers: numbers)
      )
    }
  }

  private static func ramanShift(
    laser: Double?, wavelengths: [Double]?
  ) -> (values: [Double]?, step: ProcessingStep) {
    guard let laser else {
      return (nil, ProcessingStep("raman-shift", .skipped, "no laser wavelength is set"))
    }
    guard laser.isFinite, believedLaser.contains(laser) else {
      return (
        nil,
        ProcessingStep(
          "raman-shift", .refused,
          "the laser wavelength is not between 150 and 5000 nm", numbers: ["laser_nm": laser])
      )
    }
    guard let wavelengths else {
      return (
        nil,
        ProcessingStep(
          "raman-shift", .refused, "the wavelengths of the channels are not known",
          numbers: ["laser_nm": laser])
      )
    }
    let excitation = 1e7 / laser
    let values = wavelengths.map { excitation - 1e7 / $0 }
    // Neighbours that differ in the last bit only may round to the same shift.
    guard isStrictlyMonotone(values) else {
      return (
        nil,
        ProcessingStep(
          "raman-shift", .refused, "the shifts neither rise nor fall strictly",
          numbers: ["laser_nm": laser])
      )
    }
    return (
      values,
      ProcessingStep(
        "raman-shift", .done,
        "1/cm = 1e7 / laser_nm - 1e7 / wavelength (both in air as stored)",
        numbers: ["laser_nm": laser])
    )
  }

  private static func isStrictlyMonotone(_ values: [Double]) -> Bool {
    guard values.count > 1 else { return true }
    let rises = values[1] > values[0]
    return (1..<values.count).allSatisfy {
      rises ? values[$0] > values[$0 - 1] : values[$0] < values[$0 - 1]
    }
  }
}

/// Coefficients as the numbers of a step: `a0`, `a1`, ...
func named(_ letter: String, _ coefficients: [Double]) -> [String: Double] {
  Dictionary(
    coefficients.enumerated().map { ("\(letter)\($0.offset)", $0.element) },
    uniquingKeysWith: { first, _ in first })
}
