internal import Processing

/// Centroids beside `PeakPickerHiRes` of OpenMS, without and with its noise estimate.
let centroidProof = Proof("reference-numerics: centroid") {
  struct Vectors: Decodable {
    struct Case: Decodable {
      var signal_to_noise: Double
      var mz: [Double]
      var intensity: [Double]
    }
    var mz_tolerance: Double
    var intensity_relative_tolerance: Double
    var mz: [Double]
    var intensity: [Double]
    var cases: [Case]
  }
  let vectors = try SharedMaterial.json("reference-numerics/centroid.json", as: Vectors.self)
  return try vectors.cases.flatMap { answer in
    let picking = try SplineCentroids(signalToNoise: answer.signal_to_noise)
    let found = try picking.pick(vectors.mz, vectors.intensity)
    let name = "signal to noise \(answer.signal_to_noise)"
    return [
      Figure("\(name): peaks", Double(found.count), Double(answer.mz.count), .exact),
      Figure(
        "\(name): largest difference of m/z", largestDifference(found.map(\.place), answer.mz),
        vectors.mz_tolerance, .atMost),
      Figure(
        "\(name): largest relative difference of intensity",
        largestFraction(found.map(\.height), answer.intensity),
        vectors.intensity_relative_tolerance, .atMost),
    ]
  }
}
