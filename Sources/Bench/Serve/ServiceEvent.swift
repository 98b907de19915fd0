public import Laboratory

/// What a service tells while it works: one line each.
public struct ServiceEvent: Sendable, Hashable, Codable {
  /// What kind of news it is.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// It keeps the home and listens.
    case started
    /// A run that was killed was ended.
    case recovered
    /// Deliveries stand elsewhere than before.
    case delivered
    /// Something was taken from a watched folder or a worklist, or the catalogue was brought up.
    case taken
    /// A command began.
    case command
    /// A command is over.
    case ended
    /// A client was sent away.
    case refused
    /// `bench.yaml` was read again.
    case configured
    /// Something could not be done.
    case trouble
    /// What could not be done before was done.
    case mended
    /// Something will go wrong if nobody acts.
    case warning
    /// It was asked to stop.
    case stopping
    /// It has stopped.
    case stopped
  }

  /// The version of this structure.
  public var schema = 1
  /// When.
  public var time: Timestamp
  /// What kind of news it is.
  public var event: Kind
  /// In words, one line.
  public var text: String
  /// What went wrong, where something did.
  public var failure: Failure?

  init(_ event: Kind, _ text: String, failure: Failure? = nil) {
    time = .now
    self.event = event
    self.text = text
    self.failure = failure
  }
}
