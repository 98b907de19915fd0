import Foundation
import Instruments
import Methods
import Testing
import YAMLText

/// Every value of every method of ours is broken in every way: each must be refused at its line.
@Suite struct SweepTests {
  /// A plain value of a text: where it stands and how it is written.
  struct Leaf {
    var path: String
    var place: YAMLPlace
    var token: String
    var fact: FactTree
  }

  static let dialect = YAMLDialect(
    name: "method", sizeReason: "", missingReason: "", unknownReason: "")

  static func leaves(_ text: String) throws -> [Leaf] {
    var leaves: [Leaf] = []
    try collect(YAMLDocument.root(of: text, dialect: dialect), text, &leaves)
    return leaves
  }

  private static func collect(
    _ value: YAMLValue, _ text: String, _ leaves: inout [Leaf]
  ) throws {
    switch value.kind {
    case .map: for entry in try value.map().entries { try collect(entry.value, text, &leaves) }
    case .list: for item in try value.list() { try collect(item, text, &leaves) }
    case .scalar:
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      let rest = lines[value.place.line - 1].dropFirst(value.place.column - 1)
      var token = try value.written()
      if rest.first == "\"" { token = "\"\(token)\"" }
      try #require(rest.hasPrefix(token), "\(value.path)")
      leaves.append(
        Leaf(path: value.path, place: value.place, token: token, fact: try value.scalar()))
    }
  }

  static func replace(_ leaf: Leaf, in text: String, by word: String) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let line = lines[leaf.place.line - 1]
    let start = line.index(line.startIndex, offsetBy: leaf.place.column - 1)
    let end = line.index(start, offsetBy: leaf.token.count)
    lines[leaf.place.line - 1] = line[..<start] + word + line[end...]
    return lines.joined(separator: "\n")
  }

  /// Words that can be no value of this kind; a version may look like a number.
  static func wrong(for leaf: Leaf) -> [String] {
    var words = ["[1, [2]]", "{ a: 1 }", "~", "[]"]
    switch leaf.fact {
    case .integer, .number: words += ["abc", "\"12\"", "true", ".nan", ".inf", "1e999", "-1e300"]
    case .bool: words += ["yes", "7", "\"true\""]
    default: words += ["true", "\"\""]
    }
    if leaf.path == "version" || leaf.path.hasSuffix("weights") {
      words.removeAll { ["true", "\"12\"", "abc", ".nan", ".inf", "1e999", "-1e300"].contains($0) }
    }
    return words
  }

  @Test(arguments: MethodFiles.all) func everyWrongKindIsRefusedAtItsLine(path: String) throws {
    let text = try MethodFiles.text(path)
    _ = try MethodReader.read(text: text, file: path)
    let leaves = try Self.leaves(text)
    #expect(leaves.count > 5)
    for leaf in leaves {
      for word in Self.wrong(for: leaf) {
        guard let error = refusal(Self.replace(leaf, in: text, by: word)) else {
          Issue.record("\(leaf.path) = \(word) is taken")
          continue
        }
        #expect(error.line == leaf.place.line, "\(leaf.path) = \(word): \(error.problem)")
        #expect(error.column > 0)
      }
    }
  }

  @Test(arguments: MethodFiles.all) func everyMisspeltKeyIsRefused(path: String) throws {
    let text = try MethodFiles.text(path)
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var tried = 0
    for index in lines.indices {
      let line = lines[index]
      let indent = line.prefix { $0 == " " }.count
      guard let colon = line.firstIndex(of: ":"), !line.hasPrefix("#"),
        line.dropFirst(indent).first != "#", line.dropFirst(indent).first != "-"
      else { continue }
      // Names of signals and analytes are the laboratory's own.
      let isName =
        indent == 2
        && lines[..<index].last {
          !$0.hasPrefix(" ") && !$0.isEmpty
            && !$0.hasPrefix("#")
        }.map { $0.hasPrefix("signals") || $0.hasPrefix("analytes") || $0.hasPrefix("bands") }
          == true
      guard !isName else { continue }
      lines[index] = line[..<colon] + "x" + line[colon...]
      let error = refusal(lines.joined(separator: "\n"))
      #expect(
        error?.code == .unknownKey || error?.code == .missingKey || error?.code == .contradiction,
        "\(line): \(error.map { "\($0.code)" } ?? "taken")")
      if error?.code == .unknownKey { #expect(error?.line == index + 1) }
      lines[index] = line
      tried += 1
    }
    #expect(tried > 5)
  }

  @Test(arguments: MethodFiles.all) func aCutTextIsNeverTrapped(path: String) throws {
    let bytes = Array(try MethodFiles.text(path).utf8)
    for end in stride(from: 0, to: bytes.count, by: 7) {
      _ = refusal(String(decoding: bytes[..<end], as: UTF8.self))
    }
  }
}
