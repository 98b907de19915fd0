internal import ArgumentParser
internal import Bench
internal import Formats
internal import Laboratory
internal import Methods

/// How files of other formats shall be; shared by `runs export` and `convert`.
struct ExportOptionGroup: ParsableArguments {
  @Option(
    help: "The technique, where nothing says it: gc, lc, gc-ms, lc-ms, raman, ftir, uv-vis ...")
  var technique: String?

  @Option(help: "How hard zlib streams are compressed, 1 (fast) to 12.")
  var compression = 6

  @Option(
    help: "The packing of JCAMP-DX: affn, which every reader takes, or dif, which is smaller.")
  var packing = "affn"

  @Flag(help: "ANDI numbers in 32 bits though that rounds them, for old programs.")
  var narrow = false

  @Flag(help: "CSV with semicolons and decimal commas.")
  var decimalComma = false

  @Flag(help: "Refuse a format that cannot carry everything, instead of saying what it cannot.")
  var strict = false

  func validate() throws {
    guard (1...12).contains(compression) else {
      throw ValidationError("--compression is a whole number from 1 to 12")
    }
    guard ExportOptions.Packing(rawValue: packing) != nil else {
      throw ValidationError("--packing is affn or dif")
    }
    if let technique, Method.Technique(rawValue: technique) == nil {
      let known = Method.Technique.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("--technique is one of \(known)")
    }
  }

  /// The conversion that was asked for.
  var conversion: Conversion {
    var options = ExportOptions()
    options.compression = compression
    options.packing = ExportOptions.Packing(rawValue: packing) ?? .affn
    options.narrowNumbers = narrow
    options.decimalComma = decimalComma
    return Conversion(
      options: options, technique: technique.flatMap(Method.Technique.init), isStrict: strict)
  }

  /// The format that a person named.
  static func format(_ name: String) throws -> FileFormat {
    guard let format = FileFormat(rawValue: name) else {
      throw ValidationError("--format is one of \(Self.known)")
    }
    return format
  }

  /// The words of `--format`.
  static let known = FileFormat.allCases.map(\.rawValue).joined(separator: ", ")

  /// Says what was written, and what is not in it.
  static func show(_ report: ExportReport) {
    for file in report.files {
      print("written  \(Output.plain(file.path))  \(file.size) bytes  SHA-256 \(file.sha256)")
      for rounding in file.roundings { Output.note("\(file.path): \(rounding)") }
    }
    for loss in report.losses { Output.note("not in \(report.format.rawValue): \(loss)") }
  }
}
