internal import Laboratory

/// A reported peak as one line of printable ASCII, exact to the last bit, for the private fields of
/// formats whose own columns round or have no place.
///
/// `KEY=VALUE` with semicolons between; numbers are the shortest decimals that read back the same
/// bits, texts are escaped by ``EscapedText``. What is not known is not there.
enum PeakText {
  static func encode(_ peak: ReportedPeak) -> String {
    var parts: [String] = []
    func text(_ key: String, _ value: String?) {
      guard let value else { return }
      let escaped = EscapedText.encode(value) { $0.isPrintableASCII && $0 != ";" && $0 != " " }
      parts.append("\(key)=\(escaped)")
    }
    func number(_ key: String, _ value: Double?) {
      if let value { parts.append("\(key)=\(DecimalText.shortest(value))") }
    }
    number("retention_s", peak.retentionTime)
    number("start_s", peak.start)
    number("end_s", peak.end)
    number("area", peak.area)
    text("area_unit", peak.areaUnit)
    number("height", peak.height)
    number("width_s", peak.width)
    number("area_percent", peak.areaPercent)
    number("amount", peak.amount)
    for point in peak.baseline {
      number("baseline_s", point.time)
      number("level", point.level)
    }
    text("code", peak.code)
    if peak.isManual { parts.append("manual=yes") }
    text("name", peak.name)
    return parts.joined(separator: ";")
  }

  /// The peak of a line, of a trace; nil where the line is broken.
  static func decode(_ line: String, trace: String) -> ReportedPeak? {
    var peak = ReportedPeak(trace: trace, retentionTime: .nan, areaUnit: "")
    var time: Double?
    for part in line.split(separator: ";") {
      let words = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard words.count == 2 else { return nil }
      switch words[0] {
      case "area_unit", "code", "name":
        guard let text = EscapedText.decode(words[1]) else { return nil }
        if words[0] == "name" { peak.name = text }
        if words[0] == "code" { peak.code = text }
        if words[0] == "area_unit" { peak.areaUnit = text }
        continue
      case "manual":
        peak.isManual = words[1] == "yes"
        continue
      default: break
      }
      guard let value = DecimalText.number(words[1]) else { return nil }
      switch words[0] {
      case "retention_s": peak.retentionTime = value
      case "start_s": peak.start = value
      case "end_s": peak.end = value
      case "area": peak.area = value
      case "height": peak.height = value
      case "width_s": peak.width = value
      case "area_percent": peak.areaPercent = value
      case "amount": peak.amount = value
      case "baseline_s": time = value
      case "level":
        guard let at = time else { return nil }
        peak.baseline.append(BaselinePoint(time: at, level: value))
        time = nil
      default: return nil
      }
    }
    return peak.retentionTime.isFinite && time == nil ? peak : nil
  }

  /// Every number of a peak, to look whether all of them are finite.
  static func numbers(_ peak: ReportedPeak) -> [Double] {
    [peak.retentionTime]
      + [
        peak.start, peak.end, peak.area, peak.height, peak.width, peak.areaPercent, peak.amount,
      ].compactMap { $0 } + peak.baseline.flatMap { [$0.time, $0.level] }
  }
}
