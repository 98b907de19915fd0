/// Counts that a real instrument took once, to be played by an emulated one.
///
/// A single exposure is played as its integers, bit for bit. A mean of N is played as N integer
/// frames in turn whose mean is the recorded one. With the lamp off, the recorded dark is played in
/// the same way. The integration time asked for only sets the pace.
public struct Recording: Sendable {
  /// The recorded counts with light, one a pixel.
  public let raw: [Double]
  /// The recorded counts without light, if the file has them; else zeros are played.
  public let dark: [Double]?
  /// The wavelength polynomial c0 to c3 in nm, pixel from 0.
  public let wavelengths: [Double]
  /// How many exposures the recorded counts are the mean of; as many frames make one cycle.
  public let averaged: Int
  /// The integration time that was recorded, if the file has it.
  public let integration: Duration?
  /// The laser's wavelength in nm, if the file has it.
  public let laserWavelength: Double?

  private let lit: [Int]
  private let unlit: [Int]

  init(
    raw: [Double], dark: [Double]?, wavelengths: [Double], averaged: Int,
    integration: Duration? = nil, laserWavelength: Double? = nil
  ) {
    self.raw = raw
    self.dark = dark
    self.wavelengths = wavelengths
    self.averaged = averaged
    self.integration = integration
    self.laserWavelength = laserWavelength
    lit = raw.map { Self.total(of: $0, averaged) }
    unlit = (dark ?? raw.map { _ in 0 }).map { Self.total(of: $0, averaged) }
  }

  /// What a recorded mean of `averaged` exposures sums up to.
  static func total(of mean: Double, _ averaged: Int) -> Int {
    Int((mean * Double(averaged)).rounded())
  }

  /// The integer counts of one frame.
  func counts(of frame: Int, lampOn: Bool, into counts: inout [UInt16]) {
    let totals = lampOn ? lit : unlit
    let turn = frame % averaged
    for pixel in 0..<min(totals.count, counts.count) {
      // All frames of a cycle add up to the total; the first ones carry the remainder.
      let share = totals[pixel] / averaged
      counts[pixel] = UInt16(clamping: turn < totals[pixel] % averaged ? share + 1 : share)
    }
  }
}
