internal import Foundation

/// The files by which one emulated serial port is seen under `/sys` and `/dev`, in a root folder of
/// their own.
///
/// Source: Linux sysfs of an adapter with the drivers `usbserial` and `ftdi_sio`, as libserialport,
/// libudev and pyserial read it, and the marks of umockdev (`dev/.node`, `ioctl/`).
struct SerialTree: Sendable {
  let root: String
  /// The adapter's place on the bus, counted from 1.
  let port: Int
  let deviceNumber: Int
  /// The port's number in the kernel's name.
  let number: Int
  let adapter: SerialAdapter

  private static let major = 188

  /// The kernel's name of the port.
  var name: String { "ttyUSB\(number)" }
  /// Where a program under the bench finds the port.
  var path: String { "/dev/\(name)" }
  /// Where the preload library sends the calls made on the port.
  var socket: String { "\(root)/ioctl/dev/\(name)" }

  private var usb: String { "\(USBTree.bus)-\(port)" }
  private var interface: String { "\(usb):1.0" }
  private var device: String { "/devices/pci0000:00/0000:00:14.0/usb\(USBTree.bus)/\(usb)" }
  private var tty: String { "\(device)/\(interface)/\(name)/tty/\(name)" }
  private var stablePath: String { "/dev/serial/by-id/\(adapter.stableName)" }
  private var usbMinor: Int { (USBTree.bus - 1) * 128 + deviceNumber - 1 }
  private var productText: String {
    [SerialAdapter.vendor, SerialAdapter.product, SerialAdapter.release]
      .map { String($0, radix: 16) }.joined(separator: "/")
  }

  /// What `/sys/bus/usb/devices` lists for the adapter.
  var busEntries: [String] { [usb, interface] }

  /// Makes the folders of everything, the socket's too.
  func prepare() throws {
    let sys = "\(root)/sys"
    for folder in [
      "\(sys)\(tty)", "\(sys)/class/tty", "\(sys)/bus/usb-serial/devices",
      "\(root)/dev/serial/by-id", "\(root)/ioctl/dev/serial/by-id",
    ] {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    }
  }

  /// Makes everything but the socket; the port leads to `terminal`.
  func create(terminal: String) throws {
    let sys = "\(root)/sys"
    for (attribute, value) in attributes {
      try Data("\(value)\n".utf8).write(to: URL(fileURLWithPath: "\(sys)\(attribute)"))
    }
    try Data(adapter.descriptors).write(
      to: URL(fileURLWithPath: "\(sys)\(device)/descriptors"))
    try link("\(root)\(path)", to: terminal)
    for (path, target) in links { try link(path, to: target) }
    // As udev does it: the name belongs to whoever had it first.
    if !FileManager.default.fileExists(atPath: "\(root)\(stablePath)") {
      try link("\(root)\(stablePath)", to: "../../\(name)")
      // The preload library looks for the socket under the name that was opened.
      try link("\(root)/ioctl\(stablePath)", to: "../../\(name)")
    }
  }

  /// Removes everything; what is missing already is no fault.
  func remove() {
    let own = [
      "\(root)\(path)", "\(root)\(stablePath)", "\(root)/ioctl\(stablePath)", socket,
      "\(root)/sys\(device)",
    ]
    for path in own + links.map(\.path) {
      // A file that cannot be removed goes with the root folder at the end.
      _ = try? FileManager.default.removeItem(atPath: path)
    }
  }

  /// Links with their text, those inside the device's own folders too.
  private var links: [(path: String, target: String)] {
    let sys = "\(root)/sys"
    let up = "../../../../.."
    return [
      ("\(sys)\(device)/subsystem", "\(up)/bus/usb"),
      ("\(sys)\(device)/\(interface)/subsystem", "\(up)/../bus/usb"),
      ("\(sys)\(device)/\(interface)/\(name)/subsystem", "\(up)/../../bus/usb-serial"),
      ("\(sys)\(tty)/subsystem", "\(up)/../../../../class/tty"),
      ("\(sys)\(tty)/device", "../../../\(name)"),
      ("\(sys)/bus/usb/devices/\(usb)", "../../..\(device)"),
      ("\(sys)/bus/usb/devices/\(interface)", "../../..\(device)/\(interface)"),
      ("\(sys)/bus/usb-serial/devices/\(name)", "../../..\(device)/\(interface)/\(name)"),
      ("\(sys)/class/tty/\(name)", "../..\(tty)"),
      ("\(sys)/dev/char/189:\(usbMinor)", "../..\(device)"),
      ("\(sys)/dev/char/\(Self.major):\(number)", "../..\(tty)"),
      ("\(root)/dev/.node/\(name)", "\(Self.major):\(number)"),
    ]
  }

