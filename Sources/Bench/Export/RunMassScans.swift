internal import Formats
internal import Instruments
internal import Journal
internal import Laboratory
internal import ScanRing

/// The mass scans of a run, read from its journal one by one as often as they are asked for.
///
/// Of a scanning mass spectrometer its raw counts, of an instrument that says what it measures the
/// numbers of the wire; masses rising. Scans that are not believed are passed over, and show as a
/// jump of the numbers.
struct RunMassScans: MassScanSource {
  let kind: MassScanSeries.Kind
  let hasSelectedMasses: Bool
  let unit: String
  /// Amperes of ion current a count, of a scanning mass spectrometer alone.
  let amperesPerCount: Double?
  private let bench: Bench
  private let run: RunID

  /// The scans of a run; nil where its instrument gives none, or none is believed.
  init?(of record: RunRecord, _ bench: Bench) throws(Failure) {
    (self.bench, run) = (bench, record.run)
    let source = Reprocessing(bench: bench)
    var reader = try source.open(record.run)
    switch try source.interpreter(reader.header) {
    case .array: return nil
    case .series(let interpreter):
      guard interpreter.layout.isMass else { return nil }
      kind = interpreter.layout.kind == .massProfile ? .profile : .centroid
      (hasSelectedMasses, amperesPerCount) = (false, nil)
      unit = interpreter.layout.unit.symbol
    case .mass(let interpreter):
      var processor = Self.processor(interpreter, reader.header)
      var first: MassProcessor.Decoded?
      while first == nil, let entry = try source.next(&reader) {
        _ = try processor.consume(entry.header, entry.content)
        first = processor.takeScan()
      }
      guard let layout = first?.layout else { return nil }
      kind = layout.kind == .profile ? .profile : .centroid
      hasSelectedMasses = layout.kind == .selected
      unit = Unit.counts.symbol
      amperesPerCount = layout.amperesPerCount
    }
  }

  func forEachScan(
    _ body: (Formats.MassScan) throws(Failure) -> Void
  ) throws(Failure) {
    let source = Reprocessing(bench: bench)
    var reader = try source.open(run)
    switch try source.interpreter(reader.header) {
    case .array: break
    case .series(let interpreter):
      var scan = SeriesScan()
      let kind = reader.header.kind.recordKind
      while let entry = try source.next(&reader) {
        guard entry.header.kind == kind else { continue }
        do throws(DriverError) { try interpreter.decode(entry.content.span, &scan) } catch {
          throw RunProcessor.notDecodable(entry.header, error)
        }
        guard let number = Int(exactly: scan.number) else {
          throw RunProcessor.notDecodable(
            entry.header, .unexpectedAnswer(what: "The number of a scan", detail: "\(scan.number)"))
        }
        try body(Self.rising(number, scan.times.first ?? 0, scan.massToCharge, scan.values))
      }
    case .mass(let interpreter):
      var processor = Self.processor(interpreter, reader.header)
      while let entry = try source.next(&reader) {
        _ = try processor.consume(entry.header, entry.content)
        guard let scan = processor.takeScan() else { continue }
        guard (scan.layout.kind == .profile) == (kind == .profile) else {
          throw MassProcessor.kindsMixed
        }
        try body(Self.rising(scan.number, scan.time, scan.layout.massToCharge, scan.counts))
      }
    }
  }

  private static func processor(
    _ interpreter: MassInterpreter, _ header: JournalHeader
  ) -> MassProcessor {
    // A mean of every single scan holds nothing beyond it.
    MassProcessor(
      interpreter: interpreter, settings: header.settings, averageEvery: 1,
      kind: header.kind.recordKind, keepsTraces: false)
  }

  /// Formats want masses that rise; those that were asked for may stand in any order.
  private static func rising(
    _ number: Int, _ time: Double, _ mz: [Double], _ values: [Double]
  ) -> Formats.MassScan {
    let falls = zip(mz, mz.dropFirst()).contains { $0 > $1 }
    guard falls else {
      return .init(number: number, time: time, massToCharge: mz, intensity: values)
    }
    let order = mz.indices.sorted { (mz[$0], $0) < (mz[$1], $1) }
    return .init(
      number: number, time: time, massToCharge: order.map { mz[$0] },
      intensity: order.map { values[$0] })
  }
}
