internal import Instruments
public import Laboratory
public import Methods

/// One mass scan on its way into a file.
public struct MassScan: Sendable, Hashable {
  /// The number of the scan in its run, from 0; a jump is a gap.
  public var number: Int
  /// When it was measured, seconds since the injection or the run's first scan.
  public var time: Double
  /// Mass-to-charge ratios, not falling.
  public var massToCharge: [Double]
  /// As many intensities, in the unit of the source.
  public var intensity: [Double]

  /// Makes a scan.
  public init(number: Int, time: Double, massToCharge: [Double], intensity: [Double]) {
    self.number = number
    self.time = time
    self.massToCharge = massToCharge
    self.intensity = intensity
  }
}

/// Mass scans that are read one after the other, as often as a writer needs them, so that a run of
/// any length fits in memory.
public protocol MassScanSource: Sendable {
  /// Whether pairs are one a peak, or steps over the peaks.
  var kind: MassScanSeries.Kind { get }
  /// Whether only masses that were asked for were measured (SIM).
  var hasSelectedMasses: Bool { get }
  /// The unit of the intensities (`counts`, `counts_per_s`, `A`).
  var unit: String { get }
  /// How many scans there are and how many pairs they have together, where that is known before the
  /// last of them was asked for; a format that must know it then needs one pass less.
  var extent: (scans: Int, points: Int)? { get }
  /// Gives every scan in order, the same ones at every call; throws what `body` throws, and what is
  /// wrong with the source.
  func forEachScan(_ body: (MassScan) throws(Failure) -> Void) throws(Failure)
}

extension MassScanSource {
  /// Not known.
  public var extent: (scans: Int, points: Int)? { nil }
}

extension MassScanSeries: MassScanSource {
  /// Not known of a series in memory.
  public var hasSelectedMasses: Bool { false }

  /// Known from the beginning.
  public var extent: (scans: Int, points: Int)? { (count, massToCharge.count) }

  /// Gives every scan in order.
  public func forEachScan(_ body: (MassScan) throws(Failure) -> Void) throws(Failure) {
    for scan in 0..<count {
      let range = range(of: scan)
      try body(
        MassScan(
          number: scan, time: times[scan], massToCharge: Array(massToCharge[range]),
          intensity: Array(intensity[range])))
    }
  }
}

/// What is to be written: the numbers of a run or of a file, and what is known of them.
///
/// Signals and spectra stand in memory, mass scans are asked for one by one.
public struct ExportContent: Sendable {
  /// Who, when, with what, and what became of it.
  public var head: ExportHead
  /// Signals against time.
  public var traces: [Trace]
  /// Spectra, each with its axis.
  public var spectra: [MeasuredSpectrum]
  /// Mass scans over time.
  public var massScans: (any MassScanSource)?
  /// Peaks as reported, or as the run's method found them.
  public var peaks: [ReportedPeak]
  /// Partial pressures.
  public var pressures: [PartialPressure]

  /// Makes a content of nothing but its head.
  public init(head: ExportHead) {
    self.head = head
    traces = []
    spectra = []
    peaks = []
    pressures = []
  }

  /// Makes the content of a measurement in memory.
  public init(_ measurement: Measurement, head: ExportHead) {
    self.init(head: head)
    traces = measurement.traces
    spectra = measurement.spectra
    massScans = measurement.massScans
    peaks = measurement.reportedPeaks
    pressures = measurement.pressures
  }

  /// Makes the content of a file that was read, to write it in another format.
  ///
  /// `sha256` is that of the file's bytes; `software` names this program and its version.
  public init(_ source: ReadSource, file: String, sha256: String, software: String) {
    let head = ExportHead(source, file: file, sha256: sha256, software: software)
    self.init(source.measurement, head: head)
  }

  /// Whether there is nothing to write.
  public var isEmpty: Bool { traces.isEmpty && spectra.isEmpty && massScans == nil }

  /// The technique, as the head says it or as the numbers show it; nil where they do not.
  ///
  /// Whether a separation is by gas or liquid is never guessed from numbers.
  public var technique: Method.Technique? {
    if let technique = head.technique { return technique }
    switch spectra.first?.axis.kind {
    case .ramanShift?: return .raman
    case .wavenumber?: return .ftir
    case .wavelength?: return .ultravioletVisible
    case .channel?, .massToCharge?, nil: return nil
    }
  }

  /// All that a file must be able to say again exactly: the facts of the head, and those without
  /// which the numbers would read back as something else.
  public var exactFacts: [FileFact] { head.facts + ContentFacts.make(self) }
}
