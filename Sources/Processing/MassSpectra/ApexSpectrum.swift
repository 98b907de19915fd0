public import Laboratory

/// Which scans around a chromatographic peak give its spectrum, and which its background.
public struct BackgroundSubtraction: Sendable, Hashable, Codable {
  /// How many scans on each side of the apex are averaged with it; 1.
  public var apexHalfWidth: Int
  /// How many scans before the peak's start and after its end give the background; 3, 0 for none.
  public var backgroundScans: Int

  /// Chooses; the defaults are those of the EI search.
  public init(apexHalfWidth: Int = 1, backgroundScans: Int = 3) {
    self.apexHalfWidth = apexHalfWidth
    self.backgroundScans = backgroundScans
  }

  private enum CodingKeys: String, CodingKey {
    case apexHalfWidth = "apex_half_width_scans"
    case backgroundScans = "background_scans"
  }

  /// Reads what is given; the rest has its defaults.
  public init(from decoder: any Decoder) throws {
    let box = try decoder.container(keyedBy: CodingKeys.self)
    self.init()
    apexHalfWidth = try box.decodeIfPresent(Int.self, forKey: .apexHalfWidth) ?? apexHalfWidth
    backgroundScans = try box.decodeIfPresent(Int.self, forKey: .backgroundScans) ?? backgroundScans
  }
}

/// The spectrum of a chromatographic peak, made of its apex scans minus its background.
public struct ApexSpectrum: Sendable, Hashable {
  /// The spectrum in bins of one mass unit, the base peak 999; without peaks where nothing is left.
  public var peaks: MassPeakList
  /// The scans averaged.
  public var apexScans: [Int]
  /// The scans of the background.
  public var backgroundScans: [Int]
  /// The lowest and highest mass that the run's scans hold, in bins: what is outside was not
  /// measured.
  public var scanRange: ClosedRange<Double>
  /// What else must be known: `background-one-sided`, `no-background`, `apex-at-edge`,
  /// `scans-left-out`, `empty`.
  public var flags: [String]
}

extension BackgroundSubtraction {
  /// Throws where a number is out of its range.
  public func check() throws(MassSpectrumError) {
    guard (0...1000).contains(apexHalfWidth), (0...1000).contains(backgroundScans) else {
      throw MassSpectrumError(
        .parameter,
        "apex_half_width_scans \(apexHalfWidth), background_scans \(backgroundScans); 0 to 1000")
    }
  }
}

extension MassScanSeries {
  /// The lowest and highest mass of all pairs that are numbers; nil without any.
  ///
  /// What lies outside was not measured, as far as the scans tell.
  public var massRange: ClosedRange<Double>? {
    var (low, high) = (Double.infinity, -Double.infinity)
    for mass in massToCharge where mass.isFinite {
      (low, high) = (min(low, mass), max(high, mass))
    }
    return low <= high ? low...high : nil
  }

  /// The spectrum of a chromatographic peak: the mean of the scans around its apex minus the mean of
  /// the scans before its start and after its end, in bins, below 0 cut off, the base peak 999.
  ///
  /// `apex`, `start` and `end` are retention times in seconds; the apex is the scan nearest to its
  /// time, the earlier of two. `range` is ``massRange``, which is looked up where it is not given.
  ///
  /// - Throws: `MassSpectrumError` where a parameter is out of its range, or no scan is there.
  public func apexSpectrum(
    apex: Double, start: Double, end: Double,
    subtraction: BackgroundSubtraction = BackgroundSubtraction(),
    preparation: MassPreparation = MassPreparation(), range: ClosedRange<Double>? = nil
  ) throws(MassSpectrumError) -> ApexSpectrum {
    try subtraction.check()
    try preparation.check()
    guard start.isFinite, end.isFinite, start <= apex, apex <= end else {
      throw MassSpectrumError(.parameter, "a peak at \(apex) s from \(start) s to \(end) s")
    }
    guard let first = times.first, let last = times.last, apex >= first, apex <= last,
      let middle = nearestScan(to: apex), let measured = range ?? massRange
    else {
      throw MassSpectrumError(.noScan, "\(apex) s is not among the run's \(count) scans")
    }
    var flags: [String] = []
    let half = subtraction.apexHalfWidth
    let wanted = max(0, middle - half)...min(count - 1, middle + half)
    if wanted.count < 2 * half + 1 { flags.append("apex-at-edge") }
    let before = scans(subtraction.backgroundScans, before: start)
    let after = scans(subtraction.backgroundScans, after: end)
    if subtraction.backgroundScans > 0 {
      if before.isEmpty && after.isEmpty {
        flags.append("no-background")
      } else if before.isEmpty || after.isEmpty {
        flags.append("background-one-sided")
      }
    }
    let apexScans = wanted.filter { scan($0).fault == nil }
    let background = (before + after).filter { scan($0).fault == nil }
    if apexScans.count + background.count < wanted.count + before.count + after.count {
      flags.append("scans-left-out")
    }
    guard !apexScans.isEmpty else {
      throw MassSpectrumError(.noScan, "all scans around \(apex) s were refused")
    }
    var bins = meanBins(apexScans, preparation)
    for (bin, level) in meanBins(background, preparation) {
      bins[bin] = max(0, (bins[bin] ?? 0) - level)
    }
    let masses = bins.keys.sorted()
    let peaks = preparation.scaled(masses, masses.map { bins[$0] ?? 0 })
    if peaks.count == 0 { flags.append("empty") }
    return ApexSpectrum(
      peaks: peaks, apexScans: apexScans, backgroundScans: background,
      scanRange: preparation.bin(measured.lowerBound)...preparation.bin(measured.upperBound),
      flags: flags)
  }

  /// The scan nearest to a time, the earlier of two; nil without scans.
  func nearestScan(to time: Double) -> Int? {
    times.indices.min { (abs(times[$0] - time), $0) < (abs(times[$1] - time), $1) }
  }

  private func scans(_ most: Int, before time: Double) -> [Int] {
    let behind = times.firstIndex { $0 >= time } ?? count
    return Array(max(0, behind - most)..<behind)
  }

  private func scans(_ most: Int, after time: Double) -> [Int] {
    let first = (times.lastIndex { $0 <= time } ?? -1) + 1
    return Array(first..<min(count, first + most))
  }

  /// The mean intensity of each bin over scans; sums scan by scan, pair by pair.
  private func meanBins(_ scans: [Int], _ preparation: MassPreparation) -> [Double: Double] {
    var bins: [Double: Double] = [:]
    for scan in scans {
      for pair in range(of: scan) {
        bins[preparation.bin(massToCharge[pair]), default: 0] += intensity[pair]
      }
    }
    return bins.mapValues { $0 / Double(scans.count) }
  }
}
