internal import Delivery
internal import Foundation
internal import Laboratory

/// A folder whose content comes in numbered versions, each whole and never changed again.
///
/// `0001`, `0002`, ...: a version is written under a hidden name, synced, and renamed in one step. Two
/// programs that write at once get different numbers or one is refused; nothing is replaced.
struct VersionedFolder: Sendable {
  let path: String

  /// The numbers of the versions, rising.
  var versions: [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { $0.count >= 4 && $0.allSatisfy(\.isASCII) }.compactMap { Int($0) }
      .filter { $0 > 0 }.sorted()
  }

  /// The folder of a version.
  func folder(of version: Int) -> String { "\(path)/\(Self.name(of: version))" }

  /// `0001` and so on; more digits where they are needed.
  static func name(of version: Int) -> String {
    let digits = String(version)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// Publishes the next version; `make` gives its files for its number.
  ///
  /// Each file is read back before it is taken. `announce` is called when only the name is missing;
  /// what it throws ends it. Throws `version-taken` where another program
  /// published the number first: what was to be replaced must be looked at again.
  func publish(
    after latest: Int, announce: ([RunFile]) throws(Failure) -> Void = { _ in },
    _ make: (Int) throws(Failure) -> [ResultFile]
  ) throws(Failure) -> [RunFile] {
    let number = latest + 1
    let disk = Disk()
    let hidden = ".new-\(String(UInt32.random(in: .min ... .max), radix: 16))"
    let files = try make(number)
    try Self.ensure(path)
    do throws(DiskError) {
      try disk.makeFolder(hidden, inside: try disk.open(path))
    } catch {
      throw PublishError(error).failure
    }
    do throws(Failure) {
      var published: [RunFile] = []
      for file in files {
        published.append(try file.publish(in: "\(path)/\(hidden)", existing: .refused))
      }
      do throws(DiskError) {
        let parent = try disk.open(path)
        try disk.sync(try disk.open(hidden, inside: parent))
      } catch {
        throw PublishError(error).failure
      }
      try announce(published)
      do throws(DiskError) {
        let parent = try disk.open(path)
        try disk.rename(
          hidden, in: parent, to: Self.name(of: number), in: parent, replacing: false)
        try disk.sync(parent)
      } catch {
        throw FileManager.default.fileExists(atPath: folder(of: number))
          ? taken(number) : PublishError(error).failure
      }
      return published
    } catch {
      // Nobody has seen it: what cannot be removed now stays hidden, and the first error tells more.
      try? FileManager.default.removeItem(atPath: "\(path)/\(hidden)")
      throw error
    }
  }

  /// Makes the folder and those above it up to the first that is there, durably.
  static func ensure(_ path: String) throws(Failure) {
    let disk = Disk()
    var missing: [String] = []
    var place = path
    while !FileManager.default.fileExists(atPath: place), place != "/" {
      missing.append(place)
      place = Disk.parent(of: place)
    }
    for folder in missing.reversed() {
      do {
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true,
          attributes: [.posixPermissions: 0o750])
      } catch {
        throw Failure(
          "version-folder-failed", exit: .denied, what: "The folder \(folder) cannot be made.",
          why: reason(error), next: "Check the home with: gauger doctor")
      }
      do throws(DiskError) {
        try disk.sync(try disk.open(Disk.parent(of: folder)))
      } catch {
        throw PublishError(error).failure
      }
    }
  }

  private func taken(_ number: Int) -> Failure {
    Failure(
      "version-taken", exit: .busy, what: "Version \(number) in \(path) is there already.",
      why: "Another program made it since this one looked.",
      next: "Give the command again: it shows what would change against that version.")
  }
}
