internal import Delivery
internal import Formats
internal import Foundation
public import Laboratory
public import Methods

extension Deliveries {
  /// Delivers what a kept version of a sequence says of its samples, each as the next delivery of
  /// its run.
  ///
  /// A run whose answers a rule of the method holds is not delivered, nor is one that is already
  /// there with these answers. Of a sequence, destinations get `result.json`, `result.csv` and
  /// `sequence-report.html`; those that take *released* runs get it when the run is released.
  public func send(
    sequence name: String, _ kept: VersionNote, _ result: SequenceResult
  ) throws(Failure) -> [Entry] {
    let report = report(of: name, kept)
    var sent: [Entry] = []
    for answers in result.runs where answers.facts.kind == .sample && answers.holds.isEmpty {
      guard let run = RunID(answers.facts.run) else { continue }
      let record = try bench.runs.read(run)
      let files = try sheets(answers, of: record, result, name, kept, report)
      let places = bench.configuration.destinations.filter { $0.accepts != .released }
      guard !places.isEmpty, try known(run, files) == nil else { continue }
      let deliverable = Deliverable(
        id: DeliveryID(run: run, attempt: try nextAttempt(of: run)), emulated: record.emulated,
        files: files)
      do throws(DeliveryError) {
        sent += try submit(deliverable, to: places).map(entry)
      } catch {
        throw error.failure
      }
    }
    try keep(sent)
    return sent
  }

  /// What the newest versions of sequences say of a run, under the name that others know it by.
  func releasedAnswers(of record: RunRecord) throws(Failure) -> [Deliverable] {
    guard record.kind == .sample else { return [] }
    let root = bench.home.path + "/sequences"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    var next = try nextAttempt(of: record.run)
    var found: [Deliverable] = []
    for name in names.sorted() where !name.hasPrefix(".") {
      guard let kept = try Quantification(bench: bench).latest(of: name),
        let answers = kept.result.runs.first(where: { $0.facts.run == record.run.text }),
        answers.facts.kind == .sample, answers.holds.isEmpty
      else { continue }
      let files = try sheets(
        answers, of: record, kept.result, name, kept.note, report(of: name, kept.note))
      guard !files.isEmpty else { continue }
      let known = try known(record.run, files)
      found.append(
        Deliverable(
          id: known ?? DeliveryID(run: record.run, attempt: next), emulated: record.emulated,
          files: files))
      if known == nil { next += 1 }
    }
    return found
  }

  private func report(of name: String, _ kept: VersionNote) -> String {
    Quantification(bench: bench).folder(of: name, version: kept.version) + "/report.html"
  }

  /// The result of one run of a sequence as JSON and CSV, with the report where there is one.
  private func sheets(
    _ answers: RunAnswers, of record: RunRecord, _ result: SequenceResult, _ name: String,
    _ kept: VersionNote, _ report: String
  ) throws(Failure) -> [DeliverableFile] {
    let draft = result.methodState == "validated" ? [] : ["method-\(result.methodState)"]
    var sheet = ResultSheet(
      record, journalSHA256: answers.facts.rawSHA256,
      results: MethodFiles.results(answers, ofSequence: true, flags: draft), files: [])
    guard !sheet.results.isEmpty else { return [] }
    sheet.method = "\(result.method.name) \(result.method.version)"
    sheet.methodSHA256 = result.method.sha256
    sheet.sample = answers.facts.sample
    sheet.software = result.computedBy
    sheet.sequence = SequenceReference(
      name: name, version: kept.version,
      sha256: kept.files.first { $0.name == "sequence.json" }?.sha256 ?? "")
    do throws(ResultError) {
      var files = [
        DeliverableFile(
          suffix: "result.json", content: .bytes(try ResultWriter.json(sheet))),
        DeliverableFile(suffix: "result.csv", content: .bytes(try ResultWriter.csv(sheet))),
      ]
      if FileManager.default.fileExists(atPath: report) {
        files.append(DeliverableFile(suffix: "sequence-report.html", content: .file(report)))
      }
      return files
    } catch {
      throw error.failure
    }
  }

  /// The delivery of a run that has these very answers; none where there is none.
  private func known(_ run: RunID, _ files: [DeliverableFile]) throws(Failure) -> DeliveryID? {
    guard let file = files.first, case .bytes(let bytes) = file.content,
      FileManager.default.fileExists(atPath: bench.home.spool)
    else { return files.isEmpty ? DeliveryID(run: run) : nil }
    let hash = Hash.sha256(of: bytes)
    do throws(DeliveryError) {
      let spool = Spool(home: bench.home.path)
      for id in try spool.ids() where id.run == run {
        if try spool.delivery(id).files.contains(where: { $0.sha256 == hash }) { return id }
      }
    } catch {
      throw error.failure
    }
    return nil
  }

  /// The delivery that was rejected once more under the next number, where it was of a sequence.
  ///
  /// Its files are those of the spool: the run's own folder does not have them.
  func sequenceDeliverable(
    _ record: RunRecord, attempt: Int, next: Int
  ) throws(Failure) -> Deliverable? {
    do throws(DeliveryError) {
      let delivery = try Spool(home: bench.home.path)
        .delivery(DeliveryID(run: record.run, attempt: attempt))
      let prefix = "\(delivery.id)."
      var files: [DeliverableFile] = []
      for file in delivery.files {
        files.append(
          DeliverableFile(
            suffix: String(file.name.dropFirst(prefix.count)),
            content: .file("\(delivery.folder)/\(file.name)")))
      }
      guard let sheet = files.first(where: { $0.suffix == "result.json" }),
        case .file(let path) = sheet.content, let data = FileManager.default.contents(atPath: path),
        let decoded = try? JSONDecoder().decode(ResultSheet.self, from: data),
        decoded.sequence != nil
      else { return nil }
      return Deliverable(
        id: DeliveryID(run: record.run, attempt: next), emulated: record.emulated, files: files)
    } catch {
      throw error.failure
    }
  }
}
