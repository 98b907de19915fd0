/// The facts of a content in private records of JCAMP-DX, and back.
///
/// Labels of JCAMP-DX have no case, and readers leave blanks and underscores out of them. So a name
/// stands in the label only where it is of small letters, digits and single underscores:
/// `serial_number` as `##$GAUGER SERIAL NUMBER=`. Any other one stands in the value, as
/// `##$GAUGER FACT 1= total_current_A=1.5e-9`, where `=` and `\` of the name are escapes.
enum JCAMPFacts {
  /// The record of the largest error of an ordinate.
  static let maxYError = "GAUGER MAX Y ERROR"
  /// The record of the largest error of an abscissa.
  static let maxXError = "GAUGER MAX X ERROR"
  /// The record of the decimals to which steps of the axis are rounded, which gives the very axis.
  static let decimals = "GAUGER X DECIMALS"
  /// The record of the power of ten that the integers are divided by, which gives the very decimals
  /// that were stored; YFACTOR is its reciprocal, for every other reader.
  static let divisor = "GAUGER Y DIVISOR"
  /// The record of a page that says the number of its scan where it is not the next one.
  static let scan = "GAUGER SCAN"

  private static let own: Set<String> = [
    "crc32", "max_y_error", "max_x_error", "x_decimals", "y_divisor", "scan",
  ]

  /// Whether a name comes back from a label as it is.
  static func isSpelled(_ name: String) -> Bool {
    guard name.utf8.count <= 60, !own.contains(name), !name.hasPrefix("fact_"),
      // One reader takes any label with this word for the start of a page.
      !name.contains("page")
    else { return false }
    return name.split(separator: "_", omittingEmptySubsequences: false).allSatisfy { word in
      !word.isEmpty
        && word.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) }
    }
  }

  /// Labels and values, in the order of the facts.
  static func records(_ facts: [FileFact]) -> [(label: String, value: String)] {
    var numbered = 0
    return facts.map { fact in
      if isSpelled(fact.name) { return (JCAMPDocument.label(ofFact: fact.name), fact.value) }
      numbered += 1
      let name = EscapedText.encode(fact.name) { $0 != "=" }
      return ("GAUGER FACT \(numbered)", "\(name)=\(fact.value)")
    }
  }

  /// The facts of a block, in their order; none where it is not a content of ours.
  static func read(_ block: JCAMPBlock) throws(FormatError) -> [FileFact] {
    var facts: [FileFact] = []
    for record in block.records where record.label.hasPrefix("$GAUGER") {
      let words = record.spelled.trimmingBlanks().dropFirst("$GAUGER ".count)
      let name = words.lowercased().replacing(" ", with: "_")
      guard !own.contains(name) else { continue }
      guard let value = record.exact else {
        throw FormatError(.jcamp, .malformed, at: record.offset, "##\(record.spelled.prefix(80))=")
      }
      guard name.hasPrefix("fact_") else {
        facts.append(FileFact(name, value))
        continue
      }
      guard let equals = value.firstIndex(of: "="),
        let long = EscapedText.decode(value[..<equals])
      else {
        throw FormatError(.jcamp, .malformed, at: record.offset, "##\(record.spelled.prefix(80))=")
      }
      facts.append(FileFact(long, String(value[value.index(after: equals)...])))
    }
    guard facts.contains(where: { $0.name == ContentFacts.prefix + "emulated" }) else { return [] }
    guard block.hasChecksum else {
      throw FormatError(
        .jcamp, .missing, at: block.offset, "##$\(JCAMPDocument.checksumLabel)=, its checksum")
    }
    return facts
  }
}
