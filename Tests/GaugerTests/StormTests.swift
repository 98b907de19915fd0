import Emulation
import Foundation
import Journal
import ScanRing
import Synchronization
import Testing

/// The real program is killed again and again, at any moment of its life, by SIGKILL.
///
/// `GAUGER_STORM` says how often (40), `GAUGER_STORM_SEED` repeats the choices of an earlier storm.
@Suite(.serialized, .enabled(if: Outside.canEmulate, "umockdev is not installed"), .tags(.slow))
struct StormTests {
  static let variables = ProcessInfo.processInfo.environment
  static let kills = variables["GAUGER_STORM"].flatMap(Int.init) ?? 40
  static let seed =
    variables["GAUGER_STORM_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 1...999_999)
  static let benches = 3

  @Test(.timeLimit(.minutes(15)))
  func killedAtAnyMomentNoDurableScanIsLostAndNothingIsDeliveredTwiceOrInPart() throws {
    let folders = try (0..<Self.benches).map { _ in try TemporaryFolder() }
    let paths = folders.map(\.path)
    let poller = try Poller(roots: paths.map { $0 + "/home/outbox" })
    let results = Mutex<[Storm]>([])
    let problems = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: Self.benches) { index in
      do {
        var storm = try Storm(folder: paths[index], seed: Self.seed &+ UInt64(index))
        try storm.rage(kills: (Self.kills + index) / Self.benches)
        let ended = storm
        results.withLock { $0.append(ended) }
      } catch {
        problems.withLock { $0.append("\(error)") }
      }
    }
    let seen = try poller.finish()
    withExtendedLifetime(folders) {}
    let told: Comment = "seed \(Self.seed)"
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
    #expect(seen.looks > Self.kills, "the loader was there all the time")
    print(
      "storm of seed \(Self.seed): \(Self.kills) kills",
      moments.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", "),
      "; \(delivered.count) deliveries seen in \(seen.looks) looks")
  }
}

/// One bench whose program is killed again and again.
struct Storm {
  private(set) var complaints: [String] = []
  /// The deliveries that must have been seen.
  private(set) var delivered: Set<String> = []
  /// What stood on the disk when the program was killed, and how often.
  private(set) var moments: [String: Int] = [:]

  private let folder: String
  private let bench: PreloadBench
  private let gauger: String
  private var random: Seeded
  /// What each run said to be durable, for the last time before it was killed.
  private var announced: [String: Int] = [:]
  private var home: String { folder + "/home" }

  init(folder: String, seed: UInt64) throws {
    self.folder = folder
    gauger = try #require(Program.path)
    random = Seeded(state: seed)
    bench = try PreloadBench(devices: [
      EmulatedCatalogue.make(
        EmulatedSetup(model: "ocean-optics/usb2000plus", seed: seed, speed: 10))
    ])
  }

  mutating func rage(kills: Int) throws {
    defer { bench.stop() }
    // How long a whole life is on this computer, now.
    let began = ContinuousClock.now
    let (_, whole) = try live(scans: 60, until: { _ in false })
    if whole != 0 { complaints.append("undisturbed it ended with \(whole)") }
    let life = Int((ContinuousClock.now - began) / .microseconds(1))
    var done = 0
    for round in 0..<(kills * 3) where done < kills {
      let (killed, _) = try live(
        scans: Int.random(in: 1...80, using: &random), until: trigger(life: life))
      if killed { done += 1 }
      if round.isMultiple(of: 3) { try recover() }
    }
    if done < kills { complaints.append("only \(done) of \(kills) runs were met alive") }
    try judge()
  }

  // MARK: - Killing

  /// When to kill: after a time, after so many durable scans, or when a step of the end is seen.
  private mutating func trigger(life: Int) -> (Life) -> Bool {
    let later = ContinuousClock.now
    switch Int.random(in: 0..<3, using: &random) {
    case 0:
      let delay = Duration.microseconds(Int.random(in: 0..<life, using: &random))
      return { _ in ContinuousClock.now - later >= delay }
    case 1:
      let count = Int.random(in: 1...40, using: &random)
      return { $0.announced.durable >= count }
    default:
      let steps = [
        "runs/R/run.json", "runs/R/raw.journal", "runs/R/files/.spectrum.jdx-",
        "runs/R/files/spectrum.jdx", "runs/R/files/spectrum.csv", "runs/R/plot.svg",
        "runs/R/files/result.json", "runs/R/files/result.csv", "spool/.new-R", "spool/R-1",
        "outbox/tmp/.R", "outbox/out/R-1.plot.svg", "outbox/out/R-1.result.csv",
        "outbox/out/R-1.spectrum.jdx", "outbox/out/R-1.ready",
      ]
      let step = steps[Int.random(in: 0..<steps.count, using: &random)]
      let delay = Int.random(in: 0..<4000, using: &random)
      return { life in
        guard life.hasReached(step) else { return false }
        usleep(UInt32(delay))
        return true
      }
    }
  }

