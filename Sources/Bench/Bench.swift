internal import Acquisition
public import Instruments
public import Laboratory
public import Links
public import Profiles
internal import Registry

/// The one thing that the command line, the service and the tests drive: a home, what is plugged
/// in, and everything that can be asked of them.
public final class Bench: Sendable {
  /// How the bench reaches instruments; the tests give their own.
  public struct Reach: Sendable {
    /// Lists what is plugged in, without opening anything.
    public var list: @Sendable () throws(Failure) -> [InstrumentPort]
    /// Connects to one port; called on the acquisition thread.
    public var connect:
      @Sendable (InstrumentPort, DeviceProfile) throws(LinkError) -> any ByteLink & ~Copyable

    /// The port of a line that a person named, listed or not; nil where nothing is there.
    public var line: @Sendable (InstrumentEntry) throws(Failure) -> InstrumentPort?
    /// Asks a line that a person named which of these models is on it; may take seconds.
    public var identify:
      @Sendable (InstrumentPort, [DeviceProfile]) throws(LinkError) -> SerialInquiry

    /// Makes a reach; lines are those of this computer where nothing else is said.
    public init(
      list: @escaping @Sendable () throws(Failure) -> [InstrumentPort],
      connect:
        @escaping @Sendable (InstrumentPort, DeviceProfile) throws(LinkError)
        -> any ByteLink & ~Copyable,
      line: @escaping @Sendable (InstrumentEntry) throws(Failure) -> InstrumentPort? = Self.line,
      identify:
        @escaping @Sendable (InstrumentPort, [DeviceProfile]) throws(LinkError)
        -> SerialInquiry = SerialAsker.ask
    ) {
      self.list = list
      self.connect = connect
      self.line = line
      self.identify = identify
    }

    /// The port of a line of this computer.
    public static let line: @Sendable (InstrumentEntry) throws(Failure) -> InstrumentPort? = {
      (entry) throws(Failure) in
      do throws(LinkError) {
        return try PortList.line(at: entry.address, bridged: entry.isBridged)
      } catch {
        throw error.failure(on: .serial)
      }
    }

    /// The instruments of this computer.
    public static let computer = Reach(
      list: { () throws(Failure) in
        do throws(LinkError) { return try PortList.all() } catch { throw error.failure }
      },
      connect: { (port, profile) throws(LinkError) in
        switch profile.link {
        case .usb(let facts): try USBLink(address: port.address, facts: facts)
        case .serial(let facts): try SerialLink(port: port, facts: facts)
        }
      })
  }

  /// Where everything is kept.
  public let home: Home
  /// What the site decided.
  public let configuration: Configuration
  /// The models that can be driven.
  public let profiles: ProfileStore
  /// The runs that were made.
  public let runs: RunStore
  /// What was done, by whom, when and why.
  public let audit: BenchAudit
  /// The index of all that the home keeps.
  public let catalogue: BenchCatalogue
  let reach: Reach
  /// What time it is, for the quality rules.
  let clock: @Sendable () -> Timestamp
  /// Where people are told what nothing failed over.
  let notice: @Sendable (String) -> Void
  let addressing: Addressing
  private let known: KnownInstruments

  /// Opens a bench on a home; folders that are missing are made when the first run needs them.
  ///
  /// `audit` and `catalogue` are those of the home unless said otherwise. `notice` gets what the quality
  /// rules only warn of, beside what runs tell by themselves; from any thread.
  public convenience init(
    home: Home, profiles: ProfileStore, reach: Reach = .computer, audit: BenchAudit? = nil,
    catalogue: BenchCatalogue? = nil, notice: @escaping @Sendable (String) -> Void = { _ in }
  ) throws(Failure) {
    self.init(
      home: home, profiles: profiles, configuration: try Configuration.read(home: home),
      reach: reach, audit: audit, catalogue: catalogue, notice: notice)
  }

  /// Opens a bench with a configuration that was read, or made up, elsewhere.
  init(
    home: Home, profiles: ProfileStore, configuration: Configuration, reach: Reach,
    audit: BenchAudit? = nil, catalogue: BenchCatalogue? = nil,
    clock: @escaping @Sendable () -> Timestamp = { .now },
    notice: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.home = home
    self.clock = clock
    self.notice = notice
    self.catalogue = catalogue ?? BenchCatalogue(home: home)
    self.audit = audit ?? BenchAudit(home: home)
    self.profiles = profiles
    self.reach = reach
    self.configuration = configuration
    runs = RunStore(home: home)
    known = KnownInstruments(home: home)
    addressing = Addressing(
      profiles: profiles, entries: configuration.instruments,
      known: { [known] in known.entries() })
  }

