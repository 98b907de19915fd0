public import Instruments

/// One event of a captured conversation: what was asked of the link and how it ended.
public struct CaptureEvent: Sendable, Hashable {
  /// What was asked of the link.
  public enum Operation: Sendable, Hashable {
    /// Bytes sent to an end point.
    case write(endpoint: UInt8, bytes: [UInt8])
    /// A read started without waiting.
    case post(endpoint: UInt8, length: Int)
    /// A read waited for.
    case read(endpoint: UInt8, length: Int)
    /// Posted reads taken back and what came dropped.
    case drain(endpoint: UInt8)
    /// A control request; `sent` is empty where it fetches.
    case control(ControlRequest, length: Int, sent: [UInt8])
    /// The end of a stall.
    case clearHalt(endpoint: UInt8)
    /// A reset at the bus.
    case reset
    /// The modem lines read.
    case readLines
    /// Our modem lines set.
    case setLines(ModemLines)
    /// The line held in the break state for so long.
    case sendBreak(microseconds: UInt64)
  }

  /// When it ended, in microseconds since the capture began.
  public var microseconds: UInt64
  /// What was asked.
  public var operation: Operation
  /// The bytes that came; of a read that timed out or overflowed, what it left in the buffer.
  public var received: [UInt8]
  /// How many bytes a drain dropped.
  public var dropped: Int
  /// The modem lines as they were read; nil where the carrier has none.
  public var lines: ModemLines?
  /// Whether the carrier has what lines were set or a break was asked of.
  public var wasTaken: Bool
  /// How it failed, if it did.
  public var error: LinkError?

  /// Makes an event.
  public init(
    microseconds: UInt64 = 0, _ operation: Operation, received: [UInt8] = [], dropped: Int = 0,
    lines: ModemLines? = nil, wasTaken: Bool = true, error: LinkError? = nil
  ) {
    self.microseconds = microseconds
    self.operation = operation
    self.received = received
    self.dropped = dropped
    self.lines = lines
    self.wasTaken = wasTaken
    self.error = error
  }
}

extension CaptureEvent.Operation: CustomStringConvertible {
  /// The operation as messages name it.
  public var description: String {
    switch self {
    case .write(let endpoint, let bytes): "write \(HexBytes.text(bytes)) to \(hex(endpoint))"
    case .post(let endpoint, let length): "post \(length) bytes on \(hex(endpoint))"
    case .read(let endpoint, let length): "read \(length) bytes from \(hex(endpoint))"
    case .drain(let endpoint): "drain \(hex(endpoint))"
    case .control(let request, let length, let sent):
      "control \(hex(request.type)) \(hex(request.request)) value \(request.value)"
        + " index \(request.index) of \(length) bytes \(HexBytes.text(sent))"
    case .clearHalt(let endpoint): "clear halt of \(hex(endpoint))"
    case .reset: "reset"
    case .readLines: "read the modem lines"
    case .setLines(let lines): "set the modem lines to \(lines.rawValue)"
    case .sendBreak(let microseconds): "break of \(microseconds) us"
    }
  }
}

/// Bytes as text, two lower-case digits each.
enum HexBytes {
  private static let digits = Array("0123456789abcdef".utf8)

  static func text(_ bytes: [UInt8]) -> String {
    var characters: [UInt8] = []
    characters.reserveCapacity(2 * bytes.count)
    for byte in bytes {
      characters.append(digits[Int(byte >> 4)])
      characters.append(digits[Int(byte & 15)])
    }
    return String(decoding: characters, as: UTF8.self)
  }

  /// The bytes of a text; nil when it is not whole pairs of digits.
  static func bytes(_ text: String) -> [UInt8]? {
    let characters = Array(text.utf8)
    guard characters.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(characters.count / 2)
    for i in stride(from: 0, to: characters.count, by: 2) {
      guard let high = value(characters[i]), let low = value(characters[i + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  private static func value(_ character: UInt8) -> UInt8? {
    switch character {
    case 48...57: character - 48
    case 97...102: character - 87
    case 65...70: character - 55
    default: nil
    }
  }
}
