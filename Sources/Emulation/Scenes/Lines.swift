extension Scene {
  /// One Raman band: position and full width at half height per cm, height of the main band = 1.
  struct Band: Sendable {
    var position, width, height: Double
  }

  /// Raman bands of polystyrene.
  ///
  /// Positions: ASTM E1840. Widths and heights: ordinary for 785 nm and a silicon detector, chosen
  /// by eye, of no metrological worth.
  static let polystyreneBands = [
    Band(position: 620.9, width: 9, height: 0.16),
    Band(position: 795.8, width: 12, height: 0.10),
    Band(position: 1001.4, width: 8, height: 1.00),
    Band(position: 1031.8, width: 9, height: 0.28),
    Band(position: 1155.3, width: 11, height: 0.12),
    Band(position: 1450.5, width: 16, height: 0.11),
    Band(position: 1583.1, width: 11, height: 0.11),
    Band(position: 1602.3, width: 10, height: 0.29),
    Band(position: 2852.4, width: 18, height: 0.06),
    Band(position: 2904.5, width: 20, height: 0.12),
    Band(position: 3054.3, width: 16, height: 0.21),
  ]

  /// One emission line: wavelength in air in nm and height.
  struct Line: Sendable {
    var wavelength, height: Double
  }

  /// Neon lines between 770 and 1,060 nm. Wavelengths in air: NIST ASD, Ne I.
  static let neonLines = [
    Line(wavelength: 794.318, height: 0.10), Line(wavelength: 808.246, height: 0.08),
    Line(wavelength: 813.641, height: 0.20), Line(wavelength: 830.033, height: 0.40),
    Line(wavelength: 837.761, height: 1.00), Line(wavelength: 841.843, height: 0.28),
    Line(wavelength: 849.536, height: 0.70), Line(wavelength: 859.126, height: 0.36),
    Line(wavelength: 863.465, height: 0.52), Line(wavelength: 865.438, height: 0.80),
    Line(wavelength: 867.949, height: 0.30), Line(wavelength: 868.192, height: 0.30),
    Line(wavelength: 877.166, height: 0.24), Line(wavelength: 878.062, height: 0.72),
    Line(wavelength: 878.375, height: 0.60), Line(wavelength: 885.387, height: 0.40),
    Line(wavelength: 891.950, height: 0.18), Line(wavelength: 914.867, height: 0.26),
    Line(wavelength: 920.176, height: 0.24), Line(wavelength: 930.085, height: 0.20),
    Line(wavelength: 932.651, height: 0.18), Line(wavelength: 942.538, height: 0.14),
    Line(wavelength: 948.668, height: 0.12), Line(wavelength: 953.416, height: 0.12),
    Line(wavelength: 966.542, height: 0.12),
  ]
}
