public import Instruments

/// Lists what is plugged in, without opening anything.
public enum PortList {
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
}
