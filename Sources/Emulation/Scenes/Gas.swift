/// A gas as a mass spectrometer with electron impact ionisation at 70 eV sees it.
struct Gas: Sendable {
  /// What its molecules break into: mass in amu and height, the highest = 1.
  var pattern: [Int: Double]
  /// Ion current a pascal compared with nitrogen's.
  var sensitivity: Double
}

/// Cracking patterns.
///
/// Source: NIST Chemistry WebBook (Standard Reference Database 69), electron ionisation mass spectra,
/// read through copies in circulation; cross-checked with the table of AnaTEMa at 0d50430. A
/// quadrupole's transmission is not applied. Sensitivities: the usual factors of ionisation gauges,
/// of no metrological worth.
extension Gas {
  static let hydrogen = Gas(pattern: [1: 0.021, 2: 1], sensitivity: 0.44)
  static let helium = Gas(pattern: [4: 1], sensitivity: 0.14)
  static let water = Gas(
    pattern: [16: 0.009, 17: 0.2122, 18: 1, 19: 0.0005, 20: 0.003], sensitivity: 1)
  static let nitrogen = Gas(pattern: [14: 0.1379, 28: 1, 29: 0.0074], sensitivity: 1)
  static let oxygen = Gas(pattern: [16: 0.218, 32: 1, 34: 0.004], sensitivity: 0.86)
  static let argon = Gas(pattern: [20: 0.1462, 36: 0.003, 38: 0.0005, 40: 1], sensitivity: 1.2)
  static let carbonDioxide = Gas(
    pattern: [12: 0.0871, 16: 0.0961, 22: 0.019, 28: 0.0981, 44: 1, 45: 0.0124, 46: 0.004],
    sensitivity: 1.4)
  static let methanol = Gas(
    pattern: [
      12: 0.002, 13: 0.006, 14: 0.0169, 15: 0.1239, 17: 0.003, 18: 0.007, 28: 0.0459, 29: 0.4459,
      30: 0.0649, 31: 1, 32: 0.744, 33: 0.0119,
    ], sensitivity: 1.8)
}
