/// Finds the lines of a lamp among the channels of a detector.
enum LampLineFinder {
  typealias Line = WavelengthCalibration.FoundLine

  /// One peak of the lamp.
  private struct Peak {
    var channel: Int
    var centroid: Double
    var wavelength: Double
    var height: Double
    var width: Double?
  }

  static func find(
    counts: [Double], coefficients: [Double], lamps: [Lamp], saturated: [Int],
    _ parameters: WavelengthCalibration.Parameters
  ) throws(SpectrumError) -> (lines: [Line], fwhm: Double) {
    let half = parameters.centroidChannels / 2
    guard counts.count >= 4 * parameters.centroidChannels else {
      throw .tooFewPoints(
        what: "lamp", count: counts.count, needed: 4 * parameters.centroidChannels)
    }
    try SpectrumInput.finite(counts, "lamp")
    try SpectrumInput.finite(coefficients, "wavelength coefficients")
    try SpectrumInput.axis(
      counts.indices.map { Polynomial.value(coefficients, at: Double($0)) })
    let sigma = SpectralRatio.neighbourSigma(counts)
    var peaks: [Peak] = []
    for channel in half..<(counts.count - half) where isMaximum(counts, channel, half) {
      let window = counts[(channel - half)...(channel + half)]
      let floor = window.min() ?? 0
      let height = counts[channel] - floor
      guard height > parameters.minimumSigmas * sigma, height > 0 else { continue }
      // An end over half of the height belongs to a neighbour, which would draw the centroid.
      let ends = max(counts[channel - half], counts[channel + half]) - floor
      guard ends <= height / 2 else { continue }
      var (weight, moment) = (0.0, 0.0)
      for index in window.indices {
        weight += counts[index] - floor
        moment += (counts[index] - floor) * Double(index - channel)
      }
      let centroid = Double(channel) + moment / weight
      peaks.append(
        Peak(
          channel: channel, centroid: centroid,
          wavelength: Polynomial.value(coefficients, at: centroid), height: height,
          width: width(counts, channel, floor, coefficients)))
    }
    let widths = peaks.sorted { $0.height > $1.height }.prefix(15).compactMap(\.width).sorted()
    guard let fwhm = parameters.fwhmNanometres ?? (widths.isEmpty ? nil : widths[widths.count / 2])
    else { throw .tooFewLines(found: 0, needed: parameters.minimumLines) }
    let marked = Set(saturated)
    let lines = Lamp.usable(lamps, fwhm: fwhm).compactMap { line -> Line? in
      // The nearest peak, and only if no other line of the lamp is nearer to it.
      guard
        let peak = peaks.min(by: {
          abs($0.wavelength - line.nanometres) < abs($1.wavelength - line.nanometres)
        }), abs(peak.wavelength - line.nanometres) <= parameters.toleranceNanometres
      else { return nil }
      let distance = abs(peak.wavelength - line.nanometres)
      let isNearest = Set(lamps).flatMap(\.lines).allSatisfy {
        abs($0.nanometres - peak.wavelength) >= distance
      }
      guard isNearest else { return nil }
      return Line(
        nanometres: line.nanometres, channel: peak.centroid,
        before: peak.wavelength - line.nanometres, after: 0, height: counts[peak.channel],
        isSaturated: (peak.channel - half...peak.channel + half).contains(where: marked.contains),
        isRejected: false)
    }
    return (lines, fwhm)
  }

  /// Whether this channel is the largest of its window, the first of equal ones.
  private static func isMaximum(_ counts: [Double], _ channel: Int, _ half: Int) -> Bool {
    for offset in 1...half
    where counts[channel - offset] >= counts[channel] || counts[channel + offset] > counts[channel]
    {
      return false
    }
    return true
  }

  /// The width at half height, nm, ends interpolated; none where a flank does not reach it.
  private static func width(
    _ counts: [Double], _ channel: Int, _ floor: Double, _ coefficients: [Double]
  ) -> Double? {
    let level = floor + (counts[channel] - floor) / 2
    func crossing(_ step: Int) -> Double? {
      var index = channel
      for _ in 0..<20 {
        let next = index + step
        guard counts.indices.contains(next) else { return nil }
        if counts[next] < level {
          let part = (counts[index] - level) / (counts[index] - counts[next])
          return Double(index) + Double(step) * part
        }
        index = next
      }
      return nil
    }
    guard let left = crossing(-1), let right = crossing(1) else { return nil }
    return abs(
      Polynomial.value(coefficients, at: right) - Polynomial.value(coefficients, at: left))
  }
}
