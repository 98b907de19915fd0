internal import Foundation
internal import Instruments
internal import Laboratory
internal import Processing

/// The flame-ionisation chromatogram of 240 minutes with the vendor's peak table.
enum FlameProofs {
  static let folder = "gcfid-v179"

  static let proof = Proof(folder) {
    let trace = try Chromatograms.trace("\(folder)/trace.csv")
    let vendor = try SharedMaterial.table("\(folder)/vendor_peaks.csv")
    return try vendorAreas(trace, vendor) + suitability(trace, vendor) + found(trace, vendor)
      + noise(trace)
  }

  private static func number(_ row: [String: String], _ column: String) -> Double {
    row[column].flatMap(Double.init) ?? .nan
  }

  /// A recipe with the vendor's limits and levels as manual peaks.
  private static func byVendor(_ vendor: [[String: String]], widths: WidthSignal)
    -> ChromatographyRecipe
  {
    ChromatographyRecipe(
      detection: PeakDetection(expectedWidth: 7),
      events: vendor.map { row in
        IntegrationEvent(
          at: 60 * number(row, "start_min"), .manualPeak, end: 60 * number(row, "end_min"),
          startLevel: number(row, "baseline_start_pA"), endLevel: number(row, "baseline_end_pA"),
          code: row["code"])
      }, widths: widths)
  }

  private static func vendorAreas(_ trace: Trace, _ vendor: [[String: String]]) throws -> [Figure] {
    let peaks = try byVendor(vendor, widths: .raw).integration(of: trace).peaks
      .filter { $0.flags.contains("manual") }
    return [Figure("vendor's peaks", Double(peaks.count), 24, .exact)]
      + zip(peaks, vendor).map { peak, row in
        Figure(
          "\(row["rt_min"] ?? "") min, area by the vendor's events, pA*s", peak.area,
          number(row, "area_pA_s"), .relative(1e-5))
      }
  }

  private static func suitability(_ trace: Trace, _ vendor: [[String: String]]) throws -> [Figure] {
    let peaks = try byVendor(vendor, widths: .raw).integration(of: trace).peaks
      .filter { $0.flags.contains("manual") }
    let rows = try SharedMaterial.table("\(folder)/expected_suitability.csv")
    var figures: [Figure] = []
    for (peak, row) in zip(peaks, rows) {
      func add(_ column: String, _ found: Double?, _ tolerance: Figure.Tolerance) {
        let name = "peak \(row["peak"] ?? ""), \(column)"
        guard let expected = row[column].flatMap(Double.init) else {
          figures.append(Figure("\(name) not available", found == nil))
          return
        }
        figures.append(Figure(name, found ?? .nan, expected, tolerance))
      }
      add("rt_parabola_min", peak.retentionTime / 60, .absolute(6e-6))
      add("height_parabola_pA", peak.height, .absolute(6e-5))
      add("w50_min", peak.widthAtHalf.map { $0 / 60 }, .absolute(6e-6))
      add("plates_5p54", peak.plates, .relative(1e-4))
      add("tailing_usp", peak.tailing, .absolute(1e-4))
      add("asymmetry_10pct", peak.asymmetry, .absolute(1e-4))
    }
    figures.append(
      Figure("resolution of peaks 4 and 5", peaks[4].resolution ?? .nan, 1.509, .absolute(5e-4)))
    return figures
  }

  private static func found(_ trace: Trace, _ vendor: [[String: String]]) throws -> [Figure] {
    // The answer was taken without skims, by rules 1, 2 and 4 alone.
    var recipe = ChromatographyRecipe(detection: PeakDetection(expectedWidth: 7))
    recipe.rules.skim = .none
    let integration = try recipe.integration(of: trace)
    let late = integration.peaks.filter { $0.retentionTime > 35 * 60 && $0.height > 4 }
    var figures = [
      Figure("peaks above 4 pA after 35 min, without events", Double(late.count), 29, .exact)
    ]
    var near = 0
    for row in vendor {
      let time = 60 * number(row, "rt_min")
      let nearest = late.min { abs($0.retentionTime - time) < abs($1.retentionTime - time) }
      figures.append(
        Figure(
          "found without events, min", (nearest?.retentionTime ?? .nan) / 60, time / 60,
          .absolute(0.005)))
      let area = nearest?.area ?? .nan
      if abs(area / number(row, "area_pA_s") - 1) <= 0.01 { near += 1 }
    }
    figures.append(Figure("areas within 1 % of the vendor's, of 24", Double(near), 17, .atLeast))
    return figures
  }

  private static func noise(_ trace: Trace) throws -> [Figure] {
    // The answer's window has neither of its ends.
    let report = try NoiseReport(times: trace.times, values: trace.values, within: 300.1...599.9)
    return [
      Figure("noise 5 to 10 min, pA rms", report.deviation, 0.2383, .absolute(5e-5)),
      Figure("peak to peak, pA", report.peakToPeak, 2.53, .absolute(5e-3)),
      Figure("drift, pA/h", report.driftPerHour, 0.83, .absolute(5e-3)),
    ]
  }
}
