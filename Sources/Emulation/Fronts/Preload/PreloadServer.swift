internal import Foundation
internal import Instruments
internal import Synchronization

/// Serves the ports of one emulated USB bus with one thread, by waiting on all clients at once.
final class PreloadServer: Sendable {
  private struct State: Sendable {
    var ports: [PreloadPort] = []
    var nextDeviceNumber = 2
    var nextSequence = 1
    var isStopped = false
  }

  let root: String
  private let waker: Posix.Waker
  private let state = Guarded(State())

  init(root: String) throws {
    self.root = root
    waker = try Posix.Waker()
    try USBTree.prepare(root)
  }

  /// Starts the thread; it keeps the server alive until `stop`.
  func start() { Thread.detachNewThread { [self] in serve() } }

  func plug(_ device: EmulatedDevice, index: Int) throws {
    try state.withLock { state in
      guard !state.isStopped else { return }
      guard !state.ports.contains(where: { $0.index == index && !$0.isGone }) else { return }
      guard case .usb(let descriptors, _) = device.connection else {
        throw NotOnThisBus(model: device.model)
      }
      let tree = USBTree(
        root: root, port: index + 1, deviceNumber: state.nextDeviceNumber,
        descriptors: descriptors)
      state.nextDeviceNumber = state.nextDeviceNumber % 126 + 2
      device.plug()
      try tree.create()
      state.ports.append(try PreloadPort(device: device, tree: tree, index: index))
      announce("add", tree, &state)
      waker.wake()
    }
  }

  func unplug(_ index: Int) {
    state.withLock { state in
      guard let slot = state.ports.firstIndex(where: { $0.index == index && !$0.isGone }) else {
        return
      }
      state.ports[slot].device.unplug()
      state.ports[slot].unplug()
      announce("remove", state.ports[slot].tree, &state)
      waker.wake()
    }
  }

  /// Ends serving and removes every file; idempotent.
  func stop() {
    let wasRunning = state.withLock { state in
      guard !state.isStopped else { return false }
      state.isStopped = true
      for slot in state.ports.indices { state.ports[slot].close() }
      state.ports.removeAll()
      // Under the lock: the thread closes the waker as soon as it sees that it is to end.
      waker.wake()
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
        for slot in state.ports.indices where state.ports[slot].isOver {
          state.ports[slot].close()
        }
        state.ports.removeAll(where: \.isOver)
        return state.ports.indices.map { state.ports[$0].pump() }.min() ?? .never
      }
    }
    waker.close()
  }

  private func announce(_ action: String, _ tree: USBTree, _ state: inout State) {
    let properties = tree.properties(action: action, sequence: state.nextSequence)
    state.nextSequence += 1
    UEvent.send(UEvent.message(properties), root: root)
  }
}

/// The instrument has no place on the bus that it was to be plugged into.
struct NotOnThisBus: Error, CustomStringConvertible {
  var model: String
  var description: String { "\(model) is not connected by USB" }
}
