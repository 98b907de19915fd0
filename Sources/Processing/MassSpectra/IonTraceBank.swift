public import Instruments
public import Laboratory

/// Which masses an extracted-ion trace sums: all within a tolerance of one, both edges included.
public struct IonTarget: Sendable, Hashable, Codable {
  /// The mass-to-charge ratio in the middle.
  public var massToCharge: Double
  /// How far a mass may be from it, in m/z: |m - mass| <= tolerance.
  public var tolerance: Double

  /// Makes a target; 0.5 suits a quadrupole.
  public init(massToCharge: Double, tolerance: Double = 0.5) {
    self.massToCharge = massToCharge
    self.tolerance = tolerance
  }

  /// Makes a target with a tolerance in parts of a million of its mass.
  public init(massToCharge: Double, partsPerMillion: Double) {
    self.init(massToCharge: massToCharge, tolerance: massToCharge * partsPerMillion * 1e-6)
  }

  private enum CodingKeys: String, CodingKey {
    case massToCharge = "mz"
    case tolerance = "tolerance_mz"
  }

  /// Reads a mass with or without a tolerance.
  public init(from decoder: any Decoder) throws {
    let box = try decoder.container(keyedBy: CodingKeys.self)
    self.init(massToCharge: try box.decode(Double.self, forKey: .massToCharge))
    tolerance = try box.decodeIfPresent(Double.self, forKey: .tolerance) ?? tolerance
  }

  /// Throws where it is no window of masses.
  public func check() throws(MassSpectrumError) {
    guard massToCharge.isFinite, massToCharge > 0, tolerance.isFinite, tolerance >= 0,
      tolerance < massToCharge / 2
    else {
      throw MassSpectrumError(
        .parameter, "an ion at m/z \(massToCharge) within \(tolerance) is no window of masses")
    }
  }

  /// The first and last number that fulfil |m - mass| <= tolerance as it is computed.
  var edges: (low: Double, high: Double) {
    var (low, high) = (massToCharge - tolerance, massToCharge + tolerance)
    // Differences of numbers this near one another are exact, so a step or two decides.
    while massToCharge - low > tolerance { low = low.nextUp }
    while massToCharge - low.nextDown <= tolerance { low = low.nextDown }
    while high - massToCharge > tolerance { high = high.nextDown }
    while high.nextUp - massToCharge <= tolerance { high = high.nextUp }
    return (low, high)
  }
}

/// The values of all traces of one scan.
public struct IonRow: Sendable, Hashable {
  /// The number of the scan in its run.
  public var scan: Int
  /// Its retention time in seconds.
  public var time: Double
  /// What its points are marked with.
  public var flags: Trace.Flags
  /// One value a trace, in the order of `IonTraceBank.names`.
  public var values: [Double]
}

/// Makes the total, the base peak and extracted-ion signals of each scan as it comes.
///
/// In the order of ``names``: `tic`, the sum of all intensities; `base_peak`, the largest;
/// `base_peak_mz`, its mass, the lower of two equal ones; then one a target, `mz140.2`. A scan
/// without pairs has 0 in all of them. Sums run over the pairs in their order, in Double.
///
/// A scan with NaN, falling masses or a time that does not rise is left out and counted in
/// ``refused``; the next point is marked `afterGap`, as where the scans' numbers jump. Nothing is
/// interpolated.
///
/// Holds a fixed number of bytes a target, whatever the length of the run.
public struct IonTraceBank: Stage, Sendable {
  /// The names of the traces: `tic`, `base_peak`, `base_peak_mz`, `mz140.2`, ...
  public let names: [String]
  /// How many scans were left out, by why.
  public private(set) var refused: [MassPairScan.Fault: Int] = [:]
  /// A target with its exact edges and its place in a row.
  private struct Window {
    var low: Double
    var high: Double
    var place: Int
  }

  private let windows: [Window]
  private var expected: Int?
  private var lastTime = -Double.infinity
  private var gap = false

