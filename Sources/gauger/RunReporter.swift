internal import Bench
internal import Foundation
internal import Instruments
internal import Laboratory
internal import Methods

/// Tells a person, or a program, what a run does while it goes on.
final class RunReporter {
  private let json: Bool
  private let draws: Bool
  private var lastLine = ContinuousClock.now - .seconds(60)
  private var showsProgress = false
  private var drawn = false

  init(json: Bool, draws: Bool) {
    self.json = json
    self.draws = draws
  }

  /// Follows the events to the end and returns the exit status.
  func follow(_ handle: RunHandle) async throws -> ExitStatus {
    var status = ExitStatus.failed
    for await event in handle.events {
      if let end = try show(event) { status = end }
    }
    return status
  }

  private func show(_ event: RunEvent) throws -> ExitStatus? {
    switch event {
    case .opened(let instrument, let emulated):
      line(
        "\(emulated ? "EMULATED " : "")\(instrument.name) \(instrument.serialNumber) at "
          + "\(instrument.address) is open")
    case .started(let record, let folder):
      if json { try Output.json(StartedLine(run: record.run, folder: folder), line: true) }
      line("run \(record.run), sample \(Output.plain(record.sample.id)), kept in \(folder)")
    case .progress(let progress): try show(progress)
    case .warning(let text): line("\(Output.paint("note", .yellow)): \(Output.plain(text))")
    case .provisional(let findings): try show(findings)
    case .spectrum(let spectrum):
      draw { TerminalPlot(columns: $0, rows: $1, blocks: $2).draw(spectrum) }
    case .massSpectrum(let spectrum, let traces):
      // Two pictures, one above the other, need more lines than one.
      draw { TerminalMassPlot(columns: $0, rows: $1 + 8, blocks: $2).draw(spectrum, traces) }
    case .traces(let traces):
      draw { TerminalTracePlot(columns: $0, rows: $1 + 4, blocks: $2).draw(traces) }
    case .file(_, let path): line("wrote \(path)")
    case .delivered(let report): show(report)
    case .finished(let record, let status):
      try finish(record, status)
      return status
    case .failed(let failure):
      endProgress()
      if json { try Output.json(FailedLine(failure: failure), line: true) }
      Output.say(failure)
      return failure.exit
    }
    return nil
  }

  /// Peaks as they close; the final ones are those of the run's evaluation.
  private func show(_ findings: [LiveFinding]) throws {
    for case .provisional(let signal, let peaks) in findings {
      for peak in peaks {
        if json {
          try Output.json(
            PeakLine(signal: signal, peak: peak, event: "provisional_peak"), line: true)
        }
        let time = String(format: "%.1f", peak.retentionTime)
        let height = String(format: "%.4g", peak.height)
        line("provisional peak of \(signal) at \(time) s, height \(height)")
      }
    }
  }

  private struct PeakLine: Encodable {
    var schema = 1
    var signal: String
    var peak: ChromatographicPeak
    var event: String
  }

  private func show(_ progress: RunProgress) throws {
    if json {
      try Output.json(ProgressLine(counts: progress.counts, wanted: progress.wanted), line: true)
    }
    let now = ContinuousClock.now
    let pause: Duration = Terminal.isInteractive ? .milliseconds(100) : .seconds(5)
    guard now - lastLine >= pause else { return }
    lastLine = now
    let text = describe(progress)
    if Terminal.isInteractive {
      Output.errorPart("\r\u{1B}[K\(text)")
      showsProgress = true
    } else {
      Output.error(text)
    }
  }

