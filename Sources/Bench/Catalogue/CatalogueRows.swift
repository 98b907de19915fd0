internal import Delivery
internal import Foundation
internal import Instruments
internal import Laboratory
internal import Methods
internal import Records

/// What the catalogue keeps of each kind of file.
enum CatalogueRows {
  static func run(_ record: RunRecord) -> [CatalogueRow] {
    let (instrument, counts, sample) = (record.instrument, record.counts, record.sample)
    var values: [String: CatalogueValue] = [
      "run": .text(record.run.text), "kind": .text(record.kind.rawValue),
      "sample": .text(sample.id), "position": .init(sample.position),
      "level": .init(sample.level), "dilution": .init(sample.dilution),
      "mass_mg": .init(sample.massMilligrams), "replicate": .init(sample.replicate),
      "person": .text(record.person), "address": .text(instrument.address),
      "model": .text(instrument.model), "instrument": .text(instrument.name),
      "maker": .text(instrument.maker), "serial_number": .text(instrument.serialNumber),
      "firmware": .init(instrument.firmware), "driver": .text(instrument.driver),
      "started": .text(record.started.iso8601), "ended": .init(record.ended?.iso8601),
      "ended_by": .text(record.endedBy.rawValue), "complete": .init(record.complete),
      "emulated": .init(record.emulated), "safe": .text(record.safe.rawValue),
    ]
    values.merge([
      "scans": .init(counts.scans), "dark": .init(counts.dark), "durable": .init(counts.durable),
      "lost": .init(counts.lost), "journal_sha256": .init(record.journalSHA256),
      "profile_sha256": .text(record.profileSHA256), "software": .text(record.software),
      "computed_by": .init(record.computedBy), "method": .init(record.method?.name),
      "method_version": .init(record.method.map { "\($0.version)" }),
      "method_sha256": .init(record.method?.sha256),
      "imported_sha256": .init(record.imported?.sha256),
      "imported_format": .init(record.imported?.format),
      "imported_file": .init(record.imported?.file), "failure": .init(record.failure?.code),
      "deliveries": .text(json(record.deliveries.mapValues(\.rawValue))),
    ]) { first, _ in first }
    var rows = [CatalogueRow(.runs, values)]
    for (number, step) in record.processing.enumerated() {
      rows.append(
        CatalogueRow(
          .steps,
          [
            "run": .text(record.run.text), "number": .init(number + 1), "step": .text(step.name),
            "state": .text(step.state.rawValue), "detail": .text(step.detail),
            "numbers": .text(json(step.numbers)),
          ]))
    }
    for used in record.quality?.register ?? [] {
      rows.append(
        CatalogueRow(
          .registerUsed,
          [
            "run": .text(record.run.text), "kind": .text(used.kind), "object": .text(used.object),
            "version": .init(used.version), "sha256": .text(used.sha256),
          ]))
    }
    return rows
  }

  static func results(
    _ results: [AnalyteResult], of run: String, origin: String
  ) -> [CatalogueRow] {
    results.enumerated().map { number, result in
      CatalogueRow(
        .results,
        [
          "run": .text(run), "origin": .text(origin), "number": .init(number + 1),
          "keyword": .text(result.keyword), "value": .init(result.value),
          "text": .init(result.text), "unit": .init(result.unit?.symbol),
          "uncertainty": .init(result.uncertainty),
          "flags": .text(result.flags.joined(separator: " ")),
        ])
    }
  }

  static func version(
    _ note: VersionNote, _ subject: String, _ name: String, _ version: Int?
  ) -> CatalogueRow {
    CatalogueRow(
      .evaluations,
      [
        "subject": .text(subject), "name": .text(name), "version": .init(version ?? note.version),
        "supersedes": .init(note.supersedes), "reason": .init(note.reason),
        "person": .text(note.person), "made": .text(note.made.iso8601),
        "method": .text(note.method.name), "method_version": .text("\(note.method.version)"),
        "method_sha256": .text(note.method.sha256),
      ])
  }

  static func sequence(_ result: SequenceResult, _ name: String, _ version: Int) -> [CatalogueRow] {
    result.runs.enumerated().flatMap { number, answers in
      let run = answers.facts.run
      return [
        CatalogueRow(
          .sequenceRuns,
          [
            "sequence": .text(name), "version": .init(version), "number": .init(number + 1),
            "run": .text(run),
          ])
      ]
        + results(
          MethodFiles.results(answers, ofSequence: true, flags: []), of: run,
          origin: "sequence \(name) \(version)")
    }
  }

