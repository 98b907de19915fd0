import Foundation
import Testing

@testable import Processing

@Suite struct ContentTests {
  @Test func standardAdditionMeetsZeroAtTheContent() throws {
    let additions = madeStandards([0, 1, 2, 3, 4], 6, 2, error: 0.01)
    let content = try StandardAddition(additions, dilution: 10)
    let line = try CalibrationCurve.fit(additions)
    let (b0, b1) = (line.coefficients[0], line.coefficients[1])
    #expect(abs(content.value - 10 * b0 / b1) < 1e-12)
    let y = additions.reduce(0) { $0 + $1.response } / 5
    let u =
      10 * (try #require(line.residualDeviation)) / b1 * (0.2 + y * y / (b1 * b1 * 10)).squareRoot()
    #expect(abs(try #require(content.standardUncertainty) / u - 1) < 1e-13)
    let t = try #require(Distributions.coverageFactor(confidence: 0.95, degreesOfFreedom: 3))
    #expect(abs(try #require(content.upper) - content.value - t * u) < 1e-11)
    #expect(content.flags.isEmpty)
    let data = try JSONEncoder().encode(content)
    #expect(try JSONDecoder().decode(StandardAddition.self, from: data) == content)
  }

  @Test func additionsThatTellNothingAreRefused() throws {
    for dilution in [0, -2, Double.nan, .infinity] {
      #expect(throws: CalibrationError.self) {
        try StandardAddition(standards([(0, 1), (1, 2), (2, 3)]), dilution: dilution)
      }
    }
    #expect(throws: CalibrationError.self) { try StandardAddition(standards([(0, 1)])) }
    #expect(throws: CalibrationError.self) { try StandardAddition(standards([(0, 3), (1, 2)])) }
    let negative = try StandardAddition(standards([(0, -1), (1, 1), (2, 3)]))
    #expect(negative.value == -0.5)
    #expect(negative.flags == ["below-zero"])
    let two = try StandardAddition(standards([(0, 1), (1, 2)]))
    #expect(two.standardUncertainty == nil)
    #expect(two.lower == nil)
  }

