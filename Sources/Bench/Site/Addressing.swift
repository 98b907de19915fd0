public import Instruments
public import Laboratory
public import Links
public import Profiles

/// One thing that is plugged in and that a profile may know.
public struct ListedInstrument: Sendable {
  /// Where it is plugged in and what it says there without being opened.
  public var port: InstrumentPort
  /// The profile that recognises it; none for a device that no profile knows.
  public var profile: DeviceProfile?
  /// The name that the site gave it.
  public var alias: String?

  /// The serial number in its descriptor, or `?`.
  public var serialNumber: String { port.serialText ?? "?" }
}

/// Finds what an address names among what is plugged in.
public struct Addressing: Sendable {
  private let profiles: ProfileStore
  private let aliases: [String: String]

  /// Makes the finder from the known profiles and the site's aliases.
  public init(profiles: ProfileStore, aliases: [String: String]) {
    self.profiles = profiles
    self.aliases = aliases
  }

  /// Everything plugged in that a profile recognises, by address.
  public func instruments(among ports: [InstrumentPort]) -> [ListedInstrument] {
    ports.compactMap { port in
      guard
        let profile = profiles.matching(vendor: port.vendor, product: port.product).first
      else { return nil }
      let listed = ListedInstrument(port: port, profile: profile, alias: nil)
      // In order, so that two aliases of one instrument give the same name every time.
      let alias = aliases.sorted { $0.key < $1.key }.first { matches(listed, $0.value) }?.key
      return ListedInstrument(port: port, profile: profile, alias: alias)
    }
  }

  /// The one instrument that `address` names.
  ///
  /// An address is an alias, `usb:1-1.2`, `MODEL:SERIAL`, `DRIVER:SERIAL`, or a model alone where
  /// only one of it is plugged in. Throws `instrument-not-found` or `instrument-ambiguous`.
  public func resolve(
    _ address: String, among ports: [InstrumentPort]
  ) throws(Failure) -> ListedInstrument {
    let wanted = aliases[address] ?? address
    let present = instruments(among: ports)
    let fitting = present.filter { matches($0, wanted) }
    if fitting.count == 1 { return fitting[0] }
    if fitting.count > 1 {
      let list = fitting.map { "\($0.port.address) (\($0.serialNumber))" }.joined(separator: ", ")
      throw Failure(
        "instrument-ambiguous", exit: .ambiguous,
        what: "\(address) names \(fitting.count) instruments: \(list).",
        why: "More than one of this kind is plugged in.",
        next: "Name one by its address, for example: \(fitting[0].port.address)")
    }
    if let port = ports.first(where: { $0.address == wanted }) {
      throw Failure(
        "instrument-unknown-model", exit: .notFound,
        what: "No profile knows the device at \(wanted) (\(hexID(port.vendor, port.product))).",
        why: "It is not an instrument, or its model has no profile yet.",
        next: "See the known models with: gauger profiles list")
    }
    let seen =
      present.isEmpty
      ? "No known instrument is plugged in."
      : "Plugged in: " + present.map { "\($0.port.address)" }.joined(separator: ", ") + "."
    let known = aliases[address].map { " It stands for \($0) in bench.yaml." } ?? ""
    let unreachable = ["serial:", "pty:"].contains { wanted.hasPrefix($0) }
    throw Failure(
      "instrument-not-found", exit: .notFound, what: "There is no instrument \"\(address)\".",
      why: unreachable ? "This version reaches instruments over USB only." : seen + known,
      next: "Check cable and power, then: gauger instruments. Without one: gauger demo")
  }

  private func matches(_ listed: ListedInstrument, _ wanted: String) -> Bool {
    guard let profile = listed.profile else { return false }
    if listed.port.address == wanted { return true }
    let model = profile.id
    let short = model.split(separator: "/").last.map(String.init) ?? model
    if wanted == model || wanted == short { return true }
    guard let serial = listed.port.serialText else { return false }
    return [model, short, profile.driver].contains { wanted == "\($0):\(serial)" }
  }
}

func hexID(_ vendor: UInt16, _ product: UInt16) -> String {
  func four(_ number: UInt16) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }
  return "\(four(vendor)):\(four(product))"
}