  /// Makes a bank for these ions, in any order; overlapping windows are allowed.
  ///
  /// - Throws: `MassSpectrumError` where a target is no window of masses.
  public init(targets: [IonTarget]) throws(MassSpectrumError) {
    var windows: [Window] = []
    for (index, target) in targets.enumerated() {
      try target.check()
      let (low, high) = target.edges
      windows.append(Window(low: low, high: high, place: Self.fixed.count + index))
    }
    windows.sort { ($0.low, $0.place) < ($1.low, $1.place) }
    self.windows = windows
    names = Self.fixed + SelectedIonStage.names(of: targets.map(\.massToCharge))
  }

  /// Takes one scan and gives its row; nothing where it is left out.
  public mutating func step(_ scan: MassPairScan) -> [IonRow] {
    let fault = scan.fault ?? (scan.time > lastTime ? nil : .timeNotRising)
    // The first scan of a run has nothing before it, unless its number says so.
    let jumped = scan.number != expected ?? 0
    expected = scan.number &+ 1
    if let fault {
      refused[fault, default: 0] += 1
      gap = true
      return []
    }
    var flags = scan.marks
    if jumped || gap { flags.insert(.afterGap) }
    gap = false
    lastTime = scan.time
    return [IonRow(scan: scan.number, time: scan.time, flags: flags, values: values(of: scan))]
  }

  /// Gives nothing: no scan is held back.
  public consuming func finish() -> [IonRow] { [] }

  private func values(of scan: MassPairScan) -> [Double] {
    var values = [Double](repeating: 0, count: names.count)
    let (masses, intensities) = (scan.massToCharge, scan.intensity)
    var (total, base, baseMass) = (0.0, 0.0, 0.0)
    for (mass, intensity) in zip(masses, intensities) {
      total += intensity
      if intensity > base { (base, baseMass) = (intensity, mass) }
    }
    (values[0], values[1], values[2]) = (total, base, baseMass)
    var first = 0
    for window in windows {
      while first < masses.count, masses[first] < window.low { first += 1 }
      var (index, sum) = (first, 0.0)
      while index < masses.count, masses[index] <= window.high {
        sum += intensities[index]
        index += 1
      }
      values[window.place] = sum
    }
    return values
  }

  /// How many bytes the state takes.
  public var stateByteCount: Int {
    MemoryLayout<Self>.size + windows.count * MemoryLayout<Window>.stride
      + MassPairScan.Fault.allCases.count * 32
  }

  private static let fixed = ["tic", "base_peak", "base_peak_mz"]
}

/// Collects the rows of a bank into traces, 8 bytes a value and 25 a scan and trace.
public struct IonTraces: Sendable {
  /// The traces, in the order of the bank's names.
  public private(set) var traces: [Trace]

  /// Makes traces without points; `unit` is that of the intensities.
  public init(names: [String], unit: Unit = .counts) {
    traces = names.map { name in
      Trace(name: name, unit: name == IonTraces.baseMass ? .massToCharge : unit)
    }
  }

  /// Adds a row to each trace.
  public mutating func append(_ row: IonRow) {
    for index in traces.indices {
      traces[index].append(
        scan: row.scan, time: row.time, value: row.values[index], flags: row.flags)
    }
  }

  private static let baseMass = "base_peak_mz"
}

extension MassScanSeries {
  /// The total, base-peak and extracted-ion traces of the series, to the bit those of the bank as
  /// the scans come.
  ///
  /// - Throws: `MassSpectrumError` where a target is no window of masses.
  public func traces(
    of targets: [IonTarget]
  ) throws(MassSpectrumError) -> (traces: [Trace], refused: [MassPairScan.Fault: Int]) {
    var bank = try IonTraceBank(targets: targets)
    var collected = IonTraces(names: bank.names, unit: Unit(unit))
    for index in 0..<count {
      for row in bank.step(scan(index)) { collected.append(row) }
    }
    return (collected.traces, bank.refused)
  }
}
