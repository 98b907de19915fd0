internal import Laboratory
internal import Processing
internal import YAMLText

extension MethodReader {
  /// The steps of a chain, by the names that methods use.
  private enum StepName: String, CaseIterable {
    case dark, ratio, absorbance, transmittance, spikes, axis, atmosphere, atr, baseline, smoothing
    case crop, resample, normalise
    case relativeIntensity = "relative-intensity"

    /// The techniques in which the step means something; none for all.
    var techniques: [Method.Technique]? {
      switch self {
      case .relativeIntensity, .axis: [.raman]
      case .atmosphere, .atr: [.ftir]
      default: nil
      }
    }

    /// Whether a second one would undo or repeat the first.
    var isOnce: Bool { self != .smoothing && self != .crop }
  }

  /// Reads what is computed from the measured columns, in the order of the text.
  static func chain(
    _ value: YAMLValue?, _ technique: Method.Technique
  ) throws(YAMLProblem) -> SpectrumChain {
    var chain = SpectrumChain()
    guard let value else { return chain }
    let items = try value.list()
    guard items.count <= 100 else { throw value.badValue("has more than 100 steps") }
    var seen: Set<StepName> = []
    for item in items {
      let map = try item.map()
      let place = try map.required("step")
      let name: StepName = try place.choice()
      if let techniques = name.techniques, !techniques.contains(technique) {
        throw place.contradiction(
          "is '\(name.rawValue)', which means nothing for \(technique.rawValue)",
          why: "It belongs to \(techniques.map(\.rawValue).joined(separator: ", ")).",
          next: "Remove the step, or correct the technique.")
      }
      guard seen.insert(name).inserted || !name.isOnce else {
        throw place.contradiction(
          "is '\(name.rawValue)' for the second time", why: "It has been done before.",
          next: "Remove one of the two.")
      }
      if name == .ratio, seen.contains(.dark) {
        throw place.contradiction(
          "stands behind `dark`", why: "A ratio takes the dark off sample and reference itself.",
          next: "Remove the step `dark`.")
      }
      chain.steps.append(try step(name, map, axisUnit(technique)))
    }
    return chain
  }

  private static func step(
    _ name: StepName, _ map: YAMLMap, _ unit: String
  ) throws(YAMLProblem) -> SpectrumChain.Step {
    func keys(_ known: String...) throws(YAMLProblem) { try map.refuseUnknown(["step"] + known) }
    switch name {
    case .dark:
      try keys()
      return .dark
    case .absorbance:
      try keys()
      return .absorbance
    case .transmittance:
      try keys()
      return .transmittance
    case .ratio: return .ratio(parameters: try ratio(map))
    case .spikes:
      try keys("threshold")
      return .spikes(threshold: try map.number("threshold", .within(3.5...20), or: 6))
    case .axis: return try axis(map)
    case .relativeIntensity: return try relativeIntensity(map)
    case .atmosphere: return .atmosphere(parameters: try atmosphere(map))
    case .atr:
      try keys("reference_per_cm")
      return .attenuatedReflection(
        reference: try map.number("reference_per_cm", .within(10...20_000), or: 1000))
    case .baseline:
      try keys("rule", "smoothness")
      return .baseline(
        rule: try map.choice("rule", or: .arpls),
        smoothness: try map.number("smoothness", .within(1e-3...1e12), or: 1e5))
    case .smoothing: return try smoothing(map)
    case .crop:
      try keys("range_\(unit)")
      let range = try map.required("range_\(unit)").range(axisPlaces)
      return .crop(from: range.lowerBound, to: range.upperBound)
    case .resample:
      try keys("grid_\(unit)")
      return .resample(step: try map.required("grid_\(unit)").number(.within(1e-3...1e3)))
    case .normalise:
      try keys("kind")
      return .normalise(kind: try map.choice("kind", or: .unitVector))
    }
  }

  private static func ratio(_ map: YAMLMap) throws(YAMLProblem) -> SpectralRatio.Parameters {
    try map.refuseUnknown([
      "step", "ordinate", "needs_dark", "low_reference_sigmas", "dark_sigma_counts",
    ])
    var ratio = SpectralRatio.Parameters()
    if let value = map.value("ordinate") {
      ratio.ordinate = try value.choice(among: [.transmittance, .reflectance])
    }
    ratio.needsDark = try map.truth("needs_dark", or: ratio.needsDark)
    ratio.lowReferenceSigmas = try map.number(
      "low_reference_sigmas", .within(0...1000), or: ratio.lowReferenceSigmas)
    ratio.darkSigma = try map.number("dark_sigma_counts", .within(0...1e9))
    return ratio
  }

