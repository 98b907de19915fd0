/// The horizontal axis of a spectrum: one value a channel, in channel order.
public struct Axis: Sendable, Hashable, Codable {
  /// What the values mean.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// Position on the detector, from 0: the wavelength is not known.
    case channel
    /// Wavelength in air, nm.
    case wavelength
    /// Raman shift from the excitation line, 1/cm, rising.
    case ramanShift = "raman_shift"
    /// Wavenumber of absorbed light, 1/cm, as infrared spectra have it; rising or falling.
    case wavenumber
    /// Mass-to-charge ratio, dalton an elementary charge.
    case massToCharge = "mass_to_charge"
  }

  /// What the values mean.
  public var kind: Kind
  /// The values, one a channel, strictly rising or strictly falling.
  public var values: [Double]

  /// Makes an axis from its values.
  public init(kind: Kind, values: [Double]) {
    self.kind = kind
    self.values = values
  }

  /// The unit of the values.
  public var unit: Unit {
    switch kind {
    case .channel: .one
    case .wavelength: .nanometre
    case .ramanShift, .wavenumber: .perCentimetre
    case .massToCharge: .massToCharge
    }
  }
}
