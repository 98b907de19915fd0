/// Ions that rise and fall together, and the model of their shape: steps 4 and 5.
struct PerceivedComponent: Sendable {
  /// The apex in tenths of a scan.
  var tenth: Int
  var ions: [IonTable.Maximum]
  var sharpness: Double
  /// The ions whose shapes make the model.
  var modelIons: [IonTable.Maximum]
  /// The scan of the model's first value.
  var first: Int
  /// The model, its largest value 1.
  var model: [Double]
  /// The largest value of the model before it was divided by it.
  var height: Double

  var last: Int { first + model.count - 1 }

  /// The model at a scan, 0 outside.
  func value(_ scan: Int) -> Double {
    scan < first || scan > last ? 0 : model[scan - first]
  }

  /// Half of the window of perception in tenths of a scan.
  private static let reach = 5

  /// Finds the components of a run, in the order of their apexes.
  static func all(
    _ maxima: [IonTable.Maximum], _ parameters: DeconvolutionParameters, _ table: IonTable
  ) -> [PerceivedComponent] {
    // Apexes may lie half a scan and the skew outside of the scans.
    let margin = 40
    let count = 10 * table.scans + 2 * margin
    var sums = [Double](repeating: 0, count: count)
    var byTenth: [Int: [Int]] = [:]
    for (index, maximum) in maxima.enumerated() {
      byTenth[maximum.tenth, default: []].append(index)
      // A triangle: what is nearer counts more, so that two apexes a scan apart stay two.
      for distance in -reach...reach {
        let weight = Double(reach + 1 - abs(distance)) / Double(reach + 1)
        sums[maximum.tenth + margin + distance] += weight * maximum.sharpness
      }
    }
    var candidates: [(tenth: Int, sum: Double)] = []
    for place in 1..<count - 1 where sums[place] > sums[place - 1] && sums[place] > 0 {
      // Of equal ones the first, if the sum falls behind them.
      var next = place + 1
      while next < count, sums[next] == sums[place] { next += 1 }
      if next == count || sums[next] < sums[place] {
        candidates.append((place - margin, sums[place]))
      }
    }
    candidates.removeAll { candidate in
      let near = members(candidate.tenth, byTenth).map { maxima[$0] }
      let sharpness = near.reduce(0) { $0 + $1.sharpness }
      return Set(near.map(\.row)).count < parameters.leastIons
        || sharpness <= parameters.leastSharpness
    }
    // The larger of two that are nearer than half a scan stays; each stage sees the rest.
    var kept: [Int] = []
    var taken = Set<Int>()
    for candidate in candidates.sorted(by: { ($1.sum, $0.tenth) < ($0.sum, $1.tenth) })
    where !(1 - reach..<reach).contains(where: { taken.contains(candidate.tenth + $0) }) {
      kept.append(candidate.tenth)
      taken.insert(candidate.tenth)
    }
    kept.sort()
    return kept.enumerated().compactMap { index, tenth in
      // An ion between two components belongs to the nearer one, the earlier where both are as near.
      let before = index > 0 ? kept[index - 1] : Int.min / 2
      let after = index + 1 < kept.count ? kept[index + 1] : Int.max / 2
      let ions = members(tenth, byTenth).map { maxima[$0] }.filter {
        abs($0.tenth - tenth) < $0.tenth - before && abs($0.tenth - tenth) <= after - $0.tenth
      }
      return PerceivedComponent(tenth, ions, parameters, table)
    }
  }

  private static func members(_ tenth: Int, _ byTenth: [Int: [Int]]) -> [Int] {
    (tenth - reach...tenth + reach).flatMap { byTenth[$0] ?? [] }
  }

  private init?(
    _ tenth: Int, _ ions: [IonTable.Maximum], _ parameters: DeconvolutionParameters,
    _ table: IonTable
  ) {
    guard Set(ions.map(\.row)).count >= parameters.leastIons else { return nil }
    let sharpness = ions.reduce(0) { $0 + $1.sharpness }
    guard sharpness > parameters.leastSharpness else { return nil }
    let sharpest = ions.reduce(0) { max($0, $1.sharpness) }
    let chosen = ions.filter { $0.sharpness >= parameters.modelSharpness * sharpest }
      .sorted { ($0.row, $0.scan) < ($1.row, $1.scan) }
    guard let first = chosen.map(\.left).min(), let last = chosen.map(\.right).max() else {
      return nil
    }
    var model = [Double](repeating: 0, count: last - first + 1)
    for ion in chosen {
      for scan in ion.left...ion.right {
        let value = table.values[ion.row * table.scans + scan]
        model[scan - first] += max(0, value - ion.baseline(scan))
      }
    }
    let height = model.reduce(0, max)
    guard height > 0 else { return nil }
    (self.tenth, self.ions, self.sharpness) = (tenth, ions, sharpness)
    (modelIons, self.first, self.height) = (chosen, first, height)
    self.model = model.map { $0 / height }
  }
}
