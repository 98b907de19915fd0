/// The spectrum of a component by least squares over its model: steps 6 and 7.
struct ComponentFit: Sendable {
  private let own: PerceivedComponent
  private let table: IonTable
  /// One column a scan of the window each: 1, time, the model, the neighbours' models.
  private let columns: [[Double]]
  private let full: NormalEquations
  private let line: NormalEquations

  /// Sets up the fit of a component; nil where its window has no solution.
  init?(_ all: [PerceivedComponent], _ index: Int, _ table: IonTable) {
    let own = all[index]
    let window = own.first...own.last
    let half = Double(window.count - 1) / 2
    let base = [
      window.map { _ in 1.0 }, window.map { (Double($0 - own.first) - half) / max(half, 1) },
      window.map(own.value),
    ]
    let overlapping = all.indices.filter {
      $0 != index && all[$0].first <= own.last && all[$0].last >= own.first
    }.sorted { (all[$1].sharpness, $0) < (all[$0].sharpness, $1) }
    // The nearest one stands last: it is the most alike, and the first to go.
    var neighbours = overlapping.prefix(Self.mostNeighbours).sorted {
      (abs(all[$1].tenth - own.tenth), $0) < (abs(all[$0].tenth - own.tenth), $1)
    }
    while true {
      let columns = base + neighbours.map { neighbour in window.map(all[neighbour].value) }
      if let full = NormalEquations(columns), full.condition <= Self.largestCondition {
        guard let line = NormalEquations(columns[..<2]) else { return nil }
        (self.columns, self.full, self.line) = (columns, full, line)
        (self.own, self.table) = (own, table)
        return
      }
      if neighbours.popLast() == nil { return nil }
    }
  }

  private static let largestCondition = 1e6
  /// Of many neighbours the sharpest are fitted: in a window of a few scans more would fit its noise.
  private static let mostNeighbours = 8

  /// The component with its spectrum.
  func component(times: [Double]) -> Component? {
    var (masses, heights, uncertain): ([Double], [Double], [Double]) = ([], [], [])
    for row in 0..<table.masses {
      let cells = table.row(row)
      let y = table.values[cells.lowerBound + own.first...cells.lowerBound + own.last]
      guard y.contains(where: { $0 != 0 }) else { continue }
      let fit = full.solve(y)
      // Below 0 it is fitted again without the model, and is 0: nothing of it is in the spectrum.
      guard fit[2] > 0 else { continue }
      masses.append(Double(table.lowest + row))
      heights.append(fit[2])
      let plain = line.solve(y)
      if 2 * residual(y, fit, columns) > residual(y, plain, columns) {
        uncertain.append(Double(table.lowest + row))
      }
    }
    guard !masses.isEmpty else { return nil }
    var sum = 0.0
    for height in heights { sum += height }
    let apexScan = Double(own.tenth) / 10
    let nearest = min(max(Int((apexScan + 0.5).rounded(.down)), 0), table.scans - 1)
    let total = table.totals[nearest]
    return Component(
      apexScan: apexScan, retentionTime: Self.time(apexScan, times),
      peaks: MassPeakList(checkedMasses: masses, intensities: heights), uncertain: uncertain,
      modelIons: own.modelIons.map { Double(table.lowest + $0.row) }, model: own.model,
      firstScan: own.first, sharpness: own.sharpness,
      purity: total > 0 ? min(1, sum / total) : 0,
      signalToNoise: own.height / (table.noiseFactor * own.height.squareRoot()))
  }

  private func residual(
    _ y: ArraySlice<Double>, _ coefficients: [Double], _ columns: [[Double]]
  ) -> Double {
    var sum = 0.0
    for (point, value) in y.enumerated() {
      var rest = value
      for (column, coefficient) in coefficients.enumerated() {
        rest -= coefficient * columns[column][point]
      }
      sum += rest * rest
    }
    return sum
  }

  private static func time(_ scan: Double, _ times: [Double]) -> Double {
    guard times.count > 1 else { return times.first ?? .nan }
    let first = min(max(Int(scan.rounded(.down)), 0), times.count - 2)
    return times[first] + (scan - Double(first)) * (times[first + 1] - times[first])
  }
}
