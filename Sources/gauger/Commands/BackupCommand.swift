internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Laboratory
internal import Records

extension BenchCommand {
  /// The command `gauger bench backup`.
  struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Copy the home to another place, signed and read back; runs may go on meanwhile.",
      discussion: """
        gauger bench backup /mnt/safe/gauger
        Each backup is a folder of its own with every file in it; what did not change is a hard link \
        to the backup before, where the file system has links. Nothing there is ever removed. \
        Private keys and credentials stay out unless --with-keys is given: then whoever reads the \
        backup can sign as this bench. The catalogue is not in it: it is made of the files again.
        """)

    @Argument(help: "The folder of backups, best on another disk; made where it is not there.")
    var folder: String

    @Flag(help: "Put private keys and credentials into it too.")
    var withKeys = false

    @Option(
      name: .customLong("operator"),
      help: ArgumentHelp("Who makes it; else the account.", valueName: "id"))
    var person: String?

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func validate() throws {
      if folder.isEmpty { throw ValidationError("name the folder of backups") }
      if let person { try PersonalText.check("--operator", person) }
    }

    func run() async throws {
      let report = try HomeBackup(
        home: options.chosenHome, withKeys: withKeys, person: person ?? PersonalText.loginName
      ).make(in: folder)
      if format.json { try Output.json(report) } else { show(report) }
      guard let failure = report.failure else { return }
      Output.say(failure)
      Output.end(failure.exit)
    }

    private func show(_ report: HomeBackup.Report) {
      print(report.path)
      print(
        "  \(report.files) files, \(report.bytes) bytes, \(report.written) of them written now, all "
          + "read back, in \(report.seconds.rounded(to: 2)) s")
      print("  manifest SHA-256 \(report.manifestSHA256)")
      print(report.key.map { "  signed by the key \($0)" } ?? "  NOT signed")
      for run in report.unfinished { print("  not over, kept as far as it had come: \(run)") }
      for path in report.mended {
        print("  was not what it was in the backup before: \(Output.plain(path))")
      }
      for entry in report.leftOut {
        print("  left out: \(Output.plain(entry.path)): \(entry.why)")
      }
      for warning in report.warnings { Output.note(warning) }
    }
  }

  /// The command `gauger bench restore`.
  struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Bring a home back from a backup, or try whether that would go well.",
      discussion: """
        gauger bench restore /mnt/safe/gauger /var/lib/gauger-new
        gauger bench restore /mnt/safe/gauger --drill
        Of a folder of backups the newest is taken. Every byte is compared with the signed manifest; \
        the home appears whole or not at all, and never over another. A drill does all of it in a \
        folder that is gone afterwards.
        """)

    @Argument(help: "A backup, or the folder of backups.")
    var backup: String

    @Argument(help: "The new home: a folder that is not there yet, or empty.")
    var folder: String?

    @Flag(help: "Bring it back into a folder of its own, check it, and remove it.")
    var drill = false

    @Option(help: ArgumentHelp("Where the drill has its folder.", valueName: "folder"))
    var within: String?

    @Option(
      help: ArgumentHelp("The public key that must have signed it, 64 digits.", valueName: "key"))
    var key: String?

    @Flag(help: "Take a backup that nobody signed.")
    var unsigned = false

    @Option(
      name: .customLong("operator"),
      help: ArgumentHelp("Who brings it back; else the account.", valueName: "id"))
    var person: String?

    @OptionGroup var format: JSONOption

    func validate() throws {
      guard drill == (folder == nil) else {
        throw ValidationError("name the folder of the new home, or say --drill")
      }
      guard within == nil || drill else { throw ValidationError("--within is for --drill alone") }
      if let key, key.count != 64 { throw ValidationError("--key must have 64 digits") }
      if let person { try PersonalText.check("--operator", person) }
    }

    func run() async throws {
      let restore = HomeRestore(
        backup: backup, unsigned: unsigned, key: key?.lowercased(),
        person: person ?? PersonalText.loginName)
      let report =
        if let folder { try restore.run(into: folder) } else { try restore.drill(in: within) }
      if format.json { try Output.json(report) } else { show(report) }
      guard let failure = report.audit.failure(of: "audit of \(report.backup)") else { return }
      Output.say(failure)
      Output.end(failure.exit)
    }

    private func show(_ report: HomeRestore.Report) {
      print("\(report.backup), made at \(report.made.iso8601)")
      print(report.key.map { "  signed by the key \($0)" } ?? "  NOT signed")
      print("  \(report.files) files, \(report.bytes) bytes, each compared with the manifest")
      print(
        "  audit chain: \(report.audit.entries) entries, "
          + (report.audit.passed ? "as they were written" : "BROKEN"))
      print("  \(report.catalogue["runs"] ?? 0) runs in the catalogue")
      for run in report.unfinished { print("  not over, wait for gauger runs recover: \(run)") }
      for entry in report.leftOut {
        print("  was not in it: \(Output.plain(entry.path)): \(entry.why)")
      }
      for path in report.unlisted { Output.note("\(path) is not in the manifest, and was left") }
      for (path, why) in report.problems.sorted(by: { $0.key < $1.key }) {
        Output.note("\(path) cannot be read: \(why)")
      }
      for warning in report.warnings { Output.note(warning) }
      let seconds = report.seconds.rounded(to: 2)
      print(
        report.home.map { "\($0) is brought back, in \(seconds) s" }
          ?? "the drill went well: \(seconds) s; nothing of it is left")
    }
  }
}
