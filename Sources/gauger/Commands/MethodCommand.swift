internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Laboratory
internal import Methods

/// The command `gauger method`.
struct MethodCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "method", abstract: "How runs are evaluated: the site's methods and templates.",
    subcommands: [List.self, Show.self, Check.self, New.self, TryCommand.self, State.self],
    defaultSubcommand: List.self)

  /// The command `gauger method list`.
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The site's methods, and the templates to begin with.")

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let store = options.methods()
      if format.json {
        try Output.json(
          Listing(
            methods: store.methods.map(MethodFacts.init),
            templates: store.templates.map(MethodFacts.init),
            problems: store.problems.map(\.failure)))
        return
      }
      let rows = [(store.methods, "method"), (store.templates, "template")].flatMap { all, kind in
        all.map { [$0.name, $0.version, $0.technique.rawValue, $0.state.rawValue, kind, $0.title] }
      }
      print(Table.text(["name", "version", "technique", "state", "is", "what it is for"], rows))
      if store.methods.isEmpty {
        Output.error(
          "No method yet in \(store.folder); begin with: gauger method new NAME --from TEMPLATE")
      }
      for problem in store.problems { Output.say(problem.failure) }
    }

    private struct Listing: Encodable {
      var schema = 1
      var methods: [MethodFacts]
      var templates: [MethodFacts]
      var problems: [Failure]
    }
  }

  /// The command `gauger method show`.
  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The text of a method, and the hash by which results name it.")

    @Argument(help: "The name of a method or template, or a file.")
    var method: String

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let found = try options.methods().method(method)
      if format.json {
        try Output.json(Shown(method: MethodFacts(found), text: found.text.text))
        return
      }
      print("\(found.title)")
      print("method \(found.name), version \(found.version), \(found.state.rawValue)")
      print("technique \(found.technique.rawValue), SHA-256 \(found.sha256)")
      print("from \(found.text.file)\n")
      for line in found.text.text.split(separator: "\n", omittingEmptySubsequences: false)
        .dropLast()
      {
        print(Output.plain(String(line)))
      }
    }

    private struct Shown: Encodable {
      var schema = 1
      var method: MethodFacts
      var text: String
    }
  }

  /// The command `gauger method check`.
  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Read methods and say what is wrong, with line and column.",
      discussion: "Without a file all methods of the site and all templates are read.")

    @Argument(help: "Files, or names of methods.")
    var methods: [String] = []

    @Option(
      help: ArgumentHelp("The model that it must be able to acquire with.", valueName: "model"))
    var profile: String?

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let bench = try options.bench()
      let report = try options.methods().check(methods, model: profile, profiles: bench.profiles)
      if format.json {
        try Output.json(
          Report(methods: report.methods.map(MethodFacts.init), problems: report.problems))
      } else {
        for method in report.methods {
          print("\(method.name) \(method.version): in order (\(method.text.file))")
        }
        for problem in report.problems { Output.say(problem) }
      }
      if let first = report.problems.first { Output.end(first.exit) }
    }

    private struct Report: Encodable {
      var schema = 1
      var methods: [MethodFacts]
      var problems: [Failure]
    }
  }

  /// The command `gauger method new`.
  struct New: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Begin a method from a template; with runs it learns windows, ions and limits.",
      discussion: """
        gauger method new etizolam --from gcms-quantitation --learn RUN \\
          --internal-standard Bupivacaine=390 --analyte Etizolam=615
        Without names every large peak of the first run is proposed. Nothing is ever overwritten.
        """)

    @Argument(help: "The new name, lower-case words and numbers joined by hyphens.")
    var name: String

    @Option(help: ArgumentHelp("The template, a method, or a file.", valueName: "template"))
    var from: String

    @Option(
      help: ArgumentHelp(
        "A run to learn from; may be given again.", valueName: "run"))
    var learn: [String] = []

    @Option(
      help: ArgumentHelp(
        "A substance that is in the runs, and about when it comes; may be given again.",
        valueName: "name=seconds"))
    var analyte: [String] = []

    @Option(
      help: ArgumentHelp(
        "The internal standard, and about when it comes.", valueName: "name=seconds"))
    var internalStandard: String?

    @Option(help: ArgumentHelp("What it is for, in one line.", valueName: "text"))
    var title: String?

    @Flag(help: "Print the text and write nothing.")
    var dryRun = false

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func validate() throws {
      guard learn.isEmpty, !analyte.isEmpty || internalStandard != nil else { return }
      throw ValidationError("--analyte and --internal-standard need a run: --learn RUN")
    }

    func run() async throws {
      let (bench, store) = (try options.bench(), options.methods())
      let draft = try MethodDraft(from: store.template(from), name: name, title: title)
      var text = try draft.text()
      if !learn.isEmpty {
        var targets: [LearningTarget] = []
        if let internalStandard {
          targets.append(try target(internalStandard, .internalStandard))
        }
        for word in analyte { targets.append(try target(word, .analyte)) }
        var runs: [LearningRun] = []
        for run in learn { runs.append(try bench.learningRun(run)) }
        text = try draft.text(learnedFrom: runs, targets: targets)
      }
      if dryRun {
        print(text, terminator: "")
        return
      }
      let file = try store.add(text, named: name, home: options.chosenHome)
      if format.json {
        try Output.json(Written(method: MethodFacts(try MethodStore.read(file)), text: text))
      } else {
        print(file)
        Output.error("Look at it, change what is not right, then: gauger method check \(name)")
      }
    }

    private func target(
      _ word: String, _ role: AnalyteDefinition.Role
    ) throws -> LearningTarget {
      guard let equals = word.lastIndex(of: "="),
        let time = Double(word[word.index(after: equals)...]),
        time.isFinite, equals > word.startIndex
      else {
        throw ValidationError("'\(word)' is not NAME=SECONDS, as Etizolam=615")
      }
      return LearningTarget(name: String(word[..<equals]), time: time, role: role)
    }

    private struct Written: Encodable {
      var schema = 1
      var method: MethodFacts
      var text: String
    }
  }
}

/// What a list says of a method.
struct MethodFacts: Encodable {
  var name: String
  var version: String
  var title: String
  var technique: String
  var state: String
  var sha256: String
  var file: String

  init(_ method: Method) {
    name = method.name
    version = method.version
    title = method.title
    technique = method.technique.rawValue
    state = method.state.rawValue
    sha256 = method.sha256
    file = method.text.file
  }
}
