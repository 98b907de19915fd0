import Delivery
import Foundation
import Laboratory
import Records
import Testing

@testable import Bench

/// Numbers that are the same for the same seed.
struct Steps {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  mutating func below(_ most: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(most))
  }
}

/// What can happen to the files of a home, in order and out of order.
struct Acts {
  let bench: ImportBench
  private var count = 0
  private var home: String { bench.folder.path }

  init(bench: ImportBench) { self.bench = bench }

  private func runs() -> [RunID] { bench.bench.runs.ids.sorted { $0.text < $1.text } }

  /// Does something, and says what it touched.
  mutating func next(_ random: inout Steps) throws -> CatalogueSources.Scope {
    count += 1
    let runs = runs()
    let run = runs.isEmpty ? nil : runs[random.below(runs.count)]
    switch (random.below(10), run) {
    case (1, let run?):
      guard var record = try? bench.bench.runs.read(run) else { return .all }
      record.deliveries["outbox"] = random.below(2) == 0 ? .confirmed : .handedOver
      record.sample.id = ["S-1", "S-2", "'; --"][random.below(3)]
      try bench.bench.runs.write(record)
      return .runs([run])
    case (2, let run?):
      // A record that nobody can read, in the place of one.
      try put("{\"schema\": 1", "runs/\(run)/run.json")
      return .runs([run])
    case (3, let run?):
      try FileManager.default.removeItem(atPath: "\(home)/runs/\(run)")
      return .runs([run])
    case (4, let run?):
      try version("runs/\(run)/evaluations/000\(1 + random.below(3))", "evaluation.json")
      return .runs([run])
    case (5, _):
      try version("sequences/q\(random.below(2))/000\(1 + random.below(3))", "sequence.json")
      return .below("sequences/")
    case (6, _):
      try register("people", ["ada", "bob ünd", "../../x"][random.below(3)], 1 + random.below(3))
      return .below("register/")
    case (7, let run?):
      let id = DeliveryID(run: run)
      let states: [DeliveryState] = [.spooled, .accepted, .rejected]
      let status = DeliveryStatus(
        id: id, destination: "lims", state: states[random.below(3)], attempts: count,
        changed: Timestamp(microseconds: Int64(count) * 1_000_000))
      try json(status, "spool/\(id)/to-lims.json")
      return .runs([run])
    case (8, _):
      _ = try BenchAudit(home: bench.bench.home).chain?.append([
        AuditAct(.methodMade, "method/\(count)", by: "ada")
      ])
      return .below("methods/")
    default:
      let path = try bench.put("\(count).jdx", ImportBench.jcamp("S\(count)"))
      let report = try bench.run([path], sample: "S-\(1 + random.below(2))").first
      return .runs([report?.run].compactMap { $0 })
    }
  }

  /// As if made elsewhere: a version folder with a note, and perhaps nonsense beside it.
  private func version(_ folder: String, _ main: String) throws {
    let note = VersionNote(
      version: count, supersedes: nil, reason: "because", person: "ada",
      made: Timestamp(microseconds: 1),
      method: MethodReference(name: "m\(count % 2)", version: "1", sha256: "ab12"), files: [])
    try json(note, "\(folder)/version.json")
    try put(
      """
      {"identity": {"library": {"name": "lib", "version": "\(count % 3)", "sha256": "cd34"}}}
      """, "\(folder)/\(main)")
  }

  private func register(_ kind: String, _ object: String, _ version: Int) throws {
    let entry = RegisterEntry(
      kind: .people, object: object, version: version, supersedes: nil, person: "ada",
      reason: "n\(count)", time: Timestamp(microseconds: 5),
      fields: RegisterFields(["name": "N\(count)", "active": "true"]))
    let folder = "register/\(kind)/\(RegisterName.folder(of: object))"
    try put(
      String(decoding: entry.bytes, as: UTF8.self), "\(folder)/\(RegisterName.file(of: version))")
  }

  private func json(_ value: some Encodable, _ path: String) throws {
    try put(String(decoding: try JSONEncoder().encode(value), as: UTF8.self), path)
  }

  /// In place of what is there, in one step.
  private func put(_ text: String, _ path: String) throws {
    let url = URL(fileURLWithPath: "\(home)/\(path)")
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url, options: .atomic)
  }
}
