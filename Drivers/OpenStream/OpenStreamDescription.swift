internal import Instruments

/// Who the instrument is, by its own account.
///
/// Payload of `identity`, behind the number of the order that it answers (4 bytes):
///
///     VV VV  00 00  SS SS SS SS  TT TT TT TT  maker  model  serial  firmware
///
/// - VV: version of the protocol that both will speak
/// - SS: the largest payload that it sends; TT: the largest that it takes
/// - texts: a length byte, then as many characters
struct OpenStreamIdentity: Sendable {
  var version: UInt16
  var largestSent: UInt32
  var largestTaken: UInt32
  var maker: String
  var model: String
  var serial: String
  var firmware: String

  init(_ payload: [UInt8]) throws(DriverError) {
    var fields = OpenStreamFields(payload, of: "The identity")
    version = try fields.number(UInt16.self)
    _ = try fields.number(UInt16.self)
    largestSent = try fields.number(UInt32.self)
    largestTaken = try fields.number(UInt32.self)
    maker = try fields.text("the maker")
    model = try fields.text("the model")
    serial = try fields.word("the serial number")
    firmware = try fields.text("the firmware")
    guard version == OpenStreamWire.version else {
      throw .wrongInstrument(
        detail: "it speaks version \(version) of the open stream protocol, and this driver "
          + "\(OpenStreamWire.version)")
    }
    guard largestSent <= UInt32(OpenStreamWire.largestPayload), largestTaken >= 64 else {
      throw fields.refused("payloads up to \(largestSent) bytes, and \(largestTaken) taken")
    }
  }
}

/// What the instrument measures, by its own account.
///
/// Payload of `capabilities`, behind the number of the order that it answers (4 bytes):
///
///     KK VV XX TT  tick rate(8)  scan rate(8)  largest count(4)  channels(2)  settings(2)
///     AA 00 00 00  then for each channel: name unit factor(8)
///                  then for each setting: name unit minimum(8) maximum(8) step(8) standard(8)
///
/// - KK: 1 traces, 2 mass centroids, 3 mass profile, 4 spectrum
/// - VV, XX: form of values and of masses: 1 Double, 2 Float, 3 UInt32, 4 UInt16, 5 Int32; XX 0 where
///   there are no masses
/// - TT: 1 times are UInt64 ticks; 2 times are Double seconds
/// - AA: 0 no axis, 1 wavelength in nm, 2 Raman shift in 1/cm, 3 wavenumber in 1/cm,
///   4 place on the detector
struct OpenStreamCapabilities: Sendable {
  enum Kind: UInt8 { case traces = 1, centroids, profile, spectrum }
  enum Form: UInt8 {
    case double = 1
    case float, unsigned, short, signed

    var size: Int {
      switch self {
      case .double: 8
      case .float, .unsigned, .signed: 4
      case .short: 2
      }
    }
  }

  struct Channel: Sendable {
    var name: String
    var unit: String
    /// What a value is multiplied by to be in its unit.
    var factor: Double
  }

  struct Setting: Sendable {
    var name: String
    var unit: String
    var minimum: Double
    var maximum: Double
    var step: Double
    var standard: Double
  }

  var kind: Kind
  var values: Form
  var masses: Form?
  /// Ticks a second; nil where times are seconds.
  var tickRate: Double?
  /// The most scans a second.
  var scanRate: Double
  var largestCount: Int
  var axis: Axis.Kind?
  var channels: [Channel] = []
  var settings: [Setting] = []

  /// Bytes of one point, pair or value.
  var stride: Int {
    switch kind {
    case .traces: channels.count * values.size + (tickRate == nil ? 8 : 0)
    case .centroids, .profile: (masses?.size ?? 0) + values.size
    case .spectrum: values.size
    }
  }

  /// Bytes of the longest scan, as a whole frame.
  var largestFrame: Int {
    OpenStreamWire.overhead
      + max(
        OpenStreamWire.smallPayload, OpenStreamWire.scanHead + largestCount * stride)
  }

  init(_ payload: [UInt8]) throws(DriverError) {
    var fields = OpenStreamFields(payload, of: "What the instrument says that it measures")
    let (kind, values) = (try fields.number(UInt8.self), try fields.number(UInt8.self))
    let (masses, time) = (try fields.number(UInt8.self), try fields.number(UInt8.self))
    let (ticks, rate) = (try fields.finite("the tick rate"), try fields.finite("the scan rate"))
    let count = try fields.number(UInt32.self)
    let (channelCount, settingCount) = (
      try fields.number(UInt16.self), try fields.number(UInt16.self)
    )
    let axis = try fields.number(UInt32.self)
    guard let kind = Kind(rawValue: kind), let values = Form(rawValue: values) else {
      throw fields.refused("kind \(kind) and values of form \(values)")
    }
    let isMass = kind == .centroids || kind == .profile
    guard isMass == (Form(rawValue: masses) != nil), isMass || masses == 0 else {
      throw fields.refused("masses of form \(masses)")
    }
    switch (time, ticks) {
    case (1, 1e-3...1e12): tickRate = ticks
    case (2, 0): tickRate = nil
    default: throw fields.refused("time base \(time) with \(ticks) ticks a second")
    }
    guard rate > 0, rate <= 1e6 else { throw fields.refused("\(rate) scans a second") }
    (self.kind, self.values, self.masses) = (kind, values, Form(rawValue: masses))
    (scanRate, largestCount) = (rate, Int(count))
    switch (kind, axis) {
    case (.spectrum, 1): self.axis = .wavelength
    case (.spectrum, 2): self.axis = .ramanShift
    case (.spectrum, 3): self.axis = .wavenumber
    case (.spectrum, 4): self.axis = .channel
    case (.traces, 0), (.centroids, 0), (.profile, 0): self.axis = nil
    default: throw fields.refused("an axis of kind \(axis)")
    }
    guard kind == .traces ? (1...64).contains(channelCount) : channelCount == 1, settingCount <= 64
    else { throw fields.refused("\(channelCount) channels and \(settingCount) settings") }
    for _ in 0..<channelCount {
      let channel = Channel(
        name: try fields.word("a channel's name"), unit: try fields.text("a unit", most: 16),
        factor: try fields.finite("a factor"))
      guard channel.factor != 0, !channels.contains(where: { $0.name == channel.name }) else {
        throw fields.refused("channel \(channel.name) twice or with the factor 0")
      }
      channels.append(channel)
    }
    for _ in 0..<settingCount { settings.append(try Self.setting(&fields)) }
    let largest = OpenStreamWire.scanHead + largestCount * stride
    guard largestCount >= 1, largest <= OpenStreamWire.largestPayload else {
      throw fields.refused("\(largestCount) points a scan, which are \(largest) bytes")
    }
  }

  private static func setting(_ fields: inout OpenStreamFields) throws(DriverError) -> Setting {
    let setting = Setting(
      name: try fields.word("a setting's name"), unit: try fields.text("a unit", most: 16),
      minimum: try fields.finite("a minimum"), maximum: try fields.finite("a maximum"),
      step: try fields.finite("a step"), standard: try fields.finite("a standard"))
    guard setting.minimum <= setting.maximum, setting.step >= 0,
      (setting.minimum...setting.maximum).contains(setting.standard)
    else { throw fields.refused("setting \(setting.name) has limits that cannot be") }
    return setting
  }
}
