import Foundation
import Testing

/// What the LIMS rejected can be delivered once more, and nothing else can.
@Suite(.enabled(if: Outside.canEmulate, "umockdev is not installed"))
struct DeliverAgainTests {
  @Test func aRejectedRunGoesOutOnceMoreAsTheNextAttempt() throws {
    let home = try TemporaryFolder()
    let at = ["--home", home.path]
    let taken = try Program.emulating(
      ["usb2000plus", "--speed", "100"],
      ["acquire", "usb2000plus", "--sample", "s", "--scans", "1"] + at)
    #expect(taken.status == 0, "\(taken.errors)")
    let run = try RunFolder(only: home.path)
    let id = URL(fileURLWithPath: run.path).lastPathComponent
    // What stands there already does not go out twice.
    let early = try Program.gauger(["deliver", "again", "last"] + at)
    #expect(early.status == 9)
    #expect(early.errors.contains("code: delivery-not-rejected"))

    let outbox = home.path + "/outbox"
    try Data("no such sample".utf8)
      .write(to: URL(fileURLWithPath: "\(outbox)/reject/\(id)-1.rej"))
    let rejected = try Program.gauger(["deliver", "retry"] + at)
    #expect(rejected.status == 15)
    #expect(rejected.errors.contains("why:  no such sample"))
    #expect(rejected.errors.contains("gauger deliver again \(id)"), "the advice can be typed")

    let again = try Program.gauger(["deliver", "again", id] + at)
    #expect(again.status == 0, "\(again.errors)")
    let names = try FileManager.default.contentsOfDirectory(atPath: outbox + "/out")
    #expect(names.contains("\(id)-2.ready"))
    #expect(
      try RunFolder(only: home.path).record["deliveries"] as? [String: String]
        == ["outbox": "handed_over"])
    // The first attempt is settled: neither the list nor the exit code speaks of it any more.
    let settled = try Program.gauger(["deliver", "retry"] + at)
    #expect(settled.status == 0, "\(settled.errors)")
    #expect(!settled.output.contains("rejected"))
    #expect(try Program.gauger(["deliver", "again", id] + at).status == 9)
  }

  @Test func anAlteredFileIsNotDeliveredAgain() throws {
    let home = try TemporaryFolder()
    let at = ["--home", home.path]
    let taken = try Program.emulating(
      ["usb2000plus", "--speed", "100"],
      ["acquire", "usb2000plus", "--sample", "s", "--scans", "1"] + at)
    #expect(taken.status == 0, "\(taken.errors)")
    let run = try RunFolder(only: home.path)
    let id = URL(fileURLWithPath: run.path).lastPathComponent
    try Data("no".utf8)
      .write(to: URL(fileURLWithPath: "\(home.path)/outbox/reject/\(id)-1.rej"))
    #expect(try Program.gauger(["deliver", "retry"] + at).status == 15)
    try Data("x".utf8).write(to: URL(fileURLWithPath: run.path + "/files/result.csv"))
    let again = try Program.gauger(["deliver", "again", "last"] + at)
    #expect(again.status == 10)
    #expect(again.errors.contains("code: delivery-file-altered"))
    let names = try FileManager.default.contentsOfDirectory(atPath: home.path + "/outbox/out")
    #expect(!names.contains { $0.contains("\(id)-2") })
  }
}
