internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Laboratory

/// The command `gauger library`.
struct LibraryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "library", abstract: "Libraries of spectra: import, list, search.",
    subcommands: [List.self, Import.self, Search.self], defaultSubcommand: List.self)

  /// The command `gauger library list`.
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The libraries of this home, the newest version of each.")

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let (libraries, problems) = LibraryStore(home: options.chosenHome).list()
      if format.json {
        try Output.json(Listing(libraries: libraries))
      } else if libraries.isEmpty {
        Output.error("No libraries in \(options.chosenHome.path) yet.")
      } else {
        print(
          Table.text(
            ["library", "version", "kind", "records", "refused", "sha256"],
            libraries.map {
              [
                $0.source.name, Output.plain($0.source.version), $0.kind.rawValue, "\($0.records)",
                "\($0.refused)", String($0.source.sha256.prefix(12)),
              ]
            }))
      }
      for problem in problems { Output.say(problem) }
      if !problems.isEmpty { Output.end(.damaged) }
    }

    private struct Listing: Encodable {
      var schema = 1
      var libraries: [LibraryNote]
    }
  }

  /// The command `gauger library import`.
  struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take a library of spectra into this home.",
      discussion: """
        MSP and MassBank files hold many records; JCAMP-DX and CSV files hold one each, and a folder \
        of them is a library. The files are only read; copies are kept. A file synonyms.txt among \
        them (a = b = c, one substance a line) merges names of one substance.
        """)

    @Argument(help: "Files or folders.")
    var files: [String]

    @Option(help: "The name that methods use.")
    var name: String

    @Option(help: ArgumentHelp("The version as its owner says.", valueName: "text"))
    var version = ""

    @Option(name: .customLong("operator"), help: ArgumentHelp("Who imports.", valueName: "id"))
    var person: String?

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let home = options.chosenHome
      try home.prepare()
      let note = try LibraryStore(home: home).add(
        files, name: name, version: version, person: person ?? PersonalText.account)
      if format.json {
        try Output.json(note)
      } else {
        print("\(note.source.name): \(note.records) \(note.kind.rawValue) spectra")
        print("sha256 \(note.source.sha256)")
      }
      for refusal in note.refusals { Output.note(refusal) }
      if note.refused > 0 { Output.note("\(note.refused) records were refused; the others serve") }
    }
  }

  /// The command `gauger library search`.
  struct Search: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "What a library says of the spectrum of a file.")

    @Argument(help: "The library.")
    var library: String

    @Argument(help: "A file with one spectrum.")
    var file: String

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let answer = try LibraryStore(home: options.chosenHome).search(library, for: file)
      if format.json {
        try Output.json(answer)
        return
      }
      print("\(answer.verdict.rawValue.replacing("_", with: " ")): \(answer.reason)")
      guard !answer.matches.isEmpty else { return }
      print(
        Table.text(
          ["match", "score", "cas", "inchikey", "other names"],
          answer.matches.map {
            [
              Output.plain($0.name), String(format: "%.1f", $0.score), $0.cas ?? "",
              $0.inchiKey ?? "", Output.plain($0.synonyms.prefix(3).joined(separator: "; ")),
            ]
          }))
    }
  }
}
