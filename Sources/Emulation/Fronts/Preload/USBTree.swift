internal import Foundation
internal import Laboratory

/// The files by which one emulated USB device is seen under `/sys` and `/dev`, in a root folder of
/// their own.
///
/// Source: Linux sysfs as libusb and libudev read it, and the marks of umockdev (`dev/.node`,
/// `ioctl/`).
struct USBTree: Sendable {
  /// A bus number that few computers have, so that no real device is taken for an emulated one.
  static let bus = 9

  let root: String
  let port: Int
  let deviceNumber: Int
  let descriptors: USBDescriptors

  private var name: String { "\(Self.bus)-\(port)" }
  private var folder: String { "/devices/pci0000:00/0000:00:14.0/usb\(Self.bus)/\(name)" }
  private var busText: String { Self.padded(Self.bus) }
  private var deviceText: String { Self.padded(deviceNumber) }
  private var minor: Int { (Self.bus - 1) * 128 + deviceNumber - 1 }
  private var nodeName: String { "bus/usb/\(busText)/\(deviceText)" }
  private var productText: String {
    [USBDescriptors.vendor, descriptors.product, USBDescriptors.release]
      .map { String($0, radix: 16) }.joined(separator: "/")
  }

  /// The device file.
  var node: String { "\(root)/dev/\(nodeName)" }
  /// Where the preload library sends the calls made on the device file.
  var socket: String { "\(root)/ioctl/dev/\(nodeName)" }

  /// Makes the folders that must be there even when nothing is plugged in.
  static func prepare(_ root: String) throws {
    for folder in [
      "sys/bus/usb/devices", "sys/class/tty", "sys/dev/char", "dev/bus/usb", "dev/.node",
    ] {
      try FileManager.default.createDirectory(
        atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
    }
  }

  /// Makes everything but the device file and its socket, whose folders are made.
  func create() throws {
    let sys = "\(root)/sys\(folder)"
    for folder in [sys, Self.parent(node), Self.parent(socket)] {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    }
    for (attribute, value) in attributes {
      try Data("\(value)\n".utf8).write(to: URL(fileURLWithPath: "\(sys)/\(attribute)"))
    }
    try Data(descriptors.device + descriptors.configuration).write(
      to: URL(fileURLWithPath: "\(sys)/descriptors"))
    let event = kernelProperties.map { "\($0)=\($1)\n" }.joined()
    try Data(event.utf8).write(to: URL(fileURLWithPath: "\(sys)/uevent"))
    try link("\(sys)/subsystem", to: "../../../../../bus/usb")
    try link("\(root)/sys/bus/usb/devices/\(name)", to: "../../..\(folder)")
    try link("\(root)/sys/dev/char/189:\(minor)", to: "../..\(folder)")
    try link(deviceNumberMark, to: "189:\(minor)")
  }

  /// Removes everything; what is missing already is no fault.
  func remove() {
    for path in [
      "\(root)/sys/bus/usb/devices/\(name)", "\(root)/sys/dev/char/189:\(minor)",
      deviceNumberMark, node, socket, "\(root)/sys\(folder)",
    ] {
      // A file that cannot be removed goes with the root folder at the end.
      _ = try? FileManager.default.removeItem(atPath: path)
    }
  }

  private var deviceNumberMark: String {
    "\(root)/dev/.node/\(nodeName.replacingOccurrences(of: "/", with: "_"))"
  }

  private var attributes: [(String, String)] {
    [
      ("idVendor", Self.hex(USBDescriptors.vendor)), ("idProduct", Self.hex(descriptors.product)),
      ("bcdDevice", Self.hex(USBDescriptors.release)), ("busnum", "\(Self.bus)"),
      ("devnum", "\(deviceNumber)"), ("devpath", "\(port)"),
      ("speed", descriptors.isHighSpeed ? "480" : "12"), ("bConfigurationValue", "1"),
      ("bNumConfigurations", "1"), ("bDeviceClass", "ff"), ("manufacturer", USBDescriptors.maker),
      ("product", descriptors.productName), ("serial", descriptors.serialNumber),
      ("dev", "189:\(minor)"),
    ]
  }

  private var kernelProperties: [(String, String)] {
    [
      ("MAJOR", "189"), ("MINOR", "\(minor)"), ("DEVNAME", nodeName),
      ("DEVTYPE", "usb_device"), ("BUSNUM", busText), ("DEVNUM", deviceText),
      ("PRODUCT", productText),
    ]
  }

  /// What a uevent of this device says, with what the rules of udev would add.
  func properties(action: String, sequence: Int) -> [(String, String)] {
    [("ACTION", action), ("DEVPATH", folder), ("SUBSYSTEM", "usb"), ("SEQNUM", "\(sequence)")]
      + kernelProperties.map { $0 == "DEVNAME" ? ($0, "/dev/\($1)") : ($0, $1) } + [
        ("ID_VENDOR_ID", Self.hex(USBDescriptors.vendor)),
        ("ID_MODEL_ID", Self.hex(descriptors.product)),
        ("ID_SERIAL_SHORT", descriptors.serialNumber),
      ]
  }

  private func link(_ path: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
  }

  private static func parent(_ path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? path
  }

  static func hex(_ value: UInt16) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }

  static func padded(_ value: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, 3 - digits.count)) + digits
  }
}
