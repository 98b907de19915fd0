internal import Foundation
internal import Laboratory
internal import Processing

/// Lactose by liquid chromatography: areas by a window anchored at the apex.
enum LactoseProofs {
  static let folder = "hplc-lactose"

  static let proof = Proof("\(folder), areas") {
    // The answers' recipe: 0.75 min before to 1.25 min behind the apex, end levels of 5 points.
    let recipe = AnchoredIntegration(
      before: 45, after: 75, levelPoints: 5, level: .mean, side: .inward)
    let areas = [
      ("0.5", 44149.25), ("1", 91746.75), ("3", 232870.01), ("6", 478575.77),
    ]
    return try areas.map { level, expected in
      let trace = try Chromatograms.trace(
        "\(folder)/calibration/lactose_mM_\(level).csv", secondsPerUnit: 60)
      let peak = try recipe.peak(in: trace, apexWithin: 13 * 60...15 * 60)
      // The answers are printed with two decimals.
      return Figure("\(level) mM, area, signal*s", peak.area, expected, .absolute(0.006))
    }
  }
}
