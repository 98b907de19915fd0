internal import Glibc
internal import Synchronization

/// The process that does one command of a client: this same program, in a group of its own.
final class WorkerProcess: Sendable {
  /// How it ended.
  enum Ending: Sendable, Hashable {
    case status(Int32)
    case signal(Int32)
  }

  let id: pid_t
  /// Whether it can still be told anything; once it is reaped its number is another's.
  private let isThere = Mutex(true)

  private init(id: pid_t) { self.id = id }

  /// Starts this program anew with these words, variables and descriptors, which become 0, 1, 2, ...
  static func start(
    arguments: [String], environment: [String: String], descriptors: [LocalConnection]
  ) throws(LocalSocketError) -> WorkerProcess {
    // Beyond the places that they shall have, so that none is overwritten before it is moved.
    var high: [LocalConnection] = []
    for source in descriptors {
      let copy = fcntl(source.descriptor, F_DUPFD_CLOEXEC, 16)
      guard copy >= 0 else { throw .system("dup", errno) }
      high.append(LocalConnection(adopting: copy))
    }
    // Safe: both are made here, filled by the calls, and given back.
    var actions = unsafe posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawnattr_init(&attributes)
    // Safe: as above.
    defer {
      unsafe posix_spawn_file_actions_destroy(&actions)
      unsafe posix_spawnattr_destroy(&attributes)
    }
    for (place, source) in high.enumerated() {
      // Safe: as above.
      unsafe posix_spawn_file_actions_adddup2(&actions, source.descriptor, Int32(place))
    }
    var (ours, none) = (sigset_t(), sigset_t())
    // Safe: the sets are filled by the calls; what we ignore would stay ignored in the child.
    unsafe sigemptyset(&ours)
    unsafe sigemptyset(&none)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ] { unsafe sigaddset(&ours, number) }
    unsafe posix_spawnattr_setsigdefault(&attributes, &ours)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    let flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP
    unsafe posix_spawnattr_setflags(&attributes, Int16(flags))

    // Safe: copies that live until they are freed behind the call; a null ends each list.
    var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
    var variables = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
    // Safe: made by strdup, and freed once.
    defer {
      for unsafe word in unsafe words { unsafe free(word) }
      for unsafe variable in unsafe variables { unsafe free(variable) }
    }
    var id: pid_t = 0
    // Safe: everything lives through the call.
    let refused = unsafe posix_spawn(
      &id, "/proc/self/exe", &actions, &attributes, &words, &variables)
    guard refused == 0 else { throw .system("posix_spawn", refused) }
    return WorkerProcess(id: id)
  }

  /// Tells it, and all that it started, a signal; nothing once it has ended.
  func send(_ signal: Int32) {
    isThere.withLock { if $0 { kill(-id, signal) } }
  }

  /// Waits for its end, however long that is.
  func wait() -> Ending {
    // Safe: the structure is filled by the call. The number stays its own until it is reaped.
    var facts = unsafe siginfo_t()
    while unsafe waitid(P_PID, id_t(id), &facts, WEXITED | WNOWAIT) != 0, errno == EINTR {}
    return isThere.withLock { isThere in
      isThere = false
      var status: Int32 = 0
      // Safe: a local is filled by the call.
      while unsafe waitpid(id, &status, 0) < 0, errno == EINTR {}
      let signal = status & 0x7F
      return signal == 0 ? .status(status >> 8 & 0xFF) : .signal(signal)
    }
  }
}
