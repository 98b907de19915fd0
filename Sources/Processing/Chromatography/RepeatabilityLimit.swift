/// How far replicate injections of an assay may scatter.
///
/// USP <621> and the European Pharmacopoeia, 2.2.46.
public enum RepeatabilityLimit {
  /// Largest relative standard deviation, %, of `injections` replicates: K B sqrt(n)/t.
  ///
  /// B is the upper limit of the content minus 100 %, K = 0.349, t the 95 % quantile of Student's
  /// distribution (one-sided) with n - 1 degrees of freedom. For 3 to 10 injections and B above 0; none
  /// otherwise.
  public static func relativeDeviation(upperLimitMinus100 b: Double, injections: Int) -> Double? {
    let quantiles = [2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833]
    guard b > 0, b.isFinite, quantiles.indices.contains(injections - 3) else { return nil }
    return 0.349 * b * Double(injections).squareRoot() / quantiles[injections - 3]
  }

  /// Resolution from which two peaks count as separated to the baseline.
  public static let baselineResolution = 1.5
  /// The symmetry that a peak may have where a method says nothing else.
  public static let symmetry = 0.8...1.8
}
