internal import Laboratory

/// The intensities of a run by whole mass and scan, with their noise factor.
struct IonTable: Sendable {
  /// The lowest mass.
  let lowest: Int
  let masses: Int
  let scans: Int
  /// One row a mass, one value a scan.
  let values: [Double]
  /// The sum of each scan.
  let totals: [Double]
  /// The noise of a value A is this times the square root of A.
  let noiseFactor: Double

  /// Puts a run into bins; nil where there is nothing in it.
  init?(_ series: MassScanSeries, binOffset: Double) throws(MassSpectrumError) {
    var last = -Double.infinity
    for scan in 0..<series.count {
      guard series.times[scan] > last, series.times[scan].isFinite else {
        throw MassSpectrumError(.notFinite, "the time of scan \(scan) does not rise")
      }
      last = series.times[scan]
      for pair in series.range(of: scan) {
        let (mass, intensity) = (series.massToCharge[pair], series.intensity[pair])
        guard mass.isFinite, intensity.isFinite else {
          throw MassSpectrumError(.notFinite, "scan \(scan) holds \(mass), \(intensity)")
        }
        guard mass >= 0, intensity >= 0 else {
          throw MassSpectrumError(.negative, "scan \(scan) holds \(mass), \(intensity)")
        }
      }
    }
    guard let low = series.massToCharge.min(), let high = series.massToCharge.max() else {
      return nil
    }
    guard high < Double(MassIndex.highestBin) else {
      throw MassSpectrumError(.parameter, "a mass of \(high)")
    }
    lowest = Int((low + binOffset).rounded(.down))
    masses = Int((high + binOffset).rounded(.down)) - lowest + 1
    scans = series.count
    guard masses * scans <= MassScanSeries.largestTable else {
      throw MassSpectrumError(.parameter, "a table of \(masses) masses and \(scans) scans")
    }
    var values = [Double](repeating: 0, count: masses * scans)
    var totals = [Double](repeating: 0, count: scans)
    for scan in 0..<scans {
      for pair in series.range(of: scan) {
        let row = Int((series.massToCharge[pair] + binOffset).rounded(.down)) - lowest
        values[row * scans + scan] += series.intensity[pair]
        totals[scan] += series.intensity[pair]
      }
    }
    (self.values, self.totals) = (values, totals)
    noiseFactor = Self.noiseFactor(values, totals, scans)
  }

  /// The cells of a mass.
  func row(_ index: Int) -> Range<Int> { index * scans..<(index + 1) * scans }

  // MARK: - Step 1

  private static let segment = 13

  private static func noiseFactor(_ values: [Double], _ totals: [Double], _ scans: Int) -> Double {
    var samples: [Double] = []
    for start in stride(from: 0, to: values.count, by: max(1, scans)) {
      collect(values[start..<start + scans], into: &samples)
    }
    collect(totals[...], into: &samples)
    guard !samples.isEmpty else { return 1 }
    samples.sort()
    let middle = samples.count / 2
    let median =
      samples.count.isMultiple(of: 2)
      ? (samples[middle - 1] + samples[middle]) / 2 : samples[middle]
    return median > 0 ? median : 1
  }

  /// Segments without zeros that cross their mean more than half of the time hold noise alone.
  private static func collect(_ trace: ArraySlice<Double>, into samples: inout [Double]) {
    var start = trace.startIndex
    while start + segment <= trace.endIndex {
      let points = trace[start..<start + segment]
      start += segment
      var sum = 0.0
      var hasZero = false
      for value in points {
        sum += value
        if value == 0 { hasZero = true }
      }
      if hasZero { continue }
      let mean = sum / Double(segment)
      var crossings = 0
      for index in points.indices.dropFirst()
      where (points[index - 1] < mean) != (points[index] < mean) {
        crossings += 1
      }
      guard crossings > segment / 2 else { continue }
      let distances = points.map { abs($0 - mean) }.sorted()
      samples.append(distances[segment / 2] / mean.squareRoot())
    }
  }

