internal import Instruments
internal import Laboratory

/// Reads mzML 1.1, indexed or not: mass spectra, chromatograms, spectra over wavelength.
///
/// Tag by tag, no tree is made of it. What a value means is taken from the accessions of the
/// vocabulary, never from names. Spectra of MS level 2 and more are not read, which is said, as is
/// that numpress has rounded numbers. Other compressions than zlib and numpress are refused by name.
/// Where the file carries its own SHA-1, it must fit; the index is not needed and not followed.
/// A file of ours gives back what it was made from.
///
/// Source: PSI mzML 1.1.0 and the PSI-MS vocabulary 4.1.257.
public enum MzMLReader {
  /// Reads a file.
  public static func read(_ bytes: [UInt8], zone: String = "") throws(FormatError) -> ReadSource {
    var warnings: [String] = []
    try checkSum(bytes, &warnings)
    var scanner = try XMLScanner(bytes, format: .mzml)
    var document = MzMLDocument(zone: zone)
    document.warnings = warnings
    document.room = min(bytes.count / 8, 1 << 26)
    while let event = try scanner.next() {
      switch event {
      case .start(let tag): try document.begin(tag)
      case .text(let text): document.take(text)
      case .end(let name): try document.end(name)
      }
    }
    return try document.finish()
  }

  /// Compares the file's own SHA-1, which is over all bytes up to the tag that holds it.
  private static func checkSum(_ bytes: [UInt8], _ warnings: inout [String]) throws(FormatError) {
    let mark = Array("<fileChecksum>".utf8)
    let tail = max(0, bytes.count - 4096)
    guard let found = bytes[tail...].firstRange(of: mark) else { return }
    let said = ForeignText.decode(bytes[found.upperBound...].prefix { $0 != UInt8(ascii: "<") })
      .trimmingBlanks().lowercased()
    guard said.count == 40, said.allSatisfy(\.isHexDigit) else {
      warnings.append("the file's own checksum is none: \(ForeignText.plain(said, most: 50))")
      return
    }
    let own = SHA1.text(bytes[..<found.upperBound])
    guard own == said else {
      throw FormatError(
        .mzml, .checksum, at: found.lowerBound, "the file says \(said), its bytes give \(own)")
    }
  }
}
