internal import CSerialPort
internal import Glibc
internal import Instruments

/// One real serial port as libserialport opened and set it.
@safe final class SerialPort {
  /// The descriptor of the open port; libserialport closes it.
  let descriptor: Int32
  private let port: OpaquePointer
  private let configuration: OpaquePointer

  /// Opens the port at one of the kernel's own names and sets it once, with all settings.
  ///
  /// Once, because every single setter of the library writes baud, format, lines and flow again.
  init(node: String, facts: SerialFacts) throws(LinkError) {
    var found: OpaquePointer?
    // Safe: the library fills the pointer or returns a code.
    let named = unsafe sp_get_port_by_name(node, &found)
    guard named == SP_OK, let port = unsafe found else {
      throw named == SP_ERR_ARG
        ? .system(operation: "open \(node)", code: ENOTTY, text: "it is no serial port")
        : Self.failure("find \(node)", named)
    }
    let opened = unsafe sp_open(port, SP_MODE_READ_WRITE)
    guard opened == SP_OK else {
      let code = opened == SP_ERR_FAIL ? sp_last_error_code() : 0
      // Safe: nobody else has the object.
      unsafe sp_free_port(port)
      if code != 0 { throw LinkError.opening(node, code) }
      throw Self.failure("open \(node)", opened)
    }
    var made: OpaquePointer?
    // Safe: as above.
    let configured = unsafe sp_new_config(&made)
    guard configured == SP_OK, let configuration = unsafe made else {
      unsafe sp_close(port)
      unsafe sp_free_port(port)
      throw Self.failure("set \(node)", configured)
    }
    do throws(LinkError) {
      try unsafe Self.set(port, configuration, facts)
      var handle: Int32 = -1
      let got = unsafe sp_get_port_handle(port, &handle)
      guard got == SP_OK, handle >= 0 else { throw Self.failure("use \(node)", got) }
      descriptor = handle
      unsafe self.port = port
      unsafe self.configuration = configuration
    } catch {
      // Safe: opened and made above, used by nobody else.
      unsafe sp_free_config(configuration)
      unsafe sp_close(port)
      unsafe sp_free_port(port)
      throw error
    }
  }

  /// Closes the port.
  ///
  /// Called once, by the only owner.
  func close() {
    // Safe: opened in `init`, and not used afterwards.
    unsafe sp_free_config(configuration)
    unsafe sp_close(port)
    unsafe sp_free_port(port)
  }

  private static func set(
    _ port: OpaquePointer, _ configuration: OpaquePointer, _ facts: SerialFacts
  ) throws(LinkError) {
    func check(_ code: sp_return, _ setting: String) throws(LinkError) {
      switch code {
      case SP_OK: return
      case SP_ERR_ARG, SP_ERR_SUPP:
        throw .settingRefused(setting: "line", asked: setting, got: "not possible on this port")
      default: throw failure("set \(setting)", code)
      }
    }
    let parity =
      switch facts.parity {
      case .none: SP_PARITY_NONE
      case .even: SP_PARITY_EVEN
      case .odd: SP_PARITY_ODD
      }
    let flow =
      switch facts.flowControl {
      case .none: SP_FLOWCONTROL_NONE
      case .rtsCts: SP_FLOWCONTROL_RTSCTS
      case .xonXoff: SP_FLOWCONTROL_XONXOFF
      }
    // Safe: both objects are alive.
    try check(
      unsafe sp_set_config_baudrate(configuration, Int32(clamping: facts.baud)),
      "\(facts.baud) baud")
    try check(
      unsafe sp_set_config_bits(configuration, Int32(facts.dataBits)),
      "\(facts.dataBits) data bits")
    try check(unsafe sp_set_config_parity(configuration, parity), "\(facts.parity) parity")
    try check(
      unsafe sp_set_config_stopbits(configuration, Int32(facts.stopBits)),
      "\(facts.stopBits) stop bits")
    // Raises both lines, or gives RTS to the flow control; NONE is set as well, or XON/XOFF stays
    // on as the kernel had it and eats 0x11 and 0x13.
    try check(unsafe sp_set_config_dtr(configuration, SP_DTR_ON), "DTR")
    try check(unsafe sp_set_config_rts(configuration, SP_RTS_ON), "RTS")
    try check(unsafe sp_set_config_flowcontrol(configuration, flow), "flow control")
    try check(
      unsafe sp_set_config(port, configuration),
      "\(facts.baud) baud, \(facts.dataBits) data bits, \(facts.parity) parity, "
        + "\(facts.stopBits) stop bits")
  }

  private static func failure(_ operation: String, _ code: sp_return) -> LinkError {
    if code == SP_ERR_FAIL {
      let number = sp_last_error_code()
      return .serial(number, doing: operation)
    }
    return .system(operation: operation, code: code.rawValue, text: "libserialport refused")
  }
}
