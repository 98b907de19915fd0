/// The combined uncertainty of a result, component by component (JCGM 100, EURACHEM/CITAC CG4).
///
/// All in the unit of the result. Repeatability that is already in one component (the inverse
/// prediction of replicates, or a precision taken from a control chart) must not be given again in
/// another: that is the method author's part.
public struct UncertaintyBudget: Sendable, Hashable, Codable {
  /// One source of uncertainty.
  public struct Component: Sendable, Hashable, Codable {
    /// What it is (`calibration`, `weighing`, `purity of the standard`).
    public var name: String
    /// Its standard uncertainty, unit of the result.
    public var standardUncertainty: Double
    /// Its degrees of freedom; none: known well enough to count as infinite.
    public var degreesOfFreedom: Double?

    /// Makes a component in the unit of the result.
    public init(_ name: String, standardUncertainty: Double, degreesOfFreedom: Double? = nil) {
      self.name = name
      self.standardUncertainty = standardUncertainty
      self.degreesOfFreedom = degreesOfFreedom
    }

    /// Makes a component from a fraction of the result, as for factors and divisors.
    public init(
      _ name: String, relative: Double, of value: Double, degreesOfFreedom: Double? = nil
    ) {
      self.init(
        name, standardUncertainty: relative * abs(value), degreesOfFreedom: degreesOfFreedom)
    }

    private enum CodingKeys: String, CodingKey {
      case name
      case standardUncertainty = "standard_uncertainty"
      case degreesOfFreedom = "degrees_of_freedom"
    }
  }

  /// How the coverage factor is chosen.
  public enum Coverage: Sendable, Hashable, Codable {
    /// Student's t at this two-sided confidence and the effective degrees of freedom.
    case student(confidence: Double)
    /// 2 where the effective degrees of freedom are at least 30, else Student's t at 95 %.
    case twoWhereEnough
    /// This factor, as the method says.
    case fixed(Double)
  }

  /// The result.
  public let value: Double
  /// The components, in the order given.
  public let components: [Component]
  /// The root of the sum of squares.
  public let combined: Double
  /// By Welch and Satterthwaite; none: infinite.
  public let effectiveDegreesOfFreedom: Double?
  /// How `k` was chosen.
  public let coverage: Coverage
  /// The coverage factor `k`.
  public let coverageFactor: Double
  /// `k` times `combined`.
  public let expanded: Double

  /// Combines components; none where one is negative or no number, or `k` cannot be computed.
  public init?(
    value: Double, components: [Component], coverage: Coverage = .student(confidence: 0.95)
  ) {
    var squares = 0.0
    for component in components {
      let u = component.standardUncertainty
      guard u.isFinite, u >= 0, component.degreesOfFreedom.map({ $0 > 0 }) ?? true else {
        return nil
      }
      squares += u * u
    }
    let combined = squares.squareRoot()
    var share = 0.0
    for component in components where combined > 0 {
      let part = component.standardUncertainty / combined
      if let freedom = component.degreesOfFreedom { share += part * part * part * part / freedom }
    }
    let freedom = share > 0 ? 1 / share : nil
    let factor: Double?
    switch coverage {
    case .student(let confidence):
      factor = Distributions.coverageFactor(
        confidence: confidence, degreesOfFreedom: freedom ?? .infinity)
    case .twoWhereEnough:
      factor =
        freedom ?? .infinity >= 30
        ? 2
        : Distributions.coverageFactor(confidence: 0.95, degreesOfFreedom: freedom ?? .infinity)
    case .fixed(let k): factor = k.isFinite && k > 0 ? k : nil
    }
    guard let factor, value.isFinite, combined.isFinite else { return nil }
    self.value = value
    self.components = components
    self.combined = combined
    self.coverage = coverage
    effectiveDegreesOfFreedom = freedom
    coverageFactor = factor
    expanded = factor * combined
  }

  private enum CodingKeys: String, CodingKey {
    case value, components, combined, coverage, expanded
    case effectiveDegreesOfFreedom = "effective_degrees_of_freedom"
    case coverageFactor = "coverage_factor"
  }
}

extension QuantifiedValue {
  /// `k u`; none without degrees of freedom.
  public var expandedUncertainty: Double? {
    standardUncertainty.flatMap { u in coverageFactor.map { $0 * u } }
  }

  /// The budget of this value times a factor, with its calibration as the first component.
  ///
  /// None where the value has no uncertainty.
  public func budget(
    factor: Double = 1, others: [UncertaintyBudget.Component] = [],
    coverage: UncertaintyBudget.Coverage = .student(confidence: 0.95)
  ) -> UncertaintyBudget? {
    standardUncertainty.flatMap { u in
      UncertaintyBudget(
        value: factor * value,
        components: [
          .init(
            "calibration", standardUncertainty: abs(factor) * u,
            degreesOfFreedom: Double(degreesOfFreedom))
        ] + others, coverage: coverage)
    }
  }
}
