extension SavitzkyGolay {
  /// The filtered signal, one value a point.
  ///
  /// - Throws: `tooShort` where the signal has fewer points than the window, `notFinite`, `overflow`.
  public func apply(to y: [Double], edges: Edges = .fitted) throws(KernelError) -> [Double] {
    var result = [Double](repeating: 0, count: y.count)
    var target = result.mutableSpan
    try apply(to: y.span, into: &target, edges: edges)
    return result
  }

  /// Writes the filtered signal to memory of the caller; allocates nothing where edges are fitted.
  ///
  /// - Throws: `countsDiffer`, `tooShort` where the signal has fewer points than the window,
  ///   `notFinite`, `overflow`. What stands in `result` is then undefined.
  public func apply(
    to y: Span<Double>, into result: inout MutableSpan<Double>, edges: Edges = .fitted
  ) throws(KernelError) {
    guard result.count == y.count else {
      throw .countsDiffer(what: "signal and result", y.count, result.count)
    }
    guard y.count >= window else {
      throw .tooShort(what: "the filter's window", points: y.count, needed: window)
    }
    let isFine = result.withMutableLanes { target in
      y.withLanes { source in
        let isFine = inner(source, target)
        if edges == .fitted {
          fitEdges(source, target)
        } else {
          extendEdges(source, target, edges)
        }
        return isFine
      }
    }
    // A point that is no number spoils each window that it stands in, and so the sum over all.
    if !isFine || !edgesAreFinite(result) {
      try Finite.check(y, "the signal")
      // Two large values may have been too much for the looking alone.
      for i in 0..<result.count where !result[i].isFinite {
        throw .overflow(what: "the filtered signal")
      }
    }
  }

  /// The filtered value in the middle of one window, as `apply` gives it there, to the bit.
  ///
  /// `points` are the window's points in order; there are exactly `window` of them. Nothing is
  /// checked: a value that is no number gives one that is none.
  public func middle(of points: Span<Double>) -> Double {
    precondition(points.count == window, "one window is asked for")
    let m = halfWindow
    var sum = folded[0] * points[m]
    for k in stride(from: 1, through: m, by: 1) {
      let pair =
        derivative % 2 == 0
        ? points[m + k] + points[m - k] : points[m + k] - points[m - k]
      sum += folded[k] * pair
    }
    return sum
  }

  /// All points that have a whole window around them; false where one is no number.
  private func inner(_ source: Lanes, _ target: MutableLanes) -> Bool {
    folded.withLanes { factors in
      derivative % 2 == 0
        ? Self.inner(source, target, factors, { $0 + $1 }, { $0 + $1 })
        : Self.inner(source, target, factors, { $0 - $1 }, { $0 - $1 })
    }
  }

  /// Sixteen points at a time, then one: each with the operations of one alone.
  @inline(__always)
  private static func inner(
    _ source: Lanes, _ target: MutableLanes, _ factors: Lanes, _ eights: (Eight, Eight) -> Eight,
    _ ones: (Double, Double) -> Double
  ) -> Bool {
    let m = factors.count - 1
    let end = source.count - m
    // What is finite times 0 is 0.
    var seen = Eight.zero
    var i = m
    while i + 16 <= end {
      var first = factors[0] * source.eight(at: i)
      var second = factors[0] * source.eight(at: i + 8)
      var k = 1
      while k <= m {
        let factor = Eight(repeating: factors[k])
        first += factor * eights(source.eight(at: i + k), source.eight(at: i - k))
        second += factor * eights(source.eight(at: i + 8 + k), source.eight(at: i + 8 - k))
        k += 1
      }
      target.set(first, at: i)
      target.set(second, at: i + 8)
      seen += (first + second) * Eight.zero
      i += 16
    }
    var isFine = seen == Eight.zero
    while i < end {
      var sum = factors[0] * source[i]
      var k = 1
      while k <= m {
        sum += factors[k] * ones(source[i + k], source[i - k])
        k += 1
      }
      target[i] = sum
      isFine = isFine && sum.isFinite
      i += 1
    }
    return isFine
  }

  /// The first and last half window, by the polynomial of the first and last whole one.
  private func fitEdges(_ source: Lanes, _ target: MutableLanes) {
    let m = halfWindow
    for (first, places) in [(0, 0..<m), (source.count - window, m + 1..<window)] {
      for j in places { target[first + j] = 0 }
      var scale = 1.0
      for _ in 0..<derivative { scale *= spacing }
      for k in 0...order {
        var sum = 0.0
        for j in 0..<window { sum += polynomials[k * window + j] * source[first + j] }
        let part = sum / norms[k]
        for j in places { target[first + j] += part * derivatives[k * window + j] }
      }
      for j in places { target[first + j] /= scale }
    }
  }

  /// The first and last half window, with a signal that goes on outside by a rule.
  private func extendEdges(_ source: Lanes, _ target: MutableLanes, _ edges: Edges) {
    let (m, n) = (halfWindow, source.count)
    func value(_ i: Int) -> Double {
      if i >= 0, i < n { return source[i] }
      switch edges {
      case .mirrored: return source[i < 0 ? -i : 2 * (n - 1) - i]
      case .nearest, .fitted: return source[i < 0 ? 0 : n - 1]
      case .constant(let outside): return outside
      case .wrapped: return source[i < 0 ? i + n : i - n]
      }
    }
    for i in 0..<n where i < m || i >= n - m {
      var sum = folded[0] * value(i)
      for k in stride(from: 1, through: m, by: 1) {
        let pair =
          derivative % 2 == 0 ? value(i + k) + value(i - k) : value(i + k) - value(i - k)
        sum += folded[k] * pair
      }
      target[i] = sum
    }
  }

  private func edgesAreFinite(_ result: borrowing MutableSpan<Double>) -> Bool {
    for i in 0..<halfWindow
    where !result[i].isFinite || !result[result.count - 1 - i].isFinite {
      return false
    }
    return true
  }
}
