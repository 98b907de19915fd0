/// How spectra are compared with a library of electron-ionisation spectra.
public struct MassSearch: Sendable, Hashable, Codable {
  /// What ranks.
  public enum Ranking: String, Sendable, Hashable, Codable {
    /// 999 times the squared cosine of the weighted spectra.
    case dot
    /// The composite match factor: the dot product and the ratios of neighbouring common peaks.
    case composite
  }

  /// A first look at the strongest peaks alone, before the candidates are scored exactly.
  public struct Presearch: Sendable, Hashable, Codable {
    /// How many peaks of largest weight are looked at; 8.
    public var peaks: Int
    /// How many of them must be shared; 2.
    public var shared: Int
    /// How many candidates are scored; 500.
    public var candidates: Int

    /// Chooses.
    public init(peaks: Int = 8, shared: Int = 2, candidates: Int = 500) {
      self.peaks = peaks
      self.shared = shared
      self.candidates = candidates
    }

    private enum CodingKeys: String, CodingKey { case peaks, shared, candidates }

    /// Reads what is given; the rest has its defaults.
    public init(from decoder: any Decoder) throws {
      let box = try decoder.container(keyedBy: CodingKeys.self)
      self.init()
      peaks = try box.decodeIfPresent(Int.self, forKey: .peaks) ?? peaks
      shared = try box.decodeIfPresent(Int.self, forKey: .shared) ?? shared
      candidates = try box.decodeIfPresent(Int.self, forKey: .candidates) ?? candidates
    }
  }

  /// The power of the intensity in a weight; 0.5.
  public var intensityPower: Double
  /// The power of the mass in a weight; 1.
  public var massPower: Double
  /// What ranks.
  public var ranking: Ranking
  /// No match below this score of 0 to 999; 700.
  public var leastScore: Double
  /// Different substances within this distance of the best are named together; 20.
  public var undecidedWithin: Double
  /// How many substances the answer lists at most; 10.
  public var listed: Int
  /// The penalty for a retention index that does not fit.
  public var retentionPenalty: RetentionPenalty
  /// A first look; none scores the whole library exactly.
  public var presearch: Presearch?

  /// Chooses; the defaults are those of the identity search.
  public init(
    intensityPower: Double = 0.5, massPower: Double = 1, ranking: Ranking = .dot,
    leastScore: Double = 700, undecidedWithin: Double = 20, listed: Int = 10,
    retentionPenalty: RetentionPenalty = RetentionPenalty(), presearch: Presearch? = nil
  ) {
    self.intensityPower = intensityPower
    self.massPower = massPower
    self.ranking = ranking
    self.leastScore = leastScore
    self.undecidedWithin = undecidedWithin
    self.listed = listed
    self.retentionPenalty = retentionPenalty
    self.presearch = presearch
  }

  private enum CodingKeys: String, CodingKey {
    case intensityPower = "intensity_power"
    case massPower = "mass_power"
    case ranking
    case leastScore = "least_score"
    case undecidedWithin = "undecided_within"
    case listed
    case retentionPenalty = "retention_penalty"
    case presearch
  }

  /// Reads what is given; the rest has its defaults.
  public init(from decoder: any Decoder) throws {
    let box = try decoder.container(keyedBy: CodingKeys.self)
    self.init()
    intensityPower = try box.decodeIfPresent(Double.self, forKey: .intensityPower) ?? intensityPower
    massPower = try box.decodeIfPresent(Double.self, forKey: .massPower) ?? massPower
    ranking = try box.decodeIfPresent(Ranking.self, forKey: .ranking) ?? ranking
    leastScore = try box.decodeIfPresent(Double.self, forKey: .leastScore) ?? leastScore
    undecidedWithin =
      try box.decodeIfPresent(Double.self, forKey: .undecidedWithin) ?? undecidedWithin
    listed = try box.decodeIfPresent(Int.self, forKey: .listed) ?? listed
    retentionPenalty =
      try box.decodeIfPresent(RetentionPenalty.self, forKey: .retentionPenalty) ?? retentionPenalty
    presearch = try box.decodeIfPresent(Presearch.self, forKey: .presearch)
  }