  /// What is plugged in and known, and every serial line, by address.
  public func instruments() throws(Failure) -> [ListedInstrument] {
    addressing.instruments(among: try ports(with: addressing.namedLines))
  }

  /// The one instrument that an address names.
  ///
  /// A line whose model nobody stated is asked, which may take seconds: call it where waiting is
  /// allowed. Throws `instrument-no-answer` with what was asked.
  public func instrument(at address: String) throws(Failure) -> ListedInstrument {
    if let entry = configuration.watched.first(where: { $0.name == address }) {
      throw Failure(
        "instrument-is-folder", exit: .usage, what: "\(address) cannot be asked to measure.",
        why: "bench.yaml names it as the folder of exports \(entry.folder).",
        next: "Measure with its own program; its exports become runs by: gauger watch")
    }
    let lines = addressing.namedLines + (addressing.line(address).map { [$0] } ?? [])
    switch try addressing.find(address, among: try ports(with: lines)) {
    case .instrument(let instrument): return instrument
    case .line(let line): return try LineInquiry(bench: self).named(line)
    case .remembered(let serialNumber, let models, let lines):
      return try LineInquiry(bench: self).find(serialNumber, of: models, on: lines)
    }
  }

  /// Throws `instrument-not-this` where the address named another serial number than what was opened.
  func check(_ instrument: ListedInstrument, is record: InstrumentRecord) throws(Failure) {
    guard let asked = instrument.askedSerialNumber, asked != record.serialNumber else { return }
    // A memory that states none does not contradict the bus.
    if record.serialNumber == "unknown", instrument.ownSerialNumber == asked { return }
    // Where it is not is worth knowing too: what is there is found under its own number now.
    remember(instrument, serialNumber: record.serialNumber)
    throw DriverError.wrongInstrument(
      detail: "\(record.serialNumber) is at \(instrument.port.address), not \(asked)"
    ).failure(on: instrument.port.carrier)
  }

  /// Notes where an instrument was seen, so that it is found again by its serial number.
  func remember(_ instrument: ListedInstrument, serialNumber: String) {
    guard let profile = instrument.profile, !serialNumber.isEmpty else { return }
    known.note(
      KnownInstruments.Entry(
        model: profile.id, driver: profile.driver, serialNumber: serialNumber,
        port: instrument.port.address, emulated: instrument.port.isEmulated))
  }

  /// What is listed, and of the named lines those that are there and not listed.
  private func ports(with lines: [InstrumentEntry]) throws(Failure) -> [InstrumentPort] {
    var ports = try reach.list()
    for entry in lines {
      guard !ports.contains(where: { $0.address == entry.address }),
        let port = try reach.line(entry), !ports.contains(where: { $0.node == port.node })
      else { continue }
      ports.append(port)
    }
    return ports
  }

  /// Starts an acquisition; the handle tells what happens and can stop it.
  public func acquire(_ request: AcquireRequest) -> RunHandle {
    RunHandle { handle in await AcquireRun(bench: self, request: request, handle: handle).run() }
  }

  /// The driver and profile of a listed instrument.
  func driver(for instrument: ListedInstrument) throws(Failure) -> (DriverEntry, DeviceProfile) {
    guard let profile = instrument.profile else {
      throw Failure(
        "instrument-unknown-model", exit: .notFound,
        what: "No profile knows the device at \(instrument.port.address).",
        why: "Its model has no profile yet.",
        next: "See the known models with: gauger profiles list")
    }
    return (try driver(named: profile.driver), profile)
  }

  /// What is wrong with the profiles: those that cannot be read, and those a driver cannot use.
  public func checkProfiles() -> [Failure] {
    var failures = profiles.problems.map(\.failure)
    for profile in profiles.profiles {
      do throws(Failure) {
        let driver = try driver(named: profile.driver)
        do throws(DriverError) { try driver.check(profile) } catch { throw error.failure }
      } catch {
        var failure = error
        failure.what = "\(profile.file): \(failure.what)"
        failures.append(failure)
      }
    }
    return failures
  }

  func driver(named id: String) throws(Failure) -> DriverEntry {
    guard let driver = Registry.driver(id: id) else {
      throw Failure(
        "driver-unknown", exit: .failed, what: "There is no driver \(id).",
        why: "The profile names a driver that this program does not have.",
        next: "Install the version of Gauger that the profile was written for.")
    }
    return driver
  }
}
