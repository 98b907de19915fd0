import Foundation
import Synchronization
import Testing

/// What people do at the desk is killed again and again by SIGKILL: import, assigning, evaluation,
/// contents of a sequence, delivery, review and release.
///
/// `GAUGER_DESK_STORM` says how often (60), `GAUGER_STORM_SEED` repeats the choices of an earlier storm.
@Suite(.serialized, .tags(.slow)) struct DeskStormTests {
  static let kills = StormTests.variables["GAUGER_DESK_STORM"].flatMap(Int.init) ?? 60
  static let benches = 3

  @Test(.timeLimit(.minutes(20)))
  func killedAtAnyMomentEveryFileIsOneRunAndEverySampleOneDelivery() throws {
    let folders = try (0..<Self.benches).map { _ in try TemporaryFolder() }
    let paths = folders.map(\.path)
    let poller = try Poller(roots: paths.map { $0 + "/home/outbox" })
    let authority = try Poller(roots: paths.map { $0 + "/home/released" })
    let results = Mutex<[DeskStorm]>([])
    let problems = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: Self.benches) { index in
      do {
        var storm = try DeskStorm(folder: paths[index], seed: StormTests.seed &+ UInt64(index))
        try storm.rage(kills: (Self.kills + index) / Self.benches)
        let ended = storm
        results.withLock { $0.append(ended) }
      } catch {
        problems.withLock { $0.append("\(error)") }
      }
    }
    let seen = try poller.finish()
    let released = try authority.finish()
    withExtendedLifetime(folders) {}
    let told: Comment = "seed \(StormTests.seed)"
    #expect(problems.withLock { $0 } == [], told)
    var delivered: Set<String> = []
    var moments: [String: Int] = [:]
    for storm in results.withLock({ $0 }) {
      #expect(storm.complaints == [], told)
      delivered.formUnion(storm.delivered)
      moments.merge(storm.moments) { $0 + $1 }
    }
    #expect(moments.values.reduce(0, +) == Self.kills, told)
    #expect(seen.complaints == [], told)
    #expect(Set(seen.taken) == delivered, told)
    #expect(seen.times.values.allSatisfy { $0 == 1 }, told)
    // What was signed as released, and nothing else, is in the other place.
    #expect(released.complaints == [] && Set(released.taken) == delivered, told)
    #expect(released.times.values.allSatisfy { $0 == 1 }, told)
    print(
      "desk storm of seed \(StormTests.seed): \(Self.kills) kills",
      moments.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", "),
      "; \(delivered.count) deliveries seen in \(seen.looks) looks")
  }
}

/// One bench without an instrument whose program is killed again and again.
struct DeskStorm {
  private(set) var complaints: [String] = []
  /// The deliveries that must have been seen.
  private(set) var delivered: Set<String> = []
  /// Which command was killed, and how often.
  private(set) var moments: [String: Int] = [:]

  private let folder: String
  private let gauger: String
  private var random: Seeded
  private var killsLeft = 0
  /// How long each command lives on this computer, us.
  private var lives: [String: Int] = [:]
  /// The samples of each file that was imported.
  private var samples: [String: String] = [:]
  private var sequences: [String] = []
  private var home: String { folder + "/home" }

  init(folder: String, seed: UInt64) throws {
    self.folder = folder
    gauger = try #require(Program.path)
    random = Seeded(state: seed)
    try Data(Self.method.utf8).write(to: URL(fileURLWithPath: folder + "/method.yaml"))
  }

  mutating func rage(kills: Int) throws {
    try prepare()
    killsLeft = kills
    var batch = 0
    while killsLeft > 0, batch < kills {
      try work(batch)
      batch += 1
    }
    if killsLeft > 0 { complaints.append("\(killsLeft) kills met nothing alive") }
    try judge()
  }

