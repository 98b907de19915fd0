import Laboratory
import Testing

@testable import Processing

/// A run of Gaussian components over a noisy background.
struct SyntheticRun {
  struct Substance {
    var apex: Double
    var width = 2.5
    var height: Double
    var ions: [Int: Double]
  }

  var scans = 70
  var masses = 40...155
  /// Standard deviation of the noise as a part of the square root of the signal.
  var noise = 0.0
  var background = 0.0
  /// What is less is not in a scan, as an instrument leaves it out.
  var threshold = 100.0
  var substances: [Substance] = []

  func series(seed: UInt64 = 1) -> MassScanSeries {
    var random = SeededGenerator(state: seed)
    var series = MassScanSeries()
    for scan in 0..<scans {
      var (mz, intensity): ([Double], [Double]) = ([], [])
      for mass in masses {
        var value = background
        for substance in substances {
          guard let part = substance.ions[mass] else { continue }
          let z = (Double(scan) - substance.apex) / substance.width
          value += substance.height * part * Self.bell(z)
        }
        // The sum of twelve uniform numbers is nearly normal.
        let deviate = (0..<12).reduce(-6.0) { sum, _ in
          sum + Double.random(in: 0...1, using: &random)
        }
        value += noise * value.squareRoot() * deviate
        // As a detector counts.
        value = value.rounded()
        if value >= threshold {
          mz.append(Double(mass) + 0.05)
          intensity.append(value)
        }
      }
      series.append(time: 100 + 0.5 * Double(scan), massToCharge: mz, intensity: intensity)
    }
    return series
  }

  /// exp(-z^2 / 2) by squaring, which is the same on every computer.
  private static func bell(_ z: Double) -> Double {
    var value = 1 / (1 + z * z / 2 / 1024)
    for _ in 0..<10 { value *= value }
    return value
  }
}

@Suite struct DeconvolutionTests {
  private let first = [41: 0.3, 57: 1.0, 71: 0.8, 85: 0.5, 99: 0.2, 113: 0.15]
  private let second = [50: 0.2, 77: 0.6, 91: 0.9, 105: 1.0, 122: 0.7, 150: 0.4]

  private func cosine(_ component: Component, _ ions: [Int: Double]) throws -> Double {
    let masses = ions.keys.sorted()
    let truth = try MassPeakList(
      massToCharge: masses.map(Double.init), intensity: masses.map { ions[$0] ?? 0 })
    return MassComparison(query: component.peaks, library: truth).dot
  }

  @Test func twoComponentsOneScanApartAreTwoWithTheirOwnSpectra() throws {
    let run = SyntheticRun(
      noise: 0.5, background: 20,
      substances: [
        .init(apex: 40, height: 20000, ions: first), .init(apex: 41, height: 16000, ions: second),
      ])
    let found = try run.series().components().filter { $0.sharpness > 100 }
    try #require(found.count == 2)
    #expect(abs(found[0].apexScan - 40) <= 0.2 && abs(found[1].apexScan - 41) <= 0.2)
    #expect(abs(found[0].retentionTime - 120) <= 0.1)
    #expect(try cosine(found[0], first) > 0.95)
    #expect(try cosine(found[1], second) > 0.95)
    // Heights within a tenth of what was put in.
    for (component, ions, height) in [(found[0], first, 20000.0), (found[1], second, 16000.0)] {
      for (mass, part) in ions {
        let place = try #require(component.peaks.massToCharge.firstIndex(of: Double(mass)))
        let ratio = component.peaks.intensity[place] / (height * part)
        #expect(abs(ratio - 1) < 0.1)
      }
    }
  }

  @Test func aSharedIonIsDivided() throws {
    var (one, two) = (first, second)
    (one[65], two[65]) = (0.6, 0.6)
    let run = SyntheticRun(
      noise: 0.5, background: 20,
      substances: [
        .init(apex: 40, height: 20000, ions: one), .init(apex: 43, height: 20000, ions: two),
      ])
    let found = try run.series().components().filter { $0.sharpness > 100 }
    try #require(found.count == 2)
    for component in found {
      let place = try #require(component.peaks.massToCharge.firstIndex(of: 65))
      #expect(abs(component.peaks.intensity[place] / 12000 - 1) < 0.1)
    }
  }