  private func describe(_ progress: RunProgress) -> String {
    let counts = progress.counts
    let scans = counts.scans - counts.dark
    var text = ""
    if let wanted = progress.wanted, wanted > 0 {
      let filled = min(20, Int(scans) * 20 / wanted)
      let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 20 - filled)
      text = "[\(bar)] \(scans) of \(wanted) scans"
    } else {
      text = "\(scans) scans in \(Int(progress.elapsed.inSeconds)) s"
    }
    if counts.dark > 0 { text += ", \(counts.dark) dark" }
    text += ", \(counts.durable) durable"
    if counts.stale > 0 { text += ", \(counts.stale) stale" }
    if counts.refused + counts.partial > 0 {
      text += ", \(counts.refused + counts.partial) damaged"
    }
    if counts.lost > 0 { text += ", \(counts.lost) LOST" }
    return text
  }

  private func show(_ report: DeliveryReport) {
    let words =
      switch report.state {
      case .spooled: "waits in the spool for"
      case .handedOver: "handed over to"
      case .accepted: "accepted by"
      case .confirmed: "confirmed by"
      case .rejected: "rejected by"
      }
    line("\(words) \(report.destination): \(report.place)")
  }

  private func finish(_ record: RunRecord, _ status: ExitStatus) throws {
    endProgress()
    if json {
      try Output.json(FinishedLine(record: record, status: status.rawValue), line: true)
    }
    for warning in record.warnings {
      line("\(Output.paint("note", .yellow)): \(Output.plain(warning))")
    }
    if let failure = record.failure { Output.say(failure) }
    let counts = record.counts
    let ending =
      switch record.endedBy {
      case .person: "stopped by a person; "
      case .unplug: "the instrument was unplugged; "
      case .space: "the disk could not keep more; "
      case .fault: "the instrument failed; "
      case .killed: "the program was killed; "
      case .open, .done: ""
      }
    let word = record.complete ? Output.paint("complete", .green) : Output.paint("INCOMPLETE", .red)
    line(
      "\(word): \(ending)\(Self.kept(counts)), "
        + "\(counts.lost) lost; instrument left \(record.safe == .safe ? "safe" : "UNKNOWN")")
  }

  /// What was kept: scans for the result, and every frame on the disk behind them.
  static func kept(_ counts: RunCounts) -> String {
    let scans = counts.scans - min(counts.dark, counts.scans)
    var others: [String] = []
    if counts.dark > 0 { others.append("\(counts.dark) dark") }
    if counts.stale > 0 { others.append("\(counts.stale) stale") }
    if counts.partial + counts.refused > 0 {
      others.append("\(counts.partial + counts.refused) damaged")
    }
    let frames = counts.scans + counts.stale + counts.partial + counts.refused
    var text = scans == 1 ? "1 scan kept" : "\(scans) scans kept"
    if !others.isEmpty { text += " (and \(others.joined(separator: ", ")))" }
    // The truth in either case: a frame that is not durable may be gone after a power cut.
    return counts.durable >= frames
      ? "\(text), all \(frames) frames durable"
      : "\(text), only \(counts.durable) of \(frames) frames durable"
  }

  /// Draws the first picture of a run, told columns, rows and whether blocks can be shown.
  private func draw(_ picture: (Int, Int, Bool) -> [String]) {
    guard draws, !json, !drawn else { return }
    drawn = true
    endProgress()
    let size = Terminal.size
    let lines = picture(
      min(size.columns, 120), min(16, max(8, size.rows - 8)), Terminal.showsBlocks)
    for text in lines { print(text) }
    Terminal.flush()
  }

  private func line(_ text: String) {
    endProgress()
    Output.error(text)
  }

  private func endProgress() {
    guard showsProgress else { return }
    Output.errorPart("\n")
    showsProgress = false
  }
}

private struct StartedLine: Encodable {
  var event = "started"
  var schema = 1
  var run: RunID
  var folder: String
}

private struct ProgressLine: Encodable {
  var event = "progress"
  var schema = 1
  var counts: RunCounts
  var wanted: Int?
}

private struct FinishedLine: Encodable {
  var event = "finished"
  var schema = 1
  var record: RunRecord
  var status: Int32

  private enum CodingKeys: String, CodingKey {
    case event, schema, record
    case status = "exit_code"
  }
}
