internal import Processing
internal import YAMLText

extension MethodReader {
  private static let searchKeys = ["library", "search", "preparation", "background"]

  /// Reads what the mass spectrum at a peak must show.
  static func identity(
    _ value: YAMLValue, _ signals: [SignalDefinition], _ hasMasses: Bool
  ) throws(YAMLProblem) -> PeakIdentity {
    let map = try masses(value, hasMasses)
    try map.refuseUnknown(searchKeys + ["expected", "ratios"])
    var identity = try look(map)
    identity.expected = try map.word("expected")
    identity.ratios = try ratios(map.value("ratios"), signals)
    if identity.library == nil, let place = map.value("expected") {
      throw place.contradiction(
        "stands without a `library`", why: "There is nothing to look the substance up in.",
        next: "Add `library`, its name in `libraries` of the home.")
    }
    guard identity.library != nil || !identity.ratios.isEmpty else {
      throw value.contradiction(
        "has no `library` and no `ratios`", why: "It would demand nothing.",
        next: "Add one of them, or remove `identity`.")
    }
    return identity
  }

  /// Reads how every peak of a signal is looked up.
  static func unknowns(
    _ value: YAMLValue?, _ signals: [SignalDefinition], _ hasMasses: Bool
  ) throws(YAMLProblem) -> PeakIdentity? {
    guard let value else { return nil }
    let map = try masses(value, hasMasses)
    try map.refuseUnknown(searchKeys)
    var identity = try look(map)
    identity.library = try map.required("library").word()
    return identity
  }

  private static func masses(
    _ value: YAMLValue, _ hasMasses: Bool
  ) throws(YAMLProblem) -> YAMLMap {
    guard !hasMasses else { return try value.map() }
    throw value.contradiction(
      "needs mass spectra", why: "The technique of this method has no mass spectrometer.",
      next: "Remove it, or make the technique gc-ms or lc-ms.")
  }

  private static func look(_ map: YAMLMap) throws(YAMLProblem) -> PeakIdentity {
    PeakIdentity(
      library: try map.word("library"), search: try massSearch(map.value("search")),
      preparation: try preparation(map.value("preparation")),
      background: try background(map.value("background")))
  }

  private static func ratios(
    _ value: YAMLValue?, _ signals: [SignalDefinition]
  ) throws(YAMLProblem) -> [PeakIdentity.IonRatio] {
    var ratios: [PeakIdentity.IonRatio] = []
    for item in try value?.list() ?? [] {
      let map = try item.map()
      try map.refuseUnknown(["signal", "tolerance_percent"])
      let place = try map.required("signal")
      let name = try place.written()
      guard let signal = signals.first(where: { $0.name == name }) else {
        throw place.unknownName(name, "the signal", among: signals.map(\.name))
      }
      guard case .ion = signal.source else {
        throw place.contradiction(
          "names '\(name)', which is not the signal of an ion",
          why: "A ratio of ions compares one mass with another.", next: "Name a signal `from: ion`."
        )
      }
      guard !ratios.contains(where: { $0.signal == name }) else {
        throw place.contradiction(
          "names '\(name)' twice", why: "A ratio is judged once.", next: "Remove one of the two.")
      }
      let percent = try map.number("tolerance_percent", .aboveTo(0, 100))
      ratios.append(.init(signal: name, tolerance: percent.map { $0 / 100 }))
    }
    return ratios
  }

  private static func massSearch(_ value: YAMLValue?) throws(YAMLProblem) -> MassSearch {
    var search = MassSearch()
    guard let map = try value?.map() else { return search }
    try map.refuseUnknown([
      "intensity_power", "mass_power", "ranking", "least_score", "undecided_within", "listed",
      "retention_penalty", "presearch",
    ])
    search.intensityPower = try map.number(
      "intensity_power", .within(0.1...4), or: search.intensityPower)
    search.massPower = try map.number("mass_power", .within(0...6), or: search.massPower)
    let rankings: [MassSearch.Ranking] = [.dot, .composite]
    search.ranking = try map.value("ranking")?.choice(among: rankings) ?? search.ranking
    search.leastScore = try map.number("least_score", .within(0...999), or: search.leastScore)
    search.undecidedWithin = try map.number(
      "undecided_within", .within(0...999), or: search.undecidedWithin)
    search.listed = try map.whole("listed", 1...1000, or: search.listed)
    if let penalty = try map.value("retention_penalty")?.map() {
      search.retentionPenalty = try retentionPenalty(penalty)
    }
    if let presearch = try map.value("presearch")?.map() {
      try presearch.refuseUnknown(["peaks", "shared", "candidates"])
      let peaks = try presearch.whole("peaks", 1...64, or: 8)
      search.presearch = .init(
        peaks: peaks, shared: try presearch.whole("shared", 1...peaks, or: min(2, peaks)),
        candidates: try presearch.whole("candidates", 1...100_000, or: 500))
    }
    return search
  }

  private static func retentionPenalty(_ map: YAMLMap) throws(YAMLProblem) -> RetentionPenalty {
    try map.refuseUnknown(["tolerance", "per_ten", "most", "phase"])
    let standard = RetentionPenalty()
    return RetentionPenalty(
      tolerance: try map.number("tolerance", .within(0...10_000), or: standard.tolerance),
      perTen: try map.number("per_ten", .within(0...999), or: standard.perTen),
      most: try map.number("most", .within(0...999), or: standard.most),
      phase: try map.word("phase"))
  }

  private static func preparation(_ value: YAMLValue?) throws(YAMLProblem) -> MassPreparation {
    var preparation = MassPreparation()
    guard let map = try value?.map() else { return preparation }
    try map.refuseUnknown(["bin_offset_mz", "lowest_mz", "highest_mz", "floor_fraction"])
    preparation.binOffset = try map.number(
      "bin_offset_mz", .within(0...0.999), or: preparation.binOffset)
    preparation.lowestMass = try map.number("lowest_mz", .within(0...100_000))
    preparation.highestMass = try map.number("highest_mz", .within(0...100_000))
    preparation.floor = try map.number("floor_fraction", .within(0...0.5), or: preparation.floor)
    if let low = preparation.lowestMass, let high = preparation.highestMass, low >= high,
      let place = map.value("lowest_mz")
    {
      throw place.contradiction(
        "is \(low.short), not below highest_mz \(high.short)", why: "No mass lies between them.",
        next: "Exchange or correct the two.")
    }
    return preparation
  }

  private static func background(_ value: YAMLValue?) throws(YAMLProblem) -> BackgroundSubtraction {
    let standard = BackgroundSubtraction()
    guard let map = try value?.map() else { return standard }
    try map.refuseUnknown(["apex_half_width_scans", "background_scans"])
    return BackgroundSubtraction(
      apexHalfWidth: try map.whole("apex_half_width_scans", 0...1000, or: standard.apexHalfWidth),
      backgroundScans: try map.whole("background_scans", 0...1000, or: standard.backgroundScans))
  }
}
