internal import Foundation

/// The names that udev gives to serial ports by what their adapter is, not by the order of plugging.
enum StableNames {
  static let folder = "/dev/serial/by-id"

  /// The stable name of each node that has one; the first by name, where it has more.
  static func byNode() -> [String: String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    var found: [String: String] = [:]
    for name in names.sorted() {
      let path = "\(folder)/\(name)"
      guard let target = SerialNode.linkTarget(path) else { continue }
      let node = SerialNode.joined(folder: folder, target)
      if found[node] == nil { found[node] = path }
    }
    return found
  }

  /// The first line of a small file of the system; nil where there is none.
  static func firstLine(ofFile path: String) -> String? {
    guard let handle = FileHandle(forReadingAtPath: path),
      let data = try? handle.read(upToCount: 256)
    else { return nil }
    let text = String(decoding: data, as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).first.map(String.init)
  }
}
