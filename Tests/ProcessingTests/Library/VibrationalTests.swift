import Foundation
import Instruments
import Laboratory
import Testing

@testable import Processing

/// A small library of made-up substances, each a few bands.
struct MadeUpLibrary {
  /// Prepared once, as a build for tests takes its time for baselines.
  static let prepared = Result {
    try VibrationalLibrary(entries(), source: source, search: search())
  }

  /// The defaults on a coarse grid, so that a build for tests is quick: 281 points.
  static func search(
    ranking: VibrationalSearch.Ranking = .correlation, leastScore: Double = 85, listed: Int = 10
  ) -> VibrationalSearch {
    VibrationalSearch(step: 5, ranking: ranking, leastScore: leastScore, listed: listed)
  }

  static let source = LibrarySource(name: "made up", version: "1", sha256: "00")
  static let axis = stride(from: 300.0, through: 2000, by: 2).map { $0 }

  static func spectrum(
    _ bands: [(Double, Double)], axis: [Double] = axis, noise seed: UInt64? = nil,
    slope: Double = 0, name: String = "sample"
  ) -> MeasuredSpectrum {
    var noise = SeededNoise(seed ?? 0)
    let values = axis.map { x in
      bands.reduce(100 + slope * x) { $0 + 1000 * $1.1 * lorentz(x, $1.0, 30) }
        + (seed == nil ? 0 : 5 * noise.normal())
    }
    return MeasuredSpectrum(
      name: name, axis: Axis(kind: .ramanShift, values: axis), ordinate: .counts, values: values)
  }

  static func bands(_ seed: UInt64) -> [(Double, Double)] {
    var noise = SeededNoise(seed)
    return (0..<6).map { _ in (420 + 1360 * noise.unit(), 0.2 + noise.unit()) }
  }

  static func entries(_ count: Int = 12) -> [VibrationalLibraryEntry] {
    (0..<count).map { index in
      VibrationalLibraryEntry(
        record: LibraryRecord(name: "substance \(index)"),
        spectrum: spectrum(bands(UInt64(index + 100))))
    }
  }
}

@Suite struct VibrationalTests {
  private func library(
    _ entries: [VibrationalLibraryEntry]? = nil,
    _ search: VibrationalSearch = MadeUpLibrary.search(), same: [[String]] = []
  ) throws -> VibrationalLibrary {
    if entries == nil, same.isEmpty { return try MadeUpLibrary.prepared.get().adapted(to: search) }
    return try VibrationalLibrary(
      entries ?? MadeUpLibrary.entries(), source: MadeUpLibrary.source, search: search,
      sameSubstance: same)
  }

