internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Laboratory

/// The command `gauger worklist`.
struct WorklistCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worklist", abstract: "What is to be measured: lists of samples from the LIMS.",
    discussion: """
      Lists come from the folder worklists/in of the home, or from what bench.yaml names under
      worklists; a file is taken in when it is the same at two looks.
      gauger worklist add today.csv, gauger worklist list, gauger acquire --next
      """,
    subcommands: [List.self, Next.self, Add.self, Skip.self], defaultSubcommand: List.self)

  /// The command `gauger worklist list`.
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "What is open, in the order of doing.")

    @Flag(help: "Also what is done, skipped or cancelled.")
    var all = false

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let worklists = Worklists(bench: try options.bench())
      let (report, items) = try await offPool { () throws(Failure) in
        (try worklists.poll(), try worklists.items())
      }
      let shown = all ? items : items.filter { $0.state == .open || $0.state == .taken }
      tell(report)
      if format.json {
        try Output.json(Listing(entries: shown, look: report))
      } else if shown.isEmpty {
        Output.error("No entry is open.")
      } else {
        print(Table.text(WorklistCommand.heads, shown.map(WorklistCommand.row)))
      }
    }

    private struct Listing: Encodable {
      var schema = 1
      var entries: [WorklistItem]
      var look: WorklistReport
    }
  }

  /// The command `gauger worklist next`.
  struct Next: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "What gauger acquire --next would measure; changes nothing.")

    @Argument(help: "The instrument; else the one that the entry names.")
    var address: String?

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let (worklists, address) = (Worklists(bench: try options.bench()), address)
      let (report, offer) = try await offPool { () throws(Failure) in
        (try worklists.poll(), try worklists.offer(on: address))
      }
      tell(report)
      if format.json {
        try Output.json(Answer(address: offer.address, entry: offer.item))
      } else {
        print(Table.text(WorklistCommand.heads, [WorklistCommand.row(offer.item)]))
      }
    }

    private struct Answer: Encodable {
      var schema = 1
      var address: String
      var entry: WorklistItem
    }
  }

  /// The command `gauger worklist add`.
  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take a worklist in at once.",
      discussion: """
        CSV with a heading, or JSON. Columns: sample, kind, level, position, dilution, mass_mg,
        replicate, remark, method, instrument, priority, due; others are carried into the run.
        A bad line is refused by its number; the rest goes on.
        """)

    @Argument(help: "The file.")
    var file: String

    @Option(help: "comma, semicolon, tab or bar; else found in the heading.")
    var delimiter: String?

    @Option(help: "comma or dot; else found in the numbers.")
    var decimalMark: String?

    @Option(help: "utf-8 or latin-1.")
    var encoding = "utf-8"

    @Option(help: "Who adds it; else the login name.")
    var `operator`: String?

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func validate() throws {
      if let delimiter, WorklistForm.Delimiter(rawValue: delimiter) == nil {
        throw ValidationError("--delimiter must be comma, semicolon, tab or bar")
      }
      if let decimalMark, !["comma", "dot"].contains(decimalMark) {
        throw ValidationError("--decimal-mark must be comma or dot")
      }
      guard WorklistForm.Encoding(rawValue: encoding) != nil else {
        throw ValidationError("--encoding must be utf-8 or latin-1")
      }
      if let name = self.operator { try PersonalText.check("--operator", name) }
    }

    func run() async throws {
      var form = WorklistForm()
      form.encoding = WorklistForm.Encoding(rawValue: encoding) ?? .utf8
      form.delimiter = delimiter.flatMap(WorklistForm.Delimiter.init)
      form.decimalComma = decimalMark.map { $0 == "comma" }
      let worklists = Worklists(
        bench: try options.bench(), person: self.operator ?? PersonalText.loginName)
      let received = try worklists.add(file, form: form)
      if format.json { try Output.json(received) } else { WorklistCommand.tell(received) }
      // What was refused must not pass unseen by a script.
      if !received.refused.isEmpty { Output.end(.failed) }
    }
  }

  /// The command `gauger worklist skip`.
  struct Skip: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Pass an entry over, and keep who said so and why.")

    @Argument(help: "The entry as gauger worklist list names it, such as 0007-12.")
    var entry: String

    @Option(help: "Why.")
    var reason: String

    @Flag(help: "It is withdrawn for good, not passed over.")
    var cancel = false

    @Option(help: "Who says so; else the login name.")
    var `operator`: String?

    @OptionGroup var options: BenchOptions

    func validate() throws {
      guard WorklistEntryID(entry) != nil else {
        throw ValidationError("an entry is named as in gauger worklist list: 0007-12")
      }
      try PersonalText.check("--reason", reason)
      if let name = self.operator { try PersonalText.check("--operator", name) }
    }

    func run() async throws {
      guard let id = WorklistEntryID(entry) else { return }
      try Worklists(bench: try options.bench()).skip(
        id, reason: reason, cancels: cancel, by: self.operator ?? PersonalText.loginName)
      Output.error("\(id) is \(cancel ? "cancelled" : "skipped")")
    }
  }

  // MARK: - For people

  static let heads = [
    "entry", "state", "kind", "sample", "method", "instrument", "priority", "due", "remark",
  ]

  static func row(_ item: WorklistItem) -> [String] {
    let entry = item.entry
    return [
      "\(item.id)", item.state.rawValue, entry.kind.rawValue, entry.sample.id, entry.method ?? "",
      entry.instrument ?? "", "\(entry.priority)", entry.due?.iso8601 ?? "",
      item.reason ?? entry.sample.remark ?? "",
    ].map { Output.plain(String($0.prefix(100))) }
  }

  /// Says what a look found.
  static func tell(_ report: WorklistReport) {
    for note in report.notes { Output.note(note) }
    for failure in report.failures { Output.say(failure) }
    for received in report.received {
      tell(received)
      if let failure = received.failure { Output.say(failure) }
    }
    for name in report.waiting {
      Output.note("\(name) is looked at again: it must be the same at two looks")
    }
  }

  static func tell(_ received: WorklistReport.Received) {
    let name = Output.plain(received.source)
    guard let list = received.list else { return }
    if received.isKnown {
      return Output.note("\(name) is list \(list) already; nothing was made")
    }
    Output.error("\(name) is list \(list): \(received.entries) entries")
    if let former = received.supersedes { Output.note("it takes the place of list \(former)") }
    for note in received.notes { Output.note("\(name): \(note)") }
    for line in received.refused.prefix(20) {
      Output.error(
        "\(Output.paint("refused", .red)) line \(line.line) of \(name): \(Output.plain(line.reason))"
      )
    }
    if received.refused.count > 20 {
      Output.error("and \(received.refused.count - 20) more lines were refused")
    }
  }
}
