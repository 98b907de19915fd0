internal import Bench
internal import Foundation
internal import Laboratory

private let home = Home(explicit: Scratch.folder, environment: [:])

/// The record of a run.
@Sendable func fuzzRunRecord(_ bytes: [UInt8]) {
  guard let id = RunID("20261120T101500Z-usb4000-abcd") else { return }
  let folder = home.folder(of: id)
  try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  Scratch.write(bytes, to: folder + "/run.json")
  guard let record = try? RunStore(home: home).read(id) else { return }
  guard let text = try? JSONEncoder().encode(record),
    let again = try? JSONDecoder().decode(RunRecord.self, from: text)
  else {
    FuzzTargets.demand(false, "a record that was read can be written and read")
    return
  }
  FuzzTargets.demand(again == record, "a record that was written is the same")
}

/// What a site decides.
@Sendable func fuzzConfiguration(_ bytes: [UInt8]) {
  _ = Scratch.file("bench.yaml", bytes)
  _ = try? Configuration.read(home: home)
}
