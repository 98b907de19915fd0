internal import Delivery
internal import Foundation

/// What killed programs left in a home under the hidden names of unfinished work: `.new-...` folders
/// and `.....part` files, which nobody else ever looks at.
///
/// A living program may be making one at this moment, and nothing needs an hour: so only older ones
/// go. What cannot be removed is met again the next time. Blocks.
struct Leftovers: Sendable {
  private let home: Home
  private let age: Duration
  private let disk = Disk()

  /// The rooms of a home that are looked at, and how many folders deep.
  private static let rooms = [
    ("runs", 4), ("spool", 2), ("sequences", 2), ("libraries", 3), ("methods", 2),
    ("register", 3), ("worklists", 3), ("audit", 1),
  ]

  init(home: Home, olderThan age: Duration = .seconds(3600)) {
    self.home = home
    self.age = age
  }

  /// Removes them.
  func remove() {
    for (room, depth) in Self.rooms { clear("\(home.path)/\(room)", depth) }
  }

  private func clear(_ path: String, _ depth: Int) {
    guard depth > 0, let folder = try? disk.open(path), let names = try? disk.names(in: folder)
    else { return }
    for name in names {
      if name.hasPrefix(".new-") || (name.hasPrefix(".") && name.hasSuffix(Publisher.suffix)) {
        guard let old = try? disk.age(of: name, in: folder), old > age else { continue }
        // Whether it is a file or a folder, nobody has ever seen it under a name.
        try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
      } else if !name.hasPrefix(".") {
        // A file cannot be opened as a folder, nor can a link, which may lead elsewhere.
        clear("\(path)/\(name)", depth - 1)
      }
    }
  }
}
