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
    /// Cypress FX2 with an FPGA of this version word, high speed.
    case fx2(fpga: UInt16)
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
  var electricDark: ClosedRange<Int>
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
  /// How many frames are under way in free-running mode: that many stale ones follow a change.
  var framesUnderWay: Int
  /// Bytes of the frame that leave by the second spectrum end point first.
  var secondEndpointBytes: Int
  /// Wavelength in nm of a published pixel: c0 + c1 p + c2 p^2 + c3 p^3.
  var wavelengths: [Double]
  /// Slots 15 and 16: bench and device configuration.
  var configuration: (bench: String, device: String)

  /// Bytes of one readout with its end mark.
  var frameByteCount: Int { 2 * pixelsOnWire + 1 }

  var isHighSpeed: Bool { if case .fx2 = firmware { true } else { false } }
  var maxPacket: Int { isHighSpeed ? 512 : 64 }
  var commandOut: UInt8 { isHighSpeed ? 0x01 : 0x02 }
  var controlIn: UInt8 { isHighSpeed ? 0x81 : 0x87 }
  var spectrumIn: UInt8 { 0x82 }
  var secondSpectrumIn: UInt8 { 0x86 }

  /// All end points, as the configuration descriptor lists them.
  var endpoints: [UInt8] { isHighSpeed ? [0x01, 0x81, 0x82, 0x86] : [0x02, 0x82, 0x87] }

  /// The largest count that a pixel can say.
  var ceiling: Int { min(saturation ?? fullScale, fullScale) }
  /// Published counts a raw count: full scale over saturation where slot 17 tells it.
  var publishedPerRaw: Double { saturation.map { Double(fullScale) / Double($0) } ?? 1 }
}

extension OOIModel {
  /// Every model there is.
  ///
  /// The wavelength polynomials are of a made-up 785 nm Raman bench (775 to 1057 nm: shifts from
  /// -150 to 3,290 per cm); real units are ordered with any range.
  static let all = [usb2000plus, usb4000, usb2000, hr4000]

  static let usb2000plus = OOIModel(
    id: "ocean-optics/usb2000plus", name: "USB2000+",
    about: "2,048 pixels, 16 bit, one spectrum end point, 1 ms to 655 s", product: 0x101E,
    firmware: .fx2(fpga: 0x2005), layout: .linear(xor: 0), pixelsOnWire: 2048,
    pixelsPublished: 2048, fullScale: 65_535, electricDark: 6...20, lit: 21..<2048,
    integrationUnit: 1, integrationLimits: 1000...655_350_000, triggerModes: 0...4, slotCount: 31,
    saturation: nil, framesUnderWay: 1, secondEndpointBytes: 0,
    wavelengths: [774.5213, 0.1500417, -5.513862e-6, -1.021547e-10],
    configuration: ("H14 000 025", "ILX511 OFLV-5"))

  static let usb4000 = OOIModel(
    id: "ocean-optics/usb4000", name: "USB4000",
    about: "3,840 pixels (3,648 shown), 16 bit, two spectrum end points, saturation 53,500",
    product: 0x1022, firmware: .fx2(fpga: 0x3005), layout: .linear(xor: 0), pixelsOnWire: 3840,
    pixelsPublished: 3648, fullScale: 65_535, electricDark: 5...15, lit: 21..<3669,
    integrationUnit: 1, integrationLimits: 10...65_535_000, triggerModes: 0...3, slotCount: 31,
    saturation: 53_500, framesUnderWay: 1, secondEndpointBytes: 2048,
    wavelengths: [774.4876, 0.08421935, -1.731204e-6, -1.802113e-11],
    configuration: ("H14 000 025", "TCD1304 OFLV-5"))

  static let usb2000 = OOIModel(
    id: "ocean-optics/usb2000", name: "USB2000",
    about: "2,048 pixels, 12 bit in split bytes, full speed, 3 ms to 65.5 s", product: 0x1002,
    firmware: .an2131, layout: .split, pixelsOnWire: 2048, pixelsPublished: 2048, fullScale: 4095,
    electricDark: 2...23, lit: 24..<2048, integrationUnit: 1000,
    integrationLimits: 3000...65_535_000, triggerModes: 0...3, slotCount: 17, saturation: nil,
    framesUnderWay: 2, secondEndpointBytes: 0,
    wavelengths: [774.6108, 0.1499283, -5.498117e-6, -1.033871e-10],
    configuration: ("03 000 025", "ILX511 L2"))

  static let hr4000 = OOIModel(
    id: "ocean-optics/hr4000", name: "HR4000",
    about: "3,840 pixels (3,648 shown), 14 bit with bit 13 flipped, two spectrum end points",
    product: 0x1012, firmware: .fx2(fpga: 0x2005), layout: .linear(xor: 0x2000),
    pixelsOnWire: 3840, pixelsPublished: 3648, fullScale: 16_383, electricDark: 5...17,
    lit: 21..<3669, integrationUnit: 1, integrationLimits: 10...655_350_000,
    triggerModes: 0...3, slotCount: 17, saturation: nil, framesUnderWay: 1,
    secondEndpointBytes: 2048,
    wavelengths: [774.5547, 0.08419012, -1.729876e-6, -1.811905e-11],
    configuration: ("H14 000 010", "TCD1304 OFLV-5"))
}
