public import Instruments

/// An instrument that speaks the open stream protocol and says by itself what it measures.
///
/// - Models: any; who builds one writes no driver. `DeviceProfiles/open-stream/` holds the waits.
/// - Source: the protocol's own page, <doc:OpenStreamProtocol>, with its golden vectors.
/// - Proof: an independent emulator, a reference instrument in C and a client in Python; no maker's
///   hardware.
/// - Threads: everything but `interpret` on the acquisition thread.
///
/// A frame is one `scan` as it was on the line, header and checks included, so that the journal
/// proves itself. Scans come by themselves between `start` and `end`: what the instrument numbered
/// and what never came whole is told as lost.
public struct OpenStreamInstrument: Instrument, ~Copyable {
  /// What the instrument said of itself; memory blocks hold payloads behind the
  /// number of the order.
  public let record: InstrumentRecord
  let model: OpenStreamModel
  let capabilities: OpenStreamCapabilities
  var conversation: OpenStreamConversation
  /// Whether settings were applied since the instrument was made safe.
  var isReady = false
  /// The number of the order that started the run under way; nil where none is.
  var run: UInt32?
  /// The number that the next scan must have.
  var expected: UInt64 = 0
  /// How many scans the instrument sent in all, once it has said that it ended.
  var ended: UInt64?
  /// When the run was started, and a sign of life was asked for that did not come yet.
  var asked: MonotonicInstant?
  private var isClosed = false

  /// Ends what is under way, and asks who it is and what it measures.
  ///
  /// Closes the link when that fails.
  public init(
    link: consuming any ByteLink & ~Copyable, profile: DeviceProfile
  ) throws(DriverError) {
    var link = link
    let model: OpenStreamModel
    do {
      model = try OpenStreamModel(profile)
    } catch {
      link.close()
      throw error
    }
    var conversation = OpenStreamConversation(link: link, model: model)
    let opened: (InstrumentRecord, OpenStreamCapabilities)
    do {
      opened = try Self.introduce(&conversation)
    } catch {
      conversation.receiver.link.close()
      throw error
    }
    (record, capabilities) = opened
    conversation.reserve(opened.1.largestFrame)
    self.conversation = conversation
    self.model = model
  }

  private static func introduce(
    _ conversation: inout OpenStreamConversation
  ) throws(DriverError) -> (InstrumentRecord, OpenStreamCapabilities) {
    try conversation.clear()
    let version = OpenStreamWire.little(OpenStreamWire.version)
    // Without the number of the order, so that one instrument always gives one record.
    let hello = try conversation.ask(
      .hello, version + version + OpenStreamWire.little(UInt32(OpenStreamWire.largestPayload)),
      for: .identity
    ).suffix(from: 4)
    let identity = try OpenStreamIdentity(Array(hello))
    let description = try conversation.ask(.describe, for: .capabilities).suffix(from: 4)
    let capabilities = try OpenStreamCapabilities(Array(description))
    guard
      capabilities.largestFrame - OpenStreamWire.overhead <= Int(identity.largestSent)
        || capabilities.largestFrame == OpenStreamWire.overhead + OpenStreamWire.smallPayload
    else {
      throw .unexpectedAnswer(
        what: "What the instrument says that it measures",
        detail: "its scans are longer than the \(identity.largestSent) bytes that it sends")
    }
    var memory: [InstrumentRecord.MemoryBlock] = [
      .init(name: OpenStreamBlock.identity, bytes: Array(hello)),
      .init(name: OpenStreamBlock.capabilities, bytes: Array(description)),
    ]
    if capabilities.kind == .spectrum {
      memory.append(
        .init(
          name: OpenStreamBlock.axis, bytes: try conversation.axis(capabilities.largestCount)))
    }
    let model = conversation.model.profile.id
    let record = InstrumentRecord(
      model: model, serialNumber: identity.serial, firmware: identity.firmware, memory: memory,
      remarks: [
        "maker": identity.maker, "stated_model": identity.model,
        "protocol": "open stream \(identity.version)",
      ])
    // What cannot be decoded later is refused now.
    _ = try OpenStreamDecoder(record)
    return (record, capabilities)
  }

  /// The size in bytes of the longest scan.
  public var largestFrame: Int { capabilities.largestFrame }

  /// The time between two scans at the highest rate.
  public var frameTime: Duration { .seconds(1 / capabilities.scanRate) }