  static func delivery(_ delivery: Delivery) -> [CatalogueRow] {
    guard let head = delivery.audit else { return [] }
    return [
      CatalogueRow(
        .auditHeadsSent,
        [
          "delivery": .text("\(delivery.id)"), "sequence": .init(head.sequence),
          "hash": .text(head.hash),
        ])
    ]
  }

  static func status(_ status: DeliveryStatus) -> CatalogueRow {
    CatalogueRow(
      .deliveries,
      [
        "delivery": .text("\(status.id)"), "run": .text(status.id.run.text),
        "attempt": .init(status.id.attempt), "destination": .text(status.destination),
        "state": .text(status.state.rawValue), "attempts": .init(status.attempts),
        "changed": .text(status.changed.iso8601), "handed_over": .init(status.handedOver?.iso8601),
        "reference": .init(status.reference), "failure": .init(status.failure?.code),
      ])
  }

  static func library(_ note: LibraryNote, _ number: Int) -> CatalogueRow {
    CatalogueRow(
      .libraryVersions,
      [
        "library": .text(note.source.name), "number": .init(number),
        "version": .text(note.source.version), "sha256": .text(note.source.sha256),
        "kind": .text(note.kind.rawValue), "records": .init(note.records),
        "person": .text(note.person), "imported": .text(note.imported.iso8601),
      ])
  }

  static func method(_ method: Method) -> CatalogueRow {
    CatalogueRow(
      .methodFiles,
      [
        "method": .text(method.name), "version": .text("\(method.reference.version)"),
        "sha256": .text(method.sha256), "state": .text(method.state.rawValue),
      ])
  }

  static func register(_ entry: RegisterEntry, _ bytes: [UInt8]) -> CatalogueRow {
    CatalogueRow(
      .register,
      [
        "kind": .text(entry.kind.rawValue), "object": .text(entry.object),
        "version": .init(entry.version), "sha256": .text(entry.sha256),
        "json": .text(String(decoding: bytes.dropLast(), as: UTF8.self)),
      ])
  }

  static func worklist(_ head: WorklistHead) -> CatalogueRow {
    CatalogueRow(
      .worklists,
      [
        "list": .init(head.list), "place": .text(head.place), "name": .text(head.source),
        "sha256": .text(head.sha256), "received": .text(head.received.iso8601),
        "person": .text(head.person), "entries": .init(head.entries),
        "refused": .init(head.refused), "supersedes": .init(head.supersedes),
      ])
  }

  static func worklistEntry(_ entry: WorklistEntry, of list: Int) -> CatalogueRow {
    CatalogueRow(
      .worklistEntries,
      [
        "list": .init(list), "entry": .init(entry.number), "line": .init(entry.line),
        "sample": .text(entry.sample.id), "kind": .text(entry.kind.rawValue),
        "method": .init(entry.method), "instrument": .init(entry.instrument),
        "priority": .init(entry.priority), "due": .init(entry.due?.iso8601),
      ])
  }

  static func worklistChange(_ change: WorklistChange) -> CatalogueRow {
    CatalogueRow(
      .worklistChanges,
      [
        "list": .init(change.list), "entry": .init(change.entry),
        "version": .init(change.version), "state": .text(change.state.rawValue),
        "person": .text(change.person), "time": .text(change.time.iso8601),
        "reason": .init(change.reason), "run": .init(change.run?.text),
      ])
  }

  static func segment(_ number: Int, _ place: AuditPlace) -> CatalogueRow {
    CatalogueRow(
      .auditSegments,
      [
        "segment": .init(number), "sequence": .init(place.head.sequence),
        "hash": .text(place.head.hash), "time": .text(place.time.iso8601),
      ])
  }

  /// Every library that a JSON file names with its hash, wherever it stands in it.
  static func libraries(_ bytes: [UInt8], _ subject: String, _ name: String) -> [CatalogueRow] {
    guard let root = try? JSONSerialization.jsonObject(with: Data(bytes)) else { return [] }
    var found: Set<LibrarySource> = []
    func walk(_ value: Any) {
      if let list = value as? [Any] {
        for part in list { walk(part) }
      } else if let object = value as? [String: Any] {
        for (key, part) in object {
          let sources = key == "library" ? [part] : key == "libraries" ? part as? [Any] ?? [] : []
          for case let source as [String: Any] in sources {
            if let name = source["name"] as? String, let sha256 = source["sha256"] as? String {
              found.insert(
                LibrarySource(
                  name: name, version: source["version"] as? String ?? "", sha256: sha256))
            }
          }
          walk(part)
        }
      }
    }
    walk(root)
    return found.map { library in
      CatalogueRow(
        .librariesUsed,
        [
          "subject": .text(subject), "name": .text(name), "library": .text(library.name),
          "version": .text(library.version), "sha256": .text(library.sha256),
        ])
    }
  }

  private static func json(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }
}
