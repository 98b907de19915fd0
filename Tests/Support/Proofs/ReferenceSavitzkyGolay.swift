internal import Processing

/// Savitzky-Golay beside `scipy.signal.savgol_filter`, all edges and derivatives.
let savitzkyGolayProof = Proof("reference-numerics: savgol") {
  struct Vectors: Decodable {
    struct Case: Decodable {
      var window: Int
      var order: Int
      var deriv: Int
      var delta: Double
      var mode: String
      var output: [Double]
    }
    struct Factors: Decodable {
      var window: Int
      var order: Int
      var deriv: Int
      var c: [Double]
    }
    var tolerance: Double
    var input: [Double]
    var cases: [Case]
    var coefficients: [Factors]
  }
  let vectors = try SharedMaterial.json("reference-numerics/savgol.json", as: Vectors.self)
  var figures: [Figure] = []
  for answer in vectors.cases {
    let filter = try SavitzkyGolay(
      window: answer.window, order: answer.order, derivative: answer.deriv, spacing: answer.delta)
    let edges: SavitzkyGolay.Edges =
      switch answer.mode {
      case "mirror": .mirrored
      case "nearest": .nearest
      case "constant": .constant(0)
      case "wrap": .wrapped
      default: .fitted
      }
    let found = try filter.apply(to: vectors.input, edges: edges)
    figures.append(
      Figure(
        "\(answer.window) points, order \(answer.order), derivative \(answer.deriv), \(answer.mode): "
          + "largest difference", largestDifference(found, answer.output), vectors.tolerance,
        .atMost))
  }
  for answer in vectors.coefficients {
    let filter = try SavitzkyGolay(
      window: answer.window, order: answer.order, derivative: answer.deriv)
    figures.append(
      Figure(
        "coefficients \(answer.window), \(answer.order), \(answer.deriv): largest difference",
        largestDifference(filter.coefficients, answer.c), vectors.tolerance, .atMost))
  }
  return figures
}

/// The largest difference of two series; infinite where they are not equally long or one is NaN.
func largestDifference(_ found: [Double], _ expected: [Double]) -> Double {
  guard found.count == expected.count else { return .infinity }
  return zip(found, expected).reduce(0) {
    let difference = abs($1.0 - $1.1)
    return difference.isNaN ? .infinity : max($0, difference)
  }
}

/// The largest difference of two series as a fraction of the answer, as `largestDifference`.
func largestFraction(_ found: [Double], _ expected: [Double]) -> Double {
  guard found.count == expected.count else { return .infinity }
  return largestDifference(
    zip(found, expected).map { $0 / $1 }, Array(repeating: 1, count: found.count))
}
