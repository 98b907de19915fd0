internal import Delivery
internal import Formats
internal import Foundation
internal import Laboratory
internal import Synchronization

/// Makes room for the files of a recovered run, and throws nothing away.
///
/// A killed program may have made some files already. The same bytes are simply published once
/// more; others go to the folder `unfinished` of the run.
final class SetAside: Sendable {
  private let folder: String
  private let moved = Mutex<[String]>([])

  init(folder: String) { self.folder = folder }

  /// Where the files that were moved lie now.
  var names: [String] { moved.withLock { $0 } }

  /// What to do with the name of a file that is about to be published in the folder `place`.
  func room(for file: ResultFile, in place: String) throws(Failure) -> ExistingFile {
    let path = "\(place)/\(file.name)"
    guard FileManager.default.fileExists(atPath: path) else { return .refused }
    if FileManager.default.contents(atPath: path) == Data(file.bytes) { return .replaced }
    try move(file.name, from: place)
    return .refused
  }

  /// The same for a file that is written piece by piece: one that holds what it shall is replaced by
  /// itself, any other is moved away.
  func room(for part: FilePart, named name: String, in place: String) throws(Failure)
    -> ExistingFile
  {
    let path = "\(place)/\(name)"
    guard FileManager.default.fileExists(atPath: path) else { return .refused }
    if Exporter.holds(path, part) { return .replaced }
    try move(name, from: place)
    return .refused
  }

  private func move(_ name: String, from place: String) throws(Failure) {
    let tag = String(UInt32.random(in: .min ... .max), radix: 16)
    do throws(DiskError) {
      let disk = Disk()
      let top = try disk.open(folder)
      try disk.makeFolder("unfinished", inside: top)
      let aside = try disk.open("unfinished", inside: top)
      let source = try disk.open(place)
      try disk.rename(
        name, in: source, to: "\(name).\(tag)", in: aside, replacing: false)
      try disk.sync(aside)
      try disk.sync(source)
    } catch {
      throw PublishError(error).failure
    }
    moved.withLock { $0.append("\(folder)/unfinished/\(name).\(tag)") }
  }
}
