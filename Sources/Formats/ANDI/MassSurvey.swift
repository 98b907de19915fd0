internal import Laboratory

/// What must be known of all mass scans before the first of them can be written: how many, how
/// large, and which type holds them exactly.
///
/// Refuses by name what ANDI/MS cannot hold: NaN and infinities, masses or times that fall.
struct MassSurvey {
  private(set) var scans = 0
  private(set) var points = 0
  /// Whether every mass is exact as a 32-bit float.
  private(set) var isMassNarrow = true
  /// Whether every intensity is.
  private(set) var isIntensityNarrow = true
  /// Whether each scan comes as long after the one before as the second after the first.
  private(set) var isUniform = true
  private(set) var mass = Extent()
  private(set) var intensity = Extent()
  private(set) var time = Extent()
  /// How far the farthest mass and intensity are from their 32-bit float.
  private(set) var massError = 0.0
  private(set) var intensityError = 0.0
  /// The sum of the intensities of the scan that was added last.
  private(set) var total = 0.0
  private let measuresErrors: Bool
  private var interval: Double?

  /// The smallest and the largest of numbers.
  struct Extent {
    var low = Double.infinity
    var high = -Double.infinity

    mutating func add(_ value: Double) {
      low = value < low ? value : low
      high = value > high ? value : high
    }
  }

  init(measuresErrors: Bool = false) { self.measuresErrors = measuresErrors }

  /// What is supposed of so many scans before they are seen.
  init(scans: Int, points: Int, isMassNarrow: Bool, isIntensityNarrow: Bool) {
    self.init()
    (self.scans, self.points) = (scans, points)
    (self.isMassNarrow, self.isIntensityNarrow) = (isMassNarrow, isIntensityNarrow)
  }

  /// Takes a scan into account.
  mutating func add(_ scan: ScanView) throws(FormatError) {
    let (masses, values) = (scan.massToCharge, scan.intensity)
    guard masses.count == values.count else {
      throw FormatError(
        .netcdf, .shape, "scan \(scans) has \(masses.count) masses, \(values.count) intensities")
    }
    guard scan.time.isFinite else {
      throw FormatError(.netcdf, .notFinite, "the time of scan \(scans)")
    }
    guard Int32(exactly: scan.number) != nil else {
      throw FormatError(.netcdf, .shape, "the number \(scan.number) of scan \(scans)")
    }
    total = 0
    try add(time: scan.time)
    try add(masses: masses)
    try add(intensities: values)
    scans += 1
    points += masses.count
  }

  private mutating func add(time moment: Double) throws(FormatError) {
    guard scans > 0 else {
      time.add(moment)
      return
    }
    guard moment >= time.high else {
      throw FormatError(
        .netcdf, .axis, "the time of scan \(scans) is \(moment), that before \(time.high)")
    }
    let step = moment - time.high
    if let interval { isUniform = isUniform && step == interval }
    interval = interval ?? step
    time.high = moment
  }

  private mutating func add(masses: ArraySlice<Double>) throws(FormatError) {
    guard let first = masses.first, let last = masses.last else { return }
    var previous = 0.0
    var isRising = true
    for mass in masses {
      isRising = (mass >= previous) && isRising
      previous = mass
    }
    guard isRising, last.isFinite else { throw wrong(masses) }
    mass.add(first)
    mass.add(last)
    if isMassNarrow { isMassNarrow = Self.isNarrow(masses) }
    if measuresErrors { massError = max(massError, Self.error(masses)) }
  }

  private mutating func add(intensities values: ArraySlice<Double>) throws(FormatError) {
    var (sum, low, high) = (0.0, intensity.low, intensity.high)
    for value in values {
      sum += value
      low = value < low ? value : low
      high = value > high ? value : high
    }
    // A sum of finite numbers is finite; one that is not cannot be the scan's total either.
    guard sum.isFinite else {
      let point = values.firstIndex { !$0.isFinite }.map { $0 - values.startIndex }
      throw FormatError(
        .netcdf, .notFinite,
        point.map { "intensity \($0) of scan \(scans) is \(values[values.startIndex + $0])" }
          ?? "the total of scan \(scans)")
    }
    (intensity.low, intensity.high, total) = (low, high, sum)
    if isIntensityNarrow { isIntensityNarrow = Self.isNarrow(values) }
    if measuresErrors { intensityError = max(intensityError, Self.error(values)) }
  }

  /// Whether every number is exact in 32 bits; without a branch, as most scans are looked at whole.
  private static func isNarrow(_ values: ArraySlice<Double>) -> Bool {
    var isWide = false
    for value in values { isWide = (Double(Float(value)) != value) || isWide }
    return !isWide
  }

  private func wrong(_ masses: ArraySlice<Double>) -> FormatError {
    let masses = Array(masses)
    for (point, mass) in masses.enumerated() {
      if !mass.isFinite {
        return FormatError(.netcdf, .notFinite, "mass \(point) of scan \(scans) is \(mass)")
      }
      let previous = point == 0 ? 0 : masses[point - 1]
      if mass < previous {
        return FormatError(
          .netcdf, .axis, "mass \(point) of scan \(scans) is \(mass), behind \(previous)")
      }
    }
    return FormatError(.netcdf, .axis, "the masses of scan \(scans)")
  }

  private static func error(_ values: ArraySlice<Double>) -> Double {
    values.reduce(0) { max($0, abs(Double(Float($1)) - $1)) }
  }
}