  private static func axis(_ map: YAMLMap) throws(YAMLProblem) -> SpectrumChain.Step {
    try map.refuseUnknown(["step", "coefficients_nm", "laser_nm", "medium"])
    let value = try map.required("coefficients_nm")
    let coefficients = try value.numbers(.within(-1e6...1e6), atLeast: 2)
    guard coefficients.count <= 6 else { throw value.badValue("has more than 6 coefficients") }
    return .axis(
      coefficients: coefficients,
      laserNanometres: try map.number("laser_nm", .within(100...10_000)),
      medium: try map.value("medium")?.choice(among: [.air, .vacuum]) ?? .air)
  }

  private static func relativeIntensity(
    _ map: YAMLMap
  ) throws(YAMLProblem) -> SpectrumChain.Step {
    try map.refuseUnknown(["step", "certificate", "density"])
    let entry = try map.required("certificate").map()
    try entry.refuseUnknown(["name", "valid_per_cm", "polynomial", "skewed_gaussian"])
    let curve: RelativeIntensity.Certificate.Curve
    if let polynomial = entry.value("polynomial") {
      if let other = entry.value("skewed_gaussian") {
        throw other.contradiction(
          "stands beside `polynomial`", why: "A certificate gives one curve.",
          next: "Remove one of the two.")
      }
      curve = .polynomial(try polynomial.numbers(.any))
    } else {
      let values = try entry.required("skewed_gaussian").map()
      let names = ["height", "width", "ratio", "place", "slope", "offset"]
      try values.refuseUnknown(names)
      var numbers: [Double] = []
      for name in names {
        let rule: NumberRule = ["height", "width", "ratio"].contains(name) ? .above(0) : .any
        numbers.append(try values.required(name).number(rule))
      }
      if numbers[2] == 1, let place = values.value("ratio") {
        throw place.badValue("is 1, at which the formula has no value")
      }
      curve = .skewedGaussian(
        height: numbers[0], width: numbers[1], ratio: numbers[2], place: numbers[3],
        slope: numbers[4], offset: numbers[5])
    }
    let valid = try entry.required("valid_per_cm").range(axisPlaces)
    return .relativeIntensity(
      certificate: .init(
        curve: curve, validFrom: valid.lowerBound, validTo: valid.upperBound,
        name: try entry.required("name").word()),
      density: try map.value("density")?.choice(among: [.wavenumber, .wavelength]) ?? .wavenumber)
  }

  private static func atmosphere(_ map: YAMLMap) throws(YAMLProblem) -> AtmosphereCompensation {
    try map.refuseUnknown(["step", "water_per_cm", "carbon_dioxide_per_cm"])
    var windows = AtmosphereCompensation()
    if let water = try map.value("water_per_cm")?.range(axisPlaces) {
      (windows.waterFrom, windows.waterTo) = (water.lowerBound, water.upperBound)
    }
    if let gas = try map.value("carbon_dioxide_per_cm")?.range(axisPlaces) {
      (windows.carbonDioxideFrom, windows.carbonDioxideTo) = (gas.lowerBound, gas.upperBound)
    }
    return windows
  }

  private static func smoothing(_ map: YAMLMap) throws(YAMLProblem) -> SpectrumChain.Step {
    try map.refuseUnknown(["step", "window_points", "order", "derivative"])
    let window = try map.value("window_points").map { (value) throws(YAMLProblem) in
      try oddWindow(value)
    }
    let order = try map.whole("order", 0...6, or: 2)
    let derivative = try map.whole("derivative", 0...2, or: 0)
    guard order < window ?? 9 else {
      let place = map.value("order") ?? map.owner
      throw place.contradiction(
        "is \(order), too high for a window of \(window ?? 9) points",
        why: "A polynomial through all points smooths nothing.", next: "Widen the window.")
    }
    guard derivative <= order else {
      let place = map.value("derivative") ?? map.owner
      throw place.contradiction(
        "is \(derivative), above the order \(order)",
        why: "That derivative of the polynomial is zero everywhere.", next: "Raise the order.")
    }
    return .smoothing(window: window ?? 9, order: order, derivative: derivative)
  }
}
