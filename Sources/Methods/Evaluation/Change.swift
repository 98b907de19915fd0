internal import Laboratory
internal import Processing

/// One thing that is not as it was.
public struct Change: Sendable, Hashable, Codable {
  /// What: run, analyte and property (`014 etizolam value`).
  public var subject: String
  /// How it was; none where it was not there.
  public var old: String?
  /// How it is; none where it is no longer there.
  public var new: String?

  /// Makes a change.
  public init(subject: String, old: String?, new: String?) {
    self.subject = subject
    self.old = old
    self.new = new
  }
}

/// What is compared of evaluations: labelled values, in an order that people read.
struct Labelled {
  var entries: [(label: String, text: String)] = []

  mutating func add(_ label: String, _ text: String?) {
    if let text { entries.append((label, text)) }
  }

  mutating func add(_ label: String, _ value: Double?) { add(label, value.map { "\($0)" }) }

  /// What differs, first what is new or changed, then what is gone.
  static func changes(from old: Labelled, to new: Labelled) -> [Change] {
    let before = Dictionary(
      old.entries.map { ($0.label, $0.text) }, uniquingKeysWith: { a, _ in a })
    let after = Dictionary(new.entries.map { ($0.label, $0.text) }, uniquingKeysWith: { a, _ in a })
    var changes: [Change] = []
    for (label, text) in new.entries where before[label] != text {
      changes.append(Change(subject: label, old: before[label], new: text))
    }
    for (label, text) in old.entries where after[label] == nil {
      changes.append(Change(subject: label, old: text, new: nil))
    }
    return changes
  }
}

extension RunEvaluation {
  /// What is not as in an earlier evaluation of the same run; every number to the last digit.
  public func changes(from old: RunEvaluation) -> [Change] {
    Labelled.changes(from: old.labelled(""), to: labelled(""))
  }

  func labelled(_ prefix: String) -> Labelled {
    var list = Labelled()
    for (signal, peaks) in peaks.sorted(by: { $0.key < $1.key }) {
      list.add("\(prefix)\(signal) peaks", "\(peaks.count)")
      for (index, peak) in peaks.enumerated() {
        let name = "\(prefix)\(signal) peak \(index + 1)"
        list.add("\(name) retention_s", peak.retentionTime)
        list.add("\(name) area", peak.area)
        list.add("\(name) height", peak.height)
        list.add("\(name) code", peak.code)
      }
    }
    for reading in readings + unknowns {
      let name = "\(prefix)\(reading.name)"
      list.add("\(name) state", reading.state.rawValue)
      list.add("\(name) retention_s", reading.peak?.retentionTime)
      list.add("\(name) response", reading.response)
      list.add("\(name) ratio", reading.ratio)
      list.add("\(name) flags", reading.flags.isEmpty ? nil : reading.flags.joined(separator: ", "))
      list.add("\(name) best match", reading.identity?.matches.first?.name)
      list.add("\(name) match score", reading.identity?.matches.first?.score)
      list.add("\(name) verdict", reading.identity?.verdict.rawValue)
      list.add("\(name) library", reading.identity?.library.sha256)
      for (signal, ratio) in reading.ionRatios.sorted(by: { $0.key < $1.key }) {
        list.add("\(name) ratio of \(signal)", ratio)
      }
    }
    for band in bands { list.add("\(prefix)\(band.name)", band.value) }
    for gas in gases {
      list.add("\(prefix)\(gas.keyword)", gas.value)
      list.add("\(prefix)\(gas.keyword) passes", gas.passes.map { "\($0)" })
    }
    list.add("\(prefix)identity", identity?.verdict.rawValue)
    list.add("\(prefix)best match", identity?.matches.first?.name)
    list.add("\(prefix)match score", identity?.matches.first?.score)
    list.add("\(prefix)library", identity?.library.sha256)
    list.add("\(prefix)warnings", warnings.isEmpty ? nil : warnings.joined(separator: "; "))
    return list
  }
}

extension SequenceResult {
  /// What is not as in an earlier result; every number to the last digit.
  public func changes(from old: SequenceResult) -> [Change] {
    Labelled.changes(from: old.labelled, to: labelled)
  }

  private var labelled: Labelled {
    var list = Labelled()
    list.add("method", "\(method.name) \(method.version) \(method.sha256)")
    for library in libraries {
      list.add("library \(library.name)", "\(library.version) \(library.sha256)")
    }
    for curve in curves {
      for (index, value) in (curve.curve?.coefficients ?? []).enumerated() {
        list.add("\(curve.analyte) b\(index)", value)
      }
      list.add("\(curve.analyte) working range from", curve.curve?.working?.lowest)
      list.add("\(curve.analyte) working range to", curve.curve?.working?.highest)
      list.add("\(curve.analyte) calibration", curve.curve == nil ? curve.reason : nil)
    }
    for run in runs {
      let name = "\(run.facts.run) \(run.facts.sample.id)"
      for answer in run.answers {
        let label = "\(name) \(answer.analyte)"
        list.add(label, answer.state.rawValue)
        list.add("\(label) value", answer.value)
        list.add("\(label) uncertainty", answer.uncertainty)
        list.add("\(label) from", answer.lower)
        list.add("\(label) to", answer.upper)
        list.add("\(label) passes", answer.passes.map { "\($0)" })
        list.add(
          "\(label) flags", answer.flags.isEmpty ? nil : answer.flags.joined(separator: ", "))
      }
      list.add("\(name) held", run.holds.isEmpty ? nil : run.holds.joined(separator: "; "))
      list.entries += run.evaluation.labelled("\(name): ").entries
    }
    return list
  }
}
