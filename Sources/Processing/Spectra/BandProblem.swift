internal import Foundation

/// The search for the best band of a window: Levenberg and Marquardt's rounds.
///
/// The unknowns are height, centre, width, level and slope; each round solves the linear problem with
/// a damping that grows when a step makes the sum of squares larger and shrinks when it does not.
struct BandProblem {
  private let window: SpectrumWindow
  private let shape: BandFit.Shape
  private let middle: Double
  private let span: Double
  /// Height, centre, width, level, slope.
  private var unknowns: [Double] = []

  init(window: SpectrumWindow, shape: BandFit.Shape) {
    self.window = window
    self.shape = shape
    middle = (window.low + window.high) / 2
    span = window.x[window.x.count - 1] - window.x[0]
  }

  mutating func solved() throws(SpectrumError) -> BandFit {
    unknowns = try start()
    var cost = cost(unknowns)
    var (damping, rounds) = (1e-3, 0)
    // The size that a change of each unknown is measured by never shrinks.
    var sizes = [Double](repeating: 0, count: 5)
    search: while rounds < 500 {
      rounds += 1
      let jacobian = jacobian(unknowns)
      let residuals = residuals(unknowns)
      for column in 0..<5 {
        sizes[column] = max(
          sizes[column], jacobian.reduce(0) { $0 + $1[column] * $1[column] }.squareRoot())
      }
      guard sizes.allSatisfy({ $0 > 0 && $0.isFinite }) else {
        throw .noFit(reason: "a parameter has no influence on the curve")
      }
      while true {
        let extra = (0..<5).map { column in
          (0..<5).map { $0 == column ? damping.squareRoot() * sizes[column] : 0 }
        }
        guard
          let solver = HouseholderSolver(
            rows: jacobian + extra, values: residuals + [0, 0, 0, 0, 0])
        else { throw .noFit(reason: "the points do not determine the band") }
        let trial = zip(unknowns, solver.solution).map { $0 + $1 }
        let trialCost = trial[2] > 0 ? self.cost(trial) : .infinity
        if trialCost <= cost {
          let gain = cost - trialCost
          let isStill = zip(solver.solution, unknowns).allSatisfy {
            abs($0) <= 1e-12 * (abs($1) + 1e-30)
          }
          unknowns = trial
          cost = trialCost
          damping = max(damping / 10, 1e-12)
          if isStill || gain <= 1e-15 * trialCost { break search }
          break
        }
        damping *= 10
        // No step however small makes it better: this is the bottom.
        if damping > 1e12 { break search }
      }
    }
    return try finished(cost: cost, rounds: rounds)
  }

  /// From the points alone: line through the ends, the largest distance from it, its half height.
  private func start() throws(SpectrumError) -> [Double] {
    let (x, y) = (window.x, window.y)
    let last = x.count - 1
    let slope = (y[last] - y[0]) / (x[last] - x[0])
    let over = x.indices.map { y[$0] - (y[0] + slope * (x[$0] - x[0])) }
    // What rounding leaves of a straight line is no band.
    let size = y.reduce(0) { max($0, abs($1)) }
    guard let top = over.indices.max(by: { abs(over[$0]) < abs(over[$1]) }),
      abs(over[top]) > 1e-12 * size
    else {
      throw .noBand(from: window.low, to: window.high)
    }
    // How much of the window stands over half of the height.
    let half = abs(over[top]) / 2
    let sign = over[top] > 0 ? 1.0 : -1
    var (left, right) = (top, top)
    while left > 0, sign * over[left - 1] > half { left -= 1 }
    while right < last, sign * over[right + 1] > half { right += 1 }
    let width = max(x[right] - x[left], span / Double(last))
    return [over[top], x[top], width, y[0] + slope * (middle - x[0]), slope]
  }

  private func model(_ unknowns: [Double], at x: Double) -> Double {
    unknowns[0] * shape.value((x - unknowns[1]) / unknowns[2]).value + unknowns[3]
      + unknowns[4] * (x - middle)
  }

  private func residuals(_ unknowns: [Double]) -> [Double] {
    window.x.indices.map { window.y[$0] - model(unknowns, at: window.x[$0]) }
  }

  private func cost(_ unknowns: [Double]) -> Double {
    residuals(unknowns).reduce(0) { $0 + $1 * $1 }
  }

  private func jacobian(_ unknowns: [Double]) -> [[Double]] {
    let (height, centre, width) = (unknowns[0], unknowns[1], unknowns[2])
    return window.x.map { x in
      let u = (x - centre) / width
      let (value, slope) = shape.value(u)
      return [value, -height * slope / width, -height * slope * u / width, 1, x - middle]
    }
  }

  private func finished(cost: Double, rounds: Int) throws(SpectrumError) -> BandFit {
    guard unknowns.allSatisfy(\.isFinite) else { throw .noFit(reason: "the numbers overflow") }
    guard unknowns[1] >= window.low, unknowns[1] <= window.high else {
      throw .noBand(from: window.low, to: window.high)
    }
    guard unknowns[2] <= 2 * (window.high - window.low) else {
      throw .noFit(reason: "the band is wider than the window")
    }
    guard let solver = HouseholderSolver(rows: jacobian(unknowns), values: residuals(unknowns))
    else { throw .noFit(reason: "the points do not determine the band") }
    let points = window.x.count
    let variance = cost / Double(points - 5)
    func error(_ index: Int) -> Double { (variance * solver.inverse[index][index]).squareRoot() }
    return BandFit(
      shape: shape, centre: unknowns[1], centreError: error(1), width: unknowns[2],
      widthError: error(2), height: unknowns[0], heightError: error(0), level: unknowns[3],
      slope: unknowns[4], residualSigma: variance.squareRoot(), points: points, rounds: rounds)
  }
}
