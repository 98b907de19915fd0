internal import Instruments

/// The peaks of a library by spectrum and by mass, with their weights.
///
/// Products of common peaks are added up the masses, as ``MassComparison`` does it, so both give the
/// same bits.
struct MassIndex: Sendable {
  /// Where the peaks of each spectrum begin; one more than spectra.
  private let starts: [Int]
  private let bins: [UInt16]
  private let intensities: [Double]
  /// Where the peaks of each mass begin in the two arrays below.
  private let massStarts: [Int]
  private let massEntries: [UInt32]
  private let massWeights: [Double]
  /// The intensities beside them; empty where the dot product ranks.
  private let massIntensities: [Double]
  /// The sums of squared weights over all peaks of each spectrum.
  private let wholeSums: [Double]
  /// Those over the masses that one query could see, for the ranges asked last.
  private let sumsByRange = Guarded<[(range: ClosedRange<Int>, sums: [Double])]>([])
  /// The spectra whose own scan range is known and may be narrower than a query's.
  private let ranges: [Int: ClosedRange<Double>]
  let weights: MassWeights
  private let ranking: MassSearch.Ranking
  let emptyCount: Int
  /// The lowest and highest mass of all peaks; 0...0 without peaks.
  private let extent: ClosedRange<Int>

  static let highestBin = Int(UInt16.max)
  private static let rangesKept = 4

  init(_ entries: [MassLibraryEntry], search: MassSearch, preparation: MassPreparation) {
    // What a library holds was chosen by its makers: the floor is for measured spectra alone.
    var preparation = preparation
    preparation.floor = 0
    weights = MassWeights(intensityPower: search.intensityPower, massPower: search.massPower)
    var (starts, bins, intensities): ([Int], [UInt16], [Double]) = ([0], [], [])
    var (peakWeights, sums): ([Double], [Double]) = ([], [])
    var ranges: [Int: ClosedRange<Double>] = [:]
    starts.reserveCapacity(entries.count + 1)
    sums.reserveCapacity(entries.count)
    var highest = 0
    for (number, entry) in entries.enumerated() {
      let peaks = preparation.prepared(entry.peaks)
      var sum = 0.0
      for (mass, intensity) in zip(peaks.massToCharge, peaks.intensity) {
        guard mass <= Double(Self.highestBin) else { break }
        let weight = weights.weight(mass, intensity)
        bins.append(UInt16(mass))
        intensities.append(intensity)
        peakWeights.append(weight)
        sum += weight * weight
        highest = max(highest, Int(mass))
      }
      starts.append(bins.count)
      sums.append(sum)
      if let range = entry.scanRange {
        ranges[number] = preparation.bin(range.lowerBound)...preparation.bin(range.upperBound)
      }
    }
    var counts = [Int](repeating: 0, count: highest + 2)
    for bin in bins { counts[Int(bin) + 1] += 1 }
    for mass in counts.indices.dropFirst() { counts[mass] += counts[mass - 1] }
    var next = counts
    var massEntries = [UInt32](repeating: 0, count: bins.count)
    var massWeights = [Double](repeating: 0, count: bins.count)
    let isComposite = search.ranking == .composite
    var massIntensities = [Double](repeating: 0, count: isComposite ? bins.count : 0)
    for entry in entries.indices {
      for peak in starts[entry]..<starts[entry + 1] {
        let place = next[Int(bins[peak])]
        next[Int(bins[peak])] += 1
        massEntries[place] = UInt32(entry)
        massWeights[place] = peakWeights[peak]
        if isComposite { massIntensities[place] = intensities[peak] }
      }
    }
    emptyCount = entries.indices.count { starts[$0] == starts[$0 + 1] }
    extent = bins.min().map { Int($0)...highest } ?? 0...0
    (self.starts, self.bins, self.intensities) = (starts, bins, intensities)
    (self.massStarts, self.massEntries, self.massWeights) = (counts, massEntries, massWeights)
    (self.massIntensities, ranking) = (massIntensities, search.ranking)
    (wholeSums, self.ranges) = (sums, ranges)
  }

  var count: Int { wholeSums.count }

