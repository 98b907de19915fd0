internal import Instruments
internal import Laboratory
internal import Methods

/// The facts without which numbers would read back as something else: names, units, flags.
///
/// Every format keeps them word by word in private fields, and every reader of ours puts them back,
/// so that a file of ours reads as what it was made from, whatever the format has fields for.
enum ContentFacts {
  static let prefix = "content_"
  static let techniqueName = "content_technique"

  static func make(_ content: ExportContent) -> [FileFact] {
    var facts: [FileFact] = []
    func add(_ name: String, _ value: String?) {
      if let value { facts.append(FileFact(prefix + name, value)) }
    }
    let head = content.head
    add("technique", head.technique?.rawValue)
    for (index, name) in head.names.enumerated() { add("sample_\(index + 1)", name) }
    add("began", head.started?.iso8601)
    add("person", head.person.nonEmpty)
    add("maker", head.maker.nonEmpty)
    add("model", head.model.nonEmpty)
    add("serial_number", head.serialNumber.nonEmpty)
    add("emulated", head.isEmulated ? "yes" : "no")
    for (index, trace) in content.traces.enumerated() {
      add("trace_\(index + 1)", trace.name)
      add("trace_\(index + 1)_unit", trace.unit.symbol)
      let isPlain = trace.scans.enumerated().allSatisfy { $0.offset == $0.element }
      if !isPlain { add("trace_\(index + 1)_scans", Ranges.text(trace.scans)) }
      let flagged = trace.flags.enumerated().filter { !$0.element.isEmpty }
      if !flagged.isEmpty {
        add(
          "trace_\(index + 1)_flags",
          flagged.map { "\($0.offset):\($0.element.rawValue)" }.joined(separator: " "))
      }
    }
    for (index, spectrum) in content.spectra.enumerated() {
      add("spectrum_\(index + 1)", spectrum.name)
      add("spectrum_\(index + 1)_axis", spectrum.axis.kind.rawValue)
      add("spectrum_\(index + 1)_ordinate", spectrum.ordinate.rawValue)
      if !spectrum.saturated.isEmpty {
        add("spectrum_\(index + 1)_saturated", Ranges.text(spectrum.saturated))
      }
    }
    if let scans = content.massScans {
      add("mass_kind", scans.kind.rawValue)
      add("mass_unit", scans.unit)
      if scans.hasSelectedMasses { add("mass_selected", "yes") }
    }
    for (index, pressure) in content.pressures.enumerated() {
      let numbers = [pressure.mass, pressure.massToCharge, pressure.current, pressure.torr]
      let all = numbers + (pressure.deviation.map { [$0] } ?? [])
      add(
        "pressure_\(index + 1)", all.map { DecimalText.shortest($0) }.joined(separator: " "))
    }
    return facts
  }

  /// Puts back what `make` said; `facts` are the private ones of a file in their order.
  ///
  /// The facts of the source become exactly those, without the ones for numbers. Nothing is done
  /// where there are none. Throws where they contradict the numbers that were read.
  static func restore(
    _ facts: [FileFact], into source: inout ReadSource, _ format: FormatError.Format
  ) throws(FormatError) {
    guard facts.contains(where: { $0.name == prefix + "emulated" }) else { return }
    var own: [String: String] = [:]
    var kept: [String: String] = [:]
    for fact in facts {
      if fact.name.hasPrefix(prefix) {
        own[String(fact.name.dropFirst(prefix.count))] = fact.value
      }
      if !fact.name.hasPrefix(prefix) || fact.name == techniqueName {
        kept[fact.name] = fact.value
      }
    }
    try checkCounts(own, source.measurement, format)
    source.measurement.facts = kept
    restoreIdentity(own, into: &source.identity)
    for index in source.measurement.traces.indices {
      try restore(own, trace: &source.measurement.traces[index], index + 1, format)
    }
    for index in source.measurement.spectra.indices {
      try restore(own, spectrum: &source.measurement.spectra[index], index + 1, format)
    }
    if let kind = own["mass_kind"].flatMap(MassScanSeries.Kind.init) {
      source.measurement.massScans?.kind = kind
    }
    if let unit = own["mass_unit"] { source.measurement.massScans?.unit = unit }
    var pressures: [PartialPressure] = []
    while let text = own["pressure_\(pressures.count + 1)"] {
      let words = text.split(separator: " ")
      let numbers = words.compactMap { DecimalText.number($0) }
      guard numbers.count == words.count, numbers.count == 4 || numbers.count == 5 else {
        throw FormatError(format, .malformed, "the pressure \(text.prefix(80))")
      }
      pressures.append(
        PartialPressure(
          mass: numbers[0], massToCharge: numbers[1], current: numbers[2], torr: numbers[3],
          deviation: numbers.count == 5 ? numbers[4] : nil))
    }
    source.measurement.pressures = pressures
  }

