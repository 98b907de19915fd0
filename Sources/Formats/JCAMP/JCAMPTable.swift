internal import Instruments
internal import Laboratory
internal import Methods

/// How one spectrum stands in a JCAMP-DX file: the form of its table, and what that rounds.
struct JCAMPTable {
  /// What stands in the table.
  enum Numbers {
    /// Pairs, every number to the bit.
    case pairs
    /// Integers along an even axis.
    case stepped(JCAMPAbscissae, JCAMPOrdinates)
  }

  let form: JCAMPWriter.Form
  let numbers: Numbers

  init(_ spectrum: MeasuredSpectrum, _ head: ExportHead, _ options: ExportOptions) {
    let kind = spectrum.axis.kind
    let xUnit = JCAMPWriter.xUnit(kind)
    let yUnit = Self.yUnit(spectrum.ordinate)
    if kind == .massToCharge {
      let isProfile = head.facts.contains { $0.name == "scan_form" && $0.value == "profile" }
      form = JCAMPWriter.Form(
        version: "5.00", type: isProfile ? "CONTINUOUS MASS SPECTRUM" : "MASS SPECTRUM",
        table: isProfile ? "XYPOINTS" : "PEAK TABLE", xUnit: xUnit, yUnit: yUnit)
      numbers = .pairs
      return
    }
    var even: (JCAMPAbscissae, JCAMPOrdinates)?
    let factor = head.facts.first { $0.name == "yfactor" }?.value
    if let abscissae = JCAMPAbscissae(spectrum.axis.values),
      let ordinates = JCAMPOrdinates(
        spectrum.values, differences: options.packing == .dif,
        unit: factor.flatMap { DecimalText.number($0) })
    {
      even = (abscissae, ordinates)
    }
    form = JCAMPWriter.Form(
      version: "5.01", type: Self.type(kind, head.technique),
      table: even == nil ? "XYPOINTS" : "XYDATA", xUnit: xUnit, yUnit: yUnit)
    numbers = even.map { .stepped($0.0, $0.1) } ?? .pairs
  }

  /// What is rounded, in words for people.
  func roundings(_ name: String) -> [String] {
    guard case .stepped(let abscissae, let ordinates) = numbers else { return [] }
    var words: [String] = []
    if abscissae.maxError > 0 {
      let whose = abscissae.decimals == nil ? "" : " in other programs, exact in Gauger"
      words.append(
        "\(name): x is even steps from first to last, at most \(abscissae.maxError) off\(whose)")
    }
    if ordinates.maxError > 0 {
      words.append(
        "\(name): y is integers of 32 bits times a factor, at most \(ordinates.maxError) off")
    }
    return words
  }

  private static func type(_ kind: Axis.Kind, _ technique: Method.Technique?) -> String {
    switch (kind, technique) {
    case (.ramanShift, _): "RAMAN SPECTRUM"
    case (.wavenumber, .ultravioletVisible?): "UV/VIS SPECTRUM"
    case (.wavenumber, _), (.wavelength, .ftir?): "INFRARED SPECTRUM"
    default: "UV/VIS SPECTRUM"
    }
  }

  private static func yUnit(_ ordinate: MeasuredSpectrum.Ordinate) -> String {
    switch ordinate {
    case .counts: "COUNTS"
    case .absorbance: "ABSORBANCE"
    case .transmittance: "TRANSMITTANCE"
    case .reflectance: "REFLECTANCE"
    case .irradiance: "UW/CM2/NM"
    case .intensity: "ARBITRARY UNITS"
    }
  }

  /// Refuses what no table can hold: arrays of different lengths, NaN, an axis that turns.
  static func check(_ spectrum: MeasuredSpectrum) throws(FormatError) {
    let (x, y) = (spectrum.axis.values, spectrum.values)
    guard !x.isEmpty, x.count == y.count, spectrum.saturated.allSatisfy(x.indices.contains) else {
      throw FormatError(.jcamp, .shape, "\(y.count) values, \(x.count) abscissae")
    }
    for (name, values) in [("axis", x), ("ordinate", y)] {
      if let point = values.firstIndex(where: { !$0.isFinite }) {
        throw FormatError(.jcamp, .notFinite, "the \(name) value of point \(point)")
      }
    }
    guard x.count > 1 else { return }
    let rises = x[1] > x[0]
    if let point = (1..<x.count).first(where: {
      rises ? x[$0] <= x[$0 - 1] : x[$0] >= x[$0 - 1]
    }) {
      throw FormatError(
        .jcamp, .axis, "the axis neither rises nor falls strictly at point \(point)")
    }
    if spectrum.axis.kind == .massToCharge, let first = x.min(), first < 0 {
      throw FormatError(.jcamp, .axis, "a mass below zero")
    }
  }

  /// Writes the records of the table and the table.
  func write(
    _ spectrum: MeasuredSpectrum, _ options: ExportOptions, to output: inout JCAMPOutput
  ) throws(Failure) {
    let (x, y) = (spectrum.axis.values, spectrum.values)
    guard case .stepped(let abscissae, let ordinates) = numbers else {
      JCAMPWriter.writeTableHead(form, x, y, factor: "1", into: &output.text)
      output.text.line("##\(form.table)= (XY..XY)")
      for (x, y) in zip(x, y) {
        output.text.line("\(DecimalText.shortest(x)), \(DecimalText.shortest(y))")
        try output.pass()
      }
      return
    }
    if abscissae.maxError > 0 {
      output.text.line(
        "##$\(JCAMPFacts.maxXError)= \(DecimalText.shortest(abscissae.maxError))")
    }
    if let decimals = abscissae.decimals {
      output.text.line("##$\(JCAMPFacts.decimals)= \(decimals)")
    }
    output.text.line("##$\(JCAMPFacts.maxYError)= \(DecimalText.shortest(ordinates.maxError))")
    if let divisor = ordinates.divisor {
      output.text.line("##$\(JCAMPFacts.divisor)= \(DecimalText.shortest(divisor))")
    }
    // Of the stored numbers, not of the source.
    JCAMPWriter.writeTableHead(
      form, abscissae.values, ordinates.values, factor: ordinates.factorText, into: &output.text)
    let step = (abscissae.last - abscissae.first) / Double(abscissae.count - 1)
    output.text.line("##DELTAX= \(DecimalText.shortest(step))")
    output.text.line("##XYDATA= (X++(Y..Y))")
    let packing = JCAMPPacking(abscissae: abscissae)
    // One reader fails on a table of differences that is so short.
    switch options.packing {
    case .dif where abscissae.count > 3: try packing.dif(ordinates.integers, into: &output)
    case .affn, .dif: try packing.affn(ordinates.integers, into: &output)
    }
  }
}