  // MARK: - Steps 2 and 3

  /// A maximum of the trace of one mass.
  struct Maximum: Sendable {
    var row: Int
    /// The scan of its highest point.
    var scan: Int
    /// Where its walks end, both inclusive.
    var left: Int
    var right: Int
    /// The baseline: its level at `scan`, and how it rises from scan to scan.
    var level: Double
    var slope: Double
    /// Height above the baseline.
    var height: Double
    var sharpness: Double
    /// The apex of its parabola, moved by the skew, in tenths of a scan.
    var tenth: Int

    func baseline(_ at: Int) -> Double { level + slope * Double(at - scan) }
  }

  /// The maxima of all traces, mass by mass, each in the order of the scans.
  func maxima(_ parameters: DeconvolutionParameters) -> [Maximum] {
    var found: [Maximum] = []
    for row in 0..<masses {
      let trace = values[self.row(row)]
      for scan in 1..<max(1, scans - 1) {
        guard let maximum = maximum(trace, row, scan, parameters) else { continue }
        found.append(maximum)
      }
    }
    return found
  }

  private func maximum(
    _ trace: ArraySlice<Double>, _ row: Int, _ scan: Int, _ parameters: DeconvolutionParameters
  ) -> Maximum? {
    let first = trace.startIndex
    let apex = trace[first + scan]
    // Of equal points the first one is the maximum.
    guard apex > 0, trace[first + scan - 1] < apex, trace[first + scan + 1] <= apex,
      scan < 2 || trace[first + scan - 2] <= apex,
      scan + 2 >= scans || trace[first + scan + 2] <= apex
    else { return nil }
    let noise = noiseFactor * apex.squareRoot()
    // Not even above a baseline of 0.
    guard apex > parameters.leastHeight * noise else { return nil }
    let left = walk(trace, scan, -1, apex, noise, parameters.longestSide)
    let right = walk(trace, scan, 1, apex, noise, parameters.longestSide)
    let (low, high) = (trace[first + left.lowest], trace[first + right.lowest])
    let slope = (high - low) / Double(right.lowest - left.lowest)
    let level = low + slope * Double(scan - left.lowest)
    guard apex - level > parameters.leastHeight * noise else { return nil }
    let (before, after) = (trace[first + scan - 1], trace[first + scan + 1])
    let curvature = before - 2 * apex + after
    let offset = curvature < 0 ? (before - after) / (2 * curvature) : 0
    let place = Double(scan) + min(max(offset, -0.5), 0.5) + delay(row, parameters.skew)
    return Maximum(
      row: row, scan: scan, left: left.end, right: right.end, level: level, slope: slope,
      height: apex - level, sharpness: (left.sharpness + right.sharpness) / 2,
      tenth: Int((10 * place + 0.5).rounded(.down)))
  }

  /// How much later than the scan's begin a mass is measured, in scans.
  private func delay(_ row: Int, _ skew: Double) -> Double {
    guard masses > 1 else { return 0 }
    let part = Double(row) / Double(masses - 1)
    return skew >= 0 ? skew * part : -skew * (1 - part)
  }

  /// Walks down a side; where it rises again, the side ends at its lowest point.
  private func walk(
    _ trace: ArraySlice<Double>, _ scan: Int, _ step: Int, _ apex: Double, _ noise: Double,
    _ longest: Int
  ) -> (end: Int, lowest: Int, sharpness: Double) {
    let first = trace.startIndex
    var (end, lowest, sharpness) = (scan, scan, 0.0)
    var least = apex
    for k in 1...longest {
      let at = scan + k * step
      guard at >= 0, at < scans else { break }
      let value = trace[first + at]
      if value > least + 5 * noise {
        end = lowest
        break
      }
      end = at
      if value < least || lowest == scan { (least, lowest) = (min(least, value), at) }
      sharpness = max(sharpness, (apex - value) / (Double(k) * noise))
      if value < 0.05 * apex { break }
    }
    return (end, lowest, sharpness)
  }
}
