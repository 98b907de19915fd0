public import Laboratory

/// How far a run has come.
public enum ReviewState: String, Sendable, Hashable, Codable, CaseIterable {
  /// It has a name, and is being measured.
  case created
  /// Its raw record is closed.
  case acquired
  /// There are results.
  case processed
  /// Somebody looked the results over and signed.
  case reviewed
  /// They may go out.
  case released
  /// There are other results than those that were released.
  case amended
}

/// What can be done with a run.
public enum ReviewStep: String, Sendable, Hashable, CaseIterable {
  /// Its raw record is closed.
  case acquire
  /// Results are made, for the first time or anew.
  case process
  /// Somebody signs as `reviewed`.
  case review
  /// Somebody signs as `released`.
  case release
  /// Somebody sends it back.
  case sendBack = "return"
}

/// The order in which a run goes from its creation to its release.
///
/// A state can only be reached by steps from `created`; a step that is not allowed changes nothing.
public struct ReviewProgress: Sendable, Hashable {
  /// Where the run stands.
  public private(set) var state = ReviewState.created

  /// A run that has just been created.
  public init() {}

  /// Goes a step; throws `review-order` where it cannot be gone from here.
  public mutating func take(_ step: ReviewStep) throws(Failure) {
    guard let next = Self.state(after: step, from: state) else {
      throw Self.refusal(of: step, in: state)
    }
    state = next
  }

  /// What a step leads to; nil where it is not allowed.
  private static func state(after step: ReviewStep, from state: ReviewState) -> ReviewState? {
    switch (state, step) {
    case (.created, .acquire): .acquired
    case (.acquired, .process): .processed
    // What was made anew was looked over by nobody; a release that it replaces is remembered.
    case (.processed, .process), (.reviewed, .process): .processed
    case (.released, .process), (.amended, .process): .amended
    case (.processed, .review), (.amended, .review): .reviewed
    case (.reviewed, .release): .released
    case (.reviewed, .sendBack), (.processed, .sendBack): .processed
    case (.amended, .sendBack): .amended
    default: nil
    }
  }

  private static func refusal(of step: ReviewStep, in state: ReviewState) -> Failure {
    let next =
      switch state {
      case .created: "Wait until it is measured; see it with: gauger runs list"
      case .acquired: "Make results first: gauger runs process RUN --method METHOD"
      case .processed, .amended: "It must be signed as reviewed first: gauger review sign RUN"
      case .reviewed: "It can be released or returned: gauger review sign RUN --as released"
      case .released: "Other results make it amended: gauger runs process RUN --method METHOD"
      }
    return Failure(
      "review-order", exit: .refused, what: "The step '\(step.rawValue)' was not done.",
      why: "The run is \(state.rawValue), and from there that step leads nowhere.", next: next)
  }
}
