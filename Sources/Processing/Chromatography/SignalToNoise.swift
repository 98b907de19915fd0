/// Signal to noise by the pharmacopoeias: S/N = 2 H / h.
///
/// USP <621> and the European Pharmacopoeia, 2.2.46.
/// H is the height of the peak over its baseline, h largest minus smallest of the noise in a stretch of
/// a blank where the peak would stand, at least so many widths at half height long.
public struct SignalToNoise: Sendable, Hashable, Codable {
  /// The ratio; none where h is 0 or there is no stretch long enough.
  public var ratio: Double?
  /// The noise h; none where there is no stretch long enough.
  public var noise: Double?
  /// The stretch looked at, s.
  public var from: Double
  /// Its end, s.
  public var to: Double
  /// What else must be known: `no-blank`, `drift-subtracted`, `short-stretch`.
  public var flags: [String]

  /// How many widths at half height the stretch must be long: 5, as both texts say again since 2023.
  public static let standardWidths = 5.0

  private enum CodingKeys: String, CodingKey {
    case ratio, noise, flags
    case from = "from_s"
    case to = "to_s"
  }

  /// The ratio for a peak, with the noise of a blank centred where the peak stands.
  ///
  /// - `widths`: 5, or 20 as the harmonised text of 2022 asked.
  /// - `subtractsDrift`: takes the least-squares line of the stretch away first, and says so.
  public init(
    height: Double, widthAtHalf: Double, retentionTime: Double, blankTimes: [Double],
    blankValues: [Double], widths: Double = SignalToNoise.standardWidths,
    subtractsDrift: Bool = false
  ) throws(ChromatographyError) {
    let half = widths * widthAtHalf / 2
    guard half.isFinite, half > 0 else {
      throw .parameter(name: "stretch", value: widths * widthAtHalf, allowed: "above 0 s")
    }
    try TraceCheck.check(times: blankTimes, values: blankValues, for: "signal to noise")
    // A stretch that would leave the blank is moved inside, as long as it is.
    let (first, last) = (blankTimes[0], blankTimes[blankTimes.count - 1])
    let shift = max(0, first - (retentionTime - half)) - max(0, retentionTime + half - last)
    self.init(
      height: height, times: blankTimes, values: blankValues,
      from: max(first, retentionTime - half + shift), to: min(last, retentionTime + half + shift),
      needed: 2 * half, subtractsDrift: subtractsDrift)
  }

  /// The ratio for a peak, with the noise of a stretch beside it in its own run: flagged `no-blank`.
  ///
  /// The stretch ends where the peak's cluster begins, or begins where it ends; of both the one that
  /// is free of `occupied` stretches (other clusters) and, if both are, the earlier. The line of the
  /// stretch is taken away and said.
  public init(
    height: Double, widthAtHalf: Double, cluster: ClosedRange<Double>,
    occupied: [ClosedRange<Double>], times: [Double], values: [Double],
    widths: Double = SignalToNoise.standardWidths
  ) throws(ChromatographyError) {
    try TraceCheck.check(times: times, values: values, for: "signal to noise")
    guard widths.isFinite, widths > 0, widthAtHalf.isFinite, widthAtHalf > 0 else {
      throw .parameter(name: "stretch", value: widths * widthAtHalf, allowed: "above 0 s")
    }
    self.init(
      height: height, length: widths * widthAtHalf, beside: cluster, occupied: occupied,
      checkedTimes: times, values: values)
  }

  /// The same for a trace that was looked at already.
  init(
    height: Double, length: Double, beside cluster: ClosedRange<Double>,
    occupied: [ClosedRange<Double>], checkedTimes times: [Double], values: [Double]
  ) {
    let sides = [
      (cluster.lowerBound - length, cluster.lowerBound),
      (cluster.upperBound, cluster.upperBound + length),
    ]
    let free = sides.first { from, to in
      from >= times[0] && to <= times[times.count - 1]
        && !occupied.contains { $0.lowerBound < to && $0.upperBound > from }
    }
    if let free {
      self.init(
        height: height, times: times, values: values, from: free.0, to: free.1, needed: length,
        subtractsDrift: true)
    } else {
      self.init(ratio: nil, noise: nil, from: sides[0].0, to: sides[0].1, flags: ["short-stretch"])
    }
    flags.append("no-blank")
  }

  private init(ratio: Double?, noise: Double?, from: Double, to: Double, flags: [String]) {
    self.ratio = ratio
    self.noise = noise
    self.from = from
    self.to = to
    self.flags = flags
  }

  private init(
    height: Double, times: [Double], values: [Double], from: Double, to: Double, needed: Double,
    subtractsDrift: Bool
  ) {
    (self.from, self.to, flags) = (from, to, [])
    let first = PeakArea.firstIndex(in: times, notBefore: from)
    let behind = max(first, PeakArea.firstIndex(in: times, notBefore: to.nextUp))
    let step = (times[times.count - 1] - times[0]) / Double(max(1, times.count - 1))
    guard behind - first >= 3, to - from >= needed - step else {
      (ratio, noise) = (nil, nil)
      flags.append("short-stretch")
      return
    }
    var stretch = Array(values[first..<behind])
    if subtractsDrift {
      let within = Array(times[first..<behind])
      let line = StraightLine(within, stretch)
      for index in stretch.indices { stretch[index] -= line.value(at: within[index]) }
      flags.append("drift-subtracted")
    }
    let extent = NoiseReport.extent(stretch[...])
    noise = extent
    ratio = extent > 0 ? 2 * abs(height) / extent : nil
  }
}
