internal import Laboratory
internal import Methods
internal import Processing

/// Numbers and answers as people read them in a report.
enum ReportText {
  /// About five significant digits.
  static func number(_ value: Double) -> String { significant(value, 5) }

  /// All digits: the shortest text that reads back to the same number.
  static func full(_ value: Double) -> String { DecimalText.shortest(value) }

  /// So many digits behind the point.
  static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
    let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
    let whole = Int64((abs(value) * scale).rounded())
    let sign = value < 0 && whole != 0 ? "\u{2212}" : ""
    guard digits > 0 else { return sign + String(whole) }
    let text = String(whole)
    let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
    return sign + padded.dropLast(digits) + "." + padded.suffix(digits)
  }

  /// So many significant digits.
  static func significant(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, value != 0 else { return full(value) }
    var (magnitude, exponent) = (abs(value), 0)
    while magnitude >= 10, exponent < 400 { (magnitude, exponent) = (magnitude / 10, exponent + 1) }
    while magnitude < 1, exponent > -400 { (magnitude, exponent) = (magnitude * 10, exponent - 1) }
    guard (-4...8).contains(exponent) else { return "\(Float(value))" }
    return fixed(value, max(0, digits - 1 - exponent))
  }

  static func range(_ range: LevelRange, _ unit: String) -> String {
    "\(number(range.lowest)) to \(number(range.highest)) \(unit)"
  }

  static func answer(_ answer: AnalyteAnswer) -> String {
    switch answer.state {
    case .value: answer.value.map { "\(significant($0, 4)) \(answer.unit)" } ?? ""
    case .present: "present"
    case .notDetected: "not detected"
    case .belowRange: answer.reason.isEmpty ? "below range" : answer.reason
    case .aboveRange: answer.reason.isEmpty ? "above range" : answer.reason
    case .notEvaluated: "not evaluated: \(answer.reason)"
    }
  }

  static func uncertainty(_ answer: AnalyteAnswer) -> String {
    guard let u = answer.uncertainty else {
      guard answer.state == .value, answer.lower != nil || answer.upper != nil else { return "" }
      let ends = [answer.lower, answer.upper].map { $0.map { significant($0, 3) } ?? "open" }
      return "\(ends[0]) to \(ends[1]) \(answer.unit)"
    }
    let factor = answer.coverageFactor.map { " (k = \(fixed($0, 2)))" } ?? ""
    return "\u{00B1} \(significant(u, 2)) \(answer.unit)\(factor)"
  }

  static func verdict(_ answer: AnalyteAnswer, _ run: RunAnswers) -> String {
    let deviation = answer.deviation.map { " (\(fixed($0, 1)) %)" } ?? ""
    if let passes = answer.passes { return (passes ? "passes" : "FAILS") + deviation }
    return (run.holds.isEmpty ? "" : "held") + deviation
  }

  static func identity(_ answer: SearchAnswer) -> String {
    switch answer.verdict {
    case .match:
      answer.matches.first.map { "library match: \($0.name), score \(fixed($0.score, 1))" }
        ?? "library match"
    case .undecided:
      "one of: " + answer.matches.prefix(5).map(\.name).joined(separator: ", ")
    case .noMatch: "no match in \(answer.library.name)"
    case .notComparable: "not comparable: \(answer.reason)"
    }
  }
}

/// The table of peaks, in reports and as CSV.
enum PeakTable {
  static let head = [
    "No.", "Code", "Time / s", "Start / s", "End / s", "Area", "Height", "Width / s", "Plates",
    "Tailing", "Resolution", "S/N", "Index", "Flags",
  ]

  static func row(_ number: Int, _ peak: ChromatographicPeak) -> [String] {
    [
      "\(number)", peak.code, ReportText.fixed(peak.retentionTime, 3),
      ReportText.fixed(peak.start, 3), ReportText.fixed(peak.end, 3),
      ReportText.significant(peak.area, 7), ReportText.significant(peak.height, 6),
      peak.widthAtHalf.map { ReportText.fixed($0, 3) } ?? "",
      peak.plates.map { ReportText.fixed($0, 0) } ?? "",
      peak.tailing.map { ReportText.fixed($0, 3) } ?? "",
      peak.resolution.map { ReportText.fixed($0, 2) } ?? "",
      peak.signalToNoise.map { ReportText.fixed($0, 1) } ?? "",
      peak.retentionIndex.map { ReportText.fixed($0, 1) } ?? "",
      peak.flags.joined(separator: ", "),
    ]
  }
}
