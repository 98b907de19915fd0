internal import Delivery
internal import Foundation
public import Laboratory
public import Methods
public import Records

/// Asks the quality rules of a bench before something is done.
///
/// `off` looks at nothing. `warn` lets everything be done, and says and records what it would have
/// refused. `enforce` refuses with exit code 9, and the audit chain has an entry of it. All calls block.
public struct Quality: Sendable {
  let bench: Bench

  /// Makes it for a bench.
  public init(bench: Bench) { self.bench = bench }

  /// How strictly the rules are followed.
  public var policy: QualityPolicy { bench.configuration.quality.policy }

  /// What the rules say, and by which versions of the register; throws nothing and refuses nothing.
  ///
  /// A register that cannot be read is a finding too: nothing is decided by half of it.
  func judge(_ question: QualityQuestion) -> RunQuality {
    guard policy != .off else { return RunQuality(policy: policy.rawValue) }
    do throws(RegisterError) {
      let facts = try QualityFacts(question, from: Register(home: bench.home.path))
      return RunQuality(
        policy: policy.rawValue, findings: QualityRules.findings(question, facts),
        register: facts.references)
    } catch {
      return RunQuality(policy: policy.rawValue, findings: [QualityFinding(error.failure)])
    }
  }

  /// Refuses what the rules refuse, where they are enforced; else gives what they say.
  ///
  /// The audit chain is told of a refusal, and of what was done in spite of one; with `saying` people
  /// are told too.
  @discardableResult
  func demand(
    _ question: QualityQuestion, on object: String, saying: Bool = true
  ) throws(Failure) -> RunQuality {
    let decided = judge(question)
    let refused = decided.findings.filter(\.isRefusal)
    if saying, policy == .warn { for finding in decided.findings { bench.notice(finding.warning) } }
    guard let failure = Self.joined(refused.map(\.failure)) else { return decided }
    guard policy == .enforce else {
      _ = bench.audit.note([.judged(.warned, object, question, refused)])
      return decided
    }
    _ = bench.audit.note([.judged(.refused, object, question, refused)])
    throw failure
  }

  /// Asks whether a person may do something that concerns no instrument.
  ///
  /// Gives what the rules only warn of. Throws what they refuse.
  @discardableResult
  public func demand(
    _ activity: Activity, by person: String, method: Method? = nil, run: RunID? = nil,
    on object: String
  ) throws(Failure) -> [QualityFinding] {
    var question = self.question(activity, by: person)
    question.method = method?.reference
    question.methodSays = method.flatMap { MethodState.Use(rawValue: $0.state.rawValue) }
    question.run = run?.text
    return try demand(question, on: object).findings
  }

  func question(_ activity: Activity, by person: String) -> QualityQuestion {
    QualityQuestion(time: bench.clock(), person: person, activity: activity)
  }

  /// Several failures as one, which has the code of the first; nil where there is none.
  static func joined(_ failures: [Failure]) -> Failure? {
    guard var first = failures.first else { return nil }
    guard failures.count > 1 else { return first }
    first.what = failures.map(\.what).joined(separator: " ")
    first.why = failures.map { "\($0.why) (\($0.code))" }.joined(separator: " ")
    first.next = failures.map(\.next).joined(separator: "; ")
    return first
  }
}

extension QualityFinding {
  /// What a run that was made all the same says of it.
  var warning: String {
    "quality: \(failure.what) \(failure.why) (code: \(failure.code))"
  }
}
