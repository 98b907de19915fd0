internal import Delivery
internal import Foundation
internal import Laboratory
internal import Records

extension BundleCheck {
  /// An entry of the extract with its place.
  fileprivate typealias Told = (entry: AuditEntry, head: AuditHead, file: String, line: Int)

  // MARK: - The audit extract

  /// Links and footers of the extract, and every entry that the evidence must have.
  mutating func audit(_ record: RunRecord?, _ sequences: [String]) {
    let names = opening.children(of: "audit").filter(AuditExtract.isSegment)
    guard !names.isEmpty else {
      return report.broken(
        "audit", nil, "there is no entry of the audit chain: who did what when is not shown")
    }
    let extract = AuditExtract(
      segments: names.map { ($0, opening.bytes("audit/\($0)", limit: 1 << 28) ?? []) })
    let found = extract.verify(anchors: anchors + delivered())
    for place in found.places {
      report.broken(
        "audit", "audit/\(place.file)" + (place.line > 0 ? ":\(place.line)" : ""),
        "\(place.kind.rawValue.replacing("_", with: " ")): \(place.detail)")
    }
    if found.passed {
      report.ok(
        "audit", nil,
        "\(found.entries) entries in \(found.segments.count) segments, each bound to the one "
          + "before; \(found.segments.count(where: \.isSigned)) signed; \(found.anchors) anchors")
    }
    keys(found)
    if let head = manifest?.audit {
      report.add(
        "audit", nil, holds: found.head == head,
        "it ends at entry \(head.sequence), as the manifest says",
        "it ends at entry \(found.head?.sequence ?? 0), and the manifest says \(head.sequence)")
    }
    guard let record else { return }
    let entries = extract.entries
    started(record, entries)
    kept(record, entries, sequences)
    sent(record, entries)
    register(record, entries.map(\.entry))
  }

  /// The places of the chain that deliveries carried away.
  private func delivered() -> [AuditAnchor] {
    opening.children(of: "spool").compactMap { id in
      guard let bytes = opening.bytes("spool/\(id)/delivery.json", limit: 1 << 20),
        let head = (try? JSONDecoder().decode(Delivery.self, from: Data(bytes)))?.audit
      else { return nil }
      return AuditAnchor(head, keeper: "spool/\(id)/delivery.json")
    }
  }

  private mutating func keys(_ found: AuditVerification) {
    let others = Set(found.segments.filter(\.isSigned).compactMap(\.key)).filter {
      $0 != report.key && !vouched.contains($0)
    }
    for key in others.sorted() {
      report.absent(
        "audit", nil, "segments are signed by \(key.prefix(16)), another key than that of the seal")
    }
  }

  /// The run from its beginning to its files.
  private mutating func started(_ record: RunRecord, _ entries: [Told]) {
    let mine = entries.filter { $0.entry.object == "run/\(run)" }
    func last(_ actions: AuditAction...) -> Told? {
      mine.last { told in actions.contains { $0.rawValue == told.entry.action } }
    }
    guard let begun = last(.runStarted, .runImported) else {
      return report.broken("history", nil, "no entry says that the run began")
    }
    report.add(
      "history", Self.place(begun),
      holds: begun.entry.person == record.person
        && begun.entry.detail["sample"].map { $0 == record.sample.id || record.assigned != nil }
          ?? true,
      "\(begun.entry.action) by \(begun.entry.person)@\(begun.entry.host), \(begun.entry.time.iso8601)",
      "it was begun by \(begun.entry.person) for \(begun.entry.detail["sample"] ?? "?"), "
        + "and run.json says \(record.person) for \(record.sample.id)")
    if let source = record.imported {
      return report.add(
        "history", Self.place(begun), holds: begun.entry.new == source.sha256,
        "the entry has the hash of the source file",
        "the entry has the hash \(begun.entry.new ?? "of nothing") of another source file")
    }
    if let ended = last(.runEnded, .runRecovered) {
      report.add(
        "history", Self.place(ended),
        holds: ended.head.sequence > begun.head.sequence && ended.entry.new == record.journalSHA256,
        "\(ended.entry.action) \(ended.entry.time.iso8601), with the hash of the raw record",
        "the end of the run stands with another hash than that of the raw record, or before its beginning"
      )
    } else {
      report.broken("history", nil, "no entry says that the run ended")
    }
    guard !record.files.isEmpty else { return }
    guard let made = last(.filesMade) else {
      return report.broken("history", nil, "no entry names the files of the run")
    }
    let isCut = made.entry.detail["cut"] != nil
    let wrong = record.files.filter { file in
      made.entry.detail[file.name].map { $0 != file.sha256 } ?? !isCut
    }
    report.add(
      "history", Self.place(made), holds: wrong.isEmpty && made.head.sequence > begun.head.sequence,
      "files-made with the hash of each of \(record.files.count) files",
      "the entry has other hashes of: \(wrong.map(\.name).joined(separator: ", "))")
  }

