internal import Delivery
internal import Foundation
public import Laboratory
public import Methods
public import Records

/// Which methods may be used; blocks.
public struct MethodRegister: Sendable {
  private let bench: Bench

  /// Makes it for a bench.
  public init(bench: Bench) { self.bench = bench }

  /// Says whether a method, in this very text, may be used; a reason is needed.
  ///
  /// The file that shows why is copied into the register, by its hash. `validated` needs one, of this
  /// time or an earlier one for the same text.
  @discardableResult
  public func set(
    _ use: MethodState.Use, of method: Method, evidence: String?, by actor: String, reason: String?
  ) throws(Failure) -> RegisterEntry? {
    let reason = try QualityText.reason(reason, for: "The change of state")
    try Quality(bench: bench).demand(
      .methodChange, by: actor, method: method, on: "methods/\(method.name)")
    let desk = RegisterDesk(bench: bench)
    let known = try told { () throws(RegisterError) in
      try desk.register.latest(MethodState.self, method.name)
    }
    var state = MethodState(
      name: method.name, version: method.version, sha256: method.sha256, use: use)
    if known?.body.sha256 == method.sha256 {
      state.evidence = known?.body.evidence
      state.evidenceSHA256 = known?.body.evidenceSHA256
    }
    if let evidence {
      let kept = try keep(evidence)
      state.evidence = try QualityText.line(
        "The file's name", URL(fileURLWithPath: evidence).lastPathComponent)
      state.evidenceSHA256 = kept
    }
    guard use != .validated || state.evidenceSHA256 != nil else {
      throw Failure(
        "method-evidence-missing", exit: .refused,
        what: "The method \(method.name) was not made validated.",
        why: "Nothing shows that this text of it is fit for its purpose.",
        next: "Name the validation's file with --evidence FILE.")
    }
    return try desk.keep(state, by: actor, reason: reason, base: known?.entry.version ?? 0)
  }

  /// The states, and what could not be read.
  public func list() -> (methods: [RegisterEntry], problems: [Failure]) {
    let found = RegisterDesk(bench: bench).register.all(of: .methods)
    return (found.entries, found.problems.map(\.failure))
  }

  /// Copies a file into `register/evidence/` under its own hash; there already, it stays.
  private func keep(_ file: String) throws(Failure) -> String {
    do throws(PublishError) {
      let hash = try Hash.sha256(ofFileAt: file)
      let folder = Register(home: bench.home.path).path + "/evidence"
      if let there = try? Hash.sha256(ofFileAt: "\(folder)/\(hash)"), there == hash { return hash }
      do throws(Failure) {
        try bench.home.prepare()
        try VersionedFolder.ensure(folder)
      } catch {
        throw PublishError.inputOutput(folder, "\(error.what) \(error.why)")
      }
      let published = try Publisher().publish(.file(file), named: hash, in: folder)
      guard published.sha256 == hash else {
        throw PublishError.notAsWritten(file, "it changed while it was copied.")
      }
      return hash
    } catch {
      throw error.failure
    }
  }
}
