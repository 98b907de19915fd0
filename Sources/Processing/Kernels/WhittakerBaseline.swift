/// A smooth line below a signal, by penalised least squares with weights that learn where peaks are.
///
/// Minimises `sum w (y - z)^2 + smoothness * sum (second difference of z)^2`, `w = 1` at first. One
/// pass solves for `z` and computes new weights from `d = y - z`; the baseline is the `z` of the last
/// solve. P. H. C. Eilers 2003 (AsLS); Z.-M. Zhang, S. Chen, Y.-Z. Liang, Analyst 135 (2010) 1138
/// (airPLS, with second differences and no end weights); S.-J. Baek and others, Analyst 140 (2015) 250
/// (arPLS). Points are equally spaced.
public struct WhittakerBaseline: Sendable, Hashable {
  /// How the weights are learned.
  public enum Rule: Sendable, Hashable {
    /// AsLS: the given weight, between 0 and 1 and mostly 0.001 to 0.05, where the signal is above
    /// the line, and the rest of 1 where it is not.
    case asymmetric(Double)
    /// airPLS: no weight above the line; below it the power of e of `pass * abs(d) / sum abs(d)`.
    case adaptive
    /// arPLS: a logistic function of `d` between noise and peak, by mean and standard deviation of
    /// what lies below the line.
    case reweighted
  }

  /// Why no further pass was made.
  public enum Ending: Sendable, Hashable {
    /// The measure of change fell below the tolerance.
    case converged
    /// Fewer than 2 points lie below the line (airPLS, arPLS), or all that do by the same amount
    /// (arPLS): nothing to learn from.
    case tooFewBelow
    /// The number of passes was used up; the line may still move.
    case passesExhausted
  }

  /// How a fit went.
  public struct Outcome: Sendable, Hashable {
    /// The passes made, from 1.
    public var passes: Int
    /// The last measure of change: of the weights' length for AsLS and arPLS, the sum below the line
    /// over the sum of the signal for airPLS; 0 where it was never computed.
    public var lastTolerance: Double
    /// Why it ended.
    public var ending: Ending
  }

  /// A baseline with how it came about.
  public struct Fit: Sendable, Hashable {
    /// The line, one value a point, in the unit of the signal.
    public var baseline: [Double]
    /// How it went.
    public var outcome: Outcome
  }

  /// Memory that is kept from fit to fit; one a thread.
  public struct Workspace: Sendable {
    var memory: [Double] = []

    /// Makes an empty one, which grows with the first fit.
    public init() {}
  }

  /// How the weights are learned.
  public let rule: Rule
  /// The weight of the second differences, "lambda"; grows with the fourth power of the points a band.
  public let smoothness: Double
  /// Below what change it ends.
  public let tolerance: Double
  /// How many passes are made at most.
  public let mostPasses: Int

  /// Describes a baseline.
  ///
  /// - Throws: `parameter`: the smoothness above 0, at most 1e15; an asymmetry strictly between 0 and
  ///   1; a tolerance of 0 or more; 1 to 1000 passes.
  public init(
    _ rule: Rule, smoothness: Double, tolerance: Double = 1e-3, mostPasses: Int = 50
  ) throws(KernelError) {
    guard smoothness > 0, smoothness <= 1e15 else {
      throw .parameter(name: "smoothness", value: smoothness, allowed: "above 0, at most 1e15")
    }
    if case .asymmetric(let weight) = rule, !(weight > 0 && weight < 1) {
      throw .parameter(name: "asymmetry", value: weight, allowed: "between 0 and 1")
    }
    guard tolerance >= 0, tolerance.isFinite else {
      throw .parameter(name: "tolerance", value: tolerance, allowed: "0 or more")
    }
    guard (1...1000).contains(mostPasses) else {
      throw .parameter(name: "passes", value: Double(mostPasses), allowed: "1 to 1000")
    }
    self.rule = rule
    self.smoothness = smoothness
    self.tolerance = tolerance
    self.mostPasses = mostPasses
  }

  /// The smoothness on a grid of another step that gives the same line as `smoothness` on a step of 1.
  ///
  /// - Throws: `parameter` for a step that is not above 0.
  public static func smoothness(_ smoothness: Double, onStep step: Double) throws(KernelError)
    -> Double
  {
    guard step > 0, step.isFinite else {
      throw .parameter(name: "step", value: step, allowed: "above 0")
    }
    let square = step * step
    return smoothness / (square * square)
  }

  /// The baseline of one signal.
  ///
  /// - Throws: `tooShort` below 3 points, `notFinite`, `overflow`.
  public func fit(_ y: [Double]) throws(KernelError) -> Fit {
    var workspace = Workspace()
    var line = [Double](repeating: 0, count: y.count)
    var target = line.mutableSpan
    let outcome = try fit(y.span, into: &target, workspace: &workspace)
    return Fit(baseline: line, outcome: outcome)
  }

  /// The baselines of several signals of one length, eight side by side; the bits of each are those of
  /// `fit` alone.
  ///
  /// - Throws: `countsDiffer` for different lengths, `tooShort` below 3 points, `notFinite`,
  ///   `overflow`.
  public func fit(all signals: [[Double]]) throws(KernelError) -> [Fit] {
    var workspace = Workspace()
    return try fit(all: signals, workspace: &workspace)
  }

  /// The outcome, and the line in the caller's memory; allocates nothing once the workspace has grown.
  ///
  /// - Throws: `countsDiffer`, `tooShort` below 3 points, `notFinite`, `overflow`.
  public func fit(
    _ y: Span<Double>, into line: inout MutableSpan<Double>, workspace: inout Workspace
  ) throws(KernelError) -> Outcome {
    guard line.count == y.count else {
      throw .countsDiffer(what: "signal and baseline", y.count, line.count)
    }
    guard y.count >= 3 else { throw .tooShort(what: "a baseline", points: y.count, needed: 3) }
    try Finite.check(y, "the signal")
    let n = y.count
    workspace.grow(to: 3 * n)
    let outcome = line.withMutableLanes { z in
      y.withLanes { y in
        workspace.memory.withMutableLanes { memory in
          var fit = SingleFit(
            smoothness: smoothness, y: y, z: z.part(0, n), w: memory.part(0, n),
            q: memory.part(n, n), r: memory.part(2 * n, n))
          fit.run(self)
          return fit.outcome
        }
      }
    }
    guard Finite.firstBad(line.span) == nil else { throw .overflow(what: "the baseline") }
    return outcome
  }
}

extension WhittakerBaseline.Workspace {
  mutating func grow(to count: Int) {
    if memory.count < count { memory = [Double](repeating: 0, count: count) }
  }
}
