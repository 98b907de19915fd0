internal import Processing
internal import YAMLText

extension MethodReader {
  /// The unit of the axis as keys end with it.
  static func axisUnit(_ technique: Method.Technique) -> String {
    technique == .ultravioletVisible ? "nm" : "per_cm"
  }

  /// Reads what is done with one spectrum.
  static func spectrum(
    _ top: YAMLMap, _ technique: Method.Technique
  ) throws(YAMLProblem) -> SpectrumMethod {
    let unit = axisUnit(technique)
    let region = "region_\(unit)"
    try top.refuseUnknown(
      commonKeys + ["chain", region, "library", "search", "bands", "acceptance"])
    var method = SpectrumMethod(chain: try chain(top.value("chain"), technique))
    method.region = try top.value(region)?.range(axisPlaces)
    method.library = try top.word("library")
    method.search = try search(top.value("search"), technique, method.region)
    method.bands = try bands(top.value("bands"), unit, within: method.region)
    method.acceptance = try acceptance(top.value("acceptance"))
    try checkCalibrations(method, top)
    if let place = top.value("search"), method.library == nil {
      throw place.contradiction(
        "stands without a `library`", why: "There is nothing to search.",
        next: "Add `library`, or remove `search`.")
    }
    if let place = top.value("library"), method.search.regions.isEmpty {
      throw place.contradiction(
        "needs to know which part of the axis is compared",
        why: "Ultraviolet spectra have no region that all substances share.",
        next: "Add `\(region)`, or `regions_\(unit)` to `search`.")
    }
    return method
  }

  /// A content is proportional to what was measured, not to what was scaled.
  private static func checkCalibrations(
    _ method: SpectrumMethod, _ top: YAMLMap
  ) throws(YAMLProblem) {
    let isScaled = method.chain.steps.contains { step in
      if case .normalise = step { true } else { false }
    }
    guard isScaled, method.bands.contains(where: { $0.calibration != nil }),
      let place = top.value("chain")
    else { return }
    throw place.contradiction(
      "scales the spectrum (`normalise`), and a band has a calibration",
      why: "On a spectrum scaled to one size every content looks the same.",
      next: "Remove the step `normalise`, or the calibration.")
  }

  /// Where an axis can be: its unit decides what it means.
  static let axisPlaces = NumberRule.within(-1e6...1e6)

  private static func search(
    _ value: YAMLValue?, _ technique: Method.Technique, _ region: ClosedRange<Double>?
  ) throws(YAMLProblem) -> VibrationalSearch {
    var search = technique == .ftir ? .infrared : VibrationalSearch()
    if technique == .ultravioletVisible {
      (search.regions, search.baselineSmoothness, search.clipsBelowZero) = ([], nil, false)
    }
    if let region {
      search.regions = [.init(from: region.lowerBound, to: region.upperBound)]
    }
    guard let map = try value?.map() else { return search }
    let unit = axisUnit(technique)
    try map.refuseUnknown([
      "regions_\(unit)", "step_\(unit)", "curve", "baseline_smoothness", "clips_below_zero",
      "derivative_window_points", "ranking", "least_overlap", "least_score", "least_margin",
      "listed",
    ])
    if let value = map.value("regions_\(unit)") { search.regions = try regions(value) }
    search.step = try map.number("step_\(unit)", .within(1e-3...1e3), or: search.step)
    let curves: [VibrationalSearch.Curve] = [.linear, .cubic]
    search.curve = try map.value("curve")?.choice(among: curves) ?? search.curve
    if let smoothness = map.value("baseline_smoothness") {
      let isNone = try smoothness.written() == "none"
      search.baselineSmoothness = isNone ? nil : try smoothness.number(.within(1e-3...1e12))
    }
    search.clipsBelowZero = try map.truth("clips_below_zero", or: search.clipsBelowZero)
    if let window = map.value("derivative_window_points") {
      search.derivativeWindow = try oddWindow(window)
    }
    search.ranking = try map.choice("ranking", or: search.ranking)
    search.leastOverlap = try map.number(
      "least_overlap", .within(0.01...1), or: search.leastOverlap)
    search.leastScore = try map.number("least_score", .within(0...100), or: search.leastScore)
    search.leastMargin = try map.number("least_margin", .within(0...100), or: search.leastMargin)
    search.listed = try map.whole("listed", 1...1000, or: search.listed)
    if search.regions.isEmpty { return search }
    do {
      try search.check()
    } catch {
      let words = words(of: error)
      throw map.owner.contradiction(words.what, why: words.why, next: words.next)
    }
    return search
  }

