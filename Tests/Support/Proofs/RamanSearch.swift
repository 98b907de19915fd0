import Foundation
import Instruments
import Laboratory
import Processing

/// Library search across instruments, look-alikes, and substances that the library has not.
let ramanSearch = Proof("raman-queries") {
  // As the answers were made: the derivative is a difference of neighbours.
  let library = try prepared.get().adapted(
    to: VibrationalSearch(derivativeWindow: 3, leastScore: 60))
  return try scores(library) + absent(library) + refusals(library)
}

/// The library's own proof: it loads, and its duplicates are one substance.
let ramanLibraryProof = Proof("raman-library-wasatch") {
  let library = try prepared.get()
  let entries = try ramanLibrary()
  // Every eighth record finds itself; all would take long in a build for tests.
  let asked = stride(from: 0, to: entries.count, by: 8).map { entries[$0] }
  var selves = 0
  for entry in asked {
    guard let best = library.answer(entry.spectrum).matches.first else { continue }
    if ([best.name] + best.synonyms).contains(entry.record.name), best.score > 99.999_999 {
      selves += 1
    }
  }
  return try [
    Figure("records", Double(library.records.count), 80, .exact),
    Figure("records that cannot be found", Double(library.refused.count), 0, .exact),
    Figure(
      "substances, two pairs of names being one", Double(library.substances.count), 78, .exact),
    Figure(
      "records that find themselves with HQI 100", Double(selves), Double(asked.count), .exact),
  ] + likeness(entries, library)
}

/// Prepared once for all proofs.
private let prepared = Result {
  try VibrationalLibrary(ramanLibrary(), source: ramanSource, sameSubstance: ramanSynonyms)
}

let ramanSource = LibrarySource(name: "raman-library-wasatch", version: "", sha256: "")
let ramanSynonyms = [["2-Butanone", "Methyl Ethyl Ketone"], ["2-Propanol", "isopropanol"]]

func ramanLibrary() throws -> [VibrationalLibraryEntry] {
  let folder = try SharedMaterial.url("raman-library-wasatch")
  let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    .filter { $0.hasSuffix(".csv") }.sorted()
  return try names.map { name in
    VibrationalLibraryEntry(
      record: LibraryRecord(name: String(name.dropLast(4))),
      spectrum: try columns("raman-library-wasatch/\(name)", [1, 2], separator: ","))
  }
}

/// The rows of a text file that have numbers in these columns; anything before them is facts.
private func columns(
  _ path: String, _ places: [Int], separator: Character
) throws -> MeasuredSpectrum {
  var pairs: [(Double, Double)] = []
  for line in try SharedMaterial.text(path).split(whereSeparator: \.isNewline) {
    let cells = line.split(separator: separator)
      .map { $0.trimmingCharacters(in: .whitespaces) }
    guard let last = places.max(), cells.count > last, let x = Double(cells[places[0]]),
      let y = Double(cells[places[1]]), places[0] == 0 || Double(cells[0]) != nil
    else { continue }
    pairs.append((x, y))
  }
  return MeasuredSpectrum(
    name: path, axis: Axis(kind: .ramanShift, values: pairs.map(\.0)), ordinate: .intensity,
    values: pairs.map(\.1))
}

private func recorded(_ file: String) throws -> MeasuredSpectrum {
  let recording = try RamanRecording(file)
  return MeasuredSpectrum(
    name: file, axis: Axis(kind: .ramanShift, values: try recording.shifts()), ordinate: .counts,
    values: try recording.counts(), saturated: try recording.saturated())
}

func ramanQueries() throws -> [String: MeasuredSpectrum] {
  [
    "inVia": try columns(
      "raman-queries/PST_Reflex532_Z050_010_10000msx2.txt", [0, 1], separator: "\t"),
    "LightNovo": try columns(
      "raman-queries/polystyrene_aritficially_worsened.tsv", [0, 1], separator: "\t"),
    "HDPE": try columns("raman-queries/raman_hdpe.csv", [0, 1], separator: ","),
    "silicon 785": try recorded(RamanRecording.silicon),
    "polystyrene 785": try recorded(RamanRecording.polystyrene785),
    "polystyrene 532": try recorded(RamanRecording.polystyrene532),
    "calcite 785": try recorded(RamanRecording.calcite785),
  ]
}

/// Query, substance, HQI, HQI of derivatives, next substance's two; nil where none is listed.
private let answers:
  [(
    query: String, name: String, hqi: Double, derivative: Double?, next: Double?,
    nextDerivative: Double?
  )] = [
    ("inVia", "polystyrene", 93.8, 96.8, 79.2, 75.3),
    ("LightNovo", "polystyrene", 98.3, 95.6, 82.9, 70.3),
    ("HDPE", "Polyethylene", 82.3, 48.9, 40.1, 5.7),
    ("silicon 785", "Silicon", 92.1, nil, nil, nil),
    ("calcite 785", "calcium carbonate", 93.0, nil, nil, nil),
    ("polystyrene 785", "polystyrene", 96, nil, nil, nil),
    ("polystyrene 532", "polystyrene", 96, nil, nil, nil),
  ]

