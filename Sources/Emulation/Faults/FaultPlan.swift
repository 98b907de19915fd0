/// Which faults come when: by count and seed, never by the clock.
public struct FaultPlan: Sendable, Hashable {
  /// One fault and when it comes.
  struct Rule: Sendable, Hashable {
    var fault: Fault
    /// What is counted; nil for what is so from the beginning.
    var unit: Fault.Unit?
    /// The counts at which it comes, from 1.
    var counts: ClosedRange<Int> = 1...Int.max
    /// How likely it comes at each of these.
    var probability = 1.0
    /// How late a slow answer is.
    var delay = Duration.zero
    /// Whether an unplugged instrument is plugged in again, at another port.
    var comesBack = false
    /// The false serial number.
    var text: String?
  }

  /// What chances and positions are made from.
  public var seed: UInt64 = 1
  var rules: [Rule] = []

  /// Makes a plan without faults.
  public init() {}

  /// Whether nothing will ever go wrong.
  public var isEmpty: Bool { rules.isEmpty }

  /// Whether an instrument that was unplugged by the plan is to be plugged in again.
  var plugsInAgain: Bool { rules.contains { $0.fault == .unplug && $0.comesBack } }

  /// The serial number that the instrument falsely states, if it does.
  func falseSerial(standard: String) -> String? {
    rules.first { $0.fault == .wrongSerial }.map { $0.text ?? standard }
  }

  /// Whether the firmware is from before the model's time.
  var hasOldFirmware: Bool { rules.contains { $0.fault == .oldFirmware } }

  /// The first fault that comes at this count.
  func rule(at count: Int, of unit: Fault.Unit) -> Rule? {
    for (place, rule) in rules.enumerated() where rule.unit == unit {
      guard rule.counts.contains(count) else { continue }
      if rule.probability >= 1 { return rule }
      var dice = SplitMix64(seed: seed &+ UInt64(place), stream: UInt64(count))
      if Double.random(in: 0..<1, using: &dice) < rule.probability { return rule }
    }
    return nil
  }
}
