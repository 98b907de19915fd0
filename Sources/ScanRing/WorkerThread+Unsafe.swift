internal import CLinux
internal import Glibc
internal import Synchronization

/// One thread of the operating system, with a name that `top` and debuggers show.
///
/// For work that blocks: nothing that blocks runs on Swift's task pool.
public final class WorkerThread: Sendable {
  private struct State {
    var thread: pthread_t
    var isJoined = false
  }

  // Carries name and closure through C's untyped pointer.
  private final class Work: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(_ name: String, _ body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }

  private let state: Mutex<State>

  /// Starts a thread; nil when the system refuses another one.
  ///
  /// The kernel keeps the first 15 bytes of the name.
  public init?(name: String, _ body: @escaping @Sendable () -> Void) {
    let work = Work(String(name.prefix(15)), body)
    var thread = pthread_t()
    // Safe: the retained object is taken back exactly once, by the thread or, when there is none,
    // below.
    let pointer = unsafe Unmanaged.passRetained(work)
    let code = unsafe pthread_create(&thread, nil, runWork, pointer.toOpaque())
    guard code == 0 else {
      unsafe pointer.release()
      return nil
    }
    state = Mutex(State(thread: thread))
  }

  deinit {
    state.withLock { state in
      if !state.isJoined { pthread_detach(state.thread) }
    }
  }

  /// Waits until the thread has ended; may be called by several threads and again.
  public func join() {
    state.withLock { state in
      guard !state.isJoined else { return }
      // Joined once; no result is asked for.
      pthread_join(state.thread, nil)
      state.isJoined = true
    }
  }

  fileprivate static func run(_ pointer: UnsafeMutableRawPointer?) {
    guard let pointer = unsafe pointer else { return }
    // Safe: balances `passRetained` in `init`.
    let work = unsafe Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue()
    // Safe: the text is copied; a refused name is no reason to stop.
    _ = unsafe work.name.withCString { unsafe pthread_setname_np(pthread_self(), $0) }
    work.body()
  }
}

// A plain function: a closure written in main-actor code would trap on the new thread.
private func runWork(_ pointer: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  unsafe WorkerThread.run(pointer)
  return nil
}
