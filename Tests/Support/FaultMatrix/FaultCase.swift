/// How the program under test reaches the emulated instrument.
public enum Front: String, Sendable, Hashable, CaseIterable {
  /// Within the process: no library of the system in between.
  case inProcess = "in-process"
  /// The program itself on the emulated bus, over the real device libraries.
  case preload
  /// The program itself over a pseudo-terminal; serial instruments only.
  case pty
}

/// One fault on one instrument over one front, with what must come of it.
public struct FaultCase: Sendable, Hashable, CustomStringConvertible {
  /// What must come of a fault, whatever the front.
  public struct Expectation: Sendable, Hashable {
    /// The lasting code of the failure; empty for none.
    public var code: String
    /// The exit code of `acquire`.
    public var exit: Int32
    /// Accepted scans that are kept, of those asked for.
    public var kept: Int
    /// How many of them may still be on the wire when it is pulled, and are lost with it: a port's
    /// buffers go with the port.
    public var onTheWire = 0
    /// What the run says of the instrument: `safe`, `unknown`, or `-` where there is no run.
    public var safe: String
    /// Whether the next `acquire` of the same serial number works.
    public var nextWorks: Bool
  }

  /// The plan as `gauger emulate --faults` takes it.
  public var plan: String
  /// The last part of the model's id.
  public var model: String
  /// How it is reached.
  public var front: Front
  /// What must come of it.
  public var expected: Expectation

  /// The plan, the model and the front.
  public var description: String { "\(plan) \(model) \(front.rawValue)" }
}

extension FaultCase {
  /// How many scans each run asks for.
  public static let scans = 5
  /// Every case must end within this many seconds, its two runs together.
  public static let bound = 60

  private static let mended = Expectation(
    code: "", exit: 0, kept: scans, safe: "safe", nextWorks: true)

  private static func ends(
    _ code: String, _ exit: Int32, kept: Int, onTheWire: Int = 0, safe: String = "safe",
    next: Bool = true
  ) -> Expectation {
    Expectation(
      code: code, exit: exit, kept: kept, onTheWire: onTheWire, safe: safe, nextWorks: next)
  }

  /// What each plan must lead to for the OOI family.
  ///
  /// The first frame is a stale one, so the third is the second scan.
  private static let spectrometer: [(String, Expectation)] = [
    ("silent@3", mended),
    ("silent@3x2", mended),
    ("silent@3x3", ends("usb-timed-out", 7, kept: 1)),
    ("silent@command:4", mended),
    ("stall@3", mended),
    ("stall@3x4", ends("usb-stalled", 14, kept: 1)),
    ("stall@command:4", mended),
    ("short@3", mended),
    ("short@3x4", ends("answer-unexpected", 14, kept: 1)),
    ("short@command:4", mended),
    ("babble@3", mended),
    ("babble@3x4", ends("answer-unexpected", 14, kept: 1)),
    // Nobody can see it: the protocol has no checksum.
    ("bit-rot@3", mended),
    ("missing-sync@3", mended),
    ("missing-sync@3x4", ends("answer-unexpected", 14, kept: 1)),
    ("missing-sync@command:6", mended),
    ("unplug@4:back", ends("usb-gone", 6, kept: 2, safe: "unknown")),
    ("unplug@4", ends("usb-gone", 6, kept: 2, safe: "unknown", next: false)),
    ("unplug@command:5:back", ends("usb-gone", 6, kept: 0, safe: "-")),
    ("busy@1", ends("usb-busy", 5, kept: 0, safe: "-")),
    ("stuck-out@3", mended),
    ("stuck-out@45", mended),
    ("stuck-out@45x4", ends("usb-timed-out", 7, kept: 3, safe: "unknown")),
    ("slow@3:50ms", mended),
    ("slow@3:700ms", mended),
    ("wrong-serial", ends("instrument-not-this", 3, kept: 0, safe: "-", next: false)),
    ("old-firmware", mended),
  ]

