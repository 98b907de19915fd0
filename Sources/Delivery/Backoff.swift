public import Laboratory

/// How long a delivery waits for its next try: 1 s, doubled with each try, up to 15 min, with jitter.
public enum Backoff {
  /// The shortest wait.
  public static let shortest: Duration = .seconds(1)
  /// The longest wait, before jitter.
  public static let longest: Duration = .seconds(900)

  /// The wait after so many tries, from 1; `chance` from 0 to 1 spreads it over 75 to 125 %, so that
  /// many benches do not ask a LIMS in one moment that comes back.
  public static func wait(afterTries tries: Int, chance: Double) -> Duration {
    let doublings = min(max(1, tries) - 1, 10)
    let whole = min(longest, shortest * (1 << doublings))
    let spread = 0.75 + 0.5 * min(max(chance, 0), 1)
    return .microseconds(Int64((whole / .microseconds(1)) * spread))
  }

  /// Whether a time for the next try has come.
  ///
  /// One further ahead than any wait was written by a clock that has been set back, and has come.
  public static func hasCome(_ next: Timestamp?, at now: Timestamp) -> Bool {
    guard let next, next > now else { return true }
    return Double(next.microseconds) - Double(now.microseconds) > (longest / .microseconds(1))
      * 1.25
  }
}
