/// Least squares with no coefficient below zero, for few columns: Lawson and Hanson's active set.
enum NonNegativeLeastSquares {
  /// The coefficients that make the sum of the columns nearest to the target.
  ///
  /// Columns have unit length and as many values as the target. A column that depends on those
  /// taken before it gets 0.
  static func solve(columns: [[Double]], target: [Double]) -> [Double] {
    var answer = [Double](repeating: 0, count: columns.count)
    var taken: [Int] = []
    var barred: Set<Int> = []
    // Each round takes one column in; 3 n rounds are the method's own limit.
    for _ in 0..<3 * columns.count {
      var rest = target
      for column in taken {
        for index in rest.indices { rest[index] -= answer[column] * columns[column][index] }
      }
      let gains = columns.indices.map { column in
        taken.contains(column) || barred.contains(column)
          ? 0 : zip(columns[column], rest).reduce(0) { $0 + $1.0 * $1.1 }
      }
      guard let best = gains.indices.max(by: { gains[$0] < gains[$1] }), gains[best] > 1e-12
      else { break }
      taken.append(best)
      while !taken.isEmpty {
        guard
          let solver = HouseholderSolver(
            rows: target.indices.map { row in taken.map { columns[$0][row] } }, values: target)
        else {
          // The newest column says nothing that the others do not.
          barred.insert(best)
          taken.removeAll { $0 == best }
          break
        }
        let trial = solver.solution
        if trial.allSatisfy({ $0 > 0 }) {
          for (column, value) in zip(taken, trial) { answer[column] = value }
          break
        }
        // As far as the first that would go below zero; those at zero are let go.
        var part = 1.0
        for (column, value) in zip(taken, trial) where value <= 0 {
          let old = answer[column]
          part = min(part, old > value ? old / (old - value) : 0)
        }
        for (column, value) in zip(taken, trial) {
          answer[column] += part * (value - answer[column])
        }
        let left = taken.filter { answer[$0] <= 1e-15 }
        for column in left { answer[column] = 0 }
        if left.contains(best) { barred.insert(best) }
        taken.removeAll { left.contains($0) }
      }
    }
    return answer
  }
}
