internal import Instruments
internal import Laboratory

/// Puts factors to the numbers of a table and checks what the records say of them.
struct JCAMPScaling {
  let block: JCAMPBlock
  let table: JCAMPBlock.Table

  /// Abscissae and ordinates; NaN for missing ordinates.
  func points(_ warnings: inout [String]) throws(FormatError) -> ([Double], [Double]) {
    let (xFactor, yFactor) = (try number("XFACTOR") ?? 1, try number("YFACTOR") ?? 1)
    guard xFactor != 0, yFactor != 0 else {
      throw FormatError(.jcamp, .inconsistent, at: block.offset(of: "YFACTOR"), "a factor of 0")
    }
    if let count = try number("NPOINTS"), count != Double(table.y.count) {
      throw FormatError(
        .jcamp, .inconsistent, at: table.offset,
        "NPOINTS is \(count), the table holds \(table.y.count) points")
    }
    // A file of ours says the power of ten that gives the very decimals which were stored.
    let divisor = try number(JCAMPDocument.normalized("$" + JCAMPFacts.divisor))
    let y: [Double]
    if let divisor, divisor > 0 {
      y = table.y.map { $0 / divisor }
    } else {
      y = yFactor == 1 ? table.y : table.y.map { $0 * yFactor }
    }
    let x: [Double]
    switch table.form {
    case .pairs: x = xFactor == 1 ? table.x : table.x.map { $0 * xFactor }
    case .stepped: x = try axis(xFactor, &warnings)
    }
    guard x.allSatisfy(\.isFinite), !y.contains(where: \.isInfinite) else {
      throw FormatError(.jcamp, .badNumber, at: table.offset, "a factor makes infinities")
    }
    try check(x, y)
    return (x, y)
  }

  /// An even axis from first to last, each line's abscissa checked against it.
  private func axis(_ factor: Double, _ warnings: inout [String]) throws(FormatError) -> [Double] {
    let count = table.y.count
    guard let first = try number("FIRSTX"), let last = try number("LASTX") else {
      throw FormatError(.jcamp, .missing, at: table.offset, "FIRSTX or LASTX is missing")
    }
    guard count > 1 else { return Array(repeating: first, count: count) }
    let step = (last - first) / Double(count - 1)
    guard step != 0 else {
      throw FormatError(.jcamp, .inconsistent, at: table.offset, "FIRSTX and LASTX are the same")
    }
    var late = 0
    for line in table.lines {
      let found = line.x * factor
      let tolerance = max(0.5 * abs(step), abs(line.half * factor)) * 1.001
      if abs(found - (first + Double(line.point) * step)) <= tolerance { continue }
      // Spectrafile gives the abscissa of the first new point behind a check.
      guard abs(found - (first + Double(line.point + 1) * step)) <= tolerance else {
        throw FormatError(
          .jcamp, .inconsistent, at: line.offset,
          "the X check is \(found), point \(line.point) stands at "
            + "\(first + Double(line.point) * step)")
      }
      late += 1
    }
    if late > 0 {
      warnings.append("the abscissa of \(late) lines is that of the point behind; accepted")
    }
    let steps = (0..<count).map { first + Double($0) * (last - first) / Double(count - 1) }
    let label = JCAMPDocument.normalized("$" + JCAMPFacts.decimals)
    guard let decimals = try number(label) else { return steps }
    guard (0...12).contains(decimals), let whole = Int(exactly: decimals) else {
      throw FormatError(.jcamp, .badNumber, at: block.offset(of: label), "\(decimals) decimals")
    }
    let power = JCAMPAbscissae.power(whole)
    return steps.map { ($0 * power).rounded() / power }
  }

  /// First, last and extreme values as the records say them; other writers round these.
  private func check(_ x: [Double], _ y: [Double]) throws(FormatError) {
    let known = y.filter { !$0.isNaN }
    let largest = max(abs(known.max() ?? 0), abs(known.min() ?? 0))
    let span = max(abs(x.first ?? 0), abs(x.last ?? 0))
    let rules: [(label: String, value: Double?, tolerance: Double)] = [
      ("FIRSTX", x.first, 1e-5 * span), ("LASTX", x.last, 1e-5 * span),
      ("FIRSTY", y.first, 1e-3 * largest), ("MAXY", known.max(), 1e-3 * largest),
      ("MINY", known.min(), 1e-3 * largest),
    ]
    for rule in rules {
      guard let said = try number(rule.label), let value = rule.value, !value.isNaN else {
        continue
      }
      // Records of an empty form are left at 0 by some programs.
      guard abs(said - value) <= rule.tolerance else {
        throw FormatError(
          .jcamp, .inconsistent, at: block.offset(of: rule.label),
          "\(rule.label) is \(said), the table says \(value)")
      }
    }
  }

  private func number(_ label: String) throws(FormatError) -> Double? {
    guard let text = block[label] else { return nil }
    guard let number = DecimalText.number(text.trimmingBlanks()) else {
      throw FormatError(
        .jcamp, .badNumber, at: block.offset(of: label),
        "##\(label)= \(ForeignText.plain(text, most: 40))")
    }
    return number
  }
}

/// What an abscissa is, by the words of its unit.
enum JCAMPAxis {
  /// An axis of a spectrum, and what makes nm or 1/cm of it.
  case axis(Axis.Kind, Double)
  /// Time, and what makes seconds of it.
  case time(Double)
  /// Mass-to-charge ratios.
  case mass

  init(_ unit: String, type: String, at offset: Int) throws(FormatError) {
    switch unit.uppercased().filter({ !" ^.".contains($0) }) {
    case "1/CM", "CM-1", "WAVENUMBERS", "WAVENUMBER", "WAVENUMBER(CM-1)", "RAMANSHIFT(CM-1)":
      let isRaman = type.uppercased().contains("RAMAN") || unit.uppercased().contains("RAMAN")
      self = .axis(isRaman ? .ramanShift : .wavenumber, 1)
    case "NANOMETERS", "NANOMETER", "NANOMETRES", "NM": self = .axis(.wavelength, 1)
    case "MICROMETERS", "MICROMETER", "MICRONS", "UM": self = .axis(.wavelength, 1000)
    case "CHANNELS", "CHANNEL", "PIXELS", "PIXEL": self = .axis(.channel, 1)
    case "SECONDS", "SECOND", "SEC", "S": self = .time(1)
    case "MINUTES", "MINUTE", "MIN": self = .time(60)
    case "M/Z", "MASS/CHARGE", "MASS": self = .mass
    case "" where type.uppercased().contains("MASS SPECTRUM"): self = .mass
    case "" where type.isEmpty:
      throw FormatError(.jcamp, .missing, at: offset, "##XUNITS= is missing")
    default:
      throw FormatError(
        .jcamp, .unsupported, at: offset,
        "abscissae in \(unit.isEmpty ? "no unit" : ForeignText.plain(unit, most: 40))")
    }
  }

  /// What the ordinate is, and what its values are divided by.
  static func ordinate(_ unit: String) -> (MeasuredSpectrum.Ordinate, Double) {
    let words = unit.uppercased()
    let divisor: Double = words.contains("%") || words.contains("PERCENT") ? 100 : 1
    if words.contains("ABSORB") { return (.absorbance, 1) }
    if words.contains("TRANSMI") || words == "%T" { return (.transmittance, divisor) }
    if words.contains("REFLECT") || words == "%R" { return (.reflectance, divisor) }
    if words.contains("COUNT") { return (.counts, 1) }
    return (.intensity, 1)
  }
}
