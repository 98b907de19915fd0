internal import Acquisition
internal import Foundation
internal import Instruments
internal import Laboratory
internal import Processing
internal import ScanRing

/// The records of a run of a mass spectrometer in, mass spectra and traces out.
struct MassProcessor {
  private let interpreter: MassInterpreter
  private let averageEvery: Int?
  private let kind: RecordKind
  private var settings: Settings
  private var layout: MassScanLayout?
  private var stage: MassSpectrumStage?
  private var clock = MassScanClock()
  private var totals = TotalCurrentStage()
  private var selected = SelectedIonStage()
  private var counts: [Double] = []

  /// The scan of the last record, where it is believed.
  private var newest: Decoded?

  private let keepsTraces: Bool
  private let keepsScans: Bool
  /// Every scan that is believed, where they are kept; ion currents in A, masses rising.
  private(set) var scans: MassScanSeries?

  /// A scan as it was decoded, nothing computed.
  struct Decoded {
    /// The number in the run, from 0.
    var number: Int
    /// Seconds since the first request of the run.
    var time: Double
    /// Raw counts, one a point of the layout.
    var counts: [Double]
    /// What the points are.
    var layout: MassScanLayout
  }

  /// The scan of the last record, where it is believed; taken once.
  mutating func takeScan() -> Decoded? { newest.take() }

  /// Prepares for the first record; without traces the state does not grow with the scans.
  init(
    interpreter: MassInterpreter, settings: Settings, averageEvery: Int?, kind: RecordKind,
    keepsTraces: Bool = true, keepsScans: Bool = false
  ) {
    self.keepsScans = keepsScans
    self.keepsTraces = keepsTraces
    self.interpreter = interpreter
    self.settings = settings
    self.averageEvery = averageEvery
    self.kind = kind
  }

  /// Takes the next record; gives the spectra that became final with it.
  mutating func consume(
    _ header: RecordHeader, _ content: [UInt8]
  ) throws(Failure) -> [MassSpectrum] {
    switch header.kind {
    case .settings: return try take(settings: content, header)
    case kind: return try consumeFrame(header, content)
    case .refused:
      clock.skip(MonotonicInstant(nanoseconds: header.requested))
      return step(Self.unbelieved(header), try layoutInForce())
    case .gap:
      clock.lose(Self.count(in: content))
      return []
    default: return []
    }
  }

  /// Gives the spectrum of the scans since the last one.
  mutating func finish() -> [MassSpectrum] { stage.take()?.finish() ?? [] }

  /// The traces as far as they have come.
  var traces: [Trace] { totals.traces + selected.traces }

  /// Scans before and after a change are never averaged together: a spectrum ends here.
  private mutating func take(
    settings content: [UInt8], _ header: RecordHeader
  ) throws(Failure) -> [MassSpectrum] {
    do {
      let sent = try JSONDecoder().decode(Settings.self, from: Data(content))
      settings = settings.overlaid(with: sent)
    } catch {
      throw Failure(
        "settings-not-decodable", exit: .damaged,
        what: "Record \(header.sequence) of the run, its settings, cannot be read.",
        why: "Without them nobody knows which masses the scans behind it hold: \(error)",
        next: "The raw bytes are kept. Check the journal with: gauger runs verify RUN")
    }
    clock.change()
    layout = nil
    return finish()
  }

  private mutating func consumeFrame(
    _ header: RecordHeader, _ content: [UInt8]
  ) throws(Failure) -> [MassSpectrum] {
    let layout = try layoutInForce()
    let total = try decode(header, content, layout)
    let place = clock.place(MonotonicInstant(nanoseconds: header.requested))
    let scan = MassScan(
      number: place.number, nanoseconds: place.nanoseconds,
      flags: ScanFlags(rawValue: header.flags), marks: place.marks, counts: counts, total: total)
    if keepsTraces {
      _ = totals.step(scan)
      _ = selected.step(scan)
    }
    if keepsScans { try keep(scan, layout) }
    if scan.flags.isDisjoint(with: [.partial, .refused, .stale]) {
      newest = Decoded(
        number: scan.number, time: Double(scan.nanoseconds) / 1e9, counts: counts, layout: layout)
    }
    return step(scan, layout)
  }

  private mutating func keep(_ scan: MassScan, _ layout: MassScanLayout) throws(Failure) {
    guard scan.flags.isDisjoint(with: [.partial, .refused, .stale]) else { return }
    let kind: MassScanSeries.Kind = layout.kind == .profile ? .profile : .centroid
    // Taken out and put back, so that its arrays are not copied.
    var series = scans.take() ?? MassScanSeries(kind: kind, unit: Unit.ampere.symbol)
    defer { scans = series }
    guard series.kind == kind else {
      throw Self.kindsMixed
    }
    let order = layout.massToCharge.indices.sorted {
      (layout.massToCharge[$0], $0) < (layout.massToCharge[$1], $1)
    }
    series.append(
      time: Double(scan.nanoseconds) / 1e9, massToCharge: order.map { layout.massToCharge[$0] },
      intensity: order.map { scan.counts[$0] * layout.amperesPerCount })
  }

  private mutating func step(_ scan: MassScan, _ layout: MassScanLayout) -> [MassSpectrum] {
    if stage == nil { stage = MassSpectrumStage(layout: layout, averageEvery: averageEvery) }
    return stage?.step(scan) ?? []
  }

  /// What the frames hold; found once for each change of settings.
  private mutating func layoutInForce() throws(Failure) -> MassScanLayout {
    if let layout { return layout }
    let found: MassScanLayout
    do throws(DriverError) { found = try interpreter.layout(settings) } catch {
      throw error.failure
    }
    layout = found
    totals.begin(found)
    selected.begin(found)
    counts = [Double](repeating: 0, count: found.massToCharge.count)
    return found
  }

  /// Puts the raw counts of a frame into `counts`; gives the total where the frame carries it.
  private mutating func decode(
    _ header: RecordHeader, _ content: [UInt8], _ layout: MassScanLayout
  ) throws(Failure) -> Double? {
    do throws(DriverError) {
      let decode = interpreter.decode
      var span = counts.mutableSpan
      return try decode(content.span, layout, &span)
    } catch {
      throw RunProcessor.notDecodable(header, error)
    }
  }

  private static func unbelieved(_ header: RecordHeader) -> MassScan {
    var flags = ScanFlags(rawValue: header.flags)
    // A record of this kind is never believed, whatever its bits say.
    if flags.isDisjoint(with: [.partial, .refused, .stale]) { flags.insert(.refused) }
    return MassScan(number: 0, nanoseconds: 0, flags: flags, counts: [], total: nil)
  }

  private static func count(in content: [UInt8]) -> UInt64 {
    content.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Steps over the peaks and single peaks make no one series.
  static let kindsMixed = Failure(
    "run-kinds-mixed", exit: .failed,
    what: "The run holds steps over the peaks and single peaks.",
    why: "Its settings changed from one to the other on the way.",
    next: "Measure again with one kind of scan.")
}
