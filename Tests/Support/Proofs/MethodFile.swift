internal import Foundation
internal import Methods

/// The methods by which the recordings are evaluated; they hold no measured number.
enum MethodFile {
  /// A method by its name.
  static func method(_ name: String) throws -> Method {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Methods/\(name).yaml")
    return try MethodReader.read(
      text: String(contentsOf: file, encoding: .utf8), file: "\(name).yaml")
  }

  /// A template of the program by its name.
  static func template(_ name: String) throws -> Method {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../../MethodTemplates/\(name).yaml")
    return try MethodReader.read(
      text: String(contentsOf: file, encoding: .utf8), file: "\(name).yaml")
  }
}
