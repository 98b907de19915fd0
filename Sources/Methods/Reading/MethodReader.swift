internal import Crypto
internal import Foundation
public import Instruments
internal import Laboratory
internal import YAMLText

/// Reads the YAML text of a method and refuses what cannot be meant.
///
/// The schema is documented in <doc:MethodSchema>.
public enum MethodReader {
  /// The version of the schema that this reader knows.
  public static let schema = 1

  static let dialect = YAMLDialect(
    name: "method",
    sizeReason: "A method says how one kind of run is evaluated and has some thousand bytes.",
    missingReason: "Without it the method does not say what is to be done.",
    unknownReason: "A misspelt key would leave a rule out without a word.")

  /// The largest text that is read, in bytes.
  public static var largestSize: Int { dialect.largestSize }

  /// Reads one method.
  ///
  /// With a profile the acquisition must be one that its model can do. `file` is for messages.
  public static func read(
    text: String, file: String, profile: DeviceProfile? = nil
  ) throws(MethodError) -> Method {
    do {
      let top = try YAMLDocument.root(of: text, dialect: dialect).map()
      return try method(top, MethodText(text: text, file: file), profile)
    } catch {
      throw MethodError(error, file: file)
    }
  }

  /// SHA-256 of a text's bytes, lower-case hexadecimal: how results name the method's text.
  public static func sha256(of text: String) -> String {
    SHA256.hash(data: Data(text.utf8)).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 2 ? digits : "0" + digits
    }.joined()
  }

  /// The known word that a person most likely meant, if one is near.
  public static func nearest(to word: String, among known: [String]) -> String? {
    Spelling.nearest(to: word, among: known)
  }

  /// Whether a text can be the name of a method: lower-case kebab-case.
  public static func isName(_ text: String) -> Bool { Spelling.isKebab(text) }

  /// The keys of every method.
  static let commonKeys = [
    "schema", "name", "version", "title", "technique", "state", "acquisition", "outputs",
  ]

  private static func method(
    _ top: YAMLMap, _ text: MethodText, _ profile: DeviceProfile?
  ) throws(YAMLProblem) -> Method {
    let version = try top.required("schema").whole(in: 1...1_000_000)
    guard version == schema else {
      throw try top.required("schema").problem(
        .unknownSchema, "is \(version), but this program reads \(schema)",
        why: "A later schema may mean something else by the same words.",
        next: "Use a method of schema \(schema), or a later version of Gauger.")
    }
    let technique: Method.Technique = try top.required("technique").choice()
    let body: Method.Body =
      switch technique {
      case .gc, .lc, .gcms, .lcms: .separation(try separation(top, technique))
      case .raman, .ftir, .ultravioletVisible: .spectrum(try spectrum(top, technique))
      case .residualGas: .residualGas(try residualGas(top))
      }
    if let profile { try check(technique, try top.required("technique"), profile) }
    return Method(
      name: try name(top.required("name")), version: try top.required("version").written(),
      title: try top.required("title").word(), technique: technique,
      state: try top.choice("state", or: .draft),
      acquisition: try acquisition(top.value("acquisition"), profile), body: body,
      outputs: try outputs(top.value("outputs")), sha256: sha256(of: text.text), text: text)
  }

  private static func name(_ value: YAMLValue) throws(YAMLProblem) -> String {
    let name = try value.word()
    guard Spelling.isKebab(name) else {
      throw value.badValue("is '\(name)'; it must be lower-case kebab-case, at most 60 letters")
    }
    return name
  }

  private static func outputs(_ value: YAMLValue?) throws(YAMLProblem) -> Outputs {
    guard let map = try value?.map() else { return Outputs() }
    try map.refuseUnknown(["report", "peak_table", "formats"])
    var formats: [FileFormat]?
    if let value = map.value("formats") {
      formats = []
      for item in try value.list() {
        let format: FileFormat = try item.choice()
        guard formats?.contains(format) == false else {
          throw item.badValue("is '\(format.rawValue)', which stands there already")
        }
        formats?.append(format)
      }
    }
    return Outputs(
      report: try map.truth("report", or: true), peakTable: try map.truth("peak_table", or: true),
      formats: formats)
  }

  /// The techniques by which profiles name what their instruments measure.
  private static func check(
    _ technique: Method.Technique, _ value: YAMLValue, _ profile: DeviceProfile
  ) throws(YAMLProblem) {
    let measured = profile.techniques
    guard !measured.contains(technique.rawValue) else { return }
    throw value.contradiction(
      "is \(technique.rawValue), but the \(profile.id) measures \(measured.joined(separator: ", "))",
      why: "The method would be applied to signals that this instrument does not give.",
      next: "Choose another model by --profile, or another technique.")
  }
}