  /// Throws where a number is out of its range.
  public func check() throws(MassSpectrumError) {
    guard (0.1...4).contains(intensityPower), (0...6).contains(massPower) else {
      throw MassSpectrumError(
        .parameter,
        "weights of intensity^\(intensityPower) mass^\(massPower); 0.1 to 4 and 0 to 6 are possible"
      )
    }
    guard (0...999).contains(leastScore), (0...999).contains(undecidedWithin) else {
      throw MassSpectrumError(
        .parameter, "least_score \(leastScore), undecided_within \(undecidedWithin); 0 to 999")
    }
    guard (1...1000).contains(listed) else {
      throw MassSpectrumError(.parameter, "listed is \(listed); 1 to 1000 are possible")
    }
    try retentionPenalty.check()
    guard let presearch else { return }
    guard (1...64).contains(presearch.peaks), (1...presearch.peaks).contains(presearch.shared),
      (1...100_000).contains(presearch.candidates)
    else {
      throw MassSpectrumError(
        .parameter,
        "a presearch of \(presearch.shared) of \(presearch.peaks) peaks, "
          + "\(presearch.candidates) candidates")
    }
  }
}

/// What is taken off a match factor for a retention index that does not fit: beyond the tolerance,
/// `perTen` for every ten units, at most `most`, never below 0.
public struct RetentionPenalty: Sendable, Hashable, Codable {
  /// The difference that costs nothing, index units; 10.
  public var tolerance: Double
  /// What ten units beyond it cost; 15.
  public var perTen: Double
  /// The most that is taken off; 200.
  public var most: Double
  /// The phase whose indices of the library are compared (`SemiStdNP`); none takes the only one.
  public var phase: String?

  /// Chooses.
  public init(
    tolerance: Double = 10, perTen: Double = 15, most: Double = 200, phase: String? = nil
  ) {
    self.tolerance = tolerance
    self.perTen = perTen
    self.most = most
    self.phase = phase
  }

  private enum CodingKeys: String, CodingKey {
    case tolerance
    case perTen = "per_ten"
    case most, phase
  }

  /// Reads what is given; the rest has its defaults.
  public init(from decoder: any Decoder) throws {
    let box = try decoder.container(keyedBy: CodingKeys.self)
    self.init()
    tolerance = try box.decodeIfPresent(Double.self, forKey: .tolerance) ?? tolerance
    perTen = try box.decodeIfPresent(Double.self, forKey: .perTen) ?? perTen
    most = try box.decodeIfPresent(Double.self, forKey: .most) ?? most
    phase = try box.decodeIfPresent(String.self, forKey: .phase)
  }

  func check() throws(MassSpectrumError) {
    guard tolerance >= 0, perTen >= 0, (0...999).contains(most), tolerance.isFinite,
      perTen.isFinite
    else {
      throw MassSpectrumError(
        .parameter, "a retention penalty of \(perTen) per ten beyond \(tolerance), at most \(most)")
    }
  }

  /// What a difference of `distance` index units costs.
  public func penalty(_ distance: Double) -> Double {
    abs(distance) > tolerance ? min(most, perTen * (abs(distance) - tolerance) / 10) : 0
  }

  /// The index of a record that is compared; nil where the library has none for the phase.
  public func index(of record: LibraryRecord) -> Double? {
    if let phase { return record.retentionIndices[phase] }
    return record.retentionIndices.count == 1 ? record.retentionIndices.first?.value : nil
  }
}

/// A spectrum to look for.
public struct MassQuery: Sendable, Hashable {
  /// Its peaks, prepared as the library is (``MassPreparation``).
  public var peaks: MassPeakList
  /// The lowest and highest mass that was scanned; peaks of the library outside are not compared.
  public var scanRange: ClosedRange<Double>?
  /// Its retention index, where one was measured.
  public var retentionIndex: Double?

  /// Makes a query.
  public init(
    peaks: MassPeakList, scanRange: ClosedRange<Double>? = nil, retentionIndex: Double? = nil
  ) {
    self.peaks = peaks
    self.scanRange = scanRange
    self.retentionIndex = retentionIndex
  }
}
