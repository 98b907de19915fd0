internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Laboratory
internal import Records

/// The command `gauger audit`.
struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "What was done, by whom, when and why: show, verify, export.",
    discussion: """
      Every entry is bound to all before it, and every delivery carries how far the chain had come. \
      Nothing here writes an entry.
      """,
    subcommands: [Show.self, Verify.self, Export.self], defaultSubcommand: Show.self)

  /// The command `gauger audit show`.
  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The entries, oldest first.",
      discussion: """
        gauger audit show --since 2026-11-20 --person ada
        gauger audit show --object RUN
        gauger audit show --head   one line to keep elsewhere, for: gauger audit verify --anchor FILE
        """)

    @Option(
      help: ArgumentHelp(
        "From this moment on, UTC: 2026-11-20 or 2026-11-20T10:15:00Z.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Of this person alone.", valueName: "id"))
    var person: String?

    @Option(
      help: ArgumentHelp("Of what has this in its name: a run's id, a library.", valueName: "text"))
    var object: String?

    @Flag(help: "Print number and hash of the newest entry alone.")
    var head = false

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func validate() throws { _ = try moment() }

    func run() async throws {
      let chain = AuditChain(home: options.chosenHome.path)
      if head { return try showHead(chain) }
      let from = try moment()
      var entries: [AuditEntry] = []
      try chain.entries { entry, _ in
        guard entry.time >= from, person.map({ $0 == entry.person }) ?? true,
          object.map({ entry.object.contains($0) }) ?? true
        else { return }
        entries.append(entry)
      }
      if format.json {
        try Output.json(Listing(entries: entries))
      } else if entries.isEmpty {
        Output.error("There is no such entry in \(chain.folder).")
      } else {
        print(
          Table.text(
            ["entry", "time", "person", "action", "object", "more"], entries.map(Self.row)))
      }
    }

    private func showHead(_ chain: AuditChain) throws {
      guard let head = chain.head() else {
        Output.error("There is no entry in \(chain.folder).")
        return
      }
      if format.json { try Output.json(head) } else { print("\(head.sequence) \(head.hash)") }
    }

    private func moment() throws -> Timestamp {
      guard let since else { return Timestamp(microseconds: .min) }
      guard let time = Timestamp(iso8601: since) ?? Timestamp(iso8601: since + "T00:00:00Z") else {
        throw ValidationError("--since must be a time like 2026-11-20 or 2026-11-20T10:15:00Z")
      }
      return time
    }

    private static func row(_ entry: AuditEntry) -> [String] {
      var more = entry.detail.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      if let reason = entry.reason { more.insert("reason: \(reason)", at: 0) }
      return [
        "\(entry.sequence)", entry.time.iso8601, entry.person, entry.action, entry.object,
        String(more.joined(separator: ", ").prefix(300)),
      ].map(Output.plain)
    }

    private struct Listing: Encodable {
      var schema = 1
      var entries: [AuditEntry]
    }
  }

  /// The command `gauger audit verify`.
  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check every byte of the chain, and that the home has what it speaks of.",
      discussion: """
        gauger audit verify --anchor /mnt/lims/out
        A chain that was cut, or made anew as a whole, is without fault by itself: what was kept \
        elsewhere shows it. The deliveries in the spool are always compared; give those that the \
        LIMS holds, or lines of gauger audit show --head. Runs that are gone, and decisions in the \
        register that are not the ones that were kept, are named too.
        """)

    @Option(
      help: ArgumentHelp(
        "A file with lines 'NUMBER HASH', a .ready file, or a folder of deliveries; may be given again.",
        valueName: "path"))
    var anchor: [String] = []

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let home = options.chosenHome.path
      let chain = AuditChain(home: home)
      var anchors = AuditAnchor.spooled(home)
      for path in anchor { anchors += try AuditAnchor.read(path) }
      var report = try chain.verify(anchors: anchors)
      report.home = try AuditAgreement(home: options.chosenHome).differences()
      if format.json { try Output.json(report) } else { Self.show(report, chain.folder) }
      guard let failure = report.failure(of: chain.folder) else { return }
      if !format.json { Output.say(failure) }
      Output.end(failure.exit)
    }

    private static func show(_ report: AuditVerification, _ folder: String) {
      let signed = report.segments.count(where: \.isSigned)
      print(
        "\(report.entries) entries in \(report.segments.count) segments, \(signed) of them signed; "
          + "\(report.anchors) anchors compared")
      if let head = report.head { print("newest: \(head.sequence) \(head.hash)") }
      for key in Set(report.segments.compactMap(\.key)).sorted() { print("key: \(key)") }
      for place in report.places {
        let line = place.line > 0 ? ":\(place.line)" : ""
        let kind = place.kind.rawValue.replacing("_", with: " ")
        print(
          Output.paint("FAIL", .red)
            + "  \(place.file)\(line)  \(kind): \(Output.plain(place.detail))")
      }
      for place in report.home {
        print(
          Output.paint("FAIL", .red)
            + "  \(Output.plain(place.file))  \(place.kind.rawValue): \(Output.plain(place.detail))"
        )
      }
      for notice in report.notices {
        let line = notice.line > 0 ? ":\(notice.line)" : ""
        print("note  \(notice.file)\(line)  \(Output.plain(notice.detail))")
      }
      if report.passed {
        print(
          "\(Output.paint("ok", .green))    the chain is as it was written, and the home has what it says"
        )
      }
    }
  }

  /// The command `gauger audit export`.
  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write the whole chain into one file.",
      discussion: "As json every line stands there as in the chain, and can be checked likewise.")

    @Option(help: ArgumentHelp("The file to write; it must not exist yet.", valueName: "file"))
    var output: String

    @Option(name: .customLong("format"), help: "text or json.")
    var form = "text"

    @OptionGroup var json: JSONOption
    @OptionGroup var options: BenchOptions

    func validate() throws {
      guard AuditExport.Form(rawValue: form) != nil else {
        throw ValidationError("--format must be text or json")
      }
    }

    func run() async throws {
      let form = AuditExport.Form(rawValue: form) ?? .text
      let file = try AuditExport(home: options.chosenHome).write(to: output, as: form)
      if json.json {
        try Output.json(file)
      } else {
        Output.error("\(file.size) bytes are in \(Output.plain(output)), SHA-256 \(file.sha256)")
      }
    }
  }
}
