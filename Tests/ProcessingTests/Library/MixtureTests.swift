import Instruments
import Laboratory
import Testing

@testable import Processing

@Suite struct MixtureTests {
  private let search = VibrationalSearch(step: 5, baselineSmoothness: nil, clipsBelowZero: false)

  @Test func aSumIsTakenApart() throws {
    let entries = MadeUpLibrary.entries().map { entry in
      var entry = entry
      entry.spectrum.values = entry.spectrum.values.map { $0 - 100 }
      return entry
    }
    let library = try VibrationalLibrary(entries, source: MadeUpLibrary.source, search: search)
    var query = entries[0].spectrum
    for index in query.values.indices {
      query.values[index] =
        3 * entries[2].spectrum.values[index] + entries[5].spectrum.values[index]
    }
    let found = try library.mixture(
      query, of: ["substance 2", "substance 5", "substance 7"])
    #expect(found.residual < 1e-12)
    #expect(found.parts.map(\.name) == ["substance 2", "substance 5", "substance 7"])
    #expect(found.parts[2].coefficient < 1e-12)
    func norm(_ index: Int) -> Double {
      let prepared = library.prepared(index).values
      return prepared.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    let ratio = found.parts[0].coefficient / found.parts[1].coefficient
    #expect(abs(ratio - 3 * norm(2) / norm(5)) < 1e-9)
    #expect(abs(found.parts.reduce(0) { $0 + $1.share } - 1) < 1e-12)
    #expect(found.flags == ["screening-only"])
    #expect(throws: VibrationalError.self) { try library.mixture(query, of: []) }
    #expect(throws: VibrationalError.self) { try library.mixture(query, of: ["nobody"]) }
    #expect(throws: VibrationalError.self) {
      try library.mixture(query, of: (0..<6).map { "substance \($0)" })
    }
    #expect(throws: VibrationalError.self) {
      try library.mixture(query, of: ["substance 1", "Substance 1"])
    }
  }

  /// The conditions of Karush, Kuhn and Tucker hold for any answer that is the best.
  @Test(arguments: 0..<50)
  func noCoefficientIsBelowZeroAndNoneCouldBeBetter(seed: UInt64) {
    var noise = SeededNoise(seed)
    let columns = (0..<5).map { _ -> [Double] in
      let raw = (0..<30).map { _ in noise.unit() - 0.3 }
      let norm = raw.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return raw.map { $0 / norm }
    }
    let target = (0..<30).map { _ in noise.unit() - 0.4 }
    let answer = NonNegativeLeastSquares.solve(columns: columns, target: target)
    var rest = target
    for (column, coefficient) in zip(columns, answer) {
      for index in rest.indices { rest[index] -= coefficient * column[index] }
    }
    for (column, coefficient) in zip(columns, answer) {
      #expect(coefficient >= 0)
      let gain = zip(column, rest).reduce(0) { $0 + $1.0 * $1.1 }
      if coefficient > 0 { #expect(abs(gain) < 1e-10) } else { #expect(gain < 1e-10) }
    }
  }

  @Test func aColumnTwiceCountsOnce() {
    let column = [0.6, 0.8, 0]
    let answer = NonNegativeLeastSquares.solve(
      columns: [column, column], target: [6, 8, 1])
    #expect(abs(answer[0] + answer[1] - 10) < 1e-12)
    #expect(answer.contains(0))
    #expect(NonNegativeLeastSquares.solve(columns: [column], target: [-1, -1, 0]) == [0])
    #expect(NonNegativeLeastSquares.solve(columns: [], target: [1]).isEmpty)
  }

  @Test func leastSquaresGiveTheErrorsOfAStraightLine() throws {
    // y = 1 + 2 x with residuals +1, -1, -1, +1 at x = 0, 1, 2, 3: sums by hand.
    let x = [0.0, 1, 2, 3]
    let y = [2.0, 2, 4, 8]
    let solver = try #require(
      HouseholderSolver(rows: x.map { [1, $0] }, values: y))
    #expect(abs(solver.solution[0] - 1) < 1e-14)
    #expect(abs(solver.solution[1] - 2) < 1e-14)
    // (X'X)^-1 of [[4, 6], [6, 14]] is [[0.7, -0.3], [-0.3, 0.2]].
    let inverse = solver.inverse
    #expect(abs(inverse[0][0] - 0.7) < 1e-14 && abs(inverse[1][1] - 0.2) < 1e-14)
    #expect(abs(inverse[0][1] + 0.3) < 1e-14 && abs(inverse[1][0] + 0.3) < 1e-14)
    #expect(HouseholderSolver(rows: [[1, 2], [2, 4], [3, 6]], values: [1, 2, 3]) == nil)
    #expect(HouseholderSolver(rows: [[1, 2]], values: [1]) == nil)
    #expect(HouseholderSolver(rows: [], values: []) == nil)
  }
}
