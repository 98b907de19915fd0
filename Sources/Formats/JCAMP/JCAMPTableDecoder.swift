/// Decodes the lines of a table: AFFN, PAC, SQZ, DIF and DUP, in any mixture.
///
/// | | 0 | 1-9 | is |
/// |---|---|---|---|
/// | SQZ | `@` | `A`-`I`, negative `a`-`i` | sign and first digit of a value |
/// | DIF | `%` | `J`-`R`, negative `j`-`r` | sign and first digit of a difference from the value before |
/// | DUP | | `S`-`Z` 1-8, `s` 9 | first digit of how often the item before stands, itself included |
///
/// An `E` begins an exponent only where sign and digit follow: otherwise it is the digit +5. Behind
/// a line that ends with a difference the next one begins with the same value once more, the Y check.
struct JCAMPTableDecoder {
  var table: JCAMPBlock.Table
  var warnings: [String] = []
  /// Whether the last item was a difference, so that a check must follow.
  private var owesCheck = false
  /// What a repeat count repeats.
  private var item = Item.none
  /// A pair that was begun.
  private var pending: Double?

  private enum Item {
    case none
    case value(Double)
    case difference(Double)
  }

  init(table: JCAMPBlock.Table) { self.table = table }

  /// Takes a line, whose index `i` is byte `i + base` of the file; at most `room` points more.
  mutating func take(
    _ line: ArraySlice<UInt8>, base: Int = 0, room: Int
  ) throws(FormatError) {
    var scanner = Scanner(bytes: line, base: base)
    switch table.form {
    case .pairs:
      while let (number, place) = try scanner.plain() {
        if let x = pending {
          guard !x.isNaN else { throw refuse(.badNumber, place, "? where an abscissa must be") }
          table.x.append(x)
          table.y.append(number)
          pending = nil
          guard table.y.count <= room else { throw refuse(.tooLarge, place, "too many points") }
        } else {
          pending = number
        }
      }
    case .stepped: try step(&scanner, room)
    }
  }

  /// Looks that nothing is left open.
  mutating func finish() throws(FormatError) {
    guard pending == nil else {
      throw refuse(.malformed, table.offset, "an abscissa without ordinate")
    }
    if owesCheck, table.form == .stepped {
      warnings.append("the last value of a difference table has no check behind it")
    }
  }

  private mutating func step(_ scanner: inout Scanner, _ room: Int) throws(FormatError) {
    guard let first = try scanner.abscissa() else { return }
    let checks = owesCheck
    let before = table.y.count
    var isFirst = true
    item = .none
    table.lines.append((first.value, first.half, checks ? before - 1 : before, first.place))
    while let token = try scanner.token() {
      if isFirst, checks {
        // The check repeats the last value; it is no point.
        guard case .value(let again) = token.kind, let last = table.y.last, again == last else {
          throw refuse(
            .inconsistent, token.place,
            "the Y check is not \(table.y.last.map { "\($0)" } ?? "a value")")
        }
        item = .value(again)
        (isFirst, owesCheck) = (false, false)
        continue
      }
      isFirst = false
      try take(token, room)
    }
    // A line that holds only an abscissa owes the check still.
    if checks, isFirst { table.lines.removeLast() }
  }

  private mutating func take(_ token: Scanner.Token, _ room: Int) throws(FormatError) {
    switch token.kind {
    case .value(let value):
      table.y.append(value)
      (item, owesCheck) = (.value(value), false)
    case .difference(let difference):
      guard let last = table.y.last, !last.isNaN else {
        throw refuse(.malformed, token.place, "a difference behind no value")
      }
      table.y.append(last + difference)
      (item, owesCheck) = (.difference(difference), true)
    case .repeats(let count):
      guard count >= 1 else { throw refuse(.malformed, token.place, "a repeat count of 0") }
      guard count <= room - table.y.count + 1 else {
        throw refuse(.tooLarge, token.place, "a repeat count of \(count)")
      }
      for _ in 1..<max(count, 1) {
        switch item {
        case .none: throw refuse(.malformed, token.place, "a repeat count behind nothing")
        case .value(let value): table.y.append(value)
        case .difference(let difference): table.y.append((table.y.last ?? 0) + difference)
        }
      }
      if case .none = item {
        throw refuse(.malformed, token.place, "a repeat count behind nothing")
      }
      // Counts never stand behind counts.
      item = .none
    }
    guard table.y.count <= room else { throw refuse(.tooLarge, token.place, "too many points") }
  }

  private func refuse(
    _ problem: FormatError.Problem, _ place: Int, _ detail: String
  ) -> FormatError {
    FormatError(.jcamp, problem, at: place, "\(detail), in ##\(table.label)=")
  }
}

