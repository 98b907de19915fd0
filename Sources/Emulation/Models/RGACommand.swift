/// One command of a residual gas analyser, taken apart: two letters and what follows them.
struct RGACommand: Sendable, Hashable {
  /// What stands behind the letters.
  enum Parameter: Sendable, Hashable {
    case none
    /// `?`
    case query
    /// `*`
    case standard
    /// A decimal number in ten-thousandths; digits beyond the fourth are dropped.
    case number(Int)
    /// Anything else.
    case unreadable
  }

  /// The two letters, upper case; nil where there are none.
  var name: String?
  var parameter: Parameter

  /// Takes a command apart, given without its CR.
  init(_ bytes: [UInt8]) {
    let upper = bytes.map { (0x61...0x7A).contains($0) ? $0 - 0x20 : $0 }
    guard upper.count >= 2, upper.prefix(2).allSatisfy({ (0x41...0x5A).contains($0) }) else {
      (name, parameter) = (nil, .unreadable)
      return
    }
    name = String(decoding: upper.prefix(2), as: UTF8.self)
    parameter = Self.parameter(upper.dropFirst(2))
  }

  private static func parameter(_ bytes: ArraySlice<UInt8>) -> Parameter {
    switch bytes {
    case []: return .none
    case [0x3F]: return .query
    case [0x2A]: return .standard
    default: break
    }
    let isNegative = bytes.first == 0x2D
    let digits = isNegative || bytes.first == 0x2B ? bytes.dropFirst() : bytes
    let parts = digits.split(separator: 0x2E, maxSplits: 1, omittingEmptySubsequences: false)
    guard digits.contains(where: { (0x30...0x39).contains($0) }),
      parts.allSatisfy({ $0.allSatisfy { (0x30...0x39).contains($0) } }),
      let whole = parts.first, whole.count <= RGAModel.longestCommand
    else { return .unreadable }
    let fraction = parts.count > 1 ? Array(parts[1].prefix(4)) : []
    let padded = fraction + [UInt8](repeating: 0x30, count: 4 - fraction.count)
    let value = (whole + padded).reduce(0) { $0 * 10 + Int($1 - 0x30) }
    return .number(isNegative ? -value : value)
  }
}
