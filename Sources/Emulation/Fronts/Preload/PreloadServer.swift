internal import Foundation
internal import Instruments
internal import Synchronization

/// Serves the ports of one emulated USB bus with one thread, by waiting on all clients at once.
final class PreloadServer: Sendable {
  private struct State: Sendable {
    var ports: [any PreloadNode] = []
    var nextDeviceNumber = 2
    var nextSequence = 1
    var isStopped = false
  }

  let root: String
  private let serialNumbers: [Int: Int]
  private let waker: Posix.Waker
  private let state = Guarded(State())
  private let isServing = Guarded(true)

  /// A server for devices; `serialNumbers` are those of the ports of the ones with a serial line, by
  /// their index on the bench.
  init(root: String, serialNumbers: [Int: Int]) throws {
    self.root = root
    self.serialNumbers = serialNumbers
    waker = try Posix.Waker()
    try USBTree.prepare(root)
  }

  /// Starts the thread; it keeps the server alive until `stop`.
  func start() { Thread.detachNewThread { [self] in serve() } }

  /// Lets the thread look at its devices; may be called while the server's own lock is held.
  func wake() { isServing.withLock { if $0 { waker.wake() } } }

  /// Plugs a device in at a place of the bus, counted from 1.
  func plug(_ device: EmulatedDevice, index: Int, place: Int) throws {
    try state.withLock { state in
      guard !state.isStopped else { return }
      guard !state.ports.contains(where: { $0.index == index && !$0.isGone }) else { return }
      try plug(device, index: index, place: place, &state)
      wake()
    }
  }

  private func plug(
    _ device: EmulatedDevice, index: Int, place: Int, _ state: inout State
  ) throws {
    let deviceNumber = state.nextDeviceNumber
    state.nextDeviceNumber = state.nextDeviceNumber % 126 + 2
    device.plug()
    switch device.connection {
    case .usb(let descriptors, _):
      let tree = USBTree(
        root: root, port: place, deviceNumber: deviceNumber, descriptors: descriptors)
      try tree.create()
      state.ports.append(try PreloadPort(device: device, tree: tree, index: index))
    case .serial:
      let tree = SerialTree(
        root: root, port: place, deviceNumber: deviceNumber,
        number: serialNumbers[index] ?? state.ports.count,
        adapter: SerialAdapter(model: device.model, serialNumber: device.serialNumber))
      state.ports.append(try PreloadSerialPort(device: device, tree: tree, index: index))
    }
    announce("add", state.ports[state.ports.count - 1], &state)
  }

  func unplug(_ index: Int) {
    state.withLock { state in
      guard let slot = state.ports.firstIndex(where: { $0.index == index && !$0.isGone }) else {
        return
      }
      state.ports[slot].device.unplug()
      unplug(slot: slot, &state)
      wake()
    }
  }

  private func unplug(slot: Int, _ state: inout State) {
    state.ports[slot].unplug()
    announce("remove", state.ports[slot], &state)
  }

  /// Takes devices off the bus whose plug a fault has pulled.
  private func takeUpPulledPlugs(_ state: inout State) {
    for slot in state.ports.indices where !state.ports[slot].isGone {
      if !state.ports[slot].device.isPlugged { unplug(slot: slot, &state) }
    }
  }

  /// Forgets ports that no program needs any more; plugs in again what comes back, at the next
  /// place that is free.
  private func clearUp(_ state: inout State) {
    for slot in state.ports.indices where state.ports[slot].isOver { state.ports[slot].close() }
    let over = state.ports.filter(\.isOver)
    state.ports.removeAll(where: \.isOver)
    for port in over where port.device.plugsInAgain && !port.device.isPlugged {
      let taken = state.ports.map(\.place) + over.map(\.place)
      // What cannot be plugged in is missed by the next program, which says so.
      try? plug(port.device, index: port.index, place: (taken.max() ?? 0) + 1, &state)
    }
  }

  /// What the bus lists now.
  var busEntries: [String] { state.withLock { $0.ports.flatMap(\.busEntries) } }

  /// The pseudo-terminals behind its ports.
  var terminals: [String] { state.withLock { $0.ports.compactMap(\.terminal) } }

  /// Ends serving and removes every file; idempotent.
  func stop() {
    let wasRunning = state.withLock { state in
      guard !state.isStopped else { return false }
      state.isStopped = true
      for slot in state.ports.indices { state.ports[slot].close() }
      state.ports.removeAll()
      // Under the lock: the thread closes the waker as soon as it sees that it is to end.
      wake()
      return true
    }
    guard wasRunning else { return }
    // What cannot be removed is a few files under /tmp.
    _ = try? FileManager.default.removeItem(atPath: root)
  }

  private func serve() {
    var due: MonotonicInstant = .never
    while true {
      let watched = state.withLock { state in
        state.isStopped ? nil : state.ports.flatMap(\.descriptors)
      }
      guard let watched else { break }
      let timeout = due == .never ? nil : due.remaining
      let ready = Posix.wait(on: [waker.reading] + watched, timeout: timeout)
      if ready.contains(waker.reading) { waker.clear() }
      due = state.withLock { state in
        for descriptor in ready where descriptor != waker.reading {
          for slot in state.ports.indices where state.ports[slot].serve(descriptor) { break }
        }
        let next = state.ports.indices.map { state.ports[$0].pump() }.min() ?? .never
        takeUpPulledPlugs(&state)
        clearUp(&state)
        return next
      }
    }
    isServing.withLock { serving in
      serving = false
      waker.close()
    }
  }

  private func announce(_ action: String, _ node: any PreloadNode, _ state: inout State) {
    for properties in node.events(action: action, sequence: state.nextSequence) {
      state.nextSequence += 1
      UEvent.send(UEvent.message(properties), root: root)
    }
  }
}
