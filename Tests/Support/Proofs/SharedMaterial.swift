public import Foundation

/// The recordings and tables that proofs read in place; they are not part of the project.
public enum SharedMaterial {
  /// The folder with the material, from `$GAUGER_SHARED`, else beside the checkout; nil where it is
  /// not there.
  public static let data: URL? = {
    let environment = ProcessInfo.processInfo.environment["GAUGER_SHARED"]
    let folder =
      environment.map { URL(filePath: $0) }
      ?? URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../../shared")
    let data = folder.appending(path: "data").standardizedFileURL
    return FileManager.default.fileExists(atPath: data.path) ? data : nil
  }()

  /// What is told where the material is not there.
  public static let absence =
    "SKIPPED: the measured material is not there (set GAUGER_SHARED to the folder that holds data/)"

  /// A file of the material.
  public static func url(_ path: String) throws -> URL {
    guard let data else { throw Missing(path: path) }
    return data.appending(path: path)
  }

  /// The bytes of a file.
  public static func bytes(_ path: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: url(path)))
  }

  /// The text of a file; bytes that are no UTF-8 are read as ISO 8859-1.
  public static func text(_ path: String) throws -> String {
    let bytes = try Data(contentsOf: url(path))
    return String(data: bytes, encoding: .utf8)
      ?? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
  }

  /// The rows of a comma-separated table, by column name; quotes are not looked at.
  public static func table(_ path: String) throws -> [[String: String]] {
    let lines = try text(path).split(whereSeparator: \.isNewline)
    guard let head = lines.first?.split(separator: ",", omittingEmptySubsequences: false) else {
      return []
    }
    return lines.dropFirst().map { line in
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      return Dictionary(
        zip(head.map(String.init), cells.map(String.init)), uniquingKeysWith: { first, _ in first })
    }
  }

  /// A JSON file as the type that it holds.
  public static func json<Content: Decodable>(_ path: String, as type: Content.Type) throws
    -> Content
  {
    try JSONDecoder().decode(type, from: Data(contentsOf: url(path)))
  }

  /// A file that is not there.
  struct Missing: Error { var path: String }
}
