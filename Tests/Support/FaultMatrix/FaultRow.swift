/// What came of one case.
public struct FaultRow: Sendable, Hashable {
  /// The case.
  public var fault: FaultCase
  /// The lasting code of the failure; empty for none.
  public var code = ""
  /// The exit code of `acquire`.
  public var exit: Int32 = -1
  /// Accepted scans in the run's record.
  public var kept = 0
  /// Records known to be on the disk.
  public var durable = 0
  /// All records of frames, believed or not.
  public var records = 0
  /// What the run says of the instrument.
  public var safe = "-"
  /// What the emulator says was left switched on, by each program that had it.
  public var leftOn: [String] = []
  /// Whether the next `acquire` worked.
  public var nextWorks = false
  /// How long both runs took, in seconds.
  public var seconds = 0.0
  /// The plan's faults that came.
  public var injected = 0

  /// A row of a case of which nothing came yet.
  public init(_ fault: FaultCase) { self.fault = fault }

  /// What differs from what must be; empty where nothing does.
  public var deviations: [String] {
    let expected = fault.expected
    var found: [String] = []
    func compare<Value: Equatable>(_ name: String, _ got: Value, _ wanted: Value) {
      if got != wanted { found.append("\(name) is \(got) and not \(wanted)") }
    }
    compare("code", code, expected.code)
    compare("exit code", exit, expected.exit)
    let fewest = expected.kept - expected.onTheWire
    if !(fewest...expected.kept).contains(kept) {
      compare("scans kept", kept, expected.kept)
    }
    compare("durable records", durable, records)
    compare("safe", safe, expected.safe)
    compare("next acquire works", nextWorks, expected.nextWorks)
    if injected == 0 { found.append("no fault came") }
    let mayStayOn = ["unknown", "-"].contains(expected.safe)
    // The last to let go is the next run, which must leave it as every run does.
    for (place, left) in leftOn.enumerated() where !left.isEmpty {
      if !mayStayOn || nextWorks && place == leftOn.count - 1 {
        found.append("left switched on: \(left)")
      }
    }
    return found
  }

  /// Whether both runs together took longer than they may; told by `make faults`, where a busy
  /// machine does not decide over a test.
  public var isOverdue: Bool { seconds > Double(FaultCase.bound) }

  /// The heads of the table.
  public static let heads = [
    "fault", "driver", "front", "code", "exit", "kept", "durable", "safe", "left on", "next", "s",
  ]

  /// The cells of the row, under the heads.
  public var cells: [String] {
    let left = leftOn.isEmpty ? "-" : leftOn.first { !$0.isEmpty } ?? "nothing"
    return [
      fault.plan, fault.model, fault.front.rawValue, code.isEmpty ? "-" : code, "\(exit)",
      "\(kept)/\(FaultCase.scans)", "\(durable)/\(records)", safe, left,
      nextWorks ? "works" : "fails", "\((seconds * 10).rounded() / 10)",
    ]
  }
}
