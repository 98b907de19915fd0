internal import Delivery
internal import Foundation
internal import Laboratory

/// Says that a run is not over: `run/<run id>.open` in the home, locked by the program that works on
/// it, and removed by it when everything is done, the delivery too.
///
/// The kernel drops the lock when the program ends in whatever way. A mark that nobody has locked
/// is therefore a run that was killed, at whatever moment, and that recovery has to end.
final class RunMark: Sendable {
  private static let suffix = ".open"

  private let name: String
  private let folder: Folder
  private let lock: FileLock

  private init(name: String, folder: Folder, lock: FileLock) {
    (self.name, self.folder, self.lock) = (name, folder, lock)
  }

  /// Marks a run that begins; durable when this returns.
  static func make(for run: RunID, in home: Home) throws(Failure) -> RunMark {
    // A recovery that looks at the new mark this moment lets go of it at once.
    for _ in 0..<100 {
      if let mark = try take(run, in: home) {
        try told { () throws(DiskError) in try Disk().sync(mark.folder) }
        return mark
      }
      Disk.pause(.milliseconds(10))
    }
    throw running(run)
  }

  /// Takes over the mark of a run, made now where it has none; nil while a living program holds it.
  static func take(_ run: RunID, in home: Home) throws(Failure) -> RunMark? {
    let disk = Disk()
    let name = run.text + suffix
    return try told { () throws(DiskError) in
      let folder = try disk.open(home.locks)
      while let lock = try disk.lock(name, in: folder) {
        // Removed by whoever held it before: then the lock is on a file without a name.
        if try disk.names(in: folder).contains(name) {
          return RunMark(name: name, folder: folder, lock: lock)
        }
      }
      return nil
    }
  }

  /// The runs that have a mark, and whether a living program holds it; changes nothing.
  static func all(in home: Home) -> [(run: RunID, isHeld: Bool)] {
    let disk = Disk()
    guard let folder = try? disk.open(home.locks), let names = try? disk.names(in: folder) else {
      return []
    }
    return names.compactMap { name in
      guard name.hasSuffix(suffix), let run = RunID(String(name.dropLast(suffix.count))) else {
        return nil
      }
      // A mark that cannot be asked may be held: better no word than a wrong one.
      return (run, (try? disk.isLocked(name, in: folder)) ?? true)
    }
  }

  /// Says that the run is over: removes the mark, then lets go of it.
  func remove() throws(Failure) {
    try Self.told { () throws(DiskError) in try Disk().remove(name, in: folder) }
    withExtendedLifetime(lock) {}
  }

  /// What is told where a run is still being worked on.
  static func running(_ run: RunID) -> Failure {
    Failure(
      "run-not-over", exit: .busy, what: "The run \(run) was left alone.",
      why: "Another gauger command is working on it now.",
      next: "Wait until that command ends; see it with: gauger runs list")
  }

  /// What is told where a run was killed and nobody has ended it.
  static func killed(_ run: RunID) -> Failure {
    Failure(
      "run-not-ended", exit: .refused, what: "The run \(run) was left alone.",
      why: "Its program was killed, and it was not brought to its end yet.",
      next: "End it first with: gauger runs recover")
  }

  private static func told<Value>(
    _ work: () throws(DiskError) -> Value
  ) throws(Failure) -> Value {
    do throws(DiskError) { return try work() } catch { throw PublishError(error).failure }
  }
}
