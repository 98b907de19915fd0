internal import Instruments
public import Laboratory

extension VibrationalLibrary {
  /// What the library says of a spectrum; never an identity, always a likeness.
  ///
  /// A spectrum that cannot be compared (axis in channels, too little overlap, constant, not finite)
  /// gives the verdict `notComparable` with the reason. A match needs another substance that it
  /// could have been: where no other could be compared the verdict is `undecided`.
  public func answer(_ query: MeasuredSpectrum) -> SearchAnswer {
    do throws(VibrationalError) {
      return try compared(query)
    } catch {
      return SearchAnswer(
        verdict: .notComparable, matches: [], margin: nil,
        reason: "\(error.failure.what) (\(error.failure.code))", library: source)
    }
  }

  /// As `answer`, but a spectrum that cannot be compared is an error of its own.
  public func compared(_ query: MeasuredSpectrum) throws(VibrationalError) -> SearchAnswer {
    let prepared = try prepare(query)
    let hits = try hits(prepared)
    guard !hits.isEmpty else {
      throw .overlap(
        fraction: Double(VibrationalGrid.count(prepared.available)) / Double(width),
        needed: search.leastOverlap)
    }
    return try answer(hits, prepared)
  }

  /// Checks a spectrum's axis and brings it on the grid.
  func prepare(
    _ query: MeasuredSpectrum
  ) throws(VibrationalError) -> VibrationalPreparation.Prepared {
    guard query.axis.kind != .channel else { throw .axisInChannels }
    guard query.axis.kind == axis else {
      throw .axisOfAnotherKind(found: query.axis.kind.rawValue, library: axis.rawValue)
    }
    return try preparation.prepare(
      x: query.axis.values, y: query.values, unknown: query.saturated)
  }

  /// The best record of a substance.
  struct Hit {
    var row: Int
    var score: Double
    /// The points that were compared.
    var points: [Range<Int>]
  }

  /// The best record of each substance that can be compared, best first; ties in library order.
  func hits(
    _ query: VibrationalPreparation.Prepared
  ) throws(VibrationalError) -> [Hit] {
    let spectrum = search.ranking == .derivative ? try preparation.derivative(query) : query
    let available = spectrum.available
    try preparation.look(overlap: available)
    let least = search.leastOverlap * Double(width)
    var views: [[Range<Int>]: View] = [:]
    var best = [Hit?](repeating: nil, count: substances.count)
    ranked.withLanes { ranked in
      for (index, row) in rows.enumerated() {
        let points =
          row.available == available ? available : VibrationalGrid.common(row.available, available)
        guard Double(VibrationalGrid.count(points)) >= least else { continue }
        let view: View
        if let known = views[points] {
          view = known
        } else {
          view = View(spectrum.values, points, centred: search.ranking.isCentred)
          views[points] = view
        }
        guard view.norm > 0 else { continue }
        let moments =
          points == row.available
          ? row.moments
          : VibrationalMoments(
            ranked, at: index * width, over: points, centred: search.ranking.isCentred)
        guard moments.norm > 0 else { continue }
        let score = VibrationalScore(
          cosine: view.product(ranked, index * width, moments) / (view.norm * moments.norm)
        ).score(search.ranking)
        let group = substances.group[row.record]
        if let known = best[group], known.score >= score { continue }
        best[group] = Hit(row: index, score: score, points: points)
      }
    }
    return best.compactMap { $0 }.sorted {
      $0.score != $1.score ? $0.score > $1.score : $0.row < $1.row
    }
  }

  /// The query over some points, its mean taken off.
  private struct View {
    var values: [Double]
    var points: [Range<Int>]
    var norm: Double

    init(_ spectrum: [Double], _ points: [Range<Int>], centred: Bool) {
      let moments = spectrum.withLanes {
        VibrationalMoments($0, at: 0, over: points, centred: centred)
      }
      values = [Double](repeating: 0, count: spectrum.count)
      for index in points.joined() { values[index] = spectrum[index] - moments.mean }
      self.points = points
      norm = moments.norm
    }

    func product(_ rows: Lanes, _ offset: Int, _ moments: VibrationalMoments) -> Double {
      values.withLanes { own in
        var sum = 0.0
        for range in points {
          sum += VibrationalSums.products(own, rows, offset, range, moments.mean)
        }
        return sum
      }
    }
  }

  // MARK: - Answers

