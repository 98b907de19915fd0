import Foundation
import Glibc

/// A child process, started by `posix_spawn` itself: of some thousand starts by Foundation's `Process`
/// from several threads one crashes this program, and storms start thousands.
final class Spawned {
  enum Ending: Equatable {
    case status(Int32)
    case signal(Int32)
  }

  struct NotStarted: Error { var number: Int32 }

  let id: pid_t
  private var ending: Ending?

  /// Starts a program with output and errors in these files, which are made anew; nil is nowhere.
  ///
  /// As Foundation does it: a process group of its own, no signal ignored, no other descriptor left.
  init(
    _ program: String, _ arguments: [String], environment: [String: String], output: String? = nil,
    errors: String? = nil
  ) throws {
    // Safe: the C strings are made here, stay alive over the call and are freed after it; actions and
    // attributes are initialised before use and destroyed after it.
    var words = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
    var variables = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
    defer { unsafe (words + variables).forEach { unsafe free($0) } }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    for (descriptor, path) in [(Int32(1), output), (2, errors)] {
      unsafe posix_spawn_file_actions_addopen(
        &actions, descriptor, path ?? "/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    }
    // One that is closed meanwhile does no harm.
    for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
      guard let descriptor = Int32(name), descriptor > 2 else { continue }
      unsafe posix_spawn_file_actions_addclose(&actions, descriptor)
    }
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var (none, all) = (sigset_t(), sigset_t())
    unsafe sigemptyset(&none)
    unsafe sigfillset(&all)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setsigdefault(&attributes, &all)
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    let flags = Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP)
    unsafe posix_spawnattr_setflags(&attributes, flags)
    var child: pid_t = 0
    let code = unsafe posix_spawn(&child, program, &actions, &attributes, &words, &variables)
    guard code == 0 else { throw NotStarted(number: code) }
    id = child
  }

  /// How it ended; nil while it lives.
  func look() -> Ending? { reap(WNOHANG) }

  /// Waits for its end.
  @discardableResult
  func wait() -> Ending { reap(0) ?? .status(-1) }

  private func reap(_ options: Int32) -> Ending? {
    if let ending { return ending }
    var status: Int32 = 0
    var found: pid_t
    repeat {
      // Safe: the call fills the number it is given.
      found = unsafe waitpid(id, &status, options)
    } while found < 0 && errno == EINTR
    guard found == id else { return nil }
    let signal = status & 0x7F
    ending = signal == 0 ? .status((status >> 8) & 0xFF) : .signal(signal)
    return ending
  }
}
