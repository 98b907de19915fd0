internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Laboratory
internal import Profiles

/// The option of commands that can answer programs.
struct JSONOption: ParsableArguments {
  @Flag(help: "Print JSON for programs.")
  var json = false
}

/// The options that every command on a bench takes.
struct BenchOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The folder that keeps everything.", valueName: "folder"))
  var home: String?

  @Option(help: ArgumentHelp("A folder with device profiles.", valueName: "folder"))
  var profiles: String?

  func validate() throws {
    // An empty name would silently mean the folder that the shell happens to stand in.
    if let home, home.isEmpty { throw ValidationError("--home must name a folder") }
    if let profiles, profiles.isEmpty { throw ValidationError("--profiles must name a folder") }
  }

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

  /// The profiles of these options; a folder that a person named must be there.
  func store() throws(Failure) -> ProfileStore {
    let store = ProfileStore.load(folders: profileFolders)
    if let profiles, let problem = store.problems.first(where: { $0.file == profiles }) {
      throw problem.failure
    }
    return store
  }

  /// The methods of the home and the templates of the program.
  func methods() -> MethodStore {
    MethodStore.load(home: chosenHome, executable: Executable.path)
  }

  /// The bench of these options.
  func bench() throws(Failure) -> Bench {
    try Bench(home: chosenHome, profiles: store(), notice: { Output.note($0) })
  }
}

/// This program's own file.
enum Executable {
  /// The absolute path of the running program.
  static let path: String =
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
    ?? CommandLine.arguments[0]
}
