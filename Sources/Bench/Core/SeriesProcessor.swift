internal import Instruments
internal import Laboratory
internal import Methods
internal import Processing
internal import ScanRing

/// The records of a run of an instrument that says what it measures in, signals and spectra out.
///
/// Mass scans are not kept: each gives one point of `tic`, `base_peak` and `base_peak_mz`, and the
/// pairs are read from the journal when a method needs them. Holds 25 bytes a point and signal.
struct SeriesProcessor {
  private let interpreter: SeriesInterpreter
  private let averageEvery: Int?
  private let kind: RecordKind
  private let keepsTraces: Bool
  private var scan = SeriesScan()
  private var signals: [Trace]
  private var bank: IonTraceBank?
  private var ions: IonTraces?
  private var mean = SeriesMean()
  /// The number that the next point or scan has where none is missing.
  private var expected: UInt64 = 0
  private var saturatedScans = 0
  private(set) var scans = 0
  /// The method's stages, fed as the record comes; what they find is provisional.
  private var live: LiveSeparation?
  private var findings: [LiveFinding] = []

  init(
    interpreter: SeriesInterpreter, averageEvery: Int?, kind: RecordKind, keepsTraces: Bool = true,
    live: LiveSeparation? = nil
  ) throws(Failure) {
    self.live = live
    self.interpreter = interpreter
    self.averageEvery = averageEvery
    self.kind = kind
    self.keepsTraces = keepsTraces
    let layout = interpreter.layout
    signals =
      layout.kind == .traces
      ? layout.channels.map { Trace(name: $0.name, unit: $0.unit) } : []
    guard layout.isMass else { return }
    let bank = try IonTraceBank.plain()
    (self.bank, ions) = (bank, IonTraces(names: bank.names, unit: layout.unit))
  }

  var layout: SeriesLayout { interpreter.layout }

  /// What was decoded last, and the traces as far as they have come.
  var newest: SeriesScan { scan }
  var traces: [Trace] { ions?.traces ?? signals }

  /// Takes the next record; gives the spectra that became final with it.
  mutating func consume(
    _ header: RecordHeader, _ content: [UInt8]
  ) throws(Failure) -> [Spectrum] {
    guard header.kind == kind else { return [] }
    do throws(DriverError) { try interpreter.decode(content.span, &scan) } catch {
      throw RunProcessor.notDecodable(header, error)
    }
    scans += 1
    if scan.isSaturated { saturatedScans += 1 }
    let marks: Trace.Flags = scan.number == expected ? [] : [.afterGap]
    expected = scan.number + (layout.kind == .traces ? UInt64(scan.times.count) : 1)
    switch layout.kind {
    case .traces: if keepsTraces { add(marks) }
    case .massCentroids, .massProfile: if keepsTraces { addIons(marks) }
    case .spectrum:
      mean.add(scan.values)
      if mean.count == averageEvery { return spectrum() }
    }
    return []
  }

  /// Gives the spectrum of the scans since the last one.
  mutating func finish() -> [Spectrum] { mean.count > 0 ? spectrum() : [] }

  /// What closed with the last record; taken once.
  mutating func takeFindings() -> [LiveFinding] {
    defer { findings = [] }
    return findings
  }

  private mutating func add(_ marks: Trace.Flags) {
    let width = signals.count
    for (point, time) in scan.times.enumerated() {
      for signal in 0..<width {
        signals[signal].append(
          scan: Int(scan.number) + point, time: time, value: scan.values[point * width + signal],
          flags: point == 0 ? marks : [])
        guard live != nil else { continue }
        let taken = TracePoint(
          time: time, value: scan.values[point * width + signal],
          isAfterGap: point == 0 && marks.contains(.afterGap))
        findings += live?.step(.point(trace: signals[signal].name, taken)) ?? []
      }
    }
  }

  private mutating func addIons(_ marks: Trace.Flags) {
    let pairs = MassPairScan(
      number: Int(scan.number), time: scan.times.first ?? 0, marks: marks,
      massToCharge: scan.massToCharge, intensity: scan.values)
    for row in bank?.step(pairs) ?? [] { ions?.append(row) }
    if live != nil { findings += live?.step(.scan(pairs)) ?? [] }
  }

  private mutating func spectrum() -> [Spectrum] {
    guard let axis = layout.axis else { return [] }
    defer { mean = SeriesMean() }
    let values = mean.values
    return [
      Spectrum(
        axis: axis, wavelengths: axis.kind == .wavelength ? axis.values : nil, intensity: values,
        unit: layout.unit, raw: values, dark: nil, saturated: [], scans: mean.count,
        steps: [
          ProcessingStep(
            "mean", .done, "the mean of the scans as the instrument sent them",
            numbers: ["scans": Double(mean.count)])
        ])
    ]
  }

  /// What was done, for the run's record.
  var steps: [ProcessingStep] {
    guard scans > 0 else { return [] }
    var steps = [
      ProcessingStep(
        "stream", .done, "\(layout.kind.rawValue) as the instrument sent them",
        numbers: ["scans": Double(scans), "saturated_scans": Double(saturatedScans)])
    ]
    for (fault, count) in (bank?.refused ?? [:]).sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      steps.append(
        ProcessingStep(
          "left-out", .refused, "\(count) scans: \(fault.rawValue)",
          numbers: ["scans": Double(count)]))
    }
    return steps
  }
}

/// The mean of spectra on one axis, summed in their order.
struct SeriesMean {
  private(set) var count = 0
  private var sums: [Double] = []

  mutating func add(_ values: [Double]) {
    if count == 0 {
      sums = values
    } else {
      for place in sums.indices { sums[place] += values[place] }
    }
    count += 1
  }

  var values: [Double] { count == 1 ? sums : sums.map { $0 / Double(count) } }
}

extension SeriesLayout {
  /// Whether scans are pairs of mass and intensity.
  var isMass: Bool { kind == .massCentroids || kind == .massProfile }
  /// The unit of the first channel.
  var unit: Unit { channels.first?.unit ?? .one }
}

extension IonTraceBank {
  /// A bank of the total and the base peak alone.
  static func plain() throws(Failure) -> IonTraceBank {
    do throws(MassSpectrumError) { return try IonTraceBank(targets: []) } catch {
      throw error.failure
    }
  }
}
