internal import Dispatch
internal import Foundation
internal import Laboratory
internal import Synchronization

/// One thing that a service looks after, again and again, on a thread of its own: what one of them
/// waits for, a dead network perhaps, holds up none of the others.
public struct ServiceDuty: Sendable {
  /// What a duty works with.
  struct Round: Sendable {
    /// The bench, with the configuration of this moment.
    var bench: Bench
    /// Tells news.
    var tell: @Sendable (ServiceEvent) -> Void
    /// How many deliveries wait, once that is known.
    var count: @Sendable (Int) -> Void
    /// Whether the service was asked to stop.
    var isStopping: @Sendable () -> Bool
  }

  /// Its name, in what is told of it.
  let name: String
  /// How long it rests; none rests as long as the service says.
  let rest: Duration?
  /// What it does; what it throws is told once, and again when it is over.
  let work: @Sendable (Round) throws(Failure) -> Void

  init(
    _ name: String, rest: Duration? = nil,
    _ work: @escaping @Sendable (Round) throws(Failure) -> Void
  ) {
    (self.name, self.rest, self.work) = (name, rest, work)
  }
}

/// A duty at work.
final class DutyThread: Sendable {
  let duty: ServiceDuty
  private let news = DispatchSemaphore(value: 0)
  private let over = DispatchSemaphore(value: 0)

  init(_ duty: ServiceDuty) { self.duty = duty }

  /// Begins; `round` gives what to work with, none at the end, and `done` hears of each failure.
  func start(
    rest: Duration, round: @escaping @Sendable () -> ServiceDuty.Round?,
    done: @escaping @Sendable (Failure?) -> Void
  ) {
    let thread = Thread { [self] in
      while let now = round() {
        do throws(Failure) {
          try duty.work(now)
          done(nil)
        } catch {
          done(error)
        }
        // By the clock that nobody can set.
        _ = news.wait(timeout: .now() + (duty.rest ?? rest) / .seconds(1))
      }
      over.signal()
    }
    thread.stackSize = 4 << 20
    thread.start()
  }

  /// Ends its rest.
  func wake() { news.signal() }

  /// Whether it came to its end in time.
  func waitForEnd(until deadline: ContinuousClock.Instant) -> Bool {
    let left = max(0, (deadline - .now) / .seconds(1))
    return over.wait(timeout: .now() + left) == .success
  }
}