  /// Refuses a file in which a signal or spectrum is missing that its facts speak of.
  private static func checkCounts(
    _ own: [String: String], _ measurement: Measurement, _ format: FormatError.Format
  ) throws(FormatError) {
    for (what, count) in [
      ("trace", measurement.traces.count), ("spectrum", measurement.spectra.count),
    ] where own["\(what)_\(count + 1)"] != nil {
      throw FormatError(format, .inconsistent, "there is no \(what) \(count + 1), its facts are")
    }
    if own["mass_kind"] != nil, measurement.massScans == nil {
      throw FormatError(format, .inconsistent, "there are no mass scans, their facts are")
    }
  }

  private static func restoreIdentity(
    _ own: [String: String], into identity: inout SourceIdentity
  ) {
    identity = SourceIdentity()
    while let name = own["sample_\(identity.samples.count + 1)"] { identity.samples.append(name) }
    identity.began = own["began"].flatMap { Timestamp(iso8601: $0) }
    identity.person = own["person"]
    identity.maker = own["maker"]
    identity.model = own["model"]
    identity.serialNumber = own["serial_number"]
    identity.emulated = own["emulated"] != "no"
  }

  private static func restore(
    _ own: [String: String], trace: inout Trace, _ number: Int, _ format: FormatError.Format
  ) throws(FormatError) {
    let key = "trace_\(number)"
    if let name = own[key] { trace.name = name }
    if let unit = own["\(key)_unit"] { trace.unit = Unit(unit) }
    let count = trace.values.count
    trace.scans = Array(0..<count)
    trace.flags = Array(repeating: [], count: count)
    if let text = own["\(key)_scans"] {
      guard let scans = Ranges.numbers(text, most: count), scans.count == count else {
        throw FormatError(format, .inconsistent, "the scans of trace \(number)")
      }
      trace.scans = scans
    }
    var last = -1
    for pair in own["\(key)_flags"]?.split(separator: " ") ?? [] {
      let parts = pair.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, let index = Ranges.number(parts[0]), index > last,
        let bits = Ranges.number(parts[1]).flatMap({ UInt8(exactly: $0) }), index < count
      else { throw FormatError(format, .inconsistent, "the flags of trace \(number)") }
      trace.flags[index] = Trace.Flags(rawValue: bits)
      last = index
    }
  }

  private static func restore(
    _ own: [String: String], spectrum: inout MeasuredSpectrum, _ number: Int,
    _ format: FormatError.Format
  ) throws(FormatError) {
    let key = "spectrum_\(number)"
    if let name = own[key] { spectrum.name = name }
    if let kind = own["\(key)_axis"].flatMap(Axis.Kind.init) { spectrum.axis.kind = kind }
    if let ordinate = own["\(key)_ordinate"].flatMap(MeasuredSpectrum.Ordinate.init) {
      spectrum.ordinate = ordinate
    }
    guard let text = own["\(key)_saturated"] else { return }
    let count = spectrum.values.count
    guard let saturated = Ranges.numbers(text, most: count),
      saturated.allSatisfy({ $0 < count })
    else { throw FormatError(format, .inconsistent, "the saturated points of spectrum \(number)") }
    spectrum.saturated = saturated
  }
}

/// Rising whole numbers as text: `0-5 7 9-12`.
enum Ranges {
  static func text(_ numbers: [Int]) -> String {
    var parts: [String] = []
    var place = 0
    while place < numbers.count {
      var end = place
      while end + 1 < numbers.count, numbers[end + 1] == numbers[end] + 1 { end += 1 }
      parts.append(end == place ? "\(numbers[place])" : "\(numbers[place])-\(numbers[end])")
      place = end + 1
    }
    return parts.joined(separator: " ")
  }

  /// The numbers; nil where the text is none, does not rise, or asks for more than `most`.
  static func numbers(_ text: String, most: Int) -> [Int]? {
    var numbers: [Int] = []
    for part in text.split(separator: " ") {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { number($0) }
      guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil,
        first > numbers.last ?? -1, last >= first, last - first < most - numbers.count
      else { return nil }
      numbers += Array(first...last)
    }
    return numbers
  }

  /// A whole number of digits alone.
  static func number(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
  }
}

extension String {
  /// The text itself; nil where it is empty.
  var nonEmpty: String? { isEmpty ? nil : self }
}
