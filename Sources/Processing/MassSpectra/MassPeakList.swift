public import Laboratory

/// A mass spectrum as pairs of mass-to-charge ratio and intensity, the masses strictly rising.
///
/// Made by checking: what it holds is finite, not below 0, and has no mass twice.
public struct MassPeakList: Sendable, Hashable {
  /// Mass-to-charge ratios, above 0, strictly rising.
  public let massToCharge: [Double]
  /// Intensities in any unit, finite, 0 or more.
  public let intensity: [Double]

  /// A spectrum without peaks.
  public static let empty = MassPeakList(checkedMasses: [], intensities: [])

  /// Checks and sorts pairs; intensities at the same mass are added in their order.
  ///
  /// - Throws: `MassSpectrumError` where the arrays differ in length, or a number is none, a mass
  ///   not above 0 or an intensity below 0.
  public init(massToCharge: [Double], intensity: [Double]) throws(MassSpectrumError) {
    guard massToCharge.count == intensity.count else {
      throw MassSpectrumError(
        .unequal, "\(massToCharge.count) masses and \(intensity.count) intensities")
    }
    for (index, mass) in massToCharge.enumerated() {
      guard mass.isFinite, intensity[index].isFinite else {
        throw MassSpectrumError(.notFinite, "pair \(index) is \(mass), \(intensity[index])")
      }
      guard mass > 0, intensity[index] >= 0 else {
        throw MassSpectrumError(.negative, "pair \(index) is \(mass), \(intensity[index])")
      }
    }
    if zip(massToCharge, massToCharge.dropFirst()).allSatisfy({ $0 < $1 }) {
      self.init(checkedMasses: massToCharge, intensities: intensity)
      return
    }
    // Equal masses stay in their order, so that their sum is one number.
    let order = massToCharge.indices.sorted {
      (massToCharge[$0], $0) < (massToCharge[$1], $1)
    }
    var (masses, sums): ([Double], [Double]) = ([], [])
    for index in order {
      if let last = masses.last, last == massToCharge[index] {
        sums[sums.count - 1] += intensity[index]
      } else {
        masses.append(massToCharge[index])
        sums.append(intensity[index])
      }
    }
    guard sums.allSatisfy(\.isFinite) else {
      throw MassSpectrumError(.notFinite, "the sum of pairs at one mass is too large")
    }
    self.init(checkedMasses: masses, intensities: sums)
  }

  /// Takes pairs that are known to be right.
  init(checkedMasses: [Double], intensities: [Double]) {
    massToCharge = checkedMasses
    intensity = intensities
  }

  /// How many peaks there are.
  public var count: Int { massToCharge.count }

  /// The largest intensity; 0 without peaks.
  public var base: Double { intensity.max() ?? 0 }

  /// The peaks of a closed range of masses.
  public func within(_ range: ClosedRange<Double>) -> MassPeakList {
    guard let first = massToCharge.first, let last = massToCharge.last,
      first < range.lowerBound || last > range.upperBound
    else { return self }
    let kept = massToCharge.indices.filter { range.contains(massToCharge[$0]) }
    return MassPeakList(
      checkedMasses: kept.map { massToCharge[$0] }, intensities: kept.map { intensity[$0] })
  }
}

/// Why numbers are no mass spectrum, or a mass spectrum cannot be worked on.
public struct MassSpectrumError: Error, Explained, Sendable, Hashable {
  /// What is wrong, by the rest of the code.
  public enum Problem: String, Sendable, Hashable {
    /// Arrays of different lengths.
    case unequal
    /// A number that is NaN or infinite.
    case notFinite = "not-finite"
    /// A mass of 0 or less, or an intensity below 0.
    case negative
    /// No scan where one is needed.
    case noScan = "no-scan"
    /// A parameter out of its range.
    case parameter
  }

  /// What is wrong.
  public var problem: Problem
  /// The numbers and names.
  public var detail: String

  /// Makes an error.
  public init(_ problem: Problem, _ detail: String) {
    self.problem = problem
    self.detail = detail
  }

  /// The error in four parts.
  public var failure: Failure {
    switch problem {
    case .unequal, .notFinite, .negative:
      Failure(
        "mass-spectrum-damaged", exit: .damaged,
        what: "The pairs are no mass spectrum: \(detail).",
        why: "The source was damaged or written wrongly; nothing is guessed.",
        next: "Look at the file or library that it came from.")
    case .noScan:
      Failure(
        "mass-scan-missing", exit: .refused,
        what: "There is no scan to take a spectrum from: \(detail).",
        why: "The window or peak lies outside the run, or its scans were refused.",
        next: "Look at the run's times and at the method's windows.")
    case .parameter:
      Failure(
        "mass-parameter", exit: .usage, what: "A parameter cannot be used: \(detail).",
        why: "It is outside the range in which the calculation means something.",
        next: "Correct the method.")
    }
  }
}
