/// A control of one material in one run, as a Westgard rule looks at it.
public struct ControlResult: Sendable, Hashable, Codable {
  /// The run; results of one run stand together.
  public var run: String
  /// The control material.
  public var material: String
  /// How many standard deviations it is from its mean.
  public var z: Double

  /// Makes a result.
  public init(run: String, material: String, z: Double) {
    self.run = run
    self.material = material
    self.z = z
  }
}

/// The multirule of Westgard and others.
///
/// Clin. Chem. 27 (1981) 493. Inequalities are strict. All rules are evaluated, in the order of
/// `Rule`, at every result; each that fires is told at the result that completes it.
public enum Westgard {
  /// A rule.
  public enum Rule: String, Sendable, Hashable, Codable, CaseIterable {
    /// One result beyond 2: a warning.
    case warning2s = "1-2s"
    /// One result beyond 3.
    case one3s = "1-3s"
    /// Two consecutive beyond 2 on one side: materials of one run, or runs of one material.
    case two2s = "2-2s"
    /// One above 2 and another below -2 in one run.
    case range4s = "R-4s"
    /// Four consecutive beyond 1 on one side.
    case four1s = "4-1s"
    /// Ten consecutive on one side of the mean; 0 is on none.
    case ten = "10-x"

    /// Whether the run is rejected; the warning alone rejects nothing.
    public var rejects: Bool { self != .warning2s }
  }

  /// The rules that fired at one result.
  public struct Finding: Sendable, Hashable, Codable {
    /// Which result, counted from 0.
    public var index: Int
    /// The rules, in their order.
    public var rules: [Rule]
  }

  /// A result that is no number.
  public struct NotANumber: Error, Hashable {
    /// Which result, counted from 0.
    public var index: Int
  }

  /// Evaluates results in the order in which they were measured.
  ///
  /// `4-1s` and `10-x` look at the runs of one material and at all results in a row; where there is one
  /// material both are the same.
  public static func evaluate(_ results: [ControlResult]) throws(NotANumber) -> [Finding] {
    if let index = results.firstIndex(where: { !$0.z.isFinite }) { throw NotANumber(index: index) }
    var rows: [String: [Double]] = [:]
    var all: [Double] = []
    var run: [Double] = []
    var findings: [Finding] = []
    for (index, result) in results.enumerated() {
      if index == 0 || results[index - 1].run != result.run { run = [] }
      all.append(result.z)
      run.append(result.z)
      rows[result.material, default: []].append(result.z)
      let row = rows[result.material] ?? []
      var rules: [Rule] = []
      if abs(result.z) > 2 { rules.append(.warning2s) }
      if abs(result.z) > 3 { rules.append(.one3s) }
      if last(2, of: run, beyond: 2) || last(2, of: row, beyond: 2) { rules.append(.two2s) }
      let high = run.contains { $0 > 2 }
      let low = run.contains { $0 < -2 }
      if high, low, abs(result.z) > 2 { rules.append(.range4s) }
      if last(4, of: row, beyond: 1) || last(4, of: all, beyond: 1) { rules.append(.four1s) }
      if last(10, of: row, beyond: 0) || last(10, of: all, beyond: 0) { rules.append(.ten) }
      if !rules.isEmpty { findings.append(Finding(index: index, rules: rules)) }
    }
    return findings
  }

  private static func last(_ count: Int, of values: [Double], beyond limit: Double) -> Bool {
    let tail = values.suffix(count)
    return tail.count == count
      && (tail.allSatisfy { $0 > limit } || tail.allSatisfy { $0 < -limit })
  }
}
