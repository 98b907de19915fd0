internal import ArgumentParser
internal import Bench
internal import Emulation
internal import Foundation
internal import Laboratory

/// The command `gauger demo`.
struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "The whole path on an emulated spectrometer, in one command.")

  @Option(help: ArgumentHelp("The folder that keeps the demo.", valueName: "folder"))
  var home = "gauger-demo"

  @Option(help: ArgumentHelp("Play this recording instead of the scene.", valueName: "recording"))
  var play: String?

  func run() throws {
    let folder = URL(fileURLWithPath: home).standardizedFileURL.path
    let options = try EmulationOptions.parse(play.map { ["--play", $0] } ?? [])
    let bench = try PreloadBench(devices: [try options.device("ocean-optics/usb2000plus")])
    defer { bench.stop() }
    heading("An emulated Ocean Optics USB2000+ is plugged in")
    print(
      """
      There is no hardware: Gauger plays the instrument itself, behind the computer's own USB
      library, so that everything from here on is what a real instrument would meet.

      $ gauger instruments
      """)
    Terminal.flush()
    _ = try bench.run([Executable.path, "instruments", "--home", folder])
    let scans = play == nil ? "20" : "5"
    let acquire = [
      "acquire", "usb2000plus", "--sample", "DEMO-POLYSTYRENE", "--scans", scans, "--dark", "take",
      "--set", "laser_nm=785", "--set", "integration_us=100000",
    ]
    heading("Measuring: dark frames first, then \(scans) scans at 785 nm")
    print("$ gauger \(acquire.joined(separator: " "))")
    Terminal.flush()
    let status = try bench.run([Executable.path] + acquire + ["--plot", "--home", folder])
    bench.stop()
    guard status == 0 else {
      Output.error("The demo ended with exit code \(status); the message above says why.")
      Output.end(code: status)
    }
    try tell(folder)
  }

  private func tell(_ folder: String) throws {
    let store = RunStore(home: Home(explicit: folder, environment: [:]))
    let record = try store.read(try store.find("last"))
    let run = "\(folder)/runs/\(record.run.text)"
    let scans = record.counts.scans - record.counts.dark
    heading("What happened")
    print(
      """
      Gauger found the spectrometer by its USB identity, read its calibration memory, took
      \(record.counts.dark) dark frames with the light off and \(scans) scans with it on, and wrote every byte to a
      journal on the disk before it called it kept (\(record.counts.durable) durable, \(record.counts.lost) lost). Meanwhile it
      averaged, corrected and put the spectrum on a Raman shift axis:
      """)
    for step in record.processing {
      let state = step.state.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0)
      print("  \(state) \(step.name): \(step.detail)")
    }
    heading("Where everything is")
    print(
      """
      raw bytes    \(run)/raw.journal
      what is known of the run  \(run)/run.json
      """)
    for file in record.files {
      let place = file.name == "plot.svg" ? run : "\(run)/files"
      print("file         \(place)/\(file.name)")
    }
    print(
      "for the LIMS \(folder)/outbox/out/  (each delivery is whole once its .ready file is there)")
    print(
      "Every file says that it was EMULATED; a LIMS that is not told to accept that refuses it.")
    heading("Try next")
    let program = Self.quoted(CommandLine.arguments[0])
    let home = Self.quoted(home)
    print(
      """
      \(program) runs verify last --home \(home)
          checks every byte and computes the numbers again
      \(program) emulate usb4000 --scene neon -- \(program) live usb4000 --home \(home)
          another model, a neon lamp, live in the terminal (Ctrl-C ends)
      \(program) emulate usb2000plus -- \(program) acquire usb2000plus --sample MINE --home \(home)
          a run of your own
      \(program) doctor --home \(home)
          what this computer lacks for a real instrument
      """)
  }

  /// A word as it must be typed into a shell.
  private static func quoted(_ word: String) -> String {
    let plain = word.allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || "/._-".contains($0))
    }
    return plain ? word : "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
  }

  private func heading(_ text: String) {
    print("\n\(Output.paint(text, .bold))")
    Terminal.flush()
  }
}
