internal import Delivery
internal import Foundation
internal import Instruments
internal import Journal
internal import Laboratory
internal import Methods
internal import Processing
internal import Records

/// The links of a bundle behind its seal: from the raw bytes to the numbers.
struct BundleCheck {
  let opening: BundleOpening
  let view: BundleView
  let bench: Bench
  let manifest: BundleManifest?
  let run: RunID
  let anchors: [AuditAnchor]
  let vouched: Set<String>
  var report: BundleReport

  /// The folder of the run in the bundle.
  var folder: String { "runs/\(run)" }

  /// Looks at every link; one that breaks ends only itself.
  mutating func everything() {
    for (name, why) in (manifest?.leftOut ?? [:]).sorted(by: { $0.key < $1.key }) {
      report.absent("left out", name, why)
    }
    do throws(Failure) {
      let record = try bench.runs.read(run)
      try checkNames(record)
      report.ok("run.json", "\(folder)/run.json", Self.words(record))
      raw(record)
      texts(record)
      files(record)
      recompute(record)
      evaluations(record)
      let sequences = sequences(record)
      audit(record, sequences)
      deliveries(record)
    } catch {
      report.broken("run.json", "\(folder)/run.json", error)
      audit(nil, [])
    }
  }

  /// Who did what when with what.
  private static func words(_ record: RunRecord) -> String {
    let device = "\(record.instrument.name) \(record.instrument.serialNumber)"
    let made =
      record.imported.map { "imported from \($0.file)" }
      ?? "\(record.counts.scans) scans by \(device)\(record.emulated ? ", EMULATED" : "")"
    return
      "\(record.kind.rawValue) \(record.sample.id): \(made), \(record.person), \(record.started.iso8601)"
  }

  /// Refuses a record whose names would lead out of the bundle.
  private func checkNames(_ record: RunRecord) throws(Failure) {
    do throws(PublishError) {
      for file in record.files { try SafePath.check(file.name) }
      if let source = record.imported { try SafePath.check(source.file) }
    } catch {
      throw error.failure
    }
  }

  // MARK: - The raw record

  private mutating func raw(_ record: RunRecord) {
    if let source = record.imported {
      let place = "\(folder)/\(RunFolder.source)/\(source.file)"
      report.add(
        "source", place, holds: opening.hash(place) == source.sha256,
        "the file that was imported, to the last byte",
        "is not the file that was imported: run.json says \(source.sha256)")
      return
    }
    let place = "\(folder)/\(RunFolder.journal)"
    do throws(JournalError) {
      var reader = try JournalReader(path: "\(opening.path)/\(place)")
      while try reader.next() != nil {}
      let count = reader.recordCount
      if reader.end == .complete {
        report.ok("journal", place, "\(count) records, each with its checksum, ended in order")
      } else {
        report.broken("journal", place, "behind record \(count): \(reader.end)")
      }
      report.add(
        "journal", place, holds: reader.header.run == run, "it is the raw record of this run",
        "it is the raw record of the run \(reader.header.run)")
      report.add(
        "calibration", place,
        holds: reader.header.instrument.serialNumber == record.instrument.serialNumber,
        "\(reader.header.instrument.memory.count) blocks as read from the memory of "
          + record.instrument.serialNumber,
        "was taken with \(reader.header.instrument.serialNumber), and run.json says "
          + record.instrument.serialNumber)
    } catch {
      report.broken("journal", place, error.failure)
    }
    report.add(
      "journal", place,
      holds: record.journalSHA256 != nil && opening.hash(place) == record.journalSHA256,
      "it has the SHA-256 that run.json says",
      "run.json says the SHA-256 \(record.journalSHA256 ?? "of nothing")")
  }

  /// The texts for people must be those that the journal holds.
  private mutating func texts(_ record: RunRecord) {
    guard record.imported == nil else { return }
    guard let header = try? Reprocessing(bench: bench).open(run).header else { return }
    let profile = Array(header.profileText.utf8)
    report.add(
      "profile", "profile.yaml",
      holds: Hash.sha256(of: profile) == record.profileSHA256
        && opening.bytes("profile.yaml") == profile,
      "the profile in force, as the journal holds it",
      "journal, run.json and profile.yaml do not say the same")
    guard record.method != nil || header.methodText != nil else {
      return report.absent("method", nil, "the run was taken without a method")
    }
    let method = header.methodText.map { Array($0.utf8) }
    let hash = method.map { Hash.sha256(of: $0) }
    report.add(
      "method", "method.yaml",
      holds: method != nil && opening.bytes("method.yaml") == method
        && record.method?.sha256 == hash,
      "\(record.method?.inWords ?? ""), as the journal holds it",
      "journal, run.json and method.yaml do not say the same")
  }

