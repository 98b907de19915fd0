internal import Foundation
internal import Laboratory

/// Reads a worklist in JSON: a list of objects, or an object with such a list as `entries`.
struct WorklistJSON {
  let reader: WorklistReader

  private enum Value: Decodable {
    case text(String), whole(Int64), number(Double), truth(Bool), nothing, other

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if value.decodeNil() {
        self = .nothing
      } else if let text = try? value.decode(String.self) {
        self = .text(text)
      } else if let truth = try? value.decode(Bool.self) {
        self = .truth(truth)
      } else if let whole = try? value.decode(Int64.self) {
        self = .whole(whole)
      } else if let number = try? value.decode(Double.self) {
        self = .number(number)
      } else {
        self = .other
      }
    }
  }

  /// An element of the list; nil inside where it is no object.
  private struct Element: Decodable {
    var members: [String: Value]?
    init(from decoder: any Decoder) throws {
      members = try? decoder.singleValueContainer().decode([String: Value].self)
    }
  }

  private struct Whole: Decodable { var entries: [Element] }

  func read(_ text: ArraySlice<UInt8>) throws(Failure) -> WorklistReader.Result {
    let data = Data(text)
    let elements: [Element]
    do {
      let isList = text.first { ![9, 10, 13, 32].contains($0) } == UInt8(ascii: "[")
      elements =
        isList
        ? try JSONDecoder().decode([Element].self, from: data)
        : try JSONDecoder().decode(Whole.self, from: data).entries
    } catch {
      throw WorklistReader.invalid(
        "worklist-json-invalid", "It is no list of objects: \("\(error)".prefix(200))",
        "Write [{\"sample\": \"...\"}, ...] or {\"entries\": [...]}.")
    }
    guard elements.count <= WorklistReader.mostLines else {
      throw WorklistReader.invalid(
        "worklist-too-large", "It has \(elements.count) entries.", "Split it.")
    }
    var result = WorklistReader.Result()
    var maker = WorklistLine(rule: reader.rule, decimalComma: false)
    for (index, element) in elements.enumerated() {
      do throws(WorklistLine.Reason) {
        let cells = try cells(element)
        result.entries.append(
          try maker.entry(cells, line: index + 1, number: result.entries.count + 1))
      } catch {
        let shown = "\(element.members ?? [:])"
        result.refused.append(
          WorklistReader.refused(index + 1, error.text, Array(shown.utf8)[...]))
      }
    }
    return result
  }

  private func cells(
    _ element: Element
  ) throws(WorklistLine.Reason) -> [(name: String, heading: String, text: String)] {
    guard let members = element.members else { throw .init("it is no object") }
    guard members.count <= WorklistReader.mostColumns else {
      throw .init("it has \(members.count) members")
    }
    var cells: [(name: String, heading: String, text: String)] = []
    var seen: Set<String> = []
    for (heading, value) in members.sorted(by: { $0.key < $1.key }) {
      let folded = WorklistReader.folded(heading)
      let name = reader.form.columns[folded] ?? folded
      guard heading.count <= 100, WorklistLine.isOneLine(heading), seen.insert(name).inserted else {
        throw .init("the member \(SampleRule.shown(heading)) stands there twice, or is no name")
      }
      guard let text = try text(value, heading), !text.isEmpty else { continue }
      cells.append((name, heading, text))
    }
    return cells
  }

  private func text(_ value: Value, _ heading: String) throws(WorklistLine.Reason) -> String? {
    switch value {
    case .text(let text): return text.trimmingCharacters(in: .whitespaces)
    case .whole(let whole): return "\(whole)"
    case .number(let number): return "\(number)"
    case .truth(let truth): return "\(truth)"
    case .nothing: return nil
    case .other: throw .init("\(SampleRule.shown(heading)) is neither a text nor a number")
    }
  }
}
