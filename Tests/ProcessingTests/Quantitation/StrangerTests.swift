import Foundation
import Testing

@testable import Processing

/// Seeded quantiles and fits beside scipy and numpy, where a Python with them is there.
@Suite struct StrangerTests {
  private static let python = ProcessInfo.processInfo.environment["GAUGER_PYTHON"]
  private static let isWanted =
    python != nil || ProcessInfo.processInfo.environment["GAUGER_STRANGERS"] == "required"
  private static let absence: Comment =
    "SKIPPED: no scipy to compare with (set GAUGER_PYTHON to a Python with numpy and scipy)"

  private func ask<Question: Encodable, Answer: Decodable>(
    _ script: String, _ question: Question, as answer: Answer.Type
  ) throws -> Answer {
    let folder = FileManager.default.temporaryDirectory.appending(path: "quantitation-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "question.json")
    try JSONEncoder().encode(question).write(to: file)
    let process = Process()
    process.executableURL = URL(filePath: try #require(Self.python))
    process.arguments = ["-c", script, file.path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return try JSONDecoder().decode(answer, from: data)
  }

  /// A probability, a place and two degrees of freedom.
  private struct Place: Codable {
    var p: Double
    var x: Double
    var a: Double
    var b: Double
  }

  @Test(.enabled(if: isWanted, absence))
  func distributionsAreThoseOfScipy() throws {
    var numbers = NormalNumbers(state: 4)
    func uniform(_ low: Double, _ high: Double) -> Double {
      low + (high - low) * Double(numbers.next() >> 11) * 0x1p-53
    }
    let places = (0..<400).map { _ in
      Place(
        p: exp(uniform(-12, -0.001)), x: exp(uniform(-3, 3)), a: exp(uniform(-1, 6)),
        b: exp(uniform(-1, 6)))
    }
    let script = """
      import json, sys
      from scipy.stats import t, chi2, f
      print(json.dumps([[t.ppf(q["p"], q["a"]), t.sf(q["x"], q["a"]), chi2.ppf(q["p"], q["a"]),
        chi2.cdf(q["x"] * q["a"], q["a"]), f.ppf(q["p"], q["a"], q["b"]),
        f.cdf(q["x"], q["a"], q["b"])] for q in json.load(open(sys.argv[1]))]))
      """
    let answers = try ask(script, places, as: [[Double]].self)
    try #require(answers.count == places.count)
    var worst = 0.0
    for (place, answer) in zip(places, answers) {
      let found = [
        Distributions.studentQuantile(place.p, degreesOfFreedom: place.a),
        Distributions.student(below: -place.x, degreesOfFreedom: place.a),
        Distributions.chiSquaredQuantile(place.p, degreesOfFreedom: place.a),
        Distributions.chiSquared(below: place.x * place.a, degreesOfFreedom: place.a),
        Distributions.fisherQuantile(place.p, place.a, place.b),
        Distributions.fisher(below: place.x, place.a, place.b),
      ]
      for (kind, pair) in zip(found, answer).enumerated() {
        let value = try #require(pair.0)
        guard abs(pair.1) > 1e-250 else { continue }
        let error = abs(value - pair.1) / abs(pair.1)
        worst = max(worst, error)
        #expect(error < 1e-10, "\(kind) at \(place): \(value), \(pair.1)")
      }
    }
    #expect(worst > 0, "something was compared")
  }

  private struct Fit: Codable {
    var degree: Int
    var power: Int
    var x: [Double]
    var y: [Double]
  }

  @Test(.enabled(if: isWanted, absence))
  func fitsAreThoseOfNumpy() throws {
    var numbers = NormalNumbers(state: 5)
    let fits = (0..<60).map { index in
      let x = (0..<8).map { Double($0 + 1) * exp(0.2 * numbers.normal()) }
      return Fit(
        degree: 1 + index % 2, power: index % 3, x: x,
        y: x.map { (2 + 5 * $0 + 0.1 * $0 * $0) * (1 + 0.01 * numbers.normal()) })
    }
    let script = """
      import json, sys
      import numpy as np
      out = []
      for q in json.load(open(sys.argv[1])):
          x, y = np.array(q["x"]), np.array(q["y"])
          c, v = np.polyfit(x, y, q["degree"], w=x ** (-q["power"] / 2), cov=True)
          out.append([list(c[::-1]), list(np.sqrt(np.diag(v))[::-1])])
      print(json.dumps(out))
      """
    let answers = try ask(script, fits, as: [[[Double]]].self)
    try #require(answers.count == fits.count)
    let weights: [CalibrationModel.Weighting] = [.equal, .inverseLevel, .inverseLevelSquared]
    for (fit, answer) in zip(fits, answers) {
      let curve = try CalibrationCurve.fit(
        zip(fit.x, fit.y).map { CalibrationPoint(level: $0, response: $1) },
        model: CalibrationModel(degree: fit.degree, weighting: weights[fit.power]))
      for (found, expected) in zip(
        curve.coefficients + curve.standardErrors, answer[0] + answer[1])
      {
        #expect(abs(found - expected) < 1e-8 * abs(expected) + 1e-9)
      }
    }
  }
}
