internal import Instruments
internal import Laboratory

extension ExportContent {
  /// Refuses what no text format can hold and read back: NaN, infinities, arrays of different
  /// lengths, times and axes out of order.
  ///
  /// Points may have equal times where it is flagged that theirs is not known. Mass scans are looked
  /// at while they are written.
  func checkNumbers(as format: FormatError.Format) throws(FormatError) {
    for trace in traces { try Self.check(trace, format) }
    for spectrum in spectra { try Self.check(spectrum, format) }
    for peak in peaks where !PeakText.numbers(peak).allSatisfy(\.isFinite) {
      throw FormatError(format, .notFinite, "a number of the peak at \(peak.retentionTime) s")
    }
    for pressure in pressures {
      let all = [pressure.mass, pressure.massToCharge, pressure.current, pressure.torr]
      guard (all + (pressure.deviation.map { [$0] } ?? [])).allSatisfy(\.isFinite) else {
        throw FormatError(format, .notFinite, "the pressure of mass \(pressure.mass)")
      }
    }
  }

  private static func check(_ trace: Trace, _ format: FormatError.Format) throws(FormatError) {
    let count = trace.values.count
    guard trace.times.count == count, trace.scans.count == count, trace.flags.count == count
    else { throw FormatError(format, .shape, "\(trace.name) has arrays of different lengths") }
    guard (trace.times + trace.values).allSatisfy(\.isFinite) else {
      throw FormatError(format, .notFinite, "a value of \(trace.name)")
    }
    for index in 1..<max(1, count)
    where trace.times[index] < trace.times[index - 1]
      || (trace.times[index] == trace.times[index - 1]
        && !trace.flags[index].contains(.timeUnknown))
    {
      throw FormatError(format, .axis, "the times of \(trace.name) do not rise at point \(index)")
    }
  }

  private static func check(
    _ spectrum: MeasuredSpectrum, _ format: FormatError.Format
  ) throws(FormatError) {
    let x = spectrum.axis.values
    guard x.count == spectrum.values.count else {
      throw FormatError(format, .shape, "\(spectrum.name) has arrays of different lengths")
    }
    guard (x + spectrum.values).allSatisfy(\.isFinite) else {
      throw FormatError(format, .notFinite, "a value of \(spectrum.name)")
    }
    for index in 1..<max(1, x.count)
    where x[1] > x[0] ? x[index] <= x[index - 1] : x[index] >= x[index - 1] {
      throw FormatError(
        format, .axis, "the axis of \(spectrum.name) neither rises nor falls at point \(index)")
    }
  }
}
