internal import Foundation
internal import Instruments

extension RGAHead {
  private var noiseFloor: RGAModel.NoiseFloor {
    RGAModel.noiseFloors[settings.noiseFloor / RGASettings.one]
  }
  private var stepsPerMass: Int { settings.steps / RGASettings.one }
  private var masses: ClosedRange<Int> {
    settings.firstMass / RGASettings.one...settings.lastMass / RGASettings.one
  }

  /// How many points a scan has, without the total current at its end.
  func points(_ kind: IonSource.Kind) -> Int {
    kind == .analog ? (masses.count - 1) * stepsPerMass + 1 : masses.count
  }

  /// Seconds that one point takes, at the pace of real life.
  private func secondsPerPoint(_ kind: IonSource.Kind) -> Double {
    kind == .analog
      ? noiseFloor.analog / 1000 / Double(stepsPerMass) : noiseFloor.mass / 1000
  }

  /// What the ion source and the detector are set to.
  private func conditions(_ kind: IonSource.Kind) -> IonSource.Conditions {
    // A multiplier's gain grows with about the tenth power of its voltage.
    let ratio = Double(settings.multiplier) / Double(max(1, settings.gainVoltage))
    let gain = Double(settings.gain) / Double(RGASettings.one) * 1000 * pow(ratio, 10)
    return IonSource.Conditions(
      emission: Double(settings.emission) / Double(RGASettings.one),
      gain: settings.multiplier > 0 ? gain : 1, noise: noiseFloor.amperes,
      secondsPerPoint: secondsPerPoint(kind), measuresTotal: settings.measuresTotal)
  }

  /// Begins the next scan that was asked for, if there is one.
  mutating func startNextScan(at now: MonotonicInstant) {
    if let left = scansLeft {
      guard left > 0 else { return }
      scansLeft = left - 1
    }
    let result = source.scan(
      scanKind, masses: masses, stepsPerMass: stepsPerMass, conditions(scanKind))
    if result.isTripped { trip() }
    let step = Duration.seconds(secondsPerPoint(scanKind)) / speed
    output.append(
      SerialOutput.Answer(
        bytes: (result.points + [result.total]).flatMap(\.littleEndianBytes),
        readyAt: now.advanced(by: step), grain: 4, step: step, steps: result.points.count - 1,
        ends: .atByte, endsFrame: true))
  }

  /// Measures one mass.
  mutating func measure(_ mass: Int, at now: MonotonicInstant) {
    let result = source.measure(mass, conditions(.single))
    if result.isTripped { trip() }
    let time = Duration.seconds(secondsPerPoint(.single)) / speed
    output.append(
      SerialOutput.Answer(
        bytes: result.current.littleEndianBytes, readyAt: now.advanced(by: time), ends: .atByte,
        endsFrame: true))
  }

  /// The total current as it is now, in steps of 1e-16 A.
  mutating func measureTotal() -> Int32 { source.total(conditions(.single)) }
}
