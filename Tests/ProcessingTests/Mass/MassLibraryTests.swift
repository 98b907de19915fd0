import Foundation
import Laboratory
import Testing

@testable import Processing

/// A library of random spectra; some are near copies of one another.
func randomLibrary(_ seed: UInt64, count: Int, retention: Bool = false) throws -> [MassLibraryEntry]
{
  var random = SeededGenerator(state: seed)
  var entries: [MassLibraryEntry] = []
  for number in 0..<count {
    var record = LibraryRecord(name: "substance \(number)", inchiKey: "KEY\(number)")
    if retention, number % 3 > 0 {
      record.retentionIndices = ["": Double.random(in: 1000...1100, using: &random)]
    }
    var peaks: [Double: Double] = [:]
    if number % 4 == 1, let last = entries.last {
      for (mass, intensity) in zip(last.peaks.massToCharge, last.peaks.intensity) {
        peaks[mass] = (intensity * Double.random(in: 0.9...1.1, using: &random)).rounded()
      }
      // Every eighth is the same substance again, as it is or nearly so.
      if number % 8 == 1 { record.inchiKey = last.record.inchiKey }
      if number % 16 == 1 { record.retentionIndices = last.record.retentionIndices }
      if number % 16 == 1 {
        peaks = Dictionary(uniqueKeysWithValues: zip(last.peaks.massToCharge, last.peaks.intensity))
      }
    } else {
      for _ in 0..<Int.random(in: 1...40, using: &random) {
        peaks[Double(Int.random(in: 26...200, using: &random))] =
          Double(Int.random(in: 1...999, using: &random))
      }
    }
    let masses = peaks.keys.sorted()
    entries.append(
      MassLibraryEntry(
        record: record,
        peaks: try MassPeakList(massToCharge: masses, intensity: masses.map { peaks[$0] ?? 0 }),
        scanRange: number % 10 == 7 ? 50...120 : nil))
  }
  return entries
}

@Suite struct MassLibraryTests {
  private let source = LibrarySource(name: "test", version: "1", sha256: "00")

  private func entry(
    _ name: String, _ pairs: [Double: Double], key: String? = nil, cas: String? = nil
  )
    throws -> MassLibraryEntry
  {
    let masses = pairs.keys.sorted()
    return MassLibraryEntry(
      record: LibraryRecord(name: name, inchiKey: key, cas: cas),
      peaks: try MassPeakList(massToCharge: masses, intensity: masses.map { pairs[$0] ?? 0 }))
  }

  /// What a search must answer, by comparing everything with everything.
  private func plain(_ library: MassLibrary, _ entries: [MassLibraryEntry], _ query: MassQuery)
    -> [(group: Int, score: Double)]
  {
    let peaks = library.preparation.prepared(query.peaks)
    var scored: [(entry: Int, score: Double, reverse: Double)] = []
    for (number, entry) in entries.enumerated() {
      var range = query.scanRange
      if let own = entry.scanRange { range = range.map { own.clamped(to: $0) } ?? own }
      let compared = MassComparison(
        query: peaks, library: library.spectrum(number),
        intensityPower: library.search.intensityPower, massPower: library.search.massPower,
        range: range)
      if left(query, peaks, library, entry) { continue }
      var score =
        999 * (library.search.ranking == .dot ? compared.dot : compared.composite)
      if let measured = query.retentionIndex, let own = entry.record.retentionIndices[""] {
        let distance = abs(measured - own)
        if distance > 10 { score -= min(200, 15 * (distance - 10) / 10) }
      }
      if score > 0 { scored.append((number, score, compared.reverseDot)) }
    }
    scored.sort { ($1.score, $1.reverse, $0.entry) < ($0.score, $0.reverse, $1.entry) }
    var seen: Set<Int> = []
    return scored.compactMap { hit in
      let group = library.substances.group[hit.entry]
      return seen.insert(group).inserted ? (group, hit.score) : nil
    }
  }

  /// Whether the masses of an entry leave too little of a query.
  private func left(
    _ query: MassQuery, _ peaks: MassPeakList, _ library: MassLibrary, _ entry: MassLibraryEntry
  ) -> Bool {
    guard let own = entry.scanRange else { return false }
    var (kept, all, count, total) = (0.0, 0.0, 0, 0)
    for (mass, intensity) in zip(peaks.massToCharge, peaks.intensity)
    where query.scanRange?.contains(mass) ?? true {
      let weight =
        pow(intensity, library.search.intensityPower) * pow(mass, library.search.massPower)
      (all, total) = (all + weight * weight, total + 1)
      if own.contains(mass) { (kept, count) = (kept + weight * weight, count + 1) }
    }
    return count < min(3, total) || kept < all / 2
  }

