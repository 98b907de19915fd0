internal import Delivery
internal import Foundation
public import Laboratory
public import Records

/// Writes the register of a bench, version by version.
///
/// In this order: the file under a hidden name, synced and read back; the entry of the audit chain with
/// the old and the new hash; the name; the folder synced. Two programs that write one object at once:
/// one is refused and must look again. All calls block.
public struct RegisterDesk: Sendable {
  let bench: Bench

  /// Makes the desk of a bench.
  public init(bench: Bench) { self.bench = bench }

  /// What is kept.
  public var register: Register { Register(home: bench.home.path) }

  /// Keeps what an object is from now on; nil where that is what the newest version says.
  ///
  /// `base` is the version that was looked at, where it matters. Throws `register-taken` where another
  /// program was faster.
  @discardableResult
  public func keep<Body: RegisterBody>(
    _ body: Body, by person: String, reason: String?, base: Int? = nil,
    evenIfSame: Bool = false
  ) throws(Failure) -> RegisterEntry? {
    let latest = try told { () throws(RegisterError) in
      try register.latest(of: Body.kind, body.object)
    }
    if let base, base != latest?.version ?? 0 { throw Self.taken(Body.kind, body.object) }
    if let latest, latest.fields == body.fields, !evenIfSame { return nil }
    let entry = RegisterEntry(
      kind: Body.kind, object: body.object, version: (latest?.version ?? 0) + 1,
      supersedes: latest?.sha256, person: person, reason: reason, time: bench.clock(),
      fields: body.fields)
    try publish(entry)
    return entry
  }

  private func publish(_ entry: RegisterEntry) throws(Failure) {
    let bytes = entry.bytes
    guard RegisterName.isObject(entry.object), RegisterEntry(bytes: bytes) == entry else {
      throw Failure(
        "register-name-unusable", exit: .usage,
        what: "\(entry.object.debugDescription.prefix(200)) cannot be kept in the register.",
        why:
          "A name is one line of at most 1024 bytes, and all texts together are not longer than 256 KiB.",
        next: "Give shorter texts on one line each.")
    }
    try bench.home.prepare()
    let folder = register.folder(of: entry.kind, entry.object)
    try VersionedFolder.ensure(folder)
    let announcement = bench.audit.announcement()
    do throws(Failure) {
      _ = try announcement.covering { () throws(Failure) in
        try Publisher().publish(
          named: RegisterName.file(of: entry.version), in: folder,
          writing: { (file) throws(Failure) in
            do throws(PublishError) { try file.write(bytes, at: 0) } catch { throw error.failure }
          },
          readBack: { (file) throws(Failure) in
            try Self.check(file, bytes, folder)
            try announcement.make(.kept(entry))
          })
      }
    } catch {
      throw error.code == "publish-exists" ? Self.taken(entry.kind, entry.object) : error
    }
  }

  private static func check(
    _ file: OpenedFile, _ bytes: [UInt8], _ folder: String
  ) throws(Failure) {
    do throws(PublishError) {
      guard try file.read(at: 0, count: bytes.count + 1) == bytes else {
        throw PublishError.notAsWritten(folder, "the disk gave back other bytes.")
      }
    } catch {
      throw error.failure
    }
  }

  static func taken(_ kind: RegisterKind, _ object: String) -> Failure {
    Failure(
      "register-taken", exit: .busy, what: "\(object) in \(kind.rawValue) was not changed.",
      why: "Somebody else changed it since it was looked at.",
      next: "Look at it as it is now, and give the command again if it is still needed.")
  }
}

/// Does `work` and tells its error as a failure.
func told<Value>(_ work: () throws(RegisterError) -> Value) throws(Failure) -> Value {
  do throws(RegisterError) { return try work() } catch { throw error.failure }
}

extension AuditAct {
  /// A version of something in the register is kept.
  static func kept(_ entry: RegisterEntry) -> AuditAct {
    AuditAct(
      .registerKept, "\(entry.kind.rawValue)/\(entry.object)", by: entry.person,
      old: entry.supersedes, new: entry.sha256, reason: entry.reason,
      detail: entry.fields.texts.merging(["version": "\(entry.version)"]) { $1 })
  }

  /// The quality rules had something to say.
  static func judged(
    _ action: AuditAction, _ object: String, _ question: QualityQuestion,
    _ findings: [QualityFinding]
  ) -> AuditAct {
    var detail = [
      "activity": question.activity.rawValue,
      "findings": findings.map(\.failure.code).joined(separator: ", "),
    ]
    detail["method"] = question.method?.name
    detail["instrument"] = question.instrument.map { "\($0.model) \($0.serialNumber)" }
    return AuditAct(
      action, object, by: question.person, reason: findings.first?.failure.what, detail: detail)
  }
}
