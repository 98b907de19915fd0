internal import Yams

/// A text parsed, but not yet understood.
public struct YAMLDocument {
  let dialect: YAMLDialect

  /// Parses a text and gives its root.
  ///
  /// Anchors and aliases are refused before parsing, so that a small text cannot grow; size and
  /// depth are bounded.
  public static func root(
    of text: String, dialect: YAMLDialect
  ) throws(YAMLProblem) -> YAMLValue {
    let document = YAMLDocument(dialect: dialect)
    return YAMLValue(node: try document.compose(text), path: "", dialect: dialect)
  }

  private func compose(_ text: String) throws(YAMLProblem) -> Node {
    guard text.utf8.count <= dialect.largestSize else {
      throw YAMLProblem(
        .tooLarge, at: YAMLPlace(),
        problem: "the file is larger than \(dialect.largestSize) bytes", why: dialect.sizeReason,
        next: "Check that this file is a \(dialect.name).")
    }
    try refuseAnchors(text)
    do {
      guard let root = try Yams.compose(yaml: text) else {
        throw syntax("the file is empty", YAMLPlace(line: 1, column: 1))
      }
      try refuseDepth(root, 0)
      return root
    } catch let error as YAMLProblem {
      throw error
    } catch let error as YamlError {
      throw say(error)
    } catch {
      throw syntax("\(error)", YAMLPlace())
    }
  }

  private func refuseAnchors(_ text: String) throws(YAMLProblem) {
    var (line, column) = (1, 0)
    var before = UInt8(ascii: "\n")
    var candidate = false
    for byte in text.utf8 {
      let isSpace = byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
      if candidate && !isSpace {
        throw syntax(
          "'&' and '*' at the beginning of a word mean anchors, which \(dialect.plural) do not use",
          YAMLPlace(line: line, column: column))
      }
      column += 1
      candidate =
        (byte == UInt8(ascii: "&") || byte == UInt8(ascii: "*"))
        && " \t\r\n[]{},:-?\"'".utf8.contains(before)
      if byte == UInt8(ascii: "\n") { (line, column) = (line + 1, 0) }
      before = byte
    }
  }

  private func refuseDepth(_ node: Node, _ depth: Int) throws(YAMLProblem) {
    guard depth <= dialect.greatestDepth else {
      throw YAMLProblem(
        .tooLarge, at: YAMLPlace(node.mark),
        problem: "more than \(dialect.greatestDepth) levels of maps and lists",
        why: "No \(dialect.name) needs so many; a file that nests deeper is not one.",
        next: "Check that this file is a \(dialect.name).")
    }
    switch node {
    case .scalar: break
    case .sequence(let list): for item in list { try refuseDepth(item, depth + 1) }
    case .mapping(let map):
      for (key, value) in map {
        try refuseDepth(key, depth + 1)
        try refuseDepth(value, depth + 1)
      }
    case .alias: throw syntax("\(dialect.plural) do not use aliases", YAMLPlace(node.mark))
    }
  }

  private func say(_ error: YamlError) -> YAMLProblem {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      syntax(problem, YAMLPlace(mark))
    case .duplicatedKeysInMapping(let duplicates, let context):
      syntax(
        "the key \(duplicates.sorted().joined(separator: ", ")) stands twice in one map",
        YAMLPlace(context.mark))
    case .reader(let problem, let offset, _, _):
      syntax("\(problem) at byte \(offset ?? 0)", YAMLPlace())
    default: syntax("\(error)", YAMLPlace())
    }
  }

  private func syntax(_ problem: String, _ place: YAMLPlace) -> YAMLProblem {
    YAMLProblem(
      .syntax, at: place, problem: problem,
      why: "The file cannot be read as YAML of the kind that \(dialect.plural) use.",
      next:
        "Mend the file at this place; the page on the \(dialect.name) schema has an example.")
  }
}

extension YAMLPlace {
  init(_ mark: Mark?) { self.init(line: mark?.line ?? 0, column: mark?.column ?? 0) }
}
