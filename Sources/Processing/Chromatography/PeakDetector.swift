/// Finds peaks in a signal while it comes in, and in a stored one by the same steps.
///
/// **Latency.** An apex is told at the earliest `m + n` points behind it, a cluster at its end and
/// `m + T` points. The output depends on the points and their order alone.
///
/// **State** depends on the parameters and not on the length of the run: windows of 256 idle points,
/// ten expected widths of slopes, the peaks of a cluster of at most 30 expected widths.
///
/// Numbers count every point that was given, from 0, those left out too. A gap (flagged, or an
/// interval of more than three) ends an open cluster: nothing is carried across but the noise.
///
/// **Interval.** Where the method does not say it, it is measured anew on the first points of each
/// piece between gaps, which are held back for it. Within a quarter of the one before, that one stays;
/// else the filter and the noise begin anew.
public struct PeakDetector: Stage, Sendable {
  /// The intervals that the sampling interval is taken of where the method does not say it.
  static let measuredIntervals = 64
  /// How many blind stretches are kept apart; of more, the nearest two become one.
  static let mostBlindStretches = 64

  private struct Accepted {
    var number: Int
    var time: Double
    var value: Double
    var beginsPiece: Bool
  }
  private let detection: PeakDetection
  private let negative: [Range<Double>]
  private var count = 0
  private var beginsPiece = true
  private var lastTime: Double?
  private var waiting: [Accepted] = []
  /// The sampling interval it works with, s; none before it is known.
  public private(set) var interval: Double?
  private var filter = SlopeFilter(halfWindow: 1)
  private var window = SlopeWindow(halfWindow: 1)
  private var machine: PeakMachine
  private var previous: Accepted?
  private var isNegative = false
  private var quantum = 0.0
  private var times: [Double] = []
  /// The interval of the piece is not known yet.
  private var isMeasuring = true
  /// The time of the piece's first point, until a point of it has passed the filter.
  private var pieceStart: Double?
  /// The last point that passed was not judged.
  private var isBlind = false
  /// The stretches of time, s, in which no peak could have been found: without a whole window of the
  /// filter, before the noise is known, and between pieces.
  ///
  /// Complete when the signal has ended.
  public private(set) var blind: [ClosedRange<Double>] = []

  /// Makes a detector.
  ///
  /// In the `negative` stretches of time, s, it looks for peaks that point downwards and for no others.
  /// Refuses parameters that no detector can work with.
  public init(_ detection: PeakDetection, negative: [Range<Double>] = [])
    throws(ChromatographyError)
  {
    try detection.check()
    self.detection = detection
    self.negative = negative
    machine = PeakMachine(detection, interval: detection.expectedWidth, filter: filter)
    if let interval = detection.interval {
      start(interval: interval)
      isMeasuring = false
    }
  }

  /// How many bytes the state takes; does not grow with the run.
  public var stateByteCount: Int {
    machine.stateByteCount + window.stateByteCount + max(Self.measuredIntervals + 1, waiting.count)
      * MemoryLayout<Accepted>.stride
      + max(Self.mostBlindStretches + 1, blind.count) * MemoryLayout<ClosedRange<Double>>.stride
      + times.count * MemoryLayout<Double>.stride + MemoryLayout<Self>.size
  }

  /// Takes one point.
  public mutating func step(_ point: TracePoint) -> [DetectorEvent] {
    let number = count
    count += 1
    guard TraceCheck.isUsable(point.time), TraceCheck.isUsable(point.value) else {
      beginsPiece = true
      return leave(out: number, .notFinite)
    }
    if let lastTime, point.time <= lastTime {
      beginsPiece = true
      return leave(out: number, .timeNotRising)
    }
    lastTime = point.time
    let accepted = Accepted(
      number: number, time: point.time, value: point.value,
      beginsPiece: beginsPiece || point.isAfterGap)
    beginsPiece = false
    var events: [DetectorEvent] = []
    if detection.interval == nil, accepted.beginsPiece || isFar(accepted) {
      events += end()
      isMeasuring = true
    }
    guard isMeasuring else { return events + take(accepted) }
    waiting.append(accepted)
    guard waiting.count > Self.measuredIntervals else { return events }
    return events + begin()
  }

  /// Ends the signal; an open cluster is closed at the last point and said to be clipped.
  public consuming func finish() -> [DetectorEvent] { end() }

  /// Ends the points in a row, those that waited too.
  mutating func end() -> [DetectorEvent] {
    var events = isMeasuring ? begin() : []
    if let cluster = endPiece() { events.append(.cluster(cluster)) }
    return events
  }