  @Test func aNoisySpectrumOnAnotherAxisFindsItsSubstance() throws {
    let query = MadeUpLibrary.spectrum(
      MadeUpLibrary.bands(104), axis: stride(from: 1900.0, through: 350, by: -1.3).map { $0 },
      noise: 5, slope: 0.4)
    let answer = try library().answer(query)
    #expect(answer.verdict == .match)
    #expect(answer.matches.first?.name == "substance 4")
    let score = try #require(answer.matches.first?.score)
    #expect(score > 94 && score < 100)
    #expect(answer.matches.count == 10)
    #expect(answer.library == MadeUpLibrary.source)
    let scores = try #require(answer.matches.first?.otherScores)
    #expect(
      Set(scores.keys) == [
        "first-derivative", "cosine", "spectral-angle-deg", "euclidean-distance", "overlap",
      ])
    #expect(scores["overlap"] == 1)
    // Never said to be that substance, only to be like it.
    #expect(answer.reason.hasPrefix("library match substance 4, hqi "))
  }

  /// The score of each pair is the squared correlation of the prepared vectors, written down plainly.
  @Test(arguments: VibrationalSearch.Ranking.allCases)
  func scoresAreTheirDefinitions(ranking: VibrationalSearch.Ranking) throws {
    let library = try library(
      nil, MadeUpLibrary.search(ranking: ranking, listed: 20))
    let query = MadeUpLibrary.spectrum(MadeUpLibrary.bands(3), noise: 2)
    let answer = library.answer(query)
    #expect(answer.matches.count == 12)
    let preparation = library.preparation
    func vector(_ spectrum: MeasuredSpectrum) throws -> [Double] {
      var prepared = try preparation.prepare(
        x: spectrum.axis.values, y: spectrum.values, unknown: [])
      if ranking == .derivative { prepared = try preparation.derivative(prepared) }
      return prepared.values
    }
    let own = try vector(query)
    for entry in MadeUpLibrary.entries() {
      let other = try vector(entry.spectrum)
      let isCentred = ranking == .correlation || ranking == .derivative
      let n = Double(own.count)
      let left = own.map { $0 - (isCentred ? own.reduce(0, +) / n : 0) }
      let right = other.map { $0 - (isCentred ? other.reduce(0, +) / n : 0) }
      let dot = zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
      let norms = left.reduce(0) { $0 + $1 * $1 } * right.reduce(0) { $0 + $1 * $1 }
      let cosine = dot / norms.squareRoot()
      let expected =
        switch ranking {
        case .correlation, .derivative, .cosine: cosine > 0 ? 100 * cosine * cosine : 0
        case .angle: 100 * (1 - acos(cosine) / (Double.pi / 2))
        case .distance: 100 * (1 - (1 - cosine).squareRoot())
        }
      let found = try #require(answer.matches.first { $0.name == entry.record.name })
      #expect(abs(found.score - max(0, expected)) < 1e-9, "\(entry.record.name)")
    }
  }

  @Test func anAbsentSubstanceHasNoMatch() throws {
    let query = MadeUpLibrary.spectrum(MadeUpLibrary.bands(4), noise: 1)
    let answer = try library().answer(query)
    #expect(answer.verdict == .noMatch)
    #expect((answer.matches.first?.score ?? 100) < 85)
    // The nearest are told all the same, so that a person can look.
    #expect(answer.matches.count == 10)
  }

  @Test func twoThatFitAsWellAreOneOf() throws {
    var entries = MadeUpLibrary.entries()
    var twin = MadeUpLibrary.bands(104)
    twin[0].1 *= 1.05
    entries.append(
      VibrationalLibraryEntry(
        record: LibraryRecord(name: "isomer"), spectrum: MadeUpLibrary.spectrum(twin)))
    let query = MadeUpLibrary.spectrum(MadeUpLibrary.bands(104))
    let answer = try library(entries).answer(query)
    #expect(answer.verdict == .undecided)
    #expect(Set(answer.matches.prefix(2).map(\.name)) == ["substance 4", "isomer"])
    #expect((answer.margin ?? 100) < 5)
    #expect(answer.reason.hasPrefix("one of {substance 4; isomer}"))

    // As one substance, by a name, a number or a key, they are no rivals.
    let merged = try library(entries, same: [["Isomer", "SUBSTANCE 4"]]).answer(query)
    #expect(merged.verdict == .match)
    #expect(merged.matches.first?.synonyms == ["isomer"])
    for key in [\LibraryRecord.cas, \LibraryRecord.inchiKey] {
      var keyed = entries
      keyed[4].record[keyPath: key] = "50-36-2"
      keyed[12].record[keyPath: key] = "50-36-2"
      #expect(try library(keyed).answer(query).verdict == .match)
    }
    // Different keys keep them apart, whatever the names say.
    var apart = entries
    apart[4].record.inchiKey = "AAAAAAAAAAAAAA-AAAAAAAAAA-N"
    apart[12].record.inchiKey = "BBBBBBBBBBBBBB-BBBBBBBBBB-N"
    #expect(
      try library(apart, same: [["isomer", "substance 4"]]).answer(query).verdict == .undecided)
  }

  @Test func namesJoinedByAThirdAreOneSubstance() throws {
    var entries = MadeUpLibrary.entries(3)
    for (index, name) in ["a", "b", "c"].enumerated() { entries[index].record.name = name }
    let joined = try library(entries, same: [["a", "x"], ["b", "y"], ["y", "x"]])
    #expect(joined.substances.count == 2)
  }

  @Test func anAxisThatMeansSomethingElseIsRefusedByName() throws {
    let library = try library()
    var query = MadeUpLibrary.spectrum(MadeUpLibrary.bands(104))
    query.axis.kind = .channel
    #expect(throws: VibrationalError.axisInChannels) { try library.compared(query) }
    let answer = library.answer(query)
    #expect(answer.verdict == .notComparable && answer.matches.isEmpty)
    #expect(answer.reason.contains("search-axis-in-channels"))
    query.axis.kind = .wavenumber
    #expect(
      throws: VibrationalError.axisOfAnotherKind(found: "wavenumber", library: "raman_shift")
    ) { try library.compared(query) }
    #expect(throws: VibrationalError.axisInChannels) {
      try VibrationalLibrary([], source: MadeUpLibrary.source, axis: .channel)
    }
  }

  @Test func tooLittleOverlapIsNotComparable() throws {
    let library = try library()
    // 400 to 1800: at least 225 of the 281 points are needed.
    func query(to end: Double) -> MeasuredSpectrum {
      MadeUpLibrary.spectrum(
        MadeUpLibrary.bands(104), axis: stride(from: 350.0, through: end, by: 2).map { $0 })
    }
    #expect(library.answer(query(to: 1522)).verdict == .match)
    #expect(library.answer(query(to: 1518)).verdict == .notComparable)
    #expect(throws: VibrationalError.overlap(fraction: 224 / 281.0, needed: 0.8)) {
      try library.compared(query(to: 1518))
    }
    // Records with less are left out, and it is said.
    var entries = MadeUpLibrary.entries()
    entries[4].spectrum = query(to: 1000)
    let short = try self.library(entries)
    #expect(short.refused.map(\.index) == [4])
    let answer = short.answer(query(to: 1900))
    #expect(answer.verdict == .noMatch)
    #expect(answer.reason.hasSuffix("1 of 12 records could not be compared"))
    // Each has 80 %, but not the same 80 %.
    entries[4].spectrum = MadeUpLibrary.spectrum(
      MadeUpLibrary.bands(104), axis: stride(from: 600.0, through: 1900, by: 2).map { $0 })
    let other = try self.library(entries).answer(query(to: 1600))
    #expect(other.verdict == .noMatch)
    #expect(other.reason.hasSuffix("1 of 12 records could not be compared"))
  }

  @Test func aPartOfTheRegionIsComparedWithWhatTheRecordHasThere() throws {
    var entries = MadeUpLibrary.entries()
    entries[4].spectrum = MadeUpLibrary.spectrum(
      MadeUpLibrary.bands(104), axis: stride(from: 500.0, through: 1900, by: 2).map { $0 })
    let answer = try library(entries).answer(MadeUpLibrary.spectrum(MadeUpLibrary.bands(104)))
    #expect(answer.matches.first?.name == "substance 4")
    #expect(answer.matches.first?.otherScores["overlap"] == 261 / 281.0)
  }

  @Test func spectraWithNothingInThemHaveNoScore() throws {
    let library = try library()
    for slope in [0.0, 3] {
      let flat = MadeUpLibrary.spectrum([], slope: slope)
      #expect(throws: VibrationalError.constant) { try library.compared(flat) }
      #expect(library.answer(flat).verdict == .notComparable)
    }
    var entries = MadeUpLibrary.entries()
    entries[2].spectrum = MadeUpLibrary.spectrum([])
    let dull = try self.library(entries)
    #expect(dull.refused == [.init(index: 2, name: "substance 2", error: .constant)])
    #expect(dull.answer(entries[3].spectrum).matches.first?.name == "substance 3")
  }

  @Test func damagedRecordsDoNotStopTheOthers() throws {
    var entries = MadeUpLibrary.entries()
    entries[0].spectrum.values[9] = .nan
    entries[1].spectrum.axis.values[9] = 0
    entries[2].spectrum.values.removeLast()
    entries[3].spectrum.axis.values = []
    entries[3].spectrum.values = []
    entries[5].spectrum.axis.kind = .wavelength
    entries[6].spectrum.axis.kind = .channel
    let library = try library(entries)
    #expect(library.refused.map(\.index) == [0, 1, 2, 3, 5, 6])
    #expect(library.refused[0].error == .spectrum(.notFinite(what: "spectrum", index: 9)))
    #expect(library.refused[1].error == .spectrum(.axisNotMonotone(index: 9)))
    #expect(library.refused[5].error == .axisInChannels)
    #expect(library.answer(entries[4].spectrum).matches.first?.name == "substance 4")
    let nothing = try self.library([])
    #expect(nothing.answer(entries[4].spectrum).verdict == .notComparable)
    var query = entries[4].spectrum
    query.values[1] = .infinity
    #expect(throws: VibrationalError.spectrum(.notFinite(what: "spectrum", index: 1))) {
      try library.compared(query)
    }
  }

  @Test func saturatedPointsDoNotEnterTheScore() throws {
    let library = try library()
    var query = MadeUpLibrary.spectrum(MadeUpLibrary.bands(104))
    let clean = try #require(library.answer(query).matches.first?.score)
    let place = try #require(query.axis.values.firstIndex(of: 700))
    query.values[place] = 65_535
    let wrong = try #require(library.answer(query).matches.first?.score)
    #expect(wrong < 60)
    query.saturated = [place]
    let found = library.answer(query)
    #expect(abs((found.matches.first?.score ?? 0) - clean) < 0.5)
    #expect(found.matches.first?.flags == ["saturated-in-region"])
    // The point at 700 rests on that sample.
    #expect(found.matches.first?.otherScores["overlap"] == 280 / 281.0)
    // A value that is not known may be no number.
    query.values[place] = .nan
    #expect(library.answer(query).matches.first?.name == "substance 4")
  }

  @Test func aStretchWithoutSamplesIsNoSpectrum() throws {
    func query(without gap: ClosedRange<Double>) -> MeasuredSpectrum {
      MadeUpLibrary.spectrum(
        MadeUpLibrary.bands(104),
        axis: MadeUpLibrary.axis.filter { !(gap.lowerBound < $0 && $0 < gap.upperBound) })
    }
    let library = try library()
    // A straight line over 800 of 1400 units once counted as measured.
    #expect(library.answer(query(without: 700...1500)).verdict == .notComparable)
    #expect(throws: VibrationalError.overlap(fraction: 122 / 281.0, needed: 0.8)) {
      try library.compared(query(without: 700...1500))
    }
    let short = library.answer(query(without: 700...800))
    #expect(short.matches.first?.flags == ["gap-in-region"])
    #expect(short.matches.first?.otherScores["overlap"] == 262 / 281.0)
    // Eight steps of the grid are no gap.
    let near = library.answer(query(without: 700...740))
    #expect(near.matches.first?.flags == [])
    #expect(near.matches.first?.otherScores["overlap"] == 1)
    // With a saturated sample in the same place the holes are one, falling axes alike.
    var both = query(without: 700...800)
    both.saturated = [0, 1].map { (both.axis.values.firstIndex(of: 800) ?? 0) + $0 }
    let reversed = MeasuredSpectrum(
      name: "sample", axis: Axis(kind: .ramanShift, values: both.axis.values.reversed()),
      ordinate: .counts, values: both.values.reversed(),
      saturated: both.saturated.map { both.values.count - 1 - $0 })
    for spectrum in [both, reversed] {
      let answer = library.answer(spectrum)
      #expect(answer.matches.first?.flags == ["saturated-in-region", "gap-in-region"])
      #expect(answer.matches.first?.otherScores["overlap"] == 261 / 281.0)
    }
    // A record with such a stretch is refused, and a coarse one is not.
    var entries = MadeUpLibrary.entries()
    entries[4].spectrum = query(without: 700...1500)
    #expect(try self.library(entries).refused.map(\.index) == [4])
    let coarse = MadeUpLibrary.spectrum(
      MadeUpLibrary.bands(104), axis: stride(from: 300.0, through: 1900, by: 45).map { $0 })
    #expect(library.answer(coarse).matches.first?.otherScores["overlap"] == 1)
  }

  @Test func whatCouldBeComparedWithOneSubstanceAloneIsUndecided() throws {
    let query = MadeUpLibrary.spectrum(MadeUpLibrary.bands(104), noise: 2)
    let entries = MadeUpLibrary.entries()
    let alone = try library([entries[4]]).answer(query)
    #expect(alone.verdict == .undecided && alone.margin == nil)
    #expect(alone.reason.hasSuffix("and nothing else could be compared"))
    #expect(alone.matches.map(\.name) == ["substance 4"])
    // Two records of it are no second substance.
    let twice = try library([entries[4], entries[4]]).answer(query)
    #expect(twice.verdict == .undecided)
    #expect(try library([entries[4], entries[5]]).answer(query).verdict == .match)
    #expect(try library([entries[5]]).answer(query).verdict == .noMatch)
  }

  @Test func aNegativeCorrelationScoresZero() throws {
    let query = MadeUpLibrary.spectrum(MadeUpLibrary.bands(104))
    var dip = query
    dip.values = query.values.map { -$0 }
    let plain = VibrationalSearch(step: 5, baselineSmoothness: nil, clipsBelowZero: false)
    let answer = try library(MadeUpLibrary.entries(), plain).answer(dip)
    #expect(answer.matches.first { $0.name == "substance 4" }?.score ?? 0 == 0)
    #expect(answer.verdict == .noMatch)
  }

  @Test func preparedTogetherOrAloneTheBitsAreTheSame() throws {
    let entries = MadeUpLibrary.entries(19)
    let library = try library(entries)
    for (index, entry) in entries.enumerated() {
      let alone = try library.preparation.prepare(
        x: entry.spectrum.axis.values, y: entry.spectrum.values, unknown: [])
      #expect(library.prepared(index).values == alone.values)
    }
  }

  @Test func anAdaptedLibraryAnswersAsOneMadeAnew() throws {
    let entries = MadeUpLibrary.entries()
    let base = try library(entries)
    let search = MadeUpLibrary.search(ranking: .derivative, leastScore: 50, listed: 3)
    let query = MadeUpLibrary.spectrum(MadeUpLibrary.bands(107), noise: 3)
    let adapted = try base.adapted(to: search, without: ["substance 2"])
    let anew = try library(entries.filter { $0.record.name != "substance 2" }, search)
    #expect(adapted.answer(query) == anew.answer(query))
    #expect(throws: VibrationalError.self) { try base.adapted(to: .init(step: 2)) }
    #expect(throws: VibrationalError.self) {
      try base.adapted(to: .init(regions: [.init(from: 500, to: 1800)], step: 5))
    }
    #expect(throws: VibrationalError.self) { try adapted.adapted(to: MadeUpLibrary.search()) }
  }

  @Test func searchesOutOfTheirRangeAreRefused() {
    for search in [
      VibrationalSearch(regions: []), .init(regions: [.init(from: 900, to: 400)]),
      .init(regions: [.init(from: 400, to: 900), .init(from: 800, to: 1200)]), .init(step: 0),
      .init(step: .nan), .init(baselineSmoothness: -1), .init(derivativeWindow: 4),
      .init(leastOverlap: 0), .init(leastScore: 101), .init(leastMargin: -1), .init(listed: 0),
      .init(regions: [.init(from: -.infinity, to: 3)]),
    ] {
      #expect(throws: VibrationalError.self) { try search.check() }
    }
    #expect(throws: Never.self) { try VibrationalSearch.infrared.check() }
  }

  @Test func twoRegionsAreComparedAsOne() throws {
    let search = VibrationalSearch(
      regions: [.init(from: 400, to: 900), .init(from: 1200, to: 1800)], step: 5)
    let library = try library(MadeUpLibrary.entries(), search)
    #expect(library.preparation.grid.places.count == 101 + 121)
    let answer = library.answer(MadeUpLibrary.spectrum(MadeUpLibrary.bands(104), noise: 8))
    #expect(answer.matches.first?.name == "substance 4")
    #expect((answer.matches.first?.score ?? 0) > 94)
  }

  @Test func parametersSurviveJSONAndDefaultsNeedNotBeWritten() throws {
    let search = VibrationalSearch(
      regions: [.init(from: 1, to: 9)], baselineSmoothness: nil, ranking: .angle)
    let data = try JSONEncoder().encode(search)
    let back = try JSONDecoder().decode(VibrationalSearch.self, from: data)
    #expect(back == search)
    let empty = try JSONDecoder().decode(VibrationalSearch.self, from: Data("{}".utf8))
    #expect(empty == VibrationalSearch())
  }

  @Test func theHashedTextSeesEveryBitAndTheOrder() {
    let entries = MadeUpLibrary.entries(3)
    let text = VibrationalLibrary.hashedText(entries)
    #expect(VibrationalLibrary.hashedText(entries.reversed()) != text)
    var changed = entries
    changed[1].spectrum.values[5] = changed[1].spectrum.values[5].nextUp
    #expect(VibrationalLibrary.hashedText(changed) != text)
  }
}
