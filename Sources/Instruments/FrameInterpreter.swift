/// Turns the bytes of a frame into raw numbers, and knows what the device says they mean.
///
/// Pure: the same bytes give the same numbers anywhere. Made by a driver from profile and record.
public enum FrameInterpreter: Sendable {
  /// Frames of a line of detector channels: counts, all with one axis.
  case array(ArrayInterpreter)
  /// Frames of a scanning mass spectrometer: ion currents, whose axis the settings decide.
  case mass(MassInterpreter)
  /// Frames of an instrument that says by itself what it measures, each with its number and time.
  case series(SeriesInterpreter)
}

/// Decodes the frames of an array spectrometer.
public struct ArrayInterpreter: Sendable {
  /// The detector that the numbers come from, with the calibration found in the instrument.
  public let detector: ArrayDetector
  /// Decodes one frame into raw counts, one a published channel, no correction applied.
  ///
  /// The span has exactly `detector.channelCount` places. Throws on a frame of wrong length or mark.
  public let decode: @Sendable (Span<UInt8>, inout MutableSpan<Double>) throws(DriverError) -> Void

  /// Makes an interpreter.
  public init(
    detector: ArrayDetector,
    decode: @escaping @Sendable (Span<UInt8>, inout MutableSpan<Double>) throws(DriverError) -> Void
  ) {
    self.detector = detector
    self.decode = decode
  }
}

/// A line of detector channels with what is known about them: the model's facts and the unit's own
/// calibration, each as found, each with the reason where it cannot be used.
public struct ArrayDetector: Sendable, Hashable {
  /// How many channels a decoded frame has.
  public var channelCount: Int
  /// The largest count the published scale can hold (65535 for 16 bits).
  public var fullScale: Double
  /// The raw count from which a channel is saturated.
  public var saturationCount: Double
  /// What raw counts are multiplied by to reach the published scale; 1 where nothing is programmed.
  public var gain: Double
  /// Channels that no light reaches, from 0; empty where the model has none.
  public var darkChannels: [Int]
  /// Wavelength polynomial c0 + c1 p + c2 p^2 + ..., nm in air, p the channel from 0.
  public var wavelength: Calibration
  /// What is subtracted from the channel number before the polynomial.
  public var wavelengthOrigin: Double
  /// Non-linearity polynomial: corrected = c / (a0 + a1 c + ...), c in dark-corrected counts.
  public var nonlinearity: Calibration

  /// Makes a detector.
  public init(
    channelCount: Int, fullScale: Double, saturationCount: Double, gain: Double,
    darkChannels: [Int], wavelength: Calibration, wavelengthOrigin: Double,
    nonlinearity: Calibration
  ) {
    self.channelCount = channelCount
    self.fullScale = fullScale
    self.saturationCount = saturationCount
    self.gain = gain
    self.darkChannels = darkChannels
    self.wavelength = wavelength
    self.wavelengthOrigin = wavelengthOrigin
    self.nonlinearity = nonlinearity
  }

  /// Coefficients read from an instrument, or why there are none.
  public enum Calibration: Sendable, Hashable {
    /// Coefficients of rising power.
    case coefficients([Double])
    /// The instrument's memory holds none: never programmed, or the model has no such memory.
    case missing(reason: String)
    /// The memory holds something that cannot be right.
    case absurd(reason: String)
  }
}
