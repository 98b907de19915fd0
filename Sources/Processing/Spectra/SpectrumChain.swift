public import Laboratory

/// What is computed from the measured columns of one spectrum, step by step, in the given order.
///
/// A pure function: the same columns and steps give the same bits. Each step leaves a
/// `ProcessingStep` with the numbers used, so that anyone can compute it again. A step that cannot be
/// done refuses the whole by name; nothing is left out silently. Points without a value (an
/// absorbance where no light passed) are NaN, are listed, and later steps that need every point
/// refuse them unless they were cropped away.
public struct SpectrumChain: Sendable, Hashable, Codable {
  /// A rule for a baseline.
  public enum BaselineRule: String, Sendable, Hashable, Codable, CaseIterable {
    /// arPLS: reweighted penalised least squares.
    case arpls
    /// airPLS: adaptive.
    case airpls
    /// AsLS with an asymmetry of 0.01.
    case asls
  }

  /// One step.
  public enum Step: Sendable, Hashable, Codable {
    /// Less the dark.
    case dark
    /// (sample - dark) / (reference - dark), as transmittance or reflectance.
    case ratio(parameters: SpectralRatio.Parameters)
    /// -log10 of a ratio.
    case absorbance
    /// 10^-A of an absorbance.
    case transmittance
    /// Single spikes, by Whitaker and Hayes; never on lamps, and only for bands of 3 channels and more.
    case spikes(threshold: Double)
    /// The wavelengths from coefficients (nm in air, by rising power of the channel), and the shifts
    /// where a laser is given.
    case axis(coefficients: [Double], laserNanometres: Double?, medium: Medium)
    /// Times certified / measured light of a glass; needs the column `glass`.
    case relativeIntensity(
      certificate: RelativeIntensity.Certificate, density: RelativeIntensity.Density)
    /// Less water vapour and carbon dioxide; needs the column `atmosphere`.
    case atmosphere(parameters: AtmosphereCompensation)
    /// ATR absorbance times wavenumber / reference.
    case attenuatedReflection(reference: Double)
    /// Less a baseline; the smoothness is that of a grid of step 1.
    case baseline(rule: BaselineRule, smoothness: Double)
    /// Savitzky and Golay: value or derivative by the axis' mean step.
    case smoothing(window: Int, order: Int, derivative: Int)
    /// Only the points from here to there.
    case crop(from: Double, to: Double)
    /// On whole multiples of a step, by straight lines.
    case resample(step: Double)
    /// To one scale; not before quantitation.
    case normalise(kind: Normalisation)

    /// The lasting name of the step, as it stands in results.
    public var name: String {
      switch self {
      case .dark: "dark-frame"
      case .ratio(let parameters): parameters.ordinate.rawValue
      case .absorbance: "absorbance"
      case .transmittance: "transmittance"
      case .spikes: "spikes"
      case .axis: "axis"
      case .relativeIntensity: "relative-intensity"
      case .atmosphere: "atmosphere"
      case .attenuatedReflection: "atr"
      case .baseline: "baseline"
      case .smoothing: "smoothing"
      case .crop: "crop"
      case .resample: "resample"
      case .normalise: "normalise"
      }
    }
  }

  /// The steps, first to last.
  public var steps: [Step]

  /// Makes a chain; without steps it gives the sample as it is.
  public init(steps: [Step] = []) { self.steps = steps }

  /// What was measured.
  public struct Input: Sendable, Hashable {
    /// The sample.
    public var sample: MeasuredSpectrum
    /// Without light.
    public var dark: MeasuredSpectrum?
    /// Solvent, white standard or background.
    public var reference: MeasuredSpectrum?
    /// A luminescent glass, dark-corrected.
    public var glass: MeasuredSpectrum?
    /// Absorbance of water vapour and carbon dioxide, from two backgrounds.
    public var atmosphere: MeasuredSpectrum?

    /// Names the columns.
    public init(
      sample: MeasuredSpectrum, dark: MeasuredSpectrum? = nil, reference: MeasuredSpectrum? = nil,
      glass: MeasuredSpectrum? = nil, atmosphere: MeasuredSpectrum? = nil
    ) {
      self.sample = sample
      self.dark = dark
      self.reference = reference
      self.glass = glass
      self.atmosphere = atmosphere
    }

    /// Finds the columns by their names: `sample` (else the only one that has no other meaning),
    /// `dark`, `reference` or `background`, `glass`, `atmosphere`; nil without a sample.
    public init?(columns: [MeasuredSpectrum]) {
      let named: Set = ["dark", "reference", "background", "glass", "atmosphere", "processed"]
      func column(_ name: String) -> MeasuredSpectrum? { columns.first { $0.name == name } }
      let others = columns.filter { !named.contains($0.name) }
      guard let sample = column("sample") ?? (others.count == 1 ? others.first : nil) else {
        return nil
      }
      self.init(
        sample: sample, dark: column("dark"),
        reference: column("reference") ?? column("background"), glass: column("glass"),
        atmosphere: column("atmosphere"))
    }
  }

  /// What came of it.
  public struct Outcome: Sendable, Hashable {
    /// The spectrum after the last step.
    public var spectrum: MeasuredSpectrum
    /// What was done, in order.
    public var steps: [ProcessingStep]
    /// What must be known besides (`low-reference`, `spikes-kept`, ...), each once.
    public var flags: [String]
    /// Points without a value, rising; they are NaN.
    public var undefined: [Int]
    /// Spikes that were replaced, with their original values; by the points of the sample.
    public var spikes: [CosmicRay]

    /// The spectrum for a library search: points without a value are marked and count as unknown.
    public var searchable: MeasuredSpectrum {
      var spectrum = spectrum
      for index in undefined { spectrum.values[index] = 0 }
      spectrum.saturated = Set(spectrum.saturated).union(undefined).sorted()
      return spectrum
    }
  }

  /// Runs the steps.
  public func run(_ input: Input) throws(SpectrumChainError) -> Outcome {
    var walk = SpectrumWalk(input)
    do throws(SpectrumError) { try walk.start() } catch {
      throw SpectrumChainError(step: "sample", error: error)
    }
    for step in steps {
      do throws(SpectrumError) { try walk.take(step) } catch {
        throw SpectrumChainError(step: step.name, error: error)
      }
    }
    return walk.outcome
  }
}

/// A step of a chain that could not be done.
public struct SpectrumChainError: Error, Sendable, Hashable, Explained {
  /// The name of the step.
  public var step: String
  /// Why.
  public var error: SpectrumError

  /// The error in four parts, the step named in the first.
  public var failure: Failure {
    var failure = error.failure
    failure.what = "step \(step): \(failure.what)"
    return failure
  }
}