  /// The spectrum of an entry as it was prepared.
  func spectrum(_ entry: Int) -> MassPeakList {
    let peaks = starts[entry]..<starts[entry + 1]
    return MassPeakList(
      checkedMasses: bins[peaks].map(Double.init), intensities: Array(intensities[peaks]))
  }

  /// The masses in which a query and an entry can be compared; nil where nothing limits them.
  func range(_ entry: Int, _ scanned: ClosedRange<Double>?) -> ClosedRange<Double>? {
    guard let own = ranges[entry] else { return scanned }
    guard let scanned else { return own }
    // Ranges without a common mass leave no peak.
    guard own.overlaps(scanned) else { return 0...0 }
    return own.clamped(to: scanned)
  }

  /// Whether an entry was scanned for fewer masses than the query.
  func isNarrow(_ entry: Int, _ scanned: ClosedRange<Double>?) -> Bool {
    guard let own = ranges[entry] else { return false }
    return scanned.map { !own.contains($0) } ?? true
  }

  /// Whether the masses that a query and an entry have in common leave enough of the query: half of
  /// its squared weight and three of its peaks, or all where it has fewer.
  ///
  /// The query has no peak beyond what was scanned for it.
  func isComparable(
    _ query: MassPeakList, with entry: Int, scanned: ClosedRange<Double>?
  ) -> Bool {
    guard isNarrow(entry, scanned), let range = range(entry, scanned) else { return true }
    let common = query.within(range)
    guard common.count >= min(3, query.count) else { return false }
    return 2 * squaredWeight(common) >= squaredWeight(query)
  }

  /// The spectra with peaks that cannot be compared with a query, in no order.
  func incomparable(
    _ query: MassPeakList, scanned: ClosedRange<Double>?
  ) -> [Int] {
    ranges.keys.filter {
      starts[$0] < starts[$0 + 1] && !isComparable(query, with: $0, scanned: scanned)
    }
  }

  private func squaredWeight(_ peaks: MassPeakList) -> Double {
    weights.all(peaks).reduce(0) { $0 + $1 * $1 }
  }

  /// Compares a prepared query with one entry, all peaks of both.
  func compare(
    _ query: MassPeakList, with entry: Int, scanned: ClosedRange<Double>?
  ) -> MassComparison {
    MassComparison(
      query: query, library: spectrum(entry), intensityPower: weights.intensityPower,
      massPower: weights.massPower, range: range(entry, scanned))
  }

  /// What ranks of a prepared query and every entry, 0 to 1.
  func factors(_ query: MassPeakList, scanned: ClosedRange<Double>?) -> [Double] {
    let query = scanned.map(query.within) ?? query
    var factors = [Double](repeating: 0, count: count)
    var ratios = [Ratios](repeating: Ratios(), count: ranking == .composite ? count : 0)
    var own = 0.0
    for (mass, intensity) in zip(query.massToCharge, query.intensity) {
      let weight = weights.weight(mass, intensity)
      own += weight * weight
      guard mass < Double(massStarts.count - 1) else { continue }
      let places = massStarts[Int(mass)]..<massStarts[Int(mass) + 1]
      add(weight, at: places, to: &factors)
      if ranking == .composite { add(intensity, at: places, to: &ratios) }
    }
    let sums = sums(scanned)
    for entry in factors.indices where factors[entry] > 0 {
      factors[entry] = MassComparison.squaredCosine(factors[entry], own, sums[entry])
    }
    for (entry, ratio) in ratios.enumerated() where ratio.count > 0 {
      factors[entry] = MassComparison.composite(
        factors[entry], ratio.mean, query.count, Int(ratio.count))
    }
    for entry in ranges.keys where isNarrow(entry, scanned) {
      guard isComparable(query, with: entry, scanned: scanned) else {
        factors[entry] = 0
        continue
      }
      let compared = compare(query, with: entry, scanned: scanned)
      factors[entry] = ranking == .dot ? compared.dot : compared.composite
    }
    return factors
  }

  /// The ratios of neighbouring common peaks of one entry as far as they have come.
  private struct Ratios {
    var sum = 0.0
    var query = 0.0
    var library = 0.0
    var count: Int32 = 0

