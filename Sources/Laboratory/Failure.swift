/// The exit codes of `gauger`, final: scripts and schedulers depend on them.
public enum ExitStatus: Int32, Sendable, Codable, CaseIterable {
  /// Done; the delivery was handed over.
  case done = 0
  /// Failed in a way that no other code names.
  case failed = 1
  /// The command line was not understood.
  case usage = 2
  /// What was named does not exist.
  case notFound = 3
  /// The person's rights do not suffice.
  case denied = 4
  /// Another program or command holds it.
  case busy = 5
  /// It was unplugged or lost on the way.
  case gone = 6
  /// It did not answer in time.
  case timedOut = 7
  /// A person ended it before its end.
  case stoppedShort = 8
  /// Quality rules refused it.
  case refused = 9
  /// Damaged, or could not be verified.
  case damaged = 10
  /// No space on a disk.
  case noSpace = 11
  /// Done, but the delivery waits in the spool.
  case deliveryWaits = 12
  /// More than one candidate fits.
  case ambiguous = 13
  /// The instrument reports a fault, or its answers cannot be believed.
  case instrumentFault = 14
  /// The destination rejected the delivery.
  case rejected = 15
}

/// Anything that went wrong, told to a person in four parts.
///
/// - `what` happened, `why`, what to do `next`, and a lasting `code` (`usb-denied`) by which the
///   texts can be translated and the troubleshooting page be searched.
public struct Failure: Error, Sendable, Hashable, Codable {
  /// The lasting code, kebab-case.
  public var code: String
  /// What happened: one sentence with names and numbers.
  public var what: String
  /// Why it happened, as far as it is known.
  public var why: String
  /// What to do next.
  public var next: String
  /// The exit code that this failure leads to.
  public var exit: ExitStatus

  /// Makes a failure.
  public init(_ code: String, exit: ExitStatus, what: String, why: String, next: String) {
    self.code = code
    self.what = what
    self.why = why
    self.next = next
    self.exit = exit
  }

  private enum CodingKeys: String, CodingKey {
    case code, what, why, next
    case exit = "exit_code"
  }
}

/// An error of one room that can be told to a person.
public protocol Explained: Error {
  /// The error in four parts.
  var failure: Failure { get }
}

extension Failure: Explained {
  /// Itself.
  public var failure: Failure { self }
}
