import Testing

@testable import Processing

@Suite struct LeastSquaresTests {
  private func numbers(_ values: [Double]) -> [DoubleDouble] { values.map { DoubleDouble($0) } }

  private func problem(_ body: () throws(LeastSquares.Problem) -> LeastSquares.Solution)
    -> LeastSquares.Problem?
  {
    do throws(LeastSquares.Problem) {
      _ = try body()
      return nil
    } catch {
      return error
    }
  }

  @Test func decimalsAreReadBeyondDouble() throws {
    let tenth = try #require(DoubleDouble(decimal: "0.1"))
    #expect(tenth.high == 0.1)
    #expect(tenth.low == -0x1.999999999999ap-58, "what 0.1 leaves of one tenth")
    let sum = (0..<10).reduce(DoubleDouble.zero) { total, _ in total + tenth }
    #expect(abs((sum - .one).value) < 1e-31)
    #expect(DoubleDouble(decimal: "-6.860120914")?.high == -6.860120914)
    #expect(DoubleDouble(decimal: "1e-05")?.high == 1e-05)
    #expect(DoubleDouble(decimal: "+2.5E3")?.value == 2500)
    for text in ["", "-", ".", "1..2", "1e", "1e9999", "nan", "inf", "0x10", "1,5", "1 ", "1e+400"]
    {
      #expect(DoubleDouble(decimal: text) == nil, "\(text)")
    }
    #expect(DoubleDouble(decimal: String(repeating: "9", count: 401)) == nil)
  }

  @Test func arithmeticHasThirtyDigits() {
    let three = DoubleDouble(3.0)
    #expect(((DoubleDouble.one / three) * three - .one).value.magnitude < 1e-31)
    let root = DoubleDouble(2.0).squareRoot()
    #expect((root * root - DoubleDouble(2.0)).value.magnitude < 1e-31)
    #expect(root.high == 1.4142135623730951)
    #expect(abs(root.low + 9.667293313452913e-17) < 1e-31)
    #expect(DoubleDouble.zero.squareRoot() == .zero)
    #expect((DoubleDouble(1e16) + .one - DoubleDouble(1e16)).value == 1)
    #expect(three.scaled(by: -3).value == 0.375)
  }

  @Test func anExactFitHasErrorsOfZero() throws {
    let x: [Double] = [0, 1, 2, 3, 4, 5, 6]
    let y = x.map { 1 + 2 * $0 + 3 * $0 * $0 }
    let solution = try LeastSquares.solve(
      design: LeastSquares.polynomial(numbers(x), degree: 2), response: numbers(y))
    #expect(solution.coefficients == [1, 2, 3])
    #expect(solution.standardErrors == [0, 0, 0])
    #expect(solution.residualDeviation == 0)
    #expect(solution.rSquared == 1)
    #expect(solution.degreesOfFreedom == 4)
  }

  @Test func aRepeatedRowWeighsAsItsWeight() throws {
    let x: [Double] = [1, 2, 2, 2, 5]
    let y = [1.5, 2.5, 2.5, 2.5, 4]
    let repeated = try LeastSquares.solve(
      design: LeastSquares.polynomial(numbers(x), degree: 1), response: numbers(y))
    let weighted = try LeastSquares.solve(
      design: LeastSquares.polynomial(numbers([1, 2, 5]), degree: 1),
      response: numbers([1.5, 2.5, 4]), weights: numbers([1, 3, 1]))
    for (a, b) in zip(repeated.coefficients, weighted.coefficients) {
      #expect(abs(a - b) < 1e-15)
    }
    // The same weighted sum of squares over 3 and over 1 degrees of freedom.
    let first = try #require(repeated.residualDeviation)
    let second = try #require(weighted.residualDeviation)
    #expect(abs(first * first * 3 - second * second) < 1e-15)
  }

  @Test func theScaleOfTheDataIsNoMatter() throws {
    let x: [Double] = [1, 2, 3, 4, 6]
    let y = [2.1, 3.9, 6.2, 7.8, 12.3]
    let plain = try LeastSquares.solve(
      design: LeastSquares.polynomial(numbers(x), degree: 2), response: numbers(y))
    for (power, rise) in [(-100, 60), (100, -100), (0, 400)] {
      let scaled = try LeastSquares.solve(
        design: LeastSquares.polynomial(numbers(x).map { $0.scaled(by: power) }, degree: 2),
        response: numbers(y).map { $0.scaled(by: rise) })
      for (index, value) in scaled.coefficients.enumerated() {
        let back = DoubleDouble(value).scaled(by: power * index).scaled(by: -rise).value
        #expect(abs(back / plain.coefficients[index] - 1) < 1e-14, "2^\(power), 2^\(rise)")
      }
    }
  }

  @Test func systemsWithoutASolutionAreRefusedByName() {
    let line = LeastSquares.polynomial(numbers([1, 2, 3]), degree: 1)
    let y = numbers([1, 2, 3])
    #expect(
      problem { () throws(LeastSquares.Problem) in
        try LeastSquares.solve(design: [], response: [])
      } == .shape)
    #expect(
      problem { () throws(LeastSquares.Problem) in
        try LeastSquares.solve(design: [[.one, .one]], response: [.one])
      } == .shape)
    #expect(
      problem { () throws(LeastSquares.Problem) in
        try LeastSquares.solve(design: line, response: numbers([1, 2]))
      } == .shape)
    #expect(
      problem { () throws(LeastSquares.Problem) in
        try LeastSquares.solve(design: [[.one, .one], [.one], [.one, .one]], response: y)
      } == .shape)
    #expect(
      problem { () throws(LeastSquares.Problem) in
        try LeastSquares.solve(design: line, response: y, weights: numbers([1, 0, 1]))
      }
        == .weight(row: 1))
    #expect(
      problem { () throws(LeastSquares.Problem) in
        try LeastSquares.solve(design: line, response: y, weights: numbers([1, -1, 1]))
      }
        == .weight(row: 1))
    #expect(
      problem { () throws(LeastSquares.Problem) in
        try LeastSquares.solve(design: line, response: y, weights: numbers([1, .nan, 1]))
      }
        == .notFinite)
    #expect(
      problem { () throws(LeastSquares.Problem) in
        try LeastSquares.solve(design: line, response: numbers([1, .infinity, 3]))
      } == .notFinite)
    let same = LeastSquares.polynomial(numbers([2.1, 2.1, 2.1]), degree: 1)
    #expect(
      problem { () throws(LeastSquares.Problem) in
        try LeastSquares.solve(design: same, response: y)
      } == .dependent(column: 1))
  }
}