  @Test func aMassFractionIsConcentrationVolumeDilutionOverMass() throws {
    // 100 ug/mL in 10 mL, diluted 5 times, from 20 mg: 5 mg in 20 mg.
    let content = Content(dilution: 5, volumeMillilitres: 10, massMilligrams: 20)
    #expect(abs(try content.massFraction(microgramsPerMillilitre: 100) - 0.25) < 1e-15)
    // Cocaine calibrated as hydrochloride (339.81), stated as base (303.35).
    let factor = try #require(Content.basisFactor(stated: 303.35, measured: 339.81))
    var base = content
    base.basis = .converted(form: "base", factor: factor)
    #expect(
      abs(try base.massFraction(microgramsPerMillilitre: 100) - 0.25 * 303.35 / 339.81) < 1e-15)
    #expect(Content.flags(massFraction: 1.01) == ["above-100-percent"])
    #expect(Content.flags(massFraction: 1).isEmpty)
    #expect(Content.basisFactor(stated: 0, measured: 1) == nil)
  }

  @Test func preparationsThatCannotBeAreRefusedByName() {
    for wrong in [0, -1, Double.nan, .infinity] {
      #expect(throws: Content.Problem.self) {
        try Content(volumeMillilitres: 10, massMilligrams: wrong).factor()
      }
      #expect(throws: Content.Problem.self) {
        try Content(volumeMillilitres: wrong, massMilligrams: 1).factor()
      }
      #expect(throws: Content.Problem.self) {
        try Content(dilution: wrong, volumeMillilitres: 1, massMilligrams: 1).factor()
      }
      #expect(throws: Content.Problem.self) {
        try Content(
          volumeMillilitres: 1, massMilligrams: 1, basis: .converted(form: "base", factor: wrong)
        ).factor()
      }
    }
    #expect(throws: Content.Problem.quantity("mass_mg", 0)) {
      try Content(volumeMillilitres: 10, massMilligrams: 0).factor()
    }
    #expect(throws: Content.Problem.self) {
      try Content(volumeMillilitres: 1, massMilligrams: 1).massFraction(
        microgramsPerMillilitre: .nan)
    }
  }

  /// JCGM 100, H.1 (end-gauge calibration): 32 nm with 16 degrees of freedom, 2.92, U 93 nm at 99 %.
  @Test func theGuidesExampleOfABudgetComesOut() throws {
    let budget = try #require(
      UncertaintyBudget(
        value: 838,
        components: [
          .init("standard", standardUncertainty: 25, degreesOfFreedom: 18),
          .init("comparator", standardUncertainty: 9.7, degreesOfFreedom: 25.6),
          .init("expansion difference", standardUncertainty: 2.9, degreesOfFreedom: 50),
          .init("temperature difference", standardUncertainty: 16.6, degreesOfFreedom: 2),
        ], coverage: .student(confidence: 0.99)))
    #expect(abs(budget.combined - 31.7) < 0.1)
    let freedom = try #require(budget.effectiveDegreesOfFreedom)
    #expect(abs(freedom - 16.7) < 0.3)
    #expect(abs(budget.coverageFactor - 2.9) < 0.03)
    #expect(abs(budget.expanded - 92) < 1.5)
  }

  @Test func theCoverageFactorIsTwoOnlyWhereItMayBe() throws {
    func factor(_ freedom: Double?, _ coverage: UncertaintyBudget.Coverage) -> Double? {
      UncertaintyBudget(
        value: 1, components: [.init("a", standardUncertainty: 0.1, degreesOfFreedom: freedom)],
        coverage: coverage)?.coverageFactor
    }
    #expect(factor(30, .twoWhereEnough) == 2)
    #expect(factor(nil, .twoWhereEnough) == 2)
    #expect(try abs(#require(factor(5, .twoWhereEnough)) - 2.5705818356363146) < 1e-11)
    #expect(factor(5, .fixed(2)) == 2)
    #expect(try abs(#require(factor(nil, .student(confidence: 0.95))) - 1.959963984540054) < 1e-11)
    #expect(factor(5, .fixed(0)) == nil)
    #expect(factor(5, .student(confidence: 1)) == nil)
    #expect(factor(0, .fixed(2)) == nil)
    for u in [-1, Double.nan, .infinity] {
      #expect(UncertaintyBudget(value: 1, components: [.init("a", standardUncertainty: u)]) == nil)
    }
    let none = try #require(UncertaintyBudget(value: 1, components: []))
    #expect(none.expanded == 0)
  }

  @Test func aBudgetBeginsWithTheCalibration() throws {
    let curve = try CalibrationCurve.fit(madeStandards([1, 2, 4, 6, 8, 10], 0.5, 3))
    let value = try #require(curve.outcome(of: 14).quantified)
    let others = [UncertaintyBudget.Component("weighing", relative: 0.01, of: 2 * value.value)]
    let budget = try #require(value.budget(factor: 2, others: others))
    let u = try #require(value.standardUncertainty)
    #expect(budget.components[0].standardUncertainty == 2 * u)
    #expect(budget.components[0].degreesOfFreedom == 4)
    let w = 0.02 * value.value
    #expect(abs(budget.combined - (4 * u * u + w * w).squareRoot()) < 1e-15)
    let c = budget.combined
    #expect(
      abs(
        try #require(budget.effectiveDegreesOfFreedom) / (c * c * c * c / (16 * u * u * u * u / 4))
          - 1)
        < 1e-12)
  }

  /// The table of section "units to test" of the ENFSI and UNODC guidance, computed exactly.
  @Test(arguments: [
    (10, [3, 5, 8], [4, 6, 9]), (20, [4, 6, 12], [5, 9, 15]), (50, [4, 8, 19], [6, 11, 26]),
    (100, [5, 8, 23], [7, 12, 33]), (1000, [5, 9, 28], [7, 13, 43]),
  ])
  func unitsToTestAreThoseOfTheTable(population: Int, at95: [Int], at99: [Int]) {
    for (index, share) in [0.5, 0.7, 0.9].enumerated() {
      #expect(
        UnitSampling.units(population: population, proportion: share, confidence: 0.95)
          == at95[index])
      #expect(
        UnitSampling.units(population: population, proportion: share, confidence: 0.99)
          == at99[index])
    }
  }

  @Test func negativesAllowedAskForMoreUnits() {
    let numbers = (0...3).map {
      UnitSampling.units(population: 100, proportion: 0.5, confidence: 0.95, negatives: $0)
    }
    #expect(numbers == [5, 7, 10, 13], "scipy's hypergeom gives the same")
    // The probabilities of all numbers of negatives sum to 1.
    #expect(abs(UnitSampling.probability(40, 25, 12, 12) - 1) < 1e-13)
    // 3 of 10 positive, 2 tested, 1 or no negative: 1 - C(7,2)/C(10,2).
    #expect(abs(UnitSampling.probability(10, 3, 2, 1) - (1 - 21.0 / 45)) < 1e-15)
  }

  @Test func samplingOfNothingHasNoNumber() {
    #expect(UnitSampling.units(population: 0, proportion: 0.5, confidence: 0.95) == nil)
    #expect(UnitSampling.units(population: 10, proportion: 0, confidence: 0.95) == nil)
    #expect(UnitSampling.units(population: 10, proportion: 1.1, confidence: 0.95) == nil)
    #expect(UnitSampling.units(population: 10, proportion: .nan, confidence: 0.95) == nil)
    #expect(UnitSampling.units(population: 10, proportion: 0.5, confidence: 1) == nil)
    #expect(
      UnitSampling.units(population: 10, proportion: 0.5, confidence: 0.95, negatives: -1) == nil)
    #expect(UnitSampling.units(population: 1, proportion: 1, confidence: 0.95) == 1)
    #expect(
      UnitSampling.units(population: 3, proportion: 1, confidence: 0.95, negatives: 5) == nil)
    #expect(UnitSampling.units(population: 10, proportion: 1, confidence: 0.95) == 10)
    #expect(
      UnitSampling.units(population: 100_000, proportion: 1, confidence: 0.95) == 95_000,
      "all of many")
    // 0.07 of 100 is 7 units, not 7 and a hair.
    #expect(
      UnitSampling.units(population: 100, proportion: 0.07, confidence: 0.95)
        == UnitSampling.units(population: 100, proportion: 0.0699999, confidence: 0.95))
  }
}
