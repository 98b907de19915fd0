internal import Foundation
public import Laboratory

/// The relative sensitivity of a Raman instrument over its range, from a luminescent glass.
///
/// The glass comes with a certificate: its light over the shift. Factor = certified / measured, so
/// that a spectrum times the factor has the shape that the certificate's unit (an energy, 1/cm)
/// gives it. The coefficients are those of the laboratory's own certificate: method data.
public struct RelativeIntensity: Sendable, Hashable {
  /// The light of a glass by its certificate.
  public struct Certificate: Sendable, Hashable, Codable {
    /// The curve.
    public enum Curve: Sendable, Hashable, Codable {
      /// A0 + A1 x + A2 x^2 + ..., x the shift in 1/cm.
      case polynomial([Double])
      /// H exp(-ln 2 (ln((x - x0) (r^2 - 1) / (w r) + 1) / ln r)^2) + m x + b.
      case skewedGaussian(
        height: Double, width: Double, ratio: Double, place: Double, slope: Double, offset: Double)
    }

    /// The curve.
    public var curve: Curve
    /// Where it holds, shifts in 1/cm.
    public var validFrom: Double
    /// Where it holds, shifts in 1/cm.
    public var validTo: Double
    /// The number of the glass and of its certificate.
    public var name: String

    /// Enters a certificate.
    public init(curve: Curve, validFrom: Double, validTo: Double, name: String) {
      self.curve = curve
      self.validFrom = validFrom
      self.validTo = validTo
      self.name = name
    }

    /// The certified light at a shift, 1/cm; NaN where the formula has no value.
    public func value(at shift: Double) -> Double {
      switch curve {
      case .polynomial(let coefficients): return Polynomial.value(coefficients, at: shift)
      case .skewedGaussian(let height, let width, let ratio, let place, let slope, let offset):
        let inner = (shift - place) * (ratio * ratio - 1) / (width * ratio) + 1
        let line = slope * shift + offset
        guard inner > 0 else { return line }
        let quotient = log(inner) / log(ratio)
        return height * exp(-0.693_147_180_559_945_3 * quotient * quotient) + line
      }
    }

    private enum CodingKeys: String, CodingKey {
      case curve, name
      case validFrom = "valid_from_per_cm"
      case validTo = "valid_to_per_cm"
    }
  }

  /// What the corrected intensity is a density of.
  public enum Density: String, Sendable, Hashable, Codable {
    /// Per 1/cm, as certificates are.
    case wavenumber
    /// Per nm: the factor also has 1e7 / lambda^2.
    case wavelength
  }

  /// The factors, one a channel; 1 where the measured glass was brightest, 0 in channels outside.
  public var factors: [Double]
  /// Channels outside the certified range, or where the measured glass gave no light or saturated.
  public var outside: [Int]
  /// The certificate's name.
  public var certificate: String
  /// What was done.
  public var step: ProcessingStep

  /// Computes factors from the measured glass.
  ///
  /// - `measured`: dark-corrected counts of the glass on `shifts` (1/cm). `wavelengths` (nm) are
  ///   needed for a density per nm. `saturated`: channels of the glass whose value is not known.
  public static func factors(
    certificate: Certificate, shifts: [Double], measured: [Double], saturated: [Int] = [],
    density: Density = .wavenumber, wavelengths: [Double]? = nil
  ) throws(SpectrumError) -> RelativeIntensity {
    try SpectrumInput.sameCount(measured, "measured glass", shifts, "axis")
    try SpectrumInput.axis(shifts)
    try SpectrumInput.finite(measured, "measured glass")
    if density == .wavelength {
      guard let wavelengths else {
        throw .axisOfAnotherKind(found: "without wavelengths", needed: "with wavelengths in nm")
      }
      try SpectrumInput.sameCount(wavelengths, "wavelengths", shifts, "axis")
      try SpectrumInput.axis(wavelengths)
    }
    let marked = Set(saturated)
    var raw = [Double?](repeating: nil, count: shifts.count)
    var outside: [Int] = []
    for channel in shifts.indices {
      let shift = shifts[channel]
      var certified = certificate.value(at: shift)
      if density == .wavelength, let wavelength = wavelengths?[channel] {
        certified *= 1e7 / (wavelength * wavelength)
      }
      guard shift >= certificate.validFrom, shift <= certificate.validTo, certified > 0,
        certified.isFinite, measured[channel] > 0, !marked.contains(channel)
      else {
        outside.append(channel)
        continue
      }
      raw[channel] = certified / measured[channel]
    }
    guard
      let brightest = raw.indices.filter({ raw[$0] != nil })
        .max(by: { measured[$0] < measured[$1] }), let unit = raw[brightest]
    else {
      throw .windowOutside(
        from: certificate.validFrom, to: certificate.validTo, axisFrom: shifts.first ?? 0,
        axisTo: shifts.last ?? 0)
    }
    return RelativeIntensity(
      factors: raw.map { ($0 ?? 0) / unit }, outside: outside, certificate: certificate.name,
      step: ProcessingStep(
        "relative-intensity", .done,
        "times certified / measured light of \(certificate.name), per \(density.rawValue), 1 at "
          + "the brightest channel; \(outside.count) channels are outside the certified range",
        numbers: [
          "valid_from_per_cm": certificate.validFrom, "valid_to_per_cm": certificate.validTo,
          "outside_channels": Double(outside.count), "unit_channel": Double(brightest),
        ]))
  }

  /// The spectrum times the factors; NaN in channels outside.
  public func apply(to counts: [Double]) throws(SpectrumError) -> [Double] {
    try SpectrumInput.sameCount(counts, "spectrum", factors, "factors")
    let nowhere = Set(outside)
    return counts.indices.map { nowhere.contains($0) ? .nan : counts[$0] * factors[$0] }
  }
}