  /// What each plan must lead to for the RGA family.
  ///
  /// The first frame is a reading of the total pressure, so the third is the second scan.
  private static let analyser: [(String, Expectation)] = [
    ("silent@3", mended),
    ("silent@3x4", ends("serial-timed-out", 7, kept: 1)),
    ("silent@command:6", mended),
    ("stall@3", ends("serial-timed-out", 7, kept: 1, safe: "unknown", next: false)),
    ("short@3", mended),
    ("short@3x4", ends("serial-timed-out", 7, kept: 1)),
    ("short@command:6", mended),
    ("babble@3", mended),
    ("babble@3x4", ends("answer-unexpected", 14, kept: 1)),
    ("babble@command:6", mended),
    // Nobody can see it: ion currents have no checksum.
    ("bit-rot@3", mended),
    ("missing-sync@3", mended),
    ("missing-sync@3x4", ends("serial-timed-out", 7, kept: 1)),
    ("missing-sync@command:6", mended),
    ("unplug@3:back", ends("serial-gone", 6, kept: 1, safe: "unknown")),
    ("unplug@3", ends("serial-gone", 6, kept: 1, safe: "unknown", next: false)),
    ("busy@1", ends("serial-busy", 5, kept: 0, safe: "-")),
    ("stuck-out@30", mended),
    ("slow@3:50ms", mended),
    // The line was named and not the instrument; by its serial number it is not found.
    ("wrong-serial", ends("", 0, kept: scans, next: false)),
    ("old-firmware", mended),
  ]

  /// What each plan must lead to for the open stream protocol: scans come by themselves, so that a
  /// damaged one is a gap, and the next is taken instead.
  private static let player: [(String, Expectation)] = [
    ("silent@3", mended),
    ("silent@3x4", mended),
    ("silent@command:4", mended),
    ("stall@3", ends("serial-timed-out", 7, kept: 2, safe: "unknown", next: false)),
    ("short@3", mended),
    ("short@3x5", ends("answer-unexpected", 14, kept: 2)),
    ("short@command:4", mended),
    ("babble@3", mended),
    ("babble@3x4", mended),
    ("babble@command:4", mended),
    ("bit-rot@3", mended),
    ("bit-rot@3x4", mended),
    ("missing-sync@3", mended),
    ("missing-sync@3x4", mended),
    ("missing-sync@command:4", mended),
    ("unplug@3:back", ends("serial-gone", 6, kept: 2, onTheWire: 2, safe: "unknown")),
    ("unplug@3", ends("serial-gone", 6, kept: 2, onTheWire: 2, safe: "unknown", next: false)),
    ("busy@1", ends("serial-busy", 5, kept: 0, safe: "-")),
    ("stuck-out@4", mended),
    ("slow@3:50ms", mended),
    ("wrong-serial", ends("", 0, kept: scans, next: false)),
    ("old-firmware", mended),
  ]

  /// The models in the table, by the last part of their ids.
  public static let models = ["usb2000plus", "usb4000", "rga200", "player"]

  /// Every case for the fronts that there are.
  public static func all(fronts: Set<Front>) -> [FaultCase] {
    var cases: [FaultCase] = []
    for model in ["usb2000plus", "usb4000"] {
      for front in [Front.inProcess, .preload] where fronts.contains(front) {
        for (plan, expected) in spectrometer {
          cases.append(FaultCase(plan: plan, model: model, front: front, expected: expected))
        }
      }
    }
    for front in Front.allCases where fronts.contains(front) {
      for (model, table) in [("rga200", analyser), ("player", player)] {
        for (plan, expected) in table where front.has(plan) {
          var fault = FaultCase(plan: plan, model: model, front: front, expected: expected)
          // Both runs name the line there, and what is on it is what is on it.
          if front != .preload, plan == "wrong-serial" { fault.expected.nextWorks = true }
          cases.append(fault)
        }
      }
    }
    return cases
  }
}

extension Front {
  /// Whether a plan has a meaning for a serial instrument on this front.
  fileprivate func has(_ plan: String) -> Bool {
    switch self {
    case .inProcess: true
    // A port belongs to whoever opens it; nothing on the line can refuse.
    case .preload: !plan.hasPrefix("busy")
    // And a pseudo-terminal that is gone comes back as another one, which nobody is told.
    case .pty: !plan.hasPrefix("busy") && !plan.hasSuffix(":back")
    }
  }
}
