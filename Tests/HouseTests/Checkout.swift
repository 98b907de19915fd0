import Foundation
import Testing

/// The files of this checkout, as the rules of the house see them.
enum Checkout {
  /// The folder of Package.swift.
  static let root: URL = {
    var folder = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { folder.deleteLastPathComponent() }
    return folder
  }()

  /// One Swift file: its path from the root, and its lines.
  struct SwiftFile: Sendable {
    let path: String
    let lines: [String]
    /// The lines with strings and comments blanked, for rules about words.
    let code: [String]
    /// The folder under the top one: `Links` of `Sources/Links/USB.swift`.
    var room: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }
    /// The modules that its import lines name.
    var imports: [String] { code.compactMap(importedModule) }
  }

  /// All Swift files under these top folders, sorted.
  static func swiftFiles(in folders: String...) throws -> [SwiftFile] {
    var files: [SwiftFile] = []
    for folder in folders {
      let paths = FileManager.default.enumerator(atPath: root.path + "/" + folder)
      while let inner = paths?.nextObject() as? String {
        guard inner.hasSuffix(".swift") else { continue }
        let path = folder + "/" + inner
        let text = try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        files.append(SwiftFile(path: path, lines: lines, code: blanked(lines)))
      }
    }
    // An empty list would let every rule pass.
    try #require(!files.isEmpty)
    return files.sorted { $0.path < $1.path }
  }

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }
}

/// The module that a line of code imports; nil where it imports none.
func importedModule(_ line: String) -> String? {
  let words = line.split(whereSeparator: { $0 == " " || $0 == ";" })
  guard let index = words.firstIndex(of: "import"), index + 1 < words.count,
    words[..<index].allSatisfy({
      $0.hasPrefix("@")
        || ["public", "internal", "package", "private", "fileprivate"].contains(String($0))
    })
  else { return nil }
  var rest = words[(index + 1)...]
  if let first = rest.first,
    ["struct", "class", "enum", "func", "protocol", "typealias", "var", "let"].contains(
      String(first))
  {
    rest = rest.dropFirst()
  }
  return rest.first?.split(separator: ".").first.map(String.init)
}

/// The lines with the text of strings and comments taken out.
///
/// Knows `//` comments, strings in double quotes and in three of them; not raw strings, which then
/// show more than they should and never less.
func blanked(_ lines: [String]) -> [String] {
  var insideLongString = false
  return lines.map { line in
    var code = ""
    var rest = line[...]
    while let character = rest.first {
      if rest.hasPrefix("\"\"\"") {
        insideLongString.toggle()
        rest = rest.dropFirst(3)
      } else if insideLongString {
        rest = rest.dropFirst()
      } else if rest.hasPrefix("//") {
        break
      } else if character == "\"" {
        rest = rest.dropFirst()
        while let inner = rest.first, inner != "\"" {
          rest = rest.dropFirst(inner == "\\" ? 2 : 1)
        }
        rest = rest.dropFirst()
        code += "\"\""
      } else {
        code.append(character)
        rest = rest.dropFirst()
      }
    }
    return code
  }
}
