import Foundation
import Testing

@testable import Processing

/// Quantiles and probabilities beside published tables and scipy 1.17.1 (Boost).
@Suite struct DistributionTests {
  private func agree(
    _ found: Double?, _ answer: Double, _ tolerance: Double = 1e-11,
    _ source: SourceLocation = #_sourceLocation
  ) {
    guard let found else {
      Issue.record("none instead of \(answer)", sourceLocation: source)
      return
    }
    #expect(abs(found - answer) <= tolerance * abs(answer), sourceLocation: source)
  }

  @Test(arguments: [
    (0.6, 4.0, 0.2707222947075976), (0.95, 4, 2.1318467863266495),
    (0.975, 1, 12.706204736174694), (0.975, 2, 4.302652729749462),
    (0.975, 4, 2.7764451051977934), (0.975, 5, 2.5705818356363146),
    (0.975, 10, 2.228138851986274), (0.975, 29, 2.045229642132703),
    (0.975, 2.5, 3.5746548420036817), (0.975, 17.3, 2.1070320037534676),
    (0.975, 1000, 1.9623390808264083), (0.975, 1e6, 1.959966356814107),
    (0.975, 3e8, 1.9599639924476246), (0.99, 17.3, 2.5623749680383643),
    (0.9995, 3, 12.923978636687961), (1e-6, 5, -24.771029720515948),
    (1e-6, 30, -5.871117120418882),
  ])
  func quantilesOfStudentAgree(p: Double, nu: Double, answer: Double) {
    agree(Distributions.studentQuantile(p, degreesOfFreedom: nu), answer)
  }

  /// Two-sided 95 % and 99 % factors of the table in JCGM 100, G.2, to its two decimals.
  @Test(arguments: [
    (1.0, 12.71, 63.66), (2, 4.30, 9.92), (3, 3.18, 5.84), (4, 2.78, 4.60), (5, 2.57, 4.03),
    (6, 2.45, 3.71), (8, 2.31, 3.36), (10, 2.23, 3.17), (20, 2.09, 2.85), (50, 2.01, 2.68),
    (.infinity, 1.96, 2.576),
  ])
  func coverageFactorsAreThoseOfTheGuide(nu: Double, at95: Double, at99: Double) throws {
    let k95 = Distributions.coverageFactor(confidence: 0.95, degreesOfFreedom: nu)
    let k99 = Distributions.coverageFactor(confidence: 0.99, degreesOfFreedom: nu)
    #expect(try abs(#require(k95) - at95) <= 0.005 + 1e-9)
    #expect(try abs(#require(k99) - at99) <= 0.005 + 1e-9)
  }

  @Test func studentHasItsClosedForms() {
    for p in [0.01, 0.3, 0.7, 0.9, 0.999] {
      agree(Distributions.studentQuantile(p, degreesOfFreedom: 1), tan(Double.pi * (p - 0.5)))
      agree(
        Distributions.studentQuantile(p, degreesOfFreedom: 2),
        (2 * p - 1) * (1 / (2 * p * (1 - p))).squareRoot())
    }
    for t in [-3.0, 0.1, 2, 40] {
      agree(
        Distributions.student(below: t, degreesOfFreedom: 2),
        t < 0
          ? 1 / (2 + t * t) / (1 - t / (2 + t * t).squareRoot())
          : 0.5 + t / (2 * (2 + t * t).squareRoot()))
    }
  }

  @Test(arguments: [
    (0.5, 3.0, 0.6742760175759245), (-2.2, 8, 0.02949695395791174),
    (1.3, 0.5, 0.7296926732774399), (4.7, 12.25, 0.9997566809391035),
    (-30, 4, 3.6764280488306595e-06), (1.96, 1e5, 0.9750007184028492),
    (-6, 1e6, 9.86924906177215e-10), (2.5, 5e7, 0.9937903330857215),
  ])
  func probabilitiesOfStudentAgree(t: Double, nu: Double, answer: Double) {
    agree(Distributions.student(below: t, degreesOfFreedom: nu), answer)
  }

  @Test(arguments: [
    (0.95, 1.0, 3.841458820694124), (0.05, 1, 0.003932140000019522),
    (0.99, 5, 15.08627246938899), (0.5, 10, 9.34181776559197), (0.975, 30, 46.97924224367115),
    (0.001, 100, 61.91793920693662), (0.95, 0.3, 1.6511748729089386),
    (0.9, 1e5, 100573.55382698908),
  ])
  func quantilesOfChiSquaredAgree(p: Double, nu: Double, answer: Double) {
    agree(Distributions.chiSquaredQuantile(p, degreesOfFreedom: nu), answer)
  }

