/// Where an instrument may be plugged in, as seen without opening it.
public struct InstrumentPort: Sendable, Hashable, Codable {
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

  /// The address by which a link opens it (`usb:1-1.2`).
  public var address: String
  /// The device node (`/dev/bus/usb/001/002`).
  public var node: String
  /// The USB vendor number.
  public var vendor: UInt16
  /// The USB product number.
  public var product: UInt16
  /// The maker's name as the device states it.
  public var makerText: String?
  /// The product's name as the device states it.
  public var productText: String?
  /// The serial number of the descriptor; not always the instrument's own.
  public var serialText: String?
  /// Whether it is one of our emulators.
  public var isEmulated: Bool
  /// Whether it can be opened now.
  public var state: State

  /// Makes a port.
  public init(
    address: String, node: String, vendor: UInt16, product: UInt16, makerText: String? = nil,
    productText: String? = nil, serialText: String? = nil, isEmulated: Bool, state: State
  ) {
    self.address = address
    self.node = node
    self.vendor = vendor
    self.product = product
    self.makerText = makerText
    self.productText = productText
    self.serialText = serialText
    self.isEmulated = isEmulated
    self.state = state
  }

  init(_ entry: USBDeviceEntry, holder: String?) {
    address = USBAddress.prefix + entry.name
    node = entry.node
    vendor = entry.vendor
    product = entry.product
    makerText = entry.makerText
    productText = entry.productText
    serialText = entry.serialText
    isEmulated = EmulationMark.isEmulated(maker: entry.makerText)
    state = Self.state(of: entry.node, holder: holder)
  }

  private static func state(of node: String, holder: String?) -> State {
    guard Nodes.exists(node) else { return .unknown }
    if let holder { return .busy(holder: holder) }
    return Nodes.isAllowed(node) ? .ready : .denied
  }
}
