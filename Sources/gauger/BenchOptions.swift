internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Laboratory
internal import Profiles

/// The options that every command on a bench takes.
struct BenchOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The folder that keeps everything.", valueName: "folder"))
  var home: String?

  @Option(help: ArgumentHelp("A folder with device profiles.", valueName: "folder"))
  var profiles: String?

  @Flag(help: "Print JSON for programs.")
  var json = false

  /// The home that these options and the environment name.
  var chosenHome: Home {
    Home(explicit: home, environment: ProcessInfo.processInfo.environment)
  }

  /// Where profiles are looked for, in order.
  var profileFolders: [String] {
    ProfileStore.searchFolders(
      explicit: profiles, environment: ProcessInfo.processInfo.environment,
      executable: Executable.path, home: chosenHome.path)
  }

  /// The bench of these options.
  func bench() throws(Failure) -> Bench {
    try Bench(home: chosenHome, profiles: ProfileStore.load(folders: profileFolders))
  }
}

/// This program's own file.
enum Executable {
  /// The absolute path of the running program.
  static let path: String =
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
    ?? CommandLine.arguments[0]
}
