/// Compares texts with numbers, which another maths library may have given other last digits.
enum NumericText {
  /// How far two numbers may be from one another, relative to the larger.
  static let tolerance = 1e-12

  /// The largest relative distance of two numbers at the same place; nil where the texts differ
  /// otherwise.
  static func distance(_ a: [UInt8], _ b: [UInt8]) -> Double? {
    var (left, right) = (Scanner(rest: a[...]), Scanner(rest: b[...]))
    var worst = 0.0
    while true {
      switch (left.next(), right.next()) {
      case (nil, nil): return worst
      case (.number(let x), .number(let y)):
        let scale = max(abs(x), abs(y))
        if x != y { worst = max(worst, scale.isFinite ? abs(x - y) / scale : .infinity) }
      case (.other(let x), .other(let y)) where x == y: break
      default: return nil
      }
    }
  }

  private enum Token {
    case number(Double)
    case other(UInt8)
  }

  private struct Scanner {
    var rest: ArraySlice<UInt8>

    mutating func next() -> Token? {
      guard let first = rest.first else { return nil }
      let isDigit = (48...57).contains(first)
      let isSigned =
        first == UInt8(ascii: "-") && rest.dropFirst().first.map { (48...57).contains($0) } ?? false
      if isDigit || isSigned {
        var end = rest.startIndex + 1
        while end < rest.endIndex, belongs(rest[end], after: rest[end - 1]) { end += 1 }
        // A number may end a sentence.
        while end > rest.startIndex + 1, !(48...57).contains(rest[end - 1]) { end -= 1 }
        if let value = Double(String(decoding: rest[rest.startIndex..<end], as: UTF8.self)) {
          rest = rest[end...]
          return .number(value)
        }
      }
      rest = rest.dropFirst()
      return .other(first)
    }

    private func belongs(_ byte: UInt8, after before: UInt8) -> Bool {
      switch byte {
      case 48...57, UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): true
      case UInt8(ascii: "-"), UInt8(ascii: "+"):
        before == UInt8(ascii: "e") || before == UInt8(ascii: "E")
      default: false
      }
    }
  }
}
