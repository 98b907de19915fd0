internal import Synchronization

/// Carries one value that cannot be copied into a closure that cannot consume, such as a thread's.
public final class Handoff<Value: ~Copyable & Sendable>: Sendable {
  private let slot: Mutex<Value?>

  /// Puts the value in.
  public init(_ value: consuming Value) { slot = Mutex(consume value) }

  /// Takes the value out: the first time it is there, later it is not.
  public func take() -> Value? { slot.withLock { $0.take() } }
}
