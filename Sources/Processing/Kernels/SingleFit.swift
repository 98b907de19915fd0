/// The passes of one signal: eight points at a time.
struct SingleFit: LearningFit {
  private let system: PenalisedSystem<Double>
  private let (y, z, w, q, r): (Lanes, MutableLanes, MutableLanes, MutableLanes, MutableLanes)
  private(set) var outcome = WhittakerBaseline.Outcome(
    passes: 0, lastTolerance: 0, ending: .passesExhausted)

  init(
    smoothness: Double, y: Lanes, z: MutableLanes, w: MutableLanes, q: MutableLanes,
    r: MutableLanes
  ) {
    system = PenalisedSystem(count: y.count, smoothness: smoothness)
    (self.y, self.z, self.w, self.q, self.r) = (y, z, w, q, r)
  }

  func isSignal(_ lane: Int) -> Bool { lane == 0 }

  mutating func keep(_ lanes: [Int], _ outcome: (Int) -> WhittakerBaseline.Outcome) {
    for lane in lanes { self.outcome = outcome(lane) }
  }

  func begin() {
    for i in 0..<y.count { w[i] = 1 }
  }

  func solve() { system.solve(y, w, z, q, r) }

  /// What is left over behind whole eights; nothing where `place` is beyond the end.
  private func rest<Values>(_ values: Values, _ value: (Values, Int) -> Double) -> Eight {
    var rest = Eight.zero
    let begin = y.count / 8 * 8
    for i in begin..<y.count { rest[i - begin] = value(values, i) }
    return rest
  }

  @inline(__always)
  func totals(_ terms: (_ y: Eight, _ d: Eight) -> (Eight, Eight)) -> (Eight, Eight) {
    var (first, second) = (Eight.zero, Eight.zero)
    var i = 0
    while i + 8 <= y.count {
      let value = y.eight(at: i)
      let term = terms(value, value - z.eight(at: i))
      first += term.0
      second += term.1
      i += 8
    }
    if i < y.count {
      let value = rest(y) { $0[$1] }
      let term = terms(value, value - rest(z) { $0[$1] })
      let isReal = rest(y) { _, _ in 1 } .> Eight.zero
      first.replace(with: first + term.0, where: isReal)
      second.replace(with: second + term.1, where: isReal)
    }
    return (Eight(repeating: pairwise(first)), Eight(repeating: pairwise(second)))
  }

  @inline(__always)
  func learn(_ weight: (_ d: Eight) -> Eight) -> (Eight, Eight) {
    var (change, length) = (Eight.zero, Eight.zero)
    var i = 0
    while i + 8 <= y.count {
      let new = weight(y.eight(at: i) - z.eight(at: i))
      let old = w.eight(at: i)
      change += (old - new) * (old - new)
      length += old * old
      w.set(new, at: i)
      i += 8
    }
    if i < y.count {
      let new = weight(rest(y) { $0[$1] } - rest(z) { $0[$1] })
      let old = rest(w) { $0[$1] }
      let isReal = rest(y) { _, _ in 1 } .> Eight.zero
      change.replace(with: change + (old - new) * (old - new), where: isReal)
      length.replace(with: length + old * old, where: isReal)
      for k in i..<y.count { w[k] = new[k - i] }
    }
    return (Eight(repeating: pairwise(change)), Eight(repeating: pairwise(length)))
  }
}
