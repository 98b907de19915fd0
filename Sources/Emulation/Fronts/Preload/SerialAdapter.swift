/// The USB adapter by which an emulated instrument with a serial line is plugged in: an FTDI FT232R,
/// which most laboratories have, with our maker's name.
///
/// Source: USB descriptors of an FT232R as the Linux driver `ftdi_sio` takes them.
struct SerialAdapter: Sendable {
  static let vendor: UInt16 = 0x0403
  static let product: UInt16 = 0x6001
  static let release: UInt16 = 0x0600
  static let maker = USBDescriptors.maker

  /// What stands behind it, as people name it (`RGA200`).
  let productText: String
  let serialText: String

  init(model: String, serialNumber: String) {
    let name = model.split(separator: "/").last.map { $0.uppercased() } ?? model
    productText = "\(name) emulated"
    serialText = serialNumber.hasPrefix("EMU") ? serialNumber : "EMU\(serialNumber)"
  }

  /// The name that udev gives by what the adapter is.
  var stableName: String {
    let text = [Self.maker, productText, serialText].joined(separator: "_")
    let kept = text.map { letter in
      letter.isASCII && (letter.isLetter || letter.isNumber || "#+-.:=@_".contains(letter))
        ? letter : "_"
    }
    return "usb-\(String(kept))-if00-port0"
  }

  /// Device and configuration descriptor: one vendor-class interface, IN 0x81, OUT 0x02.
  var descriptors: [UInt8] {
    let device: [UInt8] =
      [18, 1, 0x00, 0x02, 0, 0, 0, 8] + Self.vendor.littleEndianBytes
      + Self.product.littleEndianBytes + Self.release.littleEndianBytes + [1, 2, 3, 1]
    let configuration: [UInt8] = [9, 2, 32, 0, 1, 1, 0, 0xA0, 45]
    let interface: [UInt8] = [9, 4, 0, 0, 2, 0xFF, 0xFF, 0xFF, 2]
    return device + configuration + interface + [7, 5, 0x81, 2, 64, 0, 0, 7, 5, 0x02, 2, 64, 0, 0]
  }
}
