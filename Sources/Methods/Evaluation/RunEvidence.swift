public import Laboratory
public import Processing

/// What a person looks at to believe an evaluation: the signals and spectra behind its numbers.
///
/// Not kept on disk: it is computed again from the raw record.
public struct RunEvidence: Sendable, Hashable {
  /// A mass spectrum beside that of the library.
  public struct MassPair: Sendable, Hashable {
    /// The spectrum of the peak, prepared for the search.
    public var query: MassPeakList
    /// That of the best match, prepared likewise; none without one.
    public var match: MassPeakList?

    /// Makes a pair.
    public init(query: MassPeakList, match: MassPeakList?) {
      self.query = query
      self.match = match
    }
  }

  /// A spectrum beside that of the library, on the axis on which they were compared.
  public struct SpectrumPair: Sendable, Hashable {
    /// The axis in words with its unit.
    public var axisName: String
    /// The axis.
    public var axis: [Double]
    /// The spectrum as the search saw it.
    public var query: [Double]
    /// That of the best match; none without one.
    public var match: [Double]?

    /// Makes a pair.
    public init(axisName: String, axis: [Double], query: [Double], match: [Double]?) {
      self.axisName = axisName
      self.axis = axis
      self.query = query
      self.match = match
    }
  }

  /// The signals by their names in the method.
  public var signals: [String: Trace]
  /// Mass spectra by the analyte's name.
  public var massSpectra: [String: MassPair]
  /// The spectrum beside that of the library; none where no library was asked.
  public var spectrum: SpectrumPair?
  /// The spectrum after the method's last step; values that are none are NaN.
  public var processed: MeasuredSpectrum?

  /// Makes evidence of nothing.
  public init() {
    signals = [:]
    massSpectra = [:]
    spectrum = nil
    processed = nil
  }
}
