internal import Foundation
internal import Laboratory

/// What goes to people (standard error) and what goes to programs (standard output).
enum Output {
  /// A line for people.
  static func error(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }

  /// Text for people without a line end, for progress that overwrites itself.
  static func errorPart(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
  }

  /// A failure in its four parts.
  static func say(_ failure: Failure) {
    error("\(paint("error", .red)): \(failure.what)")
    error("  why:  \(failure.why)")
    error("  next: \(failure.next)")
    error("  code: \(failure.code)")
  }

  /// One object as JSON, on one line where it is part of a stream.
  static func json(_ value: some Encodable, line: Bool = false) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting =
      line
      ? [.sortedKeys, .withoutEscapingSlashes]
      : [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
    Terminal.flush()
  }

  /// Ends the program with a code of ours.
  static func end(_ status: ExitStatus) -> Never { end(code: status.rawValue) }

  /// Ends the program.
  static func end(code: Int32) -> Never {
    Terminal.flush()
    exit(code)
  }

  enum Colour: String {
    case red = "31"
    case green = "32"
    case yellow = "33"
    case bold = "1"
  }

  /// Colour on a terminal; never the only sign of anything.
  static func paint(_ text: String, _ colour: Colour) -> String {
    guard Terminal.showsColour else { return text }
    return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
  }
}
