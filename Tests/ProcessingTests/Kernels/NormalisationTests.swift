import Foundation
import Testing

@testable import Processing

@Suite struct NormalisationTests {
  @Test(arguments: Normalisation.allCases)
  func badInputIsRefused(way: Normalisation) {
    #expect(throws: KernelError.self) { try way.apply([]) }
    #expect(throws: KernelError.notFinite(what: "the spectrum", index: 1)) {
      try way.apply([1, .nan, 2])
    }
    #expect(throws: KernelError.nothingToScaleBy(what: "the spectrum")) {
      try way.apply([0, 0, 0])
    }
    if way == .standardNormalVariate || way == .area {
      #expect(throws: KernelError.tooShort(what: "the spectrum", points: 1, needed: 2)) {
        try way.apply([1])
      }
    }
  }

  @Test func eachHasWhatItsNameSays() throws {
    #expect(try Normalisation.unitVector.apply([3, 0, 4]) == [0.6, 0, 0.8])
    #expect(try Normalisation.maximum.apply([2, -4, 8]) == [0.25, -0.5, 1])
    #expect(try Normalisation.standardNormalVariate.apply([1, 2, 3]) == [-1, 0, 1])
    #expect(try Normalisation.area.apply([1, 2, 1]) == [1.0 / 3, 2.0 / 3, 1.0 / 3])
    #expect(
      try Normalisation.area.apply([1, 2, 1], axis: [0, 2, 3]) == [1 / 4.5, 2 / 4.5, 1 / 4.5])
  }

  @Test func signalsWithoutScaleAreRefused() {
    #expect(throws: KernelError.nothingToScaleBy(what: "the spectrum")) {
      try Normalisation.maximum.apply([-3, -1, -2])
    }
    #expect(throws: KernelError.nothingToScaleBy(what: "the spectrum")) {
      try Normalisation.standardNormalVariate.apply([0.1, 0.1, 0.1])
    }
    #expect(throws: KernelError.nothingToScaleBy(what: "the spectrum")) {
      try Normalisation.area.apply([-1, 1])
    }
    #expect(throws: KernelError.notIncreasing(what: "the axis", index: 1)) {
      try Normalisation.area.apply([1, 1], axis: [2, 1])
    }
    #expect(throws: KernelError.overflow(what: "the normalised spectrum")) {
      try Normalisation.unitVector.apply([1e200, 1e200])
    }
  }
}

@Suite struct RobustTests {
  @Test func noValuesAndBadOnesAreRefused() {
    #expect(throws: KernelError.tooShort(what: "a median", points: 0, needed: 1)) {
      try Robust.median([])
    }
    #expect(throws: KernelError.notFinite(what: "the values", index: 2)) {
      try Robust.medianAbsoluteDeviation([1, 2, .infinity])
    }
    #expect(throws: KernelError.notFinite(what: "the values", index: 0)) {
      try Robust.quantisationFloor([.nan])
    }
  }

  @Test func knownValues() throws {
    #expect(try Robust.median([7]) == 7)
    #expect(try Robust.median([4, 1, 3, 2]) == 2.5)
    #expect(try Robust.median([1.7e308, 1.6e308]) == 0.85e308 + 0.8e308)
    #expect(try Robust.medianAbsoluteDeviation([1, 1, 2, 2, 4, 6, 9]) == 1)
    #expect(try Robust.sigma([1, 1, 2, 2, 4, 6, 9]) == 1.4826)
    #expect(try Robust.quantisationFloor([5, 5, 5.5, 5.25, 7]) == 0.25 / 12.0.squareRoot())
    #expect(try Robust.quantisationFloor([5, 5]) == 0)
  }

  @Test(arguments: 0..<100)
  func selectionGivesWhatSortingGives(seed: UInt64) throws {
    var random = SeededNumbers(seed)
    let count = Int.random(in: 1...300, using: &random)
    let levels = seed % 3 == 0 ? 3.0 : 1e6
    var values = (0..<count).map { _ in
      Double.random(in: -levels...levels, using: &random).rounded()
    }
    if seed % 7 == 0 { values.sort() }
    let sorted = values.sorted()
    let middle =
      count % 2 == 1 ? sorted[count / 2] : (sorted[count / 2] + sorted[count / 2 - 1]) / 2
    #expect(try Robust.median(values) == middle)
    for rank in [0, count / 3, count - 1] {
      var scratch = values
      #expect(Selection.nth(&scratch, rank) == sorted[rank])
    }
  }
}

@Suite struct ExponentialTests {
  @Test func itIsWithinOneUnitInTheLastPlaceOfTheLibrarys() {
    var random = SeededNumbers(1)
    for _ in 0..<20_000 {
      let x = Double.random(in: -700...700, using: &random)
      let (found, expected) = (Exponential.value(x), exp(x))
      #expect(abs(found - expected) <= 2 * expected.ulp, "\(x)")
    }
    #expect(Exponential.value(0) == 1)
    #expect(Exponential.value(-700) > 0)
    #expect(Exponential.value(700).isFinite)
  }

  @Test func eightAtOnceHaveTheSameBits() {
    var random = SeededNumbers(2)
    for _ in 0..<500 {
      let x = Eight((0..<8).map { _ in Double.random(in: -700...700, using: &random) })
      let found = Exponential.value(x)
      for lane in 0..<8 {
        #expect(found[lane].bitPattern == Exponential.value(x[lane]).bitPattern)
      }
    }
  }
}