  /// Somebody who signs, and a destination that takes what is released alone.
  private func prepare() throws {
    try FileManager.default.createDirectory(
      atPath: home + "/released", withIntermediateDirectories: true)
    let bench = """
      quality: {policy: warn, review: in-gauger}
      destinations:
        - {name: outbox, folder: outbox}
        - {name: released, folder: released, accepts: released}

      """
    try Data(bench.utf8).write(to: URL(fileURLWithPath: home + "/bench.yaml"))
    for arguments in [
      ["deliver", "prepare", "released"], ["people", "add", "eva", "--name", "Eva"],
      ["people", "key", "eva"],
    ] {
      let outcome = try Program.gauger(arguments + ["--home", home])
      try #require(outcome.status == 0, "\(outcome.errors)")
    }
  }

  /// One sequence from files to deliveries.
  private mutating func work(_ batch: Int) throws {
    let list = try files(batch)
    try insist(
      "import", ["import", "--list", list, "--columns", "time=1 unit=s value=2 decimal=dot"])
    let lone = try trace("b\(batch)-lone", level: 15)
    try insist("import", ["import", lone, "--columns", "time=1 unit=s value=2 decimal=dot"])
    let run = try onlyRun(of: lone)
    samples[lone] = "b\(batch)-given"
    try insist("assign", ["runs", "assign", run, "--sample", "b\(batch)-given"], allowing: [0, 9])
    try insist("process", ["runs", "process", run, "--method", folder + "/method.yaml"])
    let name = "batch-\(batch)"
    sequences.append(name)
    try insist(
      "quantify",
      [
        "quantify", "--method", folder + "/method.yaml", "--list", list, "--sequence", name,
        "--deliver",
      ])
    for run in try sampleRuns(list) {
      // Signed before it was killed, it cannot be signed as reviewed again.
      try insist("review", ["review", "sign", run, "--as", "reviewed"] + signer, allowing: [0, 9])
      try insist("release", ["review", "sign", run, "--as", "released"] + signer)
    }
    try insist("deliver", ["deliver", "retry"])
    if batch.isMultiple(of: 3) { try insist("recover", ["runs", "recover"]) }
  }

  /// Gives a command until it comes to its end, however often it is killed before.
  private mutating func insist(
    _ name: String, _ arguments: [String], allowing: Set<Int32> = [0]
  ) throws {
    var patience = Int.random(in: 0...3, using: &random)
    while true {
      let whole = lives[name] ?? 400_000
      let isKilled = killsLeft > 0 && patience > 0
      patience -= 1
      let delay = Duration.microseconds(Int.random(in: 0..<whole, using: &random))
      let began = ContinuousClock.now
      let life = try Life(
        gauger, arguments + ["--home", home], output: folder + "/stream", home: home)
      if life.run(until: { _ in isKilled && ContinuousClock.now - began >= delay }) {
        moments[name, default: 0] += 1
        killsLeft -= 1
        continue
      }
      lives[name] = max(10_000, Int((ContinuousClock.now - began) / .microseconds(1)))
      guard allowing.contains(life.status) else {
        let outcome = try Program.gauger(arguments + ["--home", home])
        complaints.append(
          "\(arguments.joined(separator: " ")) ended with \(life.status), then \(outcome.status): \(outcome.errors)"
        )
        return
      }
      return
    }
  }

  private var signer: [String] { ["--person", "eva"] }

  /// The runs of the samples of a list.
  private func sampleRuns(_ list: String) throws -> [String] {
    try String(contentsOfFile: list, encoding: .utf8).split(separator: "\n").dropFirst()
      .filter { $0.contains(",sample,") }
      .map { try onlyRun(of: String($0.split(separator: ",")[0])) }
  }

  // MARK: - Judging

