internal import Glibc

/// What a process can change of itself.
enum Variables {
  /// Takes variables out of the environment, before another thread is there to read it.
  static func remove(_ names: [String]) {
    // Safe: the name is copied by the call.
    for name in names { unsafe unsetenv(name) }
  }

  /// Sets a variable, before another thread is there to read it.
  static func set(_ name: String, _ value: String) {
    // Safe: both are copied by the call.
    unsafe setenv(name, value, 1)
  }

  /// Keeps a descriptor from programs that are started; false where there is none.
  static func keepFromChildren(_ descriptor: Int32) -> Bool {
    fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0
  }

  /// Sends a signal to this process and all that it started.
  static func signalOwnGroup(_ number: Int32) { kill(0, number) }
}
