internal import Delivery
public import Formats
internal import Foundation
public import Laboratory
public import Methods

/// Writes runs and foreign files in other formats, and says what these cannot carry.
public struct Conversion: Sendable {
  /// How the files shall be.
  public var options: ExportOptions
  /// The technique, where neither the run nor the file says it.
  public var technique: Method.Technique?
  /// Whether a format that cannot carry everything is refused instead of said.
  public var isStrict: Bool

  /// Makes a conversion.
  public init(
    options: ExportOptions = .init(), technique: Method.Technique? = nil, isStrict: Bool = false
  ) {
    self.options = options
    self.technique = technique
    self.isStrict = isStrict
  }

  /// Writes a run as files `RUN.suffix` into a folder that is there.
  ///
  /// Throws `export-nothing`, `export-lossy` where strict, what is wrong with the raw record and what
  /// the disk refuses; no part of a file is left then, and of several files those before it. Blocks.
  public func export(
    _ run: RunID, of bench: Bench, as format: FileFormat, into folder: String
  ) throws(Failure) -> ExportReport {
    let record = try bench.runs.read(run)
    let content = try RunExport(bench: bench).content(
      of: record, journalSHA256: try Self.rawHash(record, bench))
    return try write(content, as: format, stem: run.text, into: folder)
  }

  /// Writes a foreign file in another format as `output`, whose end names it unless `format` does.
  ///
  /// `software` names this program. Throws `convert-format-unknown` where neither does, and as
  /// `export`. Blocks.
  public func convert(
    _ input: String, to output: String, as format: FileFormat? = nil,
    declaration: TableDeclaration = .init(), software: String
  ) throws(Failure) -> (report: ExportReport, warnings: [String]) {
    let url = URL(fileURLWithPath: output)
    let file = try SourceFile.read(input)
    let read = try ImportRun.read(file.bytes, declaration, input)
    let content = ExportContent(read, file: file.name, sha256: file.sha256, software: software)
    let chosen =
      if let format { format } else { try Self.format(of: url.lastPathComponent, for: content) }
    var stem = url.lastPathComponent
    let ends = chosen == .jcamp ? [chosen.suffix, Self.oldJCAMP] : [chosen.suffix]
    if let end = ends.first(where: { stem.lowercased().hasSuffix($0.lowercased()) }) {
      stem = String(stem.dropLast(end.count))
    } else if format != nil, let dot = stem.lastIndex(of: "."), dot != stem.startIndex {
      stem = String(stem[..<dot])
    }
    let report = try write(
      content, as: chosen, stem: stem, into: url.deletingLastPathComponent().path)
    return (report, read.warnings)
  }

  private func write(
    _ given: ExportContent, as format: FileFormat, stem: String, into folder: String
  ) throws(Failure) -> ExportReport {
    var content = given
    content.head.technique = content.head.technique ?? technique
    if isStrict {
      let plan = try MeasurementWriter.plan(content, as: format, options)
      let lacking = plan.losses + plan.parts.flatMap(\.roundings)
      guard lacking.isEmpty else {
        throw Failure(
          "export-lossy", exit: .refused, what: "Nothing was written as \(format.rawValue).",
          why: "It cannot carry everything: \(lacking.joined(separator: "; ")).",
          next: "Choose another format, or leave --strict away.")
      }
    }
    return try Exporter(options: options).write(content, as: format, stem: stem, into: folder)
  }

  /// What older programs call JCAMP-DX files; ours are `.jdx`.
  private static let oldJCAMP = ".dx"

  /// The format that the end of a file's name means; `.cdf` is ANDI of either kind.
  private static func format(
    of name: String, for content: ExportContent
  ) throws(Failure) -> FileFormat {
    let lower = name.lowercased()
    if lower.hasSuffix(FileFormat.andiMS.suffix) {
      return content.massScans != nil ? .andiMS : .andiChromatography
    }
    for format in FileFormat.allCases where lower.hasSuffix(format.suffix.lowercased()) {
      return format
    }
    if lower.hasSuffix(oldJCAMP) { return .jcamp }
    var ends = FileFormat.allCases.map(\.suffix)
    ends = ends.indices.filter { !ends[..<$0].contains(ends[$0]) }.map { ends[$0] }
    throw Failure(
      "convert-format-unknown", exit: .usage, what: "What \(name) shall be is not known.",
      why: "Its end names no format: \(ends.joined(separator: ", ")).",
      next: "Give the output such an end, or name the format: --format mzml")
  }

  /// The hash of the raw record as it is on the disk now.
  private static func rawHash(_ record: RunRecord, _ bench: Bench) throws(Failure) -> String {
    if let source = record.imported { return source.sha256 }
    do throws(PublishError) {
      return try Hash.sha256(
        ofFileAt: "\(bench.home.folder(of: record.run))/\(RunFolder.journal)")
    } catch {
      throw error.failure
    }
  }
}
