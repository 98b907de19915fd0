internal import Instruments

/// Says commands and hears answers; everything but the ion currents themselves.
///
/// A command is two letters, a parameter and CR, without a space. Answers, by kind:
///
///     text LF CR          to a question
///     digits LF CR        STATUS, when an action has finished
///     (nothing)           to a parameter that is set, and to anything wrong
///
/// The end is LF CR and not CR LF: who stops at LF leaves a CR in front of the next ion current.
/// So a line is read byte by byte up to its CR, and what follows is left on the line.
///
/// Not for the time between frames of a running acquisition, unless said so: answers are copied.
struct RGAConversation: ~Copyable {
  /// A serial line has one end point for both directions.
  static let endpoint: UInt8 = 0
  static let cr: UInt8 = 0x0D
  static let lf: UInt8 = 0x0A
  /// No answer is longer: the identity has 23 characters.
  static let longestLine = 40

  typealias Line = [40 of UInt8]

  var link: any ByteLink & ~Copyable
  let model: RGAModel
  /// Whether everything that was asked for has come, so that the next byte answers the next command.
  var isInStep = false
  /// Whether the unit has a multiplier; nil until it was asked.
  var hasMultiplier: Bool?

  init(link: consuming any ByteLink & ~Copyable, model: RGAModel) {
    self.link = link
    self.model = model
  }

  // MARK: - Bytes

  /// Sends one command and its CR.
  mutating func send(
    _ command: String, until deadline: MonotonicInstant? = nil
  ) throws(DriverError) {
    let bytes = Array(command.utf8) + [Self.cr]
    do {
      try link.write(
        bytes.span, to: Self.endpoint, until: deadline ?? .now.advanced(by: model.reply))
    } catch {
      isInStep = false
      throw .link(error, step: "send \(command.isEmpty ? "the byte that stops a scan" : command)")
    }
  }

  /// Reads one line into `line` and returns its length without LF CR.
  ///
  /// Allocates nothing while all goes well.
  mutating func readLine(
    into line: inout Line, _ step: String, until deadline: MonotonicInstant
  ) throws(DriverError) -> Int {
    var span = line.mutableSpan
    var count = 0
    while count < Self.longestLine {
      do throws(LinkError) {
        let got = try link.read(
          Leg(endpoint: Self.endpoint, byteCount: 1), into: &span, at: count, until: deadline)
        guard got == 1 else { throw LinkError.timedOut(received: 0) }
      } catch {
        isInStep = false
        if case .timedOut = error { throw .link(.timedOut(received: count), step: step) }
        throw .link(error, step: step)
      }
      if span[count] == Self.cr {
        guard count > 0, span[count - 1] == Self.lf else {
          isInStep = false
          throw .lostSync(
            what: step, got: count > 0 ? span[count - 1] : Self.cr, expected: Self.lf)
        }
        return count - 1
      }
      count += 1
    }
    isInStep = false
    throw .unexpectedAnswer(what: step, detail: "\(Self.longestLine) bytes without CR")
  }

  /// Drops what comes until the line has been quiet for the profile's time.
  mutating func drain(_ step: String, until deadline: MonotonicInstant? = nil) throws(DriverError) {
    do {
      _ = try link.drain(
        Self.endpoint, quiet: model.quiet,
        until: deadline ?? .now.advanced(by: model.quiet + model.reply))
    } catch {
      // A line that never falls silent shows as damage in what is read next.
      if case .timedOut = error { return }
      throw .link(error, step: step)
    }
  }

  // MARK: - Questions

  /// Asks and takes the answer as it came, LF CR included.
  ///
  /// After a damaged answer or silence the question is put once more, and before it line and head are
  /// brought in step by the identity: an answer that comes late must not pass for a later one's.
  /// After silence the head is asked first whether it took the question for a wrong command.
  mutating func ask(_ question: String) throws(DriverError) -> [UInt8] {
    do {
      return try askOnce(question)
    } catch {
      switch error {
      case .link(.timedOut, _):
        try drain("ask \(question)")
        if question != "EC?", let refusal = try refusal(of: question) { throw refusal }
      case .lostSync, .unexpectedAnswer: break
      default: throw error
      }
      let identity = try getInStep()
      return question == "ID?" ? identity : try askOnce(question)
    }
  }

  private mutating func askOnce(
    _ question: String, until deadline: MonotonicInstant? = nil
  ) throws(DriverError) -> [UInt8] {
    try send(question)
    var line = Line(repeating: 0)
    let count = try readLine(
      into: &line, "ask \(question)", until: deadline ?? .now.advanced(by: model.reply))
    return (0..<count + 2).map { line[$0] }
  }

