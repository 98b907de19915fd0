public import Laboratory

/// Water vapour and carbon dioxide taken out of an infrared spectrum.
///
/// Less k times a measured spectrum of the atmosphere, k such that the sum of squared differences of
/// neighbours is least: once in the window of water, and once in that of carbon dioxide, since the
/// two change apart. k of carbon dioxide holds in its window, that of water everywhere else.
public struct AtmosphereCompensation: Sendable, Hashable, Codable {
  /// Where k of water is found, 1/cm.
  public var waterFrom: Double
  /// Where k of water is found, 1/cm.
  public var waterTo: Double
  /// The window of carbon dioxide, 1/cm.
  public var carbonDioxideFrom: Double
  /// The window of carbon dioxide, 1/cm.
  public var carbonDioxideTo: Double

  /// Chooses the windows.
  public init(
    waterFrom: Double = 1300, waterTo: Double = 1900, carbonDioxideFrom: Double = 2280,
    carbonDioxideTo: Double = 2390
  ) {
    self.waterFrom = waterFrom
    self.waterTo = waterTo
    self.carbonDioxideFrom = carbonDioxideFrom
    self.carbonDioxideTo = carbonDioxideTo
  }

  private enum CodingKeys: String, CodingKey {
    case waterFrom = "water_from_per_cm"
    case waterTo = "water_to_per_cm"
    case carbonDioxideFrom = "carbon_dioxide_from_per_cm"
    case carbonDioxideTo = "carbon_dioxide_to_per_cm"
  }

  /// Takes the atmosphere out of an absorbance.
  ///
  /// A window of which fewer than 5 points were measured, or in which the atmosphere has no line,
  /// gets k = 0; where that is so of both, the step is refused.
  public func apply(
    to absorbance: [Double], atmosphere: [Double], wavenumbers: [Double]
  ) throws(SpectrumError) -> (values: [Double], step: ProcessingStep) {
    try SpectrumInput.sameCount(absorbance, "spectrum", wavenumbers, "axis")
    try SpectrumInput.sameCount(atmosphere, "atmosphere", wavenumbers, "axis")
    try SpectrumInput.axis(wavenumbers)
    try SpectrumInput.finite(absorbance, "spectrum")
    try SpectrumInput.finite(atmosphere, "atmosphere")
    func inside(_ x: Double, _ from: Double, _ to: Double) -> Bool { x >= from && x <= to }
    let isGas = wavenumbers.map { inside($0, carbonDioxideFrom, carbonDioxideTo) }
    let isWater = wavenumbers.indices.map {
      inside(wavenumbers[$0], waterFrom, waterTo) && !isGas[$0]
    }
    let water = Self.factor(absorbance, atmosphere, isWater)
    let gas = Self.factor(absorbance, atmosphere, isGas)
    guard water != nil || gas != nil else {
      throw .noBand(from: waterFrom, to: carbonDioxideTo)
    }
    return (
      absorbance.indices.map {
        absorbance[$0] - (isGas[$0] ? gas ?? 0 : water ?? 0) * atmosphere[$0]
      },
      ProcessingStep(
        "atmosphere", .done,
        "less k times the atmosphere; k_carbon_dioxide in its window, k_water elsewhere",
        numbers: [
          "k_water": water ?? 0, "k_carbon_dioxide": gas ?? 0, "water_from_per_cm": waterFrom,
          "water_to_per_cm": waterTo, "carbon_dioxide_from_per_cm": carbonDioxideFrom,
          "carbon_dioxide_to_per_cm": carbonDioxideTo,
        ])
    )
  }

  /// The k for which the differences of neighbours in the window are least.
  private static func factor(
    _ values: [Double], _ atmosphere: [Double], _ isInside: [Bool]
  ) -> Double? {
    var (product, square, count) = (0.0, 0.0, 0)
    for index in values.indices.dropFirst() where isInside[index] && isInside[index - 1] {
      let slope = atmosphere[index] - atmosphere[index - 1]
      product += (values[index] - values[index - 1]) * slope
      square += slope * slope
      count += 1
    }
    guard count >= 4, square > 0 else { return nil }
    let factor = product / square
    return factor.isFinite ? factor : nil
  }
}
