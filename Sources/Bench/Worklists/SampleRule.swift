internal import Foundation
public import Laboratory

/// What a site asks of the ids of its samples: `samples` in `bench.yaml`.
public struct SampleRule: Sendable, Hashable {
  /// A regular expression that every id must fit wholly; none where any will do.
  public var pattern: String?
  /// How the last characters of an id are computed of the others; none where they are not.
  public var checkDigit: CheckDigit?
  /// Whether a sample that was measured before is asked about.
  public var asksAgain = false

  /// Makes a rule that asks nothing.
  public init() {}

  /// Throws `sample-id-pattern` or `sample-check-digit` where an id is none of the site's.
  public func check(_ id: String) throws(Failure) {
    if let pattern {
      let fits = (try? Regex(pattern)).flatMap { try? $0.wholeMatch(in: id) } != nil
      guard fits else {
        throw Failure(
          "sample-id-pattern", exit: .refused,
          what: "\(Self.shown(id)) cannot be the id of a sample.",
          why: "It does not fit the site's pattern \(pattern) (samples in bench.yaml).",
          next: "Scan it again, or type it as it stands on the label.")
      }
    }
    if let checkDigit, !checkDigit.holds(id) {
      throw Failure(
        "sample-check-digit", exit: .refused,
        what: "\(Self.shown(id)) cannot be the id of a sample.",
        why:
          "Its check digit (\(checkDigit.rawValue)) is wrong: one character at least was misread.",
        next: "Scan it again, or type it as it stands on the label.")
    }
  }

  /// An id in a message: shortened, and nothing in it that steers a terminal.
  static func shown(_ id: String) -> String { String(id.debugDescription.prefix(80)) }
}

/// How a check digit is computed.
public enum CheckDigit: String, Sendable, Hashable, CaseIterable {
  /// Modulus 10 with doubled digits (ISO/IEC 7812-1, Luhn); letters and separators are left out.
  case luhn
  /// Modulus 11 with weights 2, 3, 4 ... from the right, X for ten, as in ISBN-10; letters and
  /// separators are left out.
  case mod11 = "mod-11"
  /// ISO 7064 MOD 11-2, X for ten; letters and separators are left out.
  case mod112 = "iso-7064-mod-11-2"
  /// ISO 7064 MOD 97-10, two digits; letters count from 10 on, separators are left out.
  case mod97 = "iso-7064-mod-97-10"
  /// Modulus 43 over the characters of Code 39, all of which count.
  case code39 = "code-39-mod-43"

  private static let code39Characters = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%")

  /// Whether an id ends as it must.
  public func holds(_ id: String) -> Bool {
    switch self {
    case .luhn:
      let digits = id.compactMap(Self.digit)
      guard digits.count >= 2, id.last.flatMap(Self.digit) != nil else { return false }
      let sum = digits.reversed().enumerated().reduce(0) { sum, next in
        let value = next.offset.isMultiple(of: 2) ? next.element : 2 * next.element
        return sum + (value > 9 ? value - 9 : value)
      }
      return sum.isMultiple(of: 10)
    case .mod11:
      guard let (digits, last) = Self.withTen(id) else { return false }
      let sum = digits.reversed().enumerated().reduce(0) { sum, next in
        (sum + (next.offset + 2) * next.element) % 11
      }
      return (sum + last).isMultiple(of: 11)
    case .mod112:
      guard let (digits, last) = Self.withTen(id) else { return false }
      let sum = digits.reduce(0) { ($0 + $1) * 2 % 11 }
      return (sum + last) % 11 == 1
    case .mod97:
      var (rest, count) = (0, 0)
      for character in id.uppercased() {
        guard
          let value = character.isASCII ? character.hexDigitValue ?? Self.letter(character) : nil
        else { continue }
        rest = (value > 9 ? rest * 100 + value : rest * 10 + value) % 97
        count += 1
      }
      return count >= 3 && id.suffix(2).allSatisfy { Self.digit($0) != nil } && rest == 1
    case .code39:
      let values = id.map { Self.code39Characters.firstIndex(of: $0) }
      guard values.count >= 2, let last = values.last.flatMap({ $0 }),
        values.allSatisfy({ $0 != nil })
      else { return false }
      return values.dropLast().reduce(0) { $0 + ($1 ?? 0) } % 43 == last
    }
  }

  private static func digit(_ character: Character) -> Int? {
    character.isASCII ? character.wholeNumberValue : nil
  }

  private static func letter(_ character: Character) -> Int? {
    guard let byte = character.asciiValue, (65...90).contains(byte) else { return nil }
    return Int(byte) - 55
  }

  /// The digits before the last character, and its value, where X is ten.
  private static func withTen(_ id: String) -> (digits: [Int], last: Int)? {
    guard let end = id.last, let last = end == "X" || end == "x" ? 10 : digit(end) else {
      return nil
    }
    let digits = id.dropLast().compactMap(digit)
    return digits.isEmpty ? nil : (digits, last)
  }
}

extension Bench {
  /// The complete runs of kind sample that a sample has already, the newest first.
  ///
  /// Reads every run of the home.
  public func earlierRuns(of sample: String) -> [RunRecord] {
    runs.list().runs.filter { $0.kind == .sample && $0.sample.id == sample && $0.complete }
  }

  /// Checks the sample of a run that is to begin, and completes what was said of it.
  ///
  /// Throws `sample-id-pattern`, `sample-check-digit`, and `sample-again` where the sample was
  /// measured before and nobody said why it is measured again. Only runs of kind sample are asked
  /// about, and only where `samples` in `bench.yaml` says so.
  public func checked(
    _ sample: Sample, kind: RunKind, again: SampleAgain?
  ) throws(Failure) -> Sample {
    let rule = configuration.samples
    guard kind == .sample else { return sample }
    try rule.check(sample.id)
    guard rule.asksAgain || again != nil else { return sample }
    let earlier = earlierRuns(of: sample.id)
    guard let last = earlier.first else { return sample }
    // A number that says itself which of several it is answers the question.
    let isNew = sample.replicate.map { number in
      number > 1 && !earlier.contains { ($0.sample.replicate ?? 1) == number }
    }
    guard again != nil || isNew == true else {
      throw Failure(
        "sample-again", exit: .refused,
        what: "The sample \(SampleRule.shown(sample.id)) was measured before, by \(last.run).",
        why: "It may be a replicate, a second sampling, or the wrong label.",
        next: "Say which: --again replicate or --again second-sampling; if neither, scan it again.")
    }
    var sample = sample
    if again == .replicate, sample.replicate == nil {
      sample.replicate = 1 + (earlier.map { $0.sample.replicate ?? 1 }.max() ?? 1)
    }
    return sample
  }
}
