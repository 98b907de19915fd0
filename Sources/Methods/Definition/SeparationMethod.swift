public import Processing

/// What a chromatographic method does with signals against time.
public struct SeparationMethod: Sendable, Hashable {
  /// The signals that are looked at, in the order of the text.
  public var signals: [SignalDefinition]
  /// What is looked for; empty where all peaks are reported.
  public var analytes: [AnalyteDefinition]
  /// Whether all peaks of the first signal are reported by their share of the area.
  public var areaPercent: Bool
  /// What is shown of every peak of the first signal that no analyte takes; none where nothing is.
  public var unknowns: PeakIdentity?
  /// The ladder of retention indices; none where they are not used.
  public var ladder: RetentionLadder?
  /// What a sequence must show before its results count.
  public var acceptance: AcceptanceRules
  /// Where the noise is taken, s; none where it is not.
  public var noiseWindow: ClosedRange<Double>?

  /// Makes a method without signals.
  public init(
    signals: [SignalDefinition] = [], analytes: [AnalyteDefinition] = [],
    areaPercent: Bool = false, unknowns: PeakIdentity? = nil, ladder: RetentionLadder? = nil,
    acceptance: AcceptanceRules = AcceptanceRules(), noiseWindow: ClosedRange<Double>? = nil
  ) {
    self.signals = signals
    self.analytes = analytes
    self.areaPercent = areaPercent
    self.unknowns = unknowns
    self.ladder = ladder
    self.acceptance = acceptance
    self.noiseWindow = noiseWindow
  }
}

/// One signal against time, and how its peaks are found and integrated.
public struct SignalDefinition: Sendable, Hashable {
  /// Where it comes from.
  public enum Source: Sendable, Hashable {
    /// A recorded trace by its name; `first` is the first there is.
    case trace(String)
    /// The sum of all intensities of each mass scan.
    case total
    /// The largest intensity of each mass scan.
    case basePeak
    /// The sum of the intensities near a mass.
    case ion(massToCharge: Double, tolerance: Double)
  }

  /// Its name in the method.
  public var name: String
  /// Where it comes from.
  public var source: Source
  /// How peaks are found; none where none are searched.
  public var detection: PeakDetection?
  /// How peaks are integrated.
  public var integration: IntegrationRules
  /// What is done at given times.
  public var events: [IntegrationEvent]

  /// Makes a signal.
  public init(
    name: String, source: Source, detection: PeakDetection?, integration: IntegrationRules,
    events: [IntegrationEvent] = []
  ) {
    self.name = name
    self.source = source
    self.detection = detection
    self.integration = integration
    self.events = events
  }
}

/// A substance that is looked for.
public struct AnalyteDefinition: Sendable, Hashable {
  /// What it is there for.
  public enum Role: String, Sendable, Hashable, Codable, CaseIterable {
    /// Its content is the answer.
    case analyte
    /// It was added in a known amount: the others are measured by it.
    case internalStandard = "internal-standard"
  }

  /// Which of several peaks in the window is taken.
  public enum Pick: String, Sendable, Hashable, Codable, CaseIterable {
    /// The highest.
    case highest
    /// The one nearest to the middle of the window.
    case nearest
  }

  /// How its response is found.
  public enum Measure: Sendable, Hashable {
    /// The area of a peak that the detector found.
    case peakArea
    /// The height of a peak that the detector found.
    case peakHeight
    /// The area between anchors around the apex, whatever the detector says.
    case anchored(AnchoredIntegration)
  }

  /// Its name.
  public var name: String
  /// Its keyword in the LIMS.
  public var keyword: String
  /// What it is there for.
  public var role: Role
  /// The signal it is measured on.
  public var signal: String
  /// Where its apex must be, s.
  public var window: ClosedRange<Double>
  /// Which peak is taken where the window holds several.
  public var pick: Pick
  /// How its response is found.
  public var measure: Measure
  /// The height over the baseline below which it is not detected, unit of the signal.
  public var minimumHeight: Double?
  /// The internal standard by its name; none where responses count as they are.
  public var internalStandard: String?
  /// What must be shown of the substance at the peak; none where the time suffices.
  public var identity: PeakIdentity?
  /// How its content is found; none where it is only looked for.
  public var calibration: CalibrationDefinition?

  /// Makes an analyte.
  public init(
    name: String, keyword: String, role: Role, signal: String, window: ClosedRange<Double>,
    pick: Pick = .highest, measure: Measure = .peakArea, minimumHeight: Double? = nil,
    internalStandard: String? = nil, identity: PeakIdentity? = nil,
    calibration: CalibrationDefinition? = nil
  ) {
    self.name = name
    self.keyword = keyword
    self.role = role
    self.signal = signal
    self.window = window
    self.pick = pick
    self.measure = measure
    self.minimumHeight = minimumHeight
    self.internalStandard = internalStandard
    self.identity = identity
    self.calibration = calibration
  }
}

/// What the mass spectrum at a peak must show.
public struct PeakIdentity: Sendable, Hashable {
  /// A ratio of two ions that must be as in the standards.
  public struct IonRatio: Sendable, Hashable {
    /// The signal of the ion that is compared with the analyte's own.
    public var signal: String
    /// How far from the calibrators' mean it may be, as a fraction of that; none takes the table.
    public var tolerance: Double?

    /// Makes a ratio.
    public init(signal: String, tolerance: Double?) {
      self.signal = signal
      self.tolerance = tolerance
    }
  }

  /// The library by its name in the site's libraries; none where no search is made.
  public var library: String?
  /// The substance that must be the best match: its name or InChIKey.
  public var expected: String?
  /// How the library is searched.
  public var search: MassSearch
  /// How spectra are prepared before they are compared.
  public var preparation: MassPreparation
  /// How the spectrum is taken from the scans.
  public var background: BackgroundSubtraction
  /// Ratios of ions that must be right.
  public var ratios: [IonRatio]

  /// Makes a check.
  public init(
    library: String? = nil, expected: String? = nil, search: MassSearch = MassSearch(),
    preparation: MassPreparation = MassPreparation(),
    background: BackgroundSubtraction = BackgroundSubtraction(), ratios: [IonRatio] = []
  ) {
    self.library = library
    self.expected = expected
    self.search = search
    self.preparation = preparation
    self.background = background
    self.ratios = ratios
  }
}

/// How a content is found from responses.
public struct CalibrationDefinition: Sendable, Hashable {
  /// The curves that are allowed; of several, that of the smallest sum of |%RE|.
  public var models: [CalibrationModel]
  /// What is asked of the curve.
  public var rules: CalibrationRules
  /// The unit of the standards' levels and of the result (`ug/mL`).
  public var unit: String
  /// The levels that the standards of a sequence must have; empty where any will do.
  public var levels: [Double]
  /// How many injections of a sample one result is the mean of.
  public var replicates: Int
  /// Whether intervals are computed exactly (inverse prediction) also where they need not be.
  public var exactInterval: Bool

  /// Makes a definition.
  public init(
    models: [CalibrationModel] = [CalibrationModel()], rules: CalibrationRules = CalibrationRules(),
    unit: String, levels: [Double] = [], replicates: Int = 1, exactInterval: Bool = false
  ) {
    self.models = models
    self.rules = rules
    self.unit = unit
    self.levels = levels
    self.replicates = replicates
    self.exactInterval = exactInterval
  }
}
