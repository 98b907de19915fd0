internal import Foundation
internal import Glibc
internal import Laboratory
internal import Synchronization

/// Programs started by the bench.
enum ChildProcess {
  /// The child that signals are passed on to; 0 is none, -1 one that is about to be.
  private static let current = Atomic<Int32>(0)
  /// A signal that came while the child was being started; 0 is none.
  private static let early = Atomic<Int32>(0)

  /// Runs a command with our input and output to its end; SIGINT and SIGTERM are passed on, to the
  /// first where several run at the same time.
  static func run(
    _ command: [String], environment: [String: String]
  ) throws(Failure) -> Int32 {
    let takesSignals = current.compareExchange(
      expected: 0, desired: -1, ordering: .sequentiallyConsistent
    ).exchanged
    if takesSignals { early.store(0, ordering: .sequentiallyConsistent) }
    let kept = takesSignals ? passOnSignals() : []
    defer {
      restore(kept)
      if takesSignals { current.store(0, ordering: .sequentiallyConsistent) }
    }
    let child = try spawn(command, environment: environment, output: nil)
    if takesSignals {
      current.store(child, ordering: .sequentiallyConsistent)
      passOnEarlySignal()
    }
    return wait(for: child)
  }

  /// Runs a command to its end and returns what it wrote to its standard output.
  static func output(
    of command: [String], environment: [String: String]
  ) throws(Failure) -> String {
    let pipe = Pipe()
    let child = try spawn(
      command, environment: environment, output: pipe.fileHandleForWriting.fileDescriptor)
    pipe.fileHandleForWriting.closeFile()
    let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
    _ = wait(for: child)
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func spawn(
    _ command: [String], environment: [String: String], output: Int32?
  ) throws(Failure) -> pid_t {
    guard let program = command.first else {
      throw Failure(
        "emulation-no-command", exit: .usage, what: "No command was given to run.",
        why: "The list of words is empty.", next: "Give a command after --.")
    }
    // Safe: the C strings are made here, stay alive over the call and are freed after it; the
    // actions are initialised before use and destroyed after it.
    var words = unsafe command.map { unsafe strdup($0) } + [nil]
    var variables =
      unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
    defer { unsafe (words + variables).forEach { unsafe free($0) } }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    if let output { unsafe posix_spawn_file_actions_adddup2(&actions, output, 1) }
    var child: pid_t = 0
    let code = unsafe posix_spawnp(&child, program, &actions, nil, &words, &variables)
    guard code == 0 else {
      throw Failure(
        "emulation-command-not-started", exit: code == ENOENT ? .notFound : .failed,
        what: "The command \"\(program)\" could not be started.",
        // Safe: strerror gives a NUL-ended text that is copied at once.
        why: unsafe String(cString: strerror(code)), next: "Check its name and path.")
    }
    return child
  }

  private static func wait(for child: pid_t) -> Int32 {
    var status: Int32 = 0
    // Safe: the call fills the number it is given.
    while unsafe waitpid(child, &status, 0) < 0 {
      guard errno == EINTR else { return 1 }
    }
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }

  // MARK: Signals

  /// Sends the child a signal that came, once there is a child; called by the handler too.
  private static func passOnEarlySignal() {
    let child = current.load(ordering: .sequentiallyConsistent)
    guard child > 0 else { return }
    let signal = early.exchange(0, ordering: .sequentiallyConsistent)
    if signal != 0 { kill(child, signal) }
  }

  private static func passOnSignals() -> [(Int32, sigaction)] {
    var action = sigaction()
    // Safe: the handler only uses atomic numbers and calls kill, both allowed in a handler.
    unsafe action.__sigaction_handler.sa_sigaction = { signal, information, _ in
      // Ctrl-C at a terminal goes to the child by itself; only what a program sent is passed on.
      guard let information = unsafe information, unsafe information.pointee.si_code <= 0 else {
        return
      }
      // Left first and taken afterwards, so that it is not lost while the child is being started.
      ChildProcess.early.store(signal, ordering: .sequentiallyConsistent)
      ChildProcess.passOnEarlySignal()
    }
    action.sa_flags = SA_SIGINFO
    var kept: [(Int32, sigaction)] = []
    for signal in [SIGINT, SIGTERM] {
      var old = sigaction()
      // Safe: both structures are local and live over the call.
      unsafe sigaction(signal, &action, &old)
      kept.append((signal, old))
    }
    return kept
  }

  private static func restore(_ kept: [(Int32, sigaction)]) {
    for (signal, old) in kept {
      var action = old
      // Safe: the structure is local and lives over the call.
      unsafe sigaction(signal, &action, nil)
    }
  }
}
