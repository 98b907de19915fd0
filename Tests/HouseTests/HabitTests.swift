import Foundation
import Testing

@Suite struct HabitTests {
  @Test func unsafeCodeStandsInFilesNamedForIt() throws {
    for file in try Checkout.swiftFiles(in: "Sources", "Drivers")
    where !file.path.hasSuffix("+Unsafe.swift") {
      for (index, line) in file.code.enumerated() {
        #expect(!hasWord("unsafe", line), "\(file.path):\(index + 1)")
      }
    }
  }

  @Test func nothingTrapsOnWhatADeviceOrPersonCanCause() throws {
    for file in try Checkout.swiftFiles(in: "Sources", "Drivers") {
      for (index, line) in file.code.enumerated() {
        for word in ["try!", "fatalError(", "as!"] {
          #expect(!line.contains(word), "\(file.path):\(index + 1) has \(word)")
        }
      }
    }
  }

  @Test func noErrorIsCaughtAndForgotten() throws {
    for file in try Checkout.swiftFiles(in: "Sources", "Drivers") {
      let bad = emptyCatches(file.code.joined(separator: "\n"))
      #expect(bad == 0, "\(file.path) has \(bad) empty catch")
    }
    #expect(emptyCatches("do { f() } catch { }") == 1)
    #expect(emptyCatches("do { f() } catch .busy {\n}") == 1)
    #expect(emptyCatches("do { f() } catch { g() }") == 0)
  }

  @Test func everyPromiseTheCompilerCannotCheckHasItsReasonAbove() throws {
    for file in try Checkout.swiftFiles(in: "Sources", "Drivers") {
      for (index, line) in file.code.enumerated()
      where line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)") {
        let above = index > 0 ? file.lines[index - 1].trimmingCharacters(in: .whitespaces) : ""
        #expect(above.hasPrefix("//"), "\(file.path):\(index + 1)")
      }
    }
  }

  @Test func noFileIsLongerThanOneSitting() throws {
    for file in try Checkout.swiftFiles(in: "Sources", "Drivers", "Tests") {
      #expect(file.lines.count <= 500, "\(file.path) has \(file.lines.count) lines")
    }
  }

  @Test func theReadmeNamesOnlyMakeTargetsThatAreThere() throws {
    let makefile = try Checkout.text("Makefile")
    let targets = Set(
      makefile.split(separator: "\n").compactMap { line -> String? in
        guard let colon = line.firstIndex(of: ":"), line.first?.isLetter == true else { return nil }
        let name = line[..<colon]
        return name.allSatisfy { $0.isLetter || $0 == "-" } ? String(name) : nil
      })
    #expect(targets.contains("demo") && targets.contains("test"))
    for page in ["README.md", "CONTRIBUTING.md", ".ci/run"] {
      // In code only: after a backtick, an indent, `sudo` or the CI's `step`.
      let named = try Checkout.text(page).matches(of: /(?:`|\n {4}|sudo |&& |step )make ([a-z]+)/)
      #expect(!named.isEmpty)
      for name in named.map({ String($0.1) }) {
        #expect(targets.contains(name), "\(page) names make \(name)")
      }
    }
    let readme = try Checkout.text("README.md")
    #expect(readme.contains("make demo") && readme.contains("make install"))
  }

  @Test func theReadmeKeepsThePlaceOfTheDeviceTable() throws {
    let readme = try Checkout.text("README.md")
    let begin = try #require(readme.range(of: "<!-- devices:begin -->"))
    let end = try #require(readme.range(of: "<!-- devices:end -->"))
    #expect(begin.upperBound < end.lowerBound)
  }

  @Test func everyPackageFromOutsideIsExact() throws {
    let lines = try Checkout.text("Package.swift").split(separator: "\n")
    let packages = lines.filter { $0.contains(".package(url:") }
    #expect(packages.count >= 3)
    for line in packages { #expect(line.contains("exact:"), "\(line)") }
  }

  private func hasWord(_ word: String, _ line: String) -> Bool {
    line.split(whereSeparator: { !($0.isLetter || $0.isNumber || $0 == "_") }).contains {
      $0 == word
    }
  }

  /// How many `catch` are followed by braces with nothing in them.
  private func emptyCatches(_ code: String) -> Int {
    code.matches(of: /\bcatch\b[^{}]*\{\s*\}/).count
  }
}
