import Foundation
import Testing

/// `gauger watch` as programs and people see it, killed at any moment.
@Suite struct WatchCommandTests {
  private let home: TemporaryFolder
  private let exports: TemporaryFolder

  init() throws {
    (home, exports) = (try TemporaryFolder(), try TemporaryFolder())
    let yaml =
      "instruments:\n  ir:\n    link: export-folder\n    folder: \(exports.path)\n    since: all\n"
    try Data(yaml.utf8).write(to: URL(fileURLWithPath: home.path + "/bench.yaml"))
  }

  private func put(_ name: String, _ values: String) throws {
    let text = """
      ##TITLE= \(name)
      ##JCAMP-DX= 4.24
      ##DATA TYPE= INFRARED SPECTRUM
      ##XUNITS= 1/CM
      ##YUNITS= ABSORBANCE
      ##FIRSTX= 400
      ##LASTX= 402
      ##NPOINTS= 3
      ##XYDATA= (X++(Y..Y))
      400 \(values)
      ##END=

      """
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(exports.path)/\(name).jdx"))
  }

  private var words: [String] { ["watch", "--once", "--json", "--home", home.path] }

  /// A look, and the pause after which another one counts.
  private func look() throws -> Program.Outcome {
    for _ in 0..<22 { usleep(50_000) }
    return try Program.gauger(words)
  }

  @Test func threeLooksMakeARunAndTheTrayListsIt() throws {
    try put("a", "1 2 4")
    try Data("rubbish".utf8).write(to: URL(fileURLWithPath: exports.path + "/b.jdx"))
    #expect(try Program.gauger(words).status == 0)
    #expect(try look().output.contains("\"imports\":[]"))
    let third = try look()
    #expect(third.status == 1 && third.output.contains("\"outcome\":\"imported\""))
    #expect(third.errors.contains("import-format-unknown"))
    let tray = try Program.gauger(["runs", "list", "--unassigned", "--home", home.path])
    #expect(tray.output.split(separator: "\n").count == 2)
    let assign = ["runs", "assign", "last", "--sample", "S", "--home", home.path]
    #expect(try Program.gauger(assign).status == 0)
    let empty = try Program.gauger(["runs", "list", "--unassigned", "--home", home.path])
    #expect(empty.output.isEmpty && empty.errors.contains("No unassigned runs"))
  }

  @Test(.tags(.slow)) func killedAtAnyMomentEachExportBecomesOneRun() throws {
    let count = 40
    for number in 0..<count { try put("e\(number)", "\(number) 2 4") }
    #expect(try Program.gauger(words).status == 0)
    #expect(try look().status == 0)
    for _ in 0..<22 { usleep(50_000) }
    let gauger = try #require(Program.path)
    var random = SystemRandomNumberGenerator()
    for _ in 0..<30 {
      _ = try Killed.life(
        gauger, words, killAfter: Int.random(in: 30_000...260_000, using: &random))
    }
    for _ in 0..<3 { #expect(try look().status == 0) }
    var whole: [String: Int] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: home.path + "/runs") {
      let data = try Data(contentsOf: URL(fileURLWithPath: "\(home.path)/runs/\(name)/run.json"))
      let record = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      let source = try #require(record["imported"] as? [String: Any])
      guard record["complete"] as? Bool == true else {
        #expect(record["ended_by"] as? String != "open")
        continue
      }
      whole[source["file"] as? String ?? "?", default: 0] += 1
    }
    #expect(whole.count == count && whole.values.allSatisfy { $0 == 1 })
    #expect(try Program.gauger(["audit", "verify", "--home", home.path]).status == 0)
  }
}
