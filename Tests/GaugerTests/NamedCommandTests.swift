import Foundation
import Testing

/// The checkout that this test was built from.
enum Repository {
  static func path(_ inner: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: inner).path
  }
}

/// Commands that messages and pages name must be there: advice that fails is worse than none.
struct NamedCommandTests {
  /// The words after `gauger` that a text names as a command.
  private func named(in text: String) -> Set<[String]> {
    let pattern = /(?:: |'|`|"|\n\s+|-- |\$ )gauger ([a-z]+)(?: ([a-z-]+))?/
    return Set(text.matches(of: pattern).map { [String($0.1), $0.2.map(String.init) ?? ""] })
  }

  @Test func everyCommandThatAMessageOrPageNamesIsThere() throws {
    var found: Set<[String]> = []
    for folder in ["Sources", "Drivers"] {
      let names = FileManager.default.enumerator(atPath: Repository.path(folder))
      while let name = names?.nextObject() as? String {
        guard name.hasSuffix(".swift") || name.hasSuffix(".md") else { continue }
        found.formUnion(
          named(
            in: try String(contentsOfFile: Repository.path("\(folder)/\(name)"), encoding: .utf8)))
      }
    }
    for page in ["README.md", "CONTRIBUTING.md"] {
      found.formUnion(named(in: try String(contentsOfFile: Repository.path(page), encoding: .utf8)))
    }
    #expect(found.count > 10)
    #expect(found.contains(["runs", "verify"]))
    let groups = ["runs", "profiles", "deliver", "method", "audit"]
    for words in found.sorted(by: { $0.joined() < $1.joined() }) {
      let command = groups.contains(words[0]) && !words[1].isEmpty ? words : [words[0]]
      let outcome = try Program.gauger(command + ["--help"])
      #expect(
        outcome.status == 0
          && outcome.output.contains("USAGE: gauger \(command.joined(separator: " "))"),
        "gauger \(command.joined(separator: " "))")
    }
  }

  /// To write the table anew: `GAUGER_WRITE_GENERATED=1 swift test --filter deviceTableOfTheReadme`.
  @Test func deviceTableOfTheReadmeIsThatOfTheProfiles() throws {
    let outcome = try Program.gauger(
      ["profiles", "table", "--profiles", Repository.path("DeviceProfiles")])
    #expect(outcome.status == 0)
    let file = Repository.path("README.md")
    let readme = try String(contentsOfFile: file, encoding: .utf8)
    let begin = try #require(readme.range(of: "<!-- devices:begin -->\n"))
    let end = try #require(readme.range(of: "<!-- devices:end -->"))
    if ProcessInfo.processInfo.environment["GAUGER_WRITE_GENERATED"] != nil {
      let anew = readme.replacingCharacters(
        in: begin.upperBound..<end.lowerBound, with: outcome.output)
      try Data(anew.utf8).write(to: URL(fileURLWithPath: file))
      return
    }
    #expect(outcome.output.split(separator: "\n").count >= 6)
    #expect(String(readme[begin.upperBound..<end.lowerBound]) == outcome.output)
  }
}
