internal import Glibc

/// Starts a thread of its own, outside Swift's task pool, that runs `body` once and ends.
func startThread(named name: String, _ body: @escaping @Sendable () -> Void) {
  final class Body {
    let run: @Sendable () -> Void
    let name: String
    init(_ run: @escaping @Sendable () -> Void, _ name: String) {
      self.run = run
      self.name = name
    }
  }
  // Safe: the box is retained for the thread here and released by it, exactly once each.
  let box = unsafe Unmanaged.passRetained(Body(body, name)).toOpaque()
  var thread = pthread_t()
  let status = unsafe pthread_create(
    &thread, nil,
    { @Sendable argument in
      guard let argument = unsafe argument else { return nil }
      let body = unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
      pthread_setname_np(pthread_self(), body.name)
      requestRealTimePriority()
      body.run()
      return nil
    }, box)
  precondition(status == 0, "the system gives no more threads")
  pthread_detach(thread)
}

/// Asks for a place before ordinary threads; a refusal is normal and reported by `doctor` alone.
private func requestRealTimePriority() {
  var parameters = sched_param()
  parameters.sched_priority = 10
  // Safe: the structure outlives the call.
  unsafe pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters)
}

/// Sleeps without allocating.
func pause(microseconds: UInt32) { usleep(microseconds) }
