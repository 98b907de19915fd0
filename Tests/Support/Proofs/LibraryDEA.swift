internal import Formats
internal import Laboratory
internal import Processing

/// The library as it was written, and what it answers for its own spectra and for strangers.
let libraryDEA = Proof("ei-library-dea") {
  let file = try MSPReader.read(
    SharedMaterial.bytes("ei-library-dea/swgdrug39_dea_subset.msp"))
  let source = LibrarySource(name: "swgdrug39-dea", version: "3.9", sha256: "")
  // Without a floor, so that nothing of the library's own spectra is left out of the queries.
  let library = try MassLibrary(
    file.entries, source: source, preparation: MassPreparation(floor: 0))
  let peaks = file.entries.reduce(0) { $0 + $1.peaks.count }
  var figures = [
    Figure("records", Double(file.entries.count), 1081, .exact),
    Figure("peaks", Double(peaks), 124_245, .exact),
    Figure("records refused", Double(file.refusedCount), 0, .exact),
    Figure(
      "records from DEA",
      Double(file.entries.count { $0.record.comment?.hasPrefix("DEA") == true }), 1080, .exact),
    Figure("without a spectrum", Double(library.emptyCount), 0, .exact),
    Figure(
      "CAS numbers", Double(file.entries.count { $0.record.cas != nil } + file.warningCount), 894,
      .exact),
  ]
  let again = try MSPReader.read(MSPWriter.write(file.entries))
  figures.append(Figure("written and read again, the same", again.entries == file.entries))
  // Every tenth spectrum finds its own substance, with 999.
  var (own, exact) = (0.0, 0.0)
  let asked = stride(from: 0, to: file.entries.count, by: 10)
  for number in asked {
    let answer = library.answer(MassQuery(peaks: file.entries[number].peaks))
    let substance = library.substances.group[number]
    let found = library.records.indices.filter { record in
      library.records[record].name == answer.matches.first?.name
    }
    if found.contains(where: { library.substances.group[$0] == substance }) { own += 1 }
    if let score = answer.matches.first?.score, score > 998.999999 { exact += 1 }
  }
  figures += [
    Figure("own substance at rank 1", own, Double(asked.underestimatedCount), .exact),
    Figure("with 999", exact, Double(asked.underestimatedCount), .exact),
  ]
  figures += try openSet(file.entries, source)
  return figures
}

/// Etizolam is not in the library that is searched: no substance answers for it.
private func openSet(
  _ entries: [MassLibraryEntry], _ source: LibrarySource
) throws -> [Figure] {
  let library = try MassLibrary(
    entries.filter { $0.record.name != "Etizolam" }, source: source)
  let apex = 614.938
  let margins = EtizolamSequence.margins("etizolam")
  let spectrum = try EtizolamSequence.scans("220223004").apexSpectrum(
    apex: apex, start: apex - margins.before, end: apex + margins.after)
  let answer = library.answer(MassQuery(peaks: spectrum.peaks, scanRange: spectrum.scanRange))
  return [
    Figure("without etizolam, verdict", answer.verdict.rawValue, is: "no_match"),
    Figure("without etizolam, the best", answer.matches.first?.name ?? "none", is: "Triazolam"),
    // "the next compound triazolam <= 607"
    Figure("without etizolam, its score", answer.matches.first?.score ?? .nan, 607, .atMost),
  ]
}
