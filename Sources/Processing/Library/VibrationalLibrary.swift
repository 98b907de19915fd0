public import Instruments
public import Laboratory

/// One spectrum of a library of infrared, Raman or ultraviolet spectra.
public struct VibrationalLibraryEntry: Sendable, Hashable {
  /// The substance.
  public var record: LibraryRecord
  /// The spectrum as the library has it; absorbance for infrared, not transmittance.
  public var spectrum: MeasuredSpectrum

  /// Makes an entry.
  public init(record: LibraryRecord, spectrum: MeasuredSpectrum) {
    self.record = record
    self.spectrum = spectrum
  }
}

/// A library of vibrational spectra made ready for one kind of search.
///
/// Its spectra stand prepared on one grid, 8 bytes a point (16 where derivatives rank); a search reads
/// it from any thread. Records that cannot be used do not stop the others: they are in `refused`.
public final class VibrationalLibrary: Sendable {
  /// A record that cannot be found, and why.
  public struct Refusal: Sendable, Hashable {
    /// Which record, from 0 in the order of the library.
    public var index: Int
    /// The name of the substance.
    public var name: String
    /// Why.
    public var error: VibrationalError
  }

  /// Which library it is.
  public let source: LibrarySource
  /// How it is searched.
  public let search: VibrationalSearch
  /// What its axes mean.
  public let axis: Axis.Kind
  /// The substances, in the order of the library.
  public let records: [LibraryRecord]
  /// Which records are of the same substance.
  public let substances: SubstanceGroups
  /// The records that cannot be found.
  public let refused: [Refusal]

  /// One prepared record.
  struct Row: Sendable {
    /// The record.
    var record: Int
    /// The points that can be compared, of what ranks.
    var available: [Range<Int>]
    /// The points of the spectrum itself.
    var measured: [Range<Int>]
    /// The contiguous points of the spectrum.
    var spans: [Range<Int>]
    /// Mean and length of what ranks, over `available`.
    var moments: VibrationalMoments
  }

  let preparation: VibrationalPreparation
  private let sameSubstance: [[String]]
  let rows: [Row]
  /// The prepared spectra, row after row.
  let values: [Double]
  /// Their derivatives where these rank, else empty: what ranks is in `values`.
  let derivatives: [Double]
  /// How many points a row has.
  var width: Int { preparation.grid.places.count }

  /// What ranks, row after row.
  var ranked: [Double] { derivatives.isEmpty ? values : derivatives }

  /// Prepares a library.
  ///
  /// - `axis`: what the axes of its spectra mean; records of another kind are refused.
  /// - `sameSubstance`: names that mean one substance (2-butanone, methyl ethyl ketone), capitals
  ///   aside, for records that have neither InChIKey nor CAS number.
  /// - Throws: `VibrationalError.parameter`, `axisInChannels` for a library on channels.
  public convenience init(
    _ entries: [VibrationalLibraryEntry], source: LibrarySource, axis: Axis.Kind = .ramanShift,
    search: VibrationalSearch = VibrationalSearch(), sameSubstance: [[String]] = []
  ) throws(VibrationalError) {
    guard axis != .channel else { throw .axisInChannels }
    let preparation = try VibrationalPreparation(search)
    // In parts, so that a large library is not in memory three times.
    let prepared = stride(from: 0, to: entries.count, by: 512).flatMap { begin in
      preparation.prepare(
        all: entries[begin..<min(entries.count, begin + 512)].map {
          ($0.spectrum.axis.values, $0.spectrum.values, $0.spectrum.saturated)
        })
    }
    try self.init(
      zip(entries, prepared).map { entry, result in
        let kind = entry.spectrum.axis.kind
        if kind == .channel { return (entry.record, .failure(.axisInChannels)) }
        guard kind == axis else {
          return (
            entry.record,
            .failure(.axisOfAnotherKind(found: kind.rawValue, library: axis.rawValue))
          )
        }
        return (entry.record, result)
      }, preparation, source: source, axis: axis, sameSubstance: sameSubstance)
  }

