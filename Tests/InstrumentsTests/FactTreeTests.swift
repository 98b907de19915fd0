import Instruments
import Testing

private struct Facts: Decodable, Equatable {
  struct Part: Decodable, Equatable {
    var name: String
    var bytes: UInt8
  }
  enum Kind: String, Decodable { case linear, split }
  var kind: Kind
  var scale: Double
  var parts: [Part]
  var extra: Int?
  var isOn: Bool
}

private let good: [String: FactTree] = [
  "kind": .text("split"), "scale": .integer(2), "isOn": .bool(true),
  "parts": .list([
    .map(["name": .text("a"), "bytes": .integer(0)]),
    .map(["name": .text("b"), "bytes": .integer(255)]),
  ]),
]

private func refusal(_ changes: [String: FactTree?]) -> String? {
  var facts = good
  for (key, value) in changes { facts[key] = value }  // nil takes the fact out
  do {
    _ = try FactTree.map(facts).decode(Facts.self)
    return nil
  } catch {
    guard case .unusableProfile(let detail) = error else { return "\(error)" }
    return detail
  }
}

@Test func factsBecomeTheDriversOwnType() throws {
  let facts = try FactTree.map(good).decode(Facts.self)
  #expect(
    facts
      == Facts(
        kind: .split, scale: 2, parts: [.init(name: "a", bytes: 0), .init(name: "b", bytes: 255)],
        extra: nil, isOn: true))
  var more = good
  more["extra"] = .null
  #expect(try FactTree.map(more).decode(Facts.self).extra == nil)
  more["extra"] = .integer(-3)
  #expect(try FactTree.map(more).decode(Facts.self).extra == -3)
}

@Test func missingFactIsNamedByItsPath() {
  #expect(refusal(["scale": FactTree?.none]) == "facts.scale is missing")
  #expect(
    refusal([
      "parts": .list([
        .map(["name": .text("a"), "bytes": .integer(1)]), .map(["name": .text("b")]),
      ])
    ]) == "facts.parts[1].bytes is missing")
}

@Test func factOfWrongTypeIsNamedByItsPath() {
  #expect(refusal(["scale": .text("2")]) == "facts.scale must be a number, but is a text")
  #expect(
    refusal(["isOn": .integer(1)]) == "facts.isOn must be true or false, but is a whole number")
  #expect(refusal(["parts": .map([:])]) == "facts.parts must be a list, but is a map")
  #expect(refusal(["parts": .list([.null])]) == "facts.parts[0] must be a map, but is nothing")
  #expect(refusal(["kind": .text("round")])?.hasPrefix("facts.kind ") == true)
  #expect(refusal(["extra": .number(1.5)]) == "facts.extra must be a whole number, but is a number")
}

@Test(arguments: [-1, 256, Int.max])
func factOutOfRangeIsNamedByItsPath(value: Int) {
  #expect(
    refusal(["parts": .list([.map(["name": .text("a"), "bytes": .integer(value)])])])
      == "facts.parts[0].bytes is \(value); only 0 to 255 can be used")
}

@Test func factsThatAreNoMapAreRefused() {
  for tree in [FactTree.null, .list([]), .text("x"), .integer(1)] {
    #expect(throws: DriverError.self) { try tree.decode(Facts.self) }
  }
}
