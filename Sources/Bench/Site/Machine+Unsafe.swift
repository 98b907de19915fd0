internal import Glibc

/// What this computer grants to this account.
enum Machine {
  /// Whether a thread of this account may get real-time priority.
  static var mayUseRealTimePriority: Bool {
    if geteuid() == 0 { return true }
    var limit = rlimit()
    // Safe: the structure is filled by the call.
    return unsafe getrlimit(__rlimit_resource_t(14), &limit) == 0 && limit.rlim_cur > 0
  }
}
