internal import Formats
internal import Laboratory

extension WatchedFile {
  /// Refuses bytes that are not those of the looks before, and other formats than the site named.
  func check(_ found: SourceFile) throws(Failure) {
    guard found.sha256 == sha256 else {
      throw Failure(
        "watch-changed", exit: .busy, what: "\(source.name) was not imported.",
        why: "It changed after it had been the same at several looks.",
        next: "Nothing: it is imported when it stays the same.")
    }
    guard let format, let read = MeasurementReader.recognise(found.bytes), read != format else {
      return
    }
    throw Failure(
      "watch-format-other", exit: .failed, what: "\(source.name) was not imported.",
      why:
        "It is \(read.rawValue), and bench.yaml names \(format.rawValue) for \(source.instrument).",
      next: "Export it in that format, or correct `format` in bench.yaml.")
  }
}

/// Which run holds the latest export of a name.
struct Exports {
  private var latest: [String: RunID] = [:]

  /// `held` is in the order of the runs' ids, the newest first.
  init(_ held: [RunRecord]) { for run in held.reversed() { add(run) } }

  mutating func add(_ run: RunRecord) {
    guard let source = run.imported?.watched else { return }
    latest[Self.key(source)] = run.run
  }

  func latest(_ source: WatchedSource?) -> RunID? { source.flatMap { latest[Self.key($0)] } }

  private static func key(_ source: WatchedSource) -> String {
    "\(source.instrument)/\(source.name)"
  }
}
