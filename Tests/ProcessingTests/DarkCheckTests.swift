import Foundation
import Testing

@testable import Processing

/// A dark taken with the light on must be noticed; a true dark must not be suspected.
@Suite struct DarkCheckTests {
  private static func noise(_ seed: UInt64, _ size: Double) -> [Double] {
    var state = seed
    return (0..<512).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return size * (Double(state >> 33) / Double(1 << 31) - 0.5)
    }
  }

  private static let band = (0..<512).map { 20_000 * exp(-pow((Double($0) - 250) / 30, 2)) }

  @Test func theSampleItselfAsADarkIsNoticed() {
    let scans = zip(Self.band, Self.noise(1, 200)).map { 1500 + $0 + $1 }
    let same = zip(Self.band, Self.noise(2, 200)).map { 1500 + $0 + $1 }
    #expect(DarkCheck.looksLit(dark: same, scans: scans))
    let half = zip(Self.band, Self.noise(2, 200)).map { 1500 + $0 / 2 + $1 }
    #expect(DarkCheck.looksLit(dark: half, scans: scans))
  }

  @Test func aTrueDarkIsNotSuspectedBesideABrightAFaintOrNoSample() {
    let dark = Self.noise(3, 200).map { 1500 + $0 }
    for strength in [1.0, 0.01, 0] {
      let scans = zip(Self.band, Self.noise(4, 200)).map { 1500 + $0 * strength + $1 }
      #expect(!DarkCheck.looksLit(dark: dark, scans: scans), "strength \(strength)")
    }
  }

  @Test func aFixedPatternOfSingleChannelsIsNoLight() {
    let pattern = Self.noise(5, 2000)
    let dark = zip(pattern, Self.noise(6, 50)).map { 1500 + $0 + $1 }
    let scans = zip(pattern, Self.noise(7, 50)).map { 1510 + $0 + $1 }
    #expect(!DarkCheck.looksLit(dark: dark, scans: scans))
  }

  @Test func tooLittleToJudgeIsNotJudged() {
    #expect(!DarkCheck.looksLit(dark: [1, 2], scans: [1, 2]))
    #expect(!DarkCheck.looksLit(dark: [], scans: []))
    let flat = [Double](repeating: 7, count: 64)
    #expect(!DarkCheck.looksLit(dark: flat, scans: flat))
    #expect(!DarkCheck.looksLit(dark: [1, 2, 3], scans: flat))
  }
}
