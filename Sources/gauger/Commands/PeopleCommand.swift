internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Laboratory
internal import Records

/// The command `gauger people`.
struct PeopleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "people", abstract: "Who works here, and who may do what.",
    discussion: """
      Everything is kept as a new version with who said so; nothing is overwritten. Whether it is asked \
      for decides quality.policy in bench.yaml. Where that is enforce, only people who may administer \
      change anything; the first of them is named by anybody.
      """,
    subcommands: [
      List.self, Add.self, Leave.self, Import.self, Authorise.self, Revoke.self, Key.self,
    ],
    defaultSubcommand: List.self)

  /// The command `gauger people list`.
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Everybody, with what they may do.")

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let (people, given, problems) = People(bench: try options.bench()).list()
      if format.json {
        try Output.json(
          Listing(people: people.map(Row.init), authorisations: given.map(Right.init)))
      } else if people.isEmpty {
        Output.error("Nobody is in the register of \(options.chosenHome.path) yet.")
      } else {
        print(
          Table.text(
            ["person", "name", "works here", "key", "may"],
            people.map { person in
              let rights = given.filter { $0.person == person.id && !$0.isRevoked }
              return [
                person.id, person.name, person.isActive ? "yes" : "no",
                person.publicKey.map { String($0.prefix(12)) } ?? "",
                rights.map(Self.words).joined(separator: "; "),
              ].map(Output.plain)
            }))
      }
      for problem in problems { Output.say(problem) }
      if !problems.isEmpty { Output.end(.damaged) }
    }

    private static func words(_ right: Authorisation) -> String {
      let end = right.validTo.map { " until \($0.iso8601.prefix(16))Z" } ?? ""
      return "\(right.activity.rawValue) \(right.method)\(end)"
    }

    private struct Listing: Encodable {
      var schema = 1
      var people: [Row]
      var authorisations: [Right]
    }

    private struct Row: Encodable {
      var id: String
      var name: String
      var badge: String?
      var active: Bool
      var publicKey: String?

      init(_ person: Person) {
        (id, name, badge) = (person.id, person.name, person.badge)
        (active, publicKey) = (person.isActive, person.publicKey)
      }

      private enum CodingKeys: String, CodingKey {
        case id, name, badge, active
        case publicKey = "public_key"
      }
    }

    private struct Right: Encodable {
      var person: String
      var activity: Activity
      var method: String
      var validFrom: Timestamp
      var validTo: Timestamp?
      var revoked: Bool

      init(_ right: Authorisation) {
        (person, activity, method) = (right.person, right.activity, right.method)
        (validFrom, validTo, revoked) = (right.validFrom, right.validTo, right.isRevoked)
      }

      private enum CodingKeys: String, CodingKey {
        case person, activity, method, revoked
        case validFrom = "valid_from"
        case validTo = "valid_to"
      }
    }
  }

  /// The command `gauger people add`.
  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Add somebody, or change name and badge.")

    @Argument(help: "The short name that stands in runs.")
    var person: String

    @Option(help: "The full name, which stands in signatures.")
    var name: String?

    @Option(help: "What is read from the badge.")
    var badge: String?

    @OptionGroup var who: ActorOptions
    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let kept = try People(bench: try options.bench()).add(
        person, name: name, badge: badge, by: who.actor, reason: who.reason)
      try RegisterPage.show(kept, "\(person) is in the register", json: format.json)
    }
  }

  /// The command `gauger people leave`.
  struct Leave: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say that somebody works here no more.")

    @Argument(help: "The person.")
    var person: String

    @OptionGroup var who: ActorOptions
    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let kept = try People(bench: try options.bench()).add(
        person, name: nil, isActive: false, by: who.actor, reason: who.reason)
      try RegisterPage.show(kept, "\(person) may do nothing any more", json: format.json)
    }
  }

  /// The command `gauger people import`.
  struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take a table of people and of what they may do.",
      discussion: """
        CSV with the header person,name,badge,method,activity,from,to; an activity is acquire, process, \
        review, release, administer or method-change. A bad line is refused by its number, the others \
        are taken; the same table again changes nothing.
        """)

    @Argument(help: "The table.")
    var file: String

    @OptionGroup var who: ActorOptions
    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let lines = try People(bench: try options.bench()).importTable(
        at: file, by: who.actor, reason: who.reason)
      let refused = lines.filter { $0.outcome == .refused }
      if format.json {
        try Output.json(Report(lines: lines))
      } else {
        for line in lines where line.outcome == .kept {
          print(Output.plain("line \(line.line): \(line.person)"))
        }
        for line in refused {
          let why = line.failure.map { "\($0.what) \($0.why)" } ?? ""
          print(Output.plain("line \(line.line): REFUSED: \(why)"))
        }
        let kept = lines.count { $0.outcome == .kept }
        print("\(kept) kept, \(lines.count - kept - refused.count) known, \(refused.count) refused")
      }
      if !refused.isEmpty {
        Output.error("  code: people-line-unusable")
        Output.end(.failed)
      }
    }

    private struct Report: Encodable {
      var schema = 1
      var lines: [People.ImportedLine]
    }
  }

  /// The command `gauger people authorise`.
  struct Authorise: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say that somebody may do something.",
      discussion: "gauger people authorise ada acquire --method raman-cut --to 2027-11-20")

    @OptionGroup var right: RightOptions

    @Option(
      help: ArgumentHelp("From this day or moment on, UTC; else from now.", valueName: "time"))
    var from: String?

    @Option(help: ArgumentHelp("To the end of this day, UTC; else for ever.", valueName: "time"))
    var to: String?

    @OptionGroup var who: ActorOptions
    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let kept = try People(bench: try options.bench()).authorise(
        right.person, try right.parsed(), method: right.method, from: from, to: to, by: who.actor,
        reason: who.reason)
      try RegisterPage.show(
        kept, "\(right.person) may \(right.activity) by \(right.method)", json: format.json)
    }
  }

  /// The command `gauger people revoke`.
  struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Take an authorisation back.")

    @OptionGroup var right: RightOptions
    @OptionGroup var who: ActorOptions
    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let kept = try People(bench: try options.bench()).revoke(
        right.person, try right.parsed(), method: right.method, by: who.actor, reason: who.reason)
      try RegisterPage.show(
        kept, "\(right.person) may not \(right.activity) by \(right.method) any more",
        json: format.json)
    }
  }

  /// The command `gauger people key`.
  struct Key: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make somebody's key for signatures.",
      discussion: """
        The secret half goes into a new file that this account alone may read, the public half into the \
        register. Whoever has the file signs as that person.
        """)

    @Argument(help: "The person.")
    var person: String

    @Option(help: ArgumentHelp("The file; else keys/PERSON.key in the home.", valueName: "file"))
    var output: String?

    @OptionGroup var who: ActorOptions
    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let made = try People(bench: try options.bench()).makeKey(
        for: person, file: output, by: who.actor, reason: who.reason)
      if format.json {
        try Output.json(Made(file: made.path, publicKey: made.publicKey))
      } else {
        print("\(Output.plain(made.path))  public key \(made.publicKey)")
      }
    }

    private struct Made: Encodable {
      var schema = 1
      var file: String
      var publicKey: String

      private enum CodingKeys: String, CodingKey {
        case schema, file
        case publicKey = "public_key"
      }
    }
  }
}

/// What somebody may do.
struct RightOptions: ParsableArguments {
  @Argument(help: "The person.")
  var person: String

  @Argument(help: "acquire, process, review, release, administer or method-change.")
  var activity: String

  @Option(help: ArgumentHelp("By this method alone; else by all.", valueName: "method"))
  var method = Authorisation.everyMethod

  func validate() throws { _ = try parsed() }

  func parsed() throws -> Activity {
    guard let known = Activity(rawValue: activity) else {
      let words = Activity.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("'\(activity)' is no activity; there are \(words)")
    }
    return known
  }
}
