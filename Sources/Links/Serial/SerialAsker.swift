public import Instruments

/// What was asked of a line, and what it answered.
public struct SerialInquiry: Sendable, Hashable {
  /// One model that the line answered as.
  public struct Answer: Sendable, Hashable {
    /// The profile id of the model.
    public var model: String
    /// The serial number in the answer, where the profile tells its place.
    public var serialNumber: String?

    /// Makes an answer.
    public init(model: String, serialNumber: String? = nil) {
      self.model = model
      self.serialNumber = serialNumber
    }
  }

  /// The questions, each with its line settings (`ID? at 28800 baud 8N1, rts_cts`), in order.
  public var asked: [String]
  /// The models that fit; more than one where profiles have the same question and answer.
  public var answers: [Answer]

  /// Makes the outcome of an inquiry.
  public init(asked: [String] = [], answers: [Answer] = []) {
    self.asked = asked
    self.answers = answers
  }
}

/// Asks a line which model is on it, with the harmless questions of the profiles.
///
/// Only for lines that a person named, or where a person asked for it: what is on a line nobody knows.
public enum SerialAsker {
  private static let longestAnswer = 256
  /// An old line's rest is dropped before a question: no longer than this.
  private static let quiet = Duration.milliseconds(20)

  /// Asks at the line settings of each profile in turn, until something fits.
  ///
  /// Each question is asked once a setting, and once more where no answer came. Blocks for as long as
  /// the profiles' questions may take. Throws when the port cannot be opened or is lost.
  public static func ask(
    _ port: InstrumentPort, for profiles: [DeviceProfile]
  ) throws(LinkError) -> SerialInquiry {
    var inquiry = SerialInquiry()
    for (facts, candidates) in groups(profiles) {
      let link: SerialLink
      do throws(LinkError) {
        link = try SerialLink(port: port, facts: facts)
      } catch .settingRefused(let setting, let asked, _) {
        inquiry.asked.append("nothing at \(facts.summary): the port takes no \(setting) \(asked)")
        continue
      }
      defer { link.close() }
      for question in distinct(candidates) {
        inquiry.asked.append("\(printable(question.ask)) at \(facts.summary)")
        guard let said = try answer(to: question, on: link) else { continue }
        inquiry.answers = fitting(said, question.ask, candidates)
        if !inquiry.answers.isEmpty { return inquiry }
      }
    }
    return inquiry
  }

  /// The models whose expected answer `said` begins with, the most exact ones only.
  static func fitting(
    _ said: [UInt8], _ asked: [UInt8], _ candidates: [(DeviceProfile, SerialQuestion)]
  ) -> [SerialInquiry.Answer] {
    let fitting = candidates.filter {
      $0.1.ask == asked && said.starts(with: $0.1.answerBegins)
    }
    let exact = fitting.map(\.1.answerBegins.count).max() ?? 0
    return fitting.filter { $0.1.answerBegins.count == exact }.map { profile, question in
      SerialInquiry.Answer(
        model: profile.id, serialNumber: serialNumber(in: said, question))
    }
  }

  /// What stands behind the profile's mark up to the end, as far as it is printable.
  static func serialNumber(in said: [UInt8], _ question: SerialQuestion) -> String? {
    guard let mark = question.serialNumberFollows, !mark.isEmpty else { return nil }
    var body = said[...]
    if body.count >= question.answerEnds.count,
      body.suffix(question.answerEnds.count).elementsEqual(question.answerEnds)
    {
      body = body.dropLast(question.answerEnds.count)
    }
    var start = body.startIndex + min(question.answerBegins.count, body.count)
    while start + mark.count <= body.endIndex {
      if body[start..<start + mark.count].elementsEqual(mark) {
        let text = body[(start + mark.count)...].prefix { (0x21...0x7E).contains($0) }
        return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
      }
      start += 1
    }
    return nil
  }

  /// The profiles on serial lines with their questions, by line settings, in the order of the profiles.
  private static func groups(
    _ profiles: [DeviceProfile]
  ) -> [(SerialFacts, [(DeviceProfile, SerialQuestion)])] {
    var groups: [(SerialFacts, [(DeviceProfile, SerialQuestion)])] = []
    for profile in profiles {
      guard case .serial(let facts) = profile.link else { continue }
      for case .serial(let question) in profile.recognition {
        if let place = groups.firstIndex(where: { $0.0 == facts }) {
          groups[place].1.append((profile, question))
        } else {
          groups.append((facts, [(profile, question)]))
        }
      }
    }
    return groups
  }

  /// Each question once, patient enough for every profile that has it.
  private static func distinct(
    _ candidates: [(DeviceProfile, SerialQuestion)]
  ) -> [SerialQuestion] {
    var questions: [SerialQuestion] = []
    for (_, question) in candidates {
      if let place = questions.firstIndex(where: { $0.ask == question.ask }) {
        questions[place].within = max(questions[place].within, question.within)
      } else {
        questions.append(question)
      }
    }
    return questions
  }

  /// The whole answer, or nil where none came in either of two attempts.
  private static func answer(
    to question: SerialQuestion, on link: SerialLink
  ) throws(LinkError) -> [UInt8]? {
    for _ in 0..<2 {
      let patience = MonotonicInstant.now.advanced(by: question.within)
      do throws(LinkError) {
        _ = try link.drain(0, quiet: quiet, until: patience)
        try link.write(
          question.ask.span, to: 0, until: MonotonicInstant.now.advanced(by: question.within))
        return try hear(question, on: link)
      } catch .timedOut {
        continue
      }
    }
    return nil
  }

  private static func hear(
    _ question: SerialQuestion, on link: SerialLink
  ) throws(LinkError) -> [UInt8]? {
    let deadline = MonotonicInstant.now.advanced(by: question.within)
    var said: [UInt8] = []
    var byte: [UInt8] = [0]
    while said.count < longestAnswer {
      var span = byte.mutableSpan
      _ = try link.read(Leg(endpoint: 0, byteCount: 1), into: &span, at: 0, until: deadline)
      said.append(byte[0])
      // Some models answer with the end of a line first.
      if said == question.answerEnds { said = [] }
      if said.count > question.answerEnds.count,
        said.suffix(question.answerEnds.count)
          .elementsEqual(question.answerEnds)
      {
        return said
      }
    }
    return nil
  }

  private static func printable(_ bytes: [UInt8]) -> String {
    String(decoding: bytes.filter { (0x20...0x7E).contains($0) }, as: UTF8.self)
  }
}

extension SerialFacts {
  /// The settings as people write them: `28800 baud 8N1, rts_cts`.
  public var summary: String {
    let letter =
      switch parity {
      case .none: "N"
      case .even: "E"
      case .odd: "O"
      }
    let flow = flowControl == .none ? "" : ", \(flowControl.rawValue)"
    return "\(baud) baud \(dataBits)\(letter)\(stopBits)\(flow)"
  }
}