  private mutating func files(_ record: RunRecord) {
    var wrong = 0
    for file in record.files {
      let place = ResultFiles.path(of: file.name, in: folder)
      guard opening.hash(place) != file.sha256 else { continue }
      wrong += 1
      report.broken(
        "standard files", place,
        opening.hash(place) == nil ? "is not there" : "is not what run.json says")
    }
    guard wrong == 0 else { return }
    if record.files.isEmpty {
      report.absent("standard files", nil, "the run has none of its own")
    } else {
      report.ok("standard files", nil, "all \(record.files.count) are what run.json says")
    }
  }

  // MARK: - Computed again

  /// Whether this computer's maths is that of the record.
  private func isSame(_ record: RunRecord) -> Bool {
    record.computedBy == nil || record.computedBy == MathsFingerprint.signature
  }

  private mutating func recompute(_ record: RunRecord) {
    if let source = record.imported {
      var found = Verification.Report(run: run, checks: [])
      do throws(Failure) {
        try Verification(bench: bench).imported(record, source, &found)
        for check in found.checks {
          report.add(
            "recomputed", check.subject, holds: check.passed, check.detail, check.detail)
        }
      } catch {
        report.broken("recomputed", source.file, error)
      }
      return
    }
    let missing = missingLibrary(record)
    do throws(Failure) {
      let place = try Workplace(nil)
      defer { place.clear() }
      let made = try Verification(bench: bench).process(run, into: place.path)
      if made.files.isEmpty {
        report.absent("recomputed", nil, "no scan of the run is believed, and it has no files")
      }
      for file in made.files {
        let name = ResultFiles.path(of: file.name, in: folder)
        if file.same {
          report.ok("recomputed", name, "from the raw bytes, the same to the last digit")
        } else if let missing {
          report.absent("recomputed", name, "asks the library \(missing), which is not here")
        } else {
          compare(
            opening.bytes(name, limit: 1 << 30),
            FileManager.default.contents(atPath: "\(place.path)/\(file.name)").map { [UInt8]($0) },
            name, by: record.computedBy)
        }
      }
    } catch {
      report.broken("recomputed", folder, error)
    }
  }

  /// A file that is not the same to the last byte: within 1e-12 where another maths library made it.
  private mutating func compare(
    _ kept: [UInt8]?, _ made: [UInt8]?, _ place: String, by signature: String?
  ) {
    guard let kept, let made else {
      return report.broken(
        "recomputed", place, made == nil ? "does not come of the raw bytes" : "is not there")
    }
    guard kept != made else {
      return report.ok("recomputed", place, "from the raw bytes, the same to the last digit")
    }
    guard let signature, signature != MathsFingerprint.signature else {
      return report.broken("recomputed", place, "the raw bytes give something else")
    }
    let here = MathsFingerprint.signature
    // What computed it stands in some files, and is another here.
    let spelt = String(decoding: made, as: UTF8.self).replacing(here, with: signature)
    if let distance = NumericText.distance(kept, Array(spelt.utf8)) {
      report.add(
        "recomputed", place, holds: distance <= NumericText.tolerance,
        "within \(NumericText.tolerance) (furthest \(distance)), by other maths: \(here) for \(signature)",
        "the raw bytes give numbers that are \(distance) away, by other maths: \(here) for \(signature)"
      )
    } else if ["csv", "json", "jdx", "html", "svg"].contains(place.split(separator: ".").last) {
      report.broken(
        "recomputed", place, "the raw bytes give something else, by \(here) and not \(signature)")
    } else {
      report.absent(
        "recomputed", place,
        "differs, and its numbers cannot be compared as text; computed by \(here) for \(signature)")
    }
  }

  /// A library that the run's own method asks and that is not at hand.
  private func missingLibrary(_ record: RunRecord) -> String? {
    guard let header = try? Reprocessing(bench: bench).open(run).header,
      let text = header.methodText,
      let method = try? MethodReader.read(text: text, file: "the journal's own method")
    else { return nil }
    return method.libraryNames.first { !view.libraries.contains($0) }
  }

