internal import Glibc

/// Asks the kernel about device nodes without opening them.
enum Nodes {
  static func exists(_ node: String) -> Bool {
    // Safe: the text is valid for the call, which only answers.
    unsafe access(node, F_OK) == 0
  }

  /// Whether this user may read and write the node.
  static func isAllowed(_ node: String) -> Bool {
    // Safe: as above.
    unsafe access(node, R_OK | W_OK) == 0
  }

  /// Sleeps; a signal may end it early.
  static func pause(_ time: Duration) {
    var wanted = timespec(
      tv_sec: Int(time.wholeMilliseconds / 1000),
      tv_nsec: Int(time.wholeMilliseconds % 1000) * 1_000_000)
    // Safe: the structure is valid for the call; what is left over is not asked for.
    unsafe _ = nanosleep(&wanted, nil)
  }
}

extension Duration {
  fileprivate var wholeMilliseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1000 + attoseconds / 1_000_000_000_000_000
  }
}
