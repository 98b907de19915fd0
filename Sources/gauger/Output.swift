internal import Bench
internal import Foundation
internal import Laboratory

/// What goes to people (standard error) and what goes to programs (standard output).
enum Output {
  /// A line for people.
  static func error(_ text: String) { errorPart(text + "\n") }

  /// Text for people without a line end, for progress that overwrites itself.
  ///
  /// When nobody can read it any more (a closed pipe, a full disk) the run must go on all the same.
  static func errorPart(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  /// Something that a person should know and nothing failed over.
  static func note(_ text: String) { error("\(paint("note", .yellow)): \(plain(text))") }

  /// A failure in its four parts.
  static func say(_ failure: Failure) {
    error("\(paint("error", .red)): \(plain(failure.what))")
    error("  why:  \(plain(failure.why))")
    error("  next: \(plain(failure.next))")
    error("  code: \(failure.code)")
  }

  /// A failure that ends the program: in words, and as an object where JSON was asked for.
  static func end(_ failure: Failure) -> Never {
    if CommandLine.arguments.contains("--json") {
      try? json(FailedLine(failure: failure), line: true)
    }
    say(failure)
    end(failure.exit)
  }

  /// Text from outside without what would steer a terminal.
  ///
  /// Sample ids, names of files and answers of devices can hold anything.
  static func plain(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map {
          $0.properties.generalCategory == .control ? "\u{FFFD}" : $0
        }))
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
  ///
  /// What could not be printed for lack of space is a failure, or a script would take a cut list
  /// for a whole one. A reader that went away (`| head`) is none.
  static func end(code: Int32) -> Never {
    if !Terminal.flush(), code == 0 {
      error("error: the output could not be written to the end")
      error("  why:  the disk that it goes to is full")
      error("  next: free some space there, and ask again")
      error("  code: output-no-space")
      leave(ExitStatus.noSpace.rawValue)
    }
    leave(code)
  }

  private static func leave(_ code: Int32) -> Never {
    ServedWork.current?.ends(with: code)
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

/// The last line for programs when something failed.
struct FailedLine: Encodable {
  var event = "failed"
  var schema = 1
  var failure: Failure
}
