/// Counts that a real instrument took once, to be played by an emulated one.
public struct Recording: Sendable {
  /// The recorded counts with light, one a pixel.
  public let raw: [Double]
  /// The recorded counts without light, if the file has them.
  public let dark: [Double]?
  /// The wavelength polynomial c0 to c3 in nm, pixel from 0.
  public let wavelengths: [Double]
  /// How many exposures the recorded counts are the mean of; as many frames make one cycle.
  public let averaged: Int

  /// Makes a recording from its numbers.
  init(raw: [Double], dark: [Double]?, wavelengths: [Double], averaged: Int) {
    self.raw = raw
    self.dark = dark
    self.wavelengths = wavelengths
    self.averaged = averaged
  }

  /// The integer counts of one frame.
  func counts(of frame: Int, lampOn: Bool, into counts: inout [UInt16]) {
    let values = lampOn ? raw : dark ?? [Double](repeating: 0, count: raw.count)
    let turn = frame % averaged
    for pixel in 0..<min(values.count, counts.count) {
      // All frames of a cycle add up to the recorded total; the first ones carry the remainder.
      let total = Int((values[pixel] * Double(averaged)).rounded())
      let share = total / averaged + (turn < total % averaged ? 1 : 0)
      counts[pixel] = UInt16(clamping: share)
    }
  }
}
