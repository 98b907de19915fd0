internal import Foundation
internal import Formats
internal import Instruments
internal import Laboratory
internal import Processing

/// Areas of two ions in sixteen injections, by windows anchored at the apex.
enum EtizolamAreaProofs {
  static let folder = "gcms-etizolam-sequence"

  static let proof = Proof("\(folder), areas") {
    let standard = AnchoredIntegration(before: 3, after: 6)
    let etizolam = AnchoredIntegration(before: 5, after: 8)
    var figures: [Figure] = []
    for row in try SharedMaterial.table("\(folder)/expected.csv") {
      guard let run = row["run"] else { continue }
      let bytes = [UInt8](try Data(contentsOf: SharedMaterial.url("\(folder)/\(run).ms1")))
      guard let series = try MS1Reader.read(bytes).measurement.massScans else { continue }
      func add(
        _ recipe: AnchoredIntegration, _ mass: Double, _ window: ClosedRange<Double>,
        _ time: String, _ area: String
      ) throws {
        // Blanks have no area of the analyte.
        guard let expected = row[area].flatMap(Double.init),
          let apex = row[time].flatMap(Double.init)
        else { return }
        let peak = try recipe.peak(in: ion(mass, series), apexWithin: window)
        figures += [
          // The answers are printed with one decimal.
          Figure("\(run), area of \(mass)", peak.area, expected, .absolute(0.0501)),
          Figure("\(run), retention at \(mass), s", peak.retentionTime, apex, .absolute(0.3)),
        ]
      }
      try add(standard, 140.2, 385...400, "rt_IS_s", "eic140_area")
      try add(etizolam, 342.1, 605...625, "rt_etizolam_s", "eic342_area")
    }
    return figures
  }

  /// The sum of the intensities within 0.5 of a mass.
  private static func ion(_ mass: Double, _ series: MassScanSeries) -> Trace {
    var trace = Trace(name: "ion", unit: .counts)
    for scan in 0..<series.count {
      var sum = 0.0
      for pair in series.range(of: scan) where abs(series.massToCharge[pair] - mass) <= 0.5 {
        sum += series.intensity[pair]
      }
      trace.append(scan: scan, time: series.times[scan], value: sum, flags: [])
    }
    return trace
  }
}
