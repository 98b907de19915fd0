internal import Formats
internal import Instruments
internal import Journal
internal import Laboratory
internal import Methods
internal import Profiles

/// What of a run goes into files of other formats.
struct RunExport: Sendable {
  let bench: Bench

  /// The content of a run: all that its raw record holds, and the peaks that were found of it.
  ///
  /// `endedWith` are the peaks by trace that were found when the run ended: evaluations that were
  /// made later do not count then. Nil: what the newest evaluation says. Throws what is wrong with
  /// the raw record. Blocks.
  func content(
    of record: RunRecord, journalSHA256: String,
    endedWith found: [String: [ChromatographicPeak]]? = nil
  ) throws(Failure) -> ExportContent {
    var about: [FileFact] = []
    var scans: RunMassScans?
    if record.imported == nil {
      scans = try RunMassScans(of: record, bench)
      if let factor = scans?.amperesPerCount {
        about.append(FileFact("amperes_per_count", DecimalText.shortest(factor)))
      }
    }
    let measurement = try RunContent(bench: bench).measurement(of: record, scans: false)
    if record.imported != nil {
      // What the source says of itself, by its own words; those of the run come first.
      about += measurement.facts.sorted { $0.key < $1.key }.map { FileFact($0.key, $0.value) }
    }
    var head = ExportHead(
      record, journalSHA256: journalSHA256, technique: technique(of: record, isLater: found == nil),
      about: about,
      steps: record.processing)
    var named: Set<String> = []
    head.facts = head.facts.filter { named.insert($0.name).inserted }
    var content = ExportContent(measurement, head: head)
    if let scans { content.massScans = scans }
    if content.peaks.isEmpty {
      content.peaks = Self.reported(found ?? evaluated(record), content.traces)
    }
    return content
  }

  /// The technique as the run's method says it, or its profile where that names only one.
  private func technique(of record: RunRecord, isLater: Bool) -> Method.Technique? {
    if let text = methodText(record, isLater: isLater),
      let method = try? MethodReader.read(text: text, file: "")
    {
      return method.technique
    }
    guard record.imported == nil,
      let header = try? Reprocessing(bench: bench).open(record.run).header,
      let profile = try? ProfileReader.read(text: header.profileText, file: "")
    else { return nil }
    let known = profile.techniques.compactMap(Method.Technique.init)
    return known.count == 1 ? known.first : nil
  }

  private func methodText(_ record: RunRecord, isLater: Bool) -> String? {
    let folder = VersionedFolder(path: "\(bench.home.folder(of: record.run))/evaluations")
    if isLater, let newest = folder.versions.last,
      let text = try? MethodStore.text(of: "\(folder.folder(of: newest))/method.yaml")
    {
      return text
    }
    guard record.imported == nil else { return nil }
    return try? Reprocessing(bench: bench).open(record.run).header.methodText
  }

  private func evaluated(_ record: RunRecord) -> [String: [ChromatographicPeak]] {
    (try? RunEvaluations(bench: bench).latest(of: record.run))?.evaluation.peaks ?? [:]
  }

  /// Peaks of ours in the form of those that other systems report.
  private static func reported(
    _ found: [String: [ChromatographicPeak]], _ traces: [Trace]
  ) -> [ReportedPeak] {
    traces.flatMap { trace in
      (found[trace.name] ?? []).map { peak in
        var reported = ReportedPeak(
          trace: trace.name, retentionTime: peak.retentionTime,
          areaUnit: "\(trace.unit.symbol)*s")
        (reported.start, reported.end) = (peak.start, peak.end)
        (reported.area, reported.height) = (peak.area, peak.height)
        (reported.width, reported.baseline) = (peak.widthAtHalf, peak.baseline)
        reported.code = peak.code.isEmpty ? nil : peak.code
        return reported
      }
    }
  }
}
