internal import Instruments
internal import Laboratory
internal import Methods

/// Writes one mzML file from its first byte to its checksum.
///
/// A few scans are in memory at a time, and two or three bytes for each that is written.
struct MzMLBody {
  typealias V = MzMLVocabulary

  private let content: ExportContent
  private let survey: MzMLSurvey
  private let packer: MzMLPacker
  private let scans: MzMLScans
  private var output: MzMLOutput
  private var places = CompactNumbers()
  private var numbers = CompactNumbers()
  private var spectra: [(id: String, place: Int)] = []
  private var chromatograms: [(id: String, place: Int)] = []
  private let pieces: Pieces

  init(
    _ content: ExportContent, _ survey: MzMLSurvey, _ packer: MzMLPacker, _ scans: MzMLScans,
    to sink: any ByteSink
  ) {
    self.content = content
    self.survey = survey
    self.packer = packer
    self.scans = scans
    output = MzMLOutput(sink)
    pieces = Pieces(content, survey)
  }

  mutating func write() throws(Failure) {
    output.bytes += MzMLHead(content: content, survey: survey).text.utf8
    if hasSpectra {
      add(
        "<spectrumList count=\"\(survey.scans + content.spectra.count)\" defaultDataProcessingRef=\"processing_1\">\n"
      )
      try writeScans()
      for spectrum in content.spectra { try write(spectrum) }
      add("</spectrumList>\n")
    }
    if !content.traces.isEmpty {
      add("<chromatogramList count=\"\(content.traces.count)\"")
      add(" defaultDataProcessingRef=\"processing_1\">\n")
      for trace in content.traces { try write(trace) }
      add("</chromatogramList>\n")
    }
    add("</run>\n</mzML>\n")
    try writeIndex()
  }

  /// A list of nothing and its index would not be valid.
  private var hasSpectra: Bool { survey.scans > 0 || !content.spectra.isEmpty }

  private mutating func add(_ text: String) { output.bytes += text.utf8 }

  // MARK: - Mass scans

  /// The texts around a scan's numbers.
  private struct Pieces {
    var begin = Array("<spectrum index=\"".utf8)
    var id = Array("\" id=\"scan=".utf8)
    var length = Array("\" defaultArrayLength=\"".utf8)
    var total: [UInt8]
    var baseMass = Pieces.open("MS:1000504", "base peak m/z")
    var baseIntensity = Pieces.open("MS:1000505", "base peak intensity")
    var lowest = Pieces.open("MS:1000528", "lowest observed m/z")
    var highest = Pieces.open("MS:1000527", "highest observed m/z")
    var massEnd = Pieces.close(V.mass)
    var intensityEnd: [UInt8]
    var plainEnd = Array("\"/>\n".utf8)
    var time: [UInt8]
    var arrays: [UInt8]
    var massArray: [UInt8]
    var intensityArray: [UInt8]
    var end = Array("</binary></binaryDataArray>\n</binaryDataArrayList></spectrum>\n".utf8)

    init(_ content: ExportContent, _ survey: MzMLSurvey) {
      let source = content.massScans
      let kind = source?.hasSelectedMasses ?? false ? V.selectedIons : V.fullScan
      var head = "\">\n\(kind.text())\n\(V.Term("MS:1000511", "ms level").text("1"))\n"
      if let polarity = Self.polarity(content.head) { head += polarity.text() + "\n" }
      head += (source?.kind == .profile ? V.profile : V.centroid).text() + "\n"
      total = Array(head.utf8) + Self.open("MS:1000285", "total ion current")
      intensityEnd = Self.close(survey.scale.unit)
      time = Array(MzMLBody.scanBegin.utf8)
      arrays = Array(MzMLBody.scanEnd.utf8)
      massArray = Array(MzMLBody.array(V.massArray, V.mass, isNarrow: false).utf8)
      intensityArray =
        Array("</binary></binaryDataArray>\n<binaryDataArray encodedLength=\"".utf8)
      let inner = MzMLBody.array(
        V.intensityArray, survey.scale.unit, isNarrow: survey.isNarrow,
        note: survey.scale.note(source?.unit ?? ""))
      intensityTerms = Array(inner.utf8)
    }

    var intensityTerms: [UInt8]

    private static func open(_ accession: String, _ name: String) -> [UInt8] {
      Array("<cvParam cvRef=\"MS\" accession=\"\(accession)\" name=\"\(name)\" value=\"".utf8)
    }

    private static func close(_ unit: V.Term) -> [UInt8] {
      Array(
        ("\" unitCvRef=\"\(unit.accession.prefix(2))\" unitAccession=\"\(unit.accession)\""
          + " unitName=\"\(unit.name)\"/>\n").utf8)
    }