  @Test func aloneItIsPureAndItsApexIsRight() throws {
    let run = SyntheticRun(substances: [.init(apex: 30.3, height: 20000, ions: first)])
    let found = try run.series().components()
    try #require(found.count == 1)
    #expect(found[0].apexScan == 30.3)
    #expect(abs(found[0].retentionTime - 115.15) < 1e-9)
    #expect(found[0].purity > 0.95)
    #expect(found[0].uncertain == [])
    #expect(found[0].model.max() == 1)
  }

  @Test func noiseBelowTheThresholdHasNoComponent() throws {
    let run = SyntheticRun(noise: 1, background: 50)
    for seed in 1...5 as ClosedRange<UInt64> {
      #expect(try run.series(seed: seed).components().isEmpty)
    }
  }

  @Test func theNoiseFactorIsThatOfTheNoise() throws {
    // The median distance from the mean of a normal deviate is 0.6745 of its deviation.
    let run = SyntheticRun(scans: 400, noise: 2, background: 10000)
    let table = try #require(try IonTable(run.series(), binOffset: 0.3))
    let expected = 2 * 0.6745
    #expect(abs(table.noiseFactor - expected) < 0.15)
    let silent = try #require(try IonTable(SyntheticRun(background: 500).series(), binOffset: 0.3))
    #expect(silent.noiseFactor == 1)
  }

  @Test func skewMovesTheApexes() throws {
    let run = SyntheticRun(substances: [.init(apex: 30, height: 20000, ions: first)])
    let up = try run.series().components(DeconvolutionParameters(leastSharpness: 1, skew: 1))
    // The first ions are measured early in a scan, at most half of it: 113 of 41 to 113.
    #expect(up.allSatisfy { $0.apexScan >= 30 && $0.apexScan <= 31 })
  }

  @Test func whatCannotBeWorkedOnIsRefused() throws {
    #expect(try MassScanSeries().components().isEmpty)
    for points in 1...3 {
      var short = MassScanSeries()
      for scan in 0..<points {
        short.append(time: Double(scan), massToCharge: [50, 60], intensity: [5, 6])
      }
      #expect(try short.components().isEmpty)
    }
    for (mz, intensity) in [(50.0, Double.nan), (.infinity, 1), (50, -1), (1e9, 1)] {
      var bad = MassScanSeries()
      bad.append(time: 0, massToCharge: [mz], intensity: [intensity])
      #expect(throws: MassSpectrumError.self) { _ = try bad.components() }
    }
    var unsorted = MassScanSeries()
    for time in [1.0, 1] { unsorted.append(time: time, massToCharge: [50], intensity: [1]) }
    #expect(throws: MassSpectrumError.self) { _ = try unsorted.components() }
    #expect(throws: MassSpectrumError.self) {
      _ = try MassScanSeries().components(DeconvolutionParameters(longestSide: 0))
    }
  }

  @Test func aConstantHasNoComponent() throws {
    #expect(try SyntheticRun(background: 5000).series().components().isEmpty)
  }

  // MARK: - Least squares

  @Test func theCoefficientsAreRecovered() throws {
    let columns = [[1.0, 1, 1, 1, 1], [-1, -0.5, 0, 0.5, 1], [0, 0.5, 1, 0.5, 0.1]]
    let equations = try #require(NormalEquations(columns))
    let y = (0..<5).map { 3 * columns[0][$0] - 2 * columns[1][$0] + 7 * columns[2][$0] }
    for (a, b) in zip(equations.solve(y[...]), [3.0, -2, 7]) { #expect(abs(a - b) < 1e-12) }
    #expect(equations.condition > 1 && equations.condition < 100)
  }

  @Test func dependentColumnsAreRefusedOrKnownByTheirCondition() throws {
    #expect((NormalEquations([[1.0, 2, 3], [2.0, 4, 6]])?.condition ?? .infinity) > 1e12)
    // Eigenvalues of [[2, 1], [1, 2]] are 1 and 3.
    let two = try #require(NormalEquations([[1.0, 1, 0], [1, 0, 1]]))
    #expect(abs(two.condition - 3) < 1e-12)
  }
}
