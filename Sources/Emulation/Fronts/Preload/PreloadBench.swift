internal import Foundation
public import Laboratory

/// Emulated instruments plugged into a computer of their own, which programs started under it see as
/// real.
///
/// The programs run with umockdev's preload library, which sends what they do under `/sys` and
/// `/dev` here; libusb and libudev in them are the unchanged ones. Needs no rights and no kernel
/// module. All devices are plugged in at the start: those with a USB plug on a bus of their own, those
/// with a serial line by an adapter each, at `/dev/ttyUSB0` and so on.
public final class PreloadBench: Sendable {
  private let devices: [EmulatedDevice]
  private let library: String
  /// Where programs under the bench find the serial ports, in the order of their instruments.
  public let ports: [String]
  private let server: PreloadServer

  /// Builds the bus with these devices plugged in and starts to serve it.
  public init(devices: [EmulatedDevice]) throws(Failure) {
    self.devices = devices
    library = try Self.findLibrary()
    do {
      let serial = devices.indices.filter {
        devices[$0].isSerial
      }
      ports = serial.indices.map { "/dev/ttyUSB\($0)" }
      server = try PreloadServer(
        root: Posix.makeTemporaryFolder("/tmp/gb.XXXXXX"),
        serialNumbers: Dictionary(uniqueKeysWithValues: zip(serial, serial.indices)))
    } catch {
      throw Self.noBench(because: "\(error)")
    }
    server.start()
    // An instrument may leave by itself, at a moment when no program asks for it.
    for device in devices { device.onChange { [weak server] in server?.wake() } }
    do {
      for index in devices.indices { try plug(index) }
      try checkLibrary()
    } catch {
      server.stop()
      throw error
    }
  }

  deinit { server.stop() }

  /// How programs outside the bench reach those with a serial line (`pty:/dev/pts/3`).
  ///
  /// One program at a time, inside or outside.
  public var addresses: [String] { server.terminals.map { "pty:\($0)" } }

  /// What a program's environment must hold to see the bus.
  public var environment: [String: String] {
    let present = ProcessInfo.processInfo.environment["LD_PRELOAD"].map { [$0] } ?? []
    var variables = [
      "LD_PRELOAD": ([library] + present).joined(separator: ":"), "UMOCKDEV_DIR": server.root,
      "GAUGER_EMULATION": "1",
    ]
    if let port = ports.first { variables["GAUGER_EMULATED_PORT"] = port }
    return variables
  }

  /// Plugs a device in, as after power-up, with a new device number; nothing if it is plugged in.
  ///
  /// Without a `place` on the bus, counted from 1, it comes to the one it had at the start.
  public func plug(_ index: Int, at place: Int? = nil) throws(Failure) {
    let device = try device(index)
    do {
      try server.plug(device, index: index, place: place ?? index + 1)
    } catch {
      throw Self.noBench(because: "\(error)")
    }
  }

  /// Pulls a device out: what programs have under way ends with "no device".
  public func unplug(_ index: Int) { server.unplug(index) }

  /// Ends serving and removes every file; idempotent.
  public func stop() { server.stop() }

  /// Runs a command that sees the bus, with this program's input and output, to its end.
  ///
  /// SIGINT and SIGTERM sent to this program are passed on. Returns the exit status; 128 + n for a
  /// command that signal n ended.
  public func run(_ command: [String]) throws(Failure) -> Int32 {
    var variables = ProcessInfo.processInfo.environment
    for (name, value) in environment { variables[name] = value }
    return try ChildProcess.run(command, environment: variables)
  }

  private func device(_ index: Int) throws(Failure) -> EmulatedDevice {
    guard devices.indices.contains(index) else {
      throw Failure(
        "emulation-no-such-device", exit: .notFound,
        what: "There is no device \(index) on the emulated bus.",
        why: "It has \(devices.count), counted from 0.", next: "Name one of these.")
    }
    return devices[index]
  }

  // MARK: The library

  private static let libraryName = "libumockdev-preload.so.0"

  /// Whether the library is installed that shows the bench to programs.
  public static var isPossible: Bool { (try? findLibrary()) != nil }

  private static func findLibrary() throws(Failure) -> String {
    #if arch(arm64)
      let machine = "aarch64-linux-gnu"
    #else
      let machine = "x86_64-linux-gnu"
    #endif
    let folders = [
      "/usr/lib/\(machine)", "/lib/\(machine)", "/usr/lib64", "/usr/lib", "/usr/local/lib",
      "/usr/local/lib/\(machine)",
    ]
    for folder in folders
    where FileManager.default.isReadableFile(atPath: "\(folder)/\(libraryName)") {
      return "\(folder)/\(libraryName)"
    }
    throw Failure(
      "emulation-no-preload", exit: .notFound,
      what: "The emulated USB bus cannot be shown to other programs.",
      why: "\(libraryName) is in none of \(folders.joined(separator: ", ")).",
      next: "Install the package umockdev (apt install umockdev).")
  }

  /// Lets a program look at the bus before anyone relies on it.
  private func checkLibrary() throws(Failure) {
    let path = "/sys/bus/usb/devices"
    var variables = ProcessInfo.processInfo.environment
    for (name, value) in environment { variables[name] = value }
    let seen = try ChildProcess.output(of: ["/bin/ls", path], environment: variables)
    let expected = server.busEntries.sorted().joined(separator: "\n")
    let listed = seen.split(whereSeparator: \.isNewline).sorted().joined(separator: "\n")
    guard listed == expected else {
      throw Failure(
        "emulation-preload-unfit", exit: .failed,
        what: "A program started on the emulated USB bus does not see it.",
        why: "Under \(library), \(path) lists \"\(listed)\" instead of \"\(expected)\".",
        next: "Install a version of umockdev known to work: 0.17.16 or 0.19.7.")
    }
  }

  private static func noBench(because reason: String) -> Failure {
    Failure(
      "emulation-no-bench", exit: .failed, what: "The emulated USB bus could not be built.",
      why: reason, next: "See that /tmp can be written and has room.")
  }
}
