internal import ArgumentParser
internal import Laboratory
internal import Records

/// Who does something that is kept for ever, and why.
struct ActorOptions: ParsableArguments {
  @Option(name: .customLong("operator"), help: ArgumentHelp("Who says so.", valueName: "id"))
  var person: String?

  @Option(help: ArgumentHelp("Why.", valueName: "text"))
  var reason: String?

  func validate() throws {
    if let person { try PersonalText.check("--operator", person) }
  }

  /// The person named, else the login name.
  var actor: String { person ?? PersonalText.loginName }
}

/// What a command of the register prints.
enum RegisterPage {
  /// The version that is kept, or that nothing is new.
  static func show(_ entry: RegisterEntry?, _ words: String, json: Bool) throws {
    if json {
      try Output.json(Kept(kept: entry?.reference))
    } else if let entry {
      print(Output.plain("\(words) (version \(entry.version))"))
    } else {
      print("nothing changed: the register says that already")
    }
  }

  private struct Kept: Encodable {
    var schema = 1
    var kept: RegisterReference?
  }
}
