internal import CLibUSB
internal import Instruments
internal import Synchronization

/// What the link must know of one end point.
struct USBEndpoint {
  var address: UInt8
  var type: UInt8
  var packetSize: Int
}

/// One opened and claimed USB device in a libusb context of its own.
///
/// All calls but those of its `waker` are made by the link's thread.
@safe final class USBHandle {
  let node: String
  let endpoints: [USBEndpoint]
  let waker: USBWaker
  private let interface: Int32
  private let context: OpaquePointer
  private let handle: OpaquePointer
  private var isOpen = true

  private init(
    node: String, endpoints: [USBEndpoint], interface: Int32, context: OpaquePointer,
    handle: OpaquePointer
  ) {
    self.node = node
    self.endpoints = endpoints
    self.interface = interface
    unsafe self.context = context
    unsafe self.handle = handle
    waker = unsafe USBWaker(context)
  }

  /// Opens the device, selects the configuration if another one is active, claims the interface.
  static func open(
    _ device: USBDeviceEntry, facts: DeviceProfile.USBFacts
  ) throws(LinkError) -> USBHandle {
    var made: OpaquePointer?
    // Safe: libusb fills the pointer or returns a code.
    let code = unsafe libusb_init(&made)
    guard code == 0, let context = unsafe made else {
      throw LinkError.libusb(code, doing: "start libusb")
    }
    do throws(LinkError) {
      let handle = try unsafe openDevice(device, in: context)
      do throws(LinkError) {
        let endpoints = try unsafe claim(handle, device: device, facts: facts)
        return unsafe USBHandle(
          node: device.node, endpoints: endpoints, interface: Int32(facts.interface),
          context: context, handle: handle)
      } catch {
        // Safe: opened above, used by nobody else. Closed before the search for a holder, or we
        // would find ourselves.
        unsafe libusb_close(handle)
        if case .busy = error { throw .busy(holder: NodeHolders.holder(of: device.node)) }
        throw error
      }
    } catch {
      // Safe: the context has no open handle any more.
      unsafe libusb_exit(context)
      throw error
    }
  }

  private static func openDevice(
    _ device: USBDeviceEntry, in context: OpaquePointer
  ) throws(LinkError) -> OpaquePointer {
    var list: UnsafeMutablePointer<OpaquePointer?>?
    // Safe: on success the list has `count` devices; it is given back whole below, and libusb
    // keeps the opened device alive by its own reference.
    let count = unsafe libusb_get_device_list(context, &list)
    guard count >= 0, let list = unsafe list else {
      throw LinkError.libusb(Int32(clamping: count), doing: "list USB devices")
    }
    defer { unsafe libusb_free_device_list(list, 1) }
    for i in 0..<count {
      guard let found = unsafe list[i],
        unsafe Int(libusb_get_bus_number(found)) == device.bus,
        unsafe Int(libusb_get_device_address(found)) == device.number
      else { continue }
      var handle: OpaquePointer?
      let code = unsafe libusb_open(found, &handle)
      if code == LIBUSB_ERROR_ACCESS.rawValue { throw .denied(node: device.node) }
      guard code == 0, let handle = unsafe handle else {
        throw LinkError.libusb(code, doing: "open \(device.node)")
      }
      return unsafe handle
    }
    throw .gone
  }

  private static func claim(
    _ handle: OpaquePointer, device: USBDeviceEntry, facts: DeviceProfile.USBFacts
  ) throws(LinkError) -> [USBEndpoint] {
    func check(_ code: Int32, _ operation: String) throws(LinkError) {
      if code == LIBUSB_ERROR_BUSY.rawValue { throw .busy(holder: nil) }
      if code == LIBUSB_ERROR_ACCESS.rawValue { throw .denied(node: device.node) }
      if code != 0 { throw LinkError.libusb(code, doing: operation) }
    }
    // Safe: the handle is open. Where detaching is not supported, claiming says what is wrong.
    _ = unsafe libusb_set_auto_detach_kernel_driver(handle, 1)
    var active: Int32 = 0
    try check(unsafe libusb_get_configuration(handle, &active), "read the configuration")
    if active != Int32(facts.configuration) {
      try check(
        unsafe libusb_set_configuration(handle, Int32(facts.configuration)),
        "select configuration \(facts.configuration)")
    }
    try check(
      unsafe libusb_claim_interface(handle, Int32(facts.interface)),
      "claim interface \(facts.interface)")
    return try unsafe endpoints(of: handle, interface: Int(facts.interface))
  }