    /// Only where it is known: a residual gas analyser has one, a foreign file may say it.
    private static func polarity(_ head: ExportHead) -> V.Term? {
      let said = head.facts.first { $0.name == "test_ionization_polarity" }?.value.lowercased()
      if said?.hasPrefix("negative") ?? false { return V.Term("MS:1000129", "negative scan") }
      let isPositive = said?.hasPrefix("positive") ?? (head.technique == .residualGas)
      return isPositive ? V.Term("MS:1000130", "positive scan") : nil
    }
  }

  private static let scanBegin =
    "<scanList count=\"1\">\(V.Term("MS:1000795", "no combination").text())<scan>"
    + "<cvParam cvRef=\"MS\" accession=\"MS:1000016\" name=\"scan start time\" value=\""
  private static let scanEnd =
    "\" unitCvRef=\"UO\" unitAccession=\"UO:0000010\" unitName=\"second\"/></scan></scanList>\n"
    + arraysBegin
  private static let arraysBegin =
    "<binaryDataArrayList count=\"2\">\n<binaryDataArray encodedLength=\""

  private static func array(
    _ meaning: V.Term, _ unit: V.Term, isNarrow: Bool, note: String = ""
  ) -> String {
    "\">\((isNarrow ? V.float32 : V.float64).text())\(V.zlib.text())"
      + "\(meaning.text(unit: unit))\(note)<binary>"
  }

  private mutating func writeScans() throws(Failure) {
    guard let source = content.massScans else { return }
    // A variable of its own, as `self` cannot go into the closure.
    var body = self
    var batches = ScanBatches(scans.lane)
    try batches.run(source) { (packed) throws(Failure) in try body.write(packed) }
    self = body
    guard places.count == survey.scans else {
      throw FormatError(
        .mzml, .inconsistent, "the source gave \(places.count) scans, and before \(survey.scans)"
      ).failure
    }
  }

  private mutating func write(_ packed: MzMLScans.Packed) throws(Failure) {
    for index in packed.scans.indices {
      write(packed.scans[index], packed.masses(index), packed.intensities(index))
      try output.give()
    }
  }

  /// Writes a scan, its intensities as they are stored, with what its arrays were packed to.
  private mutating func write(
    _ scan: ScanView, _ masses: ArraySlice<UInt8>, _ intensities: ArraySlice<UInt8>
  ) {
    places.append(output.place)
    numbers.append(scan.number)
    output.bytes += pieces.begin
    MzMLText.append(places.count - 1, to: &output.bytes)
    output.bytes += pieces.id
    MzMLText.append(scan.number + 1, to: &output.bytes)
    output.bytes += pieces.length
    MzMLText.append(scan.massToCharge.count, to: &output.bytes)
    writeSummary(scan.massToCharge, scan.intensity)
    output.bytes += pieces.time
    MzMLText.append(scan.time, to: &output.bytes)
    output.bytes += pieces.arrays
    MzMLText.append((masses.count + 2) / 3 * 4, to: &output.bytes)
    output.bytes += pieces.massArray
    Base64Bytes.append(masses, to: &output.bytes)
    output.bytes += pieces.intensityArray
    MzMLText.append((intensities.count + 2) / 3 * 4, to: &output.bytes)
    output.bytes += pieces.intensityTerms
    Base64Bytes.append(intensities, to: &output.bytes)
    output.bytes += pieces.end
  }

  private mutating func writeSummary(_ mz: ArraySlice<Double>, _ values: ArraySlice<Double>) {
    let (total, base) = MzMLNumbers.sumAndLargest(values)
    output.bytes += pieces.total
    // A sum beyond all numbers is none.
    MzMLText.append(total.isFinite ? total : 0, to: &output.bytes)
    output.bytes += pieces.plainEnd
    guard let base, let first = mz.first, let last = mz.last else { return }
    output.bytes += pieces.baseMass
    MzMLText.append(mz[mz.startIndex + base], to: &output.bytes)
    output.bytes += pieces.massEnd
    output.bytes += pieces.baseIntensity
    MzMLText.append(values[values.startIndex + base], to: &output.bytes)
    output.bytes += pieces.intensityEnd
    output.bytes += pieces.lowest
    MzMLText.append(first, to: &output.bytes)
    output.bytes += pieces.massEnd
    output.bytes += pieces.highest
    MzMLText.append(last, to: &output.bytes)
    output.bytes += pieces.massEnd
  }

  // MARK: - Spectra and traces in memory

