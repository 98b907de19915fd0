internal import Instruments
internal import Laboratory
internal import Methods

/// Mass scans over time as JCAMP-DX 5.00 NTUPLES, a page a scan, each number to the bit.
///
/// The scans are asked for twice: once for what the records before the first page say of all of
/// them, and once to be written. No more than one of them is held.
struct JCAMPScans {
  private let scans: any MassScanSource
  private let content: ExportContent

  init(_ scans: any MassScanSource, _ content: ExportContent) {
    self.scans = scans
    self.content = content
  }

  private var type: String {
    scans.kind == .profile ? "CONTINUOUS MASS SPECTRUM" : "MASS SPECTRUM"
  }

  func write(to sink: any ByteSink) throws(Failure) {
    var order = MassScanOrder(.jcamp)
    try scans.forEachScan { scan throws(Failure) in
      do throws(FormatError) { try order.check(scan) } catch { throw error.failure }
    }
    guard order.count > 0 else { throw FormatError(.jcamp, .shape, "there is no scan").failure }
    var output = JCAMPOutput(to: sink)
    writeHead(order, into: &output.text)
    var expected = 0
    var again = MassScanOrder(.jcamp)
    try scans.forEachScan { scan throws(Failure) in
      do throws(FormatError) { try again.check(scan) } catch { throw error.failure }
      output.text.line("##PAGE= T=\(DecimalText.shortest(scan.time))")
      if scan.number != expected { output.text.line("##$\(JCAMPFacts.scan)= \(scan.number)") }
      expected = scan.number + 1
      output.text.line("##NPOINTS= \(scan.massToCharge.count)")
      output.text.line("##DATA TABLE= (XY..XY), \(scans.kind == .profile ? "PROFILE" : "PEAKS")")
      for (mass, intensity) in zip(scan.massToCharge, scan.intensity) {
        output.text.line("\(DecimalText.shortest(mass)), \(DecimalText.shortest(intensity))")
      }
      try output.pass()
    }
    guard again == order else {
      throw FormatError(.jcamp, .mismatch, "the scans changed while they were written").failure
    }
    output.text.line("##END NTUPLES= MASS SPECTRUM")
    try output.end()
  }

  private func writeHead(_ order: MassScanOrder, into text: inout JCAMPText) {
    let form = JCAMPWriter.Form(
      version: "5.00", type: type, table: "NTUPLES", xUnit: "M/Z", yUnit: Self.unit(scans.unit))
    JCAMPHead(content).write(form, into: &text)
    switch content.technique {
    case .gcms?: text.line("##.INLET= GC")
    case .lcms?: text.line("##.INLET= LC")
    default: break
    }
    let first = order.firstTime.map { DecimalText.shortest($0) } ?? ""
    let last = order.lastTime.map { DecimalText.shortest($0) } ?? ""
    text.line("##NTUPLES= MASS SPECTRUM")
    text.line("##VAR_NAME= MASS, INTENSITY, RETENTION TIME")
    text.line("##SYMBOL= X, Y, T")
    text.line("##VAR_TYPE= INDEPENDENT, DEPENDENT, INDEPENDENT")
    text.line("##VAR_FORM= AFFN, AFFN, AFFN")
    text.line("##VAR_DIM= , , \(order.count)")
    text.line("##UNITS= M/Z, \(form.yUnit), SECONDS")
    text.line("##FIRST= , , \(first)")
    text.line("##LAST= , , \(last)")
  }

  /// A unit for people: `COUNTS`, `COUNTS PER S`; the exact one stands among the facts.
  private static func unit(_ unit: String) -> String {
    if unit == "A" { return "AMPERE" }
    let words = EscapedText.readable(unit).uppercased().map { $0 == "_" || $0 == "," ? " " : $0 }
    let plain = String(words).split(separator: " ").joined(separator: " ").prefix(40)
    return plain.isEmpty || plain == "1" ? "ARBITRARY UNITS" : String(plain)
  }

