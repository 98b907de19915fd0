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
  var error: CaptureErrorLine?

  private enum CodingKeys: String, CodingKey {
    case operation, endpoint, length, bytes, sent, dropped, type, request, value, index, error
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
    return CaptureEvent(
      microseconds: microseconds, operation, received: received, dropped: dropped ?? 0,
      error: try error?.error())
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

/// A link's error as it stands in a capture file.
struct CaptureErrorLine: Codable {
  var kind: String
  var received: Int?
  var holder: String?
  var node: String?
  var endpoint: String?
  var operation: String?
  var code: Int32?
  var text: String?

  init(_ error: LinkError) {
    switch error {
    case .timedOut(let received):
      kind = "timed_out"
      self.received = received
    case .gone: kind = "gone"
    case .busy(let holder):
      kind = "busy"
      self.holder = holder
    case .denied(let node):
      kind = "denied"
      self.node = node
    case .stalled(let endpoint):
      kind = "stalled"
      self.endpoint = hex(endpoint)
    case .overflow(let endpoint):
      kind = "overflow"
      self.endpoint = hex(endpoint)
    case .cancelled: kind = "cancelled"
    case .system(let operation, let code, let text):
      kind = "system"
      (self.operation, self.code, self.text) = (operation, code, text)
    case .replayMismatch(_, let expected, let got):
      kind = "system"
      (operation, code, text) = ("replay", 0, "expected \(expected), got \(got)")
    }
  }

  func error() throws -> LinkError {
    switch kind {
    case "timed_out": return .timedOut(received: try need(received, "received"))
    case "gone": return .gone
    case "busy": return .busy(holder: holder)
    case "denied": return .denied(node: try need(node, "node"))
    case "stalled":
      return .stalled(endpoint: try CaptureLine.endpoint(need(endpoint, "endpoint")))
    case "overflow":
      return .overflow(endpoint: try CaptureLine.endpoint(need(endpoint, "endpoint")))
    case "cancelled": return .cancelled
    case "system":
      return .system(
        operation: try need(operation, "operation"), code: try need(code, "code"),
        text: try need(text, "text"))
    default: throw CaptureLine.Damage(why: "unknown error \"\(kind.prefix(40))\"")
    }
  }

  private func need<T>(_ value: T?, _ key: String) throws -> T {
    guard let value else { throw CaptureLine.Damage(why: "error \(kind) without \(key)") }
    return value
  }
}
