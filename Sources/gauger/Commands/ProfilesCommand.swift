internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Instruments
internal import Laboratory
internal import Profiles

/// The command `gauger profiles`.
struct ProfilesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profiles", abstract: "The models that can be driven, and their settings.",
    subcommands: [List.self, Show.self, Check.self, Rules.self, DeviceList.self],
    defaultSubcommand: List.self)

  /// The command `gauger profiles list`.
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "All models, with how they were proven.")

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let store = try options.store()
      if format.json {
        try Output.json(Listing(models: store.profiles.map(Model.init)))
        return
      }
      let rows = store.profiles.map {
        [$0.id, $0.name, $0.driver, $0.techniques.joined(separator: ", "), $0.status.rawValue]
      }
      print(Table.text(["model", "name", "driver", "measures", "proven"], rows))
      if !store.problems.isEmpty {
        Output.error("\(store.problems.count) files cannot be used; see: gauger profiles check")
      }
    }

    private struct Listing: Encodable {
      var schema = 1
      var models: [Model]
    }

    private struct Model: Encodable {
      var id: String
      var name: String
      var maker: String
      var driver: String
      var status: String
      var file: String

      init(_ profile: DeviceProfile) {
        id = profile.id
        name = profile.name
        maker = profile.maker
        driver = profile.driver
        status = profile.status.rawValue
        file = profile.file
      }
    }
  }

  /// The command `gauger profiles show`.
  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The settings of one model.")

    @Argument(help: "The model's id, or its last part.")
    var model: String

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let store = try options.store()
      guard
        let profile = store.profile(id: model)
          ?? store.profiles.first(where: { $0.id.hasSuffix("/" + model) })
      else {
        throw Failure(
          "model-not-found", exit: .notFound, what: "There is no model \(model).",
          why: "No profile has that id.", next: "See all models with: gauger profiles list")
      }
      if format.json {
        try Output.json(Facts(profile))
        return
      }
      print("\(profile.name), \(profile.maker)")
      print("model \(profile.id), driver \(profile.driver), proven: \(profile.status.rawValue)")
      print("from \(profile.file)\n")
      let rows = profile.settings.map { rule in
        let range =
          rule.choices.map { $0.map(\.formatted).joined(separator: " | ") }
          ?? "\(rule.minimum.formatted) to \(rule.maximum.formatted)"
        return [
          rule.name, rule.standard.map(\.formatted) ?? "-", range,
          rule.step.map(\.formatted) ?? "-", rule.about,
        ]
      }
      print(Table.text(["setting", "default", "range", "step", "what it does"], rows))
    }

    private struct Facts: Encodable {
      var schema = 1
      var model: String
      var name: String
      var maker: String
      var driver: String
      var status: String
      var file: String
      var settings: [Setting]

      init(_ profile: DeviceProfile) {
        model = profile.id
        name = profile.name
        maker = profile.maker
        driver = profile.driver
        status = profile.status.rawValue
        file = profile.file
        settings = profile.settings.map(Setting.init)
      }
    }

    private struct Setting: Encodable {
      var name: String
      var unit: String
      var minimum: Double
      var maximum: Double
      var step: Double?
      var choices: [Double]?
      var standard: Double?
      var about: String

      init(_ rule: SettingRule) {
        name = rule.name
        unit = rule.unit.symbol
        minimum = rule.minimum
        maximum = rule.maximum
        step = rule.step
        choices = rule.choices
        standard = rule.standard
        about = rule.about
      }

      private enum CodingKeys: String, CodingKey {
        case name, unit, minimum, maximum, step, choices, about
        case standard = "default"
      }
    }
  }

  /// The command `gauger profiles check`.
  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Read all profiles and say what is wrong, with line numbers.")

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let store = try options.store()
      let problems = try Bench(home: options.chosenHome, profiles: store).checkProfiles()
      if format.json {
        try Output.json(Report(models: store.profiles.map(\.id), problems: problems))
      } else {
        for problem in problems { Output.say(problem) }
        if problems.isEmpty { print("All \(store.profiles.count) profiles are in order.") }
      }
      if !problems.isEmpty { Output.end(.failed) }
    }

    private struct Report: Encodable {
      var schema = 1
      var models: [String]
      var problems: [Failure]
    }
  }

  /// The command `gauger profiles udev-rules`, for the makers of packages.
  struct Rules: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "udev-rules", abstract: "Print the udev rules made from the profiles.")

    @OptionGroup var options: BenchOptions

    func run() async throws {
      print(
        UdevRules.text(for: try options.store().profiles),
        terminator: "")
    }
  }

  /// The command `gauger profiles table`, for the README.
  struct DeviceList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "table", abstract: "Print the table of models as Markdown.")

    @OptionGroup var options: BenchOptions

    func run() async throws {
      print(
        DeviceTable.markdown(for: try options.store().profiles),
        terminator: "")
    }
  }
}
