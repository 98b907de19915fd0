internal import Glibc
internal import Laboratory
internal import Synchronization

/// The right to use one instrument, held through a locked file in the home.
///
/// The kernel drops the lock when the process ends in whatever way, so that none is ever orphaned.
final class InstrumentLock: Sendable {
  private let held: Mutex<Int32>

  /// Takes the lock, or throws `instrument-busy` with the holder's process number and what it does.
  init(folder: String, address: String, purpose: String) throws(Failure) {
    let name = String(address.map { $0.isLetter || $0.isNumber || "-._".contains($0) ? $0 : "-" })
    let path = "\(folder)/\(name).lock"
    // Safe: the path is copied by the call.
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o640)
    guard descriptor >= 0 else {
      throw Failure(
        "lock-failed", exit: .failed, what: "The lock file \(path) cannot be opened.",
        why: Self.text(errno), next: "Check the rights of the home folder with: gauger doctor")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let holder = Self.read(descriptor)
      close(descriptor)
      throw Failure(
        "instrument-busy", exit: .busy,
        what: "The instrument \(address) is in use\(holder.isEmpty ? "" : " by \(holder)").",
        why: "Another gauger command on this computer is working with it.",
        next: "Wait until it ends, or stop it, and start again.")
    }
    // Only now: `deinit` runs for a lock that was refused as well, once this is set.
    held = Mutex(descriptor)
    ftruncate(descriptor, 0)
    let text = Array("process \(getpid()), \(purpose)".utf8)
    // Safe: the buffer outlives the call; the text is a courtesy, so a failed write is no failure.
    unsafe text.withUnsafeBytes { _ = unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }

  deinit { release() }

  /// Empties the lock file of a program that was killed, so that nobody is named there who is gone.
  ///
  /// A lock that is held is left alone; nothing depends on the text.
  static func forget(folder: String, address: String) {
    let lock = try? InstrumentLock(folder: folder, address: address, purpose: "recovery")
    lock?.release()
  }

  /// Gives the instrument free; said before anybody is told that a run is over.
  func release() {
    held.withLock { descriptor in
      guard descriptor >= 0 else { return }
      ftruncate(descriptor, 0)
      // Closing alone would leave the lock to a child process that was forked just now and has not
      // come to its `exec`.
      _ = flock(descriptor, LOCK_UN)
      close(descriptor)
      descriptor = -1
    }
  }

  private static func read(_ descriptor: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 200)
    // Safe: at most the buffer's size is read into it.
    let count = unsafe buffer.withUnsafeMutableBytes {
      unsafe pread(descriptor, $0.baseAddress, $0.count, 0)
    }
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  }

  private static func text(_ code: Int32) -> String {
    // Safe: the C library's text is copied at once.
    unsafe String(cString: strerror(code))
  }
}
