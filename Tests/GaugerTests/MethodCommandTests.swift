import Foundation
import Testing

/// Methods on the command line: found, checked with line and column, begun from templates.
struct MethodCommandTests {
  private let folder: TemporaryFolder
  private var home: [String] { ["--home", folder.path] }

  init() throws { folder = try TemporaryFolder() }

  private func object(_ outcome: Program.Outcome) throws -> [String: Any] {
    try #require(
      JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
  }

  @Test func theEightTemplatesAreFoundAndInOrder() throws {
    let listed = try object(try Program.gauger(["method", "list", "--json"] + home))
    let templates = try #require(listed["templates"] as? [[String: Any]])
    #expect(
      templates.compactMap { $0["name"] as? String } == [
        "fid-area-percent", "fid-quantitation", "ftir-identity", "gcms-identity",
        "gcms-quantitation", "raman-identity", "residual-gas", "uv-absorbance",
      ])
    #expect((listed["methods"] as? [Any])?.isEmpty == true)
    let checked = try Program.gauger(["method", "check"] + home)
    #expect(checked.status == 0)
    #expect(checked.output.split(separator: "\n").count == 8)
  }

  @Test func aMethodIsBegunFoundShownAndNeverOverwritten() throws {
    let begun = try Program.gauger(
      ["method", "new", "leak-check", "--from", "residual-gas", "--title", "Leaks"] + home)
    #expect(begun.status == 0, "\(begun.errors)")
    let file = folder.path + "/methods/leak-check.yaml"
    #expect(begun.output == file + "\n")
    let text = try String(contentsOfFile: file, encoding: .utf8)
    #expect(text.hasPrefix("# leak-check: from the template residual-gas.\n"))

    let shown = try object(try Program.gauger(["method", "show", "leak-check", "--json"] + home))
    #expect(shown["text"] as? String == text)
    let facts = try #require(shown["method"] as? [String: Any])
    #expect(facts["title"] as? String == "Leaks")
    #expect((facts["sha256"] as? String)?.count == 64)
    #expect(try Program.gauger(["method", "show", "leak-check"] + home).output.hasSuffix(text))

    let again = try Program.gauger(
      ["method", "new", "leak-check", "--from", "gcms-identity"] + home)
    #expect(again.status == 1)
    #expect(again.errors.contains("code: method-exists"))
    #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
    #expect(try Program.gauger(["method", "check", "leak-check"] + home).status == 0)
  }

  @Test func aMistakeIsToldWithLineAndColumn() throws {
    let file = folder.path + "/m.yaml"
    try Data("schema: 1\ntechnique: gc\nsignals:\n  a: { from: trase }\n".utf8).write(
      to: URL(fileURLWithPath: file))
    let outcome = try Program.gauger(["method", "check", file] + home)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("\(file):4:14: signals.a.from is 'trase'"))
    #expect(outcome.errors.contains("next: Did you mean 'trace'?"))
    #expect(outcome.errors.contains("code: method-bad-value"))
    let report = try object(try Program.gauger(["method", "check", file, "--json"] + home))
    let problems = try #require(report["problems"] as? [[String: Any]])
    #expect(problems.first?["code"] as? String == "method-bad-value")
  }

  @Test func settingsAreCheckedAgainstAModel() throws {
    let file = folder.path + "/m.yaml"
    func check(_ setting: String, _ model: String) throws -> Program.Outcome {
      let text = """
        schema: 1
        name: m
        version: 1
        title: M
        technique: uv-vis
        acquisition:
          settings:
            \(setting)
        """
      try Data(text.utf8).write(to: URL(fileURLWithPath: file))
      return try Program.gauger(["method", "check", file, "--profile", model] + home)
    }
    #expect(try check("integration_us: 100000", "usb2000plus").status == 0)
    let unknown = try check("integration_ms: 100", "usb2000plus")
    #expect(unknown.errors.contains("m.yaml:8:21: acquisition.settings.integration_ms"))
    #expect(unknown.errors.contains("Did you mean 'integration_us'?"))
    #expect(unknown.errors.contains("code: method-unknown-name"))
    let outside = try check("integration_us: 1", "ocean-optics/usb2000plus")
    #expect(outside.errors.contains("code: method-contradiction"))
    let other = try check("integration_us: 100000", "rga200")
    #expect(other.errors.contains("but the stanford-research/rga200 measures"))
    #expect(try check("integration_us: 100000", "no-such").status == 3)
  }

  @Test func whatIsNotThereIsTold() throws {
    let missing = try Program.gauger(["method", "show", "ramen-identity"] + home)
    #expect(missing.status == 3)
    #expect(missing.errors.contains("Did you mean 'raman-identity'?"))
    let gone = try Program.gauger(["method", "check", folder.path + "/none.yaml"] + home)
    #expect(gone.errors.contains("code: method-unreadable"))
    let template = try Program.gauger(["method", "new", "x", "--from", "none"] + home)
    #expect(template.status == 3)
    let name = try Program.gauger(["method", "new", "Not A Name", "--from", "residual-gas"] + home)
    #expect(name.errors.contains("cannot be the name of a method"))
    let run = try Program.gauger(
      ["method", "new", "x", "--from", "gcms-quantitation", "--learn", "none"] + home)
    #expect(run.status == 3)
    #expect(run.errors.contains("code: run-not-found"))
    let lonely = try Program.gauger(
      ["method", "new", "x", "--from", "gcms-quantitation", "--analyte", "A=1"] + home)
    #expect(lonely.status == 2)
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/methods/x.yaml"))
  }

  @Test func oneBadFileDoesNotHideTheOthers() throws {
    let methods = folder.path + "/methods"
    try FileManager.default.createDirectory(atPath: methods, withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      atPath: Repository.path("MethodTemplates/residual-gas.yaml"), toPath: methods + "/good.yaml")
    try FileManager.default.copyItem(
      atPath: Repository.path("MethodTemplates/residual-gas.yaml"), toPath: methods + "/twice.yaml")
    try Data("schema: 1\n".utf8).write(to: URL(fileURLWithPath: methods + "/bad.yaml"))
    let listed = try object(try Program.gauger(["method", "list", "--json"] + home))
    #expect((listed["methods"] as? [[String: Any]])?.count == 1)
    let codes = (listed["problems"] as? [[String: Any]])?.compactMap { $0["code"] as? String }
    #expect(codes == ["method-missing-key", "method-duplicate-name"])
    #expect(try Program.gauger(["method", "check"] + home).status == 1)
    // The site's own goes before the template of the same name.
    let shown = try object(try Program.gauger(["method", "show", "residual-gas", "--json"] + home))
    let facts = try #require(shown["method"] as? [String: Any])
    #expect(facts["file"] as? String == methods + "/good.yaml")
  }
}
