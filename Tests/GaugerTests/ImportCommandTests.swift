import Foundation
import Testing

/// `gauger import` and `gauger runs assign` as programs and people see them.
@Suite struct ImportCommandTests {
  private let text = """
    ##TITLE= 24-0117
    ##JCAMP-DX= 4.24
    ##DATA TYPE= INFRARED SPECTRUM
    ##XUNITS= 1/CM
    ##YUNITS= ABSORBANCE
    ##FIRSTX= 400
    ##LASTX= 402
    ##NPOINTS= 3
    ##XYDATA= (X++(Y..Y))
    400 1 2 4
    ##END=

    """

  private func put(_ name: String, _ text: String, in folder: TemporaryFolder) throws -> String {
    let path = "\(folder.path)/\(name)"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  private func object(_ outcome: Program.Outcome) throws -> [String: Any] {
    let whole = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    return try #require(whole as? [String: Any])
  }

  @Test func everyFileHasItsOutcomeAndTheGravestIsTheExitCode() throws {
    let (home, folder) = (try TemporaryFolder(), try TemporaryFolder())
    let good = try put("a.jdx", text, in: folder)
    let bad = try put("b.jdx", String(text.dropLast(8)), in: folder)
    let at = ["--json", "--home", home.path]
    let outcome = try Program.gauger(["import", good, bad] + at)
    #expect(outcome.status == 10)
    let answer = try object(outcome)
    #expect(answer["schema"] as? Int == 1)
    let files = try #require(answer["files"] as? [[String: Any]])
    #expect(files.map { $0["outcome"] as? String } == ["imported", "refused"])
    #expect(files.first?["sample"] as? String == "unassigned")
    let failure = try #require(files.last?["failure"] as? [String: Any])
    #expect(failure["code"] as? String == "jcamp-truncated")
    let again = try Program.gauger(["import", good] + at)
    #expect(again.status == 0)
    let known = try #require(try object(again)["files"] as? [[String: Any]])
    #expect(known.first?["outcome"] as? String == "known")
    #expect(known.first?["run"] as? String == files.first?["run"] as? String)
  }

  @Test func anUnassignedRunIsListedAssignedAndVerified() throws {
    let (home, folder) = (try TemporaryFolder(), try TemporaryFolder())
    let path = try put("a.jdx", text, in: folder)
    let at = ["--home", home.path]
    #expect(try Program.gauger(["import", path] + at).status == 0)
    #expect(try Program.gauger(["runs", "list"] + at).output.contains("unassigned"))
    let assign = ["runs", "assign", "last", "--sample"]
    let given = try Program.gauger(assign + ["S-1", "--operator", "chemist", "--json"] + at)
    #expect(given.status == 0)
    #expect((try object(given)["sample"] as? [String: Any])?["id"] as? String == "S-1")
    #expect(try Program.gauger(assign + ["S-2"] + at).status == 9)
    let page = try Program.gauger(["runs", "show", "last"] + at).output
    #expect(page.contains("by chemist") && page.contains("jcamp-dx"))
    #expect(try Program.gauger(["runs", "verify", "last"] + at).status == 0)
    #expect(try Program.gauger(["runs", "process", "last"] + at).status == 0)
    #expect(try Program.gauger(["runs", "recover"] + at).status == 0)
  }

  @Test func columnsAreWordsInOneOptionOrSeveral() throws {
    let (home, folder) = (try TemporaryFolder(), try TemporaryFolder())
    let path = try put("a.csv", "Time min;Raw data\n0,5;1,25\n1,5;2,5\n", in: folder)
    let command = ["import", path, "--home", home.path, "--columns"]
    let words = "time=Time min unit=min value=Raw data decimal=comma"
    #expect(try Program.gauger(command + ["time=1"]).status == 2)
    #expect(try Program.gauger(command + [words]).status == 0)
    #expect(try Program.gauger(["import", path, "--home", home.path]).status == 0)
    let unknown = try put("b.csv", "1;2\n", in: folder)
    #expect(try Program.gauger(["import", unknown, "--home", home.path]).status == 1)
    #expect(try Program.gauger(["import", path, "--kind", "x", "--home", home.path]).status == 2)
    #expect(try Program.gauger(["import", "/nope", "--home", home.path]).status == 3)
  }
}
