import Foundation
import Processing

/// Ester content of diesel by the area and the height of one band, with each rule for its ends.
let biodiesel = Proof("ftir-biodiesel") {
  let table = try SharedMaterial.table("ftir-biodiesel/biodiesel.csv")
  func column(_ name: String) -> [Double] { table.compactMap { Double($0[name] ?? "") } }
  let x = column("wavenumber")
  let levels = [0, 0.25, 0.5, 1, 2.5, 5, 7.5, 10]
  let standards = ["0", "0_25", "0_50", "1_0", "2_5", "5_0", "7_5", "10_0"]
    .map { column("biodiesel_\($0)") }
  let (market, unknown) = (column("biodiesel_B5"), column("diesel_unknown"))

  func line(
    _ window: ClosedRange<Double>, _ ends: BandMeasure.Ends,
    _ value: (BandMeasure) -> Double
  ) throws -> (slope: Double, intercept: Double, r2: Double, sd: Double, b5: Double, dry: Double) {
    func measured(_ y: [Double]) throws -> Double {
      value(
        try BandMeasure.measure(
          x: x, y: y, from: window.lowerBound, to: window.upperBound, ends: ends))
    }
    let y = try standards.map(measured)
    let n = Double(levels.count)
    let (mx, my) = (levels.reduce(0, +) / n, y.reduce(0, +) / n)
    let sxx = levels.reduce(0) { $0 + ($1 - mx) * ($1 - mx) }
    let sxy = zip(levels, y).reduce(0) { $0 + ($1.0 - mx) * ($1.1 - my) }
    let syy = y.reduce(0) { $0 + ($1 - my) * ($1 - my) }
    let slope = sxy / sxx
    let intercept = my - slope * mx
    let sse = zip(levels, y).reduce(0) {
      $0 + ($1.1 - intercept - slope * $1.0) * ($1.1 - intercept - slope * $1.0)
    }
    return (
      slope, intercept, 1 - sse / syy, (sse / (n - 2)).squareRoot() / slope,
      (try measured(market) - intercept) / slope, (try measured(unknown) - intercept) / slope
    )
  }

  let inside = try line(1720...1770, .firstAndLastInside, \.area)
  let between = try line(1720...1770, .interpolated, \.area)
  let height = try line(1720...1770, .firstAndLastInside, \.height)
  let wide = try line(1670...1820, .firstAndLastInside, \.area)
  let top = try BandMeasure.measure(x: x, y: standards[7], from: 1720, to: 1770)
  return [
    Figure("points", Double(x.count), 1771, .exact),
    Figure("band maximum at 10 %, 1/cm", top.maximumAt, 1746.26, .absolute(0.005)),
    Figure("area, ends inside: slope", inside.slope, 0.22749, .absolute(5e-6)),
    Figure("area, ends inside: intercept", inside.intercept, 0.02983, .absolute(5e-6)),
    Figure("area, ends inside: r2", inside.r2, 0.999728, .absolute(5e-7)),
    Figure("area, ends inside: residual sd, %", inside.sd, 0.067, .absolute(5e-4)),
    Figure("area, ends inside: B5, %", inside.b5, 4.963, .absolute(5e-4)),
    Figure("area, ends inside: unknown, %", inside.dry, 0.11, .absolute(5e-3)),
    Figure("area, ends interpolated: slope", between.slope, 0.23094, .absolute(5e-6)),
    Figure("area, ends interpolated: B5, %", between.b5, 4.956, .absolute(5e-4)),
    Figure("area, ends interpolated: unknown, %", between.dry, 0.01, .absolute(5e-3)),
    Figure("height: slope", height.slope, 0.015680, .absolute(5e-7)),
    Figure("height: intercept", height.intercept, 0.001962, .absolute(5e-7)),
    Figure("height: r2", height.r2, 0.999739, .absolute(5e-7)),
    Figure("height: B5, %", height.b5, 4.975, .absolute(5e-4)),
    Figure("height: unknown, %", height.dry, 0.19, .absolute(5e-3)),
    Figure("area of 1670 to 1820: B5, %", wide.b5, 5.13, .absolute(5e-3)),
  ]
}
