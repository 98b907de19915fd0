public import Laboratory

/// A wavelength axis found again from the lines of a lamp.
///
/// Each line of the lamp is found as a centroid of channels, given the nearest tabulated line, and a
/// cubic is laid through them by least squares in the centred channel u = (i - n/2) / (n/2). Lines
/// farther from it than 3 standard deviations of the others are left out, the farthest first, one at
/// a time.
public struct WavelengthCalibration: Sendable, Hashable {
  /// How lines are found and judged.
  public struct Parameters: Sendable, Hashable, Codable {
    /// A peak belongs to the nearest tabulated line within this many nm.
    public var toleranceNanometres: Double
    /// How many channels the centroid is over; odd.
    public var centroidChannels: Int
    /// A peak must stand so many standard deviations of the noise above its neighbourhood.
    public var minimumSigmas: Double
    /// The width of the instrument at half height, nm; none: the median of the lines found.
    public var fwhmNanometres: Double?
    /// Lines farther from the cubic than this many standard deviations of the others are left out.
    public var rejectSigmas: Double
    /// Whether lines with a saturated channel enter the cubic; their centroids may be off.
    public var usesSaturatedLines: Bool
    /// How many lines must be left.
    public var minimumLines: Int
    /// How much of the axis, by wavelength, the lines left must span; 0 to 1.
    public var minimumCover: Double
    /// The degree of the polynomial.
    public var degree: Int

    /// Makes parameters.
    public init(
      toleranceNanometres: Double = 1, centroidChannels: Int = 7, minimumSigmas: Double = 10,
      fwhmNanometres: Double? = nil, rejectSigmas: Double = 3, usesSaturatedLines: Bool = false,
      minimumLines: Int = 6, minimumCover: Double = 0.6, degree: Int = 3
    ) {
      self.toleranceNanometres = toleranceNanometres
      self.centroidChannels = centroidChannels
      self.minimumSigmas = minimumSigmas
      self.fwhmNanometres = fwhmNanometres
      self.rejectSigmas = rejectSigmas
      self.usesSaturatedLines = usesSaturatedLines
      self.minimumLines = minimumLines
      self.minimumCover = minimumCover
      self.degree = degree
    }

    private enum CodingKeys: String, CodingKey {
      case degree
      case toleranceNanometres = "tolerance_nm"
      case centroidChannels = "centroid_channels"
      case minimumSigmas = "minimum_sigmas"
      case fwhmNanometres = "fwhm_nm"
      case rejectSigmas = "reject_sigmas"
      case usesSaturatedLines = "uses_saturated_lines"
      case minimumLines = "minimum_lines"
      case minimumCover = "minimum_cover"
    }
  }

  /// A tabulated line and where it was found.
  public struct FoundLine: Sendable, Hashable, Codable {
    /// The tabulated wavelength in air, nm.
    public var nanometres: Double
    /// The centroid, channels from 0.
    public var channel: Double
    /// What the axis said at that place before, minus the tabulated wavelength, nm.
    public var before: Double
    /// What the new axis says there, minus the tabulated wavelength, nm.
    public var after: Double
    /// The highest value of the line, as given.
    public var height: Double
    /// Whether a channel of the line was saturated: its centroid may be off.
    public var isSaturated: Bool
    /// Whether it was left out of the cubic.
    public var isRejected: Bool

    private enum CodingKeys: String, CodingKey {
      case nanometres = "line_nm"
      case channel, height
      case before = "before_nm"
      case after = "after_nm"
      case isSaturated = "saturated"
      case isRejected = "rejected"
    }
  }

  /// The new coefficients, nm by rising power of the channel from 0.
  public var coefficients: [Double]
  /// The lines, rising by wavelength, those left out among them.
  public var lines: [FoundLine]
  /// The standard deviation of the lines about the cubic, nm (divisor: lines minus coefficients).
  public var residualSigma: Double
  /// The largest distance of a used line from the cubic, nm.
  public var largestResidual: Double
  /// The part of the axis that the used lines span, 0 to 1.
  public var cover: Double
  /// The width at half height that neighbours were judged by, nm.
  public var fwhm: Double
  /// What was done.
  public var step: ProcessingStep

