import Instruments
import Laboratory

@testable import Formats

extension Example {
  /// Residual air: sticks of 1 to 50, or a profile in tenths, or some selected masses.
  static func mass(
    _ kind: MassScanLayout.Kind = .centroid, scans: Int = 5, knowsPressure: Bool = true
  ) -> MassSpectrum {
    let masses: [Double] =
      switch kind {
      case .centroid: (1...50).map(Double.init)
      case .profile: (0...490).map { 1 + Double($0) / 10 }
      case .selected: [28, 18, 32, 40]
      }
    let gases: [(Double, Double)] = [
      (2, 3e-11), (18, 7.1e-11), (28, 1.234567e-10), (32, 2.9e-11), (40, 1.1e-12), (44, 3.3e-13),
    ]
    let current = masses.map { mass in
      gases.reduce(-2.3e-15) { sum, gas in
        let d = (mass - gas.0) / 0.3
        return sum + gas.1 / (1 + d * d * d * d)
      }
    }
    let torr = 1e3 / 0.1033
    return MassSpectrum(
      kind: kind, massToCharge: masses, current: current,
      deviation: scans > 1 ? current.map { abs($0) * 0.01 } : nil, raw: current.map { $0 * 1e16 },
      pressure: knowsPressure ? current.map { $0 * torr } : nil,
      partialPressures: knowsPressure
        ? zip(masses, current).filter { $0.0 == $0.0.rounded() }.map { mass, current in
          PartialPressure(
            mass: mass, massToCharge: mass, current: current, torr: current * torr,
            deviation: scans > 1 ? abs(current) * 0.01 * torr : nil)
        } : [],
      totalCurrent: 9.87654e-11, totalPressure: knowsPressure ? 5.013472081218274e-06 : nil,
      scans: scans, firstScan: 0, lastScan: scans - 1,
      steps: [
        ProcessingStep("average", .done, "mean of the raw counts", numbers: ["scans": 5]),
        ProcessingStep("partial-pressure", .done, "times the factor (nitrogen equivalent)"),
      ])
  }

  /// Traces of some scans: the total missing in one, selected masses at times of their own.
  static func traces(scans: Int = 6) -> [Trace] {
    var total = Trace(name: "total_current", unit: .ampere)
    var sum = Trace(name: "sum_current", unit: .ampere)
    var mz = Trace(name: "mz28", unit: .ampere)
    for scan in 0..<scans {
      let time = Double(scan) * 1.5
      let flags: Trace.Flags = scan == 3 ? [.afterGap] : []
      sum.append(scan: scan, time: time, value: 3e-10 + Double(scan) * 1e-13, flags: flags)
      if scan != 2 { total.append(scan: scan, time: time, value: 1e-10, flags: flags) }
      mz.append(scan: scan, time: time + 0.033, value: -1e-15 * Double(scan), flags: flags)
    }
    return [total, sum, mz]
  }
}
