internal import Instruments

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
  var got: String?

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
    case .settingRefused(let setting, let asked, let got):
      kind = "setting_refused"
      (operation, text, self.got) = (setting, asked, got)
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
    case "setting_refused":
      return .settingRefused(
        setting: try need(operation, "operation"), asked: try need(text, "text"),
        got: try need(got, "got"))
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
