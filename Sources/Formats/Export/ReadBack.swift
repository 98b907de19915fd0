internal import Instruments
internal import Laboratory

/// Compares what a file of ours reads back as with what it was made from.
struct ReadBack {
  /// The format, for errors.
  let format: FormatError.Format
  /// How far a number may be off; the bits must be the same where nothing is given.
  var halfUnit: ((Double) -> Double)?
  /// How far a time or axis value may be off; as numbers where nothing is given.
  var halfAxisUnit: ((Double) -> Double)?

  init(_ format: FormatError.Format) { self.format = format }

  /// Compares all but mass scans, which are compared one by one where they are read so.
  func compare(_ found: ReadSource, with content: ExportContent) throws(FormatError) {
    let measurement = found.measurement
    try count("traces", measurement.traces.count, content.traces.count)
    for (found, wanted) in zip(measurement.traces, content.traces) {
      try same("a trace's name", found.name, wanted.name)
      try same("the unit of \(wanted.name)", found.unit.symbol, wanted.unit.symbol)
      try same("times of \(wanted.name)", found.times, wanted.times, halfAxisUnit ?? halfUnit)
      try same("values of \(wanted.name)", found.values, wanted.values, halfUnit)
      guard found.scans == wanted.scans, found.flags == wanted.flags else {
        throw FormatError(format, .mismatch, "the scans or flags of \(wanted.name)")
      }
    }
    try count("spectra", measurement.spectra.count, content.spectra.count)
    for (found, wanted) in zip(measurement.spectra, content.spectra) {
      try same("a spectrum's name", found.name, wanted.name)
      try same("the axis of \(wanted.name)", found.axis.kind.rawValue, wanted.axis.kind.rawValue)
      try same(
        "the ordinate of \(wanted.name)", found.ordinate.rawValue, wanted.ordinate.rawValue)
      try same(
        "x of \(wanted.name)", found.axis.values, wanted.axis.values, halfAxisUnit ?? halfUnit)
      try same("y of \(wanted.name)", found.values, wanted.values, halfUnit)
      guard found.saturated == wanted.saturated else {
        throw FormatError(format, .mismatch, "the saturated points of \(wanted.name)")
      }
    }
    guard measurement.pressures == content.pressures else {
      throw FormatError(format, .mismatch, "the partial pressures")
    }
    try compareFacts(found, with: content)
  }

  /// Compares who, when, with what and every fact.
  func compareFacts(_ found: ReadSource, with content: ExportContent) throws(FormatError) {
    let head = content.head
    let identity = found.identity
    try same(
      "the samples", identity.samples.joined(separator: "\n"), head.names.joined(separator: "\n"))
    try same("the start", identity.began?.iso8601 ?? "", head.started?.iso8601 ?? "")
    try same("the person", identity.person ?? "", head.person)
    try same("the maker", identity.maker ?? "", head.maker)
    try same("the model", identity.model ?? "", head.model)
    try same("the serial number", identity.serialNumber ?? "", head.serialNumber)
    guard identity.emulated == head.isEmulated else {
      throw FormatError(format, .mismatch, "the mark of an emulated instrument")
    }
    for fact in head.facts where !fact.name.hasPrefix(ContentFacts.prefix) {
      try same(fact.name, found.measurement.facts[fact.name], fact.value)
    }
  }

  /// Compares the bits of numbers, or within half a unit of the last digit.
  func same(
    _ name: String, _ found: [Double], _ wanted: [Double], _ half: ((Double) -> Double)?
  ) throws(FormatError) {
    try count(name, found.count, wanted.count)
    for (index, (a, b)) in zip(found, wanted).enumerated() where a.bitPattern != b.bitPattern {
      if let half, abs(a - b) <= half(b) { continue }
      throw FormatError(format, .mismatch, "\(name), number \(index): \(a) and not \(b)")
    }
  }

  private func same(_ name: String, _ found: String?, _ wanted: String) throws(FormatError) {
    try FormatCheck.same(format, name, found, wanted)
  }

  private func count(_ name: String, _ found: Int, _ wanted: Int) throws(FormatError) {
    guard found == wanted else {
      throw FormatError(format, .mismatch, "\(name): \(found) and not \(wanted)")
    }
  }
}
