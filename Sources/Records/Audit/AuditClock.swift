public import Laboratory

/// What the clocks of a computer say at one moment.
public struct AuditClock: Sendable, Hashable {
  /// What the kernel says of the wall clock.
  public enum State: String, Sendable, Hashable, Codable {
    /// A time server sets it.
    case synchronised
    /// Nobody sets it.
    case free
    /// The kernel does not say.
    case unknown
  }

  /// The wall clock.
  public var time: Timestamp
  /// The kernel's name for this start of the computer; empty where it has none.
  public var boot: String
  /// Microseconds since that start, sleep included; nobody can set this clock.
  public var monotonic: Int
  /// Whether the wall clock is set by a time server.
  public var state: State
  /// How far the kernel thinks the wall clock is off, µs; -1 where it does not say.
  public var estimatedError: Int
  /// How far at most, µs; -1 where it does not say.
  public var largestError: Int

  /// How far the wall clock may move otherwise than time did before it counts as a step, µs.
  ///
  /// A time server that only turns the clock faster or slower turns both clocks.
  static let allowance = 1_000_000

  /// How far the wall clock was stepped between an earlier moment and this one, µs; nil where it was
  /// not, or where nobody can tell.
  func step(since earlier: AuditClock) -> Int? {
    let passed = time.microseconds - earlier.time.microseconds
    guard !boot.isEmpty, boot == earlier.boot else { return passed < 0 ? Int(passed) : nil }
    let step = Int(passed) - (monotonic - earlier.monotonic)
    return abs(step) > Self.allowance || passed < 0 ? step : nil
  }
}

/// Which program on which computer writes.
struct AuditSource: Sendable, Hashable {
  var account: Int
  var host: String
  var program: String
}
