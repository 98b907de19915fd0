internal import Laboratory

/// The bytes of an mzML file on their way: gathered, hashed and given to the sink in order.
struct MzMLOutput {
  /// What is not yet given; writers add to it and call `give` now and then.
  var bytes: [UInt8] = []
  /// The bytes that were given.
  private(set) var given = 0

  private let sink: any ByteSink
  private var hash = SHA1()
  private static let piece = 1 << 18

  init(_ sink: any ByteSink) {
    self.sink = sink
    bytes.reserveCapacity(2 * Self.piece)
  }

  /// Where the next byte will stand.
  var place: Int { given + bytes.count }

  /// Gives what is gathered, if it is much, or `isLast`.
  mutating func give(isLast: Bool = false) throws(Failure) {
    guard isLast || bytes.count >= Self.piece else { return }
    hash.add(bytes)
    try sink.write(bytes, at: given)
    given += bytes.count
    bytes.removeAll(keepingCapacity: true)
  }

  /// Gives all that is gathered, and the SHA-1 of every byte so far, in hexadecimal.
  mutating func checksum() throws(Failure) -> String {
    try give(isLast: true)
    return hash.text
  }
}

/// Whole numbers that rise, in two or three bytes each, so that the places of a million scans take
/// little memory.
struct CompactNumbers: Sequence {
  private var pieces: [[UInt8]] = []
  private var last = 0
  /// How many there are.
  private(set) var count = 0
  private static let piece = 1 << 16

  /// Adds a number, not below the last.
  mutating func append(_ number: Int) {
    precondition(number >= last, "the numbers rise")
    var rest = UInt64(number - last)
    last = number
    count += 1
    if pieces.isEmpty || pieces[pieces.count - 1].count > Self.piece - 10 {
      var fresh: [UInt8] = []
      fresh.reserveCapacity(Self.piece)
      pieces.append(fresh)
    }
    let index = pieces.count - 1
    while rest >= 128 {
      pieces[index].append(UInt8(truncatingIfNeeded: rest) | 128)
      rest >>= 7
    }
    pieces[index].append(UInt8(rest))
  }

  /// The bytes that all of them take.
  var memory: Int { pieces.reduce(0) { $0 + $1.capacity } }

  /// Every number in order.
  func makeIterator() -> Iterator { Iterator(pieces) }

  /// Goes through the numbers.
  struct Iterator: IteratorProtocol {
    private let pieces: [[UInt8]]
    private var (piece, place, number) = (0, 0, 0)

    fileprivate init(_ pieces: [[UInt8]]) { self.pieces = pieces }

    /// The next number.
    mutating func next() -> Int? {
      var (rest, shift) = (0, 0)
      while piece < pieces.count {
        guard place < pieces[piece].count else {
          (piece, place) = (piece + 1, 0)
          continue
        }
        let byte = pieces[piece][place]
        place += 1
        rest |= Int(byte & 127) << shift
        shift += 7
        if byte < 128 {
          number += rest
          return number
        }
      }
      return nil
    }
  }
}

/// Texts and numbers as XML takes them.
enum MzMLText {
  /// An attribute's value for people: what XML forbids is left out.
  static func plain(_ text: String) -> String {
    escape(String(String.UnicodeScalarView(text.unicodeScalars.filter(isPlain))))
  }

  /// An attribute's value from which every character comes back.
  static func exact(_ text: String) -> String {
    escape(EscapedText.encode(text, isPlain: isPlain))
  }

  /// The text of an `xs:ID`: begins with a letter, holds letters, digits, points and lines.
  static func id(_ text: String) -> String {
    let scalars = EscapedText.readable(text).unicodeScalars.map { scalar -> Unicode.Scalar in
      let isFine =
        (scalar >= "a" && scalar <= "z") || (scalar >= "A" && scalar <= "Z")
        || (scalar >= "0" && scalar <= "9") || scalar == "." || scalar == "-" || scalar == "_"
      return isFine ? scalar : "_"
    }
    let body = String(String.UnicodeScalarView(scalars.prefix(200)))
    guard let first = body.unicodeScalars.first, first.properties.isAlphabetic else {
      return "run_" + body
    }
    return body
  }

  /// A number as text; whole numbers without a point.
  static func number(_ value: Double) -> String {
    let text = value.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// Adds the digits of a whole number that is not negative.
  static func append(_ number: Int, to bytes: inout [UInt8]) {
    if number >= 10 { append(number / 10, to: &bytes) }
    bytes.append(UInt8(ascii: "0") + UInt8(number % 10))
  }

  /// Adds the shortest decimal of a number.
  static func append(_ value: Double, to bytes: inout [UInt8]) {
    if value.magnitude < 1e15, let whole = Int(exactly: value), whole >= 0, value.sign == .plus {
      return append(whole, to: &bytes)
    }
    bytes += number(value).utf8
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value >= 32 && !(127...159).contains(scalar.value) && scalar.value & 0xfffe != 0xfffe
  }

  private static func escape(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