private func scores(_ library: VibrationalLibrary) throws -> [Figure] {
  let queries = try ramanQueries()
  let derivatives = try prepared.get().adapted(
    to: VibrationalSearch(derivativeWindow: 3, ranking: .derivative, leastScore: 40))
  var figures: [Figure] = []
  for row in answers {
    guard let query = queries[row.query] else { continue }
    let answer = library.answer(query)
    guard let first = answer.matches.first, answer.matches.count > 1 else {
      figures.append(Figure("\(row.query): an answer", answer.reason, is: "matches"))
      continue
    }
    figures.append(Figure("\(row.query), first", first.name, is: row.name))
    figures.append(Figure("\(row.query), verdict", answer.verdict.rawValue, is: "match"))
    // The single numbers are listed to 0.1; polystyrene of two lasers as 95 to 97.
    figures.append(
      Figure(
        "\(row.query), HQI", first.score, row.hqi,
        .absolute(row.query.hasPrefix("polystyrene") ? 1.25 : 0.06)))
    if let next = row.next {
      figures.append(
        Figure("\(row.query), next substance", answer.matches[1].score, next, .absolute(0.06)))
    }
    if let derivative = row.derivative, let next = row.nextDerivative {
      let found = derivatives.answer(query)
      // The answers were made with differences to one side at the ends of the region, where ours is
      // the slope of a parabola. HDPE has its largest slope there: 48.55 beside 48.87.
      let tolerance = row.query == "HDPE" ? 0.4 : 0.06
      figures.append(
        Figure(
          "\(row.query), HQI of derivatives", first.otherScores["first-derivative"] ?? .nan,
          derivative, .absolute(tolerance)))
      figures.append(
        Figure(
          "\(row.query), the same where derivatives rank", found.matches.first?.score ?? .nan,
          first.otherScores["first-derivative"] ?? .nan, .absolute(1e-10)))
      figures.append(
        Figure(
          "\(row.query), next by derivatives",
          found.matches.count > 1 ? found.matches[1].score : .nan, next, .absolute(0.06)))
    }
  }
  return figures
}

/// Records that are alike, as they are apart.
private func likeness(
  _ entries: [VibrationalLibraryEntry], _ library: VibrationalLibrary
) throws -> [Figure] {
  let pairs: [(String, String, Double)] = [
    ("2-Butanone", "Methyl Ethyl Ketone", 99.8), ("isopropanol", "2-Propanol", 99.6),
    ("coconut oil", "Coconate Ester", 91), ("polystyrene", "Benzyl Alcohol", 82),
  ]
  return try pairs.map { left, right, score in
    guard let query = entries.first(where: { $0.record.name == left }) else {
      throw SharedMaterialError(name: left)
    }
    // Without the record itself the other name of a merged pair answers.
    let found = try library.adapted(to: library.search, without: [left]).answer(query.spectrum)
    return Figure(
      "\(left) and \(right), HQI", found.matches.first { $0.name == right }?.score ?? .nan, score,
      .absolute(score > 99 ? 0.06 : 0.6))
  }
}

struct SharedMaterialError: Error { var name: String }

/// Substances taken out of the library: no spectrum of another instrument may find a match.
private func absent(_ full: VibrationalLibrary) throws -> [Figure] {
  let queries = try ramanQueries()
  let without: [(String, [String])] = [
    ("silicon 785", ["Silicon"]), ("calcite 785", ["calcium carbonate"]),
    ("HDPE", ["Polyethylene"]), ("inVia", ["polystyrene"]), ("LightNovo", ["polystyrene"]),
  ]
  var figures: [Figure] = []
  for (query, names) in without {
    guard let spectrum = queries[query] else { continue }
    let library = try full.adapted(to: VibrationalSearch(), without: Set(names))
    let answer = library.answer(spectrum)
    figures.append(
      Figure("\(query) without \(names[0])", answer.verdict.rawValue, is: "no_match"))
    figures.append(
      Figure("\(query), best of the others", answer.matches.first?.score ?? .nan, 85, .atMost))
  }
  return figures
}

private func refusals(_ library: VibrationalLibrary) throws -> [Figure] {
  guard var query = try ramanQueries()["inVia"] else { return [] }
  var figures: [Figure] = []
  func code(_ query: MeasuredSpectrum) -> String {
    do {
      _ = try library.compared(query)
      return "compared"
    } catch { return error.failure.code }
  }
  var part = query
  let kept = query.axis.values.indices.filter { query.axis.values[$0] < 1400 }
  part.axis.values = kept.map { query.axis.values[$0] }
  part.values = kept.map { query.values[$0] }
  figures.append(Figure("100 to 1400 of 400 to 1800 1/cm", code(part), is: "search-overlap"))
  figures.append(
    Figure("the same", library.answer(part).verdict.rawValue, is: "not_comparable"))
  query.axis.kind = .channel
  figures.append(Figure("an axis in pixels", code(query), is: "search-axis-in-channels"))
  query.axis.kind = .wavenumber
  figures.append(Figure("an infrared axis", code(query), is: "search-axis-kind"))
  return figures
}
