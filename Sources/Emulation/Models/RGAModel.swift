/// The facts of one emulated residual gas analyser head, typed in from its documents.
///
/// Source: Stanford Research Systems, "Models RGA100, RGA200 and RGA300 Residual Gas Analyzer",
/// chapter 6 and the electrometer section. Written for the emulator alone: drivers and profiles have
/// their own reading of the same document.
struct RGAModel: Sendable {
  var id: String
  var name: String
  var about: String
  /// The largest mass it can filter, amu.
  var largestMass: Int

  /// Every head there is; they differ in their mass range alone.
  static let all = [100, 200, 300].map { mass in
    RGAModel(
      id: "stanford-research/rga\(mass)", name: "RGA\(mass)",
      about: "quadrupole mass spectrometer, 1 to \(mass) amu, serial line at 28,800 baud",
      largestMass: mass)
  }

  /// The line's speed in bits a second; ten bits a byte.
  static let baud = 28_800
  /// The firmware that it states.
  static let firmware = "0.24"
  /// Characters that wait for the head at most; more are lost.
  static let inputBuffer = 140
  /// Characters of a command at most, without its CR.
  static let longestCommand = 13
  /// Above this pressure, in Torr, the filament is not switched on, or goes off.
  static let largestPressure = 1e-4

  /// One row of the noise floor table.
  struct NoiseFloor: Sendable {
    /// Milliseconds for one amu of an analog scan.
    var analog: Double
    /// Milliseconds for one mass of a histogram scan or single measurement.
    var mass: Double
    /// Noise of a reading, amperes.
    var amperes: Double
  }

  /// The noise floor table by the value of NF.
  static let noiseFloors = [
    NoiseFloor(analog: 2000, mass: 2200, amperes: 7e-15),
    NoiseFloor(analog: 1000, mass: 1100, amperes: 1e-14),
    NoiseFloor(analog: 400, mass: 440, amperes: 1.5e-14),
    NoiseFloor(analog: 200, mass: 220, amperes: 2e-14),
    NoiseFloor(analog: 126, mass: 139, amperes: 4e-14),
    NoiseFloor(analog: 45, mass: 50, amperes: 1.2e-13),
    NoiseFloor(analog: 30, mass: 33, amperes: 2.5e-13),
    NoiseFloor(analog: 15, mass: 16.5, amperes: 5e-13),
  ]
}

/// How one emulated head differs from another of its model.
public struct RGAOptions: Sendable, Hashable {
  /// Whether the electron multiplier is fitted.
  public var hasMultiplier: Bool
  /// Whether the jumper is set without which tuning values cannot be changed.
  public var hasCalibrationJumper: Bool
  /// How long switching, checking and calibrating take, as a multiple of what is usual; 0 or more.
  public var actionTime: Double

  /// Makes options; without any, a head with multiplier and without jumper.
  public init(
    hasMultiplier: Bool = true, hasCalibrationJumper: Bool = false, actionTime: Double = 1
  ) {
    self.hasMultiplier = hasMultiplier
    self.hasCalibrationJumper = hasCalibrationJumper
    self.actionTime = actionTime
  }
}

/// Bits of the status byte (`ER?`) and of the bytes behind it.
enum RGAError {
  static let line: UInt8 = 1 << 0
  static let filament: UInt8 = 1 << 1
  static let multiplier: UInt8 = 1 << 3

  /// What `EC?` tells: of the line and of commands.
  static let badCommand: UInt8 = 1 << 0
  static let badParameter: UInt8 = 1 << 1
  static let tooLong: UInt8 = 1 << 2
  static let received: UInt8 = 1 << 3
  static let jumper: UInt8 = 1 << 5
  static let conflict: UInt8 = 1 << 6
  /// What `EF?` tells: of the filament.
  static let pressureTooHigh: UInt8 = 1 << 5
  /// What `EM?` tells: of the multiplier.
  static let noMultiplier: UInt8 = 1 << 7
}
