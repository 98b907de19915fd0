internal import CLibUdev
internal import Glibc
public import Instruments
internal import Synchronization

/// Something was plugged in or pulled out.
public enum PortEvent: Sendable, Hashable {
  /// A USB device or serial port came and the system's rules have been applied to it.
  case added(InstrumentPort)
  /// The USB device or serial port at this address went.
  case removed(address: String)
}

/// Says when USB devices and serial ports come and go.
///
/// Everything from `init` on is noticed, so make the watcher first and list the ports afterwards.
/// A thread of its own waits for libudev; `stop` ends it.
public final class PortWatcher: Sendable {
  private let source: WatcherSource
  private let thread = Mutex<pthread_t?>(nil)

  /// Begins to collect events.
  public init() throws(LinkError) { source = try WatcherSource() }

  deinit { stop() }

  /// Calls `report` for every event from a thread of the watcher's own, until `stop`.
  ///
  /// Only the first call has an effect.
  public func start(_ report: @escaping @Sendable (PortEvent) -> Void) {
    thread.withLock { thread in
      if thread != nil { return }
      let work = WatcherWork(source: source, report: report)
      var made = pthread_t()
      // Safe: the object is kept alive for the thread, which takes over this one reference.
      let retained = unsafe Unmanaged.passRetained(work)
      if unsafe pthread_create(&made, nil, runWatcher, retained.toOpaque()) == 0 {
        thread = made
      } else {
        unsafe retained.release()
      }
    }
  }

  /// The events as a stream; ends with `stop`, which also happens when nobody listens any more.
  public func events() -> AsyncStream<PortEvent> {
    let (stream, continuation) = AsyncStream.makeStream(of: PortEvent.self)
    continuation.onTermination = { [weak self] _ in self?.stop() }
    source.onStop { continuation.finish() }
    start { continuation.yield($0) }
    return stream
  }

  /// Ends the watching; waits for the thread unless called from it.
  ///
  /// Idempotent.
  public func stop() {
    source.stop()
    let running = thread.withLock { $0.take() }
    // Joined or detached once, because it was taken out above.
    guard let running else { return }
    if pthread_equal(running, pthread_self()) != 0 {
      pthread_detach(running)
    } else {
      pthread_join(running, nil)
    }
  }
}

private final class WatcherWork: Sendable {
  let source: WatcherSource
  let report: @Sendable (PortEvent) -> Void

  init(source: WatcherSource, report: @escaping @Sendable (PortEvent) -> Void) {
    self.source = source
    self.report = report
  }
}

private func runWatcher(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument = unsafe argument else { return nil }
  // Safe: `start` handed over one reference to a `WatcherWork`.
  let work = unsafe Unmanaged<WatcherWork>.fromOpaque(argument).takeRetainedValue()
  while let event = work.source.next() { work.report(event) }
  work.source.stop()  // also after a failure, so that a stream of events ends
  return nil
}

/// The libudev monitor and the signal that ends it.
// Unchecked: monitor and udev object are used by the watcher's thread alone, between `init` and
// `deinit`; the signal's descriptor may be written by any thread; the flags are atomic or locked.
@safe private final class WatcherSource: @unchecked Sendable {
  private let udev: OpaquePointer
  private let monitor: OpaquePointer
  private let signalOut: Int32
  private let signalIn: Int32
  private let isStopped = Atomic<Bool>(false)
  private let stopped = Mutex<[@Sendable () -> Void]>([])

