import Foundation
import Testing

/// Destinations as a person uses them: prepared, explained, away, hanging.
@Suite(.enabled(if: Outside.canEmulate, "umockdev is not installed"))
struct DestinationCommandTests {
  private func home(_ destinations: String) throws -> TemporaryFolder {
    let home = try TemporaryFolder()
    for inner in ["lims", "net"] {
      try FileManager.default.createDirectory(
        atPath: home.path + "/" + inner, withIntermediateDirectories: true)
    }
    try Data("destinations:\n\(destinations)".utf8)
      .write(to: URL(fileURLWithPath: home.path + "/bench.yaml"))
    return home
  }

  private func acquire(_ home: TemporaryFolder) throws -> Program.Outcome {
    try Program.emulating(
      ["usb2000plus", "--speed", "100"],
      ["acquire", "usb2000plus", "--sample", "s", "--scans", "1", "--home", home.path])
  }

  private func names(_ home: TemporaryFolder, _ inner: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: home.path + "/" + inner).sorted()
  }

  @Test func aShareWithoutItsMarkWaitsUntilItIsPrepared() throws {
    let home = try home(
      "  - {name: lims, folder: lims, mode: flat, sentinel: lims-1, emulated: accept}\n")
    let taken = try acquire(home)
    #expect(taken.status == 12, "\(taken.errors)")
    #expect(taken.errors.contains("code: destination-not-mounted"))
    #expect(try names(home, "lims") == [])
    let prepared = try Program.gauger(["deliver", "prepare", "lims", "--home", home.path])
    #expect(prepared.status == 0, "\(prepared.errors)")
    #expect(try names(home, "lims") == [".gauger-destination"])
    // A timer does not come before the time; a person does.
    let status = try Program.gauger(["deliver", "status", "--json", "--home", home.path])
    #expect(status.output.contains("\"next_attempt\""))
    let sent = try Program.gauger(["deliver", "retry", "--now", "--home", home.path])
    #expect(sent.status == 0, "\(sent.errors)")
    #expect(try names(home, "lims").filter { $0.hasSuffix(".ready") }.count == 1)
    #expect(try Program.gauger(["deliver", "retry", "--due", "--home", home.path]).status == 0)
  }

  @Test func whatADestinationWouldGetIsShownAndNothingSent() throws {
    let home = try home(
      """
        - {name: files, folder: lims, mode: no-ack, emulated: accept}
        - {name: table, type: senaite-folder, folder: net, keywords: {ethanol: ET}, emulated: accept}

      """)
    let taken = try acquire(home)
    #expect(taken.status == 0, "\(taken.errors)")
    let before = try names(home, "lims")
    #expect(!before.contains { $0.hasSuffix(".ready") } && before.count > 3)
    #expect(try names(home, "net") == [], "no method was applied, so it is not for the table")
    let files = try Program.gauger(["deliver", "explain", "last", "files", "--home", home.path])
    #expect(files.status == 0, "\(files.errors)")
    for name in before {
      #expect(files.output.contains(name.replacing("-1.", with: "-2.")), "\(files.output)")
    }
    let table = try Program.gauger(["deliver", "explain", "last", "table", "--home", home.path])
    #expect(table.status == 15)
    #expect(table.errors.contains("code: destination-cannot-carry"))
    #expect(table.errors.contains("bench.yaml maps ethanol"))
    let none = try Program.gauger(["deliver", "explain", "last", "x", "--home", home.path])
    #expect(none.status == 3)
    #expect(try names(home, "lims") == before && names(home, "net") == [])
  }

  @Test func aMethodWhoseAnswerIsATextIsRefusedBeforeAnythingIsMeasured() throws {
    func acquire(_ keyword: String) throws -> Program.Outcome {
      let home = try home(
        "  - {name: t, type: senaite-folder, folder: net, keywords: {\(keyword): X}}\n")
      return try Program.gauger([
        "acquire", "nobody-there", "--sample", "s", "--method", "fid-quantitation", "--home",
        home.path,
      ])
    }
    // The internal standard is only looked for; the target has a calibration.
    let refused = try acquire("ISTD")
    #expect(refused.status == 9, "\(refused.errors)")
    #expect(refused.errors.contains("code: destination-cannot-carry"))
    #expect(refused.errors.contains("answers ISTD by a text"))
    #expect(try acquire("TARGET").errors.contains("code: destination-cannot-carry") == false)
  }

  @Test func aNetworkFolderIsWrittenByAProcessOfItsOwn() throws {
    let home = try home(
      "  - {name: net, folder: net, mode: flat, network: true, emulated: accept}\n")
    let taken = try acquire(home)
    #expect(taken.status == 0, "\(taken.errors)")
    let ready = try #require(try names(home, "net").first { $0.hasSuffix(".ready") })
    let id = ready.dropLast(".ready".count)
    try Data().write(to: URL(fileURLWithPath: home.path + "/net/\(id).ack"))
    let polled = try Program.gauger(["deliver", "retry", "--json", "--home", home.path])
    #expect(polled.output.contains("\"accepted\""), "\(polled.output)")
  }

  @Test(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: "/usr/bin/strace"), "no strace to hang with")
  )
  func aShareThatHangsHoldsNobody() throws {
    let home = try home(
      "  - {name: net, folder: net, mode: flat, network: true, timeout_s: 1, emulated: accept}\n")
    try FileManager.default.removeItem(atPath: home.path + "/net")
    #expect(try acquire(home).status == 12)
    try FileManager.default.createDirectory(
      atPath: home.path + "/net", withIntermediateDirectories: true)
    // Whoever opens the share waits for its dead server, here for four seconds.
    let gauger = try #require(Program.path)
    let hung = try Program.run(
      [
        "/usr/bin/strace", "-f", "-qq", "-o", home.path + "/trace", "-P", home.path + "/net", "-e",
        "trace=openat", "-e", "inject=openat:delay_enter=4000000", gauger, "deliver", "retry",
        "--home", home.path,
      ], seconds: 60)
    #expect(hung.status == 12, "\(hung.errors)")
    #expect(hung.errors.contains("code: destination-hangs"))
    #expect(try names(home, "net") == [])
    let trace = try String(contentsOfFile: home.path + "/trace", encoding: .utf8)
    #expect(trace.contains("killed by SIGKILL"))
    let sent = try Program.gauger(["deliver", "retry", "--home", home.path])
    #expect(sent.status == 0, "\(sent.errors)")
    #expect(try names(home, "net").count { $0.hasSuffix(".ready") } == 1)
  }
}