  /// Calibrates an axis.
  ///
  /// - `counts`: the dark-corrected lamp, a value a channel. `coefficients`: of the present axis, nm
  ///   in air by rising power of the channel. `saturated`: channels whose value is not known.
  /// - No cosmic-ray filter may have touched the counts: lines are as narrow as such spikes.
  public static func calibrate(
    counts: [Double], coefficients: [Double], lamps: [Lamp], saturated: [Int] = [],
    _ parameters: Parameters = Parameters()
  ) throws(SpectrumError) -> WavelengthCalibration {
    try parameters.look()
    let found = try LampLineFinder.find(
      counts: counts, coefficients: coefficients, lamps: lamps, saturated: saturated, parameters)
    return try fit(
      found.lines, fwhm: found.fwhm, channels: counts.count, present: coefficients, parameters)
  }

  /// Lays the polynomial through lines that were found.
  static func fit(
    _ found: [FoundLine], fwhm: Double, channels: Int, present: [Double], _ parameters: Parameters
  ) throws(SpectrumError) -> WavelengthCalibration {
    var lines = found
    for index in lines.indices where lines[index].isSaturated && !parameters.usesSaturatedLines {
      lines[index].isRejected = true
    }
    let half = Double(channels) / 2
    let needed = max(parameters.minimumLines, parameters.degree + 2)
    let ends = [0.0, Double(channels - 1)].map { Polynomial.value(present, at: $0) }
    while true {
      let used = lines.filter { !$0.isRejected }
      guard used.count >= needed else {
        throw .tooFewLines(found: used.count, needed: needed)
      }
      let rows = used.map { line in powers((line.channel - half) / half, parameters.degree) }
      guard let solver = HouseholderSolver(rows: rows, values: used.map(\.nanometres)) else {
        throw .noFit(reason: "the lines do not determine the polynomial")
      }
      var square = 0.0
      for index in lines.indices {
        let u = (lines[index].channel - half) / half
        lines[index].after = Polynomial.value(solver.solution, at: u) - lines[index].nanometres
        if !lines[index].isRejected { square += lines[index].after * lines[index].after }
      }
      let freedom = used.count - parameters.degree - 1
      let sigma = (square / Double(freedom)).squareRoot()
      if let outlier = outlier(
        lines, half: half, inverse: solver.inverse, square: square, freedom: freedom, parameters)
      {
        lines[outlier].isRejected = true
        continue
      }
      let wavelengths = used.map(\.nanometres)
      let span = (wavelengths.max() ?? 0) - (wavelengths.min() ?? 0)
      let cover = span / abs(ends[1] - ends[0])
      guard cover >= parameters.minimumCover else {
        throw .linesCoverTooLittle(fraction: cover, needed: parameters.minimumCover)
      }
      var calibration = WavelengthCalibration(
        coefficients: uncentred(solver.solution, half: half), lines: lines, residualSigma: sigma,
        largestResidual: lines.filter { !$0.isRejected }.map { abs($0.after) }.max() ?? 0,
        cover: cover, fwhm: fwhm,
        step: ProcessingStep("wavelength-recalibration", .done, ""))
      calibration.step = calibration.recorded
      return calibration
    }
  }

