internal import Foundation
internal import Laboratory

/// A peak of a group with its own limits and baseline, after riders were cut off.
struct PeakPiece {
  /// Its number in the group.
  var member: Int
  /// Its first point.
  var start: Int
  /// Its last point.
  var end: Int
  /// The letters of its code.
  var code: String
  /// The baseline, upwards.
  var baseline: [BaselinePoint]
  /// The lines that cut riders off it, upwards.
  var skims: [[BaselinePoint]] = []
  /// What must be known of it.
  var flags: [String]
}

/// Rules 5 and 6: riders on a tail or front are cut off their parent by a line that touches the
/// signal behind them.
struct Skims {
  let times: [Double]
  /// The signal, upwards.
  let signal: [Double]
  let rules: IntegrationRules
  let baselines: BaselineRules

  /// The peaks of a group whose baseline is drawn.
  func pieces(of group: PeakGroup) -> [PeakPiece] {
    var pieces = group.members.indices.map { index in
      let member = group.members[index]
      let (start, end) = (group.bounds[index], group.bounds[index + 1])
      return PeakPiece(
        member: index, start: start, end: end,
        code: String([member.startLetter, member.endLetter]),
        baseline: Self.part(of: group.baseline, from: times[start], to: times[end]),
        flags: member.flags)
    }
    guard rules.skim != .none, group.members.count > 1 else { return pieces }
    let line = baselines.straightLine(group)
    var isRider = Set<Int>()
    for parent in group.members.indices where !isRider.contains(parent) {
      skimTail(of: parent, group, line, &pieces, &isRider)
    }
    for parent in group.members.indices.reversed() where !isRider.contains(parent) {
      skimFront(of: parent, group, line, &pieces, &isRider)
    }
    return pieces
  }

  /// The points of a baseline from one time to another, with its levels there.
  static func part(of line: [BaselinePoint], from start: Double, to end: Double) -> [BaselinePoint]
  {
    [BaselinePoint(time: start, level: PeakArea.level(of: line, at: start))]
      + line.filter { $0.time > start && $0.time < end }
      + [BaselinePoint(time: end, level: PeakArea.level(of: line, at: end))]
  }

  private func rides(
    _ child: Int, on parent: Int, valley: Int, foot: Int, _ group: PeakGroup,
    _ line: [BaselinePoint]
  ) -> Bool {
    let ofParent = baselines.height(group.members[parent].apex, over: line)
    let ofChild = baselines.height(group.members[child].apex, over: line)
    let ofValley = baselines.height(valley, over: line)
    guard ofChild > 0, ofValley > 0, ofParent > ofChild else { return false }
    if group.solvent.contains(parent), foot > valley { return true }
    return ofParent > rules.skimHeightRatio * ofChild
      && ofChild < rules.skimValleyRatio * ofValley
      && baselines.height(foot, over: line) < ofValley
  }

  private func skimTail(
    of parent: Int, _ group: PeakGroup, _ line: [BaselinePoint], _ pieces: inout [PeakPiece],
    _ isRider: inout Set<Int>
  ) {
    var last = parent
    while last + 1 < group.members.count,
      rides(
        last + 1, on: parent, valley: group.bounds[last + 1], foot: group.bounds[last + 2], group,
        line)
    {
      last += 1
    }
    guard last > parent else { return }
    let limit = group.bounds[last + 1]
    var rider = parent + 1
    while rider <= last {
      let valley = group.bounds[rider]
      let from = max(group.members[rider].apex, valley + 1)
      let touch = steepest(from...max(from, group.bounds[group.bounds.count - 1]), from: valley, 1)
      let (skim, flags) = skimLine(valley: valley, touch: touch, group)
      let end = min(touch, limit)
      // Riders with their apex before the touching point lie over the same line.
      var next = rider
      while next <= last, next == rider || group.members[next].apex < touch {
        pieces[next].start = group.bounds[next]
        pieces[next].end = min(group.bounds[next + 1], end)
        let isLast = next == last || group.members[next + 1].apex >= touch
        pieces[next].code = (next == rider ? "S" : "V") + (isLast ? "S" : "V")
        pieces[next].baseline = Self.part(
          of: skim, from: times[pieces[next].start], to: times[pieces[next].end])
        pieces[next].flags += flags
        isRider.insert(next)
        next += 1
      }
      pieces[parent].skims.append(
        Self.part(of: skim, from: times[valley], to: times[pieces[next - 1].end]))
      rider = next
    }
    extend(parent, from: group.bounds[parent], to: limit, group, &pieces)
    pieces[parent].code =
      String(pieces[parent].code.prefix(1)) + String(group.members[last].endLetter)
  }

