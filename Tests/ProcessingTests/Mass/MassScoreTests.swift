import Testing

@testable import Processing

@Suite struct MassScoreTests {
  private func peaks(_ pairs: [Double: Double]) throws -> MassPeakList {
    let masses = pairs.keys.sorted()
    return try MassPeakList(
      massToCharge: masses, intensity: masses.map { pairs[$0] ?? 0 })
  }

  @Test func theFactorsAreThoseOfTheFormulas() throws {
    let query = try peaks([40: 100, 50: 400, 60: 900])
    let library = try peaks([50: 100, 60: 900, 70: 400])
    let found = MassComparison(query: query, library: library)
    // Weights sqrt(I) m: 400, 1000, 1800 and 500, 1800, 1400.
    let cross = 1000.0 * 500 + 1800 * 1800
    let (uu, ll) = (400.0 * 400 + 1e6 + 1800 * 1800, 25e4 + 1800 * 1800 + 196e4)
    #expect(found.dot == cross * cross / (uu * ll))
    let common = 1e6 + 1800.0 * 1800
    #expect(found.reverseDot == cross * cross / (common * ll))
    // (900 / 100) (400 / 900) = 4, folded to 1/4; one ratio.
    #expect(abs(found.ratio - 0.25) < 1e-15)
    #expect(found.queryPeaks == 3 && found.commonPeaks == 2)
    #expect(found.composite == (3 * found.dot + 2 * found.ratio) / 5)
  }

  @Test func equalSpectraScoreOneAndStrangersZero() throws {
    let query = try peaks([40: 100, 50: 400, 60: 900, 81: 7])
    let same = MassComparison(query: query, library: query, intensityPower: 0.6, massPower: 3)
    #expect(same.dot == 1 && same.reverseDot == 1 && same.ratio == 1 && same.composite == 1)
    let other = try peaks([41: 100, 51: 400])
    let none = MassComparison(query: query, library: other)
    #expect(none.dot == 0 && none.reverseDot == 0 && none.ratio == 0 && none.composite == 0)
    let empty = MassComparison(query: .empty, library: .empty)
    #expect(empty.dot == 0 && empty.composite == 0 && empty.reverseComposite == 0)
  }

  @Test func impuritiesAreForgivenByTheReverseAlone() throws {
    let library = try peaks([50: 100, 60: 900])
    let query = try peaks([50: 100, 60: 900, 61: 900])
    let found = MassComparison(query: query, library: library)
    #expect(found.reverseDot == 1)
    #expect(found.dot < 0.6)
  }

  @Test func massesOutsideTheRangeAreLeftOutOfBoth() throws {
    let library = try peaks([30: 999, 50: 100, 60: 900])
    let query = try peaks([50: 100, 60: 900, 500: 20])
    #expect(MassComparison(query: query, library: library, range: 40...450).dot == 1)
    #expect(MassComparison(query: query, library: library).dot < 1)
  }

  // MARK: - Fragments

  @Test func eachPeakIsUsedOnceInTheOrderOfTheProducts() throws {
    let query = try MassPeakList(massToCharge: [100, 100.1], intensity: [1, 10])
    let library = try MassPeakList(massToCharge: [100.05, 200], intensity: [10, 1])
    let found = try TandemCosine(query: query, library: library, tolerance: .absolute(0.2))
    #expect(found.pairs == [.init(query: 1, library: 0)])
    let norms = 101.0.squareRoot() * 101.0.squareRoot()
    #expect(abs(found.score - 100 / norms) < 1e-15)
  }

  @Test func equalProductsTakeTheNearerThenTheLowerMass() throws {
    let query = try MassPeakList(massToCharge: [100, 100.25], intensity: [5, 5])
    let near = try MassPeakList(massToCharge: [100.1875], intensity: [5])
    let found = try TandemCosine(query: query, library: near, tolerance: .absolute(0.5))
    #expect(found.pairs == [.init(query: 1, library: 0)])
    let middle = try MassPeakList(massToCharge: [100.125], intensity: [5])
    let tied = try TandemCosine(query: query, library: middle, tolerance: .absolute(0.5))
    #expect(tied.pairs == [.init(query: 0, library: 0)])
  }

  @Test func partsPerMillionAreOfTheMass() throws {
    let query = try MassPeakList(massToCharge: [500.004], intensity: [5])
    let library = try MassPeakList(massToCharge: [500], intensity: [5])
    let ten = try TandemCosine(query: query, library: library, tolerance: .partsPerMillion(10))
    #expect(ten.score == 1)
    let five = try TandemCosine(query: query, library: library, tolerance: .partsPerMillion(5))
    #expect(five.score == 0 && five.pairs.isEmpty)
    #expect(throws: MassSpectrumError.self) {
      _ = try TandemCosine(query: query, library: library, tolerance: .absolute(.nan))
    }
  }

  // MARK: - Ion ratios

  @Test(arguments: [
    (60.0, 65.9, true), (60, 66.1, false), (50, 57.4, true), (50, 57.6, false), (20, 23.9, true),
    (20, 24.1, false), (10, 14.9, true), (10, 15.1, false), (60, 54.1, true), (60, 53.9, false),
  ])
  func theTableOf2002IsRelativeToTheReference(reference: Double, found: Double, agrees: Bool) {
    let check = IonRatioCheck(
      first: 1000, second: 10 * found, calibrators: [(2000, 20 * reference), (100, reference)],
      tolerance: .electronIonisation2002)
    #expect(check.outcome == (agrees ? .agrees : .differs))
    #expect(abs((check.reference ?? 0) - reference) < 1e-9)
  }

  @Test func theWeakerIonIsTheCalibrators() {
    let check = IonRatioCheck(
      first: 40, second: 50, calibrators: [(50, 100)], tolerance: .uniform2021)
    // The calibrators say that the first is weaker: 50 %; the sample has 80 %.
    #expect(check.reference == 50 && check.found == 80 && check.outcome == .differs)
  }

  @Test func withoutResponsesNothingIsSaid() {
    for (first, second, calibrators) in [
      (0.0, 5.0, [(1.0, 2.0)]), (5, .nan, [(1, 2)]), (5, 5, []), (5, 5, [(0, 0), (.nan, 1)]),
    ] {
      let check = IonRatioCheck(
        first: first, second: second, calibrators: calibrators.map { ($0.0, $0.1) },
        tolerance: .electronIonisation2002)
      #expect(check.outcome == .notComparable)
    }
  }
}
