public import Laboratory

extension MassLibrary {
  /// Searches the library: every spectrum by its exact score, unless a presearch was chosen.
  ///
  /// Ranked by the unrounded score, equal ones by the reverse score, then in the order of the
  /// library. Substances stand once, with the best of their records. Within the masses that both
  /// were scanned for; a record that leaves less than half of the query's squared weight there, or
  /// fewer than three of its peaks, scores 0 and is counted in the reason. A lone substance is a match
  /// where all others were compared and share nothing with the query, and undecided where some were not.
  public func answer(_ query: MassQuery) -> SearchAnswer {
    let prepared = preparation.prepared(query.peaks)
    let scanned = query.scanRange.map {
      preparation.bin($0.lowerBound)...preparation.bin($0.upperBound)
    }
    let seen = scanned.map(prepared.within) ?? prepared
    guard seen.count > 0 else {
      return SearchAnswer(
        verdict: .notComparable, matches: [], margin: nil,
        reason: "the spectrum has no peak within the masses that are compared", library: source)
    }
    guard records.count > emptyCount else {
      return SearchAnswer(
        verdict: .notComparable, matches: [], margin: nil,
        reason: "the library holds no spectrum", library: source)
    }
    return answer(
      ranked(seen, scanned: scanned, retentionIndex: query.retentionIndex),
      leftOut: index.incomparable(seen, scanned: scanned))
  }

  /// A record that a search scored.
  struct Hit: Sendable {
    var entry: Int
    var comparison: MassComparison
    /// What ranks, the penalty taken off.
    var score: Double
    /// What the retention index took off; none where there is nothing to compare.
    var penalty: Double?
    /// The query has a retention index and the record none.
    var lacksRetentionIndex: Bool
  }

  // MARK: - Scores

  /// The best record of each substance, best first: at least as many as are listed, and all within
  /// the undecided distance of the best.
  private func ranked(
    _ query: MassPeakList, scanned: ClosedRange<Double>?, retentionIndex: Double?
  ) -> [Hit] {
    let entries: [Int]
    if let presearch {
      entries = presearch.candidates(query)
    } else {
      let scores = scores(query, scanned: scanned, retentionIndex: retentionIndex)
      let least = lowest(of: max(search.listed, 2), scores)
      entries = scores.indices.filter { scores[$0] > 0 && scores[$0] >= least }
    }
    let hits = entries.map {
      hit(query, $0, scanned: scanned, retentionIndex: retentionIndex)
    }.filter { $0.score > 0 }.sorted(by: Self.precedes)
    var seen: Set<Int> = []
    let best = hits.filter { seen.insert(substances.group[$0.entry]).inserted }
    guard let top = best.first else { return [] }
    let near = best.prefix { $0.score >= top.score - search.undecidedWithin }.count
    return Array(best.prefix(max(near, search.listed, 2)))
  }

  static func precedes(_ a: Hit, _ b: Hit) -> Bool {
    if a.score != b.score { return a.score > b.score }
    if a.comparison.reverseDot != b.comparison.reverseDot {
      return a.comparison.reverseDot > b.comparison.reverseDot
    }
    return a.entry < b.entry
  }

  /// Scores one entry exactly.
  private func hit(
    _ query: MassPeakList, _ entry: Int, scanned: ClosedRange<Double>?, retentionIndex: Double?
  ) -> Hit {
    let comparison = index.compare(query, with: entry, scanned: scanned)
    let isComparable = index.isComparable(query, with: entry, scanned: scanned)
    let factor =
      isComparable ? (search.ranking == .dot ? comparison.dot : comparison.composite) : 0
    let own = retentionIndex == nil ? nil : search.retentionPenalty.index(of: records[entry])
    let penalty = penalty(own, retentionIndex)
    return Hit(
      entry: entry, comparison: comparison,
      score: max(0, MassPreparation.base * factor - (penalty ?? 0)), penalty: penalty,
      lacksRetentionIndex: retentionIndex != nil && own == nil)
  }

  private func penalty(_ own: Double?, _ measured: Double?) -> Double? {
    guard let own, let measured else { return nil }
    return search.retentionPenalty.penalty(measured - own)
  }

