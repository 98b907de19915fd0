/// Eight numbers side by side: the same operations on each, so the same bits as one by one.
///
/// How many the processor takes at once changes the speed and nothing else.
typealias Eight = SIMD8<Double>

/// A view of values for loops over lanes, valid in the closure that gets it.
///
/// Places are checked where the program is built for tests; in a release the loop's own bounds, which
/// come from `count`, are trusted.
@safe
struct Lanes {
  // Safe: made by `withLanes` alone and valid in its closure; all reads go through checked places.
  private let base: UnsafePointer<Double>
  let count: Int

  // Safe: the caller is `withLanes`, whose buffer lives as long as the view.
  fileprivate init(_ buffer: UnsafeBufferPointer<Double>, _ empty: UnsafePointer<Double>) {
    unsafe base = buffer.baseAddress ?? empty
    count = buffer.count
  }

  // Safe: the caller is `MutableLanes.reading`, of the same life.
  fileprivate init(base: UnsafePointer<Double>, count: Int) {
    unsafe self.base = base
    self.count = count
  }

  @inline(__always)
  subscript(_ i: Int) -> Double {
    assert(i >= 0 && i < count)
    // Safe: the place was asserted above and comes from a loop within `count`.
    return unsafe base[i]
  }

  /// The eight values from `i` on.
  @inline(__always)
  func eight(at i: Int) -> Eight {
    assert(i >= 0 && i + 8 <= count)
    // Safe: as above; unaligned loads are allowed everywhere.
    return unsafe UnsafeRawPointer(base + i).loadUnaligned(as: Eight.self)
  }
}

/// A view of values to be written, as `Lanes`.
@safe
struct MutableLanes {
  // Safe: made by `withMutableLanes` alone and valid in its closure.
  private let base: UnsafeMutablePointer<Double>
  let count: Int

  // Safe: the caller is `withMutableLanes`, whose buffer lives as long as the view.
  fileprivate init(
    _ buffer: UnsafeMutableBufferPointer<Double>, _ empty: UnsafeMutablePointer<Double>
  ) {
    unsafe base = buffer.baseAddress ?? empty
    count = buffer.count
  }

  // Safe: the caller is `part`, whose bounds are checked.
  private init(base: UnsafeMutablePointer<Double>, count: Int) {
    unsafe self.base = base
    self.count = count
  }

  @inline(__always)
  subscript(_ i: Int) -> Double {
    get {
      assert(i >= 0 && i < count)
      // Safe: the place was asserted above and comes from a loop within `count`.
      return unsafe base[i]
    }
    nonmutating set {
      assert(i >= 0 && i < count)
      // Safe: as above.
      unsafe base[i] = newValue
    }
  }

  /// The eight values from `i` on.
  @inline(__always)
  func eight(at i: Int) -> Eight {
    assert(i >= 0 && i + 8 <= count)
    // Safe: as above; unaligned loads are allowed everywhere.
    return unsafe UnsafeRawPointer(base + i).loadUnaligned(as: Eight.self)
  }

  /// The values from `begin` on, as a view of their own.
  func part(_ begin: Int, _ count: Int) -> MutableLanes {
    precondition(begin >= 0 && count >= 0 && begin + count <= self.count)
    // Safe: the part lies within this view, as was just checked.
    return unsafe MutableLanes(base: base + begin, count: count)
  }

  /// A copy of the values.
  // Safe: exactly `count` values are there.
  var array: [Double] { unsafe Array(UnsafeBufferPointer(start: base, count: count)) }

  /// The same values, to be read only.
  // Safe: the same memory for as long.
  var reading: Lanes { unsafe Lanes(base: UnsafePointer(base), count: count) }

  /// Writes eight values from `i` on.
  @inline(__always)
  func set(_ values: Eight, at i: Int) {
    assert(i >= 0 && i + 8 <= count)
    // Safe: as above.
    unsafe UnsafeMutableRawPointer(base + i).storeBytes(of: values, as: Eight.self)
  }
}

extension Array where Element == Double {
  /// Lends the values to a loop.
  @inline(__always)
  func withLanes<Result>(_ body: (Lanes) -> Result) -> Result {
    var nothing = 0.0
    // Safe: the view does not leave the closure; `nothing` stands for the memory of an empty array.
    return unsafe withUnsafeBufferPointer { buffer in
      unsafe withUnsafePointer(to: &nothing) { unsafe body(Lanes(buffer, $0)) }
    }
  }

  /// Lends the values to a loop that changes them.
  @inline(__always)
  mutating func withMutableLanes<Result>(_ body: (MutableLanes) -> Result) -> Result {
    var nothing = 0.0
    // Safe: as above.
    return unsafe withUnsafeMutableBufferPointer { buffer in
      unsafe withUnsafeMutablePointer(to: &nothing) { unsafe body(MutableLanes(buffer, $0)) }
    }
  }
}

extension Span where Element == Double {
  /// Lends the values to a loop.
  @inline(__always)
  func withLanes<Result>(_ body: (Lanes) -> Result) -> Result {
    var nothing = 0.0
    // Safe: as for arrays.
    return unsafe withUnsafeBufferPointer { buffer in
      unsafe withUnsafePointer(to: &nothing) { unsafe body(Lanes(buffer, $0)) }
    }
  }
}

extension MutableSpan where Element == Double {
  /// Lends the values to a loop that changes them.
  @inline(__always)
  mutating func withMutableLanes<Result>(_ body: (MutableLanes) -> Result) -> Result {
    var nothing = 0.0
    // Safe: as for arrays.
    return unsafe withUnsafeMutableBufferPointer { buffer in
      unsafe withUnsafeMutablePointer(to: &nothing) { unsafe body(MutableLanes(buffer, $0)) }
    }
  }
}