  private mutating func judge() throws {
    // What a killed program left half made goes when it is old enough that nobody can be making it.
    for path in hidden() {
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -7200)], ofItemAtPath: path)
    }
    let outcome = try Program.gauger(["runs", "recover", "--home", home])
    if outcome.status != 0 { complaints.append("recover: \(outcome.errors)") }
    if !hidden().isEmpty { complaints.append("left behind: \(hidden())") }
    // Each file is one run, with its sample.
    var runs: [String: [String]] = [:]
    for run in try names("runs") {
      let path = "\(home)/runs/\(run)"
      guard let data = FileManager.default.contents(atPath: path + "/run.json"),
        let record = try JSONSerialization.jsonObject(with: data) as? [String: Any],
        let source = record["imported"] as? [String: Any],
        let file = source["path"] as? String ?? source["file"] as? String
      else {
        complaints.append("\(run) is not whole")
        continue
      }
      let name = URL(fileURLWithPath: file).lastPathComponent
      if record["ended_by"] as? String == "done" {
        runs[name, default: []].append(run)
      } else if (record["failure"] as? [String: Any])?["code"] as? String != "import-cut-short" {
        complaints.append("\(run) has no end")
      }
      let sample = (record["sample"] as? [String: Any])?["id"] as? String
      if record["ended_by"] as? String == "done",
        let known = samples.first(where: { $0.key.hasSuffix("/" + name) }), known.value != sample
      {
        complaints.append("\(run) of \(name) has the sample \(sample ?? "none")")
      }
      let verified = try Program.gauger(["runs", "verify", run, "--home", home])
      if verified.status != 0 { complaints.append("\(run): \(verified.output)") }
    }
    for (path, sample) in samples {
      let name = URL(fileURLWithPath: path).lastPathComponent
      let made = runs[name] ?? []
      if made.count != 1 { complaints.append("\(name) became \(made.count) runs") }
      // Samples of a sequence are delivered with it; the others are not.
      if sample.hasPrefix("sample-"), let run = made.first { delivered.insert(run + "-1") }
    }
    for name in sequences {
      let versions = try names("sequences/\(name)")
      if versions != ["0001"] { complaints.append("\(name) has \(versions)") }
    }
    try judgeAudit(Set(runs.values.joined()))
    let status = try Program.gauger(["deliver", "status", "--json", "--home", home])
    let object = try JSONSerialization.jsonObject(with: Data(status.output.utf8))
    let rows = (object as? [String: Any])?["deliveries"] as? [[String: Any]] ?? []
    for row in rows where row["state"] as? String != "handed_over" {
      complaints.append("delivery of \(row["run"] ?? "?"): \(row["state"] ?? "?")")
    }
    for destination in ["outbox", "released"] {
      let mine = rows.filter { $0["destination"] as? String == destination }
      let spooled = Set(mine.compactMap { $0["run"] as? String }.map { $0 + "-1" })
      if spooled != delivered || mine.count != delivered.count {
        complaints.append(
          "\(destination): \(spooled.symmetricDifference(delivered)), \(mine.count) rows")
      }
    }
    try judgeCatalogue()
  }

  /// The audit chain is whole, still has what the loader was given, and knows every act.
  private mutating func judgeAudit(_ runs: Set<String>) throws {
    let verified = try Program.gauger(
      ["audit", "verify", "--anchor", home + "/outbox", "--home", home])
    if verified.status != 0 { complaints.append("audit: \(verified.output)") }
    let shown = try Program.gauger(["audit", "show", "--json", "--home", home])
    let object = try JSONSerialization.jsonObject(with: Data(shown.output.utf8))
    let entries = (object as? [String: Any])?["entries"] as? [[String: Any]] ?? []
    var actions: [String: Set<String>] = [:]
    for entry in entries {
      actions[entry["object"] as? String ?? "", default: []].insert(
        entry["action"] as? String ?? "")
    }
    for run in runs where actions["run/\(run)"]?.contains("run-imported") != true {
      complaints.append("audit: no import of \(run)")
    }
    for id in delivered
    where actions["delivery/\(id)"]?.isSuperset(of: ["delivery-submitted", "delivery-state"])
      != true
    { complaints.append("audit: no delivery \(id)") }
  }

  /// All that has a name of unfinished work.
  private func hidden() -> [String] {
    let all = FileManager.default.enumerator(atPath: home)?.compactMap { $0 as? String } ?? []
    return all.filter { path in
      let name = path.split(separator: "/").last ?? ""
      return name.hasPrefix(".new-") || (name.hasPrefix(".") && name.hasSuffix(".part"))
        || path.hasPrefix("outbox/tmp/")
    }.map { home + "/" + $0 }
  }

  /// The index says the same as the folders.
  private mutating func judgeCatalogue() throws {
    let listed = try Program.gauger(["runs", "list", "--kind", "sample", "--json", "--home", home])
    let object = try JSONSerialization.jsonObject(with: Data(listed.output.utf8))
    let found = (object as? [String: Any])?["runs"] as? [[String: Any]] ?? []
    var there: Set<String> = []
    for run in try names("runs") {
      let data = FileManager.default.contents(atPath: "\(home)/runs/\(run)/run.json") ?? Data()
      let record = try JSONSerialization.jsonObject(with: data) as? [String: Any]
      if record?["kind"] as? String == "sample" { there.insert(run) }
    }
    let indexed = Set(found.compactMap { $0["run"] as? String })
    if indexed != there {
      complaints.append("catalogue: \(indexed.symmetricDifference(there))")
    }
  }

  private func onlyRun(of file: String) throws -> String {
    let name = URL(fileURLWithPath: file).lastPathComponent
    for run in try names("runs")
    where FileManager.default.fileExists(atPath: "\(home)/runs/\(run)/source/\(name)") {
      let data = FileManager.default.contents(atPath: "\(home)/runs/\(run)/run.json") ?? Data()
      let record = try JSONSerialization.jsonObject(with: data) as? [String: Any]
      if record?["ended_by"] as? String == "done" { return run }
    }
    return "none"
  }

  private func names(_ inner: String) throws -> [String] {
    let path = "\(home)/\(inner)"
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }

  // MARK: - Files

  /// Standards, checks and one to three samples, with the list of them.
  private mutating func files(_ batch: Int) throws -> String {
    var lines = ["file,sample,kind,level"]
    var rows: [(String, String, Double, String)] = [
      ("s10", "standard", 10, "10"), ("s20", "standard", 20, "20"), ("s40", "standard", 40, "40"),
      ("k1", "check", 20, "20"),
    ]
    for index in 0..<Int.random(in: 1...3, using: &random) {
      rows.append(("x\(index)", "sample", Double.random(in: 12...38, using: &random), ""))
    }
    rows.append(("k2", "check", 20, "20"))
    for (name, kind, content, level) in rows {
      let path = try trace("b\(batch)-\(name)", level: content)
      let sample = "\(kind)-\(batch)-\(name)"
      samples[path] = sample
      lines.append("\(path),\(sample),\(kind),\(level)")
    }
    let list = "\(folder)/list-\(batch).csv"
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: list))
    return list
  }

  /// A chromatogram of one peak at 60 s as an export of another program.
  private mutating func trace(_ name: String, level: Double) throws -> String {
    var text = "time,signal\n"
    for index in 0...600 {
      let time = Double(index) / 5
      let noise = Double.random(in: -1...1, using: &random)
      let distance = (time - 60) / 2
      let value = 100 * level * exp(-0.5 * distance * distance) + noise
      text += "\(time),\((value * 1000).rounded() / 1000)\n"
    }
    let path = "\(folder)/\(name).csv"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  private static let method = """
    schema: 1
    name: storm
    version: "1"
    title: Content by one peak
    technique: gc
    state: draft
    acquisition: { duration_min: 2 }
    signals:
      fid:
        from: trace
        trace: first
        detection: { expected_width_s: 4, rise_factor: 4, fall_factor: 2 }
        integration: { minimum_signal_to_noise: 3 }
    noise_window_min: [0.1, 0.5]
    analytes:
      Target:
        keyword: TARGET
        window_min: [0.9, 1.1]
        pick: highest
        calibration:
          { unit: mg/L, curve: linear, weights: 1, levels: [10, 20, 40], back_calculation_percent: 15 }
    acceptance: { check_percent: 10, retention_percent: 1, retention_s: 6 }
    outputs: { report: true, peak_table: true }

    """
}