  /// Tells the instrument its settings, and returns them as it has them then.
  ///
  /// Only between runs: an instrument's own clock and numbers begin anew with each.
  public mutating func apply(_ settings: Settings) throws(DriverError) -> Settings {
    guard run == nil else {
      throw .unexpectedAnswer(
        what: "A change of settings",
        detail: "an open stream takes them before a run; end this one first")
    }
    for (name, value) in settings.values.sorted(by: { $0.key < $1.key }) {
      guard let setting = capabilities.settings.first(where: { $0.name == name }) else {
        throw .unknownSetting(name: name)
      }
      guard value.isFinite, value >= setting.minimum, value <= setting.maximum else {
        throw .outOfRange(
          name: name, asked: value,
          rule: SettingRule(
            name: name, unit: Unit(setting.unit), minimum: setting.minimum,
            maximum: setting.maximum, scope: .instrument, about: "as the instrument states"))
      }
    }
    let inForce = try conversation.set(settings)
    isReady = true
    return inForce
  }

  /// Ends the run under way; the instrument switches off what can harm.
  public mutating func makeSafe() throws(DriverError) {
    isReady = false
    try conversation.abort()
    (run, asked, ended) = (nil, nil, nil)
    conversation.receiver.forget()
  }

  /// Nothing to be done: the next frame is found by its mark and its check.
  public mutating func resynchronize() throws(DriverError) {}

  /// Makes safe and closes the link.
  ///
  /// The link is closed even when making safe failed; idempotent.
  public mutating func close() throws(DriverError) {
    guard !isClosed else { return }
    isClosed = true
    do {
      try makeSafe()
    } catch {
      conversation.receiver.link.close()
      throw error
    }
    conversation.receiver.link.close()
  }

  /// Makes what decodes the scans of a run, from the record alone.
  public static func interpret(
    _ profile: DeviceProfile, _ record: InstrumentRecord
  ) throws(DriverError) -> SeriesInterpreter {
    try OpenStreamDecoder(record).interpreter
  }

  /// The driver as the registry lists it.
  public static let entry = DriverEntry(
    id: "open-stream",
    open: { link, profile throws(DriverError) in
      try OpenStreamInstrument(link: link, profile: profile)
    },
    interpret: { profile, record throws(DriverError) in .series(try interpret(profile, record)) },
    check: { profile throws(DriverError) in _ = try OpenStreamModel(profile) })
}

/// The names of the blocks that a run keeps of what the instrument said.
enum OpenStreamBlock {
  static let identity = "identity"
  static let capabilities = "capabilities"
  static let axis = "axis"
}

extension OpenStreamConversation {
  /// Asks for the places of an axis, as many at a time as a small answer holds; 8 bytes each.
  fileprivate mutating func axis(_ count: Int) throws(DriverError) -> [UInt8] {
    var bytes: [UInt8] = []
    let most = (OpenStreamWire.smallPayload - 12) / 8
    while bytes.count < 8 * count {
      let (first, wanted) = (bytes.count / 8, min(most, count - bytes.count / 8))
      let payload = OpenStreamWire.little(UInt32(first)) + OpenStreamWire.little(UInt32(wanted))
      let answer = try ask(.axis, payload, for: .axis)
      var fields = OpenStreamFields(answer, of: "The axis")
      _ = try fields.number(UInt32.self)
      let (from, got) = (try fields.number(UInt32.self), try fields.number(UInt32.self))
      guard from == UInt32(first), got == UInt32(wanted), fields.left >= 8 * wanted else {
        throw fields.refused("\(got) places from \(from), not \(wanted) from \(first)")
      }
      bytes += answer[12..<12 + 8 * wanted]
    }
    return bytes
  }

  /// Sends settings, and returns all that are in force then.
  ///
  /// Payload both ways, behind the answered order: count (2), 00 00, then name and value (8) each.
  fileprivate mutating func set(_ settings: Settings) throws(DriverError) -> Settings {
    var payload = OpenStreamWire.little(UInt16(settings.values.count)) + [0, 0]
    for (name, value) in settings.values.sorted(by: { $0.key < $1.key }) {
      payload += [UInt8(name.utf8.count)] + Array(name.utf8)
      payload += OpenStreamWire.little(value.bitPattern)
    }
    var fields = OpenStreamFields(
      try ask(.set, payload, for: .settings), of: "The settings in force")
    _ = try fields.number(UInt32.self)
    let count = try fields.number(UInt16.self)
    _ = try fields.number(UInt16.self)
    guard count <= 64 else { throw fields.refused("\(count) of them") }
    var inForce = Settings()
    for _ in 0..<count {
      let name = try fields.word("a setting's name")
      inForce[name] = try fields.finite(name)
    }
    for name in settings.values.keys where inForce[name] == nil {
      throw fields.refused("\(name) is not among them")
    }
    return inForce
  }
}
