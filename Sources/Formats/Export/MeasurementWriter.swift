public import Laboratory

/// The one door for files that are written, beside ``MeasurementReader`` for those that are read.
///
/// Nothing is dropped silently: `plan` says before anything is written what a format has no place
/// for and what it rounds, and `check` compares the finished file with its source. Pure but for
/// sink and source; runs on any thread.
public enum MeasurementWriter {
  /// Which files of a format a content makes, and what they cannot carry.
  ///
  /// Throws what the content itself cannot be asked (a damaged raw record).
  public static func plan(
    _ content: ExportContent, as format: FileFormat, _ options: ExportOptions = .init()
  ) throws(Failure) -> ExportPlan {
    try writer(of: format).plan(content, options)
  }

  /// Writes a part of a plan.
  public static func write(
    _ part: FilePart, _ options: ExportOptions = .init(), to sink: any ByteSink
  ) throws(Failure) {
    try writer(of: part.format).write(part, options, to: sink)
  }

  /// Reads a finished file and compares it with the part it was made from.
  public static func check(
    _ file: any ByteSource, holds part: FilePart, _ options: ExportOptions = .init()
  ) throws(Failure) {
    try writer(of: part.format).check(file, holds: part, options)
  }

  /// The formats that are written, in the order in which people are shown them.
  public static var formats: [FileFormat] { FileFormat.allCases.filter { Writers.all[$0] != nil } }

  private static func writer(of format: FileFormat) throws(Failure) -> any ContentWriter.Type {
    guard let writer = Writers.all[format] else {
      throw Failure(
        "format-not-written", exit: .usage, what: "The format \(format.rawValue) is not written.",
        why: "Written are: \(formats.map(\.rawValue).joined(separator: ", ")).",
        next: "Name one of these.")
    }
    return writer
  }
}
