internal import Foundation
internal import Instruments
internal import Laboratory
internal import Processing
internal import ScanRing

/// The records of a run of an array spectrometer in, spectra out.
struct ArrayProcessor {
  private let interpreter: ArrayInterpreter
  private let recipe: SpectrumRecipe
  private let kind: RecordKind
  private let givenDark: DarkFrame?
  private var darkStage: DarkStage?
  private var ownDark: DarkFrame?
  private var stage: SpectrumStage?
  private var exposure: Double?
  private var darkExposure: Double?
  private var counts: [Double]

  init(
    interpreter: ArrayInterpreter, recipe: SpectrumRecipe, kind: RecordKind, dark: DarkFrame?
  ) {
    self.interpreter = interpreter
    self.recipe = recipe
    self.kind = kind
    givenDark = dark
    counts = [Double](repeating: 0, count: interpreter.detector.channelCount)
  }

  /// Takes the next record; gives the spectra that became final with it.
  mutating func consume(
    _ header: RecordHeader, _ content: [UInt8]
  ) throws(Failure) -> [Spectrum] {
    switch header.kind {
    case .settings: return take(settings: content)
    case kind: return try consumeFrame(header, content)
    case .dark:
      try consumeDark(header, content)
      return []
    default: return []
    }
  }

  /// Gives what is left when no more records come.
  mutating func finish() -> [Spectrum] { stage.take()?.finish() ?? [] }

  /// Scans before and after a change are never averaged together: a spectrum ends here.
  private mutating func take(settings content: [UInt8]) -> [Spectrum] {
    defer { exposure = Self.exposure(in: content) ?? exposure }
    return finish()
  }

  private mutating func consumeFrame(
    _ header: RecordHeader, _ content: [UInt8]
  ) throws(Failure) -> [Spectrum] {
    try decode(header, content)
    if stage == nil {
      ownDark = darkStage.take()?.finish().first ?? ownDark
      stage = SpectrumStage(
        detector: interpreter.detector, recipe: recipe, dark: ownDark ?? givenDark,
        exposure: exposure)
    }
    let counts = counts
    return stage?.step(counts: counts.span, flags: ScanFlags(rawValue: header.flags)) ?? []
  }

  private mutating func consumeDark(
    _ header: RecordHeader, _ content: [UInt8]
  ) throws(Failure) {
    try decode(header, content)
    // Darks of two exposures make no mean: those of the last one count.
    if darkStage == nil || exposure != darkExposure {
      darkExposure = exposure
      darkStage = DarkStage(
        detector: interpreter.detector, exposure: exposure, source: DarkFrame.ownRun)
    }
    let counts = counts
    _ = darkStage?.step(counts: counts.span, flags: ScanFlags(rawValue: header.flags))
  }

  /// Puts the raw counts of a frame into `counts`, which every frame uses again.
  private mutating func decode(_ header: RecordHeader, _ content: [UInt8]) throws(Failure) {
    do throws(DriverError) {
      let decode = interpreter.decode
      var span = counts.mutableSpan
      try decode(content.span, &span)
    } catch {
      throw RunProcessor.notDecodable(header, error)
    }
  }

  static func exposure(in content: [UInt8]) -> Double? {
    (try? JSONDecoder().decode(Settings.self, from: Data(content)))?["integration_us"]
  }
}

extension DarkFrame {
  /// How a dark of the run itself is called in its record.
  static let ownRun = "this run"
}
