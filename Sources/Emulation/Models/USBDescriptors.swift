/// What an emulated USB device says of itself on end point 0.
struct USBDescriptors: Sendable {
  static let vendor: UInt16 = 0x2457
  static let release: UInt16 = 0x0100
  static let maker = "Gauger Emulation"

  var product: UInt16
  var productName: String
  var serialNumber: String
  var endpoints: [UInt8]
  var maxPacket: Int
  var isHighSpeed: Bool

  init(model: OOIModel, serialNumber: String) {
    product = model.product
    productName = "\(model.name) (emulated)"
    self.serialNumber = serialNumber
    endpoints = model.endpoints
    maxPacket = model.maxPacket
    isHighSpeed = model.isHighSpeed
  }

  /// The 18 bytes of the device descriptor: vendor class, one configuration, three strings.
  var device: [UInt8] {
    let usb: UInt16 = isHighSpeed ? 0x0200 : 0x0110
    return [18, 1] + le(usb) + [0xFF, 0, 0, 64] + le(Self.vendor) + le(product)
      + le(Self.release) + [1, 2, 3, 1]
  }

  /// The configuration with its one vendor-class interface of bulk end points.
  var configuration: [UInt8] {
    let size = UInt16(9 + 9 + 7 * endpoints.count)
    let head: [UInt8] = [9, 2] + le(size) + [1, 1, 0, 0x80, 250]
    let interface: [UInt8] = [9, 4, 0, 0, UInt8(endpoints.count), 0xFF, 0, 0, 0]
    return head + interface
      + endpoints.flatMap { [7, 5, $0, 2] + le(UInt16(maxPacket)) + [0] }
  }

  /// A string descriptor: 0 lists the language (US English), 1 maker, 2 product, 3 serial number.
  func string(_ index: UInt8) -> [UInt8]? {
    let text: String
    switch index {
    case 0: return [4, 3, 0x09, 0x04]
    case 1: text = Self.maker
    case 2: text = productName
    case 3: text = serialNumber
    default: return nil
    }
    let units = Array(text.utf16.prefix(126))
    return [UInt8(2 + 2 * units.count), 3] + units.flatMap { le($0) }
  }

  /// Answers a standard request on end point 0; nil is a stall.
  ///
  /// Setup packet: type, request, value, index, length (USB 2.0, section 9.3).
  func answer(setup: [UInt8]) -> [UInt8]? {
    guard setup.count >= 8 else { return nil }
    let length = Int(setup[6]) | Int(setup[7]) << 8
    let full: [UInt8]?
    switch (setup[0], setup[1]) {
    case (0x80, 6):
      full = descriptor(kind: setup[3], index: setup[2])
    case (0x80, 0), (0x81, 0), (0x82, 0):
      full = [0, 0]
    case (0x80, 8):
      full = [1]
    case (0x81, 10):
      full = [0]
    case (0x00, 9), (0x01, 11), (0x02, 1), (0x02, 3), (0x00, 1), (0x00, 3):
      full = []
    default:
      full = nil
    }
    return full.map { Array($0.prefix(length)) }
  }

  private func descriptor(kind: UInt8, index: UInt8) -> [UInt8]? {
    switch kind {
    case 1: device
    case 2 where index == 0: configuration
    case 3: string(index)
    default: nil
    }
  }

  private func le(_ value: UInt16) -> [UInt8] {
    [UInt8(truncatingIfNeeded: value), UInt8(value >> 8)]
  }
}
