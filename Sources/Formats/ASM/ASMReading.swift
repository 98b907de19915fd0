internal import Instruments
internal import Laboratory

/// What is gathered from the documents of a file.
struct ASMReading {
  var source = ReadSource(.asm, Measurement())
  private let values: ASMValues
  /// The exact facts of a file of ours, by name; empty for any other.
  private let own: [String: String]
  private var peaks: [(place: Int, peak: ReportedPeak)] = []

  init(_ values: ASMValues, _ own: [String: String]) {
    self.values = values
    self.own = own
  }

  /// Who, when and with what, by the words of the schemas.
  mutating func identify(_ aggregate: JSONTree, _ groups: [JSONTree], _ zone: String) {
    let device = aggregate["device system document"] ?? aggregate
    let first = groups.first?["measurement document"]?.elements.first
    let sample = first?["sample document"] ?? aggregate
    func known(_ tree: JSONTree?, _ name: String) -> String? {
      guard let text = tree?[name]?.string.map({ ForeignText.plain($0) }),
        !["", ASMName.unknown, "N/A"].contains(text)
      else { return nil }
      return text
    }
    for name in ["sample identifier", "written name"] {
      if let text = known(sample, name), !source.identity.samples.contains(text) {
        source.identity.samples.append(text)
      }
    }
    let documents = aggregate.members.filter { $0.name.hasSuffix(" document") }
      .flatMap { $0.value.elements }
    source.identity.person =
      known(aggregate, "analyst") ?? documents.lazy.compactMap { known($0, "analyst") }.first
    source.identity.maker = known(device, "product manufacturer")
    source.identity.model = known(device, "model number")
    source.identity.serialNumber = known(device, "equipment serial number")
    let moment =
      known(first, "measurement time") ?? known(groups.first, "measurement time")
      ?? known(first?["injection document"], "injection time")
      ?? known(aggregate, "measurement time")
    source.identity.began = moment.flatMap { text in
      Timestamp(iso8601: text)
        ?? ForeignMoment.iso(text).flatMap { ForeignMoment.timestamp($0, zone: zone) }
    }
  }

  /// Reads the cubes of one measurement document.
  mutating func read(_ document: JSONTree) throws(FormatError) {
    for (name, cube) in document.members where name.hasSuffix("data cube") {
      // Releases that demand every cube hold empty ones.
      if cube.members.isEmpty { continue }
      let label = ForeignText.plain(cube["label"]?.string ?? "", most: 200)
      let shown = label.isEmpty ? name : label
      let structure = cube["cube-structure"]
      let (x, y) = (structure?["dimensions"]?.elements, structure?["measures"]?.elements)
      guard let x, let y, x.count == 1, y.count == 1,
        let points = cube["data"]?["dimensions"]?.elements, points.count == 1,
        let heights = cube["data"]?["measures"]?.elements, heights.count == 1
      else {
        source.warnings.append("\(shown) is not read: it has not one dimension and one measure")
        continue
      }
      let concept = x[0]["concept"]?.string ?? ""
      let unit = ForeignText.plain(x[0]["unit"]?.string ?? "", most: 40)
      let measure = ForeignText.plain(y[0]["unit"]?.string ?? "(unitless)", most: 40)
      switch (concept, unit) {
      case ("retention time", "s"), ("elapsed time", "s"):
        try trace(shown, points[0], heights[0], measure, document)
      case ("wavelength", "nm"):
        try spectrum(name, shown, .wavelength, points[0], heights[0], measure)
      case ("wavenumber", "1/cm"):
        try spectrum(name, shown, .wavenumber, points[0], heights[0], measure)
      case ("m/z", "m/z"):
        try spectrum(name, shown, .massToCharge, points[0], heights[0], measure)
      default:
        source.warnings.append(
          "\(shown) is not read: its dimension is \(ForeignText.plain(concept, most: 80)) in \(unit)"
        )
      }
    }
  }