  /// Every version of results was announced with its hash.
  private mutating func kept(_ record: RunRecord, _ entries: [Told], _ sequences: [String]) {
    func look(_ place: String, _ file: String, _ action: AuditAction, _ object: String) {
      for version in opening.children(of: place) {
        let name = "\(place)/\(version)/\(file)"
        let hash = opening.hash(name)
        let told = entries.last {
          $0.entry.action == action.rawValue && $0.entry.object == object
            && $0.entry.new == hash && Int($0.entry.detail["version"] ?? "") == Int(version)
        }
        if let told {
          report.ok(
            "history", Self.place(told),
            "\(action.rawValue) version \(version) by \(told.entry.person), with the hash of \(file)"
          )
        } else {
          report.broken("history", name, "no entry says who kept it with this hash")
        }
      }
    }
    look("\(folder)/evaluations", "evaluation.json", .evaluationKept, "run/\(run)")
    for name in sequences {
      look("sequences/\(name)", "sequence.json", .sequenceKept, "sequence/\(name)")
    }
  }

  /// Every delivery was announced, and where it stands now.
  private mutating func sent(_ record: RunRecord, _ entries: [Told]) {
    for id in opening.children(of: "spool") {
      let mine = entries.filter { $0.entry.object == "delivery/\(id)" }
      if let told = mine.first(where: {
        $0.entry.action == AuditAction.deliverySubmitted.rawValue
      }) {
        report.ok(
          "history", Self.place(told),
          "\(id) went into the spool \(told.entry.time.iso8601) for \(told.entry.detail["destinations"] ?? "?")"
        )
      } else {
        report.broken("history", "spool/\(id)", "no entry says that it was to be delivered")
      }
    }
  }

  private static func place(_ told: Told) -> String { "audit/\(told.file):\(told.line)" }

  // MARK: - Deliveries

  /// What was sent where, with which answer.
  mutating func deliveries(_ record: RunRecord) {
    let ids = opening.children(of: "spool").compactMap { DeliveryID($0) }
      .sorted { $0.attempt < $1.attempt }
    if ids.isEmpty {
      return report.absent(
        "delivery", nil, "the run went nowhere, or the spool does not have it any more")
    }
    var newest: [String: DeliveryState] = [:]
    for id in ids {
      let place = "spool/\(id)"
      do throws(Failure) {
        let delivery = try read(Delivery.self, "\(place)/delivery.json")
        guard delivery.id == id, id.run == run else {
          report.broken("delivery", place, "it speaks of \(delivery.id)")
          continue
        }
        hashes(delivery, place)
        for name in opening.children(of: place)
        where name.hasPrefix("to-") && name.hasSuffix(".json") {
          let status = try read(DeliveryStatus.self, "\(place)/\(name)")
          newest[status.destination] = status.state
          said(status, "\(place)/\(name)")
        }
      } catch {
        report.broken("delivery", place, error)
      }
    }
    for (name, state) in newest.sorted(by: { $0.key < $1.key })
    where record.deliveries[name] != state {
      report.broken(
        "delivery", name,
        "stands as \(state.rawValue) in the spool and as "
          + "\(record.deliveries[name]?.rawValue ?? "nothing") in run.json")
    }
  }

  private mutating func hashes(_ delivery: Delivery, _ place: String) {
    let present = Set(manifest?.files.values.map(\.sha256) ?? [])
    let missing = delivery.files.filter { !present.contains($0.sha256) }
    report.add(
      "delivery", place, holds: missing.isEmpty,
      "\(delivery.files.count) files, each of which is here with the hash that was sent",
      "what was sent is not here: \(missing.map(\.name).joined(separator: ", "))")
  }

  private mutating func said(_ status: DeliveryStatus, _ place: String) {
    let reference = status.reference.map { ", which calls it \($0)" } ?? ""
    let words =
      switch status.state {
      case .spooled: "\(status.destination) has not got it yet"
      case .handedOver: "handed over to \(status.destination), which has not answered"
      case .accepted: "accepted by \(status.destination)\(reference); not read back"
      case .confirmed: "confirmed by \(status.destination)\(reference): receipt or read-back"
      case .rejected: "rejected by \(status.destination): \(status.failure?.why ?? "no reason")"
      }
    report.ok("delivery", place, "\(words), \(status.changed.iso8601)")
    guard let prepared = status.prepared else { return }
    let file = place.replacing("/to-\(status.destination).json", with: "/for-\(status.destination)")
    report.add(
      "delivery", file, holds: opening.hash(file) == prepared.sha256,
      "what it was sent in its own language", "is not what it was sent")
  }

  func read<Content: Decodable>(
    _ type: Content.Type, _ name: String
  ) throws(Failure) -> Content {
    try VersionFiles.read(type, at: "\(opening.path)/\(name)")
  }
}