  /// The line farthest from the cubic through the others, if that is too far; nil where all are near.
  ///
  /// The measure is the externally studentised residual: the distance in standard deviations of the
  /// *others*, so that one bad line among few cannot hide in the scatter that it makes itself.
  private static func outlier(
    _ lines: [FoundLine], half: Double, inverse: [[Double]], square: Double, freedom: Int,
    _ parameters: Parameters
  ) -> Int? {
    guard freedom >= 2 else { return nil }
    var worst: (index: Int, sigmas: Double)?
    for index in lines.indices where !lines[index].isRejected {
      let row = powers((lines[index].channel - half) / half, parameters.degree)
      var leverage = 0.0
      for left in row.indices {
        for right in row.indices { leverage += row[left] * inverse[left][right] * row[right] }
      }
      // A line that alone holds the cubic in its place says nothing against itself.
      guard leverage < 0.999 else { continue }
      let residual = lines[index].after
      // Rounding alone is no reason to leave a line out.
      guard abs(residual) > 1e-9 else { continue }
      let others = max(0, square - residual * residual / (1 - leverage)) / Double(freedom - 1)
      let sigmas = abs(residual) / max((others * (1 - leverage)).squareRoot(), 1e-9)
      if sigmas > worst?.sigmas ?? parameters.rejectSigmas { worst = (index, sigmas) }
    }
    return worst?.index
  }

  private static func powers(_ u: Double, _ degree: Int) -> [Double] {
    var row = [1.0]
    for _ in 0..<degree { row.append((row.last ?? 1) * u) }
    return row
  }

  /// The coefficients of the same polynomial in i, from those in u = (i - half) / half.
  static func uncentred(_ coefficients: [Double], half: Double) -> [Double] {
    // Horner's rule on polynomials: sum = sum * (i / half - 1) + c.
    var sum = [Double](repeating: 0, count: coefficients.count)
    for coefficient in coefficients.reversed() {
      var next = [Double](repeating: 0, count: coefficients.count)
      for power in sum.indices {
        next[power] -= sum[power]
        if power + 1 < next.count { next[power + 1] += sum[power] / half }
      }
      next[0] += coefficient
      sum = next
    }
    return sum
  }

  private var recorded: ProcessingStep {
    let rejected = lines.filter(\.isRejected)
    var numbers = named("c", coefficients)
    numbers["lines"] = Double(lines.count - rejected.count)
    numbers["rejected_lines"] = Double(rejected.count)
    numbers["residual_sd_nm"] = residualSigma
    numbers["residual_max_nm"] = largestResidual
    numbers["cover"] = cover
    numbers["fwhm_nm"] = fwhm
    let left = rejected.isEmpty ? "" : "; left out: "
    let names = rejected.map { "\($0.nanometres)" }.joined(separator: ", ")
    return ProcessingStep(
      "wavelength-recalibration", .done,
      "polynomial through \(lines.count - rejected.count) lines of the lamp, in air\(left)\(names)",
      numbers: numbers)
  }
}

extension WavelengthCalibration.Parameters {
  func look() throws(SpectrumError) {
    func refuse(_ name: String, _ value: Double, _ allowed: String) -> SpectrumError {
      .parameter(name: name, value: value, allowed: allowed)
    }
    guard toleranceNanometres.isFinite, toleranceNanometres > 0 else {
      throw refuse("tolerance_nm", toleranceNanometres, "above 0")
    }
    guard centroidChannels >= 3, centroidChannels % 2 == 1, centroidChannels < 1000 else {
      throw refuse("centroid_channels", Double(centroidChannels), "odd, 3 or more")
    }
    guard minimumSigmas.isFinite, minimumSigmas > 0 else {
      throw refuse("minimum_sigmas", minimumSigmas, "above 0")
    }
    if let fwhmNanometres, !(fwhmNanometres > 0 && fwhmNanometres.isFinite) {
      throw refuse("fwhm_nm", fwhmNanometres, "above 0")
    }
    guard rejectSigmas.isFinite, rejectSigmas >= 2 else {
      throw refuse("reject_sigmas", rejectSigmas, "2 or more")
    }
    guard (1...5).contains(degree) else { throw refuse("degree", Double(degree), "1 to 5") }
    guard (0...1).contains(minimumCover) else {
      throw refuse("minimum_cover", minimumCover, "0 to 1")
    }
    guard (2...1000).contains(minimumLines) else {
      throw refuse("minimum_lines", Double(minimumLines), "2 to 1000")
    }
  }
}
