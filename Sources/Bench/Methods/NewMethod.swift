internal import Delivery
internal import Foundation
public import Laboratory
public import Methods
internal import Records

extension MethodStore {
  /// Publishes the text of a new method in the folder of the site's methods, and gives its path.
  ///
  /// Throws `method-exists` where a file of that name is there: a method is never overwritten.
  public func add(_ text: String, named name: String, home: Home) throws -> String {
    try home.prepare()
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o750])
    } catch {
      throw Failure(
        "home-not-writable", exit: .denied, what: "\(folder) cannot be made.", why: reason(error),
        next: "Give this account the right to write there, or name another with --home FOLDER.")
    }
    let file = "\(name).yaml"
    if let there = methods.first(where: { $0.name == name })?.text.file
      ?? existing("\(folder)/\(file)")
    {
      throw MethodError(
        .exists, file: "", problem: "There is already a method '\(name)': \(there).",
        why: "Results name their method, so one that is in use is never written over.",
        next: "Choose another name, or edit that file and count its version up.")
    }
    let act = AuditAct(
      .methodMade, "method/\(name)", by: BenchAudit.account,
      new: Hash.sha256(of: Array(text.utf8)))
    try BenchAudit(home: home).demand([act]) { [folder] () throws(Failure) in
      do throws(PublishError) {
        try Publisher().publish(.bytes(Array(text.utf8)), named: file, in: folder)
      } catch {
        throw error.failure
      }
    }
    // What cannot be noted now is caught up by whoever asks.
    _ = BenchCatalogue(home: home).follow(.below("methods/"))
    return "\(folder)/\(file)"
  }

  private func existing(_ path: String) -> String? {
    FileManager.default.fileExists(atPath: path) ? path : nil
  }
}

extension Bench {
  /// What a run measured, for a method to be learned from; the run by its id, an end of it, or `last`.
  public func learningRun(_ name: String) throws(Failure) -> LearningRun {
    let record = try runs.read(try runs.find(name))
    return LearningRun(
      name: record.run.text, measurement: try RunContent(bench: self).measurement(of: record))
  }
}
