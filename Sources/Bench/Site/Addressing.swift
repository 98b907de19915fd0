public import Instruments
internal import Laboratory
public import Links
internal import Profiles

/// One thing that is plugged in and that a profile may know.
public struct ListedInstrument: Sendable {
  /// Where it is plugged in and what it says there without being opened.
  public var port: InstrumentPort
  /// The profile that recognises it; none for a line of which nobody said what is on it.
  public var profile: DeviceProfile?
  /// The name that the site gave it.
  public var alias: String?
  /// The serial number of what was last seen there.
  public var lastSerialNumber: String?
  /// The serial number that an address asked for, and that the instrument must state.
  public var askedSerialNumber: String?

  /// The serial number in its descriptor, else the last known, else `?`.
  public var serialNumber: String { ownSerialNumber ?? lastSerialNumber ?? "?" }

  /// The serial number in its own descriptor; that of a serial adapter is not the instrument's.
  var ownSerialNumber: String? { port.kind == .usb ? port.serialText : nil }
}

/// Finds what an address names among what is plugged in.
struct Addressing: Sendable {
  /// What an address leads to.
  enum Found {
    /// One instrument whose model is known.
    case instrument(ListedInstrument)
    /// A line that was named, with an instrument that nobody stated.
    case line(ListedInstrument)
    /// Lines on which an instrument of these models, or the one with this serial number, may be.
    case remembered(serialNumber: String?, [DeviceProfile], [ListedInstrument])
  }

  private let profiles: ProfileStore
  private let entries: [String: InstrumentEntry]
  private let known: @Sendable () -> [KnownInstruments.Entry]

  init(
    profiles: ProfileStore, entries: [String: InstrumentEntry],
    known: @escaping @Sendable () -> [KnownInstruments.Entry]
  ) {
    self.profiles = profiles
    self.entries = entries
    self.known = known
  }

  /// Everything plugged in that a profile recognises, and every line, by address.
  func instruments(among ports: [InstrumentPort]) -> [ListedInstrument] {
    let known = known()
    return ports.compactMap { port in
      let entry = entry(for: port)
      let profile: DeviceProfile?
      switch port.kind {
      case .usb:
        guard let vendor = port.vendor, let product = port.product,
          let match = profiles.matching(vendor: vendor, product: product).first
        else { return nil }
        profile = match
      case .serial, .pty, .socket: profile = entry?.model.flatMap(stated)
      }
      var listed = ListedInstrument(port: port, profile: profile)
      listed.lastSerialNumber =
        known.first {
          $0.port == port.address && $0.emulated == port.isEmulated
            && (profile == nil || $0.model == profile?.id)
        }?.serialNumber
      // In order, so that two aliases of one instrument give the same name every time.
      listed.alias =
        entries.sorted { $0.key < $1.key }.first { matches(listed, $0.value.address) }?.key
      return listed
    }
  }

  /// The lines that the site names and that are no listed ports: pseudo-terminals, above all.
  var namedLines: [InstrumentEntry] {
    entries.sorted { $0.key < $1.key }.map(\.value).filter { SerialAddress.isOne($0.address) }
  }

  /// What an address of a line means, alias followed; nil for any other address.
  func line(_ address: String) -> InstrumentEntry? {
    let entry = entries[address] ?? InstrumentEntry(address: address)
    guard SerialAddress.isOne(entry.address) else { return nil }
    return entries.sorted { $0.key < $1.key }.map(\.value).first { $0.address == entry.address }
      ?? entry
  }

  /// What `address` names, as far as can be told without asking anything.
  ///
  /// An address is an alias, `usb:1-1.2`, `serial:/dev/...`, `pty:/dev/pts/3`, `MODEL:SERIAL`,
  /// `DRIVER:SERIAL`, or a model alone where only one of it is plugged in. Throws
  /// `instrument-not-found` or `instrument-ambiguous`.
  func find(_ address: String, among ports: [InstrumentPort]) throws(Failure) -> Found {
    let wanted = entries[address]?.address ?? address
    let present = instruments(among: ports)
    let fitting = present.filter { matches($0, wanted) }
    if fitting.count > 1 { throw Self.ambiguous(address, fitting) }
    if var only = fitting.first {
      if let profile = only.profile {
        // Found by what the bus says; the instrument itself must say the same when it is opened.
        if let serial = only.ownSerialNumber,
          prefixes(profile).contains(where: { wanted == "\($0):\(serial)" })
        {
          only.askedSerialNumber = serial
        }
        return .instrument(only)
      }
      if let model = entry(for: only.port)?.model { throw unknownModel(model, at: only.port) }
      return .line(only)
    }
    if let found = try remembered(wanted, address, present) { return found }
    throw notFound(address, wanted, ports, present)
  }

  private func stated(_ model: String) -> DeviceProfile? {
    profiles.profiles.first {
      guard case .serial = $0.link else { return false }
      return names($0, model)
    }
  }

  private func entry(for port: InstrumentPort) -> InstrumentEntry? {
    guard port.kind != .usb else { return nil }
    return entries.sorted { $0.key < $1.key }.map(\.value).first { isAt($0.address, port) }
  }

  /// Whether an address names this port, by its own or by another name of the same node.
  private func isAt(_ address: String, _ port: InstrumentPort) -> Bool {
    if port.address == address { return true }
    return port.kind != .usb && PortList.node(of: address) == port.node
  }

  private func names(_ profile: DeviceProfile, _ wanted: String) -> Bool {
    wanted == profile.id || wanted == short(profile)
  }

