internal import Instruments
internal import Laboratory
internal import ScanRing

/// The last points of the signals of an instrument that says what it measures; bounded.
struct SeriesEye {
  private let interpreter: SeriesInterpreter
  private var processor: SeriesProcessor?
  private var former: [Trace] = []
  private var hasNews = false

  /// Spectra are shown as those of any other instrument.
  init?(_ interpreter: SeriesInterpreter) {
    guard interpreter.layout.kind != .spectrum else { return nil }
    self.interpreter = interpreter
    begin()
  }

  private mutating func begin() {
    // Without targets a bank can always be made.
    processor = try? SeriesProcessor(interpreter: interpreter, averageEvery: nil, kind: .frame)
  }

  /// Looks at a record; always true, so that nobody else does.
  mutating func see(_ header: RecordHeader, _ content: [UInt8]) -> Bool {
    // What cannot be decoded is passed over, as nothing is kept of it.
    guard header.kind == .frame, (try? processor?.consume(header, content)) != nil else {
      return true
    }
    hasNews = true
    let traces = processor?.traces ?? []
    if traces.first?.values.count ?? 0 >= LiveEye.traceScans {
      former = traces
      begin()
    }
    return true
  }

  /// The last points; nil where none came since the last picture.
  mutating func picture() -> [Trace]? {
    guard hasNews else { return nil }
    hasNews = false
    return (processor?.traces ?? []).enumerated().map { index, now in
      guard index < former.count else { return now }
      var joined = former[index]
      for point in now.values.indices {
        joined.append(
          scan: now.scans[point], time: now.times[point], value: now.values[point],
          flags: now.flags[point])
      }
      return joined.suffix(LiveEye.traceScans)
    }
  }
}
