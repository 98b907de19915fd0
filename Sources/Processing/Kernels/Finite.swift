/// Looks for numbers that are none.
enum Finite {
  /// Refuses values of which one is NaN or infinite.
  static func check(_ values: Span<Double>, _ what: @autoclosure () -> String) throws(KernelError) {
    if let index = firstBad(values) { throw .notFinite(what: what(), index: index) }
  }

  /// The place of the first value that is NaN or infinite.
  static func firstBad(_ values: Span<Double>) -> Int? {
    values.withLanes { values in
      var i = 0
      // A finite number times 0 is 0; anything else is NaN, and stays one in the sum.
      var sum = Eight.zero
      while i + 8 <= values.count {
        sum += values.eight(at: i) * Eight.zero
        i += 8
      }
      if sum == Eight.zero, (i..<values.count).allSatisfy({ values[$0].isFinite }) { return nil }
      return (0..<values.count).first { !values[$0].isFinite }
    }
  }

  /// The place of the first value that is not above the one before it.
  static func firstNotRising(_ values: Span<Double>) -> Int? {
    values.withLanes { values in
      var i = 1
      var holds = SIMDMask<SIMD8<Int64>>(repeating: true)
      while i + 8 <= values.count {
        holds = holds .& (values.eight(at: i) .> values.eight(at: i - 1))
        i += 8
      }
      if all(holds), (i..<max(i, values.count)).allSatisfy({ values[$0] > values[$0 - 1] }) {
        return nil
      }
      return (1..<values.count).first { !(values[$0] > values[$0 - 1]) }
    }
  }
}
