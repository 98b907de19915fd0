import Proofs
import Testing

/// The product's numbers on real recordings beside independent answers, as `make prove` prints them.
@Suite struct ProofTests {
  @Test(
    .enabled(if: SharedMaterial.data != nil, Comment(rawValue: SharedMaterial.absence)),
    arguments: proofs.map(\.name))
  func everyFigureIsWithinItsTolerance(name: String) throws {
    let proof = try #require(proofs.first { $0.name == name })
    let figures = try proof.figures()
    #expect(!figures.isEmpty)
    for figure in figures where !figure.holds {
      Issue.record(
        "\(figure.name): \(figure.found), answer \(figure.expected), \(figure.tolerance)")
    }
  }

  @Test func aFigureThatIsOutIsSeen() {
    #expect(Figure("a", 1.02, 1, .relative(0.03)).holds)
    #expect(!Figure("a", 1.04, 1, .relative(0.03)).holds)
    #expect(!Figure("a", .nan, 1, .relative(0.03)).holds)
    #expect(!Figure("a", 1.0.nextUp, 1, .exact).holds)
    #expect(!Figure("a", 3, 2, .atMost).holds)
    #expect(!Figure("a", 1, 2, .atLeast).holds)
    #expect(!Figure("a", "x", is: "y").holds)
  }
}
