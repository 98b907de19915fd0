internal import Foundation
internal import Laboratory

/// Makes entries of lines whose cells are known; refuses what is wrong, with the reason.
struct WorklistLine {
  /// Why a line was refused.
  struct Reason: Error {
    var text: String
    init(_ text: String) { self.text = text }
  }

  let rule: SampleRule
  let decimalComma: Bool
  /// The tasks so far, with their lines.
  private var tasks: [[String]: Int] = [:]

  init(rule: SampleRule, decimalComma: Bool) {
    self.rule = rule
    self.decimalComma = decimalComma
  }

  /// The entry of one line; `cells` has none that is empty.
  mutating func entry(
    _ cells: [(name: String, heading: String, text: String)], line: Int, number: Int
  ) throws(Reason) -> WorklistEntry {
    var entry = WorklistEntry(number: number, line: line, sample: Sample(id: ""))
    for (name, heading, text) in cells {
      guard text.utf8.count <= WorklistReader.longestCell else {
        throw Reason("\(heading) has \(text.utf8.count) bytes")
      }
      guard Self.isOneLine(text) else { throw Reason("\(heading) holds a control character") }
      try take(name, heading, text, into: &entry)
    }
    guard !entry.sample.id.isEmpty else { throw Reason("it names no sample") }
    if entry.kind == .sample {
      do throws(Failure) { try rule.check(entry.sample.id) } catch {
        throw Reason("\(error.what) \(error.why) (\(error.code))")
      }
    }
    if let same = tasks.updateValue(line, forKey: entry.task) {
      tasks[entry.task] = same
      throw Reason("it is the same as line \(same); a replicate has a number of its own")
    }
    return entry
  }

  private func take(
    _ name: String, _ heading: String, _ text: String, into entry: inout WorklistEntry
  ) throws(Reason) {
    switch name {
    case "sample": entry.sample.id = try id(text)
    case "kind":
      guard let kind = RunKind(rawValue: text.lowercased()) else {
        let known = RunKind.allCases.map(\.rawValue).joined(separator: ", ")
        throw Reason("kind is \(SampleRule.shown(text)); there are \(known)")
      }
      entry.kind = kind
    case "level": entry.sample.level = try number(heading, text) { $0 >= 0 }
    case "dilution": entry.sample.dilution = try number(heading, text) { $0 > 0 }
    case "mass_mg": entry.sample.massMilligrams = try number(heading, text) { $0 > 0 }
    case "replicate":
      guard let value = Int(text), (1..<1_000_000).contains(value) else {
        throw Reason("replicate is \(SampleRule.shown(text)), which is no number from 1")
      }
      entry.sample.replicate = value
    case "position": entry.sample.position = try short(heading, text)
    case "remark": entry.sample.remark = text
    case "method": entry.method = try short(heading, text)
    case "instrument": entry.instrument = try short(heading, text)
    case "priority": entry.priority = try priority(text)
    case "due":
      let day = text.count == 10 ? text + "T00:00:00Z" : text
      guard let due = Timestamp(iso8601: day) else {
        throw Reason("due is \(SampleRule.shown(text)); write 2026-11-20 or 2026-11-20T10:15:00Z")
      }
      entry.due = due
    default: entry.columns[heading] = text
    }
  }

  /// The id of a sample: one that every destination could carry.
  private func id(_ text: String) throws(Reason) -> String {
    guard text.count <= 200 else { throw Reason("its sample id has \(text.count) characters") }
    guard text != RunRecord.unassigned else {
      throw Reason("\(text) says that nobody knows the sample, and is no id")
    }
    let isHidden = text.unicodeScalars.contains {
      $0 == "\u{FFFD}" || $0.properties.generalCategory == .format
    }
    guard !isHidden else { throw Reason("its sample id holds a character that cannot be seen") }
    return text
  }

  private func short(_ heading: String, _ text: String) throws(Reason) -> String {
    guard text.count <= 200 else { throw Reason("\(heading) has \(text.count) characters") }
    return text
  }

  private func number(
    _ heading: String, _ text: String, _ allowed: (Double) -> Bool
  ) throws(Reason) -> Double {
    let plain = decimalComma ? text.replacing(",", with: ".") : text
    let isPlain = plain.utf8.allSatisfy {
      (48...57).contains($0) || [43, 45, 46, 69, 101].contains($0)
    }
    // With decimal commas a point can only part thousands, which nobody can be sure of.
    let isMixed = decimalComma && text.contains(".")
    guard isPlain, !isMixed, let value = Double(plain), value.isFinite, allowed(value) else {
      throw Reason("\(heading) is \(SampleRule.shown(text)), which it cannot be")
    }
    return value
  }

  private func priority(_ text: String) throws(Reason) -> Int {
    switch text.lowercased() {
    case "urgent", "stat": return 1
    case "high": return 3
    case "normal", "routine": return 5
    case "low": return 7
    default:
      guard let value = Int(text), (0...999).contains(value) else {
        throw Reason(
          "priority is \(SampleRule.shown(text)); write 1 (first) to 999, urgent, high, normal or low"
        )
      }
      return value
    }
  }

  static func isOneLine(_ text: String) -> Bool {
    !text.unicodeScalars.contains {
      [.control, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
    }
  }
}
