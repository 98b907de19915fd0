internal import Instruments
internal import Laboratory

/// Reads a finished mzML file of ours by its own index, and compares it with what it was made from.
///
/// Everything but the mass scans is read at once; these one by one, each from the place that the
/// index says, so that a run of any length takes the memory of one scan.
struct MzMLCheck {
  private let file: any ByteSource
  private let content: ExportContent
  private static let piece = 1 << 18

  init(_ file: any ByteSource, _ content: ExportContent) {
    self.file = file
    self.content = content
  }

  func run() throws(Failure) {
    let tail = try readTail()
    try checkSum(tail)
    var index = MzMLIndex(file, from: tail.index, to: tail.checksum)
    let scans = try compareScans(&index)
    try compareRest(scans, &index, tail.index)
  }

  private func refuse(_ detail: String, at place: Int? = nil) -> Failure {
    FormatError(.mzml, .mismatch, at: place, detail).failure
  }

  // MARK: - Index and checksum

  /// Where the index begins, and where the tag of the checksum does.
  private func readTail() throws(Failure) -> (index: Int, checksum: Int) {
    let start = max(0, file.size - 300)
    let tail = try file.read(at: start, count: 300)
    guard let offset = tail.firstRange(of: Array("<indexListOffset>".utf8)),
      let sum = tail.firstRange(of: Array("<fileChecksum>".utf8)),
      let index = Int(
        String(
          decoding: tail[offset.upperBound...].prefix { $0 != UInt8(ascii: "<") }, as: UTF8.self)),
      index >= 0, index < file.size,
      try file.read(at: index, count: 10) == Array("<indexList".utf8)
    else { throw refuse("there is no index where the file says", at: start) }
    return (index, start + sum.upperBound)
  }

  private func checkSum(_ tail: (index: Int, checksum: Int)) throws(Failure) {
    var (hash, place) = (SHA1(), 0)
    while place < tail.checksum {
      let bytes = try file.read(at: place, count: min(Self.piece, tail.checksum - place))
      guard !bytes.isEmpty else { throw refuse("the file ends", at: place) }
      hash.add(bytes)
      place += bytes.count
    }
    let said = try file.read(at: tail.checksum, count: 200)
    guard said == Array((hash.text + MzMLBody.tail).utf8) else {
      throw refuse(
        "the checksum is not that of the bytes, or the end is another", at: tail.checksum)
    }
  }

  // MARK: - Mass scans

  /// Compares every scan; returns where they begin and end.
  private func compareScans(_ index: inout MzMLIndex) throws(Failure) -> Range<Int>? {
    guard let source = content.massScans else { return nil }
    // A variable of its own, as an inout cannot go into the closure.
    var entries = index
    var entry = try entries.next()
    let begin = entry?.place
    var end = begin ?? 0
    try source.forEachScan { (scan) throws(Failure) in
      guard let open = entry, open.name == "spectrum", open.id == "scan=\(scan.number + 1)" else {
        throw refuse("scan \(scan.number) is not in the index")
      }
      entry = try entries.next()
      let next = entry?.name == "spectrum" ? entry?.place : nil
      let bytes = try element(open.place, next)
      end = open.place + bytes.count
      do throws(FormatError) {
        try compare(try MzMLDocument.scan(bytes), scan, at: open.place)
      } catch { throw error.failure }
    }
    index = entries
    index.putBack(entry)
    guard let begin else { return nil }
    return begin..<end
  }

  /// The bytes of a spectrum; `next` is where another begins.
  private func element(_ place: Int, _ next: Int?) throws(Failure) -> [UInt8] {
    if let next {
      guard next > place, next <= file.size else { throw refuse("the index falls", at: place) }
      return try file.read(at: place, count: next - place)
    }
    let mark = Array("</spectrum>\n".utf8)
    var size = Self.piece
    while true {
      let bytes = try file.read(at: place, count: size)
      if let found = bytes.firstRange(of: mark) { return Array(bytes[..<found.upperBound]) }
      guard bytes.count == size else { throw refuse("a scan does not end", at: place) }
      size *= 4
    }
  }

  private func compare(
    _ found: (id: String, series: MassScanSeries?), _ scan: MassScan, at place: Int
  ) throws(FormatError) {
    guard found.id == "scan=\(scan.number + 1)", let series = found.series, series.count == 1,
      series.times[0].bitPattern == scan.time.bitPattern
    else {
      throw FormatError(.mzml, .mismatch, at: place, "the id or time of scan \(scan.number)")
    }
    let comparison = ReadBack(.mzml)
    try comparison.same(
      "masses of scan \(scan.number)", series.massToCharge, scan.massToCharge, nil)
    try comparison.same("values of scan \(scan.number)", series.intensity, scan.intensity, nil)
    let unit = content.massScans?.unit ?? ""
    guard series.kind == content.massScans?.kind || scan.massToCharge.isEmpty,
      MzMLScale(intensity: unit).factor == nil || series.unit == ForeignText.unit(unit)
        || scan.massToCharge.isEmpty
    else { throw FormatError(.mzml, .mismatch, at: place, "the kind or unit of the scans") }
  }

