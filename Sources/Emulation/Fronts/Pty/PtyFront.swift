public import Laboratory

/// An emulated instrument at a pseudo-terminal that any program opens like a serial port.
///
/// Users may come one after the other. A pseudo-terminal has no modem lines and keeps no line speed,
/// so nothing of these is seen here. May be used from any thread.
public final class PtyFront: Sendable {
  private let server: SerialPortServer

  /// The path of the port (`/dev/pts/3`).
  public var path: String { server.path }

  /// What a command's `--address` has to say (`pty:/dev/pts/3`).
  public var address: String { "pty:\(path)" }

  /// Makes the port and starts to serve it.
  public init(device: EmulatedDevice) throws(Failure) {
    guard device.isSerial else {
      throw Failure(
        "emulation-not-serial", exit: .usage,
        what: "The emulated \(device.model) cannot be reached by a serial port.",
        why: "It is connected by USB.", next: "Name a command to run after --.")
    }
    do {
      server = try SerialPortServer(device)
    } catch {
      throw Failure(
        "emulation-no-pty", exit: .failed, what: "No pseudo-terminal could be made.",
        why: "\(error.call): \(error.text)", next: "See that /dev/pts is mounted and not full.")
    }
    server.start()
  }

  deinit { server.stop() }

  /// Unplugs the instrument: whoever has the port open finds it gone.
  ///
  /// Idempotent.
  public func stop() { server.stop() }
}
