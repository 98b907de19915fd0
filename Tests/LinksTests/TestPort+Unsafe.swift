import Foundation
import Glibc
import Synchronization

/// A port of our own beside those of the preload bench, whose CTS line a test can lower.
///
/// Records of three 64-bit words, as the preload library sends them: command, and two operands.
final class TestPort: Sendable {
  let terminal: TestTerminal
  let node = "/dev/ttyTEST0"
  private let root: String
  private let listener: Int32
  private let clears = Atomic<Bool>(true)

  private static let (ioctl, done, write): (UInt64, UInt64, UInt64) = (1, 3, 6)
  private static let (getLines, raise, lower): (UInt64, UInt64, UInt64) = (0x5415, 0x5416, 0x5417)

  init(root: String) throws {
    self.root = root
    terminal = try TestTerminal()
    let files = FileManager.default
    for path in ["/sys/class/tty/ttyTEST0", "/dev/ttyTEST0", "/ioctl/dev/ttyTEST0"] {
      try? files.removeItem(atPath: root + path)
    }
    try files.createSymbolicLink(
      atPath: root + "/sys/class/tty/ttyTEST0",
      withDestinationPath: "../../devices/platform/test/tty/ttyTEST0")
    try files.createSymbolicLink(
      atPath: root + "/dev/ttyTEST0", withDestinationPath: terminal.path)
    listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    let path = Array((root + "/ioctl/dev/ttyTEST0").utf8)
    guard listener >= 0, path.count < 108 else { throw TestTerminal.Refused(code: ENAMETOOLONG) }
    // Safe: the path fits the field, which is zero before; the structure lives over the call.
    let bound = unsafe withUnsafeMutablePointer(to: &name) { pointer in
      unsafe withUnsafeMutableBytes(of: &pointer.pointee.sun_path) {
        unsafe $0.copyBytes(from: path)
      }
      return unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard bound == 0, listen(listener, 8) == 0 else { throw TestTerminal.Refused(code: errno) }
    Thread.detachNewThread { [self] in
      while true {
        let client = accept(listener, nil, nil)
        guard client >= 0 else { return }
        Thread.detachNewThread { self.serve(client) }
      }
    }
  }

  /// Whether the other side lets us send.
  func clearToSend(_ isRaised: Bool) { clears.store(isRaised, ordering: .releasing) }

  /// Takes the port away again.
  func end() {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
    for path in ["/sys/class/tty/ttyTEST0", "/dev/ttyTEST0", "/ioctl/dev/ttyTEST0"] {
      try? FileManager.default.removeItem(atPath: root + path)
    }
    terminal.hangUp()
  }

  private func serve(_ client: Int32) {
    defer { close(client) }
    var words: [UInt64] = [0, 0, 0]
    // Safe: at most 24 bytes go into or come out of local arrays.
    while unsafe recv(client, &words, 24, Int32(MSG_WAITALL)) == 24 {
      var answer: [UInt64] = [Self.done, UInt64(bitPattern: -100), 0]
      if words[0] == Self.ioctl, [Self.raise, Self.lower].contains(words[1]) { answer[1] = 0 }
      if words[0] == Self.ioctl, words[1] == Self.getLines {
        // DTR, RTS, DSR, and CTS where it is raised.
        var lines: Int32 = 0x106 | (clears.load(ordering: .acquiring) ? 0x20 : 0)
        var head: [UInt64] = [Self.write, words[2], 4]
        guard unsafe send(client, &head, 24, 0) == 24, unsafe send(client, &lines, 4, 0) == 4
        else { return }
        answer[1] = 0
      }
      guard unsafe send(client, &answer, 24, 0) == 24 else { return }
    }
  }
}
