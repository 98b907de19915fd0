internal import Glibc
internal import Instruments

/// Lets one thread wait to the nanosecond and others wake it.
///
/// `@unchecked Sendable`: everything behind the pointers is touched under the mutex alone.
@safe final class InProcessWaiter: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private var count: UInt64 = 0

  init() {
    // Safe: both are allocated here, initialised at once and freed in deinit; pthread objects must
    // not move, which is why they are not stored properties.
    unsafe mutex = .allocate(capacity: 1)
    unsafe condition = .allocate(capacity: 1)
    unsafe pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    unsafe pthread_condattr_init(&attributes)
    unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    unsafe pthread_cond_init(condition, &attributes)
    unsafe pthread_condattr_destroy(&attributes)
  }

  deinit {
    // Safe: nobody waits any more, as a waiter holds a reference.
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  /// How often `wake` was called; look before deciding to wait.
  var changes: UInt64 { locked { count } }

  /// Ends the present wait and any that starts from an older count.
  func wake() {
    locked {
      count += 1
      // Safe: initialised in init, freed in deinit only.
      unsafe pthread_cond_broadcast(condition)
    }
  }

  /// Waits until the moment comes or `wake` is called after `changes` gave `seen`.
  func wait(until moment: MonotonicInstant, unlessChangedSince seen: UInt64) {
    // A century on: the C library takes no larger seconds than a signed number holds.
    let nanoseconds = min(moment.nanoseconds, 3_200_000_000_000_000_000)
    var limit = timespec(
      tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    locked {
      while count == seen, !moment.hasPassed {
        // Safe: the mutex is held, as the call demands.
        if unsafe pthread_cond_timedwait(condition, mutex, &limit) == ETIMEDOUT { return }
      }
    }
  }

  private func locked<Result>(_ body: () -> Result) -> Result {
    // Safe: initialised in init, freed in deinit only.
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return body()
  }
}
