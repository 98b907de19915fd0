internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Laboratory
internal import Methods
internal import Records

extension MethodCommand {
  /// The command `gauger method state`.
  struct State: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say whether a method may be used.",
      discussion: """
        gauger method state raman-cut validated --evidence validation.pdf --reason "SOP 12 passed"
        It holds for this very text: a method whose text is changed is a draft again.
        """)

    @Argument(help: "The method: its name, or a file.")
    var method: String

    @Argument(help: "draft, validated or withdrawn.")
    var state: String

    @Option(help: ArgumentHelp("The file that shows why; a copy is kept.", valueName: "file"))
    var evidence: String?

    @OptionGroup var who: ActorOptions
    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func validate() throws { _ = try parsed() }

    private func parsed() throws -> MethodState.Use {
      guard let known = MethodState.Use(rawValue: state) else {
        let words = MethodState.Use.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("'\(state)' is no state; there are \(words)")
      }
      return known
    }

    func run() async throws {
      let found = try options.methods().method(method)
      let kept = try MethodRegister(bench: try options.bench()).set(
        try parsed(), of: found, evidence: evidence, by: who.actor, reason: who.reason)
      try RegisterPage.show(
        kept, "\(found.name) \(found.version) is \(state)", json: format.json)
    }
  }
}
