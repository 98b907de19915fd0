public import Laboratory

extension FaultPlan {
  /// Reads a plan as people write it: `short@5,silent@3x2,bit-rot@*~0.01,seed=7`.
  ///
  /// Throws `emulation-bad-faults`, which says what cannot be read.
  public init(_ text: String) throws(Failure) {
    self.init()
    for item in text.split(separator: ",", omittingEmptySubsequences: false) {
      let item = String(item.filter { $0 != " " })
      if item.hasPrefix("seed=") {
        guard let number = UInt64(item.dropFirst(5)) else {
          throw Self.refusal(text, "The seed \"\(item.dropFirst(5))\" is not a whole number.")
        }
        seed = number
      } else {
        var reader = ItemReader(item: item)
        do throws(ItemReader.Unreadable) {
          rules.append(try reader.rule())
        } catch {
          throw Self.refusal(text, error.why)
        }
      }
    }
    if rules.isEmpty { throw Self.refusal(text, "It names no fault.") }
  }

  private static func refusal(_ text: String, _ why: String) -> Failure {
    Failure(
      "emulation-bad-faults", exit: .usage,
      what: "The fault plan \"\(text.prefix(120))\" cannot be used.", why: why,
      next: "See how a plan is written with: gauger emulate --faults list")
  }

  /// How a plan is written, for people.
  public static var explanation: String {
    let width = Fault.allCases.map(\.rawValue.count).max() ?? 0
    let words = Fault.allCases.map { fault in
      let pad = String(repeating: " ", count: width - fault.rawValue.count)
      return "  \(fault.rawValue)\(pad)  \(fault.about)"
    }
    return """
      A plan is one or more of these, with commas:
      \(words.joined(separator: "\n"))

      When, by count from 1, never by the clock:
        short@5            at the 5th frame
        silent@3x2         at the 3rd and 4th
        bit-rot@*~0.01     at any frame, with a chance of 1 in 100
        silent@command:4   at the answer to the 4th command
        stuck-out@4        the 4th command; busy@1: the 1st time that a program asks for it
        slow@2:50ms        later by a time (us, ms, s)
        unplug@5:back      back at another port
        seed=7             what chances and places are made from

      """
  }
}

/// Reads one fault of a plan.
private struct ItemReader {
  struct Unreadable: Error { var why: String }

  let item: String
  private var rest: Substring

  init(item: String) {
    self.item = item
    rest = item[...]
  }

  mutating func rule() throws(Unreadable) -> FaultPlan.Rule {
    let name = String(take { $0 != "@" && $0 != ":" })
    guard let fault = Fault(rawValue: name) else {
      let names = Fault.allCases.map(\.rawValue).joined(separator: ", ")
      throw Unreadable(
        why: name.isEmpty
          ? "There is nothing between two commas." : "There is no fault \"\(name)\", but \(names).")
    }
    var rule = FaultPlan.Rule(fault: fault)
    try when(&rule)
    try argument(&rule)
    guard rest.isEmpty else {
      throw Unreadable(why: "In \"\(item)\", nothing can be made of \"\(rest)\".")
    }
    return rule
  }

  /// `@` and the count.
  private mutating func when(_ rule: inout FaultPlan.Rule) throws(Unreadable) {
    let name = rule.fault.rawValue
    guard let usual = rule.fault.units.first else {
      guard rest.first != "@" else {
        throw Unreadable(why: "\(name) is so from the beginning and takes no count.")
      }
      return
    }
    guard skip("@") else { throw Unreadable(why: "\(name) needs to know when, as \(name)@5.") }
    rule.unit = usual
    for unit in [Fault.Unit.frame, .command, .claim] where skip("\(unit.rawValue):") {
      guard rule.fault.units.contains(unit) else {
        throw Unreadable(
          why: "\(name) is counted by \(usual.rawValue) and not by \(unit.rawValue).")
      }
      rule.unit = unit
    }
    if !skip("*") {
      let first = try count("of a \(usual.rawValue)")
      var times = 1
      if skip("x") { times = try count("of times") }
      rule.counts = first...(first + times - 1)
    }
    if skip("~") {
      guard let chance = Double(take { $0.isNumber || $0 == "." }), chance > 0, chance <= 1 else {
        throw Unreadable(why: "In \"\(item)\", the chance behind ~ is not a number up to 1.")
      }
      rule.probability = chance
    }
  }

  /// `:` and what a fault is told.
  private mutating func argument(_ rule: inout FaultPlan.Rule) throws(Unreadable) {
    guard skip(":") else {
      if rule.fault == .slow { throw Unreadable(why: "slow needs to know how late: slow@2:50ms.") }
      return
    }
    let argument = String(take { _ in true })
    switch rule.fault {
    case .slow:
      guard let delay = Self.duration(argument) else {
        throw Unreadable(why: "\"\(argument)\" is not a time up to 1 hour such as 50ms.")
      }
      rule.delay = delay
    case .unplug where argument == "back": rule.comesBack = true
    case .wrongSerial:
      guard (1...15).contains(argument.utf8.count),
        argument.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
      else { throw Unreadable(why: "A serial number has 1 to 15 printable ASCII characters.") }
      rule.text = argument
    default: throw Unreadable(why: "\(rule.fault.rawValue) cannot be told \"\(argument)\".")
    }
  }

  private mutating func count(_ what: String) throws(Unreadable) -> Int {
    let digits = take { $0.isASCII && $0.isNumber }
    guard let number = Int(digits), (1...1_000_000_000).contains(number) else {
      throw Unreadable(why: "In \"\(item)\", the number \(what) is not one from 1 on.")
    }
    return number
  }

  private mutating func take(while holds: (Character) -> Bool) -> Substring {
    let taken = rest.prefix(while: holds)
    rest = rest.dropFirst(taken.count)
    return taken
  }

  private mutating func skip(_ word: String) -> Bool {
    guard rest.hasPrefix(word) else { return false }
    rest = rest.dropFirst(word.count)
    return true
  }

  private static func duration(_ text: String) -> Duration? {
    for (unit, microseconds) in [("us", 1), ("ms", 1000), ("s", 1_000_000)] {
      let digits = text.dropLast(unit.count)
      guard text.hasSuffix(unit), let number = Int(digits), number > 0,
        number <= 3_600_000_000 / microseconds
      else { continue }
      return .microseconds(number * microseconds)
    }
    return nil
  }
}
