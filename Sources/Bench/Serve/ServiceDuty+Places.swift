internal import Laboratory
internal import Synchronization

/// The duties that look into folders and at addresses of others.
extension ServiceDuty {
  /// Makes runs of the exports that are finished in the watched folders.
  static var watch: ServiceDuty {
    let watched = Mutex<(bench: Bench, folders: WatchedFolders)?>(nil)
    let news = News()
    return ServiceDuty("watched folders") { round throws(Failure) in
      // One for as long as the configuration is the same: it remembers what it saw.
      let folders = watched.withLock { known in
        if let known, known.bench === round.bench { return known.folders }
        let folders = WatchedFolders(bench: round.bench)
        known = (round.bench, folders)
        return folders
      }
      let report: WatchReport
      do throws(Failure) { report = try folders.poll() } catch where error.code == "watch-busy" {
        // A command looks at them just now.
        return
      }
      for folder in report.folders {
        for made in folder.imports where made.outcome == .imported {
          let run = made.run.map { "run \($0)" } ?? "a run"
          round.tell(ServiceEvent(.taken, "\(folder.instrument): \(run) of \(made.file)"))
        }
        for aside in folder.aside
        where news.isNew("\(folder.instrument) \(aside.name)", aside.failure.code) {
          round.tell(
            ServiceEvent(.trouble, "\(folder.instrument): \(aside.name)", failure: aside.failure))
        }
        for warning in folder.warnings where news.isNew("\(folder.instrument) \(warning)", "") {
          round.tell(ServiceEvent(.warning, "\(folder.instrument): \(warning)"))
        }
      }
      if let failure = report.folders.lazy.compactMap(\.failure).first { throw failure }
    }
  }

  /// Takes in the worklists that came.
  static var worklists: ServiceDuty {
    let news = News()
    return ServiceDuty("worklists") { round throws(Failure) in
      let report: WorklistReport
      do throws(Failure) {
        report = try Worklists(bench: round.bench).poll()
      } catch where error.code == "worklists-busy" {
        // A command looks at them just now.
        return
      }
      for list in report.received where !list.isKnown {
        let words = "worklist \(list.source): \(list.entries) entries"
        let refused = list.refused.isEmpty ? "" : ", \(list.refused.count) lines refused"
        guard list.failure == nil || news.isNew(list.source, list.failure?.code ?? "") else {
          continue
        }
        round.tell(
          ServiceEvent(
            list.failure == nil ? .taken : .trouble, words + refused, failure: list.failure))
      }
      for note in report.notes { round.tell(ServiceEvent(.taken, note)) }
      if let failure = report.failures.first { throw failure }
    }
  }
}

/// What was told already, so that the same is not told at every look.
final class News: Sendable {
  private let told = Mutex<[String: String]>([:])

  /// Whether this is another word about it than the last one.
  func isNew(_ subject: String, _ word: String) -> Bool {
    told.withLock { told in
      // Names in a folder of others are without end.
      if told.count > 10_000 { told = [:] }
      defer { told[subject] = word }
      return told[subject] != word
    }
  }
}
