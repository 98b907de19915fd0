public import Processing

/// Writes libraries of mass spectra in the text form of NIST.
///
/// ASCII, one peak a line, numbers that read back the same bits, records in their order: the same
/// library always gives the same bytes, and their SHA-256 is the library's. Characters that ASCII
/// lacks, and backslashes, stand as `\u{HEX}`.
public enum MSPWriter {
  /// The bytes of a library; empty without records.
  ///
  /// - Throws: `FormatError` where a record has no name or no peak.
  public static func write(_ entries: some Sequence<MassLibraryEntry>) throws(FormatError)
    -> [UInt8]
  {
    var bytes: [UInt8] = []
    for entry in entries {
      let record = entry.record
      guard !record.name.isEmpty else {
        throw FormatError(.msp, .text, "a record has no name")
      }
      guard entry.peaks.count > 0 else {
        throw FormatError(.msp, .shape, "\(record.name) has no peak")
      }
      var lines = ["Name: " + plain(record.name)]
      lines += record.synonyms.map { "Synon: " + plain($0) }
      if let key = record.inchiKey { lines.append("InChIKey: " + plain(key)) }
      if let formula = record.formula { lines.append("Formula: " + plain(formula)) }
      if let weight = record.molecularWeight {
        lines.append("MW: " + DecimalText.shortest(weight))
      }
      if let cas = record.cas { lines.append("CASNO: " + plain(cas)) }
      if !record.retentionIndices.isEmpty {
        let indices = record.retentionIndices.sorted { $0.key < $1.key }.map { phase, index in
          (phase.isEmpty ? "" : plain(phase) + "=") + DecimalText.shortest(index)
        }
        lines.append("Retention_index: " + indices.joined(separator: " "))
      }
      if let precursor = entry.precursor {
        lines.append("PrecursorMZ: " + DecimalText.shortest(precursor))
      }
      if let id = record.id { lines.append("ID: " + plain(id)) }
      if let comment = record.comment { lines.append("Comment: " + plain(comment)) }
      lines.append("Num Peaks: \(entry.peaks.count)")
      for (mass, intensity) in zip(entry.peaks.massToCharge, entry.peaks.intensity) {
        lines.append(DecimalText.shortest(mass) + " " + DecimalText.shortest(intensity))
      }
      bytes += Array((lines.joined(separator: "\n") + "\n\n").utf8)
    }
    return bytes
  }

  private static func plain(_ text: String) -> String {
    EscapedText.encode(text) { $0.isPrintableASCII }
  }
}
