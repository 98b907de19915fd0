/// The states of the detector and what leads from one to the next: the only peak finder there is.
///
/// Works on points in a row, by their numbers; knows nothing of times, gaps or signs.
struct PeakMachine: Sendable {
  /// One point behind the filter.
  struct Point: Sendable {
    /// Its number in the trace.
    var number: Int
    /// When, s.
    var time: Double
    /// The signal as it came.
    var raw: Double
    /// The smoothed signal.
    var smoothed: Double
    /// The slope, signal per point.
    var slope: Double
  }

  /// A point that may become an apex or a valley.
  struct Candidate: Sendable {
    /// Its number in the trace.
    var number = 0
    /// When, s.
    var time = 0.0
    /// The smoothed signal there.
    var smoothed = 0.0

    fileprivate mutating func take(_ point: Point) {
      (number, time, smoothed) = (point.number, point.time, point.smoothed)
    }
  }

  /// What a point led to.
  enum Change: Sendable {
    /// The apex was passed.
    case apex(Candidate)
    /// The cluster is over.
    case cluster(DetectedCluster)
  }

  private enum State { case idle, rising, falling }

  /// How many idle points must have been seen before anything is detected.
  static let leastIdlePoints = 128
  /// Of how many idle points the noise is taken.
  static let idleWindow = 256

  private let detection: PeakDetection
  private let halfWindow: Int
  private let quietPoints: Int
  private let longestCluster: Int
  private let slopeFloorFactor: Double
  private let mostPeaks: Int
  private var idleSlopes = RunningMedian(capacity: idleWindow)
  private var idleResiduals = RunningMedian(capacity: idleWindow)
  private var slopes: [Double]
  private var firstNumber: Int?
  private var state = State.idle
  private var (upRun, downRun, quietRun) = (0, 0, 0)
  private var (upFirst, quietFirst) = (0, 0)
  private var apex = Candidate()
  private var valley = Candidate()
  private var largestSinceValley = Candidate()
  private var (slopeNoise, residualNoise) = (0.0, 0.0)
  private var clusterStart = 0
  private var peakStart = 0
  private var previousEnd: Int?
  private var peaks: [DetectedPeak] = []

  /// Makes an idle machine for points `interval` seconds apart.
  init(_ detection: PeakDetection, interval: Double, filter: SlopeFilter) {
    self.detection = detection
    halfWindow = filter.halfWindow
    let width = detection.expectedWidth / interval
    quietPoints = PeakDetection.points(width / 2, atLeast: detection.consecutivePoints)
    longestCluster = PeakDetection.points(30 * width, atLeast: 1)
    slopeFloorFactor = filter.slopeNoiseGain
    // The walk back looks at the run that decided and at most ten widths before it.
    let history = PeakDetection.points(10 * width, atLeast: 1) + detection.consecutivePoints + 1
    slopes = Array(repeating: 0, count: history)
    mostPeaks = longestCluster / max(2, 2 * detection.consecutivePoints) + 2
    peaks.reserveCapacity(mostPeaks)
  }

  /// Whether the noise is known well enough for peaks to be found.
  var isReady: Bool { idleSlopes.count >= Self.leastIdlePoints }
  /// Whether a peak is open.
  var isOpen: Bool { state != .idle }

  /// How many bytes the state takes.
  var stateByteCount: Int {
    idleSlopes.stateByteCount + idleResiduals.stateByteCount
      + slopes.count * MemoryLayout<Double>.stride
      + max(mostPeaks, peaks.count) * MemoryLayout<DetectedPeak>.stride + MemoryLayout<Self>.size
  }

  /// Takes the next point; `quantum` is the smallest step that the signal has made so far.
  mutating func step(_ point: Point, quantum: Double) -> Change? {
    if firstNumber == nil { firstNumber = point.number }
    slopes[point.number % slopes.count] = point.slope
    switch state {
    case .idle:
      idle(point, quantum: quantum)
      return nil
    case .rising:
      let change = rising(point)
      return overlong(point.number) ?? change
    case .falling:
      return falling(point) ?? overlong(point.number)
    }
  }

