internal import Foundation
internal import Instruments
internal import Laboratory
internal import Processing

/// An exponentially modified peak without noise, and the median deviation of a noise vector.
enum PeakVectorProofs {
  private struct Vector: Decodable {
    struct Width: Decodable {
      var width: Double
      var left: Double
      var right: Double
    }
    struct Noise: Decodable {
      var input: [Double]
      var mad: Double
      var mad_normal: Double
    }
    var dt: Double
    var signal: [Double]
    var noise: Noise
    var apex_index: Int
    var apex_height: Double
    var area_trapezoid: Double
    var width_at: [String: Width]
    var plates_half_height: Double
    var tailing_5_percent: Double
    var asymmetry_10_percent: Double
  }

  static let proof = Proof("reference-numerics, chromatographic-peak") {
    let vector = try SharedMaterial.json(
      "reference-numerics/chromatographic-peak.json", as: Vector.self)
    let times = vector.signal.indices.map { Double($0) * vector.dt }
    var trace = Trace(name: "signal", unit: .one)
    for index in times.indices {
      trace.append(scan: index, time: times[index], value: vector.signal[index], flags: [])
    }
    let recipe = ChromatographyRecipe(
      detection: PeakDetection(expectedWidth: 0.4),
      events: [
        IntegrationEvent(
          at: 0, .manualPeak, end: times[times.count - 1], startLevel: 0, endLevel: 0)
      ], widths: .raw)
    let integration = try recipe.integration(of: trace)
    guard let peak = integration.peaks.first, let shape = integration.shapes.first else {
      return [Figure("the peak is there", false)]
    }
    // The answers take the highest sample for the apex; the parabola's top is 4e-4 higher and 0.0048 s
    // behind it. So levels and widths differ by as much, and symmetries are made of the widths here
    // with the answers' apex.
    let apex = Double(vector.apex_index) * vector.dt
    var figures = [
      Figure("area", peak.area, vector.area_trapezoid, .relative(1e-12)),
      Figure("height", peak.height, vector.apex_height, .relative(5e-4)),
      Figure("retention", peak.retentionTime, apex, .absolute(vector.dt / 2)),
      Figure("plates", peak.plates ?? .nan, vector.plates_half_height, .relative(2e-3)),
    ]
    for (name, crossing) in [
      ("0.5", shape.half), ("0.1", shape.tenth), ("0.05", shape.twentieth),
    ] {
      guard let answer = vector.width_at[name] else { continue }
      figures += [
        Figure("front at \(name)", crossing?.front ?? .nan, answer.left, .absolute(2e-4)),
        Figure("tail at \(name)", crossing?.tail ?? .nan, answer.right, .absolute(2e-4)),
        Figure("width at \(name)", crossing?.width ?? .nan, answer.width, .relative(5e-4)),
      ]
    }
    if let low = shape.twentieth, let tenth = shape.tenth {
      figures += [
        Figure(
          "tailing", low.width / (2 * (apex - low.front)), vector.tailing_5_percent,
          .relative(5e-4)),
        Figure(
          "asymmetry", (tenth.tail - apex) / (apex - tenth.front), vector.asymmetry_10_percent,
          .relative(5e-4)),
      ]
    }
    figures += [
      Figure(
        "median deviation", try Robust.medianAbsoluteDeviation(vector.noise.input),
        vector.noise.mad, .relative(1e-12)),
      // The answer's factor has all its digits, 1.4826 five.
      Figure(
        "as of normal noise", try Robust.sigma(vector.noise.input), vector.noise.mad_normal,
        .relative(2e-6)),
    ]
    return figures
  }
}
