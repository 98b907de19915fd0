internal import Foundation
internal import Laboratory

/// Where files are written that are computed again: a folder that a person named, or one of our own
/// that is gone afterwards.
struct Workplace: Sendable {
  /// The folder, which is there.
  let path: String
  private let isOurs: Bool

  /// Makes the folder; throws `output-not-writable` where it cannot be made.
  init(_ named: String?) throws(Failure) {
    isOurs = named == nil
    path =
      named
      ?? FileManager.default.temporaryDirectory
      .appending(path: "gauger-again-\(UInt64.random(in: 0 ... .max))").path
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw Failure(
        "output-not-writable", exit: .denied, what: "The folder \(path) cannot be made.",
        why: reason(error), next: "Name a folder in which this account may write.")
    }
  }

  /// Removes the folder where it is our own.
  func clear() {
    guard isOurs else { return }
    // What the system does not remove now it removes with its temporary files.
    try? FileManager.default.removeItem(atPath: path)
  }
}