  init() throws(LinkError) {
    // Safe: each object is checked and given back in reverse order.
    guard let udev = unsafe udev_new() else { throw Udev.failure("start libudev") }
    // The name "udev" gives events after the rules have set the node's rights.
    guard let monitor = unsafe udev_monitor_new_from_netlink(udev, "udev") else {
      unsafe udev_unref(udev)
      throw Udev.failure("watch for devices")
    }
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0,
      ends.allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }),
      unsafe udev_monitor_filter_add_match_subsystem_devtype(monitor, "usb", "usb_device") >= 0,
      unsafe udev_monitor_filter_add_match_subsystem_devtype(monitor, "tty", nil) >= 0,
      unsafe udev_monitor_enable_receiving(monitor) >= 0
    else {
      for end in ends where end >= 0 { close(end) }
      unsafe udev_monitor_unref(monitor)
      unsafe udev_unref(udev)
      throw Udev.failure("watch for devices")
    }
    unsafe self.udev = udev
    unsafe self.monitor = monitor
    (signalOut, signalIn) = (ends[0], ends[1])
  }

  deinit {
    // Safe: no thread uses them any more, as each keeps this object alive.
    unsafe udev_monitor_unref(monitor)
    unsafe udev_unref(udev)
    close(signalOut)
    close(signalIn)
  }

  func onStop(_ call: @escaping @Sendable () -> Void) { stopped.withLock { $0.append(call) } }

  func stop() {
    guard !isStopped.exchange(true, ordering: .acquiringAndReleasing) else { return }
    // Closing the only writer would end the wait too, but the descriptor's number could by then
    // belong to somebody else. The pipe is empty, so this cannot block. Safe: one valid byte.
    var byte: UInt8 = 1
    unsafe _ = write(signalIn, &byte, 1)
    for call in stopped.withLock({ $0 }) { call() }
  }

  /// Waits for the next event; nil once stopped.
  func next() -> PortEvent? {
    while !isStopped.load(ordering: .acquiring) {
      // Safe: two descriptors that live as long as this object.
      var descriptors = [
        pollfd(fd: unsafe udev_monitor_get_fd(monitor), events: Int16(POLLIN), revents: 0),
        pollfd(fd: signalOut, events: Int16(POLLIN), revents: 0),
      ]
      let ready = unsafe poll(&descriptors, 2, -1)
      if ready < 0, errno != EINTR { return nil }
      guard ready > 0, descriptors[0].revents != 0 else { continue }
      guard let device = unsafe udev_monitor_receive_device(monitor) else {
        Nodes.pause(.milliseconds(10))  // events were lost or filtered; never a busy loop
        continue
      }
      defer { unsafe _ = udev_device_unref(device) }
      if let event = unsafe event(of: device) { return event }
    }
    return nil
  }

  private func event(of device: OpaquePointer) -> PortEvent? {
    // Safe: libudev gives nil or a text that lives as long as the device.
    let action = unsafe Udev.text(udev_device_get_action(device))
    if unsafe Udev.text(udev_device_get_subsystem(device)) == "tty" {
      return unsafe terminalEvent(action, of: device)
    }
    switch action {
    case "add":
      guard let entry = unsafe Udev.entry(of: device), !entry.isHub else { return nil }
      return .added(InstrumentPort(entry, holder: NodeHolders.holder(of: entry.node)))
    case "remove":
      return unsafe Udev.text(udev_device_get_sysname(device)).map {
        .removed(address: USBAddress.prefix + $0)
      }
    default: return nil
    }
  }

  /// The event of a terminal device, where it is a serial port.
  private func terminalEvent(_ action: String?, of device: OpaquePointer) -> PortEvent? {
    // Safe: as above.
    guard let node = unsafe Udev.text(udev_device_get_devnode(device)) else { return nil }
    switch action {
    case "add":
      guard
        let port = (try? SerialPorts.entries())?.first(where: { $0.node == node })
      else { return nil }
      return .added(
        InstrumentPort(
          port, stableName: StableNames.byNode()[node],
          holder: NodeHolders.holder(of: node)))
    case "remove":
      let name = unsafe Udev.links(of: device).filter { $0.hasPrefix(StableNames.folder) }.min()
      return .removed(address: SerialAddress.serialPrefix + (name ?? node))
    default: return nil
    }
  }
}