  /// Puts the exact facts back and checks the whole.
  mutating func finish(_ facts: [FileFact]) throws(FormatError) -> ReadSource {
    source.measurement.reportedPeaks = peaks.sorted { $0.place < $1.place }.map(\.peak)
    try ContentFacts.restore(facts, into: &source, .asm)
    guard !source.measurement.traces.isEmpty || !source.measurement.spectra.isEmpty else {
      throw FormatError(
        .asm, .missing, "there is no cube that is read: \(source.warnings.prefix(3))")
    }
    for trace in source.measurement.traces {
      for index in trace.times.indices.dropFirst() {
        let (before, time) = (trace.times[index - 1], trace.times[index])
        guard time > before || (time == before && trace.flags[index].contains(.timeUnknown)) else {
          throw FormatError(
            .asm, .inconsistent, "the time \(time) of \(trace.name) stands behind \(before)")
        }
      }
    }
    return source
  }

  private mutating func trace(
    _ label: String, _ points: JSONTree, _ heights: JSONTree, _ unit: String,
    _ document: JSONTree
  ) throws(FormatError) {
    let number = source.measurement.traces.count + 1
    var quantity = ASMQuantity(concept: "", unit: unit)
    var symbol = ASMQuantity.symbol(of: unit)
    if let said = own["\(ContentFacts.prefix)trace_\(number)_unit"] {
      symbol = said
      if let known = ASMQuantity.signal(said), known.unit == unit { quantity = known }
    }
    let (x, y) = try pairs(label, points, heights, quantity.exponent)
    var trace = Trace(name: label, unit: Unit(symbol))
    for (index, time) in x.enumerated() {
      trace.append(scan: index, time: time, value: y[index], flags: [])
    }
    if let name = own["\(ContentFacts.prefix)trace_\(number)"] { trace.name = name }
    source.measurement.traces.append(trace)
    peaks += try ASMPeaks.read(document, trace, quantity, values.bytes)
  }

  private mutating func spectrum(
    _ name: String, _ label: String, _ kind: Axis.Kind, _ points: JSONTree, _ heights: JSONTree,
    _ unit: String
  ) throws(FormatError) {
    let ordinate: MeasuredSpectrum.Ordinate
    switch (name, unit) {
    case (ASMName.absorption, "mAU"), (ASMName.absorption, "(unitless)"): ordinate = .absorbance
    case (ASMName.transmittance, "(unitless)"): ordinate = .transmittance
    case (ASMName.reflectance, "(unitless)"): ordinate = .reflectance
    case (_, "Counts"): ordinate = .counts
    default: ordinate = .intensity
    }
    let isThousandths = ordinate == .absorbance && unit == "mAU"
    let (x, y) = try pairs(label, points, heights, isThousandths ? 3 : 0)
    for index in x.indices.dropFirst() {
      guard x[1] > x[0] ? x[index] > x[index - 1] : x[index] < x[index - 1] else {
        throw FormatError(
          .asm, .inconsistent, "the axis of \(label) neither rises nor falls at point \(index)")
      }
    }
    source.measurement.spectra.append(
      MeasuredSpectrum(
        name: label, axis: Axis(kind: kind, values: x), ordinate: ordinate, values: y))
  }

  /// Both arrays; points without a value are left out and said.
  private mutating func pairs(
    _ label: String, _ points: JSONTree, _ heights: JSONTree, _ exponent: Int
  ) throws(FormatError) -> (x: [Double], y: [Double]) {
    let (x, y) = (try values.numbers(points), try values.numbers(heights, by: -exponent))
    guard x.count == y.count else {
      throw FormatError(
        .asm, .inconsistent, "\(label) has \(x.count) points and \(y.count) values")
    }
    var kept: (x: [Double], y: [Double]) = ([], [])
    kept.x.reserveCapacity(x.count)
    kept.y.reserveCapacity(x.count)
    for (index, place) in x.enumerated() {
      guard let place else {
        throw FormatError(.asm, .missing, "point \(index) of \(label) has no place")
      }
      guard let value = y[index] else { continue }
      kept.x.append(place)
      kept.y.append(value)
    }
    if kept.x.count < x.count {
      source.warnings.append("\(x.count - kept.x.count) points of \(label) have no value")
    }
    return kept
  }
}
