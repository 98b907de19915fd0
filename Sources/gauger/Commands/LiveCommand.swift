internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Instruments
internal import Laboratory

/// The command `gauger live`.
struct LiveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "live", abstract: "Look at an instrument's spectrum; nothing is recorded.",
    discussion: "Ctrl-C ends it and makes the instrument safe.")

  @Argument(
    help: "Alias, usb:1-1.2, serial:/dev/..., MODEL:SERIAL, or MODEL where there is one.")
  var address: String

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("A setting, like integration_us=100000.", valueName: "name=value"))
  var settings: [SettingArgument] = []

  @Option(parsing: .unconditional, help: "End after this many pictures.")
  var frames: Int?

  @OptionGroup var options: BenchOptions

  func validate() throws {
    if let frames, frames < 1 { throw ValidationError("--frames must be 1 or more") }
  }

  func run() async throws {
    let bench = try options.bench()
    if let notice = bench.runs.unfinishedNotice { Output.note(notice) }
    let view = LiveView(
      bench: bench, address: address, settings: try settings.settings())
    let signals = Signals { view.stop() }
    var (shown, height) = (0, 0)
    for try await picture in view.pictures {
      guard shown < frames ?? .max else { continue }
      height = show(picture, over: height)
      shown += 1
      if shown == frames { view.stop() }
      if frames == nil, Terminal.outputIsTerminal { try await Task.sleep(for: .milliseconds(100)) }
    }
    withExtendedLifetime(signals) {}
  }

  /// Shows a picture over the former one of so many lines; gives how many lines it has itself.
  private func show(_ picture: LivePicture, over former: Int) -> Int {
    let size = Terminal.size
    let (columns, blocks) = (min(size.columns, 160), Terminal.showsBlocks)
    let lines: [String]
    var status: String
    switch picture {
    case .spectrum(let spectrum):
      lines = TerminalPlot(columns: columns, rows: min(size.rows - 3, 30), blocks: blocks)
        .draw(spectrum)
      status =
        "largest raw count \(Int(spectrum.raw.max() ?? 0)), "
        + "saturated channels \(spectrum.saturated.count)"
    case .mass(let spectrum, let traces):
      lines = TerminalMassPlot(columns: columns, rows: min(size.rows - 4, 36), blocks: blocks)
        .draw(spectrum, traces)
      status = "scan \(spectrum.lastScan + 1)"
    case .traces(let traces):
      lines = TerminalTracePlot(columns: columns, rows: min(size.rows - 4, 36), blocks: blocks)
        .draw(traces)
      status = "point \((traces.first?.scans.last ?? 0) + 1)"
    }
    status += "   (nothing is recorded; Ctrl-C ends)"
    // Going up and overwriting does not flicker as clearing the screen would.
    if former > 0, Terminal.outputIsTerminal { print("\u{1B}[\(former)A", terminator: "") }
    for line in lines + [status] {
      print(Terminal.outputIsTerminal ? "\(line)\u{1B}[K" : line)
    }
    // What the former one had below.
    if former > lines.count + 1, Terminal.outputIsTerminal { print("\u{1B}[J", terminator: "") }
    Terminal.flush()
    return lines.count + 1
  }
}
