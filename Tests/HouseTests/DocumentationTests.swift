import Foundation
import Testing

/// What the pages claim about the sources.
@Suite struct DocumentationTests {
  /// Every lasting code that the sources can print.
  private func codes() throws -> Set<String> {
    var codes: Set<String> = []
    for file in try Checkout.swiftFiles(in: "Sources", "Drivers") {
      let text = file.lines.joined(separator: "\n")
      // `Failure("code", exit:` also with a choice of two codes before `exit:`.
      for call in text.matches(of: /Failure\(([^{}]{1,200}?)exit:/) {
        for code in call.1.matches(of: /"([a-z0-9]+(?:-[a-z0-9]+)+)"/) {
          codes.insert(String(code.1))
        }
      }
      for code in text.matches(of: /"  code: ([a-z-]+)"/) { codes.insert(String(code.1)) }
    }
    for path in [
      "Sources/Profiles/ProfileError.swift", "Sources/Methods/Reading/MethodError.swift",
    ] {
      let text = try Checkout.text(path)
      for code in text.matches(of: /case \w+ = "([a-z-]+)"/) { codes.insert(String(code.1)) }
    }
    let formats = try Checkout.text("Sources/Formats/FormatError.swift")
    let parts = formats.split(separator: "public enum Problem")
    try #require(parts.count == 2)
    for format in rawValues(parts[0]) {
      for problem in rawValues(parts[1].prefix(while: { $0 != "}" })) {
        codes.insert("\(format)-\(problem)")
      }
    }
    return codes
  }

  private func rawValues(_ text: Substring) -> [String] {
    text.matches(of: /\n +case (\w+)(?: = "([a-z-]+)")?\n/).map { String($0.2 ?? $0.1) }
  }

  @Test func everyCodeStandsOnTheTroubleshootingPageAndNoOther() throws {
    let page = try Checkout.text("Sources/Bench/Bench.docc/Troubleshooting.md")
    var listed: Set<String> = []
    for line in page.split(separator: "\n") where line.hasPrefix("| `") {
      let cell = line.dropFirst(2).prefix { $0 != "|" }
      for code in cell.matches(of: /`([a-z0-9-]+)`/) {
        #expect(listed.insert(String(code.1)).inserted, "\(code.1) stands there twice")
      }
    }
    let codes = try codes()
    for code in ["usb-denied", "run-no-space", "profile-syntax", "jcamp-truncated", "usage"] {
      #expect(codes.contains(code), "the search finds all ways in which codes are written")
    }
    #expect(codes.subtracting(listed).sorted() == [], "in the sources and not on the page")
    #expect(listed.subtracting(codes).sorted() == [], "on the page and not in the sources")
  }

  @Test func theReadmesTableOfMessagesHasOnlyCodesThatThereAre() throws {
    let codes = try codes()
    let readme = try Checkout.text("README.md")
    let parts = readme.split(separator: "## Troubleshooting by message")
    try #require(parts.count == 2)
    let section = try #require(parts[1].split(separator: "\n## ").first)
    let named = section.matches(of: /\n\| `([a-z-]+)` \|/).map { String($0.1) }
    #expect(named.count >= 10)
    for code in named { #expect(codes.contains(code), "\(code)") }
  }

  @Test func thePathOfOneByteLeadsThroughFilesThatAreThere() throws {
    let page = try Checkout.text("Sources/Bench/Bench.docc/PathOfOneByte.md")
    let named = page.matches(of: /`((?:Sources|Drivers|DeviceProfiles)\/[^`]+|[A-Za-z+]+\.swift)`/)
    #expect(named.count >= 25)
    for name in named.map({ String($0.1) }) {
      #expect(
        name.hasPrefix("Sources/") || name.hasPrefix("Drivers/") || name.hasPrefix("DevicePro"),
        "\(name): a reader needs the folder too")
      #expect(
        FileManager.default.fileExists(atPath: Checkout.root.path + "/" + name), "\(name)")
    }
  }

  @Test func everyLibraryHasAPageThatSaysWhatItIsFor() throws {
    let manifest = try Checkout.text("Package.swift")
    var rooms = manifest.matches(of: /\n +room\(\s*"(\w+)"/).map { "Sources/\($0.1)" }
    #expect(rooms.count >= 12)
    let drivers = try #require(manifest.firstMatch(of: /let drivers = \[([^\]]*)\]/)).1
    rooms += drivers.matches(of: /"(\w+)"/).map { "Drivers/\($0.1)" } + ["Drivers/Registry"]
    for room in rooms {
      let name = room.split(separator: "/")[1]
      let page = try Checkout.text("\(room)/\(name).docc/\(name).md")
      #expect(page.hasPrefix("# ``\(name)``\n"), "\(room)")
    }
  }

  /// Who stands before an instrument looks these up, in this order, whatever the maker.
  @Test func everyDriversPageTellsWhatAPersonAtTheBenchNeeds() throws {
    let manifest = try Checkout.text("Package.swift")
    let drivers = try #require(manifest.firstMatch(of: /let drivers = \[([^\]]*)\]/)).1
      .matches(of: /"(\w+)"/).map { String($0.1) }
    #expect(!drivers.isEmpty)
    let folders = try FileManager.default.contentsOfDirectory(
      atPath: Checkout.root.path + "/Drivers"
    ).filter { $0 != "Registry" && !$0.hasPrefix(".") }
    #expect(folders.sorted() == drivers.sorted())
    for driver in drivers {
      let page = try Checkout.text("Drivers/\(driver)/\(driver).docc/\(driver).md")
      let parts = page.split(separator: /\n##+[ ]/)
      let wanted = ["What it needs", "Wiring", "Rights", "Quirks", "Sources"]
      let titles = parts.map { String($0.prefix { $0 != "\n" }) }
      #expect(titles.filter(wanted.contains) == wanted, "\(driver): \(titles)")
      for (title, part) in zip(titles, parts) where wanted.contains(title) {
        #expect(part.count > 80, "\(driver): \(title) says nothing")
      }
    }
  }

  @Test func theReadmeListsEveryExitCode() throws {
    let source = try Checkout.text("Sources/Laboratory/Failure.swift")
    let numbers = source.matches(of: /\n +case \w+ = (\d+)/).map { String($0.1) }
    #expect(numbers.count == 16)
    let readme = try Checkout.text("README.md")
    for number in numbers { #expect(readme.contains("\n| \(number) | "), "exit code \(number)") }
  }

  @Test func everyPackageStandsInTheReadmesDependencies() throws {
    let readme = try Checkout.text("README.md")
    let manifest = try Checkout.text("Package.swift")
    let urls = manifest.matches(of: /url: "([^"]+)"/).map { String($0.1) }
    #expect(urls.count >= 3)
    for url in urls { #expect(readme.contains("](\(url))"), "\(url)") }
    let setup = try Checkout.text("scripts/setup")
    let packages = setup.matches(of: /packages\+?=\(([^)]*)\)/).flatMap {
      $0.1.split(separator: " ")
    }.filter { !["gcc", "g++", "libboost-dev"].contains($0) }
    #expect(packages.count >= 5)
    for package in packages { #expect(readme.contains("`\(package)`"), "\(package)") }
  }
}
