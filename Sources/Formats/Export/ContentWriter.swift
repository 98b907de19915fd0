public import Laboratory

/// One file that is to be written: which part of a content goes into it, and what does not.
public struct FilePart: Sendable {
  /// The format.
  public var format: FileFormat
  /// What tells it from other files of the same content: `""`, or `fid` in `run-fid.cdf`.
  public var name: String
  /// What it holds, all of it and nothing else.
  public var content: ExportContent
  /// What it rounds, in words for people; empty where every number is kept to the bit.
  public var roundings: [String]

  /// Makes a part.
  public init(
    _ format: FileFormat, name: String = "", content: ExportContent, roundings: [String] = []
  ) {
    self.format = format
    self.name = name
    self.content = content
    self.roundings = roundings
  }
}

/// How a content goes into the files of a format.
public struct ExportPlan: Sendable {
  /// The files, in order; empty where the format can hold nothing of the content.
  public var parts: [FilePart]
  /// What none of them holds, in words for people (`2 spectra: ANDI/MS has no place for them`).
  public var losses: [String]

  /// Makes a plan.
  public init(parts: [FilePart], losses: [String]) {
    self.parts = parts
    self.losses = losses
  }
}

/// Writes the files of one format and compares them with what they were made from.
///
/// Memory is bounded by one scan and the signals, never by the number of scans. The same part and
/// options give the same bytes.
protocol ContentWriter: SendableMetatype {
  /// Which parts of a content become which files; nothing is written.
  static func plan(_ content: ExportContent, _ options: ExportOptions) throws(Failure) -> ExportPlan
  /// Writes a part of `plan`; refused by name is what the format cannot hold (NaN, wrong order).
  static func write(
    _ part: FilePart, _ options: ExportOptions, to sink: any ByteSink
  ) throws(Failure)
  /// Reads the file with our own reader; throws `…-mismatch` where a number, name or mark differs.
  static func check(
    _ file: any ByteSource, holds part: FilePart, _ options: ExportOptions
  ) throws(Failure)
}
