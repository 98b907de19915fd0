internal import Laboratory
internal import Processing

/// Components found without any window: the two known substances must come out, and be recognised.
let etizolamComponents = Proof("gcms-etizolam-sequence/components") {
  let library = try EtizolamSequence.library(MassPreparation())
  var figures: [Figure] = []
  // Two scans: the column is overloaded, and its ions do not rise and fall as one.
  var series: (run: String, components: [Component], scans: ClosedRange<Double>?)?
  for row in try SharedMaterial.table("\(EtizolamSequence.folder)/expected_identification.csv") {
    let run = row["run"] ?? ""
    // The lowest and the highest level, and a case.
    guard
      ["220223002", "220223008", "220223014"]
        .contains(run), let apex = Double(row["apex_rt_s"] ?? "")
    else { continue }
    if series?.run != run {
      let scans = try EtizolamSequence.scans(run)
      series = (run, try scans.components(), scans.massRange)
    }
    let name = "\(run), \(row["target"] ?? "")"
    let near = (series?.components ?? []).filter { abs($0.retentionTime - apex) < 1.5 }
    guard let best = near.max(by: { $0.peaks.base < $1.peaks.base }) else {
      figures.append(Figure("\(name), a component at \(apex) s", false))
      continue
    }
    let answer = library.answer(MassQuery(peaks: best.peaks, scanRange: series?.scans))
    figures += [
      Figure("\(name), retention, s", best.retentionTime, apex, .absolute(0.6)),
      Figure("\(name), rank 1", answer.matches.first?.name ?? "none", is: row["hit1"] ?? ""),
      Figure("\(name), score", answer.matches.first?.score ?? .nan, 900, .atLeast),
      Figure("\(name), verdict", answer.verdict.rawValue, is: "match"),
    ]
  }
  return figures
}
