/// One block of a JCAMP-DX file: its labelled records and, where it has one, its table of points.
public struct JCAMPDocument: Sendable, Hashable {
  /// One labelled record.
  public struct Record: Sendable, Hashable {
    /// The label as it stands in the file, `##` and `=` left out.
    public var label: String
    /// The lines of the value, comments removed, the first without its leading blanks.
    public var lines: [String]
    /// The byte of the file where the record begins.
    public var offset: Int

    /// The value as one text: quoted texts with their escapes undone, others joined by blanks.
    ///
    /// nil where an escape is broken.
    public var text: String? {
      guard let first = lines.first(where: { !$0.isEmpty }), first.hasPrefix("\"") else {
        return lines.map { $0.trimmingBlanks() }.filter { !$0.isEmpty }.joined(separator: " ")
      }
      let whole = lines.joined().trimmingBlanks()
      guard whole.count >= 2, whole.hasSuffix("\"") else { return nil }
      return EscapedText.decode(whole.dropFirst().dropLast())
    }
  }

  /// The records in the order of the file; the table stands as a record with its form alone.
  public var records: [Record]
  /// The abscissae of the table, factors applied; empty without a table.
  public var x: [Double]
  /// The ordinates of the table, factors applied; as many as abscissae.
  public var y: [Double]

  /// The first record of this label; case, blanks, `-`, `/` and `_` do not matter.
  public func record(_ label: String) -> Record? {
    let wanted = Self.normalized(label)
    return records.first { Self.normalized($0.label) == wanted }
  }

  /// The text of the first record of this label.
  public func text(_ label: String) -> String? { record(label)?.text ?? nil }

  /// The fact of a run that our writer put in under this snake_case name (`journal_sha256`).
  public func fact(_ name: String) -> String? { text("$" + Self.label(ofFact: name)) }

  /// The private label of a fact: `GAUGER JOURNAL SHA256`.
  static func label(ofFact name: String) -> String {
    "GAUGER "
      + EscapedText.readable(name).uppercased().replacing("_", with: " ")
      .replacing("=", with: " ").replacing("#", with: " ").replacing("$", with: " ")
  }

  static let checksumLabel = "GAUGER CRC32"

  static func normalized(_ label: String) -> String {
    String(label.uppercased().filter { !" -/_".contains($0) })
  }
}

extension StringProtocol {
  /// Without blanks and tabs at either end.
  func trimmingBlanks() -> String {
    var slice = self[...]
    while let first = slice.first, first == " " || first == "\t" { slice.removeFirst() }
    while let last = slice.last, last == " " || last == "\t" { slice.removeLast() }
    return String(slice)
  }
}
