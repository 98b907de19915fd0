import Foundation
import Methods

/// The method files of this checkout: the templates, and the methods of the recordings.
enum MethodFiles {
  /// The folder of Package.swift.
  static let root: URL = {
    var folder = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { folder.deleteLastPathComponent() }
    return folder
  }()

  static let templates = names(in: "MethodTemplates")
  static let recordings = names(in: "Tests/Support/Proofs/Methods")

  /// All of them, as paths from the root.
  static let all =
    templates.map { "MethodTemplates/\($0).yaml" }
    + recordings.map { "Tests/Support/Proofs/Methods/\($0).yaml" }

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  private static func names(in folder: String) -> [String] {
    let files = try? FileManager.default.contentsOfDirectory(
      atPath: root.appending(path: folder).path)
    return (files ?? []).filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
  }
}

/// Reads a text that must be refused, and gives the refusal.
func refusal(_ text: String) -> MethodError? {
  do {
    _ = try MethodReader.read(text: text, file: "m.yaml")
    return nil
  } catch {
    return error
  }
}

/// A method with a mistake: `old` is put out of the text and `new` in.
func refusal(of text: String, _ old: String, _ new: String) -> MethodError? {
  let broken = text.replacing(old, with: new)
  return broken == text ? nil : refusal(broken)
}
