/// The facts of a content in attributes of our own, which other programs pass over.
///
/// `gauger_NAME` has the value word by word; a name that netCDF cannot spell, or that stands there
/// already, gets `gauger_fact_1` with `NAME=VALUE`. All of it is printable ASCII by ``EscapedText``.
enum PrivateFields {
  static let prefix = "gauger_"
  private static let numbered = "gauger_fact_"
  /// Names that are not facts.
  private static let taken: Set<String> = ["gauger_crc32"]

  /// The attributes of facts, in their order.
  static func attributes(_ facts: [FileFact]) -> [NetCDFLayout.Attribute] {
    var attributes: [NetCDFLayout.Attribute] = []
    var names: [String: String] = [:]
    var count = 0
    for fact in facts {
      let name = prefix + fact.name
      // The same fact twice is one.
      if let said = names[name], said.unicodeScalars.elementsEqual(fact.value.unicodeScalars) {
        continue
      }
      let value = EscapedText.encode(fact.value, isPlain: \.isPrintableASCII)
      if isSpellable(name), names[name] == nil {
        attributes.append(.init(name: name, value: .text(Array(value.utf8))))
        names[name] = fact.value
      } else {
        count += 1
        let spelled = EscapedText.encode(fact.name) { $0.isPrintableASCII && $0 != "=" }
        attributes.append(
          .init(name: "\(numbered)\(count)", value: .text(Array("\(spelled)=\(value)".utf8))))
      }
    }
    return attributes
  }

  /// The facts of a file of ours, in the order of the file; empty where it has none.
  static func facts(_ file: NetCDFFile) throws(FormatError) -> [FileFact] {
    var facts: [FileFact] = []
    for attribute in file.attributes
    where attribute.name.hasPrefix(prefix) && !taken.contains(attribute.name) {
      let text = file.text(attribute) ?? ""
      if attribute.name.hasPrefix(numbered) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let name = EscapedText.decode(parts[0]),
          let value = EscapedText.decode(parts[1])
        else { throw broken(attribute) }
        facts.append(FileFact(name, value))
      } else {
        guard let value = EscapedText.decode(text) else { throw broken(attribute) }
        facts.append(FileFact(String(attribute.name.dropFirst(prefix.count)), value))
      }
    }
    return facts
  }

  private static func broken(_ attribute: NetCDFFile.Attribute) -> FormatError {
    FormatError(.netcdf, .malformed, at: attribute.place, "the text of \(attribute.name)")
  }

  private static func isSpellable(_ name: String) -> Bool {
    !taken.contains(name) && !name.hasPrefix(numbered) && name.utf8.count <= 120
      && name.utf8.allSatisfy {
        ($0 >= 48 && $0 <= 57) || ($0 >= 65 && $0 <= 90) || ($0 >= 97 && $0 <= 122) || $0 == 95
      }
  }
}