  /// Ends a piece of trace in a row, whose last point has the given number.
  mutating func end(at last: Int) -> DetectedCluster? {
    defer { (firstNumber, previousEnd, upRun) = (nil, nil, 0) }
    guard isOpen else { return nil }
    return close(at: last, isClipped: true)
  }

  private mutating func idle(_ point: Point, quantum: Double) {
    let floor = quantum / 12.0.squareRoot()
    let noise = max(1.4826 * idleSlopes.median, floor * slopeFloorFactor)
    guard isReady, point.slope > detection.riseFactor * noise else {
      upRun = 0
      idleSlopes.insert(abs(point.slope))
      idleResiduals.insert(abs(point.raw - point.smoothed))
      return
    }
    if upRun == 0 {
      upFirst = point.number
      apex.take(point)
    } else if point.smoothed > apex.smoothed {
      apex.take(point)
    }
    upRun += 1
    guard upRun >= detection.consecutivePoints else { return }
    slopeNoise = noise
    residualNoise = max(1.4826 * idleResiduals.median, floor)
    peakStart = startByWalkingBack()
    clusterStart = peakStart
    peaks.removeAll(keepingCapacity: true)
    (state, downRun) = (.rising, 0)
  }

  /// Back from the first point of the run to the earliest that still rises.
  private func startByWalkingBack() -> Int {
    let reach = slopes.count - detection.consecutivePoints - 1
    let first = max(upFirst - reach, firstNumber ?? upFirst, previousEnd ?? 0)
    var number = upFirst
    while number > first,
      slopes[(number - 1) % slopes.count] > detection.fallFactor * slopeNoise
    {
      number -= 1
    }
    return number
  }

  private mutating func rising(_ point: Point) -> Change? {
    if point.smoothed > apex.smoothed { apex.take(point) }
    downRun = point.slope < -detection.fallFactor * slopeNoise ? downRun + 1 : 0
    guard downRun >= detection.consecutivePoints else { return nil }
    valley.take(point)
    largestSinceValley.take(point)
    (state, upRun, quietRun) = (.falling, 0, 0)
    return .apex(apex)
  }

  private mutating func falling(_ point: Point) -> Change? {
    if point.smoothed < valley.smoothed {
      valley.take(point)
      largestSinceValley.take(point)
    } else if point.smoothed > largestSinceValley.smoothed {
      largestSinceValley.take(point)
    }
    upRun = point.slope > detection.riseFactor * slopeNoise ? upRun + 1 : 0
    if upRun >= detection.consecutivePoints {
      peaks.append(DetectedPeak(start: peakStart, apex: apex.number, end: valley.number))
      peakStart = valley.number
      apex = largestSinceValley
      (state, downRun) = (.rising, 0)
      return nil
    }
    if abs(point.slope) <= detection.fallFactor * slopeNoise {
      if quietRun == 0 { quietFirst = point.number }
      quietRun += 1
    } else {
      quietRun = 0
    }
    guard quietRun >= quietPoints else { return nil }
    return .cluster(close(at: quietFirst, isClipped: false))
  }

  private mutating func overlong(_ number: Int) -> Change? {
    guard isOpen, number - clusterStart >= longestCluster else { return nil }
    return .cluster(close(at: number, isClipped: true))
  }

  private mutating func close(at end: Int, isClipped: Bool) -> DetectedCluster {
    peaks.append(DetectedPeak(start: peakStart, apex: apex.number, end: end))
    (state, upRun, previousEnd) = (.idle, 0, end)
    return DetectedCluster(
      peaks: peaks, isClipped: isClipped, slopeNoise: slopeNoise, residualNoise: residualNoise,
      halfWindow: halfWindow)
  }
}
