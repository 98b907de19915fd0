internal import Foundation

/// The numbers of MS-Numpress, which other programs use to make files smaller, at the price of digits.
///
/// They are read and never written: an archive keeps what was measured. Source: Teleman et al. 2014
/// (doi:10.1074/mcp.O114.037879) and the layouts that its reference implementation writes.
enum Numpress: Sendable {
  /// Differences from a straight line through the two numbers before, in fixed point.
  case linear
  /// Whole numbers, not negative.
  case positiveInteger
  /// Logarithms in 16 bits.
  case shortLogged

  /// The most bytes that so many numbers take.
  func mostBytes(_ count: Int) -> Int {
    switch self {
    case .linear: 16 + 5 * count
    case .positiveInteger: 1 + 5 * count
    case .shortLogged: 8 + 2 * count
    }
  }

  /// The numbers; nil where the bytes do not hold exactly so many.
  func decode(_ bytes: [UInt8], count: Int) -> [Double]? {
    // Nothing is a factor at most.
    guard count > 0 else { return bytes.count <= (self == .positiveInteger ? 0 : 8) ? [] : nil }
    // No number takes less than half a byte.
    guard count <= 2 * bytes.count else { return nil }
    switch self {
    case .linear: return Self.linear(bytes, count)
    case .positiveInteger: return Self.positiveIntegers(bytes, count)
    case .shortLogged: return Self.shortLogged(bytes, count)
    }
  }

  private static func linear(_ bytes: [UInt8], _ count: Int) -> [Double]? {
    guard let scale = fixedPoint(bytes), bytes.count >= 12 else { return nil }
    var before = Int64(word(bytes, 8))
    var numbers = [Double(before) / scale]
    guard count > 1 else { return bytes.count == 12 ? numbers : nil }
    guard bytes.count >= 16 else { return nil }
    var last = Int64(word(bytes, 12))
    numbers.append(Double(last) / scale)
    numbers.reserveCapacity(count)
    var halves = Halves(bytes, from: 16)
    while numbers.count < count {
      guard let difference = halves.number() else { return nil }
      let next = last &+ (last &- before) &+ Int64(difference)
      (before, last) = (last, next)
      numbers.append(Double(next) / scale)
    }
    return halves.isAtEnd ? numbers : nil
  }

  private static func positiveIntegers(_ bytes: [UInt8], _ count: Int) -> [Double]? {
    var halves = Halves(bytes, from: 0)
    var numbers: [Double] = []
    numbers.reserveCapacity(count)
    while numbers.count < count {
      guard let number = halves.number() else { return nil }
      numbers.append(Double(UInt32(bitPattern: number)))
    }
    return halves.isAtEnd ? numbers : nil
  }

  private static func shortLogged(_ bytes: [UInt8], _ count: Int) -> [Double]? {
    guard let scale = fixedPoint(bytes), bytes.count == 8 + 2 * count else { return nil }
    return (0..<count).map { index in
      let short = UInt16(bytes[8 + 2 * index]) | UInt16(bytes[9 + 2 * index]) << 8
      return exp(Double(short) / scale) - 1
    }
  }

  /// The factor at the start: a double, its highest byte first.
  private static func fixedPoint(_ bytes: [UInt8]) -> Double? {
    guard bytes.count >= 8 else { return nil }
    let bits = bytes[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let scale = Double(bitPattern: bits)
    return scale.isFinite && scale > 0 ? scale : nil
  }

  /// A whole number of 32 bits, its lowest byte first.
  private static func word(_ bytes: [UInt8], _ place: Int) -> Int32 {
    (0..<4).reduce(Int32(0)) {
      $0 | Int32(truncatingIfNeeded: UInt32(bytes[place + $1]) << UInt32(8 * $1))
    }
  }

  /// Whole numbers in halves of bytes: first how many halves are left out, then the rest, the lowest
  /// first.
  private struct Halves {
    private let bytes: [UInt8]
    private var place: Int

    init(_ bytes: [UInt8], from start: Int) {
      self.bytes = bytes
      place = 2 * start
    }

    /// Whether only a half that fills the last byte is left.
    var isAtEnd: Bool { 2 * bytes.count - place <= 1 }

    private mutating func half() -> UInt8? {
      guard place < 2 * bytes.count else { return nil }
      let byte = bytes[place / 2]
      defer { place += 1 }
      return place % 2 == 0 ? byte >> 4 : byte & 15
    }

    mutating func number() -> Int32? {
      guard let head = half() else { return nil }
      let isNegative = head > 8
      let left = Int(isNegative ? head - 8 : head)
      var number: UInt32 = 0
      if isNegative { for index in 0..<left { number |= 0xf000_0000 >> UInt32(4 * index) } }
      for index in left..<max(left, 8) {
        guard let half = half() else { return nil }
        number |= UInt32(half) << UInt32(4 * (index - left))
      }
      return Int32(bitPattern: number)
    }
  }
}
