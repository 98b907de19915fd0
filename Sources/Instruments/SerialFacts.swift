/// What a serial line must be set to before the driver speaks.
public struct SerialFacts: Sendable, Hashable {
  /// How a character is guarded.
  public enum Parity: String, Sendable, Hashable, CaseIterable {
    /// No parity bit.
    case none
    /// An even number of ones.
    case even
    /// An odd number of ones.
    case odd
  }

  /// Who holds the sender back.
  public enum FlowControl: String, Sendable, Hashable, CaseIterable {
    /// Nobody; never left to what the port was set to before.
    case none
    /// The RTS and CTS lines.
    case rtsCts = "rts_cts"
    /// The characters 0x11 and 0x13; not for binary data.
    case xonXoff = "xon_xoff"
  }

  /// Bits a second.
  public var baud: Int
  /// Data bits of one character, 5 to 8.
  public var dataBits: Int
  /// How a character is guarded.
  public var parity: Parity
  /// Stop bits of one character, 1 or 2.
  public var stopBits: Int
  /// Who holds the sender back.
  public var flowControl: FlowControl
  /// Whether closing the line drops DTR and RTS, which some instruments take for a restart.
  public var hangsUpAtClose: Bool

  /// Makes the facts of a serial line.
  public init(
    baud: Int, dataBits: Int = 8, parity: Parity = .none, stopBits: Int = 1,
    flowControl: FlowControl = .none, hangsUpAtClose: Bool = true
  ) {
    self.baud = baud
    self.dataBits = dataBits
    self.parity = parity
    self.stopBits = stopBits
    self.flowControl = flowControl
    self.hangsUpAtClose = hangsUpAtClose
  }

  /// How long `count` characters are on the wire, start and stop bits included.
  public func wireTime(of count: Int) -> Duration {
    let bits = 1 + dataBits + (parity == .none ? 0 : 1) + stopBits
    return .nanoseconds(Int64(count) * Int64(bits) * 1_000_000_000 / Int64(max(1, baud)))
  }
}

/// A question by which a model on a serial line is recognised; asking it must be harmless.
public struct SerialQuestion: Sendable, Hashable {
  /// The bytes to send, terminator included (`ID?` CR).
  public var ask: [UInt8]
  /// How the answer begins when the model is on the line.
  public var answerBegins: [UInt8]
  /// What ends the answer.
  public var answerEnds: [UInt8]
  /// How long the answer may take.
  public var within: Duration
  /// Where the serial number stands in the answer: behind this text, up to the end.
  public var serialNumberFollows: [UInt8]?

  /// Makes a question.
  public init(
    ask: [UInt8], answerBegins: [UInt8], answerEnds: [UInt8], within: Duration,
    serialNumberFollows: [UInt8]? = nil
  ) {
    self.ask = ask
    self.answerBegins = answerBegins
    self.answerEnds = answerEnds
    self.within = within
    self.serialNumberFollows = serialNumberFollows
  }
}
