internal import Dispatch
internal import Foundation

/// Ends a run in order on Ctrl-C, on `kill`, and when the terminal closes.
final class Signals: @unchecked Sendable {
  // Safe: written once in `init`, before any source can fire.
  private var sources: [any DispatchSourceSignal] = []

  /// Calls `stop` at every signal; it must not mind being called again.
  convenience init(_ stop: @escaping @Sendable () -> Void) {
    self.init(on: [SIGINT, SIGTERM, SIGHUP]) { _ in stop() }
  }

  /// Calls `hear` with the number at each of these signals.
  init(on numbers: [Int32], _ hear: @escaping @Sendable (Int32) -> Void) {
    let queue = DispatchQueue(label: "gauger.signals")
    for number in numbers {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler { hear(number) }
      source.resume()
      sources.append(source)
    }
  }

  /// Ends this program by a signal, as if nobody had listened to it.
  static func end(by number: Int32) -> Never {
    signal(number, SIG_DFL)
    raise(number)
    exit(128 + number)
  }

  /// A closed pipe and a file at its size limit are errors of the write that met them, and not the
  /// end of the program.
  static func ignoreWhatCallsReport() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// Puts `/dev/null` where the caller closed standard input, output or error.
  ///
  /// Else the first files opened would get these numbers, and messages would land in a journal.
  static func fillClosedStreams() {
    _ = filled
  }

  /// Held open for as long as the program lives.
  private static let filled: [FileHandle] = {
    var held: [FileHandle] = []
    while let null = FileHandle(forUpdatingAtPath: "/dev/null"),
      null.fileDescriptor <= STDERR_FILENO
    {
      held.append(null)
    }
    return held
  }()
}
