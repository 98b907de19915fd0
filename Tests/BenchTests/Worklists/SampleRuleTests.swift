import Laboratory
import Testing

@testable import Bench

/// Ids of samples are those of the site, and a misread one is found.
@Suite struct SampleRuleTests {
  /// Published examples: Luhn's own, an ISBN-10, an ORCID, ISO 7064's 794, the word CODE39.
  @Test(arguments: [
    (CheckDigit.luhn, "79927398713"), (.luhn, "7992-7398-713"), (.mod11, "0-306-40615-2"),
    (.mod11, "0-8044-2957-X"), (.mod112, "0000-0002-1825-0097"), (.mod112, "0000-0002-1694-233X"),
    (.mod97, "79444"), (.code39, "CODE39W"),
  ])
  func publishedExamplesHold(_ kind: CheckDigit, _ id: String) {
    #expect(kind.holds(id))
    // Every single digit misread is found.
    for (place, character) in id.enumerated() where character.isNumber {
      for digit in "0123456789" where digit != character {
        var misread = Array(id)
        misread[place] = digit
        #expect(!kind.holds(String(misread)), "\(String(misread))")
      }
    }
  }

  @Test(arguments: CheckDigit.allCases)
  func nothingAndNonsenseNeverHold(_ kind: CheckDigit) {
    for id in ["", "X", "-", "é", "\u{0663}\u{0664}", "----", "🙂🙂"] {
      #expect(!kind.holds(id), "\(id)")
    }
  }

  @Test func theFailureSaysWhatIsWrong() {
    var rule = SampleRule()
    #expect(throws: Never.self) { try rule.check("anything") }
    rule.pattern = "[0-9]{2}-[0-9]{4}"
    for id in ["24-01178", "x24-0117", "24-0117\n", ""] {
      #expect { try rule.check(id) } throws: { ($0 as? Failure)?.code == "sample-id-pattern" }
    }
    #expect(throws: Never.self) { try rule.check("24-0117") }
    rule.checkDigit = .luhn
    #expect { try rule.check("24-0117") } throws: {
      ($0 as? Failure)?.code == "sample-check-digit" && ($0 as? Failure)?.exit == .refused
    }
  }
}
