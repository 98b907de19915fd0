public import Instruments
public import Laboratory

/// One decoded scan of a mass spectrometer, with its place in the run.
public struct MassScan: Sendable, Hashable {
  /// The number of the scan in its run, from 0; scans left out or lost have numbers too.
  public var number: Int
  /// When it began, in nanoseconds since the run's first request.
  public var nanoseconds: Int64
  /// Whether it is believed.
  public var flags: ScanFlags
  /// What its points in traces are marked with.
  public var marks: Trace.Flags
  /// Raw counts, one a point of the layout; empty where the scan is not believed.
  public var counts: [Double]
  /// The raw count of the total current, where the frame carries it.
  public var total: Double?

  /// Makes a scan.
  public init(
    number: Int, nanoseconds: Int64, flags: ScanFlags, marks: Trace.Flags = [],
    counts: [Double], total: Double?
  ) {
    self.number = number
    self.nanoseconds = nanoseconds
    self.flags = flags
    self.marks = marks
    self.counts = counts
    self.total = total
  }
}

/// Counts the scans of a run and tells when each began, by the moments of their requests.
///
/// Never by the arrival of bytes: a line that is slower than the instrument delays those.
public struct MassScanClock: Sendable {
  private var first: MonotonicInstant?
  private var last: Int64 = 0
  private var next = 0
  private var marks: Trace.Flags = []

  /// Makes a clock at the beginning of a run.
  public init() {}

  /// Counts frames that were lost before the next scan.
  public mutating func lose(_ frames: UInt64) {
    let (sum, over) = next.addingReportingOverflow(Int(clamping: frames))
    next = over ? .max : sum
    marks.insert(.afterGap)
  }

  /// Marks the next scan as the first behind a change of settings; not where it is the run's first.
  public mutating func change() { if next > 0 { marks.insert(.afterChange) } }

  /// Places one scan that is believed; the marks since the last one go with it.
  public mutating func place(
    _ requested: MonotonicInstant
  ) -> (number: Int, nanoseconds: Int64, marks: Trace.Flags) {
    var given = marks
    marks = []
    if requested == .unknown {
      given.insert(.timeUnknown)
    } else {
      let start = first ?? requested
      first = start
      last = start.duration(to: requested).wholeNanoseconds
    }
    return (count(), last, given)
  }

  /// Counts one scan that is not believed.
  public mutating func skip(_ requested: MonotonicInstant) {
    if requested != .unknown, first == nil { first = requested }
    _ = count()
    marks.insert(.afterGap)
  }

  private mutating func count() -> Int {
    defer { if next < .max { next += 1 } }
    return next
  }
}