  private var attributes: [(String, String)] {
    let values = [
      ("idVendor", USBTree.hex(SerialAdapter.vendor)),
      ("idProduct", USBTree.hex(SerialAdapter.product)),
      ("bcdDevice", USBTree.hex(SerialAdapter.release)), ("busnum", "\(USBTree.bus)"),
      ("devnum", "\(deviceNumber)"), ("devpath", "\(port)"), ("speed", "12"),
      ("bConfigurationValue", "1"), ("bNumConfigurations", "1"), ("bNumInterfaces", " 1"),
      ("bDeviceClass", "00"), ("manufacturer", SerialAdapter.maker),
      ("product", adapter.productText), ("serial", adapter.serialText), ("dev", "189:\(usbMinor)"),
      ("uevent", Self.lines(deviceProperties)),
      ("\(interface)/bInterfaceNumber", "00"), ("\(interface)/bInterfaceClass", "ff"),
      ("\(interface)/interface", adapter.productText),
      ("\(interface)/uevent", Self.lines(interfaceProperties)),
      ("\(interface)/\(name)/port_number", "0"),
      ("\(interface)/\(name)/uevent", "DRIVER=ftdi_sio"),
    ]
    return values.map { ("\(device)/\($0)", $1) } + [
      ("\(tty)/dev", "\(Self.major):\(number)"),
      ("\(tty)/uevent", "MAJOR=\(Self.major)\nMINOR=\(number)\nDEVNAME=\(name)"),
    ]
  }

  private static func lines(_ properties: [(String, String)]) -> String {
    properties.map { "\($0)=\($1)" }.joined(separator: "\n")
  }

  private var deviceProperties: [(String, String)] {
    [
      ("MAJOR", "189"), ("MINOR", "\(usbMinor)"),
      ("DEVNAME", "bus/usb/\(USBTree.padded(USBTree.bus))/\(USBTree.padded(deviceNumber))"),
      ("DEVTYPE", "usb_device"), ("BUSNUM", USBTree.padded(USBTree.bus)),
      ("DEVNUM", USBTree.padded(deviceNumber)), ("PRODUCT", productText),
    ]
  }

  private var interfaceProperties: [(String, String)] {
    [
      ("DEVTYPE", "usb_interface"), ("DRIVER", "ftdi_sio"), ("PRODUCT", productText),
      ("INTERFACE", "255/255/255"),
    ]
  }

  /// What the two uevents of this port say, with what the rules of udev would add; `sequence` is the
  /// number of the first.
  func events(action: String, sequence: Int) -> [[(String, String)]] {
    let identity = [
      ("ID_BUS", "usb"), ("ID_VENDOR_ID", USBTree.hex(SerialAdapter.vendor)),
      ("ID_MODEL_ID", USBTree.hex(SerialAdapter.product)),
      ("ID_SERIAL_SHORT", adapter.serialText),
    ]
    let usbEvent =
      [
        ("ACTION", action), ("DEVPATH", device), ("SUBSYSTEM", "usb"), ("SEQNUM", "\(sequence)"),
      ] + deviceProperties.map { $0 == "DEVNAME" ? ($0, "/dev/\($1)") : ($0, $1) } + identity
    let ttyEvent =
      [
        ("ACTION", action), ("DEVPATH", tty), ("SUBSYSTEM", "tty"),
        ("SEQNUM", "\(sequence + 1)"), ("MAJOR", "\(Self.major)"), ("MINOR", "\(number)"),
        ("DEVNAME", path), ("DEVLINKS", stablePath), ("ID_USB_DRIVER", "ftdi_sio"),
      ] + identity
    // The port goes before its adapter.
    return action == "remove" ? [ttyEvent, usbEvent] : [usbEvent, ttyEvent]
  }

  private func link(_ path: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
  }
}
