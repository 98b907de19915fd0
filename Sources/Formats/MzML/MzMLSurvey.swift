internal import Instruments
internal import Laboratory

/// What a first look at all mass scans shows: how many there are, and how their numbers are stored.
///
/// What the format cannot hold is refused here, before a byte is written.
struct MzMLSurvey {
  /// How many scans there are.
  private(set) var scans = 0
  /// How intensities are said.
  private(set) var scale = MzMLScale(intensity: "counts")
  /// Whether every intensity is the same in 32 bits.
  private(set) var isNarrow = true

  private var last: (number: Int, time: Double)?

  init(_ source: (any MassScanSource)?) throws(Failure) {
    guard let source else { return }
    scale = source.unit == "A" ? .rawAmpere : MzMLScale(intensity: source.unit)
    try look(source)
    if scale == .rawAmpere, !holdsAll {
      scale = MzMLScale(intensity: source.unit)
      (holdsAll, isNarrow, scans, last) = (true, true, 0, nil)
      try look(source)
    }
    guard holdsAll else {
      throw FormatError(
        .mzml, .notFinite, "an intensity in \(source.unit) is too large or too small"
      )
      .failure
    }
  }

  private var holdsAll = true

  private mutating func look(_ source: any MassScanSource) throws(Failure) {
    // A variable of its own, as `self` cannot go into the closure.
    var survey = self
    try source.forEachScan { (scan) throws(Failure) in
      do throws(FormatError) { try survey.take(scan) } catch { throw error.failure }
    }
    self = survey
  }

  private mutating func take(_ scan: MassScan) throws(FormatError) {
    func refuse(_ problem: FormatError.Problem, _ what: String) -> FormatError {
      FormatError(.mzml, problem, "\(what) of mass scan \(scan.number)")
    }
    let (mz, values) = (scan.massToCharge, scan.intensity)
    guard mz.count == values.count, mz.count <= MzMLArray.most else {
      throw refuse(.shape, "\(mz.count) masses and \(values.count) intensities")
    }
    guard scan.number >= 0, last.map({ $0.number < scan.number }) ?? true else {
      throw refuse(.shape, "the number does not rise, that")
    }
    guard scan.time.isFinite else { throw refuse(.notFinite, "the time") }
    guard last.map({ $0.time <= scan.time }) ?? true else {
      throw refuse(.axis, "the time falls, that")
    }
    guard MzMLNumbers.neverFall(mz), mz.last?.isFinite ?? true else {
      guard MzMLNumbers.areFinite(mz) else { throw refuse(.notFinite, "a mass") }
      throw refuse(.axis, "the masses fall or are below zero: those")
    }
    guard MzMLNumbers.areFinite(values) else { throw refuse(.notFinite, "an intensity") }
    if holdsAll, scale.factor != nil { holdsAll = scale.holds(values) }
    if isNarrow { isNarrow = MzMLNumbers.fitFloat32(scale.encode(values)) }
    last = (scan.number, scan.time)
    scans += 1
  }
}
