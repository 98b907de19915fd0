internal import Laboratory

/// Reads MS1 text: mass scans over time as ProteoWizard writes them.
///
/// `H` lines say what the file is, `S` begins a scan, `I RTime` gives its minutes, and pairs of mass
/// and intensity follow. Sources: the format's description by its makers (W. McDonald et al., Rapid
/// Commun. Mass Spectrom. 18 (2004) 2162) and files of ProteoWizard.
public enum MS1Reader {
  /// The most scans that are read.
  public static let mostScans = 5_000_000
  /// The longest line that is read, bytes.
  public static let longestLine = 65_536

  /// Whether a file begins as these do.
  public static func recognises(_ bytes: [UInt8]) -> Bool {
    // `H<tab>` or `S<tab>number`: two characters alone would be met by chance.
    let head = bytes.prefix(200)
    guard head.count > 2, head[1] == 0x09 else { return false }
    return head.begins(with: "H\tCreationDate") || head.begins(with: "H\tExtractor")
      || (head[0] == UInt8(ascii: "S") && (0x30...0x39).contains(head[2]))
  }

  /// Reads a file of at most `limit` bytes; a scan that is damaged refuses the file, as a run with
  /// a hole is another run.
  public static func read(
    _ bytes: [UInt8], limit: Int = MeasurementReader.largestFile
  ) throws(FormatError) -> ReadSource {
    guard bytes.count <= limit else {
      throw FormatError(.ms1, .tooLarge, "\(bytes.count) bytes, \(limit) are read")
    }
    var parser = MS1Parser()
    var lines = LineReader(bytes)
    while let line = lines.next() {
      guard line.bytes.count <= longestLine else {
        throw FormatError(.ms1, .tooLarge, at: line.offset, "line \(line.number) is too long")
      }
      // A number that is cut off would be another number.
      guard line.isWhole else {
        throw FormatError(.ms1, .truncated, at: line.offset, "the last line has no end")
      }
      try parser.take(line)
    }
    try parser.endScan(at: bytes.count)
    guard parser.series.count > 0 else {
      throw FormatError(.ms1, .missing, at: bytes.count, "there is no scan")
    }
    // `CreationDate` is when the file was converted, not when anything was measured.
    return ReadSource(.ms1, Measurement(massScans: parser.series, facts: parser.facts))
  }
}

/// The scans of a file as far as they have come.
private struct MS1Parser {
  var series = MassScanSeries(kind: .centroid)
  var facts: [String: String] = [:]
  private var isInScan = false
  private var scanOffset = 0
  private var time: Double?
  private var (masses, intensities): ([Double], [Double]) = ([], [])

  mutating func take(_ line: LineReader.Line) throws(FormatError) {
    guard let first = line.bytes.first else { return }
    switch first {
    case UInt8(ascii: "H") where !isInScan:
      takeFact(line)
    case UInt8(ascii: "S"):
      try endScan(at: line.offset)
      guard series.count < MS1Reader.mostScans else {
        throw FormatError(
          .ms1, .tooLarge, at: line.offset, "more than \(MS1Reader.mostScans) scans")
      }
      (isInScan, scanOffset, time) = (true, line.offset, nil)
    case UInt8(ascii: "I") where isInScan:
      try takeFactOfScan(line)
    case UInt8(ascii: "Z"), UInt8(ascii: "D"):
      // Charges and remarks of a scan: nothing that is measured.
      guard isInScan else {
        throw FormatError(.ms1, .malformed, at: line.offset, "line \(line.number) before a scan")
      }
    case 0x30...0x39, UInt8(ascii: "."):
      try takePair(line)
    default:
      throw FormatError(.ms1, .malformed, at: line.offset, "line \(line.number) is not understood")
    }
  }

  /// Ends the scan that is open.
  mutating func endScan(at offset: Int) throws(FormatError) {
    guard isInScan else { return }
    guard let time else {
      throw FormatError(
        .ms1, .missing, at: scanOffset, "scan \(series.count + 1) has no I RTime")
    }
    if let last = series.times.last, time <= last {
      throw FormatError(
        .ms1, .inconsistent, at: scanOffset,
        "scan \(series.count + 1) at \(time) s is not later than the one before")
    }
    series.append(time: time, massToCharge: masses, intensity: intensities)
    masses.removeAll(keepingCapacity: true)
    intensities.removeAll(keepingCapacity: true)
    isInScan = false
  }

  private mutating func takeFact(_ line: LineReader.Line) {
    guard facts.count < 1000 else { return }
    let words = ForeignText.decode(line.bytes.dropFirst())
      .split(separator: "\t", maxSplits: 1).map { ForeignText.plain(String($0)) }
    guard let name = words.first, !name.isEmpty else { return }
    if words.count > 1 {
      facts[name] = words[1]
    } else if let blank = name.firstIndex(of: " ") {
      facts[String(name[..<blank])] = String(name[name.index(after: blank)...])
    }
  }

  private mutating func takeFactOfScan(_ line: LineReader.Line) throws(FormatError) {
    let words = line.bytes.split(whereSeparator: LineReader.isBlank)
    guard words.count == 3, words[1].elementsEqual("RTime".utf8) else { return }
    guard let minutes = DecimalBytes.number(words[2]), minutes >= 0, minutes < 1e9 else {
      throw FormatError(.ms1, .badNumber, at: line.offset, "the RTime in line \(line.number)")
    }
    guard time == nil else {
      throw FormatError(.ms1, .inconsistent, at: line.offset, "a second RTime")
    }
    time = minutes * 60
  }

  private mutating func takePair(_ line: LineReader.Line) throws(FormatError) {
    guard isInScan else {
      throw FormatError(.ms1, .malformed, at: line.offset, "a pair before the first scan")
    }
    guard let gap = line.bytes.firstIndex(where: LineReader.isBlank),
      let mass = DecimalBytes.number(line.bytes[..<gap]),
      let intensity = DecimalBytes.number(
        line.bytes[gap...].drop(while: LineReader.isBlank)), mass > 0, intensity >= 0
    else {
      throw FormatError(
        .ms1, .badNumber, at: line.offset, "line \(line.number) is no pair of mass and intensity")
    }
    if let last = masses.last, mass < last {
      throw FormatError(
        .ms1, .inconsistent, at: line.offset, "the masses of scan \(series.count + 1) fall")
    }
    masses.append(mass)
    intensities.append(intensity)
  }
}
