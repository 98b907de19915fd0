public import Instruments
public import Laboratory

/// Turns ion currents into pressures by the factors of a layout.
///
/// All pressures are in Torr and nitrogen equivalent: the factor is the one for nitrogen, and what
/// another gas gives per ion differs.
public struct MassPressures: Sendable {
  private let layout: MassScanLayout

  /// How far from a whole mass a point of a profile scan still belongs to it.
  public static let window = 0.3
  private static let rounding = 1e-9

  /// Makes the calculation for a layout.
  public init(layout: MassScanLayout) { self.layout = layout }

  /// Torr per ampere for the current of one mass; nil where it cannot be known.
  public var torrPerAmpere: Double? { Self.usable(layout.partialPressure) }

  /// The total pressure of a total current in amperes; nil where it cannot be known.
  public func total(_ current: Double?) -> Double? {
    guard let current, let torr = Self.usable(layout.totalPressure) else { return nil }
    return current * torr
  }

  /// The pressures by mass; empty where the factor is not known.
  ///
  /// Profile: for each whole mass in range the largest mean current within 0.3 of it. Else each
  /// point by itself.
  public func partial(current: [Double], deviation: [Double]?) -> [PartialPressure] {
    guard let torr = torrPerAmpere else { return [] }
    let points = layout.massToCharge
    return chosen(current).map { mass, point in
      PartialPressure(
        mass: mass, massToCharge: points[point], current: current[point],
        torr: current[point] * torr, deviation: deviation.map { $0[point] * torr })
    }
  }

  private func chosen(_ current: [Double]) -> [(mass: Double, point: Int)] {
    let points = layout.massToCharge
    guard layout.kind == .profile, let first = points.first, let last = points.last else {
      return points.indices.map { (points[$0], $0) }
    }
    var chosen: [(mass: Double, point: Int)] = []
    for point in points.indices {
      let mass = points[point].rounded()
      guard abs(points[point] - mass) <= Self.window + Self.rounding,
        mass >= first - Self.rounding, mass <= last + Self.rounding
      else { continue }
      if let end = chosen.last, end.mass == mass {
        if current[point] > current[end.point] { chosen[chosen.count - 1].point = point }
      } else {
        chosen.append((mass, point))
      }
    }
    return chosen
  }

  /// What is to be said of both pressures.
  public func steps(total: Double?) -> [ProcessingStep] { [partialStep, totalStep(total)] }

  private var partialStep: ProcessingStep {
    let how =
      layout.kind == .profile
      ? "the largest current within 0.3 of each whole mass" : "the current of each mass"
    return step(
      "partial-pressure", layout.partialPressure,
      "\(how) times the factor for nitrogen (nitrogen equivalent)")
  }

  private func totalStep(_ total: Double?) -> ProcessingStep {
    // Where the driver says why there is none, its reason is the better one.
    if !layout.carriesTotal, case .missing(let reason) = layout.totalPressure {
      return ProcessingStep("total-pressure", .refused, reason)
    }
    guard layout.carriesTotal else {
      return ProcessingStep("total-pressure", .skipped, "such scans carry no total current")
    }
    guard total != nil else {
      return ProcessingStep("total-pressure", .refused, "no scan carried a usable total current")
    }
    return step(
      "total-pressure", layout.totalPressure,
      "the total current that the instrument measured times the factor for nitrogen"
        + " (nitrogen equivalent)")
  }

  private func step(
    _ name: String, _ scale: MassScanLayout.PressureScale, _ detail: String
  ) -> ProcessingStep {
    switch scale {
    case .missing(let reason): return ProcessingStep(name, .refused, reason)
    case .torrPerAmpere(let torr):
      guard Self.usable(scale) != nil else {
        return ProcessingStep(
          name, .refused, "the factor \(torr) Torr per ampere is no finite number above 0")
      }
      return ProcessingStep(name, .done, detail, numbers: ["torr_per_ampere": torr])
    }
  }

  private static func usable(_ scale: MassScanLayout.PressureScale) -> Double? {
    guard case .torrPerAmpere(let torr) = scale, torr.isFinite, torr > 0 else { return nil }
    return torr
  }
}
