internal import Delivery
internal import Formats
internal import Foundation
public import Laboratory

/// What was written, and what could not be.
public struct ExportReport: Sendable, Hashable, Codable {
  /// One file.
  public struct File: Sendable, Hashable, Codable {
    /// The path.
    public var path: String
    /// The size in bytes.
    public var size: Int
    /// SHA-256 of its bytes.
    public var sha256: String
    /// What it rounds; empty where every number reads back to the bit.
    public var roundings: [String]
  }

  /// The version of this structure.
  public var schema = 1
  /// The format.
  public var format: FileFormat
  /// What was written; empty where the format can hold nothing of it.
  public var files: [File]
  /// What the format has no place for.
  public var losses: [String]
}

/// Writes contents into files: hidden until whole, read back and compared before they get a name.
struct Exporter: Sendable {
  var options = ExportOptions()

  /// Writes all files of a format into `folder` as `stem.suffix` or `stem-part.suffix`.
  ///
  /// Throws `export-nothing` where the format can hold nothing of the content, and `publish-exists`
  /// where one of the names is taken, before anything is written. Where a later one of several
  /// fails, those before it are whole and stay. Blocks.
  func write(
    _ content: ExportContent, as format: FileFormat, stem: String, into folder: String,
    existing: (_ name: String) throws(Failure) -> ExistingFile = { (_) throws(Failure) in .refused }
  ) throws(Failure) -> ExportReport {
    let plan = try MeasurementWriter.plan(content, as: format, options)
    guard !plan.parts.isEmpty else { throw Self.nothing(format, plan.losses) }
    for part in plan.parts {
      // A name that is taken is found before the first of several files is there.
      let name = Self.name(of: part, stem: stem)
      if case .refused = try existing(name),
        FileManager.default.fileExists(atPath: "\(folder)/\(name)")
      {
        throw PublishError.exists("\(folder)/\(name)").failure
      }
    }
    var report = ExportReport(format: format, files: [], losses: plan.losses)
    for part in plan.parts {
      let name = Self.name(of: part, stem: stem)
      let file = try publish(part, named: name, in: folder, existing: try existing(name))
      report.files.append(
        .init(
          path: "\(folder)/\(name)", size: file.size, sha256: file.sha256,
          roundings: part.roundings))
    }
    return report
  }

  /// How the file of a part is called.
  static func name(of part: FilePart, stem: String) -> String {
    stem + (part.name.isEmpty ? "" : "-\(part.name)") + part.format.suffix
  }

  /// Writes one file; nothing is there under its name before it was compared with its content.
  func publish(
    _ part: FilePart, named name: String, in folder: String, existing: ExistingFile
  ) throws(Failure) -> RunFile {
    let options = options
    return try Publisher().publish(
      named: name, in: folder, existing: existing,
      writing: { (file) throws(Failure) in
        try MeasurementWriter.write(part, options, to: StagedSink(file))
      },
      readBack: { (file) throws(Failure) in
        try MeasurementWriter.check(OpenedSource(file), holds: part, options)
      })
  }

  /// Whether the file at a path is readable and holds what a part says.
  static func holds(_ path: String, _ part: FilePart) -> Bool {
    guard let file = try? OpenedFile(path: path) else { return false }
    do throws(Failure) {
      try MeasurementWriter.check(OpenedSource(file), holds: part)
      return true
    } catch { return false }
  }

  static func nothing(_ format: FileFormat, _ losses: [String]) -> Failure {
    Failure(
      "export-nothing", exit: .failed, what: "Nothing was written as \(format.rawValue).",
      why: losses.isEmpty ? "There is nothing to write." : losses.joined(separator: "; ") + ".",
      next: "Choose another format; gauger runs export --help lists them.")
  }
}

/// A staged file as a writer sees it.
private final class StagedSink: ByteSink {
  private let file: StagedFile

  init(_ file: StagedFile) { self.file = file }

  func write(_ bytes: [UInt8], at place: Int) throws(Failure) {
    do throws(PublishError) { try file.write(bytes, at: place) } catch { throw error.failure }
  }
}

/// A finished file as a reader sees it.
private final class OpenedSource: ByteSource {
  private let file: OpenedFile

  init(_ file: OpenedFile) { self.file = file }

  var size: Int { file.size }

  func read(at place: Int, count: Int) throws(Failure) -> [UInt8] {
    do throws(PublishError) { return try file.read(at: place, count: count) } catch {
      throw error.failure
    }
  }
}
