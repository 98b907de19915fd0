public import Laboratory

/// One spectrum of a library of mass spectra.
public struct MassLibraryEntry: Sendable, Hashable {
  /// The substance.
  public var record: LibraryRecord
  /// The spectrum as the library has it.
  public var peaks: MassPeakList
  /// The lowest and highest mass that was scanned, where the library says so.
  public var scanRange: ClosedRange<Double>?
  /// The mass-to-charge ratio of the precursor, where it is a spectrum of fragments (MS/MS).
  public var precursor: Double?

  /// Makes an entry; the precursor is set where there is one.
  public init(
    record: LibraryRecord, peaks: MassPeakList, scanRange: ClosedRange<Double>? = nil
  ) {
    self.record = record
    self.peaks = peaks
    self.scanRange = scanRange
  }
}

/// A library of mass spectra made ready for one kind of search.
///
/// Its spectra are prepared as queries are, weighted, and indexed by mass; a search reads it from any
/// thread. Building takes time in proportion to its peaks, 12 bytes a peak in the index and 24
/// beside it.
public final class MassLibrary: Sendable {
  /// Which library it is.
  public let source: LibrarySource
  /// How it is searched.
  public let search: MassSearch
  /// How its spectra and the queries are prepared.
  public let preparation: MassPreparation
  /// The substances, in the order of the library.
  public let records: [LibraryRecord]
  /// Which records are of the same substance.
  public let substances: SubstanceGroups
  /// How many records have no peak after preparation, so that they are never found.
  public let emptyCount: Int

  let index: MassIndex
  /// The records of each substance.
  let members: [[Int]]
  /// The index of each record that is compared; NaN where it has none.
  let retentionIndices: [Double]
  let presearch: MassPresearchIndex?

  /// Prepares a library.
  ///
  /// - Throws: `MassSpectrumError` where a parameter is out of its range.
  public init(
    _ entries: [MassLibraryEntry], source: LibrarySource, search: MassSearch = MassSearch(),
    preparation: MassPreparation = MassPreparation()
  ) throws(MassSpectrumError) {
    try search.check()
    try preparation.check()
    guard entries.count < Int(UInt32.max) else {
      throw MassSpectrumError(.parameter, "a library of \(entries.count) spectra")
    }
    self.source = source
    self.search = search
    self.preparation = preparation
    records = entries.map(\.record)
    substances = SubstanceGroups(records)
    var members = [[Int]](repeating: [], count: substances.count)
    for (entry, group) in substances.group.enumerated() { members[group].append(entry) }
    self.members = members
    retentionIndices = records.map { search.retentionPenalty.index(of: $0) ?? .nan }
    index = MassIndex(entries, search: search, preparation: preparation)
    presearch = search.presearch.map { [index] in MassPresearchIndex(index, $0) }
    emptyCount = index.emptyCount
  }

  /// The spectrum of a record as it is compared: in bins, cut, the base peak 999.
  public func spectrum(_ record: Int) -> MassPeakList { index.spectrum(record) }
}
