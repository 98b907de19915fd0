internal import Instruments
internal import Laboratory
internal import Processing
internal import ScanRing

/// Turns the records of a live view into the newest picture; bounded, however long one looks.
struct LiveEye {
  /// How many scans the traces of a picture reach back.
  static let traceScans = 600

  private let interpreter: FrameInterpreter
  private let settings: Settings
  private var newest: [UInt8]?
  private var mass: MassProcessor?
  private var series: SeriesEye?
  private var spectrum: MassSpectrum?
  private var traces: [Trace] = []
  private var began: MonotonicInstant?

  init(interpreter: FrameInterpreter, settings: Settings) {
    self.interpreter = interpreter
    self.settings = settings
    if case .series(let interpreter) = interpreter { series = SeriesEye(interpreter) }
    guard case .mass(let interpreter) = interpreter else { return }
    mass = MassProcessor(
      interpreter: interpreter, settings: settings, averageEvery: 1, kind: .frame,
      keepsTraces: false)
  }

  /// Looks at a record; what cannot be decoded is passed over, as nothing is kept of it.
  mutating func see(_ header: RecordHeader, _ content: [UInt8]) {
    if series?.see(header, content) == true { return }
    guard mass != nil else {
      if header.kind == .frame { newest = content }
      return
    }
    guard let seen = try? mass?.consume(header, content), let last = seen.last else { return }
    spectrum = last
    let moment = MonotonicInstant(nanoseconds: header.requested)
    let first = began ?? moment
    began = first
    trace(last, at: first.duration(to: moment).inSeconds)
  }

  /// The picture of what came since the last one; none where nothing did.
  mutating func picture() -> LivePicture? {
    if let spectrum {
      self.spectrum = nil
      return .mass(spectrum, traces: traces)
    }
    if let traces = series?.picture() { return .traces(traces) }
    guard let content = newest else { return nil }
    newest = nil
    var output = RunOutput()
    do throws(Failure) {
      var processor = try RunProcessor(
        interpreter, RunProcessor.Recipe(settings: settings, kind: .frame))
      output = try processor.consume(RecordHeader(kind: .frame), content)
      output += processor.finish()
    } catch {
      return nil
    }
    return (output.spectra + output.series.spectra).first.map { .spectrum($0) }
  }

  /// Adds one scan to the traces, and lets go of what is too long ago.
  private mutating func trace(_ spectrum: MassSpectrum, at time: Double) {
    var points: [(name: String, value: Double)] = []
    if spectrum.kind == .selected {
      let names = SelectedIonStage.names(of: spectrum.massToCharge)
      points = Array(zip(names, spectrum.current)).map { (name: $0.0, value: $0.1) }
    } else if let total = spectrum.totalCurrent {
      points = [(TotalCurrentStage.totalCurrent, total)]
    } else {
      points = [(TotalCurrentStage.sumCurrent, spectrum.current.reduce(0, +))]
    }
    if traces.map(\.name) != points.map(\.name) {
      traces = points.map { Trace(name: $0.name, unit: .ampere) }
    }
    for (index, point) in points.enumerated() {
      traces[index].append(scan: spectrum.lastScan, time: time, value: point.value, flags: [])
      if traces[index].scans.count > 2 * Self.traceScans {
        traces[index] = traces[index].suffix(Self.traceScans)
      }
    }
  }
}