  /// Ranks what is prepared.
  private init(
    _ prepared: [(LibraryRecord, Result<VibrationalPreparation.Prepared, VibrationalError>)],
    _ preparation: VibrationalPreparation, source: LibrarySource, axis: Axis.Kind,
    sameSubstance: [[String]]
  ) throws(VibrationalError) {
    let search = preparation.search
    self.source = source
    self.search = search
    self.axis = axis
    self.preparation = preparation
    self.sameSubstance = sameSubstance
    records = prepared.map(\.0)
    substances = SubstanceGroups(Self.named(alike: sameSubstance, records))
    var (rows, refused): ([Row], [Refusal]) = ([], [])
    var (values, derivatives): ([Double], [Double]) = ([], [])
    values.reserveCapacity(prepared.count * preparation.grid.places.count)
    for (index, (record, result)) in prepared.enumerated() {
      do throws(VibrationalError) {
        let spectrum = try result.get()
        let ranked =
          search.ranking == .derivative ? try preparation.derivative(spectrum) : spectrum
        let available = ranked.available
        try preparation.look(overlap: available)
        let moments = ranked.values.withLanes {
          VibrationalMoments($0, at: 0, over: available, centred: search.ranking.isCentred)
        }
        guard moments.norm > 0, moments.norm.isFinite else { throw .constant }
        rows.append(
          Row(
            record: index, available: available, measured: spectrum.available,
            spans: spectrum.spans, moments: moments))
        values += spectrum.values
        if search.ranking == .derivative { derivatives += ranked.values }
      } catch { refused.append(Refusal(index: index, name: record.name, error: error)) }
    }
    self.rows = rows
    self.refused = refused
    self.values = values
    self.derivatives = derivatives
  }

  /// The same prepared spectra with other limits or another ranking, or without some substances.
  ///
  /// Costs little, as nothing is prepared again. `without`: names, as they are spelled.
  /// - Throws: `VibrationalError.parameter` where the search asks for another preparation (regions,
  ///   step, curve, baseline, cut), or where derivatives rank here and may have refused records.
  public func adapted(
    to search: VibrationalSearch, without names: Set<String> = []
  ) throws(VibrationalError) -> VibrationalLibrary {
    var alike = search
    alike.derivativeWindow = self.search.derivativeWindow
    alike.ranking = self.search.ranking
    alike.leastOverlap = self.search.leastOverlap
    alike.leastScore = self.search.leastScore
    alike.leastMargin = self.search.leastMargin
    alike.listed = self.search.listed
    guard alike == self.search, self.search.ranking != .derivative,
      search.leastOverlap >= self.search.leastOverlap
    else {
      throw .parameter(
        name: "step", value: search.step, allowed: "prepared as the library that it is made of")
    }
    let errors = Dictionary(
      refused.map { ($0.index, $0.error) }, uniquingKeysWith: { first, _ in first })
    let rowOf = Dictionary(
      rows.enumerated().map { ($0.element.record, $0.offset) },
      uniquingKeysWith: { first, _ in first })
    return try VibrationalLibrary(
      records.indices.filter { !names.contains(records[$0].name) }.map { record in
        guard let row = rowOf[record] else {
          return (records[record], .failure(errors[record] ?? .constant))
        }
        return (records[record], .success(prepared(row)))
      }, VibrationalPreparation(search), source: source, axis: axis,
      sameSubstance: sameSubstance)
  }

  /// A row as it was prepared.
  func prepared(_ row: Int) -> VibrationalPreparation.Prepared {
    VibrationalPreparation.Prepared(
      values: Array(values[row * width..<(row + 1) * width]), spans: rows[row].spans,
      // What its spans have more than the points that can be compared.
      holes: VibrationalGrid.cut(rows[row].spans, rows[row].measured))
  }

  /// The records, each under the first of the names that are declared to mean the same.
  private static func named(
    alike: [[String]], _ records: [LibraryRecord]
  ) -> [LibraryRecord] {
    var first: [String: String] = [:]
    for names in alike {
      // A name in two lists joins them.
      let known = names.lazy.compactMap { first[$0.lowercased()] }.first
      guard let common = known ?? names.first?.lowercased() else { continue }
      for name in names {
        if let old = first[name.lowercased()], old != common {
          for (other, target) in first where target == old { first[other] = common }
        }
        first[name.lowercased()] = common
      }
    }
    return records.map { record in
      var record = record
      record.name = first[record.name.lowercased()] ?? record.name
      return record
    }
  }

  /// The text whose SHA-256 is the library's hash: names and numbers to the bit, record by record.
  public static func hashedText(_ entries: [VibrationalLibraryEntry]) -> String {
    entries.map { entry in
      let spectrum = entry.spectrum
      func bits(_ values: [Double]) -> String {
        values.map { String($0.bitPattern, radix: 16) }.joined(separator: " ")
      }
      return [
        entry.record.name, entry.record.inchiKey ?? "", entry.record.cas ?? "",
        spectrum.axis.kind.rawValue, spectrum.ordinate.rawValue, bits(spectrum.axis.values),
        bits(spectrum.values),
      ].joined(separator: "\n")
    }.joined(separator: "\n\n")
  }
}
