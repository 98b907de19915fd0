/// Finds peaks in a signal while it comes in, and in a stored one by the same steps.
///
/// **Latency.** An apex is told at the earliest `m + n` points behind it, a cluster at its end and
/// `m + T` points. The output depends on the points and their order alone.
///
/// **State** depends on the parameters and not on the length of the run: windows of 256 idle points,
/// ten expected widths of slopes, the peaks of a cluster of at most 30 expected widths.
///
/// Numbers count every point that was given, from 0, those left out too. A gap (flagged, or an
/// interval of more than three) ends an open cluster: nothing is carried across.
public struct PeakDetector: Stage, Sendable {
  /// The intervals that the sampling interval is taken of where the method does not say it.
  static let measuredIntervals = 64

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
    if let interval = detection.interval { start(interval: interval) }
  }

  /// How many bytes the state takes; does not grow with the run.
  public var stateByteCount: Int {
    machine.stateByteCount + window.stateByteCount + max(Self.measuredIntervals + 1, waiting.count)
      * MemoryLayout<Accepted>.stride
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
    guard interval == nil else { return take(accepted) }
    waiting.append(accepted)
    guard waiting.count > Self.measuredIntervals else { return [] }
    return begin()
  }

  /// Ends the signal; an open cluster is closed at the last point and said to be clipped.
  public consuming func finish() -> [DetectorEvent] {
    var events = interval == nil ? begin() : []
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
    times = Array(repeating: 0, count: filter.halfWindow + 1)
  }

  /// Measures the interval on the points that waited, and takes them.
  private mutating func begin() -> [DetectorEvent] {
    var steps = RunningMedian(capacity: Self.measuredIntervals)
    for (before, after) in zip(waiting, waiting.dropFirst()) where !after.beginsPiece {
      steps.insert(after.time - before.time)
    }
    guard steps.count > 0 else { return [] }
    start(interval: steps.median)
    let points = waiting
    waiting = []
    return points.flatMap { take($0) }
  }

  private mutating func take(_ point: Accepted) -> [DetectorEvent] {
    var events: [DetectorEvent] = []
    let isDownwards = negative.contains { $0.contains(point.time) }
    let isFar = previous.map { point.time - $0.time > 3 * (interval ?? .infinity) } ?? false
    if point.beginsPiece || isFar || isDownwards != isNegative {
      if let cluster = endPiece() { events.append(.cluster(cluster)) }
      isNegative = isDownwards
    } else if let previous, point.value != previous.value {
      let step = abs(point.value - previous.value)
      quantum = quantum == 0 ? step : min(quantum, step)
    }
    previous = point
    if let change = advance(point) { events.append(change) }
    return events
  }

  private mutating func advance(_ point: Accepted) -> DetectorEvent? {
    times[point.number % times.count] = point.time
    let value = isNegative ? -point.value : point.value
    guard let centre = window.push(value, filter) else { return nil }
    let number = point.number - filter.halfWindow
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
    previous = nil
    window.reset()
    guard var cluster = machine.end(at: last.number) else { return nil }
    cluster.isNegative = isNegative
    return cluster
  }
}
