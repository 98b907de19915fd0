import Foundation
import Testing

/// The page on the schema names every key that the reader knows.
@Suite struct SchemaPageTests {
  @Test func everyKeyOfTheReaderStandsOnThePage() throws {
    let page = try MethodFiles.text("Sources/Methods/Methods.docc/MethodSchema.md")
    let folder = MethodFiles.root.appending(path: "Sources/Methods/Reading").path
    var keys: Set<String> = []
    for file in try FileManager.default.contentsOfDirectory(atPath: folder) {
      let text = try MethodFiles.text("Sources/Methods/Reading/\(file)")
      let asked = text.matches(
        of: /(?:value|required|number|whole|truth|word|choice)\(\s*"([a-z_]+)"/)
      for key in asked { keys.insert(String(key.1)) }
      for key in text.matches(of: /(?:econds|indow)\(\s*"([a-z_]+)"/) {
        keys.insert("\(key.1)_s")
      }
    }
    #expect(keys.count > 100)
    for key in ["ion_mz", "window_s", "back_calculation_percent", "over_mass_u"] {
      #expect(keys.contains(key), "the search finds all ways in which keys are asked")
    }
    // Minutes stand on the page once, for all times.
    for key in keys.sorted() where key != "step" && !key.hasSuffix("_min") {
      let isThere =
        page.contains("`\(key)") || page.contains(".\(key)`") || page.contains("\(key):")
      #expect(isThere, "\(key) is not on the page")
    }
  }

  @Test func thePageNamesEveryTemplate() throws {
    let page = try MethodFiles.text("Sources/Methods/Methods.docc/MethodSchema.md")
    #expect(MethodFiles.templates.count == 8)
    for name in MethodFiles.templates { #expect(page.contains("| `\(name)` |"), "\(name)") }
  }
}
