/// Decodes the frames of an instrument that says by itself what it measures.
///
/// Each frame is a scan with its own number and time: points of traces, pairs of mass and intensity,
/// or the values of a spectrum.
public struct SeriesInterpreter: Sendable {
  /// What the instrument measures, as it said when it was opened.
  public let layout: SeriesLayout
  /// Decodes one frame into `scan`, whose arrays are used again; no correction applied.
  ///
  /// Numbers that the instrument sends as Double arrive bit for bit. Throws on a frame that is not
  /// whole or not a scan.
  public let decode: @Sendable (Span<UInt8>, inout SeriesScan) throws(DriverError) -> Void

  /// Makes an interpreter.
  public init(
    layout: SeriesLayout,
    decode: @escaping @Sendable (Span<UInt8>, inout SeriesScan) throws(DriverError) -> Void
  ) {
    self.layout = layout
    self.decode = decode
  }
}

/// What an instrument measures by its own account.
public struct SeriesLayout: Sendable, Hashable {
  /// What a scan is.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// Points of one or more signals against time.
    case traces
    /// Pairs of mass and intensity, one a peak (MS:1000127).
    case massCentroids = "mass_centroids"
    /// Pairs of mass and intensity, steps over the peaks (MS:1000128).
    case massProfile = "mass_profile"
    /// One value a place of an axis that holds for the whole run.
    case spectrum
  }

  /// One thing that is measured.
  public struct Channel: Sendable, Hashable {
    /// Its lasting name (`fid`, `intensity`): letters, digits, `_` and `-`.
    public var name: String
    /// The unit of its values, in the instrument's own spelling.
    public var unit: Unit

    /// Makes a channel.
    public init(name: String, unit: Unit) {
      self.name = name
      self.unit = unit
    }
  }

  /// What a scan is.
  public var kind: Kind
  /// The signals of traces in their order; the one ordinate of the other kinds.
  public var channels: [Channel]
  /// The axis of spectra; none for the other kinds.
  public var axis: Axis?
  /// The most points, pairs or values that one scan has.
  public var largestCount: Int

  /// Makes a layout.
  public init(kind: Kind, channels: [Channel], axis: Axis? = nil, largestCount: Int) {
    self.kind = kind
    self.channels = channels
    self.axis = axis
    self.largestCount = largestCount
  }
}

/// The numbers of one decoded frame of a series.
public struct SeriesScan: Sendable, Hashable {
  /// The instrument's own number of the scan, from 0; of traces, that of its first point.
  public var number: UInt64 = 0
  /// When each point of traces was measured, or the one time of the scan: seconds since the start.
  public var times: [Double] = []
  /// Mass-to-charge ratios, one a pair; empty for the other kinds.
  public var massToCharge: [Double] = []
  /// The values: point after point with one value a channel, or one a pair, or one a place of the axis.
  public var values: [Double] = []
  /// Whether the instrument says that a value was saturated.
  public var isSaturated = false

  /// Makes an empty scan, to be decoded into.
  public init() {}
}
