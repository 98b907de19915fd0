public import Instruments

/// Lists what is plugged in, without opening anything.
public enum PortList {
  /// USB devices and serial ports, in this order.
  public static func all() throws(LinkError) -> [InstrumentPort] { try usb() + serial() }

  /// All USB devices but hubs, ordered by bus and port.
  ///
  /// Which of them are instruments is for the profiles to say.
  public static func usb() throws(LinkError) -> [InstrumentPort] {
    let entries = try Udev.usbDevices().filter { !$0.isHub }
    let holders = NodeHolders.holders(of: entries.map(\.node))
    return entries.map { InstrumentPort($0, holder: holders[$0.node]) }
      .sorted { left, right in
        let (a, b) = (USBAddress.numbers(left.address), USBAddress.numbers(right.address))
        return a.lexicographicallyPrecedes(b)
      }
  }

  /// All serial ports with hardware behind them, ordered by address.
  ///
  /// What is on their lines nobody can see; nothing is sent to any of them.
  public static func serial() throws(LinkError) -> [InstrumentPort] {
    let entries = try SerialPorts.entries()
    let holders = NodeHolders.holders(of: entries.map(\.node))
    let names = StableNames.byNode()
    return entries.map {
      InstrumentPort($0, stableName: names[$0.node], holder: holders[$0.node])
    }.sorted { $0.address < $1.address }
  }

  /// The node that an address of a line leads to, whether it is there or not; nil for other addresses.
  public static func node(of address: String) -> String? {
    guard let path = SerialAddress.path(address) else { return nil }
    return SerialAddress.isSoftware(address) ? path : SerialNode.kernelNode(path)
  }

  /// The port that an address of a line names (`serial:/dev/ttyUSB0`, `pty:/dev/pts/3`), whether it
  /// is listed or not; nil where its node is not there.
  ///
  /// A pseudo-terminal or socket is emulated unless it is `bridged` to a real instrument. Who holds it is seen
  /// when it is opened.
  public static func line(at address: String, bridged: Bool) throws(LinkError) -> InstrumentPort? {
    guard let path = SerialAddress.path(address) else { return nil }
    if SerialAddress.isSoftware(address) {
      guard Nodes.exists(path) else { return nil }
      return InstrumentPort(
        address: address, node: path, kind: SerialAddress.isSocket(address) ? .socket : .pty,
        isEmulated: EmulationMark.isEmulated(
          maker: nil, isPseudoTerminal: true, isBridged: bridged),
        state: InstrumentPort.state(of: path, holder: nil))
    }
    let node = SerialNode.kernelNode(path)
    if let listed = try serial().first(where: { $0.node == node }) { return listed }
    guard Nodes.exists(node) else { return nil }
    return InstrumentPort(
      address: address, node: node, kind: .serial,
      isEmulated: EmulationMark.isEmulated(maker: nil),
      state: InstrumentPort.state(of: node, holder: NodeHolders.holder(of: node)))
  }
}
