internal import Laboratory

/// Which runs of a sequence are injections of one preparation, whose mean is one result.
struct ReplicateGroups {
  private struct Key: Hashable {
    var sample: String
    var dilution: Double
  }

  /// The runs of each group; a run of no group stands alone.
  private var groups: [Int: [Int]] = [:]

  /// Groups complete samples of the same id and dilution; none where a result is of one injection.
  init(_ calibration: CalibrationDefinition, _ runs: [RunAnswers]) {
    guard calibration.replicates > 1 else { return }
    var byKey: [Key: [Int]] = [:]
    for (index, run) in runs.enumerated() {
      let sample = run.facts.sample
      // Nobody vouches that two unassigned runs are of one sample.
      guard run.facts.kind == .sample, run.facts.complete, !sample.id.isEmpty,
        sample.id != RunRecord.unassigned
      else { continue }
      byKey[Key(sample: sample.id, dilution: sample.dilution ?? 1), default: []].append(index)
    }
    for members in byKey.values where members.count > 1 {
      for index in members { groups[index] = members }
    }
  }

  /// The response of a run: the mean of its group, the same for each; its own where one has none.
  func response(
    of index: Int, _ findings: [SequenceTarget.Finding]
  ) -> (value: Double?, count: Int) {
    guard let members = groups[index] else { return (findings[index].response, 1) }
    let values = members.compactMap { findings[$0].response }
    // One without a response leaves no mean: it is no zero.
    guard values.count == members.count else { return (findings[index].response, 1) }
    var sum = 0.0
    for value in values { sum += value }
    return (sum / Double(values.count), values.count)
  }

  /// Holds every member of a group of which one is held: they have one result.
  func share(_ runs: inout [RunAnswers], _ analyte: String) {
    let held = Set(runs.indices.filter { !runs[$0].holds.isEmpty })
    for (index, members) in groups where runs[index].holds.isEmpty {
      guard let other = members.first(where: held.contains) else { continue }
      runs[index].holds.append(
        "\(analyte): the replicate \(runs[other].facts.run), whose mean it shares, is held")
    }
  }
}
