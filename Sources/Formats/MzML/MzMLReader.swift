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
  /// From how many bytes on a file is read by several threads; what is found is the same.
  private static let long = 1 << 20

  /// Reads a file.
  public static func read(_ bytes: [UInt8], zone: String = "") throws(FormatError) -> ReadSource {
    try read(bytes, zone: zone, lanes: bytes.count < long ? 0 : 2)
  }

  /// Reads a file, its arrays by so many other threads, so many spectra at a time.
  static func read(
    _ bytes: [UInt8], zone: String, lanes: Int, piece: Int = 512
  ) throws(FormatError) -> ReadSource {
    var document = MzMLDocument(zone: zone, lanes: lanes, piece: piece)
    document.room = min(bytes.count / 8, 1 << 26)
    let stated = checksum(bytes, &document.warnings)
    let own = { @Sendable (end: Int) in SHA1.text(bytes[..<end]) }
    let sum = lanes > 0 ? Lane("mzml.sum", own) : nil
    if let stated {
      let end = stated.place + mark.count
      if let sum { sum.give(end) } else { try compare(own(end), stated) }
    }
    let found: Result<ReadSource, FormatError>
    do throws(FormatError) {
      found = .success(try parse(bytes, &document))
    } catch { found = .failure(error) }
    // A file that is not what was written is told so, whatever else it shows.
    if let stated, let sum { try compare(sum.take(), stated) }
    return try found.get()
  }

  private static func parse(
    _ bytes: [UInt8], _ document: inout MzMLDocument
  ) throws(FormatError) -> ReadSource {
    do throws(FormatError) {
      try document.read(bytes)
    } catch {
      // What is wrong with a spectrum before that place comes first.
      try document.settle()
      throw error
    }
    return try document.finish()
  }

  private static let mark = Array("<fileChecksum>".utf8)

  /// The file's own SHA-1, which is over all bytes up to and with the tag that holds it, and where
  /// that tag stands; nil where there is none.
  private static func checksum(
    _ bytes: [UInt8], _ warnings: inout [String]
  ) -> (text: String, place: Int)? {
    let tail = max(0, bytes.count - 4096)
    guard let found = bytes[tail...].firstRange(of: mark) else { return nil }
    let said = ForeignText.decode(bytes[found.upperBound...].prefix { $0 != UInt8(ascii: "<") })
      .trimmingBlanks().lowercased()
    guard said.count == 40, said.allSatisfy(\.isHexDigit) else {
      warnings.append("the file's own checksum is none: \(ForeignText.plain(said, most: 50))")
      return nil
    }
    return (said, found.lowerBound)
  }

  private static func compare(
    _ own: String, _ stated: (text: String, place: Int)
  ) throws(FormatError) {
    guard own == stated.text else {
      throw FormatError(
        .mzml, .checksum, at: stated.place,
        "the file says \(stated.text), its bytes give \(own)")
    }
  }
}
