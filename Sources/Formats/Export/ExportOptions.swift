/// What a person may choose of how files are written; the standard is right for an archive.
public struct ExportOptions: Sendable, Hashable {
  /// How `XYDATA` of JCAMP-DX is packed.
  public enum Packing: String, Sendable, Hashable, CaseIterable {
    /// Numbers with blanks between them, which every reader takes.
    case affn
    /// Differences, a quarter of the size; not every reader takes it.
    case dif
  }

  /// How hard zlib streams are compressed, 1 to 12 of libdeflate.
  ///
  /// 6 and more gain some 3 % over 1 on scans, and take twice the time.
  public var compression = 6
  /// The packing of JCAMP-DX.
  public var packing = Packing.affn
  /// Whether ANDI masses and intensities are 32-bit floats though that rounds them.
  ///
  /// For old programs. The standard keeps 32 bits only where every value is exact in them.
  public var narrowNumbers = false
  /// Whether tables have semicolons and decimal commas, as spreadsheets in half of Europe want.
  public var decimalComma = false

  /// Makes the standard options.
  public init() {}
}