  /// The score of each entry, to the bit what comparing it alone gives.
  private func scores(
    _ query: MassPeakList, scanned: ClosedRange<Double>?, retentionIndex: Double?
  ) -> [Double] {
    var scores = index.factors(query, scanned: scanned)
    for entry in scores.indices { scores[entry] *= MassPreparation.base }
    guard let retentionIndex else { return scores }
    for (entry, own) in retentionIndices.enumerated() where !own.isNaN {
      scores[entry] = max(
        0, scores[entry] - search.retentionPenalty.penalty(retentionIndex - own))
    }
    return scores
  }

  /// The score that an entry must reach to be among the best `needed` substances or within the
  /// undecided distance of the best; 0 where there are fewer.
  private func lowest(of needed: Int, _ scores: [Double]) -> Double {
    // The best score of each of the best substances, falling.
    var best: [(group: Int, score: Double)] = []
    for (entry, score) in scores.enumerated() where score > 0 {
      if best.count == needed, let last = best.last, score <= last.score { continue }
      let group = substances.group[entry]
      if let known = best.firstIndex(where: { $0.group == group }) {
        if best[known].score >= score { continue }
        best.remove(at: known)
      }
      let place = best.firstIndex { $0.score < score } ?? best.count
      best.insert((group, score), at: place)
      if best.count > needed { best.removeLast() }
    }
    guard best.count == needed, let top = best.first, let last = best.last else { return 0 }
    return min(last.score, top.score - search.undecidedWithin)
  }

  // MARK: - Answers

  private func answer(_ best: [Hit], leftOut: [Int]) -> SearchAnswer {
    let absent =
      leftOut.isEmpty
      ? "" : "; \(leftOut.count) of \(records.count) records could not be compared"
    guard let top = best.first else {
      guard leftOut.count < records.count - emptyCount else {
        return SearchAnswer(
          verdict: .notComparable, matches: [], margin: nil,
          reason: "no record of the library was scanned for enough of its masses", library: source)
      }
      return SearchAnswer(
        verdict: .noMatch, matches: [], margin: nil,
        reason: "no spectrum of the library shares a peak with it" + absent, library: source)
    }
    let margin = best.count > 1 ? top.score - best[1].score : nil
    let near = best.prefix { $0.score >= top.score - search.undecidedWithin }
    let matches = best.prefix(max(near.count, search.listed)).map(match)
    let name = records[top.entry].name
    let (verdict, reason): (SearchVerdict, String)
    if top.score < search.leastScore {
      verdict = .noMatch
      reason =
        "the best, \(name), scores \(Self.text(top.score)) of 999; "
        + "\(Self.text(search.leastScore)) are asked for"
    } else if near.count > 1 {
      verdict = .undecided
      let names = near.map { records[$0.entry].name }
      reason =
        "one of {\(names.joined(separator: "; "))}: they score within "
        + "\(Self.text(search.undecidedWithin)) of \(Self.text(top.score))"
    } else if margin == nil,
      leftOut.contains(where: { substances.group[$0] != substances.group[top.entry] })
    {
      verdict = .undecided
      reason =
        "\(name) scores \(Self.text(top.score)) of 999, and nothing else could be compared"
    } else {
      verdict = .match
      reason =
        "\(name) scores \(Self.text(top.score)) of 999"
        + (margin.map { ", the next substance \(Self.text($0)) less" } ?? "")
    }
    return SearchAnswer(
      verdict: verdict, matches: matches, margin: margin,
      reason: reason + absent + (presearch == nil ? "" : "; candidates of a presearch only"),
      library: source)
  }

  private func match(_ hit: Hit) -> LibraryMatch {
    let others = members[substances.group[hit.entry]].filter { $0 != hit.entry }
    var scores = [
      "forward": MassPreparation.base * hit.comparison.dot,
      "reverse": MassPreparation.base * hit.comparison.reverseDot,
      "composite": MassPreparation.base * hit.comparison.composite,
    ]
    if let penalty = hit.penalty { scores["retention-penalty"] = penalty }
    return LibraryMatch(
      records[hit.entry], others: others.map { records[$0] }, score: hit.score,
      otherScores: scores, flags: hit.lacksRetentionIndex ? ["no-retention-index"] : [])
  }

  /// Rounded half up, for sentences alone.
  private static func text(_ score: Double) -> String { "\(Int((score + 0.5).rounded(.down)))" }
}
