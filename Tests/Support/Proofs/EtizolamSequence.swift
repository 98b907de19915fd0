internal import Formats
internal import Laboratory
internal import Processing

/// The sequence of sixteen injections, each read once.
enum EtizolamSequence {
  static let folder = "gcms-etizolam-sequence"

  /// The scans of a run by its number in the tables (`220223002`).
  static func scans(_ run: String) throws -> MassScanSeries {
    let bytes = try SharedMaterial.bytes("\(folder)/\(run).ms1")
    let source = try MS1Reader.read(bytes)
    return try source.measurement.massScans ?? { throw SharedMaterial.Missing(path: run) }()
  }

  static func library(_ preparation: MassPreparation) throws -> MassLibrary {
    let file = try MSPReader.read(
      SharedMaterial.bytes("ei-library-dea/swgdrug39_dea_subset.msp"))
    return try MassLibrary(
      file.entries, source: LibrarySource(name: "swgdrug39-dea", version: "3.9", sha256: ""),
      preparation: preparation)
  }

  /// How long before and after its apex a peak's background is taken, s.
  static func margins(_ target: String) -> (before: Double, after: Double) {
    target == "IS" ? (6, 6) : (5, 8)
  }
}

/// The scans are those of the recording: counts, sums and times.
let etizolamPlayback = Proof("gcms-etizolam-sequence/playback") {
  var figures: [Figure] = []
  for row in try SharedMaterial.table("\(EtizolamSequence.folder)/expected.csv") {
    let run = row["run"] ?? ""
    let scans = try EtizolamSequence.scans(run)
    let (traces, refused) = try scans.traces(of: [])
    func add(_ what: String, _ found: Double, _ column: String) {
      figures.append(Figure("\(run), \(what)", found, Double(row[column] ?? "") ?? .nan, .exact))
    }
    add("scans", Double(scans.count), "scans")
    add("pairs", Double(scans.massToCharge.count), "points")
    // Whole numbers below 2^53: any order of the sum gives the same.
    add("sum of intensities", traces[0].values.reduce(0, +), "sum_intensity")
    figures += [
      Figure("\(run), scans refused", Double(refused.count), 0, .exact),
      Figure(
        "\(run), first scan, s", scans.times.first ?? .nan,
        Double(row["first_rt_s"] ?? "") ?? .nan, .absolute(1e-9)),
      Figure(
        "\(run), last scan, s", scans.times.last ?? .nan,
        Double(row["last_rt_s"] ?? "") ?? .nan, .absolute(1e-9)),
    ]
  }
  return figures
}

/// What the library says of the two peaks of every run.
///
/// The table was made with bins around whole masses (offset 0.5), and its composite factor with the
/// ratios of weighted intensities over the number of common peaks, which is another definition than
/// the product's: it is made here from the product's parts.
let etizolamIdentity = Proof("gcms-etizolam-sequence/identity") {
  var figures: [Figure] = []
  var series: [String: MassScanSeries] = [:]
  let asTheTable = try EtizolamSequence.library(MassPreparation(binOffset: 0.5))
  let usual = try EtizolamSequence.library(MassPreparation())
  for row in try SharedMaterial.table("\(EtizolamSequence.folder)/expected_identification.csv") {
    let (run, target) = (row["run"] ?? "", row["target"] ?? "")
    if series[run] == nil { series = [run: try EtizolamSequence.scans(run)] }
    guard let scans = series[run] else { continue }
    for (library, limit, label) in [(asTheTable, 1.0, "as the table"), (usual, 5.0, "defaults")] {
      figures += try EtizolamSequence.figures(
        "\(run), \(target), \(label)", scans, row, library, limit)
    }
  }
  return figures
}

extension EtizolamSequence {
  static func figures(
    _ name: String, _ scans: MassScanSeries, _ row: [String: String], _ library: MassLibrary,
    _ limit: Double
  ) throws -> [Figure] {
    func answer(_ column: String) -> Double { Double(row[column] ?? "") ?? .nan }
    let apex = answer("apex_rt_s")
    let margins = margins(row["target"] ?? "")
    let spectrum = try scans.apexSpectrum(
      apex: apex, start: apex - margins.before, end: apex + margins.after,
      preparation: library.preparation)
    let found = library.answer(MassQuery(peaks: spectrum.peaks, scanRange: spectrum.scanRange))
    guard found.matches.count > 2,
      let entry = library.records.firstIndex(where: { $0.name == found.matches[0].name })
    else { return [Figure("\(name), three matches", false)] }
    // The answers are rounded half up.
    func shown(_ score: Double?) -> Double { ((score ?? .nan) + 0.5).rounded(.down) }
    let (first, second) = (found.matches[0].otherScores, found.matches[1].otherScores)
    let composite = try weightedComposite(
      spectrum.peaks.within(spectrum.scanRange),
      library.spectrum(entry).within(spectrum.scanRange))
    return [
      Figure("\(name), rank 1", found.matches[0].name, is: row["hit1"] ?? ""),
      Figure("\(name), rank 2", found.matches[1].name, is: row["hit2"] ?? ""),
      Figure("\(name), verdict", found.verdict.rawValue, is: "match"),
      Figure("\(name), forward", shown(first["forward"]), answer("fwd1"), .absolute(limit)),
      Figure("\(name), reverse", shown(first["reverse"]), answer("rev1"), .absolute(limit)),
      Figure(
        "\(name), forward of rank 2", shown(second["forward"]), answer("fwd2"),
        .absolute(max(2, limit))),
      Figure(
        "\(name), composite of the table", shown(composite), answer("comp1"),
        .absolute(max(2, limit))),
    ]
  }

  /// The composite factor with the ratios of weighted intensities, divided by the common peaks.
  private static func weightedComposite(
    _ query: MassPeakList, _ library: MassPeakList
  ) throws -> Double {
    func weighted(_ peaks: MassPeakList) throws -> MassPeakList {
      try MassPeakList(
        massToCharge: peaks.massToCharge,
        intensity: zip(peaks.massToCharge, peaks.intensity).map { $0 * $1.squareRoot() })
    }
    let plain = MassComparison(query: query, library: library)
    let ratio = try MassComparison(query: weighted(query), library: weighted(library)).ratio
    let (own, common) = (Double(plain.queryPeaks), Double(plain.commonPeaks))
    return 999 * (own * plain.dot + common * (ratio * (common - 1) / common)) / (own + common)
  }
}
