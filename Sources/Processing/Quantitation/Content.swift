public import Laboratory

/// From the concentration of a solution to the content of the goods.
public struct Content: Sendable, Hashable, Codable {
  /// In which form the substance is stated.
  public enum Basis: Sendable, Hashable, Codable {
    /// As the calibration standard was stated.
    case asMeasured
    /// As another form; the factor is the molar mass of the form stated over that measured
    /// (`M_base / M_salt` to state as base what was calibrated as salt).
    case converted(form: String, factor: Double)
  }

  /// Why there is no content.
  public enum Problem: Explained, Hashable {
    /// A quantity is no number, or not above 0 where it must be.
    case quantity(String, Double)

    /// The error in four parts.
    public var failure: Failure {
      switch self {
      case .quantity(let name, let value):
        Failure(
          "content-quantity", exit: .refused,
          what: "The content cannot be computed: \(name) is \(value).",
          why: "A content needs numbers above 0 for dilution, volume, mass and basis.",
          next: "Correct the preparation in the worklist or the method, then process again.")
      }
    }
  }

  /// How many times the solution was diluted before it was measured; 1: not at all.
  public var dilution: Double
  /// The volume that the goods were dissolved in, mL.
  public var volumeMillilitres: Double
  /// The mass weighed in, mg.
  public var massMilligrams: Double
  /// In which form the substance is stated.
  public var basis: Basis

  /// Makes the preparation of a sample.
  public init(
    dilution: Double = 1, volumeMillilitres: Double, massMilligrams: Double,
    basis: Basis = .asMeasured
  ) {
    self.dilution = dilution
    self.volumeMillilitres = volumeMillilitres
    self.massMilligrams = massMilligrams
    self.basis = basis
  }

  /// The factor from ug/mL to a mass fraction of 1: `V D / m` times that of the basis.
  public func factor() throws(Problem) -> Double {
    var form = 1.0
    if case .converted(_, let factor) = basis { form = factor }
    let quantities = [
      ("dilution", dilution), ("volume_mL", volumeMillilitres), ("mass_mg", massMilligrams),
      ("basis factor", form),
    ]
    for (name, quantity) in quantities where !(quantity.isFinite && quantity > 0) {
      throw .quantity(name, quantity)
    }
    // 1 ug is 0.001 mg.
    return volumeMillilitres * dilution / (massMilligrams * 1000) * form
  }

  /// The mass fraction of 1 of a substance at so many ug/mL: `w = c V D / m`.
  public func massFraction(microgramsPerMillilitre c: Double) throws(Problem) -> Double {
    guard c.isFinite else { throw .quantity("concentration", c) }
    return try c * factor()
  }

  /// What a mass fraction must be flagged with: `above-100-percent`, or nothing.
  public static func flags(massFraction w: Double) -> [String] {
    w > 1 ? ["above-100-percent"] : []
  }

  /// The molar mass of the form stated over that measured; none unless both are above 0.
  public static func basisFactor(stated: Double, measured: Double) -> Double? {
    guard stated > 0, measured > 0, stated.isFinite, measured.isFinite else { return nil }
    return stated / measured
  }

  private enum CodingKeys: String, CodingKey {
    case dilution, basis
    case volumeMillilitres = "volume_mL"
    case massMilligrams = "mass_mg"
  }
}
