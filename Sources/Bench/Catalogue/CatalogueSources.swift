internal import Foundation
internal import Laboratory

/// The files of a home that the catalogue is made of, each as its path from the home.
struct CatalogueSources: Sendable {
  /// Which of them.
  enum Scope: Sendable, Hashable {
    /// All.
    case all
    /// Those of these runs, their deliveries, and the audit chain.
    case runs([RunID])
    /// Those whose path begins so, and the audit chain.
    case below(String)

    /// How their paths begin; none for all.
    var beginnings: [String]? {
      switch self {
      case .all: nil
      case .runs(let runs):
        runs.flatMap { ["runs/\($0)/", "spool/\($0)-"] } + ["audit/"]
      case .below(let beginning): [beginning, "audit/"]
      }
    }
  }

  let home: Home
  private let now = FileLook.now

  /// Looks at every file of a scope.
  func look(_ scope: Scope) -> [String: FileLook] {
    var found: [String: FileLook] = [:]
    func add(_ path: String) {
      if let look = FileLook("\(home.path)/\(path)", now: now) { found[path] = look }
    }
    func versions(_ folder: String, _ files: [String]) {
      for version in names(folder) where version.allSatisfy(\.isNumber) {
        for file in files { add("\(folder)/\(version)/\(file)") }
      }
    }
    let isWhole = scope == .all
    func wants(_ beginning: String) -> Bool {
      if case .below(let wanted) = scope { return wanted.hasPrefix(beginning) }
      return isWhole
    }
    var runs: [String] = []
    if case .runs(let some) = scope { runs = some.map(\.text) } else if wants("runs/") {
      runs = names("runs").filter { RunID($0) != nil }
    }
    for run in runs {
      add("runs/\(run)/run.json")
      add("runs/\(run)/files/result.json")
      versions("runs/\(run)/evaluations", ["version.json", "evaluation.json"])
    }
    var deliveries: [String] = []
    if isWhole || wants("spool/") || !runs.isEmpty {
      deliveries = names("spool")
      if case .runs(let some) = scope {
        deliveries = deliveries.filter { name in some.contains { name.hasPrefix("\($0)-") } }
      }
    }
    for delivery in deliveries where !delivery.hasPrefix(".") {
      for file in names("spool/\(delivery)")
      where file == "delivery.json" || (file.hasPrefix("to-") && file.hasSuffix(".json")) {
        add("spool/\(delivery)/\(file)")
      }
    }
    if wants("sequences/") {
      for name in names("sequences") {
        versions("sequences/\(name)", ["version.json", "sequence.json"])
      }
    }
    if wants("libraries/") {
      for name in names("libraries") { versions("libraries/\(name)", ["library.json"]) }
    }
    if wants("methods/") {
      for name in names("methods") where name.hasSuffix(".yaml") { add("methods/\(name)") }
    }
    if wants("worklists/") {
      versions("worklists", ["list.json", "entries.json"])
      for list in names("worklists/states") {
        for file in names("worklists/states/\(list)") where file.hasSuffix(".json") {
          add("worklists/states/\(list)/\(file)")
        }
      }
    }
    if wants("register/") {
      for kind in names("register") {
        for object in names("register/\(kind)") {
          for file in names("register/\(kind)/\(object)") where file.hasSuffix(".json") {
            add("register/\(kind)/\(object)/\(file)")
          }
        }
      }
    }
    for name in names("audit") where name.hasSuffix(".jsonl") { add("audit/\(name)") }
    return found.filter { path, _ in
      scope.beginnings.map { $0.contains { path.hasPrefix($0) } } ?? true
    }
  }

  /// The visible names in a folder; none where it is not there.
  private func names(_ folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "\(home.path)/\(folder)")) ?? [])
      .filter { !$0.hasPrefix(".") }
  }
}