  private func answer(
    _ hits: [Hit], _ query: VibrationalPreparation.Prepared
  ) throws(VibrationalError) -> SearchAnswer {
    let top = hits[0]
    let margin = hits.count > 1 ? top.score - hits[1].score : nil
    let near = hits.prefix { top.score - $0.score < search.leastMargin || $0.row == top.row }
    let name = records[rows[top.row].record].name
    let measure = search.ranking.rawValue
    let (verdict, reason): (SearchVerdict, String)
    if top.score < search.leastScore {
      verdict = .noMatch
      reason =
        "the best, \(name), has \(measure) \(Self.text(top.score)); "
        + "\(Self.text(search.leastScore)) is asked for"
    } else if near.count > 1 {
      verdict = .undecided
      let names = near.map { records[rows[$0.row].record].name }
      reason =
        "one of {\(names.joined(separator: "; "))}: within \(Self.text(search.leastMargin)) of "
        + "\(measure) \(Self.text(top.score))"
    } else if let margin {
      verdict = .match
      reason =
        "library match \(name), \(measure) \(Self.text(top.score)), the next substance "
        + "\(Self.text(margin)) less"
    } else {
      // Spectra of any two substances have something in common: a score alone separates nothing.
      verdict = .undecided
      reason =
        "\(name) has \(measure) \(Self.text(top.score)), and nothing else could be compared"
    }
    // All that cannot be told apart are named, however many.
    var matches: [LibraryMatch] = []
    for hit in hits.prefix(verdict == .undecided ? max(near.count, search.listed) : search.listed) {
      matches.append(try match(hit, query))
    }
    let left = rows.count - comparedRows(query)
    let absent = refused.count + left
    return SearchAnswer(
      verdict: verdict, matches: matches, margin: margin,
      reason: absent == 0
        ? reason : reason + "; \(absent) of \(records.count) records could not be compared",
      library: source)
  }

  private func comparedRows(_ query: VibrationalPreparation.Prepared) -> Int {
    let least = search.leastOverlap * Double(width)
    return rows.count {
      Double(VibrationalGrid.count(VibrationalGrid.common($0.measured, query.available))) >= least
    }
  }

  private func match(
    _ hit: Hit, _ query: VibrationalPreparation.Prepared
  ) throws(VibrationalError) -> LibraryMatch {
    let row = rows[hit.row]
    let group = substances.group[row.record]
    let others = records.indices.filter {
      $0 != row.record && substances.group[$0] == group
    }
    var scores = try otherScores(ofRow: hit.row, query)
    scores[search.ranking.rawValue] = nil
    scores["overlap"] = Double(VibrationalGrid.count(hit.points)) / Double(width)
    return LibraryMatch(
      records[row.record], others: others.map { records[$0] }, score: hit.score,
      otherScores: scores, flags: query.flags)
  }

  /// All scores of one pair of spectra.
  private func otherScores(
    ofRow index: Int, _ query: VibrationalPreparation.Prepared
  ) throws(VibrationalError) -> [String: Double] {
    let own = prepared(index)
    var scores: [String: Double] = [:]
    for isCentred in [true, false] {
      guard let score = Self.score(own, query, centred: isCentred) else { continue }
      if isCentred {
        scores[VibrationalSearch.Ranking.correlation.rawValue] = score.square
      } else {
        scores[VibrationalSearch.Ranking.cosine.rawValue] = score.square
        scores["spectral-angle-deg"] = score.angleDegrees
        scores["euclidean-distance"] = score.distance
      }
    }
    let slopes = (try preparation.derivative(own), try preparation.derivative(query))
    if let score = Self.score(slopes.0, slopes.1, centred: true) {
      scores[VibrationalSearch.Ranking.derivative.rawValue] = score.square
    }
    return scores
  }

  /// The score of two prepared spectra; none where one is constant over what they share.
  static func score(
    _ left: VibrationalPreparation.Prepared, _ right: VibrationalPreparation.Prepared,
    centred: Bool
  ) -> VibrationalScore? {
    let points = VibrationalGrid.common(left.available, right.available)
    let view = View(left.values, points, centred: centred)
    return right.values.withLanes { lanes in
      let moments = VibrationalMoments(lanes, at: 0, over: points, centred: centred)
      guard view.norm > 0, moments.norm > 0 else { return nil }
      return VibrationalScore(
        cosine: view.product(lanes, 0, moments) / (view.norm * moments.norm))
    }
  }

  /// One digit after the point, for sentences alone.
  private static func text(_ score: Double) -> String {
    let tenths = Int((score * 10 + 0.5).rounded(.down))
    return "\(tenths / 10).\(abs(tenths % 10))"
  }
}
