internal import ArgumentParser
internal import Bench
internal import Foundation

/// Texts and numbers of people, checked before anything is done with them.
enum PersonalText {
  /// Refuses what could not be delivered later: blanks alone, several lines, control characters.
  static func check(_ option: String, _ text: String) throws {
    guard !text.allSatisfy(\.isWhitespace), text.count <= 200 else {
      throw ValidationError("\(option) must have 1 to 200 characters, and not blanks alone")
    }
    let controls = text.unicodeScalars.contains {
      [.control, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
    }
    if controls {
      throw ValidationError(
        "\(option) must be one line without control characters (tab, line end, escape)")
    }
    // What the shell gave was no UTF-8, so that the true characters are not known.
    if text.unicodeScalars.contains("\u{FFFD}") {
      throw ValidationError("\(option) must be written in UTF-8")
    }
  }

  /// The account whose command this is.
  static var account: String { ServedWork.current?.accountName ?? NSUserName() }

  /// `USER` where it is set; services run without it.
  static var loginName: String {
    let named = ProcessInfo.processInfo.environment["USER"] ?? ""
    if let served = ServedWork.current { return served.accountName }
    return named.isEmpty ? ProcessInfo.processInfo.userName : named
  }
}
