internal import Foundation
internal import Laboratory
internal import Records

/// Texts of people, checked before they are kept for ever.
enum QualityText {
  /// One line of 1 to `longest` characters; throws `quality-text-unusable` with the name of the field.
  static func line(_ name: String, _ text: String, longest: Int = 200) throws(Failure) -> String {
    let composed = text.precomposedStringWithCanonicalMapping
    let trimmed = composed.trimmingCharacters(in: .whitespaces)
    guard RegisterName.isObject(trimmed), trimmed.count <= longest,
      !trimmed.unicodeScalars.contains("\u{FFFD}")
    else {
      throw Failure(
        "quality-text-unusable", exit: .usage,
        what: "\(name) cannot be \(text.debugDescription.prefix(120)).",
        why: "It is empty, longer than \(longest) characters, of several lines, or not UTF-8.",
        next: "Give one line of text.")
    }
    return trimmed
  }

  /// The same for what may be missing.
  static func line(_ name: String, ifGiven text: String?) throws(Failure) -> String? {
    guard let text else { return nil }
    return try line(name, text)
  }

  /// A reason, which nobody may leave away.
  static func reason(_ text: String?, for what: String) throws(Failure) -> String {
    guard let text, !text.allSatisfy(\.isWhitespace) else {
      throw Failure(
        "quality-reason-missing", exit: .refused, what: "\(what) was not done.",
        why: "What is decided here must say why.", next: "Give the command again with --reason.")
    }
    return try line("The reason", text, longest: 1000)
  }

  /// A name without blanks: a person's id, the subject of a calibration.
  static func word(_ name: String, _ text: String) throws(Failure) -> String {
    let word = try line(name, text, longest: 64)
    guard !word.contains(where: \.isWhitespace) else {
      throw Failure(
        "quality-text-unusable", exit: .usage, what: "\(name) cannot be \(word.debugDescription).",
        why: "It has a blank in it.", next: "Give one word, such as m.rossi.")
    }
    return word
  }

  /// A moment: `2026-11-20` (its first moment; with `end` the one after its last) or a UTC time.
  static func moment(_ name: String, _ text: String, end: Bool = false) throws(Failure) -> Timestamp
  {
    if let time = Timestamp(iso8601: text) { return time }
    if let day = Timestamp(iso8601: text + "T00:00:00Z"), day.iso8601.hasPrefix(text) {
      return end ? Timestamp(microseconds: day.microseconds + 86_400_000_000) : day
    }
    throw Failure(
      "quality-time-unusable", exit: .usage,
      what: "\(name) cannot be \(text.debugDescription.prefix(60)).",
      why: "It is no day of the calendar, and no time in UTC.",
      next: "Write 2026-11-20, or 2026-11-20T10:15:00Z.")
  }
}