  @Test(arguments: [MassSearch.Ranking.dot, .composite], 0..<20)
  func theIndexFindsWhatComparingEverythingFinds(
    _ ranking: MassSearch.Ranking, _ seed: UInt64
  ) throws {
    var random = SeededGenerator(state: seed &* 7919)
    let entries = try randomLibrary(seed, count: 400, retention: true)
    let library = try MassLibrary(
      entries, source: source,
      search: MassSearch(
        intensityPower: seed % 2 == 0 ? 0.5 : 0.6, massPower: seed % 2 == 0 ? 1 : 3,
        ranking: ranking, leastScore: 0, listed: 5))
    for number in 0..<8 {
      // Some are of the library, some are disturbed, some are strangers.
      let base = entries[Int.random(in: 0..<entries.count, using: &random)].peaks
      let disturbed = try MassPeakList(
        massToCharge: base.massToCharge + [Double(Int.random(in: 30...190, using: &random))],
        intensity: base.intensity.map {
          $0 * (number % 3 == 0 ? 1 : Double.random(in: 0.3...1.7, using: &random))
        } + [Double(Int.random(in: 1...500, using: &random))])
      let query = MassQuery(
        peaks: disturbed, scanRange: number % 2 == 0 ? nil : 40...150,
        retentionIndex: number % 4 == 0 ? 1050 : nil)
      let expected = plain(library, entries, query)
      let answer = library.answer(query)
      guard let top = expected.first else {
        #expect(answer.matches.isEmpty)
        continue
      }
      let near = expected.prefix { $0.score >= top.score - 20 }.count
      let listed = expected.prefix(max(5, near))
      #expect(answer.matches.map(\.score) == listed.map(\.score))
      #expect(
        answer.matches.map(\.inchiKey)
          == listed.map { hit in
            entries[library.substances.group.firstIndex(of: hit.group) ?? 0].record.inchiKey
          })
      let leftOut = entries.enumerated().count {
        library.spectrum($0).count > 0
          && left(query, library.preparation.prepared(query.peaks), library, $1)
      }
      #expect(
        answer.verdict
          == (near > 1 || (expected.count == 1 && leftOut > 0) ? .undecided : .match))
      #expect(answer.reason.contains("could not be compared") == (leftOut > 0))
      if leftOut > 0 {
        #expect(answer.reason.hasSuffix("; \(leftOut) of 400 records could not be compared"))
      }
      #expect(answer.margin == (expected.count > 1 ? top.score - expected[1].score : nil))
    }
  }

  @Test func aPresearchScoresItsCandidatesExactly() throws {
    let entries = try randomLibrary(3, count: 400)
    let whole = try MassLibrary(entries, source: source)
    let presearched = try MassLibrary(
      entries, source: source, search: MassSearch(presearch: .init(peaks: 8, shared: 3)))
    for number in stride(from: 0, to: 400, by: 40) where entries[number].peaks.count > 8 {
      let query = MassQuery(peaks: entries[number].peaks)
      let (a, b) = (whole.answer(query), presearched.answer(query))
      #expect(a.matches[0].score == b.matches[0].score)
      #expect(a.matches[0].name == b.matches[0].name)
      #expect(b.reason.hasSuffix("candidates of a presearch only"))
    }
  }

  // MARK: - Substances

  @Test func synonymsAreOneSubstance() throws {
    let library = try MassLibrary(
      [
        entry("Methyl ethyl ketone", [43: 999, 72: 200], key: "A", cas: "78-93-3"),
        entry("2-Butanone", [43: 999, 72: 210], key: "A"),
        entry("MEK", [43: 999, 72: 205], cas: "78-93-3"),
        entry("mek", [43: 990, 72: 205]),
        entry("Propanal", [29: 999, 58: 800], key: "B"),
      ], source: source)
    #expect(library.substances.group == [0, 0, 0, 0, 1])
    let answer = try library.answer(
      MassQuery(peaks: MassPeakList(massToCharge: [43, 72], intensity: [999, 210])))
    #expect(answer.verdict == .match)
    #expect(answer.matches.count == 1)
    #expect(answer.matches[0].name == "2-Butanone")
    #expect(answer.matches[0].synonyms == ["Methyl ethyl ketone", "MEK", "mek"])
    #expect(answer.matches[0].cas == "78-93-3")
    #expect(answer.margin == nil)
    #expect(answer.library == source)
  }

  @Test func differentKeysAreNeverMerged() {
    let groups = SubstanceGroups([
      LibraryRecord(name: "x", inchiKey: "A", cas: "1"),
      LibraryRecord(name: "x", inchiKey: "B", cas: "1"),
      LibraryRecord(name: "y", cas: "1"), LibraryRecord(name: "X"), LibraryRecord(name: "z"),
      LibraryRecord(name: "", inchiKey: ""),
    ])
    #expect(groups.group == [0, 1, 0, 0, 2, 3])
    #expect(groups.count == 4)
  }

  // MARK: - Verdicts

  @Test func isomersAreUndecided() throws {
    let library = try MassLibrary(
      [
        entry("Phentermine", [58: 999, 91: 150, 134: 30], key: "A"),
        entry("Methamphetamine", [58: 999, 91: 160, 134: 20], key: "B"),
        entry("Caffeine", [109: 600, 194: 999], key: "C"),
      ], source: source)
    let answer = try library.answer(
      MassQuery(peaks: MassPeakList(massToCharge: [58, 91, 134], intensity: [999, 155, 25])))
    #expect(answer.verdict == .undecided)
    #expect(answer.matches.map(\.name).sorted() == ["Methamphetamine", "Phentermine"])
    #expect(answer.reason.hasPrefix("one of {"))
    #expect((answer.margin ?? 99) < 20)
  }

  @Test func allWithinTheUndecidedDistanceAreNamed() throws {
    let entries = try (0..<12).map {
      try entry("isomer \($0)", [58: 999, 91: 150 + Double($0)], key: "K\($0)")
    }
    let library = try MassLibrary(entries, source: source, search: MassSearch(listed: 3))
    let answer = library.answer(MassQuery(peaks: entries[5].peaks))
    #expect(answer.verdict == .undecided)
    #expect(answer.matches.count == 12)
    #expect(answer.matches[0].name == "isomer 5")
  }

  @Test func whatIsAbsentIsNoMatchAndWhatIsEmptyNotComparable() throws {
    let library = try MassLibrary(
      [entry("Caffeine", [109: 600, 194: 999], key: "C")], source: source)
    let stranger = try MassPeakList(massToCharge: [109, 300], intensity: [300, 999])
    let weak = library.answer(MassQuery(peaks: stranger))
    #expect(weak.verdict == .noMatch && weak.matches.count == 1)
    let none = try library.answer(
      MassQuery(peaks: MassPeakList(massToCharge: [77], intensity: [5])))
    #expect(none.verdict == .noMatch && none.matches.isEmpty)
    #expect(library.answer(MassQuery(peaks: .empty)).verdict == .notComparable)
    #expect(
      library.answer(MassQuery(peaks: stranger, scanRange: 400...500)).verdict == .notComparable)
    #expect(
      library.answer(MassQuery(peaks: stranger, scanRange: 1e8...1e9)).verdict == .notComparable)
    let empty = try MassLibrary([], source: source)
    #expect(empty.answer(MassQuery(peaks: stranger)).verdict == .notComparable)
  }

  // MARK: - Common masses

  private func narrow(_ range: ClosedRange<Double>, _ pairs: [Double: Double], key: String)
    throws -> MassLibraryEntry
  {
    var entry = try entry("narrow", pairs, key: key)
    entry.scanRange = range
    return entry
  }

  @Test(arguments: [MassSearch.Ranking.dot, .composite])
  func aFewCommonMassesAreNoLikeness(_ ranking: MassSearch.Ranking) throws {
    let pairs = [50.0: 300.0, 55: 999, 60: 400, 100: 500, 150: 999, 200: 800]
    let query = try MassQuery(peaks: entry("query", pairs).peaks)
    func answer(_ range: ClosedRange<Double>, presearch: MassSearch.Presearch? = nil) throws
      -> SearchAnswer
    {
      try MassLibrary(
        [narrow(range, pairs.filter { range.contains($0.key) }, key: "A")], source: source,
        search: MassSearch(ranking: ranking, presearch: presearch)
      ).answer(query)
    }
    for presearch in [nil, MassSearch.Presearch(peaks: 8, shared: 1)] {
      // One peak; three with little weight; two with most of it.
      for range in [55.0...55, 50...60, 150...200] {
        let left = try answer(range, presearch: presearch)
        #expect(left.verdict == .notComparable, "\(range)")
        #expect(left.matches.isEmpty)
      }
      // Three peaks with most of the weight.
      let kept = try answer(100...200, presearch: presearch)
      #expect(kept.matches.map(\.name) == ["narrow"])
      #expect(agrees(kept.matches.first?.score, 999, within: 1e-9))
      #expect(kept.verdict == .match && kept.margin == nil)
    }
    // A query of two peaks needs both.
    let two = try MassQuery(peaks: entry("two", [150: 999, 200: 800]).peaks)
    let library = try MassLibrary(
      [narrow(150...200, [150: 999, 200: 800], key: "A")], source: source)
    #expect(library.answer(two).verdict == .match)
  }

  @Test func aLoneSubstanceIsUndecidedWhereOthersCouldNotBeCompared() throws {
    let pairs = [50.0: 300.0, 55: 999, 60: 400, 100: 500, 150: 999, 200: 800]
    let query = try MassQuery(peaks: entry("query", pairs).peaks)
    let whole = try entry("whole", pairs, key: "B")
    func answer(_ entries: [MassLibraryEntry]) throws -> SearchAnswer {
      try MassLibrary(entries, source: source).answer(query)
    }
    #expect(try answer([whole]).verdict == .match)
    let beside = try answer([whole, narrow(50...60, [55: 999], key: "A")])
    #expect(beside.verdict == .undecided && beside.margin == nil)
    #expect(beside.matches.map(\.name) == ["whole"])
    #expect(
      beside.reason.hasSuffix(
        "nothing else could be compared; 1 of 2 records could not be compared"))
    // A record of the same substance is no rival.
    let same = try answer([whole, narrow(50...60, [55: 999], key: "B")])
    #expect(same.verdict == .match)
    #expect(same.reason.hasSuffix("; 1 of 2 records could not be compared"))
    // Nor is anything undecided where another was compared.
    let other = try answer([
      whole, narrow(50...60, [55: 999], key: "A"), entry("other", [200: 999], key: "C"),
    ])
    #expect(other.verdict == .match && other.margin != nil)
    // What is left out is said of what is not like it, too.
    let stranger = try answer([
      entry("other", [77: 999], key: "C"), narrow(50...60, [55: 999], key: "A"),
    ])
    #expect(stranger.verdict == .noMatch)
    #expect(stranger.reason.hasSuffix("; 1 of 2 records could not be compared"))
  }

  // MARK: - Retention index

  @Test func theRetentionIndexCostsWhatTheRuleSays() throws {
    let rule = RetentionPenalty()
    #expect(rule.penalty(10) == 0 && rule.penalty(-10) == 0)
    #expect(rule.penalty(20) == 15 && rule.penalty(-30) == 30)
    #expect(rule.penalty(10_000) == 200)
    var with = try entry("A", [50: 999, 60: 200], key: "A")
    with.record.retentionIndices = ["": 1500]
    let without = try entry("B", [50: 999, 60: 199], key: "B")
    let library = try MassLibrary([with, without], source: source)
    let answer = library.answer(MassQuery(peaks: with.peaks, retentionIndex: 1550))
    #expect(answer.matches.map(\.name) == ["B", "A"])
    #expect(answer.matches[0].flags == ["no-retention-index"])
    #expect(answer.matches[1].score == 999 - 60)
    #expect(answer.matches[1].otherScores["retention-penalty"] == 60)
    #expect(answer.matches[1].otherScores["forward"] == 999)
  }

  @Test func anIndexOfAnotherPhaseIsNotCompared() {
    let record = LibraryRecord(name: "a", retentionIndices: ["SemiStdNP": 1000, "StdPolar": 1500])
    #expect(RetentionPenalty().index(of: record) == nil)
    #expect(RetentionPenalty(phase: "StdPolar").index(of: record) == 1500)
    #expect(RetentionPenalty(phase: "StdNP").index(of: record) == nil)
  }

  @Test(arguments: [
    MassSearch(intensityPower: .nan), MassSearch(massPower: -1), MassSearch(leastScore: 1000),
    MassSearch(listed: 0), MassSearch(retentionPenalty: .init(most: -1)),
    MassSearch(presearch: .init(peaks: 0)), MassSearch(presearch: .init(shared: 9)),
  ])
  func parametersOutOfRangeAreRefused(_ search: MassSearch) {
    #expect(throws: MassSpectrumError.self) {
      _ = try MassLibrary([], source: source, search: search)
    }
  }
}
