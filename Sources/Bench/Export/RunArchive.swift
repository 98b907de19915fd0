internal import Delivery
internal import Formats
internal import Foundation
internal import Instruments
internal import Journal
internal import Laboratory
internal import Methods

/// The standard files of a run beside its tables and pictures: the archive and what is exchanged.
///
/// Which ones: those that the run's method names, else those of the format table; and those that a
/// destination asks for. What the built-in files of a run hold already is not written twice.
struct RunArchive: Sendable {
  let bench: Bench
  let record: RunRecord
  let journalSHA256: String
  /// The run's own method, where it was taken by one and it could be applied.
  var method: MethodFiles?
  /// The names of the files that the run has, where those alone are to be made again, whatever
  /// method and destinations ask for by now; nil for a run that ends.
  var kept: [String]?

  /// How the files are called before their ends.
  static let stem = "run"

  /// What was written, and what a person should know of it.
  struct Made: Sendable {
    var files: [RunFile] = []
    var warnings: [String] = []
  }

  /// Writes the files into `folder`; a format that cannot be written is said and left out, for the
  /// raw record and the other files are there.
  ///
  /// Throws what the disk refuses. Blocks.
  func write(
    into folder: String,
    existing: (_ part: FilePart, _ name: String) throws(Failure) -> ExistingFile = {
      (_, _) throws(Failure) in .refused
    }
  ) throws(Failure) -> Made {
    var made = Made()
    let content: ExportContent
    do throws(Failure) {
      guard try needsContent() else { return made }
      // What this says of the files comes behind them: made again, they are the same.
      var record = record
      record.warnings.removeAll(where: Self.isOurs)
      content = try RunExport(bench: bench).content(
        of: record, journalSHA256: journalSHA256, endedWith: method?.peaks ?? [:])
    } catch {
      made.warnings.append(Self.warning(Self.noArchive, error))
      return made
    }
    // Time counts at the end of a run, and what level 6 gains on scans is 3 % of the bytes.
    var options = ExportOptions()
    options.compression = 1
    let exporter = Exporter(options: options)
    for format in formats(content) {
      do throws(Failure) {
        let plan = try MeasurementWriter.plan(content, as: format, options)
        for part in plan.parts {
          let name = Exporter.name(of: part, stem: Self.stem)
          guard kept?.contains(name) ?? true else { continue }
          made.files.append(
            try exporter.publish(
              part, named: name, in: folder, existing: try existing(part, name)))
        }
        if plan.parts.isEmpty, kept == nil, isAskedFor(format) {
          made.warnings.append(Self.warning(format.rawValue, Exporter.nothing(format, plan.losses)))
        }
      } catch {
        guard !error.isOfDisk else { throw error }
        made.warnings.append(Self.warning(format.rawValue, error))
      }
    }
    return made
  }

  /// The formats to write, in their order.
  func formats(_ content: ExportContent) -> [FileFormat] {
    guard !content.isEmpty else { return [] }
    if let kept { return Self.formats(ofAll: kept) }
    var wanted = method?.formats ?? FormatTable.formats(for: content)
    for format in bench.configuration.destinations.flatMap(\.formats)
    where !wanted.contains(format) {
      wanted.append(format)
    }
    let held = builtIn(content)
    return wanted.filter { !held.contains($0) }
  }

  /// Whether there can be anything to write; an array spectrometer's own files are its archive, and
  /// its scans are not read once more for nothing.
  private func needsContent() throws(Failure) -> Bool {
    let asked =
      kept.map(Self.formats(ofAll:))
      ?? (method?.formats ?? []) + bench.configuration.destinations.flatMap(\.formats)
    guard asked.allSatisfy({ [.jcamp, .csv].contains($0) }) else { return true }
    let reprocessing = Reprocessing(bench: bench)
    switch try reprocessing.interpreter(try reprocessing.open(record.run).header) {
    case .array: return false
    case .mass, .series: return true
    }
  }

  /// What the files of every run hold already, each in its own way.
  private func builtIn(_ content: ExportContent) -> Set<FileFormat> {
    if content.head.technique == .residualGas || !content.spectra.isEmpty { return [.jcamp, .csv] }
    return content.traces.isEmpty ? [] : [.csv]
  }

  private func isAskedFor(_ format: FileFormat) -> Bool {
    method?.formats?.contains(format) ?? false
      || bench.configuration.destinations.contains { $0.formats.contains(format) }
  }

  /// Which formats a file of the archive may be of, by its name; none for any other file of a run.
  static func formats(of name: String) -> [FileFormat] {
    guard name.hasPrefix(stem) else { return [] }
    let rest = name.dropFirst(stem.count)
    guard rest.hasPrefix(".") || rest.hasPrefix("-") else { return [] }
    return FileFormat.allCases.filter { rest.hasSuffix($0.suffix) }
  }

  /// Those of several files, in the order of the files.
  private static func formats(ofAll names: [String]) -> [FileFormat] {
    var found: [FileFormat] = []
    for format in names.flatMap(formats(of:)) where !found.contains(format) {
      found.append(format)
    }
    return found
  }

  /// Whether a warning of a run was said here.
  private static func isOurs(_ warning: String) -> Bool {
    (FileFormat.allCases.map(\.rawValue) + [noArchive]).contains {
      warning.hasPrefix("\($0) was not written: ")
    }
  }

  private static let noArchive = "no archive"

  private static func warning(_ what: String, _ failure: Failure) -> String {
    "\(what) was not written: \(failure.what) \(failure.why) (code: \(failure.code))"
  }
}