  private static func endpoints(
    of handle: OpaquePointer, interface number: Int
  ) throws(LinkError) -> [USBEndpoint] {
    var read: UnsafeMutablePointer<libusb_config_descriptor>?
    // Safe: libusb has checked the descriptor and gives counts that fit its arrays; it is freed
    // after the copy.
    let code = unsafe libusb_get_active_config_descriptor(libusb_get_device(handle), &read)
    guard code == 0, let configuration = unsafe read else {
      throw LinkError.libusb(code, doing: "read the end points")
    }
    defer { unsafe libusb_free_config_descriptor(configuration) }
    var found: [USBEndpoint] = []
    for i in 0..<Int(unsafe configuration.pointee.bNumInterfaces) {
      let interface = unsafe configuration.pointee.interface[i]
      guard unsafe interface.num_altsetting > 0,
        let setting = unsafe interface.altsetting?.pointee,
        unsafe Int(setting.bInterfaceNumber) == number
      else { continue }
      for j in 0..<Int(unsafe setting.bNumEndpoints) {
        let endpoint = unsafe setting.endpoint[j]
        found.append(
          unsafe USBEndpoint(
            address: endpoint.bEndpointAddress, type: endpoint.bmAttributes & 3,
            packetSize: max(1, Int(endpoint.wMaxPacketSize & 0x7FF))))
      }
    }
    return found
  }

  /// Hands a transfer to the device; returns libusb's code.
  func submit(_ transfer: USBTransfer, endpoint: UInt8, type: UInt8, length: Int) -> Int32 {
    guard isOpen else { return LIBUSB_ERROR_NO_DEVICE.rawValue }
    // Safe: the handle is open.
    return unsafe transfer.submit(on: handle, endpoint: endpoint, type: type, length: length)
  }

  /// Handles what has happened on the bus, waiting at most `wait` for `transfer`.
  func handleEvents(for transfer: USBTransfer, waitingAtMost wait: Duration) -> Int32 {
    guard isOpen else { return LIBUSB_ERROR_NO_DEVICE.rawValue }
    // Safe: the context lives until `close`.
    return unsafe transfer.handleEvents(of: context, waitingAtMost: wait)
  }

  func clearHalt(_ endpoint: UInt8) -> Int32 {
    guard isOpen else { return LIBUSB_ERROR_NO_DEVICE.rawValue }
    // Safe: the handle is open.
    return unsafe libusb_clear_halt(handle, endpoint)
  }

  func reset() -> Int32 {
    guard isOpen else { return LIBUSB_ERROR_NO_DEVICE.rawValue }
    // Safe: the handle is open.
    return unsafe libusb_reset_device(handle)
  }

  /// Lets go of the device; every transfer has been taken back before, as far as possible.
  func close() {
    guard isOpen else { return }
    isOpen = false
    waker.retire()
    // Safe: nothing uses handle or context after this; a refused release means that the device
    // is gone, and closing releases as well.
    _ = unsafe libusb_release_interface(handle, interface)
    unsafe libusb_close(handle)
    unsafe libusb_exit(context)
  }
}

/// Wakes the thread that waits in one libusb context, from any other thread.
final class USBWaker: Sendable {
  // The context's address; 0 once the context is closed. The lock keeps `wake` and `retire`
  // apart, and is never taken by a read or write.
  private let context: Mutex<UInt>

  /// Takes the address of a context that lives until `retire`.
  init(_ context: OpaquePointer) { self.context = Mutex(UInt(bitPattern: context)) }

  func wake() {
    context.withLock { address in
      // Safe: not retired, so the context lives; libusb allows this call from any thread.
      if let context = unsafe OpaquePointer(bitPattern: address) {
        unsafe libusb_interrupt_event_handler(context)
      }
    }
  }

  func retire() { context.withLock { $0 = 0 } }
}

extension LinkError {
  /// What a libusb code means while doing `operation`.
  static func libusb(_ code: Int32, doing operation: String) -> LinkError {
    switch code {
    case LIBUSB_ERROR_NO_DEVICE.rawValue: return .gone
    case LIBUSB_ERROR_BUSY.rawValue: return .busy(holder: nil)
    default:
      // Safe: libusb returns a constant text for every code.
      let text = unsafe libusb_strerror(code).map { unsafe String(cString: $0) } ?? ""
      return .system(operation: operation, code: code, text: text)
    }
  }
}
