public import Laboratory

/// What the integration of a trace came to; nothing found is left unsaid.
public struct Integration: Sendable, Hashable, Codable {
  /// A peak that rules left out.
  public struct Rejected: Sendable, Hashable, Codable {
    /// The peak, as it would have been.
    public var peak: ChromatographicPeak
    /// Why: `height`, `area`, `width`, `signal-to-noise`, or `manual` where a person's peak replaces it.
    public var reason: String

    /// Names a rejected peak.
    public init(peak: ChromatographicPeak, reason: String) {
      self.peak = peak
      self.reason = reason
    }
  }

  /// The peaks in the order of their retention times.
  public var peaks: [ChromatographicPeak] = []
  /// The shape of each of them.
  public var shapes: [PeakShape] = []
  /// The peaks that rules left out, in the order of their retention times.
  public var rejected: [Rejected] = []
  /// Points that were left out, by their numbers in the trace, and why.
  public var leftOut: [Int: LeftOutPoint] = [:]
  /// The noise of the method's range; none where it names none.
  public var noise: NoiseReport?
  /// The stretches of time, s, in which no peak could have been found.
  ///
  /// They are the ends of each piece between gaps, the gaps, and the points before the noise is known.
  /// Nothing found there is not "not there". Of more than 64 the nearest are told as one.
  public var blind: [ClosedRange<Double>] = []

  /// Makes an empty integration.
  public init() {}

  private enum CodingKeys: String, CodingKey {
    case peaks, shapes, rejected, noise, blind
    case leftOut = "left_out"
  }

  /// Reads an integration; one that says nothing of blind stretches names none.
  public init(from decoder: any Decoder) throws {
    let box = try decoder.container(keyedBy: CodingKeys.self)
    peaks = try box.decode([ChromatographicPeak].self, forKey: .peaks)
    shapes = try box.decode([PeakShape].self, forKey: .shapes)
    rejected = try box.decode([Rejected].self, forKey: .rejected)
    leftOut = try box.decode([Int: LeftOutPoint].self, forKey: .leftOut)
    noise = try box.decodeIfPresent(NoiseReport.self, forKey: .noise)
    blind = try box.decodeIfPresent([ClosedRange<Double>].self, forKey: .blind) ?? []
  }
}

/// All that a method says of a chromatogram: how peaks are found, integrated and kept.
public struct ChromatographyRecipe: Sendable, Hashable, Codable {
  /// How peaks are found.
  public var detection: PeakDetection
  /// How baselines are drawn, and which peaks are kept.
  public var rules: IntegrationRules
  /// What is asked at times.
  public var events: [IntegrationEvent]
  /// Where the noise is measured, s: a stretch without peaks; none: beside each cluster.
  public var noiseRange: ClosedRange<Double>?
  /// Which signal the widths are taken of.
  public var widths: WidthSignal

  /// Makes a recipe; what is not given is the default.
  public init(
    detection: PeakDetection, rules: IntegrationRules = IntegrationRules(),
    events: [IntegrationEvent] = [], noiseRange: ClosedRange<Double>? = nil,
    widths: WidthSignal = .byNoise
  ) {
    self.detection = detection
    self.rules = rules
    self.events = events
    self.noiseRange = noiseRange
    self.widths = widths
  }

  private enum CodingKeys: String, CodingKey {
    case detection, rules, events, widths
    case noiseRange = "noise_range_s"
  }

  /// Reads a recipe; only `detection` must be given.
  public init(from decoder: any Decoder) throws {
    let box = try decoder.container(keyedBy: CodingKeys.self)
    detection = try box.decode(PeakDetection.self, forKey: .detection)
    rules = try box.decodeIfPresent(IntegrationRules.self, forKey: .rules) ?? IntegrationRules()
    events = try box.decodeIfPresent([IntegrationEvent].self, forKey: .events) ?? []
    noiseRange = try box.decodeIfPresent(ClosedRange<Double>.self, forKey: .noiseRange)
    widths = try box.decodeIfPresent(WidthSignal.self, forKey: .widths) ?? .byNoise
  }

  /// Refuses numbers that mean nothing, by name.
  public func check() throws(ChromatographyError) {
    try detection.check()
    try rules.check()
    for event in events { try event.check() }
  }

  /// The stretches of time, s, in which peaks point downwards.
  public var negativeStretches: [Range<Double>] {
    Self.stretches(events, from: .negativeOn, to: .negativeOff)
  }

  /// The stretches between an event and the one that ends it; the last may never end.
  static func stretches(
    _ events: [IntegrationEvent], from begin: IntegrationEvent.Kind, to end: IntegrationEvent.Kind
  ) -> [Range<Double>] {
    var stretches: [Range<Double>] = []
    var opened: Double?
    for event in inOrder(events) {
      if event.kind == begin, opened == nil { opened = event.time }
      if event.kind == end, let from = opened {
        if event.time > from { stretches.append(from..<event.time) }
        opened = nil
      }
    }
    if let opened { stretches.append(opened..<Double.infinity) }
    return stretches
  }

  /// The events in the order of their times; equal times in the order of the list.
  static func inOrder(_ events: [IntegrationEvent]) -> [IntegrationEvent] {
    events.enumerated().sorted {
      ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
    }.map(\.element)
  }

  /// Finds and integrates the peaks of a stored trace: the same steps as live.
  ///
  /// Refuses parameters that mean nothing, and a trace whose arrays differ in length. Points that are
  /// not finite or not in the order of time are left out and named.
  public func integration(of trace: Trace) throws(ChromatographyError) -> Integration {
    guard trace.times.count == trace.values.count else {
      throw .tooFewPoints(
        found: min(trace.times.count, trace.values.count),
        needed: max(trace.times.count, trace.values.count), for: "a value for every time")
    }
    var stage = try ChromatogramStage(self)
    for index in trace.times.indices {
      let isAfterGap = index < trace.flags.count && trace.flags[index].contains(.afterGap)
      stage.take(
        TracePoint(time: trace.times[index], value: trace.values[index], isAfterGap: isAfterGap))
    }
    return try stage.end()
  }
}
