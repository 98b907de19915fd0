internal import Instruments
internal import Laboratory

/// Reads ANDI (AIA) files: mass spectra over time (ASTM E2077) and chromatograms (ASTM E1947), in
/// netCDF classic.
///
/// Sources: the AIA's C interface 1.0.1 for mass spectra; files of Agilent, Hewlett-Packard, Varian
/// and Advion. The ASTM texts were not at hand.
public enum ANDIReader {
  /// What stands for an absent number.
  static let absent = -9999.0

  /// Reads a file of either kind.
  ///
  /// `zone` counts for moments without one. Throws `netcdf-unsupported` where it is neither.
  public static func read(_ bytes: [UInt8], zone: String = "") throws(FormatError) -> ReadSource {
    let file = try NetCDFFile(bytes)
    try file.checkChecksum()
    let facts = try PrivateFields.facts(file)
    var source: ReadSource
    if file.variable("ordinate_values") != nil {
      source = try ANDIChromatography(file: file, zone: zone, isOurs: !facts.isEmpty).read()
    } else if file.variable("mass_values") != nil || file.variable("scan_acquisition_time") != nil {
      source = try ANDIMass(file: file, zone: zone, isOurs: !facts.isEmpty).read()
    } else {
      throw FormatError(
        .netcdf, .unsupported,
        "neither ordinate_values of ANDI chromatography nor mass_values of ANDI/MS is in it")
    }
    try ContentFacts.restore(facts, into: &source, .netcdf)
    // A peak names its trace, which has its own name again now.
    if !facts.isEmpty, let trace = source.measurement.traces.first {
      for index in source.measurement.reportedPeaks.indices {
        source.measurement.reportedPeaks[index].trace = trace.name
      }
    }
    return source
  }

  /// Whether a text that people look at first says what must be seen.
  static func checkMarks(
    _ file: NetCDFFile, _ name: String, _ head: ExportHead
  ) throws(FormatError) {
    let text = file.text(name) ?? ""
    for mark in head.marks where !text.contains(mark) {
      throw FormatError(.netcdf, .mismatch, "\(name) does not say \(mark)")
    }
  }

  /// What the file says of itself, by its own names.
  static func facts(_ file: NetCDFFile) -> [String: String] {
    var facts: [String: String] = [:]
    for attribute in file.attributes {
      let name = ForeignText.plain(attribute.name, most: 100)
      if let text = file.text(attribute) {
        facts[name] = ForeignText.plain(text)
      } else if let number = file.number(attribute), number.isFinite, number != absent {
        facts[name] = DecimalText.shortest(number)
      }
    }
    return facts
  }

  /// Values that stand for nothing: not written, or marked as absent.
  static func isAbsent(_ value: Double, _ kind: NetCDFFile.Kind) -> Bool {
    value == absent || value == kind.fill
  }

  /// Refuses NaN and infinities by the name of the variable.
  static func check(_ values: [Double], _ variable: NetCDFFile.Variable) throws(FormatError) {
    guard let wrong = values.firstIndex(where: { !$0.isFinite }) else { return }
    throw FormatError(
      .netcdf, .badNumber, at: variable.begin, "\(variable.name)[\(wrong)] is \(values[wrong])")
  }

  /// The numbers of a variable that must be there, all finite.
  static func required(
    _ name: String, in file: NetCDFFile
  ) throws(FormatError) -> (variable: NetCDFFile.Variable, values: [Double]) {
    guard let variable = file.variable(name) else {
      throw FormatError(.netcdf, .missing, "\(name) is missing")
    }
    let values = try file.numbers(of: variable)
    try check(values, variable)
    return (variable, values)
  }

  /// The numbers of a variable that may be missing; absent ones are nil, all absent is no variable.
  static func optional(_ name: String, in file: NetCDFFile) throws(FormatError) -> [Double?]? {
    guard let variable = file.variable(name), variable.kind != .char else { return nil }
    let values = try file.numbers(of: variable)
    let known = values.map { isAbsent($0, variable.kind) || !$0.isFinite ? nil : $0 }
    return known.contains { $0 != nil } ? known : nil
  }

  /// A stated moment; says so where it cannot be understood or has no zone.
  static func began(
    _ text: String?, zone: String, _ warnings: inout [String]
  ) -> Timestamp? {
    guard let text, text != ANDIText.unknownStamp else { return nil }
    guard let wall = ForeignMoment.andi(text) ?? ForeignMoment.iso(text),
      let moment = ForeignMoment.timestamp(wall, zone: zone)
    else {
      warnings.append("the moment \(ForeignText.plain(text, most: 40)) is not understood")
      return nil
    }
    if wall.offsetMinutes == nil {
      warnings.append("the moment of the measurement has no zone; \(zone) is taken")
    }
    return moment
  }
}
