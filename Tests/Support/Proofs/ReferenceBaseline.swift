internal import Processing

/// Penalised baselines beside `pybaselines`; the batch beside the single fit, bit by bit.
let baselineProof = Proof("reference-numerics: baseline") {
  struct Vectors: Decodable {
    struct Parameters: Decodable {
      var lam: Double?
      var p: Double?
      var max_half_window: Int?
      var decreasing: Bool?
      var smooth_half_window: Int?
    }
    struct Case: Decodable {
      var method: String
      var parameters: Parameters
      var baseline: [Double]
      var iterations: Int?
      var last_tolerance: Double?
    }
    var relative_tolerance: Double
    var input: [Double]
    var cases: [Case]
  }
  let vectors = try SharedMaterial.json("reference-numerics/baseline.json", as: Vectors.self)
  let y = vectors.input
  var figures: [Figure] = []
  for answer in vectors.cases {
    if answer.method == "snip", answer.parameters.smooth_half_window == nil {
      let snip = try Snip(
        halfWidth: answer.parameters.max_half_window ?? 0,
        direction: answer.parameters.decreasing == true ? .decreasing : .increasing)
      figures.append(
        Figure(
          "snip, decreasing: largest relative difference",
          largestFraction(try snip.fit(y), answer.baseline), 1e-12, .atMost))
      continue
    }
    let rule: WhittakerBaseline.Rule
    switch answer.method {
    case "asls": rule = .asymmetric(answer.parameters.p ?? 0)
    case "airpls": rule = .adaptive
    case "arpls": rule = .reweighted
    default: continue
    }
    let lambda = answer.parameters.lam ?? 0
    let name = "\(answer.method) lambda \(Int(lambda))"
    let settings = try WhittakerBaseline(rule, smoothness: lambda)
    let fit = try settings.fit(y)
    figures.append(
      Figure(
        "\(name): largest relative difference", largestFraction(fit.baseline, answer.baseline),
        vectors.relative_tolerance, .atMost))
    figures.append(
      Figure(
        "\(name): passes", Double(fit.outcome.passes), Double(answer.iterations ?? 0), .exact))
    figures.append(
      Figure(
        "\(name): last tolerance", fit.outcome.lastTolerance, answer.last_tolerance ?? .nan,
        .absolute(1e-7)))
    let batch = try settings.fit(all: [[Double]](repeating: y, count: 3))
    figures.append(
      Figure("\(name): batch equals single to the bit", batch.allSatisfy { $0 == fit }))
  }
  return figures
}
