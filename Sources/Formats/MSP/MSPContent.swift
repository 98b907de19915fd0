internal import Instruments
internal import Laboratory
internal import Methods

/// Writes mass spectra of a content as NIST MS Search takes them: a record a scan or spectrum.
///
/// The first record holds every fact of the content in its comments, each other one what tells it
/// from its neighbours and where it is from. Which fact goes where: article "MSP".
enum MSPContent: ContentWriter {
  static func plan(
    _ content: ExportContent, _ options: ExportOptions
  ) throws(Failure) -> ExportPlan {
    var losses: [String] = []
    func lose(_ count: Int, _ name: String, _ why: String) {
      let plural =
        count == 1
        ? name : name.hasPrefix("spectrum") ? name.replacing("um", with: "a") : name + "s"
      if count > 0 { losses.append("\(count) \(plural): \(why)") }
    }
    lose(content.traces.count, "signal", "MSP has no place for them")
    lose(content.peaks.count, "peak", "MSP has no place for peaks of signals")
    var part = content
    (part.traces, part.peaks) = ([], [])
    let masses = content.spectra.filter { $0.axis.kind == .massToCharge }
    lose(content.spectra.count - masses.count, "spectrum of light", "MSP holds masses alone")
    // What has no peak is no record: programs leave it out without a word.
    part.spectra = masses.filter { !$0.values.isEmpty }
    lose(masses.count - part.spectra.count, "spectrum without a peak", "MSP has no place for it")
    if let scans = content.massScans {
      var (full, empty) = (0, 0)
      try scans.forEachScan { scan throws(Failure) in
        if scan.massToCharge.isEmpty { empty += 1 } else { full += 1 }
      }
      lose(empty, "scan", "without a peak; MSP has no place for it, its time is not kept")
      part.massScans = full == 0 ? nil : ScansWithPeaks(scans: scans)
    }
    guard part.massScans != nil || !part.spectra.isEmpty else {
      lose(content.pressures.count, "partial pressure", "there is no mass spectrum")
      return ExportPlan(parts: [], losses: losses)
    }
    return ExportPlan(parts: [FilePart(.msp, content: part)], losses: losses)
  }

  static func write(
    _ part: FilePart, _ options: ExportOptions, to sink: any ByteSink
  ) throws(Failure) {
    let content = part.content
    var order = MSPOrder()
    try forEachRecord(of: content) { record throws(Failure) in try order.check(record) }
    guard order.count > 0 else {
      throw FormatError(.msp, .shape, "there is no scan and no spectrum").failure
    }
    let head = MSPHead(content, records: order.count)
    var (place, index) = (0, 0)
    var bytes: [UInt8] = []
    var again = MSPOrder()
    try forEachRecord(of: content) { record throws(Failure) in
      try again.check(record)
      bytes += head.text(of: record, index)
      index += 1
      if bytes.count >= 1 << 16 {
        try sink.write(bytes, at: place)
        place += bytes.count
        bytes.removeAll(keepingCapacity: true)
      }
    }
    guard again == order else {
      throw FormatError(.msp, .mismatch, "the scans changed while they were written").failure
    }
    try sink.write(bytes, at: place)
  }

  static func check(
    _ file: any ByteSource, holds part: FilePart, _ options: ExportOptions
  ) throws(Failure) {
    var reader = MSPRecords(file)
    let comparison = ReadBack(.msp)
    let content = part.content
    var first: ReadSource?
    do throws(Failure) {
      try forEachRecord(of: content) { record throws(Failure) in
        do throws(FormatError) {
          guard let found = try reader.next() else {
            throw FormatError(.msp, .mismatch, "a record is missing")
          }
          guard found.kind == record.kind else {
            throw FormatError(.msp, .mismatch, "\(found.kind) and not \(record.kind)")
          }
          let name = found.name
          if case .scan = record.kind {
            try comparison.same("the time of \(name)", [found.time], [record.time], nil)
          }
          try comparison.same("the masses of \(name)", found.masses, record.masses, nil)
          try comparison.same(
            "the intensities of \(name)", found.intensities, record.intensities, nil)
          for mark in content.head.marks where !name.contains(mark) {
            throw FormatError(.msp, .mismatch, "the name does not say \(mark)")
          }
          if first == nil { first = try found.source(of: content) }
        } catch {
          throw error.failure
        }
      }
      do throws(FormatError) {
        guard try reader.next() == nil else {
          throw FormatError(.msp, .mismatch, "there is a record too many")
        }
        guard let first else { throw FormatError(.msp, .mismatch, "there is no record") }
        try comparison.compare(first, with: content)
        if let scans = content.massScans {
          let found = first.measurement.massScans
          try FormatCheck.same(.msp, "the kind", found?.kind.rawValue, scans.kind.rawValue)
          try FormatCheck.same(.msp, "the unit", found?.unit, scans.unit)
        }
      } catch {
        throw error.failure
      }
    } catch {
      throw reader.failure ?? error
    }
  }

  /// Gives scans and then spectra, as records.
  private static func forEachRecord(
    of content: ExportContent, _ body: (MSPRecord) throws(Failure) -> Void
  ) throws(Failure) {
    try content.massScans?.forEachScan { scan throws(Failure) in
      try body(
        MSPRecord(
          kind: .scan(scan.number), time: scan.time, masses: scan.massToCharge,
          intensities: scan.intensity))
    }
    for (index, spectrum) in content.spectra.enumerated() {
      try body(
        MSPRecord(
          kind: .spectrum(index + 1), label: spectrum.name, masses: spectrum.axis.values,
          intensities: spectrum.values))
    }
  }
}

/// The scans of a source that have a peak.
struct ScansWithPeaks: MassScanSource {
  let scans: any MassScanSource

  var kind: MassScanSeries.Kind { scans.kind }
  var hasSelectedMasses: Bool { scans.hasSelectedMasses }
  var unit: String { scans.unit }

  func forEachScan(_ body: (MassScan) throws(Failure) -> Void) throws(Failure) {
    try scans.forEachScan { scan throws(Failure) in
      if !scan.massToCharge.isEmpty { try body(scan) }
    }
  }
}
