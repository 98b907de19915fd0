internal import Glibc
internal import Instruments

/// The node of a serial port or pseudo-terminal: whether it is one, and whose it is.
enum SerialNode {
  /// The port behind a stable name such as `/dev/serial/by-id/...`.
  ///
  /// libserialport 0.1.1 takes the kernel's own names alone. Links are followed one by one until a
  /// name is the kernel's, and not to the very end: behind an emulated port stands something else.
  static func kernelNode(_ path: String) -> String {
    var node = path
    for _ in 0..<8 {
      let name = String(node.dropFirst("/dev/".count))
      if node.hasPrefix("/dev/"), !name.contains("/"), Nodes.exists("/sys/class/tty/\(name)") {
        return node
      }
      guard let next = linkTarget(node) else { return path }
      node = joined(folder: String(node[..<(node.lastIndex(of: "/") ?? node.endIndex)]), next)
    }
    return path
  }

  /// Opens the node without waiting for a carrier, and takes it for this session alone.
  ///
  /// The lock comes before any setting is touched, so that a port that another program of ours works
  /// with is not disturbed. Programs that know no locks are kept out by `claim` later.
  static func open(_ node: String) throws(LinkError) -> Int32 {
    var facts = stat()
    // Safe: the text and the structure are valid for the call.
    if unsafe stat(node, &facts) != 0 { throw LinkError.opening(node, errno) }
    guard facts.st_mode & S_IFMT == S_IFCHR else {
      throw .system(operation: "open \(node)", code: ENOTTY, text: "it is no serial line")
    }
    // Safe: as above.
    let descriptor = unsafe Glibc.open(node, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    if descriptor < 0 { throw LinkError.opening(node, errno) }
    guard isatty(descriptor) == 1 else {
      Glibc.close(descriptor)
      throw .system(operation: "open \(node)", code: ENOTTY, text: "it is no serial line")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      Glibc.close(descriptor)
      throw .busy(holder: NodeHolders.holder(of: node))
    }
    return descriptor
  }

  /// Refuses later openings by programs without the right to override it; best effort.
  static func claim(_ descriptor: Int32) {
    _ = ioctl(descriptor, UInt(TIOCEXCL))
  }

  /// Lets others open it again, and lets go of the lock.
  ///
  /// Closing alone would leave both to a child process that was forked just now.
  static func release(_ descriptor: Int32) {
    _ = ioctl(descriptor, UInt(TIOCNXCL))
    _ = flock(descriptor, LOCK_UN)
    Glibc.close(descriptor)
  }

  /// Where a symbolic link leads, as it stands in the link; nil for anything else.
  static func linkTarget(_ path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: 4096)
    // Safe: at most the buffer's size is written.
    let count = unsafe readlink(path, &buffer, buffer.count)
    guard count > 0 else { return nil }
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The path that a link's text means, seen from its folder.
  static func joined(folder: String, _ target: String) -> String {
    if target.hasPrefix("/") { return target }
    var parts = folder.split(separator: "/").map(String.init)
    for part in target.split(separator: "/") {
      switch part {
      case ".": continue
      case "..": _ = parts.popLast()
      default: parts.append(String(part))
      }
    }
    return "/" + parts.joined(separator: "/")
  }
}

extension LinkError {
  /// What an error number means on a serial line, while doing `operation`.
  static func serial(_ code: Int32, doing operation: @autoclosure () -> String) -> LinkError {
    switch code {
    case EIO, ENXIO, ENODEV: return .gone
    default:
      // Safe: the C library gives a text for every number.
      let text = unsafe String(cString: strerror(code))
      return .system(operation: operation(), code: code, text: text)
    }
  }

  /// What an error number means when the node of a line is opened.
  static func opening(_ node: String, _ code: Int32) -> LinkError {
    switch code {
    case ENOENT, ENOTDIR: .gone
    case EACCES, EPERM: .denied(node: node)
    case EBUSY, EWOULDBLOCK: .busy(holder: NodeHolders.holder(of: node))
    default: .serial(code, doing: "open \(node)")
    }
  }
}
