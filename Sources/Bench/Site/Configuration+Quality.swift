internal import Foundation
internal import Laboratory
public import Records
internal import Yams

extension Configuration {
  /// What `quality:` in bench.yaml says.
  public struct QualitySettings: Sendable, Hashable {
    /// Where results are reviewed and released.
    public enum ReviewPlace: String, Sendable, Hashable, CaseIterable {
      /// Here, with signatures.
      case inGauger = "in-gauger"
      /// In the LIMS; nothing is released here.
      case inLIMS = "in-lims"
    }

    /// How strictly the rules are followed.
    public var policy = QualityPolicy.off
    /// Where results are reviewed and released.
    public var review = ReviewPlace.inGauger
    /// How old the last good check on an instrument may be; none where none is needed.
    public var checkAge: Duration?

    /// What holds where nothing is said.
    public init() {}
  }

  mutating func takeQuality(_ node: Node, _ file: String) throws(Failure) {
    if node.isNothing { return }
    guard case .mapping(let map) = node else {
      throw Self.invalid(file, node.line, "quality must have keys, such as: {policy: warn}")
    }
    for (key, value) in map {
      switch key.string {
      case "policy": quality.policy = try word(value, "policy", file)
      case "review": quality.review = try word(value, "review", file)
      case "checks": try takeChecks(value, file)
      default:
        throw Self.invalid(
          file, key.line,
          "\(key.string ?? "This key") is unknown; quality has policy, review and checks.")
      }
    }
  }

  /// Throws where results would never reach a destination.
  func checkReview(_ file: String) throws(Failure) {
    guard quality.review == .inLIMS else { return }
    for place in destinations where place.accepts == .released {
      throw Self.invalid(
        file, nil,
        "\(place.name) accepts released runs, but quality.review is in-lims: none is released here."
      )
    }
  }

  private mutating func takeChecks(_ node: Node, _ file: String) throws(Failure) {
    guard case .mapping(let map) = node else {
      throw Self.invalid(file, node.line, "checks must have keys, such as: {max_age: 24h}")
    }
    for (key, value) in map {
      guard key.string == "max_age" else {
        throw Self.invalid(
          file, key.line, "\(key.string ?? "This key") is unknown; checks has max_age.")
      }
      guard let age = value.string.flatMap(Self.age) else {
        throw Self.invalid(
          file, value.line, "max_age must be a time such as 30m, 24h or 7d, at most ten years.")
      }
      quality.checkAge = age
    }
  }

  /// `30m`, `24h`, `7d` as a time; nil for anything else.
  static func age(_ text: String) -> Duration? {
    let units: [Character: Int] = ["m": 60, "h": 3600, "d": 86_400]
    guard let unit = text.last.flatMap({ units[$0] }), text.count <= 8,
      text.dropLast().allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(text.dropLast()),
      number > 0, number * unit <= 3653 * 86_400
    else { return nil }
    return .seconds(number * unit)
  }

  private func word<Word: RawRepresentable & CaseIterable>(
    _ node: Node, _ name: String, _ file: String
  ) throws(Failure) -> Word where Word.RawValue == String {
    // YAML 1.1 takes a bare `off` for a truth; its text is what counts.
    guard let word = node.scalar.flatMap({ Word(rawValue: $0.string) }) else {
      let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
      throw Self.invalid(file, node.line, "\(name) must be one of \(known).")
    }
    return word
  }
}
