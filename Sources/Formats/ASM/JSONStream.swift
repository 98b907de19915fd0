internal import Laboratory

/// Writes JSON piece by piece, one member a line, arrays of numbers on one line each.
///
/// UTF-8, `\n`, no more in memory than some 64 KiB. Names of members are ours and need no escape.
final class JSONStream {
  private let sink: any ByteSink
  private var buffer: [UInt8] = []
  private var place = 0
  private var sum = Checksum()
  /// How many members each open level has.
  private var members: [Int] = []

  init(to sink: any ByteSink) { self.sink = sink }

  /// An object, by its name where it stands in one.
  func object(
    _ name: String? = nil, _ body: () throws(Failure) -> Void
  ) throws(Failure) { try level(name, "{", "}", body) }

  /// An array of anything, by its name where it stands in an object.
  func array(
    _ name: String? = nil, _ body: () throws(Failure) -> Void
  ) throws(Failure) { try level(name, "[", "]", body) }

  /// A text.
  func text(_ name: String, _ value: String) throws(Failure) {
    try begin(name)
    try put(Self.quoted(value))
  }

  /// A whole number.
  func whole(_ name: String, _ value: Int) throws(Failure) {
    try begin(name)
    try put(String(value))
  }

  /// A number with its unit.
  func quantity(_ name: String, _ number: String, _ unit: String) throws(Failure) {
    try begin(name)
    try put("{\"value\": \(number), \"unit\": \(Self.quoted(unit))}")
  }

  /// An object of texts and numbers on one line; values are JSON already.
  func line(_ members: [(name: String, json: String)]) throws(Failure) {
    try begin(nil)
    try put("{" + members.map { "\"\($0.name)\": \($0.json)" }.joined(separator: ", ") + "}")
  }

  /// Numbers on one line, each times ten to the power `exponent`, exactly.
  func numbers(_ values: [Double], times exponent: Int = 0) throws(Failure) {
    try begin(nil)
    try put("[")
    for (index, value) in values.enumerated() {
      try put((index == 0 ? "" : ",") + DecimalShift.text(value, by: exponent))
    }
    try put("]")
  }

  /// CRC-32 of all that was written so far, without what the next line puts before it.
  func checksum() -> String { sum.text }

  /// What stands between here and the next member: after it, the sum of all bytes before is known.
  func beginMember() throws(Failure) { try begin(nil) }

  /// Text that is JSON already.
  func put(_ text: String) throws(Failure) {
    sum.add(text.utf8)
    buffer += Array(text.utf8)
    if buffer.count > 1 << 16 { try flush() }
  }

  /// Ends the file.
  func finish() throws(Failure) {
    try put("\n")
    try flush()
  }

  /// A text in quotes; control characters as `\u001f`, all else as it is.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        if scalar.value < 32 || (127..<160).contains(scalar.value) {
          let digits = String(scalar.value, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }

  private func level(
    _ name: String?, _ opening: String, _ closing: String, _ body: () throws(Failure) -> Void
  ) throws(Failure) {
    if members.isEmpty { try put(opening) } else { try begin(name, opening) }
    members.append(0)
    try body()
    let count = members.removeLast()
    if count > 0 { try put("\n" + String(repeating: " ", count: members.count)) }
    try put(closing)
  }

  private func begin(_ name: String?, _ opening: String = "") throws(Failure) {
    let isFirst = members[members.count - 1] == 0
    members[members.count - 1] += 1
    try put((isFirst ? "\n" : ",\n") + String(repeating: " ", count: members.count))
    try put((name.map { "\"\($0)\": " } ?? "") + opening)
  }

  private func flush() throws(Failure) {
    try sink.write(buffer, at: place)
    place += buffer.count
    buffer.removeAll(keepingCapacity: true)
  }
}
