/// How many units of a seizure to test so that a share of all is known to be positive
/// (hypergeometric; ENFSI and UNODC).
public enum UnitSampling {
  /// The smallest number of units to test, or none where no number can show it.
  ///
  /// With at most `negatives` negative units among those tested, more than `1 - confidence` of chance
  /// must be excluded that fewer than the share `proportion` of all units are positive.
  ///
  /// - Parameters:
  ///   - population: how many units there are, above 0.
  ///   - proportion: the share `k` to be shown, above 0 and at most 1.
  ///   - confidence: above 0 and below 1, as 0.95.
  ///   - negatives: how many of the units tested may be negative.
  public static func units(
    population: Int, proportion: Double, confidence: Double, negatives: Int = 0
  ) -> Int? {
    guard population > 0, proportion > 0, proportion <= 1, confidence > 0, confidence < 1,
      negatives >= 0, negatives < population
    else { return nil }
    // The nearest worse case: one positive unit fewer than the share. Shares like 0.07 are not exact
    // in binary; a millionth of a millionth of the population is no unit.
    let share = proportion * Double(population)
    let positives = Int((share * (1 - 1e-12)).rounded(.up)) - 1
    func isEnough(_ tested: Int) -> Bool {
      probability(population, positives, tested, negatives) <= 1 - confidence + 1e-15
    }
    // The probability falls with every unit more.
    var (low, high) = (negatives, population)
    guard isEnough(high) else { return nil }
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if isEnough(middle) { high = middle } else { low = middle }
    }
    return high
  }

  /// The probability that at most `negatives` of the units tested are negative where so many of the
  /// population are positive.
  static func probability(_ population: Int, _ positives: Int, _ tested: Int, _ negatives: Int)
    -> Double
  {
    let others = population - positives
    var sum = 0.0
    for negative in 0...min(negatives, tested) {
      let positive = tested - negative
      guard positive <= positives, negative <= others else { continue }
      // C(positives, positive) C(others, negative) / C(population, tested), factor by factor.
      var term = 1.0
      for i in 0..<positive { term *= Double(positives - i) / Double(population - i) }
      for i in 0..<negative {
        term *= Double(others - i) / Double(population - positive - i)
        term *= Double(tested - i) / Double(i + 1)
      }
      sum += term
    }
    return sum
  }
}