  private mutating func leave(out number: Int, _ reason: LeftOutPoint) -> [DetectorEvent] {
    [.leftOut(point: number, reason: reason)]
  }

  private mutating func start(interval: Double) {
    self.interval = interval
    filter = SlopeFilter(halfWindow: detection.halfWindow(interval: interval))
    window = SlopeWindow(halfWindow: filter.halfWindow)
    machine = PeakMachine(detection, interval: interval, filter: filter)
    times = Array(repeating: 0, count: filter.halfWindow + 2)
  }

  /// Measures the interval on the points that waited, and takes them; a single one is left behind.
  private mutating func begin() -> [DetectorEvent] {
    var steps = RunningMedian(capacity: Self.measuredIntervals)
    for (before, after) in zip(waiting, waiting.dropFirst()) where !after.beginsPiece {
      steps.insert(after.time - before.time)
    }
    let points = waiting
    waiting.removeAll(keepingCapacity: true)
    guard steps.count > 0 else {
      for point in points { mark(blind: point.time, to: point.time) }
      return []
    }
    let measured = steps.median
    if interval.map({ measured < 0.8 * $0 || measured > 1.25 * $0 }) ?? true {
      start(interval: measured)
    }
    isMeasuring = false
    return points.flatMap { take($0) }
  }

  /// Whether a point lies so far behind the one before that points are missing.
  private func isFar(_ point: Accepted) -> Bool {
    previous.map { point.time - $0.time > 3 * (interval ?? .infinity) } ?? false
  }

  private mutating func take(_ point: Accepted) -> [DetectorEvent] {
    var events: [DetectorEvent] = []
    let isDownwards = negative.contains { $0.contains(point.time) }
    if point.beginsPiece || isFar(point) || isDownwards != isNegative {
      if let cluster = endPiece() { events.append(.cluster(cluster)) }
      isNegative = isDownwards
    } else if let previous, point.value != previous.value {
      let step = abs(point.value - previous.value)
      quantum = quantum == 0 ? step : min(quantum, step)
    }
    if previous == nil { pieceStart = point.time }
    previous = point
    if let change = advance(point) { events.append(change) }
    return events
  }

  private mutating func advance(_ point: Accepted) -> DetectorEvent? {
    times[point.number % times.count] = point.time
    let value = isNegative ? -point.value : point.value
    guard let centre = window.push(value, filter) else { return nil }
    let number = point.number - filter.halfWindow
    look(at: number)
    let change = machine.step(
      PeakMachine.Point(
        number: number, time: times[number % times.count], raw: centre.raw,
        smoothed: centre.smoothed, slope: centre.slope), quantum: quantum)
    switch change {
    case .apex(let apex):
      return .provisionalApex(
        point: apex.number, time: apex.time, smoothed: isNegative ? -apex.smoothed : apex.smoothed)
    case .cluster(var cluster):
      cluster.isNegative = isNegative
      return .cluster(cluster)
    case nil: return nil
    }
  }

  /// Ends what is in a row; the last point that was taken is its end.
  private mutating func endPiece() -> DetectedCluster? {
    guard let last = previous else { return nil }
    // The filter has not come to the last points.
    mark(
      blind: pieceStart ?? times[(last.number - filter.halfWindow + 1) % times.count],
      to: last.time)
    (previous, pieceStart) = (nil, nil)
    window.reset()
    guard var cluster = machine.end(at: last.number) else { return nil }
    cluster.isNegative = isNegative
    return cluster
  }

  // MARK: - Blind stretches

  /// Marks the point that is about to be judged where it cannot be, and those before the first.
  private mutating func look(at number: Int) {
    let time = times[number % times.count]
    if let start = pieceStart { mark(blind: start, to: times[(number - 1) % times.count]) }
    pieceStart = nil
    if machine.isReady { isBlind = false } else { mark(blind: time, to: time) }
  }

  /// Adds a stretch; without a point between that was judged it goes on from the one before.
  private mutating func mark(blind from: Double, to: Double) {
    if isBlind, let last = blind.last {
      blind[blind.count - 1] = last.lowerBound...max(last.upperBound, to)
      return
    }
    isBlind = true
    blind.append(from...max(from, to))
    guard blind.count > Self.mostBlindStretches else { return }
    var nearest = 1
    for index in blind.indices.dropFirst(2)
    where blind[index].lowerBound - blind[index - 1].upperBound
      < blind[nearest].lowerBound - blind[nearest - 1].upperBound
    {
      nearest = index
    }
    blind[nearest - 1] = blind[nearest - 1].lowerBound...blind[nearest].upperBound
    blind.remove(at: nearest)
  }
}
