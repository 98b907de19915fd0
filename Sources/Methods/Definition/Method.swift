public import Instruments
public import Laboratory

/// How a run is acquired, evaluated and accepted: what a method's text says, checked.
public struct Method: Sendable, Hashable {
  /// The technique, which decides what a method can say.
  public enum Technique: String, Sendable, Hashable, Codable, CaseIterable {
    /// Raman spectrum.
    case raman
    /// Infrared spectrum.
    case ftir
    /// Ultraviolet and visible spectrum.
    case ultravioletVisible = "uv-vis"
    /// Gas chromatography with a mass spectrometer.
    case gcms = "gc-ms"
    /// Liquid chromatography with a mass spectrometer.
    case lcms = "lc-ms"
    /// Gas chromatography with a one-channel detector.
    case gc
    /// Liquid chromatography with a one-channel detector.
    case lc
    /// Residual gas analysis.
    case residualGas = "residual-gas"
  }

  /// Whether results by it may be released.
  public enum State: String, Sendable, Hashable, Codable, CaseIterable {
    /// Being written or tried: results are marked.
    case draft
    /// Shown to be fit for its purpose.
    case validated
    /// No longer to be used.
    case withdrawn
  }

  /// What is done with what was measured.
  public enum Body: Sendable, Hashable {
    /// Signals against time: peaks, areas, contents.
    case separation(SeparationMethod)
    /// One spectrum: corrections, search, bands.
    case spectrum(SpectrumMethod)
    /// Pressures of gases: limits and ratios.
    case residualGas(ResidualGasMethod)
  }

  /// The lasting name, kebab-case.
  public var name: String
  /// Its version, as its author counts them.
  public var version: String
  /// What it is for, in one line.
  public var title: String
  /// The technique.
  public var technique: Technique
  /// Whether results by it may be released.
  public var state: State
  /// How a run is taken; what it leaves open is the profile's default.
  public var acquisition: MethodAcquisition
  /// What is done with what was measured.
  public var body: Body
  /// Which files a run by it yields beside the raw record.
  public var outputs: Outputs
  /// SHA-256 of its text, lower-case hexadecimal.
  public var sha256: String
  /// The text, to the byte.
  public var text: MethodText

  /// Makes a method.
  public init(
    name: String, version: String, title: String, technique: Technique, state: State,
    acquisition: MethodAcquisition, body: Body, outputs: Outputs, sha256: String, text: MethodText
  ) {
    self.name = name
    self.version = version
    self.title = title
    self.technique = technique
    self.state = state
    self.acquisition = acquisition
    self.body = body
    self.outputs = outputs
    self.sha256 = sha256
    self.text = text
  }

  /// How results name it.
  public var reference: MethodReference {
    MethodReference(name: name, version: version, sha256: sha256)
  }
}

/// How a run is taken.
public struct MethodAcquisition: Sendable, Hashable {
  /// Settings by their names in the profile.
  public var settings: Settings
  /// How many scans.
  public var scans: Int?
  /// How long, s.
  public var duration: Double?
  /// Scans averaged into one spectrum.
  public var averageEvery: Int?
  /// Whether darks are taken first, and how many.
  public var darkScans: Int?

  /// Makes a plan; leaves open what is not given.
  public init(
    settings: Settings = Settings(), scans: Int? = nil, duration: Double? = nil,
    averageEvery: Int? = nil, darkScans: Int? = nil
  ) {
    self.settings = settings
    self.scans = scans
    self.duration = duration
    self.averageEvery = averageEvery
    self.darkScans = darkScans
  }
}

/// Which files a run yields beside the raw record.
public struct Outputs: Sendable, Hashable {
  /// Whether a report as one HTML file is made.
  public var report: Bool
  /// Whether the peak table is written as CSV.
  public var peakTable: Bool
  /// The formats of the archive and exchange files; none: those that suit the technique.
  public var formats: [FileFormat]?

  /// Makes a choice.
  public init(report: Bool = true, peakTable: Bool = true, formats: [FileFormat]? = nil) {
    self.report = report
    self.peakTable = peakTable
    self.formats = formats
  }
}
