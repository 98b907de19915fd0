/// Absolute spectral irradiance from dark-corrected counts and the calibration of the instrument.
public enum Irradiance {
  /// E = (S - D) K / (t A dlambda), uW cm-2 nm-1, a value a channel.
  ///
  /// - `counts`: S - D. `factors`: K in uJ a count. `seconds`: the exposure. `areaSquareCentimetres`:
  ///   the collecting area. `wavelengths`: nm, strictly rising or falling.
  /// - dlambda is half the distance of the two neighbours, at the two ends that to the one
  ///   neighbour, always taken as positive.
  public static func compute(
    counts: [Double], factors: [Double], seconds: Double, areaSquareCentimetres: Double,
    wavelengths: [Double]
  ) throws(SpectrumError) -> [Double] {
    guard counts.count >= 2 else {
      throw .tooFewPoints(what: "spectrum", count: counts.count, needed: 2)
    }
    try SpectrumInput.sameCount(factors, "calibration", counts, "spectrum")
    try SpectrumInput.sameCount(wavelengths, "axis", counts, "spectrum")
    try SpectrumInput.finite(counts, "spectrum")
    try SpectrumInput.finite(factors, "calibration")
    try SpectrumInput.axis(wavelengths)
    guard seconds.isFinite, seconds > 0 else {
      throw .parameter(name: "exposure_s", value: seconds, allowed: "above 0")
    }
    guard areaSquareCentimetres.isFinite, areaSquareCentimetres > 0 else {
      throw .parameter(name: "area_cm2", value: areaSquareCentimetres, allowed: "above 0")
    }
    let last = counts.count - 1
    return counts.indices.map { channel in
      let width =
        channel == 0
        ? wavelengths[1] - wavelengths[0]
        : channel == last
          ? wavelengths[last] - wavelengths[last - 1]
          : (wavelengths[channel + 1] - wavelengths[channel - 1]) / 2
      return counts[channel] * factors[channel] / (seconds * areaSquareCentimetres * abs(width))
    }
  }
}
