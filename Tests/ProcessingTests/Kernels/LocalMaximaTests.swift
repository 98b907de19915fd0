import Testing

@testable import Processing

@Suite struct LocalMaximaTests {
  @Test func badInputIsRefused() {
    #expect(throws: KernelError.notFinite(what: "the signal", index: 1)) {
      try LocalMaxima().find(in: [1, .nan, 2])
    }
    #expect(throws: KernelError.self) { try LocalMaxima(distance: 0.5).find(in: [1, 2, 1]) }
    #expect(throws: KernelError.self) { try LocalMaxima(distance: .nan).find(in: [1, 2, 1]) }
    #expect(throws: KernelError.self) { try LocalMaxima(windowLength: 1).find(in: [1, 2, 1]) }
    #expect(throws: KernelError.self) { try LocalMaxima(relativeHeight: -1).find(in: [1, 2, 1]) }
  }

  @Test(arguments: [
    [], [1], [1, 2], [2, 1, 2], [1, 1, 1, 1], [1, 2, 3], [3, 2, 1], [1, 2, 2],
  ])
  func signalsWithoutAMaximumGiveNone(y: [Double]) throws {
    #expect(try LocalMaxima(prominence: LocalMaxima.any).find(in: y).isEmpty)
  }

  @Test func endsAreNoMaximaAndPlateausStandInTheirMiddle() throws {
    let y: [Double] = [9, 1, 3, 3, 3, 3, 1, 2, 1, 8]
    let found = try LocalMaxima(width: LocalMaxima.any).find(in: y)
    #expect(found.map(\.index) == [3, 7])
    #expect(found[0].leftEdge == 2)
    #expect(found[0].rightEdge == 5)
    #expect(found[0].prominence == .init(height: 2, leftBase: 1, rightBase: 6))
    #expect(found[0].width == .init(points: 4, level: 2, left: 1.5, right: 5.5))
    #expect(found[1].leftThreshold == 1)
  }

  @Test func limitsAreIncluded() throws {
    let y: [Double] = [0, 2, 0, 3, 0, 4, 0]
    #expect(try LocalMaxima(height: 2...3).find(in: y).map(\.height) == [2, 3])
    #expect(try LocalMaxima(prominence: 3...4).find(in: y).map(\.height) == [3, 4])
    #expect(try LocalMaxima(threshold: 4...9).find(in: y).map(\.height) == [4])
    #expect(try LocalMaxima(distance: 2).find(in: y).map(\.index) == [1, 3, 5])
    #expect(try LocalMaxima(distance: 2.1).find(in: y).map(\.index) == [1, 5])
  }

  /// The definition, each maximum by walks of its own.
  private func slowly(_ y: [Double], prominence: Double, _ windowLength: Int?) -> [LocalMaximum] {
    var result: [LocalMaximum] = []
    for i in y.indices.dropFirst().dropLast() {
      var (left, right) = (i, i)
      while left > 0, y[left - 1] == y[i] { left -= 1 }
      while right < y.count - 1, y[right + 1] == y[i] { right += 1 }
      guard left > 0, right < y.count - 1, y[left - 1] < y[i], y[right + 1] < y[i],
        i == (left + right) / 2
      else { continue }
      let half = (windowLength ?? 2 * y.count) / 2
      var (leftBase, rightBase) = (i, i)
      for k in stride(from: i, through: max(0, i - half), by: -1) {
        if y[k] > y[i] { break }
        if y[k] < y[leftBase] { leftBase = k }
      }
      for k in stride(from: i, through: min(y.count - 1, i + half), by: 1) {
        if y[k] > y[i] { break }
        if y[k] < y[rightBase] { rightBase = k }
      }
      let height = y[i] - max(y[leftBase], y[rightBase])
      guard height >= prominence else { continue }
      result.append(
        LocalMaximum(
          index: i, leftEdge: left, rightEdge: right, height: y[i],
          leftThreshold: y[i] - y[i - 1], rightThreshold: y[i] - y[i + 1],
          prominence: .init(height: height, leftBase: leftBase, rightBase: rightBase)))
    }
    return result
  }

  @Test(arguments: 0..<150)
  func theFastWayFindsWhatTheDefinitionSays(seed: UInt64) throws {
    var random = SeededNumbers(seed)
    let count = Int.random(in: 1...600, using: &random)
    // Few levels make plateaus and equal maxima; many make none.
    let levels = [2.0, 5, 30, 1e6][Int(seed) % 4]
    let y = (0..<count).map { i in
      (Double.random(in: 0...levels, using: &random)).rounded()
        + Double(i / 100 % 3) * (levels / 3).rounded()
    }
    let window = seed % 5 == 0 ? Int.random(in: 2...50, using: &random) : nil
    for prominence in [-1, 0, 1, (levels / 2).rounded(), levels, 2 * levels] {
      let search = LocalMaxima(prominence: prominence...Double.infinity, windowLength: window)
      let expected = slowly(y, prominence: prominence, window)
      let found = try search.find(in: y)
      #expect(found == expected)
    }
  }

  @Test(arguments: 0..<40)
  func byDistanceTheHigherStays(seed: UInt64) throws {
    var random = SeededNumbers(seed)
    let y = (0..<300).map { _ in Double.random(in: 0...9, using: &random) }
    let distance = Int.random(in: 1...20, using: &random)
    let all = try LocalMaxima().find(in: y)
    let found = try LocalMaxima(distance: Double(distance)).find(in: y)
    for (first, second) in zip(found, found.dropFirst()) {
      #expect(second.index - first.index >= distance)
    }
    for gone in all where !found.contains(gone) {
      #expect(
        found.contains { abs($0.index - gone.index) < distance && $0.height >= gone.height })
    }
  }

  @Test func memoryOfABiggerSearchChangesNothing() throws {
    let search = LocalMaxima(prominence: 0.5...Double.infinity, width: 0...Double.infinity)
    var workspace = LocalMaxima.Workspace()
    _ = try search.find(in: seededSignal(5000, seed: 1).span, workspace: &workspace)
    let y = seededSignal(300, seed: 2)
    let again = try search.find(in: y.span, workspace: &workspace)
    let alone = try search.find(in: y)
    #expect(again == alone)
    #expect(!alone.isEmpty)
  }
}
