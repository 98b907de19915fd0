/// Decodes the frames of a scanning mass spectrometer.
public struct MassInterpreter: Sendable {
  /// What a frame holds while these settings, as sent, are in force.
  public let layout: @Sendable (Settings) throws(DriverError) -> MassScanLayout
  /// Decodes one frame into raw counts, one a point of the layout, no correction applied.
  ///
  /// The span has exactly as many places as the layout has points. Returns the raw count of the
  /// total current where the frame carries it. Throws on a frame of wrong length.
  public let decode:
    @Sendable (Span<UInt8>, MassScanLayout, inout MutableSpan<Double>) throws(DriverError)
      -> Double?

  /// Makes an interpreter.
  public init(
    layout: @escaping @Sendable (Settings) throws(DriverError) -> MassScanLayout,
    decode:
      @escaping @Sendable (Span<UInt8>, MassScanLayout, inout MutableSpan<Double>)
      throws(DriverError) -> Double?
  ) {
    self.layout = layout
    self.decode = decode
  }
}

/// What one frame of a mass spectrometer holds, and what turns its counts into quantities.
public struct MassScanLayout: Sendable, Hashable {
  /// What the points are.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// Equal steps over the peaks (MS:1000128).
    case profile
    /// One point a peak (MS:1000127).
    case centroid
    /// Chosen masses, one point each (selected ion monitoring, MS:1001472).
    case selected
  }

  /// What collected the ions.
  public enum Detector: Sendable, Hashable {
    /// A Faraday cup (MS:1000112): every ion counts once.
    case faradayCup
    /// An electron multiplier (MS:1000253) at this voltage; its gain over the cup, where stored.
    case multiplier(volts: Double, gain: Double?)
  }

  /// What turns an ion current into a pressure.
  public enum PressureScale: Sendable, Hashable {
    /// Torr per ampere of ion current.
    case torrPerAmpere(Double)
    /// It cannot be known.
    case missing(reason: String)
  }

  /// What the points are.
  public var kind: Kind
  /// The mass-to-charge ratio of each point, in the order of the frame.
  ///
  /// Rising for profile and centroid; as asked for selected masses.
  public var massToCharge: [Double]
  /// The length of the frame in bytes.
  public var byteCount: Int
  /// Whether the frame ends with the total ion current.
  public var carriesTotal: Bool
  /// Amperes of ion current per raw count.
  public var amperesPerCount: Double
  /// What collected the ions.
  public var detector: Detector
  /// What turns the current of one mass into its partial pressure, as if all of it were nitrogen.
  public var partialPressure: PressureScale
  /// What turns the total current into the total pressure.
  public var totalPressure: PressureScale
  /// How long the instrument measures one point.
  ///
  /// Times of points are counted by it from the scan's start, not from the arrival of bytes.
  public var pointTime: Duration

  /// Makes a layout.
  public init(
    kind: Kind, massToCharge: [Double], byteCount: Int, carriesTotal: Bool,
    amperesPerCount: Double, detector: Detector, partialPressure: PressureScale,
    totalPressure: PressureScale, pointTime: Duration
  ) {
    self.kind = kind
    self.massToCharge = massToCharge
    self.byteCount = byteCount
    self.carriesTotal = carriesTotal
    self.amperesPerCount = amperesPerCount
    self.detector = detector
    self.partialPressure = partialPressure
    self.totalPressure = totalPressure
    self.pointTime = pointTime
  }
}