  private mutating func write(_ spectrum: MeasuredSpectrum) throws(Failure) {
    guard let light = MzMLLight(spectrum) else { return }
    let x = spectrum.axis.values
    let values = light.scale.encode(spectrum.values)
    let id = survey.scans == 0 ? "scan=\(spectra.count + 1)" : "spectrum=\(spectra.count + 1)"
    spectra.append((id, output.place))
    add("<spectrum index=\"\(survey.scans + spectra.count - 1)\" id=\"\(id)\"")
    add(" defaultArrayLength=\"\(x.count)\">\n\(light.type.text())\n\(V.profile.text())\n")
    if light.type == V.fullScan {
      add(V.Term("MS:1000511", "ms level").text("1"))
      add("<userParam name=\"\(MzMLLight.mark)\" value=\"\(spectra.count)\"/>\n")
    } else if let low = x.min(), let high = x.max() {
      add(
        V.Term("MS:1000619", "lowest observed wavelength").text(
          MzMLText.number(low), unit: V.nanometre))
      add(
        V.Term("MS:1000618", "highest observed wavelength").text(
          MzMLText.number(high), unit: V.nanometre))
      add("\n")
    }
    let time = content.head.facts.first { $0.name == "\(spectrum.name)_time_s" }?.value
    if let time, DecimalText.number(time) != nil {
      add(Self.scanBegin + time + Self.scanEnd)
    } else {
      add(
        "<scanList count=\"1\">\(V.Term("MS:1000795", "no combination").text())<scan/></scanList>\n"
      )
      add(Self.arraysBegin)
    }
    writeArrays(
      (x, light.axis, light.axisUnit), (values, light.scale), unit: "")
    add("</spectrum>\n")
    try output.give()
  }

  private mutating func write(_ trace: Trace) throws(Failure) {
    guard let signal = MzMLSignal(trace) else { return }
    var id = MzMLText.plain(trace.name)
    if id.isEmpty { id = "trace" }
    let base = id
    var number = 2
    while chromatograms.contains(where: { $0.id == id }) {
      id = "\(base)_\(number)"
      number += 1
    }
    chromatograms.append((id, output.place))
    add("<chromatogram index=\"\(chromatograms.count - 1)\" id=\"\(id)\"")
    add(" defaultArrayLength=\"\(trace.times.count)\">\n\(signal.type.text())\n")
    add(Self.arraysBegin)
    writeArrays(
      (trace.times, V.timeArray, V.second), (signal.scale.encode(trace.values), signal.scale),
      unit: trace.unit.symbol)
    add("</chromatogram>\n")
    try output.give()
  }

  private mutating func writeArrays(
    _ x: (values: [Double], term: V.Term, unit: V.Term),
    _ y: (values: [Double], scale: MzMLScale), unit: String
  ) {
    var packed: [UInt8] = []
    packer.pack(x.values[...], asFloat32: false, to: &packed)
    MzMLText.append((packed.count + 2) / 3 * 4, to: &output.bytes)
    add(Self.array(x.term, x.unit, isNarrow: false))
    Base64Bytes.append(packed[...], to: &output.bytes)
    output.bytes += pieces.intensityArray
    let isNarrow = MzMLNumbers.fitFloat32(y.values[...])
    packed = []
    packer.pack(y.values[...], asFloat32: isNarrow, to: &packed)
    MzMLText.append((packed.count + 2) / 3 * 4, to: &output.bytes)
    add(
      Self.array(
        V.intensityArray, y.scale.unit, isNarrow: isNarrow, note: y.scale.note(unit)))
    Base64Bytes.append(packed[...], to: &output.bytes)
    add("</binary></binaryDataArray>\n</binaryDataArrayList>")
  }

  // MARK: - Index

  /// What stands behind the checksum.
  static let tail = "</fileChecksum>\n</indexedmzML>\n"

  private mutating func writeIndex() throws(Failure) {
    let begin = output.place
    let lists = (hasSpectra ? 1 : 0) + (chromatograms.isEmpty ? 0 : 1)
    add("<indexList count=\"\(lists)\">\n")
    if hasSpectra {
      add("<index name=\"spectrum\">\n")
      var places = places.makeIterator()
      for number in numbers {
        guard let place = places.next() else { break }
        output.bytes += "<offset idRef=\"scan=".utf8
        MzMLText.append(number + 1, to: &output.bytes)
        output.bytes += "\">".utf8
        MzMLText.append(place, to: &output.bytes)
        output.bytes += "</offset>\n".utf8
        try output.give()
      }
      for (id, place) in spectra { add("<offset idRef=\"\(id)\">\(place)</offset>\n") }
      add("</index>\n")
    }
    if !chromatograms.isEmpty {
      add("<index name=\"chromatogram\">\n")
      for (id, place) in chromatograms { add("<offset idRef=\"\(id)\">\(place)</offset>\n") }
      add("</index>\n")
    }
    add("</indexList>\n<indexListOffset>\(begin)</indexListOffset>\n<fileChecksum>")
    add(try output.checksum() + Self.tail)
    try output.give(isLast: true)
  }
}
