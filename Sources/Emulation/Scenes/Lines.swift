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

  /// Neon lines between 770 and 1,060 nm: wavelength in air in nm, relative intensity.
  ///
  /// Source: NIST Atomic Spectra Database, Ne I, the lines of intensity 30 and more. A detector's
  /// response is not applied.
  static let neonLines: [(wavelength: Double, height: Double)] = [
    (794.318, 80), (808.246, 60), (811.855, 40), (813.641, 170), (826.608, 70),
    (830.033, 300), (836.575, 50), (837.761, 800), (841.716, 30), (841.843, 250),
    (846.336, 40), (849.536, 700), (857.135, 30), (859.126, 400), (863.465, 350),
    (864.704, 60), (865.438, 600), (865.552, 80), (867.949, 130), (868.192, 150),
    (870.411, 30), (877.166, 100), (878.062, 600), (878.375, 400), (885.387, 300),
    (886.576, 150), (891.950, 60), (914.867, 120), (920.176, 90), (922.006, 60),
    (930.085, 80), (932.651, 70), (942.538, 50), (948.668, 50), (953.416, 60),
    (966.542, 180), (1056.241, 80),
  ]
}