    var mean: Double { count < 2 ? 0 : sum / Double(count - 1) }
  }

  private func add(_ intensity: Double, at places: Range<Int>, to ratios: inout [Ratios]) {
    let (entries, intensities) = (massEntries.span, massIntensities.span)
    var ratios = ratios.mutableSpan
    for place in places {
      let (entry, own) = (Int(entries[place]), intensities[place])
      var ratio = ratios[entry]
      if ratio.count > 0 {
        ratio.sum += MassComparison.folded(own * ratio.query, ratio.library * intensity)
      }
      (ratio.query, ratio.library, ratio.count) = (intensity, own, ratio.count + 1)
      ratios[entry] = ratio
    }
  }

  private func add(_ weight: Double, at places: Range<Int>, to sums: inout [Double]) {
    let (entries, weights) = (massEntries.span, massWeights.span)
    var sums = sums.mutableSpan
    for place in places { sums[Int(entries[place])] += weight * weights[place] }
  }

  /// The sums of squared weights over the masses that were scanned.
  private func sums(_ scanned: ClosedRange<Double>?) -> [Double] {
    guard let scanned,
      scanned.lowerBound > Double(extent.lowerBound)
        || scanned.upperBound < Double(extent.upperBound)
    else { return wholeSums }
    let limits = (scanned.lowerBound.rounded(.up), scanned.upperBound.rounded(.down))
    let (low, high) = (Self.bin(limits.0), Self.bin(limits.1))
    guard low <= high else { return [Double](repeating: 0, count: count) }
    let range = low...high
    if let known = sumsByRange.withLock({ $0.first { $0.range == range }?.sums }) { return known }
    var sums = wholeSums
    for entry in sums.indices {
      let peaks = starts[entry]..<starts[entry + 1]
      guard let first = peaks.first, let last = peaks.last,
        bins[first] < range.lowerBound || bins[last] > range.upperBound
      else { continue }
      var sum = 0.0
      for peak in peaks where range.contains(Int(bins[peak])) {
        let weight = weights.weight(Double(bins[peak]), intensities[peak])
        sum += weight * weight
      }
      sums[entry] = sum
    }
    sumsByRange.withLock { kept in
      if kept.count == Self.rangesKept { kept.removeFirst() }
      kept.append((range, sums))
    }
    return sums
  }

  private static func bin(_ mass: Double) -> Int { Int(min(max(mass, 0), Double(highestBin))) }
}

/// The heaviest peaks of each spectrum of a library by mass.
struct MassPresearchIndex: Sendable {
  private let presearch: MassSearch.Presearch
  private let weights: MassWeights
  private let count: Int
  private let entriesByMass: [Double: [UInt32]]

  init(_ index: MassIndex, _ presearch: MassSearch.Presearch) {
    (self.presearch, weights, count) = (presearch, index.weights, index.count)
    var found: [Double: [UInt32]] = [:]
    for entry in 0..<index.count {
      for mass in Self.heaviest(index.spectrum(entry), presearch.peaks, index.weights) {
        found[mass, default: []].append(UInt32(entry))
      }
    }
    entriesByMass = found
  }

  /// The entries that share the most of a query's heaviest peaks by their own heaviest peaks.
  ///
  /// Those that share more first, then in the order of the library.
  func candidates(_ query: MassPeakList) -> [Int] {
    var shared = [UInt8](repeating: 0, count: count)
    for mass in Self.heaviest(query, presearch.peaks, weights) {
      for entry in entriesByMass[mass] ?? [] { shared[Int(entry)] += 1 }
    }
    return Array(
      shared.indices.filter { Int(shared[$0]) >= presearch.shared }
        .sorted { (shared[$1], $0) < (shared[$0], $1) }.prefix(presearch.candidates))
  }

  private static func heaviest(
    _ peaks: MassPeakList, _ most: Int, _ weights: MassWeights
  ) -> [Double] {
    let all = weights.all(peaks)
    return all.indices.sorted { (all[$1], $0) < (all[$0], $1) }.prefix(most)
      .map { peaks.massToCharge[$0] }
  }
}
