internal import Delivery
internal import Foundation
internal import Laboratory

/// A folder that worklists are dropped into.
///
/// A file that is the same at two looks is taken in and moved to `done/`; the lines that were refused
/// are written to `rejected/`. One that cannot be read as a whole stays, and is tried again when it
/// changes. Whatever is no plain file is left alone.
struct WorklistFolder {
  let worklists: Worklists
  let place: WorklistPlace

  private static let mostNames = 10_000
  private static let settle = 2

  func look(_ report: inout WorklistReport) throws(Failure) {
    if place.makesFolder { try HomeFolder.make(place.folder) }
    let disk = Disk()
    let folder: Folder
    var names: [String]
    do throws(DiskError) {
      folder = try disk.open(place.folder)
      names = try disk.names(in: folder)
    } catch {
      throw Failure(
        "worklist-folder-missing", exit: .notFound,
        what: "The worklists \(place.name) in \(place.folder) cannot be seen.",
        why: "\(error.text).", next: "Make the folder, mount its share, or correct bench.yaml.")
    }
    names = names.filter { !$0.hasPrefix(".") }
    if names.count > Self.mostNames {
      report.notes.append("\(place.folder) holds \(names.count) names; the first are looked at")
    }
    var listing: [String: FolderWatch.Facts] = [:]
    for name in names.prefix(Self.mostNames) {
      guard let facts = FileFacts.of("\(place.folder)/\(name)"), facts.kind != .folder else {
        continue
      }
      guard facts.kind == .file, WorklistLine.isOneLine(name), name.utf8.count <= 200 else {
        report.notes.append("\(SampleRule.shown(name)) was left alone: it is no plain file")
        continue
      }
      listing[name] = FolderWatch.Facts(size: facts.size, changed: facts.changed)
    }
    let memory = WatchMemory(home: worklists.bench.home, place: place.name)
    var watch = memory.state { report.notes.append($0) }
    let before = watch
    let ready = watch.look(
      at: listing, now: worklists.now(), settle: Self.settle, pause: worklists.pause, most: 100
    ) { name in
      try? Hash.sha256(ofFileAt: "\(place.folder)/\(name)")
    }
    for file in ready {
      let outcome = take(file, folder, &report)
      if let outcome { watch.settle(file.name, outcome) } else { watch.forget(file.name) }
    }
    report.waiting += watch.waiting
    let now = Set(ready.map(\.name))
    for (name, failure) in watch.aside where !now.contains(name) {
      var received = WorklistReport.Received(source: name)
      received.failure = failure
      report.received.append(received)
    }
    if watch != before { try memory.keep(watch) }
  }

  /// Takes one file in; nil where it changed meanwhile.
  private func take(
    _ file: FolderWatch.Ready, _ folder: Folder, _ report: inout WorklistReport
  ) -> FolderWatch.Outcome? {
    do throws(Failure) {
      let bytes = try WorklistFile.read("\(place.folder)/\(file.name)")
      guard Hash.sha256(of: bytes) == file.sha256 else { return nil }
      var received = try worklists.keep(
        bytes, named: file.name, from: place.name, form: place.form)
      putAway(file, folder, &received)
      report.received.append(received)
      return FolderWatch.Outcome(made: received.list.map { "\($0)" })
    } catch {
      var received = WorklistReport.Received(source: file.name)
      received.failure = error
      report.received.append(received)
      let passing = [.noSpace, .denied, .busy].contains(error.exit)
      return FolderWatch.Outcome(failure: error, isPassing: passing)
    }
  }

  /// Moves what was taken in out of the way; where that fails, it is known the next time.
  private func putAway(
    _ file: FolderWatch.Ready, _ folder: Folder, _ received: inout WorklistReport.Received
  ) {
    guard let list = received.list else { return }
    let number = VersionedFolder.name(of: list)
    do throws(PublishError) {
      if !received.refused.isEmpty {
        let path = "\(place.folder)/rejected"
        try make("rejected", in: folder)
        try Publisher().publish(
          .bytes(RejectedTable.bytes(received.refused)), named: "\(number)-rejected.csv", in: path,
          existing: .replaced)
        received.notes.append("the refused lines are in \(path)/\(number)-rejected.csv")
      }
      try make("done", in: folder)
      try move(file, folder, to: "\(number)-\(file.name)")
    } catch {
      received.notes.append(
        "it stays in \(place.folder), which is only looked at: \(error.failure.why)")
    }
  }

  private func make(_ name: String, in folder: Folder) throws(PublishError) {
    do throws(DiskError) { try Disk().makeFolder(name, inside: folder) } catch {
      throw PublishError(error)
    }
  }

  private func move(
    _ file: FolderWatch.Ready, _ folder: Folder, to wanted: String
  ) throws(PublishError) {
    do throws(DiskError) {
      let disk = Disk()
      let done = try disk.open("done", inside: folder)
      var name = wanted
      while FileFacts.of("\(place.folder)/done/\(name)") != nil {
        name = String(UInt32.random(in: .min ... .max), radix: 16) + "-" + wanted
      }
      try disk.rename(file.name, in: folder, to: name, in: done, replacing: false)
      // Replaced in the moment between: then it is another list, and belongs back.
      let found = try disk.measure(try disk.openFile(name, in: done)).sha256
      guard found == file.sha256 else {
        return try disk.rename(name, in: done, to: file.name, in: folder, replacing: false)
      }
      try disk.sync(done)
      try disk.sync(folder)
    } catch {
      throw PublishError(error)
    }
  }
}