  /// Compares a file with the scans, page by page.
  func check(_ file: any ByteSource) throws(Failure) {
    var parser = JCAMPBlockParser(file, handsOutPages: true)
    let comparison = ReadBack(.jcamp)
    var expected = 0
    var count = 0
    do throws(Failure) {
      try scans.forEachScan { scan throws(Failure) in
        do throws(FormatError) {
          guard let page = try parser.nextPage() else {
            throw FormatError(.jcamp, .mismatch, "there are \(count) pages, and a scan more")
          }
          let said = try JCAMPInterpreter.scanNumber(of: page.page) ?? expected
          guard said == scan.number else {
            throw FormatError(.jcamp, .mismatch, "scan \(said) and not \(scan.number)")
          }
          let (time, x, y) = try JCAMPInterpreter.points(of: page)
          try comparison.same("the time of scan \(said)", [time], [scan.time], nil)
          try comparison.same("the masses of scan \(said)", x, scan.massToCharge, nil)
          try comparison.same("the intensities of scan \(said)", y, scan.intensity, nil)
          expected = said + 1
          count += 1
        } catch {
          throw error.failure
        }
      }
      do throws(FormatError) {
        guard try parser.nextPage() == nil else {
          throw FormatError(.jcamp, .mismatch, "there are more than \(count) pages")
        }
        let blocks = try parser.finish()
        let found = try JCAMPInterpreter(zone: "").describe(blocks, parser.warnings)
        try comparison.compare(found, with: content)
        try JCAMPContent.checkTitle(blocks.first?["TITLE"] ?? "", content.head)
        try FormatCheck.same(
          .jcamp, "the kind of scan", found.measurement.massScans?.kind.rawValue,
          scans.kind.rawValue)
        try FormatCheck.same(
          .jcamp, "the unit", found.measurement.massScans?.unit, scans.unit)
        try FormatCheck.same(.jcamp, "the number of pages", blocks.first?["VARDIM"], ", , \(count)")
      } catch {
        throw error.failure
      }
    } catch {
      throw parser.failure ?? error
    }
  }
}

/// What a text file can hold of mass scans, checked one by one in their order.
struct MassScanOrder: Hashable {
  private let format: FormatError.Format
  private(set) var count = 0
  private(set) var firstTime: Double?
  private(set) var lastTime: Double?
  private var lastNumber = -1

  init(_ format: FormatError.Format) { self.format = format }

  /// Refuses NaN and infinity, masses below zero or falling, times and numbers that fall.
  mutating func check(_ scan: MassScan) throws(FormatError) {
    let (x, y) = (scan.massToCharge, scan.intensity)
    guard x.count == y.count else {
      throw FormatError(
        format, .shape, "\(x.count) masses and \(y.count) intensities in scan \(scan.number)")
    }
    guard scan.number > lastNumber else {
      throw FormatError(format, .axis, "scan \(scan.number) stands behind scan \(lastNumber)")
    }
    guard scan.time.isFinite else {
      throw FormatError(format, .notFinite, "the time of scan \(scan.number)")
    }
    for (name, values) in [("mass", x), ("intensity", y)] {
      if let point = values.firstIndex(where: { !$0.isFinite }) {
        throw FormatError(format, .notFinite, "the \(name) \(point) of scan \(scan.number)")
      }
    }
    guard (x.first ?? 0) >= 0, zip(x, x.dropFirst()).allSatisfy({ $0 <= $1 }) else {
      throw FormatError(format, .axis, "the masses of scan \(scan.number) fall, or are below zero")
    }
    if let lastTime, scan.time < lastTime {
      throw FormatError(
        format, .axis, "scan \(scan.number) at \(scan.time) s stands behind one at \(lastTime) s")
    }
    count += 1
    firstTime = firstTime ?? scan.time
    (lastTime, lastNumber) = (scan.time, scan.number)
  }
}