  @Test(arguments: [
    (3.2, 2.0, 0.7981034820053445), (0.01, 4, 1.2458411354275082e-05),
    (120, 100, 0.9155933189063082), (90, 100, 0.24680203440017026),
    (1e5, 1e5, 0.5005947081047933),
  ])
  func probabilitiesOfChiSquaredAgree(x: Double, nu: Double, answer: Double) {
    agree(Distributions.chiSquared(below: x, degreesOfFreedom: nu), answer)
  }

  @Test(arguments: [
    (0.95, 1.0, 5.0, 6.607890973703364), (0.95, 5, 2, 19.296409652017235),
    (0.99, 10, 20, 3.368186389188742), (0.05, 3, 7, 0.11252716602610753),
    (0.975, 120, 2.5, 21.10853235029031), (0.5, 1000, 2000, 0.9996666214467883),
  ])
  func quantilesOfFisherAgree(p: Double, first: Double, second: Double, answer: Double) {
    agree(Distributions.fisherQuantile(p, first, second), answer)
  }

  @Test func fisherAgreesWithStudentAndItsComplement() throws {
    agree(Distributions.fisher(below: 2.5, 3, 12), 0.8908452876049937)
    agree(Distributions.fisher(below: 0.2, 8, 4), 0.025703575890997813)
    agree(Distributions.fisher(below: 1.1, 500, 700), 0.8765548611983527)
    let t = try #require(Distributions.studentQuantile(0.975, degreesOfFreedom: 9))
    agree(Distributions.fisherQuantile(0.95, 1, 9), t * t)
  }

  @Test(arguments: [
    (0.975, 1.959963984540054), (0.95, 1.6448536269514722), (0.999, 3.090232306167813),
    (1e-10, -6.361340902404056), (0.6, 0.2533471031357997), (0.5, 0),
  ])
  func quantilesOfTheNormalAgree(p: Double, answer: Double) {
    agree(Distributions.normalQuantile(p), answer)
    agree(Distributions.studentQuantile(p, degreesOfFreedom: .infinity), answer)
  }

  /// With seven levels an interval of two standard uncertainties is too short.
  @Test func twiceTheUncertaintyOfSevenLevelsCoversLess() throws {
    for (nu, share) in [(5.0, 0.898), (4, 0.884)] {
      let below = try #require(Distributions.student(below: 2, degreesOfFreedom: nu))
      #expect(abs(2 * below - 1 - share) < 5e-4)
    }
  }

  @Test func whatIsOutsideTheDomainHasNoAnswer() {
    for p in [0, 1, -0.1, 1.5, Double.nan] {
      #expect(Distributions.normalQuantile(p) == nil)
      #expect(Distributions.studentQuantile(p, degreesOfFreedom: 3) == nil)
      #expect(Distributions.chiSquaredQuantile(p, degreesOfFreedom: 3) == nil)
      #expect(Distributions.fisherQuantile(p, 3, 3) == nil)
      #expect(Distributions.coverageFactor(confidence: p, degreesOfFreedom: 3) == nil)
    }
    for nu in [0, -1, Double.nan] {
      #expect(Distributions.studentQuantile(0.9, degreesOfFreedom: nu) == nil)
      #expect(Distributions.student(below: 1, degreesOfFreedom: nu) == nil)
      #expect(Distributions.chiSquared(below: 1, degreesOfFreedom: nu) == nil)
      #expect(Distributions.fisher(below: 1, nu, 2) == nil)
    }
    #expect(Distributions.student(below: .nan, degreesOfFreedom: 2) == nil)
    #expect(Distributions.student(below: .infinity, degreesOfFreedom: 2) == 1)
    #expect(Distributions.student(below: 1e300, degreesOfFreedom: 2) == 1)
    #expect(Distributions.chiSquared(below: -1, degreesOfFreedom: 2) == 0)
  }

  @Test func theTwoSidesOfTheSwitchOfMethodMeet() throws {
    for t in [0.3, 1.96, 5] {
      let fraction = try #require(Distributions.student(below: t, degreesOfFreedom: 1e5))
      let series = try #require(
        Distributions.student(below: t, degreesOfFreedom: 1e5 * (1 + 1e-12)))
      #expect(abs(fraction - series) < 2e-12 * (1 - series) + 1e-15)
    }
  }
}