/// Reads the items of one line.
private struct Scanner {
  enum Kind {
    case value(Double)
    case difference(Double)
    case repeats(Int)
  }

  struct Token {
    var kind: Kind
    var place: Int
  }

  let bytes: ArraySlice<UInt8>
  let base: Int
  private var index: Int
  /// Where it is in the file.
  var place: Int { index + base }

  init(bytes: ArraySlice<UInt8>, base: Int) {
    self.bytes = bytes
    self.base = base
    index = bytes.startIndex
  }

  private var byte: UInt8? { index < bytes.endIndex ? bytes[index] : nil }

  private static func isDigit(_ byte: UInt8?) -> Bool {
    byte.map { $0 >= 48 && $0 <= 57 } ?? false
  }

  private mutating func skipSeparators() {
    while let byte, byte == 0x20 || byte == 0x09 || byte == 0x2c || byte == 0x3b { index += 1 }
  }

  /// The next number of a table of pairs; NaN for `?`.
  mutating func plain() throws(FormatError) -> (Double, Int)? {
    skipSeparators()
    guard byte != nil else { return nil }
    let start = place
    if byte == UInt8(ascii: "?") {
      index += 1
      return (.nan, start)
    }
    return (try affn().value, start)
  }

  /// The abscissa that begins a line.
  mutating func abscissa() throws(FormatError) -> (value: Double, half: Double, place: Int)? {
    skipSeparators()
    guard byte != nil else { return nil }
    let start = place
    let (value, half) = try affn()
    return (value, half, start)
  }

  /// The next item of a line.
  mutating func token() throws(FormatError) -> Token? {
    skipSeparators()
    guard let byte else { return nil }
    let start = place
    switch byte {
    case UInt8(ascii: "?"):
      index += 1
      return Token(kind: .value(.nan), place: start)
    case UInt8(ascii: "@"), 65...73: return Token(kind: .value(try packed(byte, 64)), place: start)
    case 97...105: return Token(kind: .value(-(try packed(byte, 96))), place: start)
    case UInt8(ascii: "%"): return Token(kind: .difference(try packed(byte, 37)), place: start)
    case 74...82: return Token(kind: .difference(try packed(byte, 73)), place: start)
    case 106...114: return Token(kind: .difference(-(try packed(byte, 105))), place: start)
    case 83...90, UInt8(ascii: "s"):
      let count = try packed(byte, byte == UInt8(ascii: "s") ? 106 : 82)
      guard let whole = Int(exactly: count) else {
        throw FormatError(.jcamp, .badNumber, at: start, "a repeat count of \(count)")
      }
      return Token(kind: .repeats(whole), place: start)
    default: return Token(kind: .value(try affn().value), place: start)
    }
  }

  /// A digit in a letter and the digits behind it.
  private mutating func packed(_ byte: UInt8, _ zero: UInt8) throws(FormatError) -> Double {
    let start = place
    index += 1
    let from = index
    while Self.isDigit(self.byte) { index += 1 }
    guard index - from <= 18, let value = Double("\(byte - zero)" + text(from)) else {
      throw FormatError(.jcamp, .badNumber, at: start, "a number of \(place - start) digits")
    }
    return value
  }

  /// A plain number, and half a unit of its last digit.
  private mutating func affn() throws(FormatError) -> (value: Double, half: Double) {
    let (start, first) = (place, index)
    if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { index += 1 }
    while Self.isDigit(byte) { index += 1 }
    var decimals = 0
    if byte == UInt8(ascii: ".") {
      index += 1
      let from = index
      while Self.isDigit(byte) { index += 1 }
      decimals = index - from
    }
    var exponent = 0
    if byte == UInt8(ascii: "E") || byte == UInt8(ascii: "e"), index + 2 < bytes.endIndex,
      bytes[index + 1] == UInt8(ascii: "+") || bytes[index + 1] == UInt8(ascii: "-"),
      Self.isDigit(bytes[index + 2])
    {
      index += 2
      let from = index
      while Self.isDigit(byte) { index += 1 }
      exponent = (Int(text(from)) ?? 999) * (bytes[from - 1] == UInt8(ascii: "-") ? -1 : 1)
    }
    guard index > first, let value = DecimalBytes.number(bytes[first..<index]) else {
      throw FormatError(
        .jcamp, .badNumber, at: start,
        "\(ForeignText.plain(ForeignText.decode(bytes[first...].prefix(20)))) in the table")
    }
    var half = 0.5
    for _ in 0..<min(abs(exponent - decimals), 400) {
      if exponent < decimals { half /= 10 } else { half *= 10 }
    }
    return (value, half)
  }

  private func text(_ from: Int) -> String { String(decoding: bytes[from..<index], as: UTF8.self) }
}