  /// Lets one acquisition live until it is time to kill it; whether it was killed, and its status.
  private mutating func live(
    scans: Int, until isTime: (Life) -> Bool
  ) throws -> (killed: Bool, status: Int32) {
    var arguments = [
      "acquire", "usb2000plus", "--sample", "storm", "--scans", "\(scans)", "--json",
      "--set", "integration_us=10000", "--home", home,
    ]
    if scans.isMultiple(of: 4) { arguments += ["--dark", "take", "--dark-scans", "5"] }
    let life = try Life(
      gauger, arguments, environment: bench.environment, output: folder + "/stream", home: home)
    let killed = life.run(until: isTime)
    let said = life.announced
    if let run = said.run { announced[run] = max(announced[run] ?? 0, said.durable) }
    if killed { moments[life.moment, default: 0] += 1 }
    return (killed, life.status)
  }

  /// Recovers, as a person would; it is killed itself now and then.
  private mutating func recover() throws {
    for _ in 0..<Int.random(in: 0...2, using: &random) {
      let delay = Duration.microseconds(Int.random(in: 0..<300_000, using: &random))
      let began = ContinuousClock.now
      let life = try Life(
        gauger, ["runs", "recover", "--home", home], output: folder + "/recovery", home: home)
      _ = life.run(until: { _ in ContinuousClock.now - began >= delay })
    }
    let outcome = try Program.gauger(["runs", "recover", "--home", home])
    if outcome.status != 0 {
      complaints.append("recover ended with \(outcome.status): \(outcome.errors)")
    }
  }

  // MARK: - Judging

  private mutating func judge() throws {
    try recover()
    let again = try Program.gauger(["runs", "recover", "--home", home])
    if !again.errors.contains("is ended") { complaints.append("again: \(again.output)") }
    let runs = try names("runs")
    for run in announced.keys where !runs.contains(run) { complaints.append("\(run) is gone") }
    for run in runs { try judge(run) }
    try judgeAudit(runs)
    let left =
      try names("run").filter { $0.hasSuffix(".open") } + names("outbox/tmp")
      + names("spool").filter { $0.hasPrefix(".new") }
    if !left.isEmpty { complaints.append("left behind: \(left)") }
    let status = try Program.gauger(["deliver", "status", "--json", "--home", home])
    let object = try JSONSerialization.jsonObject(with: Data(status.output.utf8))
    let rows = (object as? [String: Any])?["deliveries"] as? [[String: Any]] ?? []
    for row in rows where row["state"] as? String != "handed_over" {
      complaints.append("delivery of \(row["run"] ?? "?"): \(row["state"] ?? "?")")
    }
    let spooled = Set(rows.compactMap { $0["run"] as? String }.map { $0 + "-1" })
    if spooled != delivered {
      complaints.append("spooled \(spooled.symmetricDifference(delivered))")
    }
  }

  /// The audit chain is whole, still has what the loader was given, and knows every run.
  private mutating func judgeAudit(_ runs: [String]) throws {
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
    for run in runs {
      let known = actions["run/\(run)"] ?? []
      if !known.contains("run-started") { complaints.append("audit: no start of \(run)") }
      if known.isDisjoint(with: ["run-ended", "run-recovered"]) {
        complaints.append("audit: no end of \(run)")
      }
      guard delivered.contains(run + "-1") else { continue }
      if !known.contains("files-made") { complaints.append("audit: no files of \(run)") }
      if actions["delivery/\(run)-1"] != ["delivery-submitted", "delivery-state"] {
        complaints.append("audit: no delivery of \(run)")
      }
    }
  }

  private mutating func judge(_ run: String) throws {
    let path = "\(home)/runs/\(run)"
    guard let data = FileManager.default.contents(atPath: path + "/run.json"),
      let record = try JSONSerialization.jsonObject(with: data) as? [String: Any],
      let counts = record["counts"] as? [String: Int]
    else { return complaints.append("\(run) has no run.json") }
    let end = record["ended_by"] as? String ?? "?"
    if !["done", "killed"].contains(end) { complaints.append("\(run) ended by \(end)") }
    if (record["complete"] as? Bool == true) != (end == "done") {
      complaints.append("\(run) is complete and \(end)")
    }
    var frames = 0
    if FileManager.default.fileExists(atPath: path + "/raw.journal"),
      try !JournalRecovery.neverBegan(path: path + "/raw.journal")
    {
      var reader = try JournalReader(path: path + "/raw.journal")
      while let entry = try reader.next() {
        if [.frame, .dark, .refused].contains(entry.header.kind) { frames += 1 }
      }
      if reader.end != .complete { complaints.append("\(run): the journal has no end") }
      let verified = try Program.gauger(["runs", "verify", run, "--home", home])
      if verified.status != 0 { complaints.append("\(run): \(verified.output)") }
    }
    let durable = announced[run] ?? 0
    if frames < durable { complaints.append("\(run): \(durable) announced, \(frames) kept") }
    if counts["durable"] != frames { complaints.append("\(run): counts \(counts), \(frames) kept") }
    let hasFiles = (record["files"] as? [Any])?.isEmpty == false
    let scans = (counts["scans"] ?? 0) - (counts["dark"] ?? 0)
    if hasFiles != (scans > 0) { complaints.append("\(run): \(scans) scans, files: \(hasFiles)") }
    if hasFiles { delivered.insert(run + "-1") }
    let inside = try names("runs/\(run)") + names("runs/\(run)/files")
    let hidden = inside.filter { $0.hasPrefix(".") }
    if !hidden.isEmpty { complaints.append("\(run): \(hidden) left behind") }
  }

