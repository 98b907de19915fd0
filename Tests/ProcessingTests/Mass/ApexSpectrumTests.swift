import Laboratory
import Testing

@testable import Processing

@Suite struct ApexSpectrumTests {
  /// Eleven scans a second apart: 50 at 207 everywhere, and a peak at 100 with its apex at 5 s.
  private func series() -> MassScanSeries {
    var series = MassScanSeries()
    for scan in 0..<11 {
      let peak = [0.0, 0, 0, 100, 400, 900, 500, 200, 0, 0, 0][scan]
      series.append(
        time: Double(scan), massToCharge: [99.8, 100.1, 207.1], intensity: [peak, 2 * peak, 50])
    }
    return series
  }

  @Test func theBackgroundGoesAndTheBinsAreSummed() throws {
    let spectrum = try series().apexSpectrum(apex: 5.2, start: 3, end: 7)
    // floor(99.8 + 0.3) and floor(100.1 + 0.3) are both 100; 207 is background alone.
    #expect(spectrum.peaks.massToCharge == [100])
    #expect(spectrum.peaks.intensity == [999])
    #expect(spectrum.apexScans == [4, 5, 6])
    #expect(spectrum.backgroundScans == [0, 1, 2, 8, 9, 10])
    #expect(spectrum.scanRange == 100...207)
    #expect(spectrum.flags == [])
  }

  @Test func withoutBackgroundItStays() throws {
    let spectrum = try series().apexSpectrum(
      apex: 5, start: 3, end: 7, subtraction: BackgroundSubtraction(backgroundScans: 0))
    #expect(spectrum.peaks.massToCharge == [100, 207])
    // Three scans of 3 (400 + 900 + 500) / 3 = 1800 against 50.
    let expected: [Double] = [999, 50.0 / 1800 * 999]
    #expect(spectrum.peaks.intensity == expected)
  }

  @Test func aPeakAtTheEdgeSaysSo() throws {
    let first = try series().apexSpectrum(apex: 0, start: 0, end: 2)
    #expect(first.flags.contains("apex-at-edge"))
    #expect(first.flags.contains("background-one-sided"))
    let whole = try series().apexSpectrum(apex: 5, start: 0, end: 10)
    #expect(whole.flags.contains("no-background"))
  }

  @Test func aDamagedScanIsLeftOutAndSaid() throws {
    var series = MassScanSeries()
    for scan in 0..<11 {
      series.append(
        time: Double(scan), massToCharge: [100], intensity: [scan == 5 ? .nan : 10 * Double(scan)])
    }
    let spectrum = try series.apexSpectrum(apex: 5, start: 3, end: 7)
    #expect(spectrum.apexScans == [4, 6])
    #expect(spectrum.flags.contains("scans-left-out"))
  }

  @Test func whatIsNotThereIsRefused() {
    for (apex, start, end) in [
      (50.0, 40.0, 60.0), (-1, -2, 3), (.nan, 1, 2), (5, 6, 7), (5, 3, 4), (5, 3, .infinity),
    ] {
      #expect(throws: MassSpectrumError.self) {
        _ = try series().apexSpectrum(apex: apex, start: start, end: end)
      }
    }
    #expect(throws: MassSpectrumError.self) {
      _ = try MassScanSeries().apexSpectrum(apex: 1, start: 0, end: 2)
    }
    #expect(throws: MassSpectrumError.self) {
      _ = try series().apexSpectrum(
        apex: 5, start: 3, end: 7, subtraction: BackgroundSubtraction(apexHalfWidth: -1))
    }
  }

  // MARK: - Preparation

  @Test func binsFollowTheOffset() throws {
    let peaks = try MassPeakList(
      massToCharge: [99.69, 99.71, 100.69, 100.71], intensity: [1, 2, 4, 8])
    let usual = MassPreparation(floor: 0).prepared(peaks)
    #expect(usual.massToCharge == [99, 100, 101])
    let expected: [Double] = [1.0 / 8 * 999, 6.0 / 8 * 999, 999]
    #expect(usual.intensity == expected)
    let middle = MassPreparation(binOffset: 0.5, floor: 0).prepared(peaks)
    #expect(middle.massToCharge == [100, 101])
    let halves: [Double] = [3.0 / 12 * 999, 999]
    #expect(middle.intensity == halves)
  }

  @Test func rangeAndFloorCutAndPreparingTwiceChangesNothing() throws {
    let peaks = try MassPeakList(
      massToCharge: [30, 41, 50, 60, 600], intensity: [5000, 1, 3, 1000, 9000])
    let preparation = MassPreparation(lowestMass: 40, highestMass: 500)
    let once = preparation.prepared(peaks)
    #expect(once.massToCharge == [50, 60])
    let cut: [Double] = [3.0 / 1000 * 999, 999]
    #expect(once.intensity == cut)
    #expect(preparation.prepared(once) == once)
  }

  @Test func pairsAreCheckedSortedAndSummed() throws {
    let list = try MassPeakList(massToCharge: [3, 1, 3, 2], intensity: [1, 2, 4, 8])
    #expect(list.massToCharge == [1, 2, 3])
    #expect(list.intensity == [2, 8, 5])
    for (mz, values) in [
      ([1.0], [1.0, 2]), ([.nan], [1]), ([1], [.infinity]), ([0], [1]), ([-1], [1]), ([1], [-1]),
    ] {
      #expect(throws: MassSpectrumError.self) {
        _ = try MassPeakList(massToCharge: mz, intensity: values)
      }
    }
    #expect(MassPreparation().prepared(.empty).count == 0)
    let zeros = try MassPeakList(massToCharge: [1, 2], intensity: [0, 0])
    #expect(MassPreparation().prepared(zeros).count == 0)
  }
}
