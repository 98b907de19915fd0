internal import Processing

/// The scores of six queries against twelve spectra, by an independent program.
private struct SpectralMatchAnswers: Decodable {
  struct Spectrum: Decodable {
    var mz: [Double]
    var intensity: [Double]
  }

  struct Row: Decodable {
    var query: Int
    var library: Int
    var matchms_cosine: Double
    var matches: Int
    var cosine_m1_i05: Double
    var f_dot: Double
    var f_ratio: Double
    var composite: Double
  }

  var tolerance: Double
  var library: [Spectrum]
  var queries: [Spectrum]
  var scores: [Row]
}

let spectralMatch = Proof("reference-numerics/spectral-match.json") {
  let answers = try SharedMaterial.json(
    "reference-numerics/spectral-match.json", as: SpectralMatchAnswers.self)
  func peaks(_ spectrum: SpectralMatchAnswers.Spectrum) throws -> MassPeakList {
    try MassPeakList(massToCharge: spectrum.mz, intensity: spectrum.intensity)
  }
  let library = try answers.library.map(peaks)
  let queries = try answers.queries.map(peaks)
  var figures = [Figure("rows", Double(answers.scores.count), 72, .exact)]
  for row in answers.scores {
    let (query, entry) = (queries[row.query], library[row.library])
    let name = "query \(row.query), spectrum \(row.library)"
    let tolerance = Figure.Tolerance.absolute(answers.tolerance)
    let composite = MassComparison(
      query: query, library: entry, intensityPower: 0.6, massPower: 3)
    let plain = try TandemCosine(query: query, library: entry, tolerance: .absolute(0.2))
    let weighted = MassComparison(query: query, library: entry)
    figures += [
      Figure("\(name), cosine", plain.score, row.matchms_cosine, tolerance),
      Figure("\(name), common peaks", Double(plain.pairs.count), Double(row.matches), .exact),
      Figure(
        "\(name), weighted cosine", weighted.dot.squareRoot(), row.cosine_m1_i05, tolerance),
      Figure("\(name), dot factor", composite.dot, row.f_dot, tolerance),
      Figure("\(name), ratio factor", composite.ratio, row.f_ratio, tolerance),
      Figure("\(name), composite", composite.composite, row.composite, tolerance),
    ]
  }
  return figures
}