  private func skimFront(
    of parent: Int, _ group: PeakGroup, _ line: [BaselinePoint], _ pieces: inout [PeakPiece],
    _ isRider: inout Set<Int>
  ) {
    var first = parent
    while first > 0, !isRider.contains(first - 1), pieces[first - 1].skims.isEmpty,
      rides(
        first - 1, on: parent, valley: group.bounds[first], foot: group.bounds[first - 1], group,
        line)
    {
      first -= 1
    }
    guard first < parent else { return }
    let limit = group.bounds[first]
    var rider = parent - 1
    while rider >= first {
      let valley = group.bounds[rider + 1]
      let to = min(group.members[rider].apex, valley - 1)
      let touch = steepest(min(to, group.bounds[0])...to, from: valley, -1)
      let (skim, flags) = skimLine(valley: valley, touch: touch, group)
      let start = max(touch, limit)
      var next = rider
      while next >= first, next == rider || group.members[next].apex > touch {
        pieces[next].start = max(group.bounds[next], start)
        pieces[next].end = group.bounds[next + 1]
        let isLast = next == first || group.members[next - 1].apex <= touch
        pieces[next].code = (isLast ? "S" : "V") + (next == rider ? "S" : "V")
        pieces[next].baseline = Self.part(
          of: skim, from: times[pieces[next].start], to: times[pieces[next].end])
        pieces[next].flags += flags
        isRider.insert(next)
        next -= 1
      }
      pieces[parent].skims.insert(
        Self.part(of: skim, from: times[pieces[next + 1].start], to: times[valley]), at: 0)
      rider = next
    }
    extend(parent, from: limit, to: pieces[parent].end, group, &pieces)
    pieces[parent].code =
      String(group.members[first].startLetter) + String(pieces[parent].code.suffix(1))
  }

  private func extend(
    _ parent: Int, from start: Int, to end: Int, _ group: PeakGroup, _ pieces: inout [PeakPiece]
  ) {
    pieces[parent].start = start
    pieces[parent].end = end
    pieces[parent].baseline = Self.part(
      of: group.baseline, from: times[start], to: times[end])
  }

  /// The point to which the line from the valley falls most steeply away from the parent, so that no
  /// sample of the rider lies below it; the earlier on ties.
  private func steepest(_ range: ClosedRange<Int>, from valley: Int, _ direction: Double) -> Int {
    var best = (index: range.lowerBound, slope: Double.infinity)
    for index in range where index != valley {
      let slope =
        direction * (signal[index] - signal[valley]) / (times[index] - times[valley])
      if slope < best.slope { best = (index, slope) }
    }
    return best.index
  }

  /// The line from valley to touching point, in the order of time.
  private func skimLine(valley: Int, touch: Int, _ group: PeakGroup)
    -> (line: [BaselinePoint], flags: [String])
  {
    let (from, to) = (min(valley, touch), max(valley, touch))
    let straight = [from, to].map { BaselinePoint(time: times[$0], level: signal[$0]) }
    guard rules.skim == .exponential else { return (straight, []) }
    func over(_ index: Int) -> Double {
      signal[index] - PeakArea.level(of: group.baseline, at: times[index])
    }
    let (high, low) = (over(valley), over(touch))
    guard low > 0, low < high else { return (straight, ["tangent-for-exponential"]) }
    let decay = abs(times[touch] - times[valley]) / log(high / low)
    let curve = (from...to).map { index in
      guard index != valley, index != touch else {
        return BaselinePoint(time: times[index], level: signal[index])
      }
      let fallen = high * exp(-abs(times[index] - times[valley]) / decay)
      return BaselinePoint(
        time: times[index],
        level: PeakArea.level(of: group.baseline, at: times[index]) + fallen)
    }
    return (curve, [])
  }
}