  /// Asks for a number.
  mutating func askNumber(_ question: String) throws(DriverError) -> Double {
    if let number = RGADecoding.number(Self.text(try ask(question)).span) { return number }
    let again = try askAfterNonsense(question)
    guard let number = RGADecoding.number(Self.text(again).span) else {
      throw Self.nonsense(question, again)
    }
    return number
  }

  /// Asks for a number within a bound that nothing may outlast; no second question.
  private mutating func askNumber(
    _ question: String, until deadline: MonotonicInstant
  ) throws(DriverError) -> Double {
    let answer = try askOnce(
      question, until: min(deadline, MonotonicInstant.now.advanced(by: model.reply)))
    guard let number = RGADecoding.number(Self.text(answer).span) else {
      isInStep = false
      throw Self.nonsense(question, answer)
    }
    return number
  }

  /// Asks once more when an answer was whole but no number: what came too much before it is dropped.
  private mutating func askAfterNonsense(_ question: String) throws(DriverError) -> [UInt8] {
    _ = try getInStep()
    return try ask(question)
  }

  /// Asks for a byte: STATUS or a detail byte.
  mutating func askByte(_ question: String) throws(DriverError) -> UInt8 {
    if let byte = RGADecoding.byte(Self.text(try ask(question)).span) { return byte }
    let again = try askAfterNonsense(question)
    guard let byte = RGADecoding.byte(Self.text(again).span) else {
      throw Self.nonsense(question, again)
    }
    return byte
  }

  /// Why the head did not answer, if it took what was said for wrong; nil where it did not.
  ///
  /// A head that does not answer this either is silent for another reason, and nil too.
  private mutating func refusal(of command: String) throws(DriverError) -> DriverError? {
    do throws(DriverError) {
      let answer = try askOnce("EC?")
      guard let byte = RGADecoding.byte(Self.text(answer).span) else {
        throw Self.nonsense("EC?", answer)
      }
      if byte == 0 { return nil }
      let name = RGAStatus.names(of: byte, in: RGAStatus.groups[0])
      return .instrumentFault(detail: "it does not answer \(command): \(name)")
    } catch {
      switch error {
      case .link(.timedOut, _), .lostSync, .unexpectedAnswer: return nil
      default: throw error
      }
    }
  }

  static func text(_ answer: [UInt8]) -> [UInt8] { Array(answer.dropLast(2)) }

  static func nonsense(_ question: String, _ answer: [UInt8]) -> DriverError {
    let shown = answer.dropLast(2).prefix(24).map {
      (0x20...0x7E).contains($0) ? String(Unicode.Scalar($0)) : "?"
    }.joined()
    return .unexpectedAnswer(what: "The answer to \(question)", detail: "'\(shown)'")
  }

  // MARK: - Actions and parameters

  /// Starts a hardware action and waits for the STATUS byte that tells its end.
  ///
  /// Throws the named fault where one of the bits in `watched` is set.
  mutating func act(
    _ command: String, within bound: Int, watching watched: RGAStatus
  ) throws(DriverError) {
    try send(command)
    let status: RGAStatus
    do {
      status = try readStatus(command, until: .now.advanced(by: .milliseconds(bound)))
    } catch {
      guard case .link(.timedOut, _) = error else { throw error }
      try drain(command)
      throw try refusal(of: command) ?? error
    }
    try refuse(status, watching: watched, during: command)
  }

  /// Reads a STATUS byte that is on its way.
  ///
  /// Allocates nothing while all goes well.
  mutating func readStatus(
    _ step: String, until deadline: MonotonicInstant
  ) throws(DriverError) -> RGAStatus {
    var line = Line(repeating: 0)
    let count = try readLine(into: &line, step, until: deadline)
    guard let byte = RGADecoding.byte(line.span.extracting(first: count)) else {
      isInStep = false
      throw Self.nonsense(step, (0..<count + 2).map { line[$0] })
    }
    return RGAStatus(rawValue: byte)
  }

  /// Throws the named fault where STATUS has one of the bits `watched`.
  mutating func refuse(
    _ status: RGAStatus, watching watched: RGAStatus, during step: String
  ) throws(DriverError) {
    let found = status.intersection(watched)
    if !found.isEmpty { throw try fault(found, during: step) }
  }

