internal import Laboratory

/// Rules 1 to 4: the baseline below a group, straight, bent below what crosses it, or from valley to
/// valley.
struct BaselineRules {
  let times: [Double]
  /// The signal, upwards.
  let signal: [Double]
  let rules: IntegrationRules
  let expectedWidth: Double

  /// Draws the baseline of a group and sets the letters of its peaks.
  func draw(_ group: inout PeakGroup) {
    let last = group.members.count - 1
    for index in group.members.indices {
      group.members[index].startLetter = index == 0 ? "B" : "V"
      group.members[index].endLetter = index == last ? "B" : "V"
    }
    let (first, end) = (group.bounds[0], group.bounds[last + 1])
    if let level = group.heldLevel {
      group.baseline = [
        BaselinePoint(time: times[first], level: level),
        BaselinePoint(time: times[end], level: level),
      ]
      return
    }
    var anchors: Set<Int> = [first, end]
    if rules.correctsPenetration { anchors.formUnion(hull(group)) }
    for bound in valleysToTouch(group) {
      anchors.insert(group.bounds[bound])
      group.members[bound - 1].endLetter = "B"
      group.members[bound].startLetter = "B"
    }
    for bound in 1..<group.bounds.count - 1
    where anchors.contains(group.bounds[bound]) && group.members[bound].startLetter != "B" {
      group.members[bound - 1].endLetter = "P"
      group.members[bound].startLetter = "P"
    }
    group.baseline = anchors.sorted().map { self.point($0, group) }
  }

  /// The level of a baseline that touches the signal at a point.
  func point(_ index: Int, _ group: PeakGroup) -> BaselinePoint {
    guard rules.averagesEnds, group.bounds.contains(index) else {
      return BaselinePoint(time: times[index], level: signal[index])
    }
    let from = max(0, index - group.halfWindow)
    let to = min(signal.count - 1, index + group.halfWindow)
    return BaselinePoint(
      time: times[index], level: signal[from...to].reduce(0, +) / Double(to - from + 1))
  }

  /// The line of rules 1 and 2, from the first start to the last end, over which valleys and riders
  /// are judged.
  func straightLine(_ group: PeakGroup) -> [BaselinePoint] {
    guard group.heldLevel == nil else { return group.baseline }
    return [point(group.bounds[0], group), point(group.bounds[group.bounds.count - 1], group)]
  }

  /// The height of a sample over that line.
  func height(_ index: Int, over line: [BaselinePoint]) -> Double {
    signal[index] - PeakArea.level(of: line, at: times[index])
  }

  /// Rule 3: the inner bounds that are low enough beside their lower neighbour.
  private func valleysToTouch(_ group: PeakGroup) -> [Int] {
    guard let fraction = rules.valleyToValleyBelow, group.members.count > 1 else { return [] }
    let line = straightLine(group)
    return (1..<group.members.count).filter { bound in
      let lower = min(
        height(group.members[bound - 1].apex, over: line),
        height(group.members[bound].apex, over: line))
      return height(group.bounds[bound], over: line) < fraction * lower
    }
  }

  /// Rule 4: the vertices of the lower hull of all limits, and of the samples far from every apex that
  /// lie below it; at most ten of those.
  private func hull(_ group: PeakGroup) -> [Int] {
    var points = group.bounds
    for _ in 0..<10 {
      let vertices = lowerHull(points.sorted(), group)
      guard let below = farthestBelow(vertices, group) else { return vertices }
      points.append(below)
    }
    return lowerHull(points.sorted(), group)
  }

  private func lowerHull(_ points: [Int], _ group: PeakGroup) -> [Int] {
    var vertices: [Int] = []
    for index in points {
      let new = point(index, group)
      while vertices.count >= 2 {
        let one = point(vertices[vertices.count - 2], group)
        let two = point(vertices[vertices.count - 1], group)
        // The middle one stays only where it lies truly below the line of its neighbours.
        let bend =
          (two.level - one.level) * (new.time - two.time)
          - (new.level - two.level) * (two.time - one.time)
        guard bend >= 0 else { break }
        vertices.removeLast()
      }
      vertices.append(index)
    }
    return vertices
  }

  private func farthestBelow(_ vertices: [Int], _ group: PeakGroup) -> Int? {
    var line = PeakArea.Line(vertices.map { point($0, group) })
    let near = expectedWidth / 2
    var deepest = (index: -1, depth: 3 * group.residualNoise)
    var member = 0
    let limits = Set(group.bounds)
    for index in group.bounds[0]...group.bounds[group.bounds.count - 1] {
      let depth = line.level(at: times[index]) - signal[index]
      guard depth > deepest.depth, !limits.contains(index) else { continue }
      while member + 1 < group.members.count,
        abs(times[group.members[member + 1].apex] - times[index])
          <= abs(times[group.members[member].apex] - times[index])
      {
        member += 1
      }
      if abs(times[group.members[member].apex] - times[index]) > near { deepest = (index, depth) }
    }
    return deepest.index >= 0 ? deepest.index : nil
  }
}