  /// An odd number of points, so that the window has a middle.
  static func oddWindow(_ value: YAMLValue) throws(YAMLProblem) -> Int {
    let window = try value.whole(in: 3...101)
    guard window % 2 == 1 else {
      throw value.badValue("is \(window); it must be odd, so that the window has a middle")
    }
    return window
  }

  private static func regions(_ value: YAMLValue) throws(YAMLProblem) -> [VibrationalSearch.Region]
  {
    let items = try value.list()
    guard (1...20).contains(items.count) else { throw value.badValue("must have 1 to 20 regions") }
    var regions: [VibrationalSearch.Region] = []
    for item in items {
      let range = try item.range(axisPlaces)
      if let last = regions.last, range.lowerBound <= last.to {
        throw item.contradiction(
          "begins at \(range.lowerBound.short), within the region before it or left of it",
          why: "A part of the axis would count twice.",
          next: "Give regions that rise and are apart.")
      }
      regions.append(.init(from: range.lowerBound, to: range.upperBound))
    }
    return regions
  }

  private static func bands(
    _ value: YAMLValue?, _ unit: String, within region: ClosedRange<Double>?
  ) throws(YAMLProblem) -> [BandDefinition] {
    var bands: [BandDefinition] = []
    guard let map = try value?.map() else { return bands }
    guard map.entries.count <= 1000 else { throw map.owner.badValue("has more than 1000 bands") }
    for entry in map.entries {
      let band = try self.band(entry.key, entry.value.map(), unit)
      if let region,
        !region.contains(band.window.lowerBound)
          || !region.contains(band.window.upperBound)
      {
        throw entry.value.contradiction(
          "has a window outside of the region \(region.lowerBound.short) to "
            + "\(region.upperBound.short)",
          why: "The region is the part of the axis that counts.", next: "Widen the region.")
      }
      if bands.contains(where: { $0.keyword == band.keyword }) {
        throw entry.value.contradiction(
          "has the keyword '\(band.keyword)', which stands above",
          why: "The LIMS could not tell the two results apart.", next: "Give it another keyword.")
      }
      bands.append(band)
    }
    return bands
  }

  private static func band(
    _ name: String, _ map: YAMLMap, _ unit: String
  ) throws(YAMLProblem) -> BandDefinition {
    guard !name.isEmpty, name.utf8.count <= 200 else {
      throw map.owner.badValue("must have a name of 1 to 200 letters")
    }
    try map.refuseUnknown(["keyword", "window_\(unit)", "ends", "quantity", "calibration"])
    let ends: [BandMeasure.Ends] = [.interpolated, .firstAndLastInside, .nearestSample]
    var band = BandDefinition(
      name: name, keyword: try map.word("keyword") ?? name,
      window: try map.required("window_\(unit)").range(axisPlaces),
      ends: try map.value("ends")?.choice(among: ends) ?? .interpolated,
      quantity: try map.choice("quantity", or: .area))
    if let value = map.value("calibration") {
      band.calibration = try calibration(value)
      if band.quantity == .position {
        throw value.contradiction(
          "stands beside `quantity: position`", why: "A place on the axis is no content.",
          next: "Choose area or height.")
      }
    }
    return band
  }
}
