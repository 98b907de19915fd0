import Instruments
import Laboratory
import Testing

@testable import Processing

@Suite struct MassSpectrumTests {
  // MARK: - What cannot be used

  @Test func scansThatAreNotBelievedStayOutOfTheMeanAndAreCounted() throws {
    let scans = [
      massScan([10, 20]), massScan([], flags: .partial), massScan([900, 900], flags: .refused),
      massScan([900, 900], flags: .refused), massScan([900, 900], flags: .stale),
      massScan([900]), massScan([.nan, 1]), massScan([.infinity, 1]), massScan([0.5, 1]),
      massScan([1e10, 1]), massScan([30, 40], 9),
    ]
    let spectrum = try #require(massSpectra(scans, .plain([17, 18])).first)
    #expect(spectrum.raw == [20, 30])
    #expect(spectrum.scans == 2)
    #expect(spectrum.firstScan == 0)
    #expect(spectrum.lastScan == 9)
    let numbers = try #require(spectrum.step("average")?.numbers)
    #expect(numbers["left_out_partial"] == 1)
    #expect(numbers["left_out_refused"] == 2)
    #expect(numbers["left_out_stale"] == 1)
    #expect(numbers["left_out_unusable"] == 5)
  }

  @Test func aRunOfNothingUsableGivesNoSpectrum() {
    #expect(massSpectra([], .plain([28])).isEmpty)
    #expect(massSpectra([massScan([1], flags: .refused)], .plain([28])).isEmpty)
  }

  @Test func aFactorThatIsMissingOrAbsurdIsRefusedByNameAndGivesNoPressure() throws {
    for (scale, why) in [
      (MassScanLayout.PressureScale.missing(reason: "the gain is not stored"), "the gain"),
      (.torrPerAmpere(.infinity), "inf"), (.torrPerAmpere(0), "0.0"), (.torrPerAmpere(-1), "-1.0"),
      (.torrPerAmpere(.nan), "nan"),
    ] {
      let layout = MassScanLayout.plain([28], partial: scale, totalScale: scale)
      let spectrum = try #require(massSpectra([massScan([28000], total: 7)], layout).first)
      #expect(spectrum.pressure == nil)
      #expect(spectrum.partialPressures.isEmpty)
      #expect(spectrum.totalPressure == nil)
      #expect(agrees(spectrum.totalCurrent, 7e-16))
      for name in ["partial-pressure", "total-pressure"] {
        let step = try #require(spectrum.step(name))
        #expect(step.state == .refused)
        #expect(step.detail.contains(why))
      }
    }
  }

