internal import Foundation

/// Hands work to one thread that sleeps between two pieces; used only while no run is going on.
final class RequestQueue<Request: Sendable>: @unchecked Sendable {
  // Safe: `waiting` is only touched while `condition` is locked.
  private let condition = NSCondition()
  private var waiting: [Request] = []

  func put(_ request: Request) {
    condition.lock()
    waiting.append(request)
    condition.signal()
    condition.unlock()
  }

  func take() -> Request {
    condition.lock()
    defer { condition.unlock() }
    while waiting.isEmpty { condition.wait() }
    return waiting.removeFirst()
  }
}
