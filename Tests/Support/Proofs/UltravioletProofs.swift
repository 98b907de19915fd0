internal import Foundation
internal import Formats
internal import Laboratory
internal import Processing

/// A liquid chromatogram of 1988 with the vendor's peak table.
enum UltravioletProofs {
  static let folder = "hplc-uv-andi"

  static let proof = Proof("\(folder), peaks") {
    let bytes = [UInt8](try Data(contentsOf: SharedMaterial.url("\(folder)/VARIAN1.CDF")))
    guard let trace = try ANDIReader.read(bytes).measurement.traces.first else { return [] }
    let vendor = try SharedMaterial.table("\(folder)/vendor_peaks.csv")
    // The injection's disturbance before the first peak is left out, as the vendor did.
    var recipe = ChromatographyRecipe(
      detection: PeakDetection(expectedWidth: 5),
      events: [IntegrationEvent(at: 0, .off), IntegrationEvent(at: 112, .on)])
    // One small peak is not in the vendor's table.
    recipe.rules.minimumHeight = 0.003
    recipe.rules.skim = .none
    let result = try recipe.integration(of: trace)
    return [Figure("peaks", Double(result.peaks.count), 8, .exact)]
      + zip(result.peaks, vendor).flatMap { peak, row -> [Figure] in
        let time = row["rt_s"].flatMap(Double.init) ?? .nan
        let area = row["area_counts"].flatMap(Double.init) ?? .nan
        // The file's times are about one interval of 0.37 s late. Its areas are counts of which
        // 131072 make one AU s within 1 %; where the last, small one ends is a matter of choice.
        let isSmall = time > 430
        return [
          Figure("\(time) s, retention, s", peak.retentionTime, time, .absolute(0.42)),
          Figure(
            "\(time) s, area, counts", peak.area * 131_072, area, .relative(isSmall ? 0.04 : 0.01)),
        ]
      }
  }
}
