/// Applies the timed events of a method to detected groups, in the order of time.
struct TimedEvents {
  let times: [Double]
  let events: [IntegrationEvent]
  /// The signal upwards, for groups of either direction.
  let signal: (Bool) -> [Double]

  /// The groups as the events leave them.
  func applied(to detected: [PeakGroup]) -> [PeakGroup] {
    var groups = detected
    let off = ChromatographyRecipe.stretches(events, from: .off, to: .on)
    groups = groups.flatMap { without(off, $0) }
    for event in ChromatographyRecipe.inOrder(events) {
      let point = PeakArea.firstIndex(in: times, notBefore: event.time)
      guard point < times.count else { continue }
      switch event.kind {
      case .split:
        for index in groups.indices {
          _ = groups[index].split(at: point, signal: signal(groups[index].isNegative))
        }
      case .baselineNow:
        groups = groups.flatMap { group -> [PeakGroup] in
          var group = group
          guard let bound = group.split(at: point, signal: signal(group.isNegative)) else {
            return [group]
          }
          return [group.part(0..<bound), group.part(bound..<group.members.count)]
        }
      default: break
      }
    }
    for stretch in ChromatographyRecipe.stretches(events, from: .holdOn, to: .holdOff) {
      let point = PeakArea.firstIndex(in: times, notBefore: stretch.lowerBound)
      guard point < times.count else { continue }
      for index in groups.indices
      where groups[index].members.contains(where: { stretch.contains(times[$0.apex]) }) {
        groups[index].heldLevel = signal(groups[index].isNegative)[point]
      }
    }
    return groups
  }

  /// What the last event of a kind at or before a time says; none before the first.
  func value(of kind: IntegrationEvent.Kind, at time: Double) -> Double? {
    ChromatographyRecipe.inOrder(events).last { $0.kind == kind && $0.time <= time }?.value
  }

  /// The pieces of a group whose apexes lie outside the stretches, cut where a stretch begins or ends.
  private func without(_ stretches: [Range<Double>], _ group: PeakGroup) -> [PeakGroup] {
    guard !stretches.isEmpty else { return [group] }
    func isOff(_ time: Double) -> Bool { stretches.contains { $0.contains(time) } }
    var pieces: [PeakGroup] = []
    var from: Int?
    for index in 0...group.members.count {
      let isKept = index < group.members.count && !isOff(times[group.members[index].apex])
      if isKept, from == nil { from = index }
      if !isKept, let first = from {
        pieces.append(cut(group.part(first..<index), stretches))
        from = nil
      }
    }
    return pieces
  }

  /// A piece whose outer limits lie in no stretch, as far as its apexes allow.
  private func cut(_ group: PeakGroup, _ stretches: [Range<Double>]) -> PeakGroup {
    var group = group
    let (firstApex, lastApex) = (group.members[0].apex, group.members[group.members.count - 1].apex)
    for stretch in stretches {
      let begin = PeakArea.firstIndex(in: times, notBefore: stretch.lowerBound)
      let end = PeakArea.firstIndex(in: times, notBefore: stretch.upperBound)
      if end <= firstApex, end > group.bounds[0] { group.bounds[0] = end }
      let last = group.bounds.count - 1
      if begin > lastApex, begin < group.bounds[last] { group.bounds[last] = begin }
    }
    return group
  }
}
