internal import Instruments
internal import Journal
internal import Laboratory
internal import ScanRing

/// Reads what an instrument measured that says so itself, whole, from the journal of its run.
///
/// Numbers are those of the wire to the last bit, so that a run that was played and the file that it
/// was played from give the same measurement.
struct SeriesReading: Sendable {
  let bench: Bench

  /// The measurement of a run; nil where its instrument is of another kind.
  ///
  /// Without `scans` the mass scans are left out, which are too many for memory in a long run.
  func measurement(
    of record: RunRecord, scans: Bool = true
  ) throws(Failure) -> Laboratory.Measurement? {
    let source = Reprocessing(bench: bench)
    var reader = try source.open(record.run)
    guard case .series(let interpreter) = try source.interpreter(reader.header) else { return nil }
    var gathered = SeriesGathering(interpreter, kind: reader.header.kind.recordKind, scans: scans)
    while let entry = try source.next(&reader) { try gathered.add(entry.header, entry.content) }
    return gathered.measurement
  }
}

/// Gathers the scans of a run, one record after the other.
struct SeriesGathering {
  private let interpreter: SeriesInterpreter
  private let kind: RecordKind
  private var scan = SeriesScan()
  private var traces: [Trace]
  private var masses: MassScanSeries?
  private var spectra: [MeasuredSpectrum] = []
  private var expected: UInt64 = 0

  init(_ interpreter: SeriesInterpreter, kind: RecordKind, scans: Bool = true) {
    self.interpreter = interpreter
    self.kind = kind
    let layout = interpreter.layout
    traces =
      layout.kind == .traces ? layout.channels.map { Trace(name: $0.name, unit: $0.unit) } : []
    if layout.isMass, scans {
      masses = MassScanSeries(
        kind: layout.kind == .massProfile ? .profile : .centroid, unit: layout.unit.symbol)
    }
  }

  /// What was gathered.
  var measurement: Laboratory.Measurement {
    Laboratory.Measurement(
      traces: traces.filter { !$0.values.isEmpty }, massScans: masses, spectra: spectra)
  }

  /// Takes the next record; those that are no believed scans are passed over.
  mutating func add(_ header: RecordHeader, _ content: [UInt8]) throws(Failure) {
    guard header.kind == kind else { return }
    do throws(DriverError) { try interpreter.decode(content.span, &scan) } catch {
      throw RunProcessor.notDecodable(header, error)
    }
    let isBehindGap = scan.number != expected
    expected = scan.number + 1
    switch interpreter.layout.kind {
    case .traces:
      expected = scan.number + UInt64(scan.times.count)
      let width = traces.count
      for (point, time) in scan.times.enumerated() {
        for signal in 0..<width {
          traces[signal].append(
            scan: Int(scan.number) + point, time: time,
            value: scan.values[point * width + signal],
            flags: point == 0 && isBehindGap ? [.afterGap] : [])
        }
      }
    case .massCentroids, .massProfile:
      masses?.append(
        time: scan.times.first ?? 0, massToCharge: scan.massToCharge, intensity: scan.values)
    case .spectrum:
      guard let axis = interpreter.layout.axis else { return }
      let name = interpreter.layout.channels.first?.name ?? ""
      spectra.append(
        MeasuredSpectrum(
          name: "sample", axis: axis,
          ordinate: MeasuredSpectrum.Ordinate(rawValue: name) ?? .intensity, values: scan.values))
    }
  }
}
