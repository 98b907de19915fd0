internal import ArgumentParser
internal import Bench
internal import Laboratory

/// The command `gauger bench`.
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Look after the home: back it up, bring it back, make its catalogue anew.",
    subcommands: [Backup.self, Restore.self, Rebuild.self])

  /// The command `gauger bench rebuild`.
  struct Rebuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make the catalogue anew of the files of the home.",
      discussion: """
        The catalogue is an index: nothing is lost with it. The new one is made beside the old one \
        and takes its place in one step; a damaged one is set aside.
        """)

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let rebuilt = try BenchCatalogue(home: options.chosenHome).rebuild()
      if format.json { return try Output.json(rebuilt) }
      print("\(rebuilt.path) is made anew in \(rebuilt.seconds.rounded(to: 2)) s")
      for (table, count) in rebuilt.counts.sorted(by: { $0.key < $1.key }) where count > 0 {
        let before = rebuilt.before.map { $0[table] ?? 0 }
        let change = before.flatMap { $0 == count ? nil : ", \($0) before" } ?? ""
        print("  \(table): \(count)\(change)")
      }
      if let damage = rebuilt.damage { print("  the old one could not be used: \(damage)") }
      for path in rebuilt.setAside { print("  a damaged one was set aside: \(path)") }
      if rebuilt.wasRight == false {
        Output.note("the old catalogue said something else than the files; they are what counts")
      }
      for (path, why) in rebuilt.problems.sorted(by: { $0.key < $1.key }) {
        Output.note("\(path) cannot be read: \(why)")
      }
    }
  }
}

extension Double {
  /// Rounded to this many decimal places, for people.
  func rounded(to places: Int) -> Double {
    let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
    return (self * scale).rounded() / scale
  }
}
