internal import Foundation

/// A value behind a lock of the threads library.
///
/// `Synchronization.Mutex` would do as well, but the thread sanitizer does not see the order that it
/// makes when two threads meet at it, and calls it a race; what is tested under the sanitizer and
/// locks often therefore uses this.
package final class Guarded<Value>: @unchecked Sendable {
  // Safe: `value` is only touched while `lock` is held.
  private let lock = NSLock()
  private var value: Value

  package init(_ value: sending Value) { self.value = value }

  package func withLock<Result, E: Error>(
    _ body: (inout Value) throws(E) -> Result
  ) throws(E) -> Result {
    lock.lock()
    defer { lock.unlock() }
    return try body(&value)
  }
}
