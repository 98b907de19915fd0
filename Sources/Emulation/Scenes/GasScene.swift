internal import Foundation

/// What is in the vacuum chamber that an emulated residual gas analyser looks at.
///
/// Time passes in it while the instrument measures, at the pace of its noise floor setting, so that
/// the same commands give the same numbers however fast they are sent.
public enum GasScene: String, Sendable, Hashable, CaseIterable {
  /// A pumped chamber with some air and water left, 1.4e-6 Torr.
  case residualAir = "residual-air"
  /// Air comes in, twice as much every 10 s, until the filament goes off.
  case leak
  /// A chamber being pumped from 5e-5 Torr: air goes fast, water slowly.
  case pumpDown = "pump-down"
  /// Vapour of methanol and water in residual air.
  case solvent
  /// Too much air for the filament: 5e-4 Torr.
  case highPressure = "high-pressure"

  /// What it shows, for people.
  public var about: String {
    switch self {
    case .residualAir: "air and water left in a pumped chamber, 1.4e-6 Torr"
    case .leak: "air that comes in until the filament goes off"
    case .pumpDown: "a chamber being pumped from 5e-5 Torr"
    case .solvent: "vapour of methanol and water"
    case .highPressure: "5e-4 Torr of air, at which the filament is refused"
    }
  }

  /// Whether the gases stay as they are.
  var isSteady: Bool { self != .leak && self != .pumpDown }

  /// The pressures in Torr, a time in seconds after power-up.
  func gases(at time: Double) -> [(gas: Gas, torr: Double)] {
    switch self {
    case .residualAir: Self.air(1e-6) + Self.outgassing(1)
    case .leak: Self.air(min(1e-7 * pow(2, time / 10), 5e-4)) + Self.outgassing(1)
    case .pumpDown: Self.air(4e-5 * exp(-time / 15) + 1e-8) + Self.outgassing(25 * exp(-time / 120))
    case .solvent: Self.air(2e-7) + Self.outgassing(1) + [(.methanol, 8e-7)]
    case .highPressure: Self.air(5e-4)
    }
  }

  /// Dry air of this pressure; volume fractions of the US Standard Atmosphere.
  private static func air(_ torr: Double) -> [(gas: Gas, torr: Double)] {
    [
      (.nitrogen, 0.78084 * torr), (.oxygen, 0.20946 * torr), (.argon, 0.00934 * torr),
      (.carbonDioxide, 0.0004 * torr), (.helium, 5.24e-6 * torr),
    ]
  }

  /// What the walls of a chamber give off.
  private static func outgassing(_ amount: Double) -> [(gas: Gas, torr: Double)] {
    [
      (.water, 3.2e-7 * amount), (.hydrogen, 6e-8 * amount), (.carbonDioxide, 2e-8 * amount),
    ]
  }
}
