internal import Delivery
internal import Foundation
internal import Laboratory

/// The right of one service to a home, held through the locked file `run/home.lock`.
///
/// The kernel drops it when the process ends in whatever way. Commands hold nothing of the kind: each
/// instrument, run and the spool have locks of their own, so that a command that was begun before the
/// service, or outlives it, gets in nobody's way.
final class HomeLock: Sendable {
  /// Who keeps a home.
  struct Holder: Sendable, Hashable {
    var process: Int32?
    var since: String?

    /// In words: `process 812, since 2026-11-20T10:15:00Z`.
    var text: String {
      (process.map { "process \($0)" } ?? "another process")
        + (since.map { ", since \($0)" } ?? "")
    }
  }

  private static let name = "home.lock"
  private let lock: FileLock

  /// Takes a home, whose folders are made where they are missing.
  ///
  /// Throws `home-held` with the holder's process number and since when, and `home-not-writable`.
  init(_ home: Home) throws(Failure) {
    try home.prepare()
    // Whoever only asks holds it for an instant, too.
    for _ in 0..<100 {
      if let taken = try Self.told({ () throws(DiskError) in
        try Disk().lock(
          Self.name, in: try Disk().open(home.locks), word: Timestamp.now.iso8601)
      }) {
        lock = taken
        return
      }
      Disk.pause(.milliseconds(10))
    }
    throw Self.held(home, Self.holder(of: home) ?? Holder())
  }

  /// Who keeps a home; nil where nobody does, or nobody may know. Changes nothing.
  static func holder(of home: Home) -> Holder? {
    let disk = Disk()
    guard let folder = try? disk.open(home.locks),
      (try? disk.isLocked(name, in: folder)) == true
    else { return nil }
    let bytes = (try? disk.contents(of: name, in: folder, limit: 256)) ?? nil
    let lines = String(decoding: bytes ?? [], as: UTF8.self).split(separator: "\n")
    return Holder(
      process: lines.first.flatMap { Int32($0) }, since: lines.dropFirst().first.map(String.init))
  }

  /// What is told to whoever wants a home for itself.
  static func held(_ home: Home, _ holder: Holder) -> Failure {
    Failure(
      "home-held", exit: .busy,
      what: "The home \(home.path) is kept by a service: \(holder.text).",
      why: "A home has one service, so that nothing is delivered twice.",
      next: "See what it does with: gauger serve --status --home \(home.path); stop it first if "
        + "this is to take its place.")
  }

  private static func told<Value>(
    _ work: () throws(DiskError) -> Value
  ) throws(Failure) -> Value {
    do throws(DiskError) { return try work() } catch { throw PublishError(error).failure }
  }
}