  private mutating func evaluations(_ record: RunRecord) {
    let versions = VersionedFolder(path: "\(bench.home.folder(of: run))/evaluations")
    if versions.versions.isEmpty {
      report.absent("evaluation", nil, "the run has no evaluation of its own")
    }
    for version in versions.versions {
      let name = "\(folder)/evaluations/\(VersionedFolder.name(of: version))"
      do throws(Failure) {
        let method = try method(of: versions.folder(of: version), name)
        let note = try VersionFiles.note(of: versions.folder(of: version))
        let words =
          "version \(version) by \(note.person), \(note.made.iso8601), \(note.method.inWords)"
        report.add(
          "evaluation", name, holds: note.method == method.reference, words,
          "its note names another method than its method.yaml is")
        if let missing = method.libraryNames.first(where: { !view.libraries.contains($0) }) {
          report.absent("recomputed", name, "asks the library \(missing), which is not here")
          continue
        }
        let proposal = try RunEvaluations(bench: bench).propose(record, by: method)
        let made = try VersionFiles.json(proposal.outcome.evaluation, named: "evaluation.json")
        let place = "\(name)/evaluation.json"
        compare(opening.bytes(place), made.bytes, place, by: record.computedBy)
      } catch {
        report.broken("evaluation", name, error)
      }
    }
  }

  private func method(of path: String, _ name: String) throws(Failure) -> Method {
    do throws(MethodError) {
      return try MethodReader.read(
        text: try MethodStore.text(of: "\(path)/method.yaml"), file: "\(name)/method.yaml")
    } catch {
      throw error.failure
    }
  }

  // MARK: - Sequences

  /// The names of the sequences that the run stands in.
  private mutating func sequences(_ record: RunRecord) -> [String] {
    let names = opening.children(of: "sequences")
    if names.isEmpty {
      report.absent(
        "quality control", nil, "no sequence with standards, blanks or checks covers the run")
    }
    for name in names {
      let versions = VersionedFolder(path: "\(bench.home.path)/sequences/\(name)")
      for version in versions.versions {
        sequence(name, version, versions, isNewest: version == versions.versions.last)
      }
    }
    return names
  }

  private mutating func sequence(
    _ name: String, _ version: Int, _ versions: VersionedFolder, isNewest: Bool
  ) {
    let place = "sequences/\(name)/\(VersionedFolder.name(of: version))"
    do throws(Failure) {
      let path = versions.folder(of: version)
      let note = try VersionFiles.note(of: path)
      let kept = try VersionFiles.read(SequenceResult.self, at: "\(path)/sequence.json")
      report.ok(
        "sequence", place,
        "version \(version) by \(note.person), \(note.made.iso8601), \(note.method.inWords), "
          + "\(kept.runs.count) runs")
      if isNewest { control(kept, place) }
      let runs = kept.runs.compactMap { RunID($0.facts.run) }
      if let missing = runs.first(where: { opening.hash("runs/\($0)/run.json") == nil }) {
        return report.absent(
          "recomputed", place, "the raw data of \(missing) and others of the sequence is not here")
      }
      let method = try method(of: path, place)
      if let missing = method.libraryNames.first(where: { !view.libraries.contains($0) }) {
        return report.absent(
          "recomputed", place, "asks the library \(missing), which is not here")
      }
      let proposal = try Quantification(bench: bench).propose(runs, by: method, sequence: name)
      for file in proposal.files where note.files.contains(where: { $0.name == file.name }) {
        let file = (name: "\(place)/\(file.name)", bytes: file.bytes)
        if !isNewest, opening.bytes(file.name) != file.bytes {
          report.absent(
            "recomputed", file.name, "a later version stands; this one rests on earlier facts")
          continue
        }
        compare(
          opening.bytes(file.name, limit: 1 << 30), file.bytes, file.name, by: kept.computedBy)
      }
    } catch {
      report.broken("sequence", place, error)
    }
  }

  /// The quality control that covers the run.
  private mutating func control(_ kept: SequenceResult, _ place: String) {
    let others = kept.runs.filter { $0.facts.kind != .sample }
    guard !others.isEmpty else {
      return report.absent("quality control", place, "the sequence has samples alone")
    }
    let failed = others.filter { $0.answers.contains { $0.passes == false } }
    let counted = Dictionary(grouping: others, by: { $0.facts.kind.rawValue })
      .sorted { $0.key < $1.key }.map { "\($0.value.count) \($0.key)" }.joined(separator: ", ")
    let holds = kept.runs.first { $0.facts.run == run.text }?.holds ?? []
    let judged =
      failed.isEmpty
      ? "all as they must be"
      : "\(failed.count) not as they must be: "
        + failed.map(\.facts.sample.id).joined(separator: ", ")
    report.ok(
      "quality control", place,
      "\(counted); \(judged)"
        + (holds.isEmpty ? "" : "; HELD: \(holds.joined(separator: "; "))"))
  }
}
