/// The facts of one emulated model of the OOI command family, typed in from its documents.
///
/// Source: the protocol page's device table, which cites python-seabreeze at 3de4fdd, libseabreeze
/// 3.0 and the OEM data sheets of USB2000, USB2000+ and USB4000. Written for the emulator alone:
/// drivers and profiles have their own reading of the same documents.
struct OOIModel: Sendable {
  /// How the bytes of a frame are laid out before its end mark 0x69.
  enum Layout: Sendable, Equatable {
    /// `UInt16` little endian a pixel, each XORed with a constant.
    case linear(xor: UInt16)
    /// Packets of 64 low bytes and 64 high bytes in turn; the top nibble floats (all ones here).
    case split
  }

  /// Which firmware family answers: end points, status packet and side effects depend on it.
  enum Firmware: Sendable {
    /// Cypress AN2131, full speed: USB2000.
    case an2131
    /// Cypress FX2, high speed; with an FPGA of this version word where its registers answer.
    case fx2(fpga: UInt16?)
  }

  /// Where slot 17 tells the saturation, counted in its 15 data bytes.
  struct SaturationPlace: Sendable {
    var offset = 4
    var bytes = 2
  }

  var id: String
  var name: String
  var about: String
  var product: UInt16
  var firmware: Firmware
  var layout: Layout
  var pixelsOnWire: Int
  var pixelsPublished: Int
  var fullScale: Int
  /// Masked pixels that see no light, as the makers name them.
  var electricDark: [ClosedRange<Int>]
  /// Wire pixels that see light; those before and after see none.
  var lit: Range<Int>
  /// Microseconds a unit of the integration operand.
  var integrationUnit: Int
  /// Allowed integration in microseconds; anything else is ignored without a word.
  var integrationLimits: ClosedRange<Int>
  /// What the last trigger mode of the model is; larger values are ignored without a word.
  var triggerModes: ClosedRange<UInt16>
  var slotCount: Int
  /// Raw counts at which the detector chain saturates, if slot 17 tells.
  var saturation: Int?
  /// Where slot 17 tells it.
  var saturationPlace = SaturationPlace()
  /// How many frames are under way in free-running mode: that many stale ones follow a change.
  var framesUnderWay: Int
  /// Bytes of the frame that leave by the second spectrum end point first.
  var secondEndpointBytes: Int
  /// Wavelength in nm of a published pixel: c0 + c1 p + c2 p^2 + c3 p^3.
  var wavelengths: [Double]
  /// The pixel that p counts from.
  var wavelengthOrigin = 0
  /// Slots 15 and 16: bench and device configuration.
  var configuration: (bench: String, device: String)
  /// Whether a frame ends with the mark 0x69.
  var hasEndMark = true
  /// Whether the status query FE has an answer.
  var answersStatus = true
  /// Whether the command 02 is taken with exactly two bytes of operand, and ignored with more.
  var takesShortIntegrationOnly = false
  /// Whether there is an end point 0x86.
  var hasSecondEndpoint = true
  /// Whether the board tells its temperature (6C).
  var hasThermometer = true
  /// Whether the detector is cooled, and tells its temperature (72).
  var isCooled = false

  /// Bytes of one readout with its end mark, if it has one.
  var frameByteCount: Int { 2 * pixelsOnWire + (hasEndMark ? 1 : 0) }

  var isHighSpeed: Bool { if case .fx2 = firmware { true } else { false } }
  var maxPacket: Int { isHighSpeed ? 512 : 64 }
  var commandOut: UInt8 { isHighSpeed ? 0x01 : 0x02 }
  var controlIn: UInt8 { isHighSpeed ? 0x81 : 0x87 }
  var spectrumIn: UInt8 { 0x82 }
  var secondSpectrumIn: UInt8 { 0x86 }

  /// All end points, as the configuration descriptor lists them.
  var endpoints: [UInt8] {
    guard isHighSpeed else { return [0x02, 0x82, 0x87] }
    return hasSecondEndpoint ? [0x01, 0x81, 0x82, 0x86] : [0x01, 0x81, 0x82]
  }

  /// The largest count that a pixel can say.
  var ceiling: Int { min(saturation ?? fullScale, fullScale) }
  /// Published counts a raw count: full scale over saturation where slot 17 tells it.
  var publishedPerRaw: Double { saturation.map { Double(fullScale) / Double($0) } ?? 1 }
}
