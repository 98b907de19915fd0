internal import Foundation
internal import Instruments

/// One event as it stands in the file: all keys of all operations, most of them absent.
struct CaptureLine: Codable {
  /// Why a line cannot be used.
  struct Damage: Error { var why: String }

  /// The longest read that a line may state.
  private static let largestLength = 64 << 20

  var microseconds: UInt64
  var operation: String
  var endpoint: String?
  var length: Int?
  var bytes: String?
  var sent: String?
  var dropped: Int?
  var type: UInt8?
  var request: UInt8?
  var value: UInt16?
  var index: UInt16?
  var lines: [String]?
  var taken: Bool?
  var error: CaptureErrorLine?

  private enum CodingKeys: String, CodingKey {
    case operation, endpoint, length, bytes, sent, dropped, type, request, value, index, error
    case lines, taken
    case microseconds = "time_us"
  }

  init(_ event: CaptureEvent) {
    microseconds = event.microseconds
    error = event.error.map(CaptureErrorLine.init)
    if !event.received.isEmpty { bytes = HexBytes.text(event.received) }
    switch event.operation {
    case .write(let endpoint, let bytes):
      (operation, self.endpoint) = ("write", hex(endpoint))
      self.bytes = HexBytes.text(bytes)
    case .post(let endpoint, let length):
      (operation, self.endpoint, self.length) = ("post", hex(endpoint), length)
    case .read(let endpoint, let length):
      (operation, self.endpoint, self.length) = ("read", hex(endpoint), length)
    case .drain(let endpoint):
      (operation, self.endpoint, dropped) = ("drain", hex(endpoint), event.dropped)
    case .control(let setup, let length, let sent):
      (operation, self.length) = ("control", length)
      (type, request, value, index) = (setup.type, setup.request, setup.value, setup.index)
      if !sent.isEmpty { self.sent = HexBytes.text(sent) }
    case .clearHalt(let endpoint): (operation, self.endpoint) = ("clear_halt", hex(endpoint))
    case .reset: operation = "reset"
    case .readLines: (operation, lines) = ("read_lines", event.lines.map(Self.names))
    case .setLines(let lines):
      (operation, self.lines, taken) = ("set_lines", Self.names(lines), event.wasTaken)
    case .sendBreak(let microseconds):
      (operation, length, taken) = ("break", Int(clamping: microseconds), event.wasTaken)
    }
  }

  /// The event of the line; throws what is wrong with it.
  func event() throws -> CaptureEvent {
    let operation = try operationOfLine()
    var received: [UInt8] = []
    switch operation {
    case .read(_, let length), .control(_, let length, _):
      received = try Self.hexBytes(bytes ?? "", "bytes")
      guard received.count <= length else {
        throw Damage(why: "\(received.count) bytes came where \(length) were asked for")
      }
    case .write: break
    default: guard bytes == nil else { throw Damage(why: "\(operation) carries no bytes") }
    }
    guard (dropped ?? 0) >= 0 else { throw Damage(why: "dropped is negative") }
    var event = CaptureEvent(
      microseconds: microseconds, operation, received: received, dropped: dropped ?? 0,
      error: try error?.error())
    switch operation {
    case .readLines: event.lines = try lines.map(Self.lines)
    case .setLines, .sendBreak:
      guard let taken else { throw Damage(why: "\(self.operation) without taken") }
      event.wasTaken = taken
    default: break
    }
    return event
  }

  private func operationOfLine() throws -> CaptureEvent.Operation {
    switch operation {
    case "write":
      guard let bytes else { throw Damage(why: "write without bytes") }
      return .write(endpoint: try endpointOfLine(), bytes: try Self.hexBytes(bytes, "bytes"))
    case "post": return .post(endpoint: try endpointOfLine(), length: try lengthOfLine())
    case "read": return .read(endpoint: try endpointOfLine(), length: try lengthOfLine())
    case "drain": return .drain(endpoint: try endpointOfLine())
    case "control":
      guard let type, let request, let value, let index else {
        throw Damage(why: "control without type, request, value or index")
      }
      return .control(
        ControlRequest(type: type, request: request, value: value, index: index),
        length: try lengthOfLine(), sent: try Self.hexBytes(sent ?? "", "sent"))
    case "clear_halt": return .clearHalt(endpoint: try endpointOfLine())
    case "reset": return .reset
    case "read_lines": return .readLines
    case "set_lines":
      guard let lines else { throw Damage(why: "set_lines without lines") }
      return .setLines(try Self.lines(lines))
    case "break": return .sendBreak(microseconds: UInt64(try lengthOfLine()))
    default: throw Damage(why: "unknown operation \"\(operation.prefix(40))\"")
    }
  }

  private func lengthOfLine() throws -> Int {
    guard let length, (0...Self.largestLength).contains(length) else {
      throw Damage(why: "\(operation) without a length from 0 to \(Self.largestLength)")
    }
    return length
  }

  private func endpointOfLine() throws -> UInt8 {
    guard let endpoint else { throw Damage(why: "\(operation) without an end point") }
    return try Self.endpoint(endpoint)
  }

  static func endpoint(_ text: String) throws -> UInt8 {
    guard text.utf8.count == 4, text.hasPrefix("0x"),
      let number = HexBytes.bytes(String(text.dropFirst(2)))?.first
    else { throw Damage(why: "end point \"\(text.prefix(20))\" is not like 0x82") }
    return number
  }

  /// The modem lines by the names that stand in files, in a fixed order.
  private static let lineNames: [(String, ModemLines)] = [
    ("dtr", .dataTerminalReady), ("rts", .requestToSend), ("cts", .clearToSend),
    ("dsr", .dataSetReady), ("dcd", .carrierDetect), ("ri", .ring),
  ]

  private static func names(_ lines: ModemLines) -> [String] {
    lineNames.filter { lines.contains($0.1) }.map(\.0)
  }

  private static func lines(_ names: [String]) throws -> ModemLines {
    var lines: ModemLines = []
    for name in names {
      guard let known = lineNames.first(where: { $0.0 == name }) else {
        throw Damage(why: "unknown modem line \"\(name.prefix(20))\"")
      }
      lines.insert(known.1)
    }
    return lines
  }

  private static func hexBytes(_ text: String, _ key: String) throws -> [UInt8] {
    guard let bytes = HexBytes.bytes(text) else {
      throw Damage(why: "\(key) is not pairs of hexadecimal digits")
    }
    return bytes
  }

  /// One line of JSON with its keys in alphabetical order, no line end.
  static func text(of value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// What is wrong with a line, for people.
  static func say(_ error: any Error) -> String {
    switch error {
    case let damage as Damage: damage.why
    case DecodingError.keyNotFound(let key, _): "the key \(key.stringValue) is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      "\(context.codingPath.map(\.stringValue).joined(separator: ".")): \(context.debugDescription)"
    case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
      "\(context.codingPath.map(\.stringValue).joined(separator: ".")): \(context.debugDescription)"
    default: "it is not one JSON object"
    }
  }
}
