internal import Formats
internal import Laboratory
internal import Processing

/// A run of 1993 with four substances: its scans, its apexes and their ions.
let massHP = Proof("gcms-andi-hp") {
  let source = try ANDIReader.read(SharedMaterial.bytes("gcms-andi-hp/HP_MS.CDF"))
  guard let scans = source.measurement.massScans else { return [] }
  let tic = try scans.traces(of: []).traces[0]
  var figures = [
    Figure("scans", Double(scans.count), 621, .exact),
    Figure("pairs", Double(scans.massToCharge.count), 7638, .exact),
    Figure("first scan, s", scans.times.first ?? .nan, 301.801, .absolute(0.0005)),
    Figure("last scan, s", scans.times.last ?? .nan, 599.820, .absolute(0.0005)),
  ]
  let components = try scans.components()
  func size(_ component: Component) -> Double { component.peaks.intensity.reduce(0, +) }
  let largest = components.map(size).max() ?? .nan
  var apexes: [Double] = []
  for component in components where size(component) > largest / 10 {
    if component.apexScan - (apexes.last ?? -100) > 5 { apexes.append(component.apexScan) }
  }
  figures.append(Figure("chromatographic peaks", Double(apexes.count), 4, .exact))
  for row in try SharedMaterial.table("gcms-andi-hp/expected_tic_apexes.csv") {
    func answer(_ column: String) -> Double { Double(row[column] ?? "") ?? .nan }
    let scan = Int(answer("scan"))
    let name = "apex at \(row["rt_s"] ?? "") s"
    guard scans.times.indices.contains(scan) else { continue }
    let near = max(0, scan - 20)...min(scans.count - 1, scan + 20)
    let apex = near.max { tic.values[$0] < tic.values[$1] } ?? -1
    let pairs = scans.range(of: scan).sorted { scans.intensity[$0] > scans.intensity[$1] }
    let ions = pairs.prefix(5).map { (scans.massToCharge[$0] * 10).rounded() / 10 }
    let component = components.filter { abs($0.apexScan - Double(scan)) <= 1 }
      .max { $0.peaks.base < $1.peaks.base }
    figures += [
      Figure("\(name), scan", Double(apex), answer("scan"), .exact),
      Figure("\(name), s", scans.times[apex], answer("rt_s"), .absolute(0.0005)),
      Figure("\(name), total", tic.values[apex], answer("tic"), .exact),
      Figure(
        "\(name), ions", ions.map { "\($0)" }.joined(separator: " "), is: row["top_ions"] ?? ""),
      Figure(
        "\(name), base peak of its component",
        component.flatMap { best in
          best.peaks.intensity.firstIndex(of: best.peaks.base).map { best.peaks.massToCharge[$0] }
        } ?? .nan, (ions.first ?? .nan).rounded(), .exact),
    ]
  }
  return figures
}
