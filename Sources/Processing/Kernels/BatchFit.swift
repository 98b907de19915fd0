/// The passes of eight signals side by side: one point of each at a time.
struct BatchFit: LearningFit {
  private let system: PenalisedSystem<Eight>
  private let (y, z, w, q, r): (Lanes, MutableLanes, MutableLanes, MutableLanes, MutableLanes)
  private let signals: Int
  /// The lines of those that have ended, one after the other.
  private let ended: MutableLanes
  private(set) var outcomes: [WhittakerBaseline.Outcome?]

  init(
    smoothness: Double, signals: Int, y: Lanes, z: MutableLanes, w: MutableLanes, q: MutableLanes,
    r: MutableLanes, ended: MutableLanes
  ) {
    system = PenalisedSystem(count: y.count / 8, smoothness: smoothness)
    self.signals = signals
    (self.y, self.z, self.w, self.q, self.r) = (y, z, w, q, r)
    self.ended = ended
    outcomes = Array(repeating: nil, count: 8)
  }

  func isSignal(_ lane: Int) -> Bool { lane < signals }

  mutating func keep(_ lanes: [Int], _ outcome: (Int) -> WhittakerBaseline.Outcome) {
    for lane in lanes { outcomes[lane] = outcome(lane) }
    let points = y.count / 8
    for begin in stride(from: 0, to: points, by: 8) {
      for lane in lanes {
        for i in begin..<min(begin + 8, points) { ended[lane * points + i] = z[8 * i + lane] }
      }
    }
  }

  func begin() {
    for i in 0..<y.count { w[i] = 1 }
  }

  func solve() { system.solve(y, w, z, q, r) }

  @inline(__always)
  func totals(_ terms: (_ y: Eight, _ d: Eight) -> (Eight, Eight)) -> (Eight, Eight) {
    var (first, second) = (Parts(), Parts())
    var i = 0
    // Part k of each signal is its points k, k + 8, ...: eight rounds with one sum each.
    while i < y.count {
      let value = y.eight(at: i)
      let term = terms(value, value - z.eight(at: i))
      first.add(term.0, i / 8)
      second.add(term.1, i / 8)
      i += 8
    }
    return (first.total, second.total)
  }

  @inline(__always)
  func learn(_ weight: (_ d: Eight) -> Eight) -> (Eight, Eight) {
    var (change, length) = (Parts(), Parts())
    var i = 0
    while i < y.count {
      let new = weight(y.eight(at: i) - z.eight(at: i))
      let old = w.eight(at: i)
      change.add((old - new) * (old - new), i / 8)
      length.add(old * old, i / 8)
      w.set(new, at: i)
      i += 8
    }
    return (change.total, length.total)
  }

  /// Eight running sums for each of eight signals.
  private struct Parts {
    var parts = InlineArray<8, Eight>(repeating: .zero)

    @inline(__always)
    mutating func add(_ term: Eight, _ point: Int) { parts[point & 7] += term }

    @inline(__always)
    var total: Eight {
      ((parts[0] + parts[1]) + (parts[2] + parts[3]))
        + ((parts[4] + parts[5]) + (parts[6] + parts[7]))
    }
  }
}

extension WhittakerBaseline {
  /// The baselines of several signals of one length, with memory that is kept.
  ///
  /// - Throws: `countsDiffer` for different lengths, `tooShort` below 3 points, `notFinite`,
  ///   `overflow`.
  public func fit(
    all signals: [[Double]], workspace: inout Workspace
  ) throws(KernelError) -> [Fit] {
    guard let points = signals.first?.count else { return [] }
    for signal in signals {
      guard signal.count == points else {
        throw .countsDiffer(what: "the signals of a batch", points, signal.count)
      }
      guard points >= 3 else { throw .tooShort(what: "a baseline", points: points, needed: 3) }
      try Finite.check(signal.span, "the signal")
    }
    workspace.grow(to: 48 * points)
    var fits: [Fit] = []
    fits.reserveCapacity(signals.count)
    for begin in stride(from: 0, to: signals.count, by: 8) {
      fits += try eight(Array(signals[begin..<min(begin + 8, signals.count)]), points, &workspace)
    }
    return fits
  }

  private func eight(
    _ signals: [[Double]], _ points: Int, _ workspace: inout Workspace
  ) throws(KernelError) -> [Fit] {
    let fits = workspace.memory.withMutableLanes { memory in
      let n = 8 * points
      let (y, ended) = (memory.part(0, n), memory.part(n, n))
      for lane in 0..<8 {
        // Lanes without a signal repeat the first, so that they meet nothing of their own.
        signals[lane < signals.count ? lane : 0].withLanes { source in
          for i in 0..<points { ended[lane * points + i] = source[i] }
        }
      }
      // Eight points of all at a time, so that memory is met once.
      for begin in stride(from: 0, to: points, by: 8) {
        for lane in 0..<8 {
          for i in begin..<min(begin + 8, points) { y[8 * i + lane] = ended[lane * points + i] }
        }
      }
      var fit = BatchFit(
        smoothness: smoothness, signals: signals.count, y: y.reading, z: memory.part(2 * n, n),
        w: memory.part(3 * n, n), q: memory.part(4 * n, n), r: memory.part(5 * n, n), ended: ended)
      fit.run(self)
      return fit.outcomes.prefix(signals.count).enumerated().map { lane, outcome in
        return Fit(
          baseline: ended.part(lane * points, points).array,
          outcome: outcome ?? Outcome(passes: 0, lastTolerance: 0, ending: .passesExhausted))
      }
    }
    for fit in fits {
      guard Finite.firstBad(fit.baseline.span) == nil else { throw .overflow(what: "the baseline") }
    }
    return fits
  }
}
