/// Numbers that a kernel computes with: one, or several side by side with the same bits.
///
/// A kernel written once over this gives, for each of eight spectra side by side, what it gives for
/// one alone: the operations and their order are the same text.
protocol Arithmetic {
  static var zero: Self { get }
  init(repeating value: Double)
  static func + (_: Self, _: Self) -> Self
  static func - (_: Self, _: Self) -> Self
  static func * (_: Self, _: Self) -> Self
  static func / (_: Self, _: Self) -> Self
  /// The number, or the eight of as many series that stand interleaved, at point `i`.
  static func at(_ i: Int, of values: Lanes) -> Self
  /// The same in memory that may be written.
  static func at(_ i: Int, of values: MutableLanes) -> Self
  /// Writes it there.
  func set(at i: Int, of values: MutableLanes)
}

extension Double: Arithmetic {
  @inline(__always)
  init(repeating value: Double) { self = value }

  @inline(__always)
  static func at(_ i: Int, of values: Lanes) -> Double { values[i] }

  @inline(__always)
  static func at(_ i: Int, of values: MutableLanes) -> Double { values[i] }

  @inline(__always)
  func set(at i: Int, of values: MutableLanes) { values[i] = self }
}

extension SIMD8: Arithmetic where Scalar == Double {
  @inline(__always)
  static func at(_ i: Int, of values: Lanes) -> Self { values.eight(at: 8 * i) }

  @inline(__always)
  static func at(_ i: Int, of values: MutableLanes) -> Self { values.eight(at: 8 * i) }

  @inline(__always)
  func set(at i: Int, of values: MutableLanes) { values.set(self, at: 8 * i) }
}
