internal import Foundation

/// Hands work to one thread that sleeps between two pieces; used only while no run is going on.
final class RequestQueue<Request: Sendable>: @unchecked Sendable {
  // Safe: everything below is only touched while `condition` is locked.
  private let condition = NSCondition()
  private var waiting: [Request] = []
  private var isOpen = false

  /// Takes requests from now on: there is a thread that will serve them.
  func open() {
    condition.lock()
    defer { condition.unlock() }
    isOpen = true
  }

  /// False when there is no thread that would ever answer.
  func put(_ request: Request) -> Bool {
    condition.lock()
    defer { condition.unlock() }
    guard isOpen else { return false }
    waiting.append(request)
    condition.signal()
    return true
  }

  func take() -> Request {
    condition.lock()
    defer { condition.unlock() }
    while waiting.isEmpty { condition.wait() }
    return waiting.removeFirst()
  }

  /// Takes nothing more; gives what was not served.
  func end() -> [Request] {
    condition.lock()
    defer { condition.unlock() }
    isOpen = false
    defer { waiting = [] }
    return waiting
  }
}
