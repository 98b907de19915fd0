/// Moves retention times of a run to those that a method expects, by standards found in both.
///
/// Between two standards the shift changes straight with time; outside them the nearest one's is held.
/// The times as they were found are kept beside.
public struct RetentionLock: Sendable, Hashable, Codable {
  /// One standard.
  public struct Anchor: Sendable, Hashable, Codable {
    /// When the method expects it, s.
    public var expected: Double
    /// When this run had it, s.
    public var found: Double

    /// Makes an anchor.
    public init(expected: Double, found: Double) {
      self.expected = expected
      self.found = found
    }

    private enum CodingKeys: String, CodingKey {
      case expected = "expected_s"
      case found = "found_s"
    }
  }

  /// The standards, rising in both times.
  public let anchors: [Anchor]

  /// Makes a lock of at least one standard; refuses times that do not rise strictly.
  public init(anchors: [Anchor]) throws(ChromatographyError) {
    guard !anchors.isEmpty else { throw .ladderTooShort(found: 0, needed: 1) }
    for anchor in anchors where !(anchor.expected.isFinite && anchor.found.isFinite) {
      throw .ladderNotRising(anchor.expected)
    }
    for (before, after) in zip(anchors, anchors.dropFirst())
    where !(after.found > before.found && after.expected > before.expected) {
      throw .ladderNotRising(after.expected)
    }
    self.anchors = anchors
  }

  /// The time on the method's scale of a time found in this run, s.
  public func expected(forFound time: Double) -> Double {
    time + shift(time, by: \.found)
  }

  /// The time in this run of a time on the method's scale, s.
  public func found(forExpected time: Double) -> Double {
    time - shift(time, by: \.expected)
  }

  /// What is added to a found time, on the scale that `key` names.
  private func shift(_ time: Double, by key: KeyPath<Anchor, Double>) -> Double {
    func offset(_ anchor: Anchor) -> Double { anchor.expected - anchor.found }
    guard let after = anchors.firstIndex(where: { $0[keyPath: key] >= time }) else {
      return offset(anchors[anchors.count - 1])
    }
    guard after > 0 else { return offset(anchors[0]) }
    let (low, high) = (anchors[after - 1], anchors[after])
    let (from, to) = (low[keyPath: key], high[keyPath: key])
    return offset(low) + (offset(high) - offset(low)) * ((time - from) / (to - from))
  }

  /// Reads a lock; refuses what the initializer refuses.
  public init(from decoder: any Decoder) throws {
    try self.init(
      anchors: decoder.container(keyedBy: CodingKeys.self).decode([Anchor].self, forKey: .anchors))
  }

  private enum CodingKeys: String, CodingKey { case anchors }
}
