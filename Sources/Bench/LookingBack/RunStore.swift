internal import Delivery
internal import Foundation
public import Laboratory

/// The runs of a home: one folder each, `run.json` in it the truth of what is known.
public struct RunStore: Sendable {
  let home: Home

  /// Names the store of a home.
  public init(home: Home) { self.home = home }

  /// All runs, newest first, and what could not be read.
  public func list() -> (runs: [RunRecord], problems: [Failure]) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: home.runs)) ?? []
    var runs: [RunRecord] = []
    var problems: [Failure] = []
    for name in names.sorted(by: >) {
      guard let id = RunID(name) else { continue }
      do throws(Failure) { runs.append(try read(id)) } catch { problems.append(error) }
    }
    return (runs, problems)
  }

  /// The run that a person named: its id, or an end of it that only one run has.
  public func find(_ name: String) throws(Failure) -> RunID {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: home.runs)) ?? []
    if let id = RunID(name), names.contains(name) { return id }
    if name == "last", let last = names.compactMap(RunID.init).max(by: { $0.text < $1.text }) {
      return last
    }
    let fitting = names.filter { name.count >= 4 && $0.hasSuffix(name) }.compactMap(RunID.init)
    if fitting.count == 1 { return fitting[0] }
    throw Failure(
      fitting.isEmpty ? "run-not-found" : "run-ambiguous",
      exit: fitting.isEmpty ? .notFound : .ambiguous,
      what: fitting.isEmpty ? "There is no run \(name)." : "\(name) names \(fitting.count) runs.",
      why: "The home is \(home.path).", next: "See all runs with: gauger runs list")
  }

  /// What is known of one run.
  public func read(_ run: RunID) throws(Failure) -> RunRecord {
    let path = home.folder(of: run) + "/run.json"
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure(
        "run-record-missing", exit: .damaged, what: "The run \(run) has no run.json.",
        why: "It was killed before it began, or the file was removed.",
        next: "What its journal holds, if there is one, is saved by: gauger runs recover \(run)")
    }
    func damaged(_ why: String) -> Failure {
      Failure(
        "run-record-damaged", exit: .damaged, what: "\(path) cannot be read.", why: why,
        next: "What its journal holds is saved by: gauger runs recover \(run)")
    }
    let record: RunRecord
    do {
      record = try JSONDecoder().decode(RunRecord.self, from: data)
    } catch {
      throw damaged("\(error)")
    }
    // A folder that was copied under another name must never speak, or be mended, for the first.
    guard record.run == run else { throw damaged("It is the record of the run \(record.run).") }
    return record
  }

  /// The answers of a run, as its result sheet has them; none where it made no sheet.
  public func results(of record: RunRecord) throws(Failure) -> [AnalyteResult] {
    guard record.files.contains(where: { $0.name == "result.json" }) else { return [] }
    let path = ResultFiles.path(of: "result.json", in: home.folder(of: record.run))
    guard let data = FileManager.default.contents(atPath: path),
      let sheet = try? JSONDecoder().decode(ResultSheet.self, from: data)
    else {
      throw Failure(
        "result-sheet-damaged", exit: .damaged, what: "\(path) cannot be read.",
        why: "It was removed or altered after the run.",
        next: "The numbers can be computed again: gauger runs process \(record.run)")
    }
    return sheet.results
  }

  /// Puts `run.json` in place of the former one, durably.
  func write(_ record: RunRecord) throws(Failure) {
    let bytes: [UInt8]
    do {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
      bytes = [UInt8](try encoder.encode(record)) + [0x0A]
    } catch {
      throw Failure(
        "run-record-not-written", exit: .failed, what: "run.json of \(record.run) was not written.",
        why: "\(error)", next: "Report this with the run's id.")
    }
    do throws(PublishError) {
      try Publisher().publish(
        .bytes(bytes), named: "run.json", in: home.folder(of: record.run), existing: .replaced)
    } catch {
      throw error.failure
    }
  }
}
