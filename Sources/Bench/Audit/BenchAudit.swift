internal import Delivery
internal import Foundation
internal import Laboratory
public import Records

/// The bench's one door to its audit chain.
///
/// Every act that can be seen has its entry before it can be seen. An act that can be given again is
/// refused where the chain cannot take its entry; one that would be lost goes on, and the chain tells
/// of it when it can. All calls block.
public struct BenchAudit: Sendable {
  /// The chain; none where nothing is kept, which is for measuring what keeping it costs.
  public let chain: AuditChain?

  /// The chain of a home; the disk is not touched before the first entry.
  public init(home: Home) {
    var chain = AuditChain(home: home.path)
    // Through the service an act is still that of whoever asked for it.
    if let served = ServedWork.current { chain.account = Int(served.account) }
    self.chain = chain
  }

  private init() { chain = nil }

  /// Keeps nothing.
  public static let none = BenchAudit()

  /// The account that the program runs under, where no person was named.
  static var account: String { ServedWork.current?.accountName ?? NSUserName() }

  /// The newest place of the chain.
  var head: AuditHead? { chain?.head() }

  /// Tells of acts that go on in any case; gives what hindered it, where something did.
  func note(_ acts: [AuditAct]) -> Failure? {
    guard let chain, !acts.isEmpty else { return nil }
    do throws(AuditError) {
      try chain.append(acts, otherwise: .goesOn)
      return nil
    } catch {
      return error.failure
    }
  }

  /// Tells of acts that are not done otherwise.
  func demand(_ acts: [AuditAct]) throws(Failure) {
    guard let chain else { return }
    do throws(AuditError) { try chain.append(acts) } catch { throw error.failure }
  }

  /// Tells of acts that are not done otherwise, and does them; where that fails the chain is told too.
  func demand(_ acts: [AuditAct], _ work: () throws(Failure) -> Void) throws(Failure) {
    try demand(acts)
    do throws(Failure) { try work() } catch {
      _ = note(acts.map { .notDone($0.object, by: $0.person, error) })
      throw error
    }
  }

  /// For an act of several steps, of which only the last one can be seen.
  func announcement() -> AuditAnnouncement { AuditAnnouncement(self) }

  /// What is said of an act that the chain could not take.
  static func warning(_ failure: Failure) -> String {
    "\(failure.what) \(failure.why) \(failure.next) (code: \(failure.code))"
  }
}

/// An entry that is made when an act is about to be seen, and followed by another if it is not.
final class AuditAnnouncement {
  private let audit: BenchAudit
  private var made: AuditAct?

  init(_ audit: BenchAudit) { self.audit = audit }

  /// Tells of the act; what throws ends it.
  func make(_ act: AuditAct) throws(Failure) {
    try audit.demand([act])
    made = act
  }

  /// Does the act.
  func covering<Value>(_ work: () throws(Failure) -> Value) throws(Failure) -> Value {
    do throws(Failure) { return try work() } catch {
      if let made { _ = audit.note([.notDone(made.object, by: made.person, error)]) }
      throw error
    }
  }
}

extension AuditAct {
  /// A run begins.
  static func started(_ record: RunRecord) -> AuditAct {
    var detail = [
      "sample": record.sample.id, "kind": record.kind.rawValue,
      "model": record.instrument.model, "serial_number": record.instrument.serialNumber,
      "emulated": "\(record.emulated)", "method": record.method?.sha256 ?? "none",
      "profile": record.profileSHA256,
    ]
    if let quality = record.quality, quality.policy != "off" {
      let codes = quality.findings.map(\.failure.code).joined(separator: ", ")
      detail["quality"] = codes.isEmpty ? quality.policy : "\(quality.policy): \(codes)"
    }
    return AuditAct(.runStarted, "run/\(record.run)", by: record.person, detail: detail)
  }

  /// A run is over.
  static func ended(_ record: RunRecord) -> AuditAct {
    AuditAct(
      .runEnded, "run/\(record.run)", by: record.person, new: record.journalSHA256,
      detail: [
        "ended_by": record.endedBy.rawValue, "complete": "\(record.complete)",
        "scans": "\(record.counts.scans)", "durable": "\(record.counts.durable)",
        "lost": "\(record.counts.lost)", "failure": record.failure?.code ?? "none",
      ])
  }

  /// The files of a run, each with its hash; nothing where it has none.
  static func files(_ record: RunRecord) -> [AuditAct] {
    guard !record.files.isEmpty else { return [] }
    return [
      AuditAct(
        .filesMade, "run/\(record.run)", by: record.person,
        detail: Dictionary(
          record.files.map { ($0.name, $0.sha256) }, uniquingKeysWith: { first, _ in first }))
    ]
  }

  /// A run was made of a file.
  static func imported(_ record: RunRecord) -> AuditAct {
    AuditAct(
      .runImported, "run/\(record.run)", by: record.person, new: record.imported?.sha256,
      detail: [
        "file": record.imported?.file ?? "?", "format": record.imported?.format ?? "?",
        "sample": record.sample.id, "kind": record.kind.rawValue,
      ])
  }

  /// A run that nobody ended was looked after.
  static func recovered(_ record: RunRecord, bytesCut: UInt64) -> AuditAct {
    AuditAct(
      .runRecovered, "run/\(record.run)", by: BenchAudit.account, new: record.journalSHA256,
      detail: [
        "ended_by": record.endedBy.rawValue, "scans": "\(record.counts.scans)",
        "bytes_cut": "\(bytesCut)", "failure": record.failure?.code ?? "none",
      ])
  }

  /// A run of which there is nothing was looked after.
  static func recovered(_ run: RunID, outcome: String) -> AuditAct {
    AuditAct(.runRecovered, "run/\(run)", by: BenchAudit.account, detail: ["outcome": outcome])
  }

  /// A version is kept; its new hash is that of its main file.
  static func kept(
    _ action: AuditAction, _ object: String, _ file: String, _ note: VersionNote?, old: String?
  ) -> AuditAct {
    var detail: [String: String] = [:]
    if let note {
      detail["version"] = "\(note.version)"
      detail["method"] = "\(note.method.name) \(note.method.version)"
      detail["method_sha256"] = note.method.sha256
      detail["supersedes"] = note.supersedes.map { "\($0)" }
    }
    return AuditAct(
      action, object, by: note?.person ?? "?", old: old,
      new: note?.files.first { $0.name == file }?.sha256, reason: note?.reason, detail: detail)
  }

  /// A delivery stands somewhere now.
  static func delivery(
    _ run: RunID, _ attempt: Int, _ report: DeliveryReport, by person: String
  ) -> AuditAct {
    AuditAct(
      .deliveryState, "delivery/\(DeliveryID(run: run, attempt: attempt))", by: person,
      detail: [
        "destination": report.destination, "state": report.state.rawValue,
        "failure": report.failure?.code ?? "none",
      ])
  }

  /// What was announced did not come about.
  static func notDone(_ object: String, by person: String, _ failure: Failure) -> AuditAct {
    AuditAct(.notDone, object, by: person, reason: failure.what, detail: ["failure": failure.code])
  }
}
