internal import Instruments
internal import Laboratory

/// The peak list of one chromatogram.
enum ASMPeaks {
  /// Writes peaks of a trace with their places in the whole list.
  static func write(
    _ peaks: [(offset: Int, element: ReportedPeak)], _ trace: Trace, _ quantity: ASMQuantity,
    _ json: JSONStream
  ) throws(Failure) {
    try json.object("processed data aggregate document") { () throws(Failure) in
      try json.array("processed data document") { () throws(Failure) in
        try json.object { () throws(Failure) in
          try json.whole("@index", 1)
          try json.object("peak list") { () throws(Failure) in
            try json.array("peak") { () throws(Failure) in
              for (place, peak) in peaks {
                try json.object { () throws(Failure) in
                  try write(peak, place + 1, trace, quantity, json)
                }
              }
            }
          }
        }
      }
    }
  }

  private static func write(
    _ peak: ReportedPeak, _ number: Int, _ trace: Trace, _ quantity: ASMQuantity,
    _ json: JSONStream
  ) throws(Failure) {
    func quantityOf(
      _ name: String, _ value: Double?, _ unit: String, _ exponent: Int = 0
    ) throws(Failure) {
      if let value { try json.quantity(name, DecimalShift.text(value, by: exponent), unit) }
    }
    try json.whole("@index", number)
    if let name = peak.name { try json.text("written name", name) }
    try quantityOf("retention time", peak.retentionTime, "s")
    try quantityOf("peak start", peak.start, "s")
    try quantityOf("peak end", peak.end, "s")
    let isOfSignal = isOfSignal(peak.areaUnit, trace.unit.symbol)
    try quantityOf(
      "peak area", peak.area, isOfSignal ? quantity.area : ASMQuantity.plain.unit,
      isOfSignal ? quantity.exponent : 0)
    try quantityOf("peak height", peak.height, quantity.unit, quantity.exponent)
    try quantityOf("peak width", peak.width, "s")
    try quantityOf("relative peak area", peak.areaPercent, "%")
    try json.object(ASMName.custom) { () throws(Failure) in
      try json.array(ASMName.customItem) { () throws(Failure) in
        func datum(_ name: String, _ json: String, _ kind: String) -> [(name: String, json: String)]
        {
          [(ASMName.label, "\"\(ASMName.own)\(name)\""), (kind, json)]
        }
        let string = ASMName.string
        try json.line(datum("area_unit", JSONStream.quoted(peak.areaUnit), string))
        if let code = peak.code { try json.line(datum("code", JSONStream.quoted(code), string)) }
        if let amount = peak.amount {
          try json.line(datum("amount", DecimalShift.text(amount, by: 0), ASMName.double))
        }
        if !peak.baseline.isEmpty {
          let points = peak.baseline.flatMap { [$0.time, $0.level] }
            .map { DecimalShift.text($0, by: 0) }.joined(separator: " ")
          try json.line(datum("baseline", JSONStream.quoted(points), string))
        }
        if peak.isManual { try json.line(datum("manual", "\"yes\"", string)) }
      }
    }
  }

  private static func isOfSignal(_ area: String, _ signal: String) -> Bool {
    area == "\(signal)*s" || area == "\(signal).s"
  }

  /// Reads the peaks of a measurement document, each with its place in the whole list, if any.
  ///
  /// `unit` is that of the trace as it was measured, `quantity` that in the file.
  static func read(
    _ measurement: JSONTree, _ trace: Trace, _ quantity: ASMQuantity, _ bytes: [UInt8]
  ) throws(FormatError) -> [(place: Int, peak: ReportedPeak)] {
    var found: [(place: Int, peak: ReportedPeak)] = []
    let documents = measurement["processed data aggregate document"]?["processed data document"]
    for document in documents?.elements ?? [] {
      for item in document["peak list"]?["peak"]?.elements ?? [] {
        let values = ASMValues(bytes)
        func number(_ name: String, _ exponent: Int = 0) throws(FormatError) -> Double? {
          guard let value = item[name]?["value"] else { return nil }
          return try values.number(value, by: -exponent)
        }
        // A peak by its volume alone has no place on an axis of time.
        guard let retention = try number("retention time") else { continue }
        let own = values.custom(item)
        let areaUnit = own.first { $0.label == ASMName.own + "area_unit" }?.text
        var peak = ReportedPeak(
          trace: trace.name, retentionTime: retention,
          areaUnit: areaUnit
            ?? item["peak area"]?["unit"]?.string.map { ForeignText.unit($0) } ?? "1")
        peak.name = item["written name"]?.string
        (peak.start, peak.end) = (try number("peak start"), try number("peak end"))
        peak.area = try number(
          "peak area", isOfSignal(peak.areaUnit, trace.unit.symbol) ? quantity.exponent : 0)
        peak.height = try number("peak height", quantity.exponent)
        peak.width = try number("peak width")
        peak.areaPercent = try number("relative peak area")
        for (label, text) in own {
          switch label {
          case ASMName.own + "code": peak.code = text
          case ASMName.own + "manual": peak.isManual = text == "yes"
          case ASMName.own + "amount": peak.amount = DecimalText.number(text)
          case ASMName.own + "baseline":
            let numbers = text.split(separator: " ").compactMap { DecimalText.number($0) }
            for index in stride(from: 0, to: numbers.count - 1, by: 2) {
              peak.baseline.append(
                BaselinePoint(time: numbers[index], level: numbers[index + 1]))
            }
          default: break
          }
        }
        var place = found.count
        if case .number(let range)? = item["@index"], let index = values.whole(range) {
          place = index
        }
        found.append((place, peak))
      }
    }
    return found
  }
}
