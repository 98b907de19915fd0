internal import Dispatch

/// Waits until a person or the system asks the program to end.
enum WaitForSignal {
  /// Returns at the first SIGINT, SIGTERM or SIGHUP.
  static func wait() {
    let asked = DispatchSemaphore(value: 0)
    let signals = Signals { asked.signal() }
    asked.wait()
    withExtendedLifetime(signals) {}
  }
}
