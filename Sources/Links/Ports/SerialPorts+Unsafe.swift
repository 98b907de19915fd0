internal import CSerialPort
internal import Instruments

/// One serial port as libserialport lists it.
struct SerialPortEntry: Sendable, Hashable {
  /// The kernel's own node (`/dev/ttyUSB0`).
  var node: String
  /// The numbers and texts of a USB adapter.
  var vendor: UInt16?
  var product: UInt16?
  var makerText: String?
  var productText: String?
  var serialText: String?
}

/// Lists serial ports by libserialport; opens none.
enum SerialPorts {
  /// All ports behind which there is hardware, in no particular order.
  static func entries() throws(LinkError) -> [SerialPortEntry] {
    // A computer without any terminal device has no such folder, and the library calls that an error.
    guard Nodes.exists("/sys/class/tty") else { return [] }
    var list: UnsafeMutablePointer<OpaquePointer?>?
    // Safe: on success the list ends with a null entry; it is given back whole below.
    let code = unsafe sp_list_ports(&list)
    guard code == SP_OK, let list = unsafe list else {
      throw .system(
        operation: "list serial ports", code: code.rawValue, text: "libserialport refused")
    }
    defer { unsafe sp_free_port_list(list) }
    var entries: [SerialPortEntry] = []
    var place = 0
    while let port = unsafe list[place] {
      if let entry = unsafe entry(of: port) { entries.append(entry) }
      place += 1
    }
    return entries
  }

  private static func entry(of port: OpaquePointer) -> SerialPortEntry? {
    // Safe: the library gives nil or a text that lives as long as the port.
    guard let node = unsafe Udev.text(sp_get_port_name(port)) else { return nil }
    switch unsafe sp_get_port_transport(port) {
    case SP_TRANSPORT_USB:
      var (vendor, product): (Int32, Int32) = (0, 0)
      // Safe: the library fills both or returns a code.
      let isKnown = unsafe sp_get_port_usb_vid_pid(port, &vendor, &product) == SP_OK
      return unsafe SerialPortEntry(
        node: node, vendor: isKnown ? UInt16(truncatingIfNeeded: vendor) : nil,
        product: isKnown ? UInt16(truncatingIfNeeded: product) : nil,
        makerText: Udev.text(sp_get_port_usb_manufacturer(port)),
        productText: Udev.text(sp_get_port_usb_product(port)),
        serialText: Udev.text(sp_get_port_usb_serial(port)))
    case SP_TRANSPORT_NATIVE:
      return hasHardware(node) ? SerialPortEntry(node: node) : nil
    default: return nil
    }
  }

  /// Whether a port of the computer itself has a circuit behind it; the kernel makes more nodes than
  /// there are, of type 0.
  static func hasHardware(_ node: String) -> Bool {
    let name = node.dropFirst("/dev/".count)
    let type = StableNames.firstLine(ofFile: "/sys/class/tty/\(name)/type")
    return type.flatMap { Int($0) }.map { $0 != 0 } ?? false
  }
}