  private func short(_ profile: DeviceProfile) -> String {
    profile.id.split(separator: "/").last.map(String.init) ?? profile.id
  }

  private func matches(_ listed: ListedInstrument, _ wanted: String) -> Bool {
    if isAt(wanted, listed.port) { return true }
    guard let profile = listed.profile else { return false }
    if names(profile, wanted) { return true }
    guard let serial = listed.ownSerialNumber else { return false }
    return prefixes(profile).contains { wanted == "\($0):\(serial)" }
  }

  /// What may stand before a serial number: the model in both spellings, and the driver.
  private func prefixes(_ profile: DeviceProfile) -> [String] {
    [profile.id, short(profile), profile.driver]
  }

  // MARK: - By serial number

  /// Where an instrument may be now whose serial number its port does not tell.
  private func remembered(
    _ wanted: String, _ address: String, _ present: [ListedInstrument]
  ) throws(Failure) -> Found? {
    guard let colon = wanted.lastIndex(of: ":") else { return ofModel(wanted, present) }
    let (kind, serial) = (String(wanted[..<colon]), String(wanted[wanted.index(after: colon)...]))
    let models = profiles.profiles.filter { prefixes($0).contains(kind) }
    guard !serial.isEmpty, !models.isEmpty else { return nil }
    let known = known().filter { entry in
      entry.serialNumber == serial && models.contains { $0.id == entry.model }
    }
    func wasHere(_ listed: ListedInstrument) -> Bool {
      known.contains { $0.port == listed.port.address && $0.emulated == listed.port.isEmulated }
    }
    // On USB: of this kind, with a descriptor that tells nothing. Opening it tells which it is.
    var silent = present.filter { listed in
      listed.port.kind == .usb && listed.ownSerialNumber == nil
        && models.contains { $0.id == listed.profile?.id }
    }
    if let last = silent.first(where: wasHere) { silent = [last] }
    if silent.count > 1 { throw Self.ambiguous(address, silent) }
    if var only = silent.first {
      only.askedSerialNumber = serial
      return .instrument(only)
    }
    let lines = present.filter { listed in
      guard listed.port.kind != .usb else { return false }
      guard let profile = listed.profile else { return wasHere(listed) }
      // A line whose model is stated may be asked: the site says what is on it.
      return models.contains { $0.id == profile.id }
    }
    return lines.isEmpty ? nil : .remembered(serialNumber: serial, models, lines)
  }

  /// The lines where a model was before, and those of emulators, which a question cannot harm.
  private func ofModel(_ wanted: String, _ present: [ListedInstrument]) -> Found? {
    let models = profiles.profiles.filter {
      guard case .serial = $0.link else { return false }
      return names($0, wanted)
    }
    let known = known()
    let lines = present.filter { listed in
      guard listed.port.kind != .usb, listed.profile == nil else { return false }
      return listed.port.isEmulated
        || known.contains { entry in
          entry.port == listed.port.address && !entry.emulated
            && models.contains { $0.id == entry.model }
        }
    }
    return models.isEmpty || lines.isEmpty
      ? nil : .remembered(serialNumber: nil, models, lines)
  }

  // MARK: - Failures

  static func ambiguous(_ address: String, _ fitting: [ListedInstrument]) -> Failure {
    let list = fitting.map { "\($0.port.address) (\($0.serialNumber))" }.joined(separator: ", ")
    return Failure(
      "instrument-ambiguous", exit: .ambiguous,
      what: "\(address) names \(fitting.count) instruments: \(list).",
      why: "More than one of this kind is plugged in.",
      next: "Name one by its address, for example: \(fitting[0].port.address)")
  }

  private func unknownModel(_ model: String, at port: InstrumentPort) -> Failure {
    Failure(
      "instrument-unknown-model", exit: .notFound,
      what: "No profile of a serial instrument is called \(model).",
      why: "bench.yaml states it for \(port.address).",
      next: "See the known models with: gauger profiles list")
  }

  private func notFound(
    _ address: String, _ wanted: String, _ ports: [InstrumentPort], _ present: [ListedInstrument]
  ) -> Failure {
    if let port = ports.first(where: { $0.address == wanted }) {
      let numbers = hexID(port.vendor ?? 0, port.product ?? 0)
      return Failure(
        "instrument-unknown-model", exit: .notFound,
        what: "No profile knows the device at \(wanted) (\(numbers)).",
        why: "It is not an instrument, or its model has no profile yet.",
        next: "See the known models with: gauger profiles list")
    }
    let seen =
      present.isEmpty
      ? "No known instrument is plugged in."
      : "Plugged in: " + present.map { "\($0.port.address)" }.joined(separator: ", ") + "."
    var why = seen + (entries[address].map { " It stands for \($0.address) in bench.yaml." } ?? "")
    var next = "Check cable and power, then: gauger instruments. Without one: gauger demo"
    let kind = wanted.split(separator: ":", maxSplits: 1).first.map(String.init) ?? wanted
    let isOnALine = profiles.profiles.contains {
      guard case .serial = $0.link else { return false }
      return prefixes($0).contains(kind)
    }
    if isOnALine {
      why +=
        " What is on a serial line cannot be seen, and only lines where it was before are asked."
      next =
        "Name its line once: serial:/dev/... from gauger instruments, or state it in bench.yaml."
    }
    return Failure(
      "instrument-not-found", exit: .notFound, what: "There is no instrument \"\(address)\".",
      why: why, next: next)
  }
}

func hexID(_ vendor: UInt16, _ product: UInt16) -> String {
  func four(_ number: UInt16) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }
  return "\(four(vendor)):\(four(product))"
}
