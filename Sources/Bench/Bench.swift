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

    /// Makes a reach.
    public init(
      list: @escaping @Sendable () throws(Failure) -> [InstrumentPort],
      connect:
        @escaping @Sendable (InstrumentPort, DeviceProfile) throws(LinkError)
        -> any ByteLink & ~Copyable
    ) {
      self.list = list
      self.connect = connect
    }

    /// The instruments of this computer.
    public static let computer = Reach(
      list: { () throws(Failure) in
        do throws(LinkError) { return try PortList.usb() } catch { throw error.failure }
      },
      connect: { (port, profile) throws(LinkError) in
        switch profile.link {
        case .usb(let facts): try USBLink(address: port.address, facts: facts)
        case .serial:
          throw .system(operation: "open \(port.address)", code: 0, text: "no serial lines yet")
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
  let reach: Reach
  let addressing: Addressing

  /// Opens a bench on a home; folders that are missing are made when the first run needs them.
  public convenience init(
    home: Home, profiles: ProfileStore, reach: Reach = .computer
  ) throws(Failure) {
    self.init(
      home: home, profiles: profiles, configuration: try Configuration.read(home: home),
      reach: reach)
  }

  /// Opens a bench with a configuration that was read, or made up, elsewhere.
  init(home: Home, profiles: ProfileStore, configuration: Configuration, reach: Reach) {
    self.home = home
    self.profiles = profiles
    self.reach = reach
    self.configuration = configuration
    runs = RunStore(home: home)
    addressing = Addressing(profiles: profiles, aliases: configuration.aliases)
  }

  /// What is plugged in and known, by address.
  public func instruments() throws(Failure) -> [ListedInstrument] {
    addressing.instruments(among: try reach.list())
  }

  /// The one instrument that an address names.
  public func instrument(at address: String) throws(Failure) -> ListedInstrument {
    try addressing.resolve(address, among: try reach.list())
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
