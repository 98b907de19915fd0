internal import Delivery
internal import Foundation
public import Laboratory
public import Records

/// Compares what the audit chain says was kept with the files of the home.
///
/// The chain alone cannot show that a run's folder was taken away, that the newest version of a
/// decision was removed so that an older one holds again, or that one was put there by another
/// program: each of those is without fault by itself. Changes nothing. Blocks.
public struct AuditAgreement: Sendable {
  private let home: Home

  /// Makes a comparison for a home.
  public init(home: Home) { self.home = home }

  /// What is not as the chain says, in the order of its entries; what it knows nothing of comes last.
  ///
  /// Throws where the chain cannot be read.
  public func differences() throws(Failure) -> [AuditVerification.Place] {
    var told = Told()
    do throws(AuditError) {
      try AuditChain(home: home.path).entries { entry, _ in told.take(entry) }
    } catch {
      throw error.failure
    }
    let found = runs(told) + register(told)
    return found.sorted { ($0.sequence ?? .max, $0.file) < ($1.sequence ?? .max, $1.file) }
  }

  // MARK: - Runs

  private func runs(_ told: Told) -> [AuditVerification.Place] {
    // A run that goes on, or was killed and waits for recovery, has not come to what was announced.
    let open = Set(RunMark.all(in: home).map(\.run))
    let store = RunStore(home: home)
    return told.runs.compactMap { text, word in
      guard let run = RunID(text), !open.contains(run) else { return nil }
      let file = "runs/\(text)"
      guard FileManager.default.fileExists(atPath: home.folder(of: run)) else {
        return AuditVerification.Place(
          kind: .missing, file: file, line: 0, sequence: word.sequence,
          detail: "the run of entry \(word.sequence) is not there")
      }
      guard let hash = word.hash, let record = try? store.read(run), record.imported == nil,
        record.journalSHA256 != hash
      else { return nil }
      return AuditVerification.Place(
        kind: .altered, file: file + "/run.json", line: 0, sequence: word.sequence,
        detail: "it names another raw record than entry \(word.sequence) does")
    }
  }

  // MARK: - Register

  private func register(_ told: Told) -> [AuditVerification.Place] {
    let register = Register(home: home.path)
    var found: [AuditVerification.Place] = []
    for (version, word) in told.versions {
      let folder = RegisterName.folder(of: version.object)
      let file =
        "register/\(version.kind.rawValue)/\(folder)/\(RegisterName.file(of: version.number))"
      let hash = try? Hash.sha256(ofFileAt: "\(home.path)/\(file)")
      guard hash != word.hash else { continue }
      found.append(
        AuditVerification.Place(
          kind: hash == nil ? .missing : .altered, file: file, line: 0, sequence: word.sequence,
          detail: hash == nil
            ? "version \(version.number) of \(version.object), of entry \(word.sequence), is not there: "
              + "the program was killed at that moment, or somebody removed it; if it is to hold, decide it again"
            : "it is not the version that entry \(word.sequence) speaks of"))
    }
    for kind in RegisterKind.allCases {
      let entries = register.all(of: kind)
      for problem in entries.problems {
        found.append(
          AuditVerification.Place(
            kind: .altered, file: "register/\(kind.rawValue)", line: 0, sequence: nil,
            detail: "\(problem.failure.what) \(problem.failure.why)"))
      }
      for newest in entries.entries {
        for number in 1...max(1, newest.version)
        where told.versions[Version(kind: kind, object: newest.object, number: number)] == nil {
          let folder = RegisterName.folder(of: newest.object)
          found.append(
            AuditVerification.Place(
              kind: .malformed,
              file: "register/\(kind.rawValue)/\(folder)/\(RegisterName.file(of: number))", line: 0,
              sequence: nil, detail: "no entry speaks of this version: it was not made by Gauger"))
        }
      }
    }
    return found
  }
}

/// What the chain says of runs and of the register, after all its entries.
private struct Told {
  struct Word {
    var sequence: Int
    var hash: String?
  }

  private(set) var runs: [String: Word] = [:]
  private(set) var versions: [Version: Word] = [:]
  /// What was announced last of an object, which may not have come about.
  private var last: [String: Version] = [:]

  mutating func take(_ entry: AuditEntry) {
    guard let action = AuditAction(rawValue: entry.action) else { return }
    let (room, name) = Self.parts(entry.object)
    switch action {
    case .runStarted, .runImported: runs[name] = Word(sequence: entry.sequence)
    case .runEnded, .runRecovered:
      if ["never_begun", "removed"].contains(entry.detail["outcome"]) {
        runs[name] = nil
      } else if let hash = entry.new {
        runs[name] = Word(sequence: runs[name]?.sequence ?? entry.sequence, hash: hash)
      }
    case .registerKept:
      guard let kind = RegisterKind(rawValue: room),
        let number = entry.detail["version"].flatMap({ Int($0) })
      else { return }
      let version = Version(kind: kind, object: name, number: number)
      // Announced again where the one before did not come about.
      versions[version] = Word(sequence: entry.sequence, hash: entry.new)
      last[entry.object] = version
    case .notDone:
      if let version = last.removeValue(forKey: entry.object) { versions[version] = nil }
      // Other acts on a run that failed leave the run itself.
      if room == "run", runs[name]?.sequence == entry.sequence - 1 { runs[name] = nil }
    default: return
    }
  }

  private static func parts(_ object: String) -> (room: String, name: String) {
    guard let stroke = object.firstIndex(of: "/") else { return ("", object) }
    return (String(object[..<stroke]), String(object[object.index(after: stroke)...]))
  }
}

private struct Version: Hashable {
  var kind: RegisterKind
  var object: String
  var number: Int
}
