internal import Processing

/// Local maxima beside `scipy.signal.find_peaks`: all criteria and all properties.
let localMaximaProof = Proof("reference-numerics: find_peaks") {
  struct Vectors: Decodable {
    struct Parameters: Decodable {
      var height: Double?
      var prominence: Double?
      var width: Double?
      var distance: Double?
      var threshold: Double?
      var rel_height: Double?
      var wlen: Int?
      var plateau_size: Double?
    }
    struct Case: Decodable {
      var signal: Int
      var parameters: Parameters
      var peaks: [Double]
      var properties: [String: [Double]]
    }
    var tolerance: Double
    var signals: [[Double]]
    var cases: [Case]
  }
  let vectors = try SharedMaterial.json("reference-numerics/find_peaks.json", as: Vectors.self)
  var figures: [Figure] = []
  for (number, answer) in vectors.cases.enumerated() {
    let asked = answer.parameters
    func above(_ least: Double?) -> ClosedRange<Double>? { least.map { $0...Double.infinity } }
    let search = LocalMaxima(
      plateau: above(asked.plateau_size), height: above(asked.height),
      threshold: above(asked.threshold), distance: asked.distance,
      prominence: above(asked.prominence), width: above(asked.width), windowLength: asked.wlen,
      relativeHeight: asked.rel_height ?? 0.5)
    let found = try search.find(in: vectors.signals[answer.signal])
    figures.append(
      Figure(
        "case \(number): the \(answer.peaks.count) places",
        found.map { Double($0.index) } == answer.peaks))
    for (name, values) in answer.properties.sorted(by: { $0.key < $1.key }) {
      let ours = found.map { peak -> Double in
        switch name {
        case "peak_heights": peak.height
        case "left_thresholds": peak.leftThreshold
        case "right_thresholds": peak.rightThreshold
        case "plateau_sizes": Double(peak.rightEdge - peak.leftEdge + 1)
        case "left_edges": Double(peak.leftEdge)
        case "right_edges": Double(peak.rightEdge)
        case "prominences": peak.prominence?.height ?? .nan
        case "left_bases": Double(peak.prominence?.leftBase ?? -1)
        case "right_bases": Double(peak.prominence?.rightBase ?? -1)
        case "widths": peak.width?.points ?? .nan
        case "width_heights": peak.width?.level ?? .nan
        case "left_ips": peak.width?.left ?? .nan
        case "right_ips": peak.width?.right ?? .nan
        default: .nan
        }
      }
      figures.append(
        Figure(
          "case \(number): \(name), largest difference", largestDifference(ours, values),
          vectors.tolerance, .atMost))
    }
  }
  return figures
}