  // MARK: - The rest

  /// Reads the file without its mass scans and compares all else.
  private func compareRest(
    _ scans: Range<Int>?, _ index: inout MzMLIndex, _ end: Int
  ) throws(Failure) {
    var bytes = try file.read(at: 0, count: scans?.lowerBound ?? end)
    if let scans { bytes += try file.read(at: scans.upperBound, count: end - scans.upperBound) }
    bytes += Array("</indexedmzML>".utf8)
    for (name, count) in [
      ("spectrum", content.spectra.count), ("chromatogram", content.traces.count),
    ] {
      for _ in 0..<count {
        guard let entry = try index.next(), entry.name == name else {
          throw refuse("the index lacks a \(name)")
        }
        let start = Array("<\(name) ".utf8)
        guard try file.read(at: entry.place, count: start.count) == start else {
          throw refuse("the index points elsewhere", at: entry.place)
        }
      }
    }
    guard try index.next() == nil else { throw refuse("the index has entries too many") }
    do throws(FormatError) {
      let found = try MzMLReader.read(bytes)
      try ReadBack(.mzml).compare(found, with: content)
      guard (found.measurement.massScans != nil) == (content.massScans != nil),
        found.measurement.massScans?.kind == content.massScans?.kind,
        found.measurement.massScans?.unit == content.massScans?.unit
      else { throw FormatError(.mzml, .mismatch, "the kind or unit of the mass scans") }
    } catch { throw error.failure }
    let head = bytes.prefix(scans?.lowerBound ?? end)
    for mark in content.head.marks {
      guard head.firstRange(of: Array("<run id=\"".utf8)) != nil,
        head.firstRange(of: Array("<userParam name=\"\(mark)\"".utf8)) != nil
      else { throw refuse("the run does not say \(mark)") }
    }
  }
}

/// The entries of the index of a file, read piece by piece.
struct MzMLIndex {
  /// What the index says of one spectrum or chromatogram.
  struct Entry {
    var name: String
    var id: String
    var place: Int
  }

  private let file: any ByteSource
  private var place: Int
  private let end: Int
  private var bytes: [UInt8] = []
  private var start = 0
  private var name = ""
  private var waiting: Entry?

  init(_ file: any ByteSource, from place: Int, to end: Int) {
    self.file = file
    self.place = place
    self.end = end
  }

  /// Gives an entry again at the next call.
  mutating func putBack(_ entry: Entry?) { waiting = entry }

  /// The next entry; nil behind the last.
  mutating func next() throws(Failure) -> Entry? {
    if let entry = waiting {
      waiting = nil
      return entry
    }
    while let line = try line() {
      if line.hasPrefix("<index name=\"") {
        name = String(line.dropFirst(13).prefix { $0 != "\"" })
      } else if line.hasPrefix("<offset idRef=\"") {
        let parts = line.dropFirst(15).split(separator: "\">", maxSplits: 1)
        guard parts.count == 2, let number = Int(parts[1].prefix { $0 != "<" }) else {
          throw FormatError(.mzml, .mismatch, "a line of the index: \(line.prefix(80))").failure
        }
        return Entry(name: name, id: String(parts[0]), place: number)
      }
    }
    return nil
  }

  private mutating func line() throws(Failure) -> String? {
    while true {
      let newline = ByteSearch.first(10, in: bytes, from: start)
      if newline < bytes.count {
        defer { start = newline + 1 }
        return String(decoding: bytes[start..<newline], as: UTF8.self)
      }
      guard place < end else { return nil }
      let fresh = try file.read(at: place, count: min(1 << 16, end - place))
      guard !fresh.isEmpty else { return nil }
      bytes = Array(bytes[start...]) + fresh
      start = 0
      place += fresh.count
    }
  }
}

extension MzMLDocument {
  /// Reads one spectrum as it stands in a file.
  static func scan(
    _ bytes: [UInt8]
  ) throws(FormatError) -> (id: String, series: MassScanSeries?) {
    var document = MzMLDocument(zone: "")
    try document.read(bytes)
    try document.settle()
    return (document.lastID, document.series)
  }
}
