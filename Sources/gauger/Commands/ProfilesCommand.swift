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

    @OptionGroup var options: BenchOptions

    func run() async throws {
      let store = ProfileStore.load(folders: options.profileFolders)
      if options.json {
        try Output.json(Listing(models: store.profiles.map(Model.init)))
        return
      }
      let rows = store.profiles.map {
        [$0.id, $0.name, $0.driver, $0.techniques.joined(separator: ", "), $0.status.rawValue]
      }
      print(Table.text(["model", "name", "driver", "measures", "proven"], rows))
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

    @OptionGroup var options: BenchOptions

    func run() async throws {
      let store = ProfileStore.load(folders: options.profileFolders)
      guard
        let profile = store.profile(id: model)
          ?? store.profiles.first(where: { $0.id.hasSuffix("/" + model) })
      else {
        throw Failure(
          "model-not-found", exit: .notFound, what: "There is no model \(model).",
          why: "No profile has that id.", next: "See all models with: gauger profiles list")
      }
      print("\(profile.name), \(profile.maker)")
      print("model \(profile.id), driver \(profile.driver), proven: \(profile.status.rawValue)")
      print("from \(profile.file)\n")
      let rows = profile.settings.map { rule in
        let range =
          rule.choices.map { $0.map(Self.short).joined(separator: " | ") }
          ?? "\(Self.short(rule.minimum)) to \(Self.short(rule.maximum))"
        return [
          rule.name, rule.standard.map(Self.short) ?? "-", range,
          rule.step.map(Self.short) ?? "-", rule.about,
        ]
      }
      print(Table.text(["setting", "default", "range", "step", "what it does"], rows))
    }

    private static func short(_ number: Double) -> String {
      number == number.rounded() && abs(number) < 1e15 ? String(Int64(number)) : String(number)
    }
  }

  /// The command `gauger profiles check`.
  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Read all profiles and say what is wrong, with line numbers.")

    @OptionGroup var options: BenchOptions

    func run() async throws {
      let problems = try options.bench().checkProfiles()
      for problem in problems { Output.say(problem) }
      guard problems.isEmpty else { Output.end(.failed) }
      print("All profiles are in order.")
    }
  }

  /// The command `gauger profiles udev-rules`, for the makers of packages.
  struct Rules: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "udev-rules", abstract: "Print the udev rules made from the profiles.")

    @OptionGroup var options: BenchOptions

    func run() async throws {
      print(
        UdevRules.text(for: ProfileStore.load(folders: options.profileFolders).profiles),
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
        DeviceTable.markdown(for: ProfileStore.load(folders: options.profileFolders).profiles),
        terminator: "")
    }
  }
}