  /// Asks for the detail byte of every bit and names what is set.
  mutating func fault(
    _ status: RGAStatus, during step: String
  ) throws(DriverError) -> DriverError {
    var names: [String] = []
    for group in RGAStatus.groups where status.contains(group.bit) {
      names.append(RGAStatus.names(of: try askByte(group.question), in: group))
    }
    return .instrumentFault(detail: "\(step): \(names.joined(separator: "; "))")
  }

  /// Sets a parameter that is taken without an answer, and reads it back.
  mutating func set(_ name: String, to value: Double) throws(DriverError) {
    try send("\(name)\(Self.whole(value))")
    let found = try askNumber("\(name)?")
    guard found != value else { return }
    let byte = try askByte("EC?")
    let why = byte == 0 ? "" : " (\(RGAStatus.names(of: byte, in: RGAStatus.groups[0])))"
    throw .unexpectedAnswer(
      what: "The answer to \(name)?",
      detail: "\(found) after \(name)\(Self.whole(value)) was sent\(why)")
  }

  /// A whole number in decimal digits, as commands have it.
  static func whole(_ value: Double) -> String { String(Int(value)) }

  /// A number with two decimals: `1.00`.
  static func hundredths(_ value: Double) -> String {
    let count = Int((value * 100).rounded())
    let rest = count % 100
    return "\(count / 100).\(rest < 10 ? "0" : "")\(rest)"
  }
}

extension RGAConversation {
  // MARK: - Safety and getting back in step

  /// Multiplier off, filament off, radio frequency off; then makes sure that they are.
  ///
  /// All three commands go out before anything is waited for. Within the profile's bound.
  mutating func makeSafe() throws(DriverError) {
    let deadline = MonotonicInstant.now.advanced(by: model.profile.limits.makeSafeWithin)
    try sendOff(until: deadline)
    if isInStep, let hasMultiplier {
      do {
        if hasMultiplier { _ = try readStatus("HV0", until: deadline) }
        _ = try readStatus("FL0", until: deadline)
      } catch {
        guard case .link(.timedOut, _) = error else {
          if case .link = error { throw error }
          isInStep = false
          return try confirmOff(until: deadline)
        }
        throw error
      }
    }
    try confirmOff(until: deadline)
  }

  /// Sends the three commands, whatever becomes of the others; throws the first failure.
  ///
  /// While a scan may be under way a byte that means nothing goes first, which stops it.
  mutating func sendOff(until deadline: MonotonicInstant) throws(DriverError) {
    var failure: DriverError?
    // HV0 is a bad command where no multiplier is fitted.
    let commands =
      (isInStep ? [] : [""]) + (hasMultiplier == false ? [] : ["HV0"]) + ["FL0", "MR0"]
    for command in commands {
      do {
        try send(command, until: deadline)
      } catch {
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
  }

  private mutating func confirmOff(until deadline: MonotonicInstant) throws(DriverError) {
    if !isInStep {
      try drain("make safe", until: deadline)
      _ = try identify(until: deadline)
    }
    let emission = try askNumber("FL?", until: deadline)
    guard emission < model.facts.emission.lowest_mA else {
      throw .instrumentFault(detail: "the filament stays on: \(emission) mA after FL0")
    }
    if hasMultiplier == true {
      let volts = try askNumber("HV?", until: deadline)
      guard volts == 0 else {
        throw .instrumentFault(detail: "the multiplier stays on: \(volts) V after HV0")
      }
    }
  }

  /// Asks who is there and passes over the late ends of earlier answers; then all is in step.
  mutating func identify(until deadline: MonotonicInstant) throws(DriverError) -> [UInt8] {
    try send("ID?", until: deadline)
    let head = Array(model.facts.identity.begins.utf8)
    var strange = 0
    while true {
      var line = Line(repeating: 0)
      do throws(DriverError) {
        let count = try readLine(into: &line, "ask ID?", until: deadline)
        let text = (0..<count).map { line[$0] }
        if text.starts(with: head) {
          isInStep = true
          return text + [Self.lf, Self.cr]
        }
        if strange >= 8 { throw Self.nonsense("ID?", text + [Self.lf, Self.cr]) }
      } catch {
        switch error {
        case .lostSync, .unexpectedAnswer: if strange >= 8 { throw error }
        default: throw error
        }
      }
      strange += 1
    }
  }

  /// Stops what is under way, drops what is on the line, asks who is there.
  ///
  /// A head that still switches something answers only then: it has the time that making safe has.
  mutating func getInStep() throws(DriverError) -> [UInt8] {
    isInStep = false
    try send("")
    try drain("get back in step")
    return try identify(until: .now.advanced(by: model.profile.limits.makeSafeWithin))
  }
}
