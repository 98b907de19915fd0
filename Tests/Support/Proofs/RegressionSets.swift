import Foundation
import Processing

/// Least squares on the eleven NIST StRD sets, data read as decimals and through `Double`.
public let regressionSetProof = Proof("reference-numerics: nist-strd-linear") {
  let path = "reference-numerics/nist-strd-linear.json"
  let text = try SharedMaterial.text(path)
  let sets = try SharedMaterial.json(path, as: RegressionSets.self).datasets
  var figures = [Figure("sets", Double(sets.count), 11, .exact)]
  for (name, set) in sets.sorted(by: { $0.key < $1.key }) {
    let written = try WrittenNumbers(text, set: name)
    let rows = written.x.count / written.y.count
    let read = try (decimals(written.x), decimals(written.y))
    let doubles = try (
      doubles(written.x).map { DoubleDouble($0) }, doubles(written.y).map { DoubleDouble($0) }
    )
    for (how, digits, data) in [("decimal", 14.0, read), ("Double", 13.0, doubles)] {
      let design: [[DoubleDouble]]
      if set.model == "multiple" {
        design = data.1.indices.map { [.one] + data.0[($0 * rows)..<(($0 + 1) * rows)] }
      } else {
        design = LeastSquares.polynomial(
          data.0, degree: set.degree, from: set.intercept ? 0 : 1)
      }
      let solution = try LeastSquares.solve(
        design: design, response: data.1, centred: set.intercept)
      let right = fewestDigits(
        solution.coefficients + solution.standardErrors, set.coefficients + set.standardErrors)
      figures.append(
        Figure("\(name) as \(how): digits of every coefficient and error", right, digits, .atLeast))
      figures.append(
        Figure(
          "\(name) as \(how): residual sd", solution.residualDeviation ?? .nan, set.residualSD,
          set.residualSD == 0 ? .absolute(1e-14) : .relative(1e-13)))
      figures.append(
        Figure("\(name) as \(how): r2", solution.rSquared ?? .nan, set.rSquared, .relative(1e-14)))
    }
  }
  return figures
}

/// The smallest number of right digits over pairs, 16 where all bits are right.
///
/// No number where one is missing; an answer of 0 counts absolutely.
private func fewestDigits(_ found: [Double], _ answers: [Double]) -> Double {
  guard found.count == answers.count else { return .nan }
  return zip(found, answers).reduce(16.0) { fewest, pair in
    let error = abs(pair.0 - pair.1) / (pair.1 == 0 ? 1 : abs(pair.1))
    return error == 0 ? fewest : min(fewest, -log10(error))
  }
}

private func decimals(_ texts: [Substring]) throws -> [DoubleDouble] {
  try texts.map { text in
    guard let number = DoubleDouble(decimal: text) else { throw Unreadable(text: String(text)) }
    return number
  }
}

private func doubles(_ texts: [Substring]) throws -> [Double] {
  try texts.map { text in
    guard let number = Double(text) else { throw Unreadable(text: String(text)) }
    return number
  }
}

private struct Unreadable: Error { var text: String }

/// The numbers of one set as they are written, not passed through `Double`.
private struct WrittenNumbers {
  var x: [Substring]
  var y: [Substring]

  init(_ text: String, set: String) throws {
    guard let start = text.range(of: "\"\(set)\":")?.upperBound else { throw Unreadable(text: set) }
    func list(_ key: String) throws -> [Substring] {
      guard let begin = text.range(of: "\"\(key)\":", range: start..<text.endIndex)?.upperBound
      else { throw Unreadable(text: key) }
      var depth = 0
      var end = begin
      while end < text.endIndex {
        if text[end] == "[" { depth += 1 }
        if text[end] == "]" { depth -= 1 }
        end = text.index(after: end)
        if depth == 0, text[text.index(before: end)] == "]" { break }
      }
      return text[begin..<end].split { "[], \n".contains($0) }
    }
    x = try list("x")
    y = try list("y")
  }
}

private struct RegressionSets: Decodable {
  struct Answers: Decodable {
    var model: String
    var degree: Int
    var intercept: Bool
    var coefficients: [Double]
    var standardErrors: [Double]
    var residualSD: Double
    var rSquared: Double

    enum CodingKeys: String, CodingKey {
      case model, degree, intercept, coefficients
      case standardErrors = "standard_errors"
      case residualSD = "residual_sd"
      case rSquared = "r_squared"
    }
  }

  var datasets: [String: Answers]
}