  @Test func aTotalThatNoScanCarriesIsSaid() throws {
    let none = try #require(massSpectra([massScan([1])], .plain([28], total: false)).first)
    #expect(none.totalCurrent == nil)
    #expect(none.step("total-pressure")?.state == .skipped)
    let why = MassScanLayout.PressureScale.missing(reason: "the multiplier is on")
    let told = try #require(
      massSpectra([massScan([1])], .plain([28], total: false, totalScale: why)).first)
    #expect(told.step("total-pressure")?.state == .refused)
    #expect(told.step("total-pressure")?.detail == "the multiplier is on")
    let broken = try #require(massSpectra([massScan([1], total: .nan)], .plain([28])).first)
    #expect(broken.totalPressure == nil)
    #expect(broken.step("total-pressure")?.state == .refused)
  }

  // MARK: - Golden numbers

  @Test func theDocumentsNumbersComeOut() throws {
    let spectrum = try #require(
      massSpectra([massScan([1_234_567], total: 4321)], .plain([28])).first)
    #expect(agrees(spectrum.current[0], 1.234567e-10))
    #expect(agrees(spectrum.pressure?[0], 1.19512778e-06, within: 5e-9))
    #expect(agrees(spectrum.partialPressures.first?.torr, 1.19512778e-06, within: 5e-9))
    #expect(spectrum.partialPressures.first?.mass == 28)
    #expect(agrees(spectrum.totalCurrent, 4.321e-13))
    #expect(agrees(spectrum.totalPressure, 2.1934010e-08, within: 2.5e-8))
    // One count: 9.68054211e-13 Torr.
    let one = try #require(massSpectra([massScan([1])], .plain([28])).first)
    #expect(agrees(one.partialPressures.first?.torr, 9.68054211e-13, within: 1e-9))
    #expect(one.step("partial-pressure")?.detail.contains("nitrogen equivalent") == true)
  }

  @Test func theEndsOfTheScaleAreCurrentsToo() throws {
    let counts: [Double] = [0, 1, -1, 255, -1_234_567, 2_147_483_647, -2_147_483_648]
    let amperes = [0, 1e-16, -1e-16, 2.55e-14, -1.234567e-10, 2.147483647e-07, -2.147483648e-07]
    let layout = MassScanLayout.plain(counts.indices.map { Double($0 + 1) })
    let spectrum = try #require(massSpectra([massScan(counts)], layout).first)
    for (found, wanted) in zip(spectrum.current, amperes) { #expect(agrees(found, wanted)) }
  }

  @Test func meanAndDeviationOfAGroupAreExact() throws {
    let scans = [2.0, 4, 4, 4, 5, 5, 7, 9].map { massScan([$0, -$0]) }
    let spectrum = try #require(massSpectra(scans, .plain([1, 2])).first)
    #expect(spectrum.raw == [5, -5])
    // The squares of the deviations add up to 32, over 7.
    let wanted = (32.0 / 7).squareRoot() * 1e-16
    #expect(spectrum.deviation == [wanted, wanted])
    #expect(massSpectra([massScan([3])], .plain([1])).first?.deviation == nil)
  }

  @Test func sumsOfTheLargestCountsDoNotRound() throws {
    // In binary64 the squares of these differ in no bit, and a deviation of 0.5 would be lost.
    let top = 2_147_483_647.0
    let scans = (0..<1000).map { massScan([$0.isMultiple(of: 2) ? top : top - 1]) }
    let spectrum = try #require(massSpectra(scans, .plain([1])).first)
    #expect(spectrum.raw == [top - 0.5])
    let variance = 1000.0 * 0.25 / 999
    #expect(agrees(spectrum.deviation?[0], variance.squareRoot() * 1e-16, within: 1e-15))
  }

  // MARK: - Pressures by mass

  @Test func aProfileGivesTheLargestCurrentNearEachWholeMass() throws {
    // 27.0 to 29.0 in tenths; the peak of 28 stands at 28.2, larger points stand outside 0.3.
    let masses = (0...20).map { 27 + Double($0) / 10 }
    var counts = [Double](repeating: 0, count: 21)
    counts[0] = 3  // 27.0
    counts[3] = 5  // 27.3, the edge
    counts[4] = 900  // 27.4, between
    counts[7] = 6  // 27.7, the edge
    counts[12] = 50  // 28.2
    counts[14] = 800  // 28.4, between
    counts[17] = 9  // 28.7, the edge
    counts[20] = 4  // 29.0
    let spectrum = try #require(
      massSpectra([massScan(counts)], .plain(.profile, masses)).first)
    let pressures = spectrum.partialPressures
    #expect(pressures.map(\.mass) == [27, 28, 29])
    #expect(pressures.map(\.massToCharge) == [27.3, 28.2, 28.7])
    #expect(agrees(pressures[1].torr, 50e-16 * 1e3 / 0.1033))
  }

  @Test func wholeMassesOutsideTheScanHaveNoPressure() throws {
    let masses = [27.8, 27.9, 28.0, 28.1, 28.9]
    let spectrum = try #require(
      massSpectra([massScan([1, 2, 3, 4, 5])], .plain(.profile, masses)).first)
    #expect(spectrum.partialPressures.map(\.mass) == [28])
    let below = try #require(
      massSpectra([massScan([1, 2])], .plain(.profile, [27.8, 27.9])).first)
    #expect(below.partialPressures.isEmpty)
  }

  @Test func sticksAndSelectedMassesAreTakenAsTheyStand() throws {
    for kind in [MassScanLayout.Kind.centroid, .selected] {
      let layout = MassScanLayout.plain(kind, [40, 18.2, 28])
      let spectrum = try #require(massSpectra([massScan([1, -2, 3])], layout).first)
      #expect(spectrum.partialPressures.map(\.mass) == [40, 18.2, 28])
      #expect(spectrum.partialPressures[1].torr < 0)
    }
  }

  @Test func aMultiplierIsSaidWithItsVoltageAndGain() throws {
    var layout = MassScanLayout.plain([28])
    layout.detector = .multiplier(volts: 1400, gain: 5000)
    let step = try #require(massSpectra([massScan([1])], layout).first?.step("ion-current"))
    #expect(step.numbers["multiplier_V"] == 1400)
    #expect(step.numbers["multiplier_gain"] == 5000)
    #expect(step.detail.contains("multiplier"))
  }
}
