import Instruments
import Testing

private func rule(
  _ minimum: Double, _ maximum: Double, step: Double? = nil, choices: [Double]? = nil
) -> SettingRule {
  SettingRule(
    name: "x", unit: .one, minimum: minimum, maximum: maximum, step: step, choices: choices,
    scope: .instrument, about: "x")
}

@Test func numbersAreRoundedDownToTheStep() {
  let integration = rule(1000, 655_350_000, step: 1000)
  #expect(integration.accepted(1000) == 1000)
  #expect(integration.accepted(1999) == 1000)
  #expect(integration.accepted(2000) == 2000)
  #expect(integration.accepted(655_350_000) == 655_350_000)
  #expect(integration.accepted(655_349_999.9) == 655_349_000)
  #expect(rule(10, 1000, step: 10).accepted(19) == 10)
}

@Test func multiplesOfAFractionalStepStayAsTheyAre() {
  let fine = rule(0, 100, step: 0.1)
  for tenth in 0...1000 {
    let asked = Double(tenth) * 0.1
    let accepted = fine.accepted(asked)
    #expect(accepted.map { abs($0 - asked) < 1e-9 } == true, "\(asked)")
  }
}

@Test func roundingNeverFallsBelowTheMinimum() {
  #expect(rule(15, 100, step: 10).accepted(16) == 15)
}

@Test(arguments: [999.999, 655_350_000.5, -1, .nan, .infinity, -.infinity])
func numbersOutsideTheRangeAreRefused(asked: Double) {
  #expect(rule(1000, 655_350_000, step: 1000).accepted(asked) == nil)
}

@Test func onlyChoicesAreAccepted() {
  let mode = rule(0, 3, choices: [0, 1, 3])
  #expect(mode.accepted(3) == 3)
  #expect(mode.accepted(2) == nil)
  #expect(mode.accepted(0.5) == nil)
}

@Test func laterSettingsLieOverEarlierOnes() {
  let merged = Settings(["a": 1, "b": 2]).overlaid(with: Settings(["b": 3, "c": 4]))
  #expect(merged == Settings(["a": 1, "b": 3, "c": 4]))
}