  private func names(_ inner: String) throws -> [String] {
    let path = "\(home)/\(inner)"
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }
}

/// One life of the program: what it says, what it leaves on the disk, and its end.
final class Life {
  private let process: Spawned
  private let output: String
  private let home: String
  private let earlier: Set<String>
  private var read = 0
  private var heard: (run: String?, durable: Int) = (nil, 0)
  private(set) var status: Int32 = 0
  /// The last step that was on the disk when it was killed.
  private(set) var moment = "before the run"

  init(
    _ program: String, _ arguments: [String], environment: [String: String] = [:],
    output: String, home: String
  ) throws {
    self.output = output
    self.home = home
    earlier = Self.names(home + "/runs")
    process = try Spawned(
      program, arguments,
      environment: ProcessInfo.processInfo.environment.merging(environment) { $1 }, output: output)
  }

  /// Lets it live until it ends, or until it is time to kill it; whether it was killed.
  func run(until isTime: (Life) -> Bool) -> Bool {
    var asked = false
    let deadline = ContinuousClock.now + .seconds(60)
    var ending = process.look()
    while ending == nil {
      if !asked, isTime(self) || ContinuousClock.now > deadline {
        kill(process.id, SIGKILL)
        asked = true
      }
      usleep(300)
      ending = process.look()
    }
    var killed = false
    switch ending {
    case .status(let code): status = code
    case .signal(let signal): (status, killed) = (signal, true)
    case nil: break
    }
    if killed { moment = reached }
    return killed
  }

  /// The run, and how many frames were said to be durable, by the lines that are whole.
  var announced: (run: String?, durable: Int) {
    let size = (try? FileManager.default.attributesOfItem(atPath: output))?[.size] as? Int ?? 0
    guard size != read else { return heard }
    read = size
    let data = FileManager.default.contents(atPath: output) ?? Data()
    for line in String(decoding: data, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    {
      guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)),
        let event = object as? [String: Any]
      else { continue }
      heard.run = event["run"] as? String ?? heard.run
      heard.durable = (event["counts"] as? [String: Int])?["durable"] ?? heard.durable
    }
    return heard
  }

  /// Whether a path is there, `R` standing for the run; a last part is the beginning of a name.
  func hasReached(_ step: String) -> Bool {
    guard let run else { return false }
    let parts = step.replacingOccurrences(of: "R", with: run).components(separatedBy: "/")
    let names = Self.names(home + "/" + parts.dropLast().joined(separator: "/"))
    return names.contains { $0.hasPrefix(parts.last ?? "") }
  }

  /// The run, which has a folder before the program speaks of it.
  private var run: String? {
    announced.run ?? Self.names(home + "/runs").subtracting(earlier).first
  }

  private static func names(_ folder: String) -> Set<String> {
    Set((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
  }

  private var reached: String {
    let steps = [
      ("outbox/out/R-1.ready", "delivered"), ("outbox/out/R", "delivering"),
      ("spool/R-1", "spooled"), ("spool/.new-R", "spooling"),
      ("runs/R/files/result.csv", "all files made"), ("runs/R/files/", "making files"),
      ("runs/R/raw.journal", "acquiring"),
    ]
    return steps.first { hasReached($0.0) }?.1
      ?? (run == nil ? "before the run" : "begun")
  }
}

/// An independent loader in a process of its own.
final class Poller {
  struct Seen: Decodable {
    var looks: Int
    var complaints: [String]
    var taken: [String]
    var times: [String: Int]

    private enum CodingKeys: String, CodingKey { case looks, complaints, taken, times }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      looks = try values.decode(Int.self, forKey: .looks)
      complaints = try values.decode([String].self, forKey: .complaints)
      taken = Array(try values.decode([String: [String: String]].self, forKey: .taken).keys)
      times = try values.decode([String: Int].self, forKey: .times)
    }
  }

  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()

  init(roots: [String]) throws {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "Strangers/poll_folders.py").path
    process.executableURL = URL(fileURLWithPath: Outside.python ?? "/usr/bin/python3")
    process.arguments = [script] + roots
    process.standardInput = input
    process.standardOutput = output
    try process.run()
  }

  func finish() throws -> Seen {
    try input.fileHandleForWriting.close()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return try JSONDecoder().decode(Seen.self, from: data)
  }
}

/// SplitMix64: the same seed gives the same choices.
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
