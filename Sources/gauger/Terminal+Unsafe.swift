internal import Foundation
internal import Glibc

/// What the program is connected to.
enum Terminal {
  /// Whether standard error is a terminal where progress may overwrite itself.
  static let isInteractive =
    isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"

  /// Whether standard output is a terminal where a picture may overwrite itself.
  static let outputIsTerminal =
    isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"

  /// Whether a person sits there who can answer: both ways are a terminal.
  static let canAsk = isInteractive && isatty(STDIN_FILENO) == 1

  /// Whether colours may be used: a terminal, and nobody said no (`NO_COLOR`, `TERM=dumb`).
  static let showsColour: Bool = {
    let environment = ProcessInfo.processInfo.environment
    return isInteractive && (environment["NO_COLOR"] ?? "").isEmpty
  }()

  /// Whether block characters can be shown: a UTF-8 locale, and not the Linux console.
  static let showsBlocks: Bool = {
    let environment = ProcessInfo.processInfo.environment
    let locale =
      ["LC_ALL", "LC_CTYPE", "LANG"].lazy
      .compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
    let isUTF8 = locale.lowercased().contains("utf-8") || locale.lowercased().contains("utf8")
    return isUTF8 && environment["TERM"] != "linux"
  }()

  /// Columns and rows; 80 by 24 where nobody knows.
  static var size: (columns: Int, rows: Int) {
    var window = winsize()
    // Safe: the structure is filled by the call.
    for descriptor in [STDERR_FILENO, STDOUT_FILENO]
    where unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0 && window.ws_col > 0 {
      return (Int(window.ws_col), Int(window.ws_row))
    }
    return (80, 24)
  }

  /// Writes out what standard output holds back; false where the disk has no room for it.
  @discardableResult static func flush() -> Bool {
    fflush(nil) == 0 || ![ENOSPC, EDQUOT, EFBIG].contains(errno)
  }
}
