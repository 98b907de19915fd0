internal import Foundation
public import Laboratory

/// A run that nobody has ended.
public struct UnfinishedRun: Sendable, Hashable, Codable {
  /// The run.
  public var run: RunID
  /// Whether a living program works on it; else it was killed and waits for recovery.
  public var isRunning: Bool

  private enum CodingKeys: String, CodingKey {
    case run
    case isRunning = "running"
  }

  /// One line for a person where runs were killed; nil where none was.
  public static func notice(_ unfinished: [UnfinishedRun]) -> String? {
    let killed = unfinished.filter { !$0.isRunning }.map(\.run.text)
    guard let first = killed.first else { return nil }
    let which =
      killed.count == 1 ? "The run \(first) was killed or" : "\(killed.count) runs were killed or"
    return "\(which) not ended to the last step. What was taken is kept; end "
      + (killed.count == 1 ? "it" : "them") + " with: gauger runs recover"
  }
}

extension RunStore {
  /// The runs that are going on or were killed, oldest first.
  ///
  /// By the marks alone, quick whatever the home holds; `thorough` reads every run, and so also
  /// finds what has lost its mark.
  public func unfinished(thorough: Bool = false) -> [UnfinishedRun] {
    var found = Dictionary(
      RunMark.all(in: home).map { ($0.run, $0.isHeld) }, uniquingKeysWith: { $0 || $1 })
    if thorough {
      for run in ids where found[run] == nil && (try? read(run))?.endedBy ?? .open == .open {
        found[run] = false
      }
    }
    return found.sorted { $0.key.text < $1.key.text }.map {
      UnfinishedRun(run: $0.key, isRunning: $0.value)
    }
  }

  /// One line for a person where runs were killed; nil where none was.
  public var unfinishedNotice: String? { UnfinishedRun.notice(unfinished()) }

  /// What a new run has to say of the one before it on the same instrument: that it left the
  /// instrument in a state nobody knows, which opening it has mended.
  ///
  /// The earlier record stays as it is: it tells how that run left the instrument.
  func madeSafe(before record: RunRecord) -> [String] {
    let name = record.run.instrument
    let earlier = ids.filter { $0.instrument == name && $0 != record.run }
    guard let last = earlier.max(by: { $0.text < $1.text }), let former = try? read(last),
      former.safe == .unknown, former.instrument.serialNumber == record.instrument.serialNumber
    else { return [] }
    return ["the run \(last) left the instrument in an unknown state; it was made safe when opened"]
  }

  /// The ids of all runs that have a folder, in no order.
  var ids: [RunID] {
    ((try? FileManager.default.contentsOfDirectory(atPath: home.runs)) ?? []).compactMap {
      RunID($0)
    }
  }
}

extension RunID {
  /// The instrument's name between time and tail.
  fileprivate var instrument: Substring { text.dropFirst(17).dropLast(5) }
}
