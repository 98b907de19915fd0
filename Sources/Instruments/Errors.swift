/// Why a link could not carry bytes.
public enum LinkError: Error, Sendable, Hashable {
  /// Not everything came before the deadline; this many bytes did.
  case timedOut(received: Int)
  /// The device is unplugged or its port is gone.
  case gone
  /// Another program holds the device, named where that can be read.
  case busy(holder: String?)
  /// The person's rights do not suffice for this device node.
  case denied(node: String)
  /// The end point refused (USB stall) until `clearHalt`.
  case stalled(endpoint: UInt8)
  /// More bytes came than were asked for; what came is lost.
  case overflow(endpoint: UInt8)
  /// `cancel` was called.
  case cancelled
  /// The port did not take a setting: read back, it says something else.
  case settingRefused(setting: String, asked: String, got: String)
  /// The operating system or its library refused; `code` is its own number.
  case system(operation: String, code: Int32, text: String)
  /// A replayed conversation differs from the recorded one.
  case replayMismatch(event: Int, expected: String, got: String)
}

/// Why a driver could not do what was asked.
public enum DriverError: Error, Sendable, Hashable {
  /// The link failed while doing `step`.
  case link(LinkError, step: String)
  /// A setting's number is not allowed; nothing was sent.
  case outOfRange(name: String, asked: Double, rule: SettingRule)
  /// The model has no such setting; nothing was sent.
  case unknownSetting(name: String)
  /// An answer is shorter than its definition.
  case truncated(what: String, got: Int, expected: Int)
  /// An answer does not begin or end as it must.
  case lostSync(what: String, got: UInt8, expected: UInt8)
  /// An answer makes no sense.
  case unexpectedAnswer(what: String, detail: String)
  /// The instrument reports a fault of its own.
  case instrumentFault(detail: String)
  /// The instrument is not what the profile or the caller says.
  case wrongInstrument(detail: String)
  /// The profile lacks what the driver needs, or says something it cannot use.
  case unusableProfile(detail: String)
}
