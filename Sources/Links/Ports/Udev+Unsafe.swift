internal import CLibUdev
internal import Instruments

/// One plugged-in USB device as the kernel's device tree describes it.
struct USBDeviceEntry: Sendable, Hashable {
  /// The kernel's name by bus and ports (`1-1.2`).
  var name: String
  /// The device node (`/dev/bus/usb/001/002`).
  var node: String
  var bus: Int
  var number: Int
  var vendor: UInt16
  var product: UInt16
  var deviceClass: UInt8
  var makerText: String?
  var productText: String?
  var serialText: String?

  /// Hubs are never instruments.
  var isHub: Bool { deviceClass == 0x09 }
}

/// Reads the kernel's device tree by libudev; opens no device.
enum Udev {
  /// All USB devices, in no particular order.
  static func usbDevices() throws(LinkError) -> [USBDeviceEntry] {
    // Safe: every object is checked for nil and given back in the same scope.
    guard let udev = unsafe udev_new() else { throw failure("start libudev") }
    defer { unsafe _ = udev_unref(udev) }
    guard let search = unsafe udev_enumerate_new(udev) else { throw failure("list devices") }
    defer { unsafe _ = udev_enumerate_unref(search) }
    unsafe udev_enumerate_add_match_subsystem(search, "usb")
    unsafe udev_enumerate_add_match_property(search, "DEVTYPE", "usb_device")
    guard unsafe udev_enumerate_scan_devices(search) >= 0 else { throw failure("list devices") }
    var devices: [USBDeviceEntry] = []
    var next = unsafe udev_enumerate_get_list_entry(search)
    while let item = unsafe next {
      unsafe next = udev_list_entry_get_next(item)
      guard let path = unsafe udev_list_entry_get_name(item),
        let device = unsafe udev_device_new_from_syspath(udev, path)
      else { continue }  // unplugged meanwhile
      if let entry = unsafe entry(of: device) { devices.append(entry) }
      unsafe udev_device_unref(device)
    }
    return devices
  }

  /// The USB device with the kernel's name `name`, if it is plugged in.
  static func usbDevice(named name: String) throws(LinkError) -> USBDeviceEntry? {
    // Safe: as above.
    guard let udev = unsafe udev_new() else { throw failure("start libudev") }
    defer { unsafe _ = udev_unref(udev) }
    guard let device = unsafe udev_device_new_from_subsystem_sysname(udev, "usb", name) else {
      return nil
    }
    defer { unsafe _ = udev_device_unref(device) }
    return unsafe entry(of: device)
  }

  /// Reads one device; nil when it is vanishing or is no whole device.
  static func entry(of device: OpaquePointer) -> USBDeviceEntry? {
    // Safe: libudev gives nil or a text that lives as long as the device.
    func attribute(_ name: String) -> String? {
      unsafe text(udev_device_get_sysattr_value(device, name))
    }
    guard let name = unsafe text(udev_device_get_sysname(device)),
      let node = unsafe text(udev_device_get_devnode(device)),
      let bus = attribute("busnum").flatMap({ Int($0) }),
      let number = attribute("devnum").flatMap({ Int($0) }),
      let vendor = attribute("idVendor").flatMap({ UInt16($0, radix: 16) }),
      let product = attribute("idProduct").flatMap({ UInt16($0, radix: 16) })
    else { return nil }
    return USBDeviceEntry(
      name: name, node: node, bus: bus, number: number, vendor: vendor, product: product,
      deviceClass: attribute("bDeviceClass").flatMap { UInt8($0, radix: 16) } ?? 0,
      makerText: attribute("manufacturer"), productText: attribute("product"),
      serialText: attribute("serial"))
  }

  /// The further names that the system's rules gave to the node of a device.
  static func links(of device: OpaquePointer) -> [String] {
    var names: [String] = []
    // Safe: the list lives as long as the device.
    var next = unsafe udev_device_get_devlinks_list_entry(device)
    while let item = unsafe next {
      if let name = unsafe text(udev_list_entry_get_name(item)) { names.append(name) }
      unsafe next = udev_list_entry_get_next(item)
    }
    return names
  }

  /// A text of the device tree without the blanks around it; nil when there is none.
  static func text(_ pointer: UnsafePointer<CChar>?) -> String? {
    guard let pointer = unsafe pointer else { return nil }
    // Safe: libudev's texts end with NUL. They come from the device: bytes that are not UTF-8
    // are replaced, never trusted.
    let whole = unsafe String(cString: pointer)
    let kept = whole.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()
    return kept.isEmpty ? nil : String(kept)
  }

  static func failure(_ operation: String) -> LinkError {
    .system(operation: operation, code: 0, text: "libudev refused")
  }
}
