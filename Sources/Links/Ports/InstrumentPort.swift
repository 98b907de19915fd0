/// Where an instrument may be plugged in, as seen without opening it.
public struct InstrumentPort: Sendable, Hashable, Codable {
  /// What kind of port it is.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// A place on the USB.
    case usb
    /// A serial port; what is on its line nobody can see.
    case serial
    /// A pseudo-terminal that somebody named.
    case pty
    /// A local socket that somebody named.
    case socket
  }

  /// Whether the port can be opened now.
  public enum State: Sendable, Hashable, Codable {
    /// This person may open it and nobody is known to hold it.
    case ready
    /// This person's rights do not suffice.
    case denied
    /// A program has it open, named where that may be read.
    case busy(holder: String?)
    /// Its node is not there (yet).
    case unknown
  }

  /// The address by which a link opens it (`usb:1-1.2`, `serial:/dev/serial/by-id/...`).
  public var address: String
  /// The device node (`/dev/bus/usb/001/002`, `/dev/ttyUSB0`).
  public var node: String
  /// What kind of port it is.
  public var kind: Kind
  /// The USB vendor number: of the instrument, or of the adapter of a serial port.
  public var vendor: UInt16?
  /// The USB product number: of the instrument, or of the adapter of a serial port.
  public var product: UInt16?
  /// The maker's name as the device, or adapter, states it.
  public var makerText: String?
  /// The product's name as the device, or adapter, states it.
  public var productText: String?
  /// The serial number of the descriptor; not always the instrument's own, and on a serial port the
  /// adapter's.
  public var serialText: String?
  /// Whether it is one of our emulators.
  public var isEmulated: Bool
  /// Whether it can be opened now.
  public var state: State

  /// Makes a port.
  public init(
    address: String, node: String, kind: Kind = .usb, vendor: UInt16? = nil,
    product: UInt16? = nil, makerText: String? = nil, productText: String? = nil,
    serialText: String? = nil, isEmulated: Bool, state: State
  ) {
    self.address = address
    self.node = node
    self.kind = kind
    self.vendor = vendor
    self.product = product
    self.makerText = makerText
    self.productText = productText
    self.serialText = serialText
    self.isEmulated = isEmulated
    self.state = state
  }

  /// What carries the bytes of this port, as far as advice differs by it.
  public var carrier: LinkCarrier { kind == .usb ? .usb : .serial }

  init(_ entry: USBDeviceEntry, holder: String?) {
    self.init(
      address: USBAddress.prefix + entry.name, node: entry.node, vendor: entry.vendor,
      product: entry.product, makerText: entry.makerText, productText: entry.productText,
      serialText: entry.serialText, isEmulated: EmulationMark.isEmulated(maker: entry.makerText),
      state: Self.state(of: entry.node, holder: holder))
  }

  /// A serial port, by its stable name where it has one.
  init(_ entry: SerialPortEntry, stableName: String?, holder: String?) {
    self.init(
      address: SerialAddress.serialPrefix + (stableName ?? entry.node), node: entry.node,
      kind: .serial, vendor: entry.vendor, product: entry.product, makerText: entry.makerText,
      productText: entry.productText, serialText: entry.serialText,
      isEmulated: EmulationMark.isEmulated(maker: entry.makerText),
      state: Self.state(of: entry.node, holder: holder))
  }

  static func state(of node: String, holder: String?) -> State {
    guard Nodes.exists(node) else { return .unknown }
    if let holder { return .busy(holder: holder) }
    return Nodes.isAllowed(node) ? .ready : .denied
  }
}
