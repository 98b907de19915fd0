import Foundation
import Testing

/// Pipes that close, disks that are full, terminals that cannot do much: the run goes on.
@Suite(.enabled(if: Outside.canEmulate, "umockdev is not installed"))
struct StreamTests {
  /// Runs a line of shell in which `$G` is the program and `$E` the emulated bench.
  private func shell(_ line: String, environment: [String: String] = [:]) throws -> Program.Outcome
  {
    let gauger = try #require(Program.path)
    return try Program.run(
      ["/bin/bash", "-c", "set -o pipefail; " + line],
      environment: environment.merging([
        "G": gauger, "E": "\(gauger) emulate usb2000plus --speed 100 -- \(gauger)",
      ]) { $1 })
  }

  @Test(arguments: [
    "2>&-", "2>&- >&- <&-", "2>&1 | head -1", "--json >&-", "--json | head -1", "2>/dev/full",
    "--plot | true",
  ])
  func aRunEndsInOrderWhoeverStopsListening(_ streams: String) throws {
    let home = try TemporaryFolder()
    let outcome = try shell(
      "$E acquire usb2000plus --sample s --scans 3 --home \(home.path) \(streams)")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let run = try RunFolder(only: home.path)
    #expect(run.record["complete"] as? Bool == true)
    #expect(run.counts["scans"] == 3)
    let verified = try Program.gauger(["runs", "verify", "last", "--home", home.path])
    #expect(verified.status == 0, "no message may land in a file: \(verified.output)")
  }

  /// Else the first files opened would get the numbers 0 to 2, and messages would land in them.
  @Test func closedStreamsLeadNowhere() throws {
    let home = try TemporaryFolder()
    let outcome = try shell(
      """
      $G instruments --watch --home \(home.path) <&- >&- 2>&- & p=$!
      for i in {1..100}; do
        [ "$(readlink /proc/$p/fd/2)" = /dev/null ] && break
        sleep 0.05
      done
      for stream in 0 1 2; do readlink /proc/$p/fd/$stream; done
      kill $p
      """)
    #expect(outcome.output == "/dev/null\n/dev/null\n/dev/null\n", "\(outcome.output)")
  }

  @Test func aListThatDidNotFitOnTheDiskIsNoSuccess() throws {
    let outcome = try shell("$G profiles list >/dev/full")
    #expect(outcome.status == 11)
    #expect(outcome.errors.contains("code: output-no-space"))
  }

  @Test(arguments: [
    ["LC_ALL": "C"], ["LC_ALL": "de_DE.UTF-8"], ["NO_COLOR": "1"], ["TERM": "dumb"],
  ])
  func numbersAndWordsDoNotDependOnTheTerminal(_ environment: [String: String]) throws {
    let home = try TemporaryFolder()
    let outcome = try shell(
      "$E acquire usb2000plus --sample s --scans 1 --plot --home \(home.path)",
      environment: environment)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(!outcome.errors.contains("\u{1B}"))
    let spectrum = try RunFolder(only: home.path).spectrum()
    #expect(spectrum.raw.count == 2048)
    if environment["LC_ALL"] == "C" {
      #expect(outcome.output.utf8.allSatisfy { $0 < 0x80 }, "no blocks where none can be shown")
    }
  }
}
